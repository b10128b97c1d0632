import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { paretoOfSwaps, pointWithin, suggest, swapsOf } from "../../../src/engine/separable/suggest.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";
import { profile } from "../profile.ts";

const parsers = await loadParsers();

const report = profile(`
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.small = nn.Conv2d(16, 16, 3, padding=1)
        self.large = nn.Conv2d(16, 64, 3, padding=1)
        self.middle = nn.Conv2d(64, 16, 3, padding=1)
        self.head = nn.Conv2d(16, 10, 1)
    def forward(self, x):
        return self.head(self.middle(self.large(self.small(self.stem(x)))))
`);
const points = paretoOfSwaps(report) ?? [];

describe("the Pareto list of swaps", () => {
  it("starts with the network as it is and takes the largest saving first", () => {
    expect(points.map(({ layers, added }) => [layers, added])).toEqual([
      [0, undefined],
      [1, "large"],
      [2, "middle"],
      [3, "small"],
    ]);
    expect(points[0]?.macs).toBe(report.totals.macs);
  });

  it("has no better set of as many layers", () => {
    const savings = report.layers.flatMap(({ swappable, macs, separable_macs }) =>
      swappable && macs && separable_macs ? [macs - separable_macs] : [],
    );
    const subsets = Array.from({ length: 2 ** savings.length }, (_, bits) =>
      savings.filter((_saving, index) => bits & (1 << index)),
    );
    for (const point of points) {
      const best = Math.max(
        ...subsets.filter((set) => set.length === point.layers).map((set) => set.reduce((a, b) => a + b, 0)),
      );
      expect((report.totals.macs ?? 0) - point.macs).toBe(best);
    }
  });

  it("gives the first point within a budget, with its layers", () => {
    const point = pointWithin(points, (points[2]?.macs ?? 0) + 1);
    expect(point && swapsOf(points, point)).toEqual(["large", "middle"]);
  });
});

describe("a suggestion", () => {
  it("is swaps alone where they suffice", () => {
    const found = suggest(points, points[1]?.macs ?? 0, () => ({ macs: null, params: null }));
    expect(found).toMatchObject({ swap: ["large"], alpha: 1, rho: 1, macs: points[1]?.macs });
  });

  it("adds the multipliers that come nearest to the budget from below", () => {
    const last = points.at(-1)?.macs ?? 0;
    const scaled = (alpha: number, rho: number) => ({ macs: last * alpha * alpha * rho * rho, params: 1 });
    const found = suggest(points, last / 2, scaled);
    expect(found?.swap.length).toBe(3);
    expect([found?.alpha, found?.rho]).not.toEqual([1, 1]);
    expect(found?.macs).toBeLessThanOrEqual(last / 2);
  });

  it("is none when nothing reaches the budget", () => {
    expect(suggest(points, 1, () => ({ macs: 100, params: 1 }))).toBeUndefined();
  });
});

describe("the engine's suggestion", () => {
  const file = "/app/net.py";
  const source = `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.body = nn.Conv2d(16, 64, 3, padding=1)
        self.head = nn.Conv2d(64, 10, 1)
    def forward(self, x):
        return self.head(self.body(self.stem(x)))
`;
  const engine = createEngine({ parsers, host: memoryHost({ [file]: source }) });

  it("is what a simulation of it costs, within the budget", () => {
    const budgetMacs = 60e6;
    const found = engine.suggest(file, { budgetMacs });
    if (!found.ok || !found.suggestion) throw new Error("nothing is suggested");
    const { swap, alpha, rho, macs, params } = found.suggestion;
    expect(swap).toEqual(["body"]);
    expect(macs).toBeLessThanOrEqual(budgetMacs);
    const simulated = engine.simulate(file, { swap, alpha, rho });
    expect(simulated.ok && simulated.simulation.after.totals).toMatchObject({ macs, params });
  });
});
