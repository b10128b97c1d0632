/** The library that measures, on tiny layers: that it runs what the report says, not how fast. */
import { describe, expect, it } from "vitest";
import { measure } from "../../src/measure/measure.ts";
import { shapesOf } from "../../src/measure/shapes.ts";
import { openRunner } from "../../src/measure/tfjs.ts";
import { profile } from "../engine/profile.ts";

const report = profile(
  `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.again = nn.Conv2d(8, 8, 3, padding=1)
        self.same = nn.Conv2d(8, 8, 3, padding=1)
        self.wide = nn.Conv2d(8, 8, (1, 5), dilation=(1, 2), padding=(0, 4))
        self.depthwise = nn.Conv2d(8, 16, 5, groups=8)
        self.even = nn.Conv2d(16, 8, 2, stride=2)
        self.grouped = nn.Conv2d(8, 8, 3, padding=1, groups=2)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
    def forward(self, x):
        x = self.wide(self.same(self.again(self.stem(x))))
        return self.up(self.grouped(self.even(self.depthwise(x))))
`,
  { input: ["1x3x33x32"] },
);

describe("the shapes of a network", () => {
  const { shapes, left } = shapesOf(report);

  it("are distinct, with all layers that have them", () => {
    expect(shapes.map(({ text, layers, calls }) => [text, layers.join(), calls])).toEqual([
      ["3×3 /2 3→8 at 17×16", "stem", 1],
      ["3×3 8→8 at 17×16", "again,same", 2],
      ["1×5 8→8 at 17×16", "wide", 1],
      ["5×5 depthwise 8→16 at 13×12", "depthwise", 1],
      ["2×2 /2 16→8 at 6×6", "even", 1],
    ]);
    expect(shapes.map(({ separable }) => separable !== undefined)).toEqual(
      shapes.map(({ layers }) => report.layers.find(({ name }) => name === layers[0])?.swappable),
    );
  });

  it("cost what the report says", () => {
    for (const { written, layers, separable } of shapes) {
      const layer = report.layers.find(({ name }) => name === layers[0]);
      expect(written.macs).toBe(layer?.macs);
      if (separable) expect(separable.macs).toBe(layer?.separable_macs);
    }
  });

  it("leave out what is not measured, with the reason", () => {
    expect(left).toEqual([
      { layer: "grouped", reason: "grouped convolutions are not measured" },
      { layer: "up", reason: "transposed convolutions are not measured" },
    ]);
  });

  it("run in the library, in both forms, with the report's own output sizes", async () => {
    let clock = 0;
    const runner = await openRunner();
    const { results } = await measure(shapes, runner, { seconds: 200, now: () => clock++ });
    expect(results.every(({ written, shape, separable }) => written && (!shape.separable || separable))).toBe(
      true,
    );
    for (const { written, separable = written } of shapes) {
      const prepared = await runner.prepare(separable);
      const [step] = written.steps;
      expect(await prepared.run()).toEqual([...(step?.output ?? []), step?.outChannels]);
      prepared.dispose();
    }
  });

  it("are of one layer where that is asked for", () => {
    expect(shapesOf(report, "same").shapes.map(({ layers }) => layers)).toEqual([["same"]]);
  });

  it("of one axis are rows of two", () => {
    const audio = profile(
      `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv1d(4, 8, 9, stride=2)
    def forward(self, x):
        return self.c(x)
`,
      { input: ["1x4x100"] },
    );
    expect(shapesOf(audio).shapes[0]?.written.steps[0]).toMatchObject({
      ...{ input: [1, 100], output: [1, 46], kernel: [1, 9], stride: [1, 2] },
    });
  });
});
