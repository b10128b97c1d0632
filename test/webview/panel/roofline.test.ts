import { describe, expect, it } from "vitest";
import { attainable, intensityOf, ridgeOf } from "../../../webview/panel/roofline.ts";
import { simulate } from "../../../webview/panel/rows.ts";
import { layer, report } from "../report.ts";

const device = { name: "test", flops: 1e12, dtype: "float32", bandwidth: 1e11, source: "" } as const;

describe("the roofline", () => {
  it("rises with intensity up to the ridge and is flat from there", () => {
    expect(ridgeOf(device)).toBe(10);
    expect(attainable(device, 1)).toBe(1e11);
    expect(attainable(device, 100)).toBe(1e12);
  });

  it("counts inputs, outputs and weights once, four bytes each", () => {
    const values = 2 * 64 * 56 * 56 + 36_864;
    const [row] = simulate(report([layer("a")]), new Set()).rows;
    expect(intensityOf(row!)).toBeCloseTo((2 * 115_605_504) / (4 * values), 10);
  });

  it("counts what a swapped layer writes between its two parts", () => {
    const values = 4 * 64 * 56 * 56 + 4_672;
    const [row] = simulate(report([layer("a")]), new Set(["a"])).rows;
    expect(intensityOf(row!)).toBeCloseTo((2 * 14_651_392) / (4 * values), 10);
  });

  it("is unknown where a shape is", () => {
    const [row] = simulate(report([layer("a", { in: [[1, null, 56, 56]] })]), new Set()).rows;
    expect(intensityOf(row!)).toBeNull();
  });
});
