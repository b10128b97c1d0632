import { describe, it } from "vitest";
import { expectFigures } from "../../profile.ts";

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
});
