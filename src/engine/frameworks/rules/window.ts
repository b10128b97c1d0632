/** Sizes of everything that slides a window over spatial axes: convolutions and pools of every framework. */
import {
  causalPadding,
  convOutputSize,
  type PaddingPair,
  poolCeilOutputSize,
  sameOutputSize,
  samePadding,
  samePaddingStride1,
  validOutputSize,
} from "../../cost/geometry.ts";
import { lift } from "../../cost/lift.ts";
import type { Dim } from "../../interpret/values.ts";

/**
 * How the edges are filled: explicit amounts, or by name. `same` is TensorFlow's (any stride, the remainder
 * behind), `same-unstrided` torch's.
 */
export type Padding =
  | readonly (readonly [before: Dim, after: Dim])[]
  | "valid"
  | "same"
  | "same-unstrided"
  | "causal";

/** One entry an axis. */
export interface Window {
  readonly kernel: readonly Dim[];
  readonly stride: readonly Dim[];
  readonly dilation: readonly Dim[];
  readonly padding: Padding;
  /** Rounding of the last, partial window. */
  readonly rounding?: "down" | "up";
  /** A window that does not fit leaves an empty array, as JAX has it. */
  readonly mayBeEmpty?: true;
}

/** The same amount before and after each axis. */
export function evenPadding(amounts: readonly Dim[]): Padding {
  return amounts.map((amount) => [amount, amount] as const);
}

/** Sizes of the output's spatial axes. */
export function windowOutput(sizes: readonly Dim[], window: Window): readonly Dim[] {
  return sizes.map((size, axis) => {
    const kernel = window.kernel[axis] ?? 1;
    const stride = window.stride[axis] ?? 1;
    const dilation = window.dilation[axis] ?? 1;
    const { padding } = window;
    if (padding === "same" || padding === "causal") return sameOutputSize(size, stride);
    if (padding === "same-unstrided") return size;
    if (padding === "valid") return validOutputSize(size, kernel, stride, dilation);
    const [before, after] = padding[axis] ?? [0, 0];
    const rule = window.rounding === "up" ? poolCeilOutputSize : convOutputSize;
    return rule(size, kernel, stride, before, after, dilation);
  });
}

/** No window fits: there is nothing along this axis. */
export const notNegative = lift((size: number) => Math.max(size, 0));

/** What no framework can slide a window with, to be put after the layer's name. */
export function impossibleWindow(window: Window): string | undefined {
  const sizes = [
    ["kernel", window.kernel],
    ["stride", window.stride],
    ["dilation", window.dilation],
  ] as const;
  for (const [name, values] of sizes) {
    const bad = values.find((size) => typeof size === "number" && !(size >= 1));
    if (bad !== undefined) return `has a ${name} of ${bad}, which must be positive`;
  }
  return undefined;
}

/** Elements put before and after each axis; undefined when they hang on something unknown. */
export function paddingPairs(sizes: readonly Dim[], window: Window): readonly PaddingPair[] | undefined {
  const pairs: PaddingPair[] = [];
  for (const [axis, size] of sizes.entries()) {
    const kernel = window.kernel[axis] ?? 1;
    const stride = window.stride[axis] ?? 1;
    const dilation = window.dilation[axis] ?? 1;
    if (typeof kernel !== "number" || typeof stride !== "number" || typeof dilation !== "number")
      return undefined;
    const { padding } = window;
    if (padding === "valid") pairs.push([0, 0]);
    else if (padding === "same-unstrided") pairs.push(samePaddingStride1(kernel, dilation));
    else if (padding === "causal") pairs.push(causalPadding(kernel, dilation));
    else if (padding === "same") {
      if (typeof size !== "number") return undefined;
      pairs.push(samePadding(size, kernel, stride, dilation));
    } else {
      const [before, after] = padding[axis] ?? [0, 0];
      if (typeof before !== "number" || typeof after !== "number") return undefined;
      pairs.push([before, after]);
    }
  }
  return pairs;
}
