import { describe, expect, it } from "vitest";
import { measure, quantile, roofOf, sumOf } from "../../src/measure/measure.ts";
import { type ConvShape, type Form, type MeasuredShape, paddingOf } from "../../src/measure/shapes.ts";
import { COPY_SECONDS, fakeRunner } from "./fakeRunner.ts";

const step: ConvShape = {
  ...({ input: [8, 8], output: [8, 8], kernel: [3, 3], stride: [1, 1], dilation: [1, 1] } as const),
  ...{ inChannels: 4, outChannels: 4, isDepthwise: false },
};
const written: Form = { steps: [step], macs: 9216 };
const separable: Form = {
  steps: [
    { ...step, isDepthwise: true },
    { ...step, kernel: [1, 1] },
  ],
  macs: 3328,
};
const shape: MeasuredShape = { text: "3×3", layers: ["a", "b"], calls: 2, written, separable };

describe("a measurement", () => {
  it("has the median and the quarters of the runs, without those that warm up", async () => {
    // 5 s and 4 s are the first two; then 1, 2, 3, 4, 5, 1, 2, …
    const seconds = (form: Form, run: number) =>
      form !== written ? 1 : run < 2 ? 5 - run : ((run - 2) % 5) + 1;
    const { runner, now, open } = fakeRunner(seconds);
    const { results } = await measure([shape], runner, { seconds: 1000, now });
    expect(results[0]?.written).toMatchObject({ first: 5, median: 3, quarters: [2, 4] });
    expect(results[0]?.written?.macs_per_second).toBe(9216 / 3);
    expect(results[0]?.separable).toMatchObject({ median: 1, quarters: [1, 1] });
    expect(open()).toBe(0);
  });

  it("ends with its time: what was not reached has no figure, what was begun has three runs", async () => {
    const { runner, now } = fakeRunner(() => 1);
    const { results } = await measure([shape, { ...shape, text: "late" }], runner, { seconds: 7, now });
    expect(results.map(({ written, separable }) => [written?.runs, separable?.runs])).toEqual([
      [3, undefined],
      [undefined, undefined],
    ]);
    expect(results[0]?.separable).toBeNull();
  });

  it("tells before each form which it is, of how many", async () => {
    const { runner, now } = fakeRunner(() => 1);
    const told: string[] = [];
    await measure([shape], runner, {
      ...{ seconds: 100, now },
      onProgress: (done, all, text) => told.push(`${done}/${all} ${text}`),
    });
    expect(told).toEqual([
      "0/4 this machine's roof",
      "1/4 this machine's memory",
      "2/4 3×3",
      "3/4 3×3, depthwise and pointwise",
    ]);
  });

  it("fails where the library's output has another size, and leaves nothing behind", async () => {
    const { runner, now, open } = fakeRunner(
      () => 1,
      (form) =>
        form === written ? [8, 8, 5] : [...(form.steps[0]?.output ?? []), form.steps[0]?.outChannels ?? 0],
    );
    await expect(measure([shape], runner, { seconds: 100, now })).rejects.toThrow("8×8×5, not 8×8×4");
    expect(open()).toBe(0);
  });

  it("has the fastest of all as its roof, and memory where that is less", async () => {
    const { runner, now } = fakeRunner((form) => (form === written ? 1e-9 : 1));
    const { roof, results } = await measure([shape], runner, { seconds: 100, now });
    expect(roof.macs_per_second).toBe(results[0]?.written?.macs_per_second);
    expect(roof.bytes_per_second).toBeCloseTo((2 * 16 * 1024 * 1024 * 4) / COPY_SECONDS);
    // 256 values in, 256 out, 144 weights, four bytes each.
    expect(roofOf(written, { macs_per_second: 1e6, bytes_per_second: 1000 })).toBeCloseTo(
      (9216 * 1000) / 2624,
    );
    expect(roofOf(written, { macs_per_second: 10, bytes_per_second: 1000 })).toBe(10);
  });

  it("sums what can be swapped over its calls", async () => {
    const { runner, now } = fakeRunner((form) => (form === written ? 4 : 1));
    const { separable: _, ...alone } = shape;
    const { results } = await measure([shape, alone], runner, { seconds: 1000, now });
    expect(sumOf(results)).toEqual({
      ...{ shapes: 1, seconds_written: 8, seconds_separable: 2 },
      ...{ macs_written: 2 * 9216, macs_separable: 2 * 3328 },
    });
  });
});

describe("quantile", () => {
  it("lies between the two nearest values", () => {
    expect([quantile([4, 1, 3, 2], 0.5), quantile([7], 0.25), quantile([], 0.5)]).toEqual([2.5, 7, 0]);
  });
});

describe("padding", () => {
  it("makes the output's size, and is none where the input has more than it needs", () => {
    expect(paddingOf(step)).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(paddingOf({ ...step, input: [9, 8], output: [4, 4], stride: [2, 2] })).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});
