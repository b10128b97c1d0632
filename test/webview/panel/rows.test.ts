import { describe, expect, it } from "vitest";
import { canSwap, eligible, savingOf, simulate, swapSteps, swapsAbove } from "../../../webview/panel/rows.ts";
import { fixed, layer, report } from "../report.ts";

// MobileNets, section 3.1, at D_F = 56, D_K = 3, M = N = 64.
const STANDARD = 56 * 56 * 3 * 3 * 64 * 64;
const DEPTHWISE = 56 * 56 * 3 * 3 * 64;
const POINTWISE = 56 * 56 * 64 * 64;

const stem = layer("stem", { swappable: false, not_swappable: "It is the first convolution." });
const network = report([
  stem,
  layer("a"),
  fixed("b", { macs: 1_000_000, params: 100 }),
  layer("c", { macs: 40_000_000, separable_macs: 10_000_000, params: 2_000, separable_params: 500 }),
  fixed("norm", { op: "norm", kind: "norm", macs: 0, params: 128 }),
]);

describe("simulate", () => {
  it("splits a swapped 3×3 convolution into the paper's depthwise and pointwise cost", () => {
    const [, row] = simulate(network, new Set(["a"])).rows;
    expect(row?.before.macs).toBe(STANDARD);
    expect(row?.after.macs).toBe(DEPTHWISE + POINTWISE);
    expect(row?.segments).toEqual([
      { kind: "pointwise", macs: POINTWISE },
      { kind: "depthwise", macs: DEPTHWISE },
    ]);
  });

  it("takes the saving of each swapped layer off the totals, and keeps the totals before", () => {
    const { totals } = simulate(network, new Set(["a", "c"]));
    const saved = STANDARD - DEPTHWISE - POINTWISE + 30_000_000;
    expect(totals.before.macs).toBe(2 * STANDARD + 41_000_000);
    expect(totals.after.macs).toBe(2 * STANDARD + 41_000_000 - saved);
    expect(totals.after.params).toBe((totals.before.params ?? 0) - (36_864 - 4_672) - 1_500);
  });

  it("leaves layers alone that have no separable form", () => {
    const { rows, totals } = simulate(network, new Set(["b", "norm"]));
    expect(rows.some((row) => row.swapped)).toBe(false);
    expect(totals.after).toEqual(totals.before);
  });

  it("keeps an unknown total unknown and sums what is known", () => {
    const totals = { ...network.totals, macs: null };
    const partial = report([layer("a"), fixed("b", { macs: null })], { totals, complete: false });
    const simulated = simulate(partial, new Set(["a"]));
    expect(simulated.totals.after.macs).toBeNull();
    expect(simulated.totals.known.macs).toBe(STANDARD);
    expect(simulated.rows[1]?.segments).toEqual([]);
  });
});

describe("choosing swaps", () => {
  const { rows, totals } = simulate(network, new Set());
  const whole = totals.before.macs ?? 0;

  it("offers the stem by itself but not in all", () => {
    expect(canSwap(stem)).toBe(true);
    expect(eligible(rows).map((row) => row.layer.name)).toEqual(["a", "c"]);
  });

  it("takes layers from a share of the network on", () => {
    expect([...swapsAbove(rows, whole, 0.3)]).toEqual(["a"]);
    expect([...swapsAbove(rows, whole, 0)]).toEqual(["a", "c"]);
  });

  it("saves nothing where nothing can be swapped", () => {
    expect(savingOf(fixed("b"))).toBe(0);
    expect(savingOf(layer("a"))).toBe(STANDARD - DEPTHWISE - POINTWISE);
  });
});

describe("simulate at another width", () => {
  const half = report([
    stem,
    layer("a", { macs: 28_901_376, separable_macs: 4_114_432, params: 9_216, separable_params: 1_312 }),
    ...network.layers.slice(2),
  ]);

  it("swaps the thinned layers and compares with the network as it is", () => {
    const [, row] = simulate(network, new Set(["a"]), half).rows;
    expect(row).toMatchObject({ swapped: true, changed: true });
    expect(row?.before.macs).toBe(STANDARD);
    expect(row?.after.macs).toBe(4_114_432);
  });

  it("marks layers that only α changed, and finds them by name when their order differs", () => {
    const reversed = { ...half, layers: [...half.layers].reverse() };
    const rows = simulate(network, new Set(), reversed).rows;
    expect(rows.map(({ changed }) => changed)).toEqual([false, true, false, false, false]);
    expect(rows[1]?.after.macs).toBe(28_901_376);
  });
});

describe("swapSteps", () => {
  it("takes the dearest saving first, each step on top of those before", () => {
    const { rows, totals } = simulate(network, new Set());
    const steps = swapSteps(network, rows, totals.known);
    expect(steps.map(({ row }) => row?.layer.name)).toEqual([undefined, "a", "c"]);
    expect(steps[2]?.macs).toBe(totals.known.macs - (STANDARD - DEPTHWISE - POINTWISE) - 30_000_000);
  });
});
