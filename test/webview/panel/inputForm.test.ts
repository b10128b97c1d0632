/** Inputs as one types them in the panel. */
import { expect, it } from "vitest";
import { withBatch } from "../../../webview/panel/inputForm.ts";

it.each([
  ["samples at the first axis", "1x3x64x64", 0, 8, "8x3x64x64"],
  ["samples at the second axis, of a network that takes the sequence first", "10x1x80", 1, 4, "10x4x80"],
  ["sizes with the multiplication sign", "1×3×64×64", 0, 8, "8x3x64x64"],
  ["every input, types kept", "1x3x64x64, 1:int64", 0, 2, "2x3x64x64, 2:int64"],
  ["an input without such an axis as it is", "10x1x80, 10", 1, 4, "10x4x80, 10"],
])("writes the batch into %s", (_, inputs, axis, size, expected) => {
  expect(withBatch(inputs, axis, size)).toBe(expected);
});
