import { describe, expect, it } from "vitest";
import { withBounds } from "../../../src/engine/report/bounds.ts";
import type { SweepQuestion } from "../../../src/protocol/messages.ts";
import { allDevices } from "../../../webview/panel/roofline.ts";
import { FULL_SIZE } from "../../../webview/panel/state.ts";
import { type Asked, leastTime, Sweeps } from "../../../webview/panel/sweeps.ts";
import { fixed, layer, report } from "../report.ts";

const at = (alpha: number, more: Partial<Asked> = {}): Asked => ({
  ...{ scaling: { ...FULL_SIZE, alpha }, swap: [], ...more },
});
const network = report([layer("a"), fixed("fc", { op: "linear", kind: "linear" })]);

function asking(): {
  readonly sweeps: Sweeps;
  readonly posted: SweepQuestion[];
  readonly answer: () => void;
} {
  const posted: SweepQuestion[] = [];
  const sweeps = new Sweeps((question) => posted.push(question));
  const answer = (): void => {
    const { ticket = 0 } = posted.at(-1) ?? {};
    sweeps.receive({ type: "swept", ticket, report: network, refused: [] });
  };
  return { sweeps, posted, answer };
}

describe("the cells of a sweep", () => {
  it("are asked for one after the other, each once, and kept", () => {
    const { sweeps, posted, answer } = asking();
    sweeps.start([at(1), at(0.5), at(0.5), at(0.25)]);
    expect([posted.length, sweeps.progress]).toEqual([1, { done: 0, all: 3 }]);
    answer();
    expect([posted.length, sweeps.progress]).toEqual([2, { done: 1, all: 3 }]);
    answer();
    answer();
    expect([posted.length, sweeps.progress]).toEqual([3, null]);
    expect(sweeps.of(at(0.5))).toMatchObject({ macs: network.totals.macs, samples: 1 });
    sweeps.start([at(1), at(0.25)]);
    expect(posted).toHaveLength(3);
  });

  it("tell swaps, inputs and widths apart, and no rounding where nothing is thinned", () => {
    const { sweeps, answer } = asking();
    sweeps.start([at(1, { swap: ["b", "a"] })]);
    answer();
    expect(sweeps.of(at(1, { swap: ["a", "b"] }))).toBeDefined();
    expect(sweeps.of(at(1))).toBeUndefined();
    expect(sweeps.of(at(1, { swap: ["a", "b"], resized: ["2x3x8x8"] }))).toBeUndefined();
    expect(sweeps.of({ swap: ["a", "b"], scaling: { alpha: 1, rho: 1, round: 1 } })).toBeDefined();
  });

  it("end when they are stopped: what is still to come is not asked for, and what comes is of no use", () => {
    const { sweeps, posted, answer } = asking();
    sweeps.start([at(1), at(0.5)]);
    sweeps.cancel();
    answer();
    expect([posted.length, sweeps.progress, sweeps.of(at(1))]).toEqual([1, null, undefined]);
  });

  it("are forgotten with the text that they were of, and an answer about it that comes late is too", () => {
    const { sweeps, posted, answer } = asking();
    sweeps.start([at(1), at(0.5)]);
    answer();
    sweeps.forget();
    answer();
    expect([sweeps.of(at(1)), sweeps.of(at(0.5))]).toEqual([undefined, undefined]);
    sweeps.start([at(1)]);
    expect(posted.at(-1)?.ticket).toBe(3);
  });

  it("say why there are no figures", () => {
    const { sweeps, posted } = asking();
    sweeps.start([at(0.5)]);
    const { ticket = 0 } = posted[0] ?? {};
    sweeps.receive({ type: "swept", ticket, report: null, reason: "too narrow", refused: [] });
    expect(sweeps.of(at(0.5))).toMatchObject({ macs: null, reason: "too narrow" });
  });

  it("have the least time that the report's own bound has, on each device", () => {
    const { sweeps, answer } = asking();
    sweeps.start([at(1)]);
    answer();
    for (const device of allDevices([])) {
      const figures = sweeps.of(at(1));
      expect(figures && leastTime(figures, device)).toBeCloseTo(
        withBounds(network, device).roofline?.seconds ?? 0,
        15,
      );
    }
  });

  it("go with an exported report, and come back from nothing else", () => {
    const { sweeps, answer } = asking();
    sweeps.start([at(0.5)]);
    answer();
    sweeps.swaps = new Set(["a"]);
    const saved: unknown = JSON.parse(JSON.stringify(sweeps.saved()));
    const opened = asking().sweeps;
    opened.restore(saved);
    expect(opened.of(at(0.5))).toEqual(sweeps.of(at(0.5)));
    expect([...(opened.swaps ?? [])]).toEqual(["a"]);
    const other = asking().sweeps;
    other.restore({ cells: [["[]", { macs: "many" }]], swaps: [] });
    expect(other.swaps).toBeUndefined();
  });
});
