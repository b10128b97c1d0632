import { expect, it } from "vitest";
import { fixed, multiply, total } from "../../../src/engine/separable/channels/widths.ts";

it("a size that cannot be stays one, and no sum over it runs without end", () => {
  expect(total(multiply(fixed(Number.POSITIVE_INFINITY), 2))).toBe(Number.POSITIVE_INFINITY);
  expect(total(multiply(fixed(Number.NaN), 2))).toBeNaN();
});
