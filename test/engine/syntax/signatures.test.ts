/** A function whose parameters are being typed: its body keeps its layers. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

describe("a signature that is being typed", () => {
  it.each([
    "self, width=:",
    "self, width=",
    "self, width=64",
    "self, width=64,",
    "self, width: ):",
    "self, width: int =):",
    "self, *, :",
    "self, a, @#:",
    "self",
  ])("keeps the body's statements: def __init__(%s", (parameters) => {
    const report = profile(
      `
from torch import nn

class Net(nn.Module):
    def __init__(${parameters}
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x
        y = self.conv(x)
        return y
`,
      { input: ["1x3x2x2"] },
    );
    expect(report.layers.map(({ name, macs }) => [name, macs])).toEqual([["conv", 48]]);
  });

  it("keeps parameters on lines of their own, whatever stands below the open bracket", () => {
    const report = profile(
      `
from torch import nn

class Net(nn.Module):
    def __init__(
        self,
        width=4,
        act=nn.ReLU(
            inplace=True
        ),
        layer
        =nn.Conv2d,
        odd=,
    ):
        super().__init__()
        self.conv = layer(3, width, 1)

    def forward(self, x):
        return self.conv(x)
`,
      { input: ["1x3x2x2"] },
    );
    expect(report.layers.map(({ name, macs }) => [name, macs])).toEqual([["conv", 48]]);
  });
});
