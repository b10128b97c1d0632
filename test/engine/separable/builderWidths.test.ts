/**
 * The width multiplier against builders that have a width argument of their own: what real torch 1.13 measured of the
 * network that the argument makes is what `alpha` says of the network at full width.
 */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

const SOURCE = `from torch import nn


def divisible(value):
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def unit(i, o, kernel=3, stride=1, groups=1):
    conv = nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(o), nn.ReLU())


class MobileNet(nn.Module):
    def __init__(self, width=1.0):
        super().__init__()
        layers, channels = [unit(3, int(32 * width), stride=2)], int(32 * width)
        for size, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (512, 2), (1024, 2)):
            wide = int(size * width)
            layers += [unit(channels, channels, 3, stride, channels), unit(channels, wide, 1)]
            channels = wide
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(channels, 10)

    def forward(self, x):
        return self.head(self.features(x).mean([2, 3]))


class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        inner = divisible(channels // 4)
        self.down, self.up = nn.Conv2d(channels, inner, 1), nn.Conv2d(inner, channels, 1)

    def forward(self, x):
        weights = self.up(self.down(x.mean((2, 3), keepdim=True)).relu())
        return x * weights.sigmoid()


class Inverted(nn.Module):
    def __init__(self, i, wide, o, stride):
        super().__init__()
        self.skip = i == o and stride == 1
        self.body = nn.Sequential(
            unit(i, wide, 1), unit(wide, wide, 3, stride, wide), Squeeze(wide), unit(wide, o, 1)
        )

    def forward(self, x):
        return x + self.body(x) if self.skip else self.body(x)


class MobileNetV3(nn.Module):
    def __init__(self, width=1.0):
        super().__init__()
        channels = divisible(16 * width)
        layers = [unit(3, channels, stride=2)]
        for wide, size, stride in ((64, 32, 2), (128, 32, 1), (256, 64, 2), (384, 64, 1)):
            layers.append(Inverted(channels, divisible(wide * width), divisible(size * width), stride))
            channels = divisible(size * width)
        self.features = nn.Sequential(*layers, unit(channels, 6 * channels, 1))
        self.head = nn.Linear(6 * channels, 10)

    def forward(self, x):
        return self.head(self.features(x).mean([2, 3]))


class WideResidual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.body = nn.Sequential(unit(i, o, 3, stride), nn.Conv2d(o, o, 3, padding=1, bias=False))
        self.short = nn.Identity() if i == o else nn.Conv2d(i, o, 1, stride, bias=False)

    def forward(self, x):
        return self.body(x) + self.short(x)


class WideResNet(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        sizes = [16 * width, 16 * width, 32 * width, 64 * width]
        self.stem = nn.Conv2d(3, sizes[0], 3, padding=1, bias=False)
        blocks = [WideResidual(i, o, 1 if i == o else 2) for i, o in zip(sizes, sizes[1:])]
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(sizes[-1], 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean([2, 3]))
`;

/** Of 1×3×64×64: MACs and parameters. `width` of WideResNet is 4 at full width. */
const MEASURED = [
  ["MobileNet", 0.75, 1, 9578496, 422842],
  ["MobileNet", 0.5, 1, 4550656, 192554],
  ["MobileNet", 0.25, 1, 1357824, 51610],
  ["MobileNetV3", 0.75, 8, 7804224, 140986],
  ["MobileNetV3", 0.5, 8, 3541376, 65242],
  ["MobileNetV3", 1.5, 8, 28100736, 535162],
  ["WideResNet", 0.75, 1, 439420800, 690490],
  ["WideResNet", 0.5, 1, 196478208, 307754],
  ["WideResNet", 0.25, 1, 50004608, 77594],
] as const;

it.each(MEASURED)("%s at α = %d, widths to multiples of %d, is what its builder makes", (...row) => {
  const [model, alpha, round, macs, params] = row;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": SOURCE }) });
  const result = engine.simulate("/app/net.py", {
    ...{ model, swap: "none", alpha, round },
    input: ["1x3x64x64"],
  });
  if (!result.ok) throw new Error(result.reason);
  expect(result.simulation.after.totals).toMatchObject({ macs, params });
});

describe("a network whose own argument of width follows other rules", () => {
  const source = `from torch import nn


class Net(nn.Module):
    def __init__(self, width_mult=1.0):
        super().__init__()
        size, last = int(16 * width_mult), int(64 * max(1.0, width_mult))
        self.body = nn.Conv2d(3, size, 3, bias=False)
        self.last = nn.Conv2d(size, last, 1, bias=False)

    def forward(self, x):
        return self.last(self.body(x)).mean((1, 2, 3))


def fixed(**options):
    return Net(1.0, **options)


def free(**options):
    return Net(**options)
`;
  const simulate = (model: string, swap: "none" | "all" = "none", args?: string) => {
    const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) });
    const input = ["1x3x10x10"];
    const result = engine.simulate("/app/net.py", { model, swap, alpha: 0.5, input, ...(args && { args }) });
    if (!result.ok) throw new Error(result.reason);
    return result.simulation;
  };

  it("is told as that argument makes it, with the widths that differ from α's", () => {
    for (const model of ["Net", "free"]) {
      const { after, own_width: own } = simulate(model);
      expect(after.totals.params).toBe(3 * 8 * 9 + 8 * 32);
      expect(own).toEqual({
        ...{ argument: "width_mult", value: 0.5 },
        ...{ params: 3 * 8 * 9 + 8 * 64, macs: 64 * (3 * 8 * 9 + 8 * 64) },
        differs: [{ layer: "last", channels: 64, simulated: 32 }],
      });
    }
  });

  it("is not told where the argument cannot be given, is given already, or layers are swapped too", () => {
    expect(simulate("fixed").own_width).toBeUndefined();
    expect(simulate("Net", "none", "width_mult=2.0").own_width).toBeUndefined();
    expect(simulate("Net", "all").own_width).toBeUndefined();
  });
});
