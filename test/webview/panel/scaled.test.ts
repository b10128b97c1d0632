import { describe, expect, it } from "vitest";
import { Scaled } from "../../../webview/panel/scaled.ts";
import { FULL_SIZE } from "../../../webview/panel/state.ts";
import { layer, report } from "../report.ts";

const half = { ...FULL_SIZE, alpha: 0.5 };
const smaller = { ...FULL_SIZE, alpha: 0.25 };
const network = report([layer("a")]);

function asked(): { scaled: Scaled; posted: number[] } {
  const posted: number[] = [];
  return { scaled: new Scaled((_, { alpha }) => posted.push(alpha)), posted };
}

describe("the network at α and ρ", () => {
  it("is never asked for at full size", () => {
    const { scaled, posted } = asked();
    scaled.ask("net", FULL_SIZE);
    expect(posted).toEqual([]);
    expect(scaled.of("net", FULL_SIZE)).toEqual({ report: null, reason: null, waiting: false });
  });

  it("is asked for once, and kept", () => {
    const { scaled, posted } = asked();
    scaled.ask("net", half);
    scaled.ask("net", half);
    scaled.receive({ type: "scaled", network: "net", scaling: half, report: network });
    scaled.ask("net", half);
    expect(posted).toEqual([0.5]);
    expect(scaled.of("net", half)).toEqual({ report: network, reason: null, waiting: false });
  });

  it("stands in for the next one while that is on its way", () => {
    const { scaled } = asked();
    scaled.receive({ type: "scaled", network: "net", scaling: half, report: network });
    scaled.ask("net", smaller);
    expect(scaled.of("net", smaller)).toEqual({ report: network, reason: null, waiting: true });
    expect(scaled.of("another", smaller).report).toBeNull();
  });

  it("says why there is none", () => {
    const { scaled } = asked();
    scaled.ask("net", half);
    scaled.receive({ type: "scaled", network: "net", scaling: half, report: null, reason: "too narrow" });
    expect(scaled.of("net", half)).toEqual({ report: null, reason: "too narrow", waiting: false });
  });

  it("is asked for anew when the text has changed", () => {
    const { scaled, posted } = asked();
    scaled.ask("net", half);
    scaled.receive({ type: "scaled", network: "net", scaling: half, report: network });
    scaled.forget();
    scaled.ask("net", half);
    expect(posted).toEqual([0.5, 0.5]);
  });
});
