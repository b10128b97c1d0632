import { describe, expect, it } from "vitest";
import {
  FULL_SIZE,
  fromSaved,
  initialState,
  isUntouched,
  toSaved,
  undone,
  withReport,
  withReset,
  withScaling,
  withSort,
  withSwaps,
  withToggled,
} from "../../../webview/panel/state.ts";
import { layer, report } from "../report.ts";

const network = report([layer("a"), layer("block.b")]);

describe("swaps", () => {
  it("can be taken back step by step", () => {
    const one = withToggled(initialState, ["a"]);
    const two = withToggled(one, ["b"]);
    expect([...two.swaps]).toEqual(["a", "b"]);
    expect([...undone(two).swaps]).toEqual(["a"]);
    expect(undone(undone(two)).swaps.size).toBe(0);
    expect(undone(initialState)).toBe(initialState);
  });

  it("of a group are completed first, then removed", () => {
    const some = withSwaps(initialState, new Set(["a"]));
    const all = withToggled(some, ["a", "b"]);
    expect([...all.swaps]).toEqual(["a", "b"]);
    expect(withToggled(all, ["a", "b"]).swaps.size).toBe(0);
  });

  it("and scalings are taken back in the order they were made, and reset together", () => {
    const thin = withScaling(withToggled(initialState, ["a"]), { alpha: 0.5, rho: 1, round: 8 });
    expect(undone(thin).scaling).toEqual(FULL_SIZE);
    expect([...undone(thin).swaps]).toEqual(["a"]);
    const reset = withReset(thin);
    expect(isUntouched(reset)).toBe(true);
    expect(undone(reset).scaling.alpha).toBe(0.5);
    expect(withReset(initialState)).toBe(initialState);
  });

  it("that change nothing leave no step to undo", () => {
    expect(withSwaps(initialState, new Set())).toBe(initialState);
  });
});

describe("withSort", () => {
  it("starts with the dearest for figures and with A for names, and turns round when pressed again", () => {
    const byMacs = withSort(initialState, "macs");
    expect(byMacs.sort).toEqual({ key: "macs", descending: true });
    expect(withSort(byMacs, "macs").sort.descending).toBe(false);
    expect(withSort(byMacs, "name").sort).toEqual({ key: "name", descending: false });
  });
});

describe("withReport", () => {
  const chosen = {
    ...withReport(initialState, network),
    swaps: new Set(["a"]),
    scope: "block",
    selected: "a",
  };

  it("keeps what still makes sense when the same network comes again", () => {
    const shrunk = withReport(chosen, report([layer("a")]));
    expect([...shrunk.swaps]).toEqual(["a"]);
    expect(shrunk.selected).toBe("a");
    expect(shrunk.scope).toBe("");
  });

  it("starts afresh for another network", () => {
    const other = withReport(chosen, report([layer("a")], { network: "other" }));
    expect(other.swaps.size).toBe(0);
    expect(other.selected).toBeNull();
  });
});

describe("saved state", () => {
  it("comes back as it was", () => {
    const state = {
      ...initialState,
      network: "net",
      unit: "FLOPs",
      view: "treemap",
      scope: "block",
      swaps: new Set(["a"]),
      sort: { key: "params", descending: true },
      grouped: true,
    } as const;
    expect(fromSaved(JSON.parse(JSON.stringify(toSaved(state))))).toEqual(state);
  });

  it("is read field by field, and what does not fit falls back", () => {
    expect(fromSaved(null)).toEqual(initialState);
    const broken = fromSaved({
      version: 1,
      view: "pie",
      swaps: [1],
      sort: { key: "colour" },
      scope: "block",
    });
    expect(broken).toEqual({ ...initialState, scope: "block" });
  });
});
