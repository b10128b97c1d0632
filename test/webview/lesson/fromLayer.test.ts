import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
import { costOf, placesOf, separableAt, standardAt } from "../../../webview/lesson/counting.ts";
import { lessonOf } from "../../../webview/lesson/fromLayer.ts";
import { profile } from "../../engine/profile.ts";
import { layer, report } from "../report.ts";

const RESNET18 = `
from torch import nn

def conv(i, o, k, s):
    return nn.Conv2d(i, o, k, s, k // 2, bias=False)

class Block(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.conv1 = conv(i, o, 3, s)
        self.conv2 = conv(o, o, 3, 1)
        self.down = conv(i, o, 1, s) if s != 1 else nn.Identity()

    def forward(self, x):
        return self.conv2(self.conv1(x).relu()) + self.down(x)

class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv(3, 64, 7, 2)
        self.pool = nn.MaxPool2d(3, 2, 1)
        widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1),
                  (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1)]
        self.blocks = nn.Sequential(*[Block(i, o, s) for i, o, s in widths])

    def forward(self, x):
        return self.blocks(self.pool(self.stem(x)))
`;

const MOBILENET = `
from torch import nn

def dw(i, o, s):
    return nn.Sequential(nn.Conv2d(i, i, 3, s, 1, groups=i, bias=False), nn.Conv2d(i, o, 1, bias=False))

class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
        widths += [(512, 512, 1)] * 5 + [(512, 1024, 2), (1024, 1024, 1)]
        self.m = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1), *[dw(i, o, s) for i, o, s in widths])

    def forward(self, x):
        return self.m(x)
`;

const oneLayer = (made: string): string => `
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = ${made}

    def forward(self, x):
        return self.m(x)
`;

/** Walks each convolution's lesson to its end; how many there were. */
function expectReportsFigures(of: Report): number {
  const convolutions = of.layers.filter(({ op }) => op === "conv");
  for (const each of convolutions) {
    const lesson = lessonOf(each, of);
    expect(lesson, each.name).toBeDefined();
    if (!lesson) continue;
    const { sizes, times } = lesson;
    const end = standardAt(sizes, placesOf(sizes));
    expect(end.count * times, each.name).toBe(each.macs);
    const separable = separableAt(sizes, Math.max(end.count, costOf(sizes).separable));
    expect(separable.done, each.name).toBe(true);
    if (each.swappable) expect(separable.count * times, each.name).toBe(each.separable_macs);
  }
  return convolutions.length;
}

describe("a layer's lesson ends at the report's own figures", () => {
  it("for each convolution of a ResNet-18", () => {
    expect(expectReportsFigures(profile(RESNET18, { model: "ResNet18", input: ["1x3x224x224"] }))).toBe(20);
  });

  it("for each convolution of a MobileNet", () => {
    expect(expectReportsFigures(profile(MOBILENET, { model: "MobileNet", input: ["1x3x224x224"] }))).toBe(27);
  });

  it.each([
    ["one dimension", "nn.Conv1d(8, 16, 5, stride=2, padding=2)", "1x8x100"],
    ["groups", "nn.Conv2d(16, 32, 3, padding=1, groups=4)", "1x16x14x14"],
    ["three dimensions", "nn.Conv3d(3, 8, 3, padding=1)", "1x3x8x12x12"],
    [
      "an uneven kernel with dilation",
      "nn.Conv2d(4, 4, (1, 7), dilation=(1, 2), padding=(0, 3))",
      "1x4x9x30",
    ],
    ["padding 'same' of an even kernel", "nn.Conv2d(4, 4, 4, padding='same')", "1x4x9x9"],
    ["a batch", "nn.Conv2d(4, 8, 3)", "5x4x9x9"],
  ])("for %s", (_, made, input) => {
    expect(expectReportsFigures(profile(oneLayer(made), { model: "Net", input: [input] }))).toBe(1);
  });

  it("for a layer that is called twice", () => {
    const twice = oneLayer("nn.Conv2d(8, 8, 3, padding=1)").replace("self.m(x)", "self.m(self.m(x))");
    expect(expectReportsFigures(profile(twice, { model: "Net", input: ["1x8x6x6"] }))).toBe(1);
  });
});

it("gives no lesson rather than one that counts wrong", () => {
  const lesson = (facts: Parameters<typeof layer>[1]) => lessonOf(layer("a", facts), report([]));
  expect(lesson({})).toBeDefined();
  expect(lesson({ macs: null })).toBeUndefined();
  expect(lesson({ in: [null] })).toBeUndefined();
  expect(lesson({ op: "conv_transpose" })).toBeUndefined();
  expect(lesson({ padding: [0, 0] })).toBeUndefined();
  expect(lesson({ calls: 3, macs: 2 * 115_605_504 })).toBeUndefined();
});
