/** Shape rules with unknown sizes, which no recorded call of a framework can show. */
import { describe, expect, it } from "vitest";
import {
  broadcast,
  derived,
  flatten,
  isMisfit,
  numel,
  reshape,
} from "../../../../src/engine/frameworks/shape/dims.ts";
import { index } from "../../../../src/engine/frameworks/shape/index.ts";
import { concatenate } from "../../../../src/engine/frameworks/shape/join.ts";
import { matmulShape } from "../../../../src/engine/frameworks/shape/matmul.ts";
import { applyPattern } from "../../../../src/engine/frameworks/shape/pattern.ts";
import { type Dim, Unknown } from "../../../../src/engine/interpret/values.ts";

const n = new Unknown("needs n");
const sizes = (given: Record<string, Dim> = {}): Map<string, Dim> => new Map(Object.entries(given));

describe("sizes", () => {
  it("keep their identity as long as nothing is computed from them", () => {
    expect(numel([1, n])).toBe(n);
    expect(numel([2, n])).not.toBe(n);
    expect(derived(n)).toEqual(n);
  });
  it("of 0 make a volume of 0 whatever the others are", () => {
    expect(numel([0, n])).toBe(0);
  });
});

describe("reshape", () => {
  it("solves -1 when the unknown sizes cancel", () => {
    expect(reshape([n, 4, 6], [n, -1])).toEqual([n, 24]);
    expect(reshape([n, 24], [-1, 24])).toEqual([n, 24]);
  });
  it("solves a single unknown target from known elements", () => {
    expect(reshape([8, 6], [n, 12])).toEqual([4, 12]);
  });
  it("refuses what cannot fit", () => {
    expect(isMisfit(reshape([n, 5], [n, 4]))).toBe(true);
    expect(isMisfit(reshape([2, 3], [-1, -1]))).toBe(true);
  });
});

describe("rules on several shapes", () => {
  it("prefer a known size above 1", () => {
    expect(broadcast([n, 3], [4, 1])).toEqual([4, 3]);
    expect(
      concatenate(
        [
          [n, 2],
          [5, 2],
        ],
        1,
      ),
    ).toEqual([5, 4]);
  });
  it("multiply matrices of unknown inner size", () => {
    expect(matmulShape([2, 7, n], [5, 3])).toEqual([2, 7, 3]);
  });
  it("name both shapes when they do not fit", () => {
    expect(matmulShape([2, 4], [5, 3])).toMatchObject({ message: "cannot multiply 2×4 by 5×3: 4 against 5" });
  });
  it("flatten leaves the axes outside alone", () => {
    expect(flatten([n, 3, 4], 1, -1)).toEqual([n, 12]);
  });
});

describe("subscripts", () => {
  it("take whole axes and single elements of unknown axes", () => {
    const whole = { kind: "slice", start: undefined, stop: undefined, step: 1 } as const;
    expect(index([n, 5], [whole, { kind: "at", index: 0 }])).toMatchObject({ shape: [n], view: true });
  });
});

describe("patterns", () => {
  it("solve one axis of a group", () => {
    const made = applyPattern(
      "b c (h p) (w q) -> b (h w) (p q c)",
      [n, 3, 224, 224],
      sizes({ p: 16, q: 16 }),
    );
    expect(made).toMatchObject({ shape: [n, 196, 768] });
  });
  it("leave what depends on an unknown axis unknown", () => {
    const made = applyPattern("(b t) c -> b t c", [n, 8], sizes({ t: 4 }));
    expect(made).toMatchObject({ shape: [{ reason: "needs n" }, 4, 8] });
  });
  it("refuse a group that cannot be divided", () => {
    expect(isMisfit(applyPattern("(h p) -> h p", [10], sizes({ p: 4 })))).toBe(true);
  });
});
