/** Inputs as texts (`1x3x224x224`), as they are and after the resolution multiplier ρ. */
import type { Report } from "../contract/report.ts";
import { scaleResolution } from "../cost/separable.ts";

/** One text an input; a size that is not known is 1. */
export function inputTexts(
  { input }: Report,
  change: (shape: readonly number[]) => readonly number[] = (shape) => shape,
): readonly string[] {
  return input.shapes.map((shape, index) => {
    const sizes = change((shape ?? []).map((size) => size ?? 1));
    const dtype = input.dtypes[index] ?? "float32";
    return `${sizes.join("x")}${dtype === "float32" ? "" : `:${dtype}`}`;
  });
}

/** Spatial axes times ρ; the batch, the channels and what is no image stay. */
export function resizeImage(shape: readonly number[], channelAxis: number, rho: number): readonly number[] {
  const image = shape.length > 3 || (shape.length === 3 && (shape[channelAxis] ?? 0) <= 4);
  return shape.map((size, axis) =>
    image && axis !== 0 && axis !== channelAxis ? scaleResolution(size, rho) : size,
  );
}
