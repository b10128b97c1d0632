import { describe, expect, it } from "vitest";
import { expectFigures, profile } from "../../profile.ts";

describe("a feature extractor", () => {
  it("keeps the layers up to its last node, and counts calls of one layer as torch.fx does", () => {
    expectFigures(
      `
import torch
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, stride=2, padding=1)  #: 108 MACs, 112 params, 1x4x1x1
        self.relu = nn.ReLU()
        self.stage = nn.Sequential(nn.Conv2d(4, 8, 1), nn.Conv2d(8, 8, 1))  #: 32 MACs, 40 params, 1x8x1x1 | 64 MACs, 72 params, 1x8x1x1
        self.head = nn.Linear(8, 1000)

    def forward(self, x):
        x = self.relu(self.stem(x))
        x = self.relu(self.stage(x))
        return self.head(x.flatten(1))


class Net(nn.Module):  #: total 212 MACs, 233 params
    def __init__(self):
        super().__init__()
        self.body = create_feature_extractor(Backbone(), {"relu": "low", "relu_1": "high"})
        self.out = nn.Conv2d(8, 1, 1)  #: 8 MACs, 9 params, 1x1x1x1

    def forward(self, x):
        features = self.body(x)
        return self.out(features["high"]), features["low"]
`,
      { model: "Net", input: ["1x3x2x2"] },
    );
  });

  it("knows functions by the path of the module that calls them", () => {
    const { complete, output } = profile(
      `
import torch
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
    def forward(self, x):
        y = self.conv(x) + x
        y += x
        return torch.cat([y, y[:, :1]], 1) / 2
class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Block()
    def forward(self, x):
        x = self.a(x).mean(3)
        return torch.flatten(x, 1)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = create_feature_extractor(Body(), ["a.add_1", "a.getitem", "a.truediv", "mean", "flatten"])
    def forward(self, x):
        f = self.body(x)
        return f["a.add_1"], f["a.getitem"], f["a.truediv"], f["mean"], f["flatten"]
`,
      { model: "Net", input: ["1x4x6x6"] },
    );
    expect({ complete, output }).toEqual({
      complete: true,
      output: [
        [1, 4, 6, 6],
        [1, 1, 6, 6],
        [1, 5, 6, 6],
        [1, 5, 6],
        [1, 30],
      ],
    });
  });
});
