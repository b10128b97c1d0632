/** What `Tensor.numpy()` answers is numpy's array, whose methods take other arguments than a tensor's. */
import { expect, test } from "vitest";
import { profile } from "../../profile.ts";

test.each([
  ["sizes in another order", "x.numpy().transpose(0, 2, 3, 1)", [2, 8, 8, 3]],
  ["sizes in another order, as a tuple", "x.detach().cpu().numpy().transpose((1, 0, 2, 3))", [3, 2, 8, 8]],
  ["all axes turned around", "x.numpy().transpose()", [8, 8, 3, 2]],
  ["another type of number", "x.numpy().astype('float32').reshape(2, -1)", [2, 192]],
])("%s", (_, made, shape) => {
  const report = profile(
    `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x), torch.from_numpy(${made})
`,
    { input: ["2x3x8x8"] },
  );
  expect(report).toMatchObject({ complete: true, diagnostics: [] });
  expect(report.output[1]).toEqual(shape);
});
