/** Numbers whose type is a whole one and that data of tensors made none: 0/0 as an integer. */
import { expect, it } from "vitest";
import { profile } from "../../profile.ts";

it("reckons with an integer tensor's item that is no number", () => {
  const report = profile(`import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        for length in (torch.tensor([0.0]) / torch.tensor([0.0])).int():
            if 10 - length.item() > 0:
                x = x + 1
        return self.conv(x)
`);
  expect(report.diagnostics).toEqual([]);
  expect(report.totals.params).toBe(3 * 8 * 9 + 8);
});
