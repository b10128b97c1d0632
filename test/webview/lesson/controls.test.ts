import { describe, expect, it } from "vitest";
import { effectOf, QUANTITIES, type Setting, sizesOf, stopsOf } from "../../../webview/lesson/controls.ts";
import { separableAt, standardAt, WORKED_EXAMPLE } from "../../../webview/lesson/counting.ts";
import { separableFactors, standardFactors } from "../../../webview/lesson/factors.ts";
import { lengthOf } from "../../../webview/lesson/player.ts";

const START: Setting = { sizes: WORKED_EXAMPLE, alpha: 1, rho: 1 };
const quantity = (symbol: string) => {
  const found = QUANTITIES.find((each) => each.symbol === symbol);
  if (!found) throw new Error(symbol);
  return found;
};

describe("a slider", () => {
  it("says what its next stop does to the cost of both forms", () => {
    expect(effectOf(quantity("N"), START)).toEqual({ from: 3, to: 4, whole: 4 / 3, separable: 351 / 324 });
    expect(effectOf(quantity("D_K"), { ...START, sizes: { ...WORKED_EXAMPLE, input: [9, 9] } })?.to).toBe(5);
    expect(effectOf(quantity("g"), START)).toEqual({ from: 1, to: 3, whole: 1 / 3, separable: 1 });
  });

  it("looks back from its last stop", () => {
    expect(effectOf(quantity("ρ"), START)).toMatchObject({ from: 1, to: 0.75 });
  });

  it("stops at a value of the user's own layer too", () => {
    const own = { ...START, sizes: { ...WORKED_EXAMPLE, inChannels: 37 } };
    expect(stopsOf(quantity("M"), own)).toContain(37);
  });

  it("keeps groups that divide the channels", () => {
    const grouped = { ...START, sizes: { ...WORKED_EXAMPLE, inChannels: 8, outChannels: 8, groups: 8 } };
    expect(quantity("M").set(grouped, 12).sizes.groups).toBe(4);
    expect(stopsOf(quantity("g"), grouped)).toEqual([1, 2, 4, 8]);
  });

  it("changes all axes at once, and α and ρ on top of the sizes", () => {
    expect(quantity("D_F").set(START, 8).sizes.input).toEqual([8, 8]);
    expect(quantity("p").set(START, 2).sizes.padding).toEqual([
      [2, 2],
      [2, 2],
    ]);
    const thin = quantity("α").set(quantity("M").set(START, 64), 0.5);
    expect(sizesOf(thin).inChannels).toBe(32);
    expect(thin.sizes.inChannels).toBe(64);
  });
});

describe("the formula's factors", () => {
  const lit = (factors: ReturnType<typeof standardFactors>) =>
    factors.filter((factor) => factor.lit).map(({ symbol }) => symbol);

  it("light up as places, channels and filters are counted", () => {
    const at = (places: number) => standardFactors(WORKED_EXAMPLE, standardAt(WORKED_EXAMPLE, places));
    expect(lit(at(0))).toEqual([]);
    expect(lit(at(1))).toEqual(["D_K²"]);
    expect(lit(at(2))).toEqual(["D_F²", "D_K²"]);
    expect(lit(at(10))).toEqual(["D_F²", "D_K²", "M"]);
    expect(lit(at(28))).toEqual(["D_F²", "D_K²", "M", "N"]);
    expect(at(14).map(({ progress }) => progress)).toEqual(["5/9", "", "2/3", "1/3"]);
  });

  it("are those of the depthwise step, then of the pointwise one", () => {
    const at = (count: number) => separableFactors(WORKED_EXAMPLE, separableAt(WORKED_EXAMPLE, count));
    expect(at(0).map(({ symbol }) => symbol)).toEqual(["D_F²", "D_K²", "M"]);
    expect(lit(at(243))).toEqual(["D_F²", "D_K²", "M"]);
    expect(at(246).map(({ symbol }) => symbol)).toEqual(["D_F²", "M", "N"]);
    expect(lit(at(324))).toEqual(["D_F²", "M", "N"]);
  });
});

describe("the steps", () => {
  it("are single places in the worked example, with a stage where each count is done", () => {
    expect(lengthOf(WORKED_EXAMPLE)).toEqual({ all: 81, places: 1, steps: 81, stages: [9, 27, 36, 81] });
  });

  it("take several places in a large layer, and still reach its end", () => {
    const { all, places, steps } = lengthOf({ ...WORKED_EXAMPLE, input: [224, 224], inChannels: 64 });
    expect(steps).toBeLessThanOrEqual(243);
    expect(steps * places).toBeGreaterThanOrEqual(all);
  });

  it("go on until the separable form is counted where that costs more", () => {
    const sizes = { ...WORKED_EXAMPLE, outChannels: 1 };
    expect(separableAt(sizes, lengthOf(sizes).all * 9).done).toBe(true);
  });
});
