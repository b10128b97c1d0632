/** Swaps over a report whose figures a real network measured. */
import { describe, expect, it } from "vitest";
import { eligibleLayers, simulateSwap } from "../../../src/engine/separable/simulate.ts";
import { truthReport } from "../report/reports.ts";

const report = truthReport("resnet18");

/** 56² · 64 · (9 + 64): what `layer1.0.conv1` costs once it is split. */
const SPLIT = 56 * 56 * 64 * (9 + 64);

describe("a swap", () => {
  it("changes the chosen layers and the totals by as much", () => {
    const index = report.layers.findIndex((layer) => layer.name === "layer1.0.conv1");
    const after = simulateSwap(report, new Set([index]));
    expect(after.swapped).toBe(1);
    expect(after.layers[index]).toEqual({ swapped: true, macs: SPLIT, params: 64 * 9 + 64 * 64 + 2 * 64 });
    expect(after.macs).toBe(1814073344 - 115605504 + SPLIT);
    expect(after.params).toBe(11689512 - 36864 + 64 * 9 + 64 * 64 + 2 * 64);
  });

  it("of nothing leaves everything as it is", () => {
    const after = simulateSwap(report, new Set());
    expect(after).toMatchObject({ swapped: 0, macs: report.totals.macs, params: report.totals.params });
  });

  it("passes over layers that have no separable form", () => {
    const fc = report.layers.length - 1;
    expect(simulateSwap(report, new Set([fc]))).toMatchObject({ swapped: 0, macs: report.totals.macs });
  });

  it("of a network with an unknown total has an unknown total, and known layers", () => {
    const unknown = { ...report, totals: { ...report.totals, macs: null } };
    const after = simulateSwap(unknown, eligibleLayers(unknown));
    expect(after.macs).toBeNull();
    expect(after.params).toBeLessThan(report.totals.params ?? 0);
    expect(after.swapped).toBe(16);
  });
});
