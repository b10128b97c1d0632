import { expect, it } from "vitest";
import { profile } from "./profile.ts";

it("names a function that runs on a layer's weights after the layer", () => {
  const report = profile(
    `
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.scale = nn.Parameter(torch.ones(24))
    def forward(self, x):
        x = F.linear(x, self.qkv.weight, self.qkv.bias.clone())
        return F.linear(x, self.qkv.weight.t())
`,
    { input: ["1x8"] },
  );
  expect(report.layers.map(({ name, macs, params }) => ({ name, macs, params }))).toEqual([
    { name: "qkv", macs: 192, params: 216 },
    { name: "linear", macs: 192, params: 0 },
  ]);
});
