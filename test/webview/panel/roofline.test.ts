import { describe, expect, it } from "vitest";
import { describeFit } from "../../../webview/panel/fit.ts";
import {
  allDevices,
  attainable,
  deviceNamed,
  intensityOf,
  leastSeconds,
  movesOf,
  ridgeOf,
} from "../../../webview/panel/roofline.ts";
import { simulate } from "../../../webview/panel/rows.ts";
import { translator } from "../../../webview/shared/l10n.ts";
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
    expect(intensityOf(row!, device)).toBeCloseTo((2 * 115_605_504) / (4 * values), 10);
  });

  it("counts what a swapped layer writes between its two parts", () => {
    const values = 4 * 64 * 56 * 56 + 4_672;
    const [row] = simulate(report([layer("a")]), new Set(["a"])).rows;
    expect(intensityOf(row!, device)).toBeCloseTo((2 * 14_651_392) / (4 * values), 10);
  });

  it("moves a swapped layer from where it was, both under the roof", () => {
    const [kept, swapped] = simulate(report([layer("a"), layer("b")]), new Set(["b"])).rows;
    const [stays, moves] = movesOf([kept!, swapped!], device);
    expect(stays).toMatchObject({ now: { macs: 115_605_504 }, before: null });
    expect(moves).toMatchObject({ now: { macs: 14_651_392 }, before: { macs: 115_605_504 } });
    for (const point of [stays!.now, moves!.now, moves!.before!]) {
      expect(point.attainable).toBe(Math.min(device.flops, point.intensity * device.bandwidth));
    }
    expect(moves!.before!.intensity).toBe(stays!.now.intensity);
    expect(moves!.now.intensity).toBeLessThan(stays!.now.intensity);
  });

  it("counts values as large as the device's operations take them", () => {
    const [row] = simulate(report([layer("a")]), new Set()).rows;
    const half = intensityOf(row!, { dtype: "float16" });
    expect(half).toBeCloseTo(2 * (intensityOf(row!, device) ?? 0), 10);
  });

  it("offers the user's own devices first, one of the same name in the other's place", () => {
    const [first] = allDevices([]);
    const own = { ...first!, flops: 1 };
    expect(allDevices([device, own]).slice(0, 2)).toEqual([device, own]);
    expect(allDevices([device, own])).toHaveLength(allDevices([]).length + 1);
    expect(deviceNamed(own.name, allDevices([own])).flops).toBe(1);
  });

  it("is that of the chosen dtype, or of the device's own where it has no figure for that", () => {
    const half = { ...device, peaks: { float16: 2e12 } };
    expect(deviceNamed("test", [half], "float16")).toMatchObject({ dtype: "float16", flops: 2e12 });
    expect(deviceNamed("test", [half], "int8")).toMatchObject({ dtype: "float32", flops: 1e12 });
  });

  it("tells of a layer that does not fit the device's memory, swapped too", () => {
    const small = { ...device, memory: 2 * 1024 * 1024, weight_memory: 100 * 1024 };
    const t = translator("en");
    const told = (swaps: readonly string[]) =>
      simulate(report([layer("a")]), new Set(swaps)).rows.flatMap((row) => describeFit(row, small, t));
    expect(told([])).toEqual(["does not fit: weights are 144 KiB in float32, the room for them 100 KiB"]);
    expect(told(["a"])).toEqual([]);
    const tiny = { ...small, memory: 1024 * 1024 };
    expect(describeFit(simulate(report([layer("a")]), new Set()).rows[0]!, tiny, t)[0]).toBe(
      "does not fit: input and output together are 1.53 MiB in float32, its memory 1 MiB",
    );
  });

  it("counts the values of the layer at the chosen α and ρ", () => {
    const small = layer("a", { in: [[1, 64, 28, 28]], out: [[1, 64, 28, 28]], macs: 28_901_376 });
    const [row] = simulate(report([layer("a")]), new Set(), report([small])).rows;
    expect(intensityOf(row!, device)).toBeCloseTo((2 * 28_901_376) / (4 * (2 * 64 * 28 * 28 + 36_864)), 10);
    expect(leastSeconds([row!], device, "before")).toBeCloseTo((2 * 115_605_504) / 1e12, 10);
  });

  it("is unknown where a shape is", () => {
    const [row] = simulate(report([layer("a", { in: [[1, null, 56, 56]] })]), new Set()).rows;
    expect(intensityOf(row!, device)).toBeNull();
  });
});
