import { describe, expect, it } from "vitest";
import type { Simulation, SimulationResult } from "../../src/engine/contract/separable.ts";
import { sweepOptions, sweptAnswer } from "../../src/protocol/swept.ts";
import { layer, report } from "../webview/report.ts";

const question = { ticket: 7, scaling: { alpha: 0.5, rho: 1, round: 8 }, swap: ["a"] };
const network = report([layer("a")]);

function simulated(more: Partial<Simulation> = {}): SimulationResult {
  const found = { before: network, after: network, refused: [], problems: [] } as Partial<Simulation>;
  return { ok: true, simulation: { ...found, ...more } as Simulation };
}

describe("one cell of a sweep", () => {
  it("is simulated with its swaps, and channels are rounded only where they are thinned", () => {
    expect(sweepOptions(question)).toEqual({ swap: ["a"], alpha: 0.5, rho: 1, round: 8 });
    const whole = { ...question, scaling: { alpha: 1, rho: 0.5, round: 8 }, swap: [] };
    expect(sweepOptions(whole)).toEqual({ swap: "none", alpha: 1, rho: 0.5, round: 1 });
    expect(sweepOptions({ ...whole, resized: ["2x3x8x8"] }).resized).toEqual(["2x3x8x8"]);
  });

  it("answers with the changed network under the question's number, and says what stays unswapped", () => {
    const refused = [{ layer: "a", reason: "no" }];
    expect(sweptAnswer(question, simulated({ refused }))).toEqual({
      ...{ type: "swept", ticket: 7, report: network, refused: ["a"] },
    });
  });

  it("has no network where the changed one does not fit or is not known, but why", () => {
    const at = { file: "net.py", line: 1, column: 1 };
    const problems = [{ severity: "error" as const, message: "too small", code: "shape-mismatch", at }];
    const say = (reason: string): string => reason.toUpperCase();
    expect(sweptAnswer(question, simulated({ problems }), say)).toMatchObject({
      ...{ report: null, reason: "TOO SMALL" },
    });
    expect(sweptAnswer(question, { ok: false, reason: "no network" }, say)).toMatchObject({
      ...{ report: null, reason: "NO NETWORK" },
    });
  });
});
