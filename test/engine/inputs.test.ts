import { describe, expect, it } from "vitest";
import { profile } from "./profile.ts";

const net = (body: string) => `
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, num_classes)
    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.conv(x)), 1))
${body}`;

const input = (source: string, options = {}) => {
  const { shapes, origin } = profile(source, options).input;
  return `${shapes.map((shape) => shape?.join("x")).join(" ")} ${origin}`;
};

describe("the input of a network", () => {
  it("is the user's, before all others", () => {
    expect(input(net("Net()(torch.randn(1, 3, 64, 64))"), { input: ["2x3x96x96"] })).toBe("2x3x96x96 user");
  });

  it("is what a comment on the root says", () => {
    const source = net("").replace("class Net", "# convlens: input=1x3x160x160\nclass Net");
    expect(input(source)).toBe("1x3x160x160 comment");
  });

  it("is what the file calls the network with", () => {
    expect(input(net("print(Net()(torch.randn(4, 3, 64, 64)).shape)"))).toBe("4x3x64x64 call");
  });

  it("is a size that the network keeps", () => {
    const source = net("").replace("self.conv =", "self.img_size = 48\n        self.conv =");
    expect(input(source)).toBe("1x3x48x48 declared");
  });

  it("is the crop size of the weights that a builder's annotation names", () => {
    const source = net(`
from enum import Enum
from functools import partial
from dataclasses import dataclass

def preset(*, crop_size): ...
@dataclass
class Weights:
    url: str
    transforms: object
class Net_Weights(Enum):
    V1 = Weights("", partial(preset, crop_size=299))
    DEFAULT = V1

def net(weights: Net_Weights = None):
    return Net()
`);
    expect(input(source, { model: "net" })).toBe("1x3x299x299 declared");
  });

  it("is the size that makes a linear layer fit", () => {
    const source = `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 5)
        self.fc = nn.Linear(4 * 28 * 28, 10)
    def forward(self, x):
        return self.fc(self.conv(x).view(x.size(0), -1))
`;
    expect(input(source)).toBe("1x3x32x32 fitted");
  });

  it("is 224 by 224 with the first convolution's channels otherwise", () => {
    expect(input(net(""))).toBe("1x3x224x224 default");
  });
});
