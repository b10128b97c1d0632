import { describe, expect, it } from "vitest";
import { squarify } from "../../../webview/panel/squarify.ts";

const area = { left: 10, top: 20, width: 600, height: 400 };

describe("squarify", () => {
  // The example of the paper by Bruls, Huizing and van Wijk: 6, 6, 4, 3, 2, 2, 1 in a 6×4 rectangle.
  it("lays out the paper's example as the paper does", () => {
    const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { left: 0, top: 0, width: 6, height: 4 });
    expect(boxes[0]).toEqual({ left: 0, top: 0, width: 3, height: 2 });
    expect(boxes[1]).toEqual({ left: 0, top: 2, width: 3, height: 2 });
    expect(boxes[2]?.width).toBeCloseTo(12 / 7, 10);
    expect(boxes[2]?.height).toBeCloseTo(7 / 3, 10);
  });

  it("gives every size its part of the area, inside the area", () => {
    const sizes = [5, 0, 90, 1, 33, 12, 12, 7];
    const boxes = squarify(sizes, area);
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    boxes.forEach((box, index) => {
      expect(box.width * box.height).toBeCloseTo((240_000 * sizes[index]!) / whole, 6);
      expect(box.left).toBeGreaterThanOrEqual(10);
      expect(box.left + box.width).toBeLessThanOrEqual(610 + 1e-6);
      expect(box.top + box.height).toBeLessThanOrEqual(420 + 1e-6);
    });
  });

  it("survives nothing to show", () => {
    expect(squarify([], area)).toEqual([]);
    expect(squarify([0, 0], area).every((box) => box.width === 0)).toBe(true);
    expect(squarify([1], { ...area, width: 0 })).toHaveLength(1);
  });
});
