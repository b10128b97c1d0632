import { describe, expect, it } from "vitest";
import { describeBounds, describeSwaps } from "../../../webview/panel/describe.ts";
import { allDevices } from "../../../webview/panel/roofline.ts";
import { makeScene } from "../../../webview/panel/scene.ts";
import { fromSaved, withSwaps } from "../../../webview/panel/state.ts";
import { Sweeps } from "../../../webview/panel/sweeps.ts";
import { translator } from "../../../webview/shared/l10n.ts";
import { fixed, layer, report } from "../report.ts";

// 10 M of the 40 M MACs of `c` remain after the swap.
const dense = layer("c", {
  macs: 40_000_000,
  separable_macs: 10_000_000,
  params: 2_000,
  separable_params: 500,
});
const linear = fixed("fc", { op: "linear", kind: "linear", macs: 10_000_000, params: 100 });

const told = (network: ReturnType<typeof report>, swaps: readonly string[]): string =>
  describeSwaps(sceneOf(network, swaps));

function sceneOf(network: ReturnType<typeof report>, swaps: readonly string[], device = "") {
  const state = { ...withSwaps(fromSaved(undefined), new Set(swaps)), device };
  const palette = {} as Parameters<typeof makeScene>[0]["palette"];
  const nothing = { scaled: null, scaledReason: null, waiting: false, budgetMacs: null, reach: null };
  return makeScene({
    ...{ report: network, state, palette, ...nothing, t: translator("en"), label: "model.py" },
    ...{
      devices: allDevices([]),
      abilities: new Set(),
      cursor: new Set(),
      sweeps: new Sweeps(() => undefined),
    },
  });
}

describe("describeBounds", () => {
  it("counts no layers as limited by a memory whose bandwidth is not told", () => {
    expect(describeBounds(sceneOf(report([dense, linear]), [], "Coral Edge TPU"))).toBe(
      // 2 × 50 M at 4 TOP/s.
      "On Coral Edge TPU at best 25.0 µs, by its operations alone, for its bandwidth is not told. A bound, not a prediction.",
    );
    expect(describeBounds(sceneOf(report([dense, linear]), []))).toMatch(/of 2 layers are limited by memory/);
  });
});

describe("describeSwaps", () => {
  it("tells the share that is saved of a network whose total is known", () => {
    expect(
      told(report([layer("a", { swappable: false, separable_macs: null }), dense, linear]), ["c"]),
    ).toMatch(/^1 of 1 swapped: [\d.]+ % fewer MACs\.$/);
  });

  it("tells what is saved, and that the total is unknown, where part of the network is", () => {
    const partly = report([dense, linear], { complete: false });
    const unknown = { ...partly, totals: { ...partly.totals, macs: null } };
    expect(told(unknown, ["c"])).toBe(
      "1 of 1 standard convolutions swapped: 30.0 M MACs fewer; the total is unknown.",
    );
  });

  it("says that there is nothing to swap only where there is nothing", () => {
    expect(told(report([linear]), [])).toMatch(/^No standard convolution/);
    const stem = { ...dense, swappable: false };
    expect(told(report([stem, linear]), [])).toMatch(/^Only the first convolution can be swapped, by hand/);
  });
});
