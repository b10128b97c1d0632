/**
 * Pooling: one window for all axes but the batch and the channels, or one size an axis, counted from the back.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#pooling
 */
import { type Dim, isUnknown, type Tensor, toItems, Unknown, type Value } from "../../interpret/values.ts";
import { paddingOf } from "../flax/layers/conv.ts";
import type { Run } from "../flax/layers/run.ts";
import { toDim } from "../rules/sizes.ts";
import { impossibleWindow, notNegative, windowOutput } from "../rules/window.ts";
import { showShape } from "../shape/dims.ts";

export interface PoolArguments {
  readonly window_shape?: Value;
  readonly strides?: Value;
  readonly padding?: Value;
  readonly channel_axis?: Value;
}

export const POOL_SIGNATURE = "value, window_shape, strides, padding, channel_axis=-1";

export function poolSizes(run: Run, value: Value, a: PoolArguments): Tensor {
  const input = run.tensor(value);
  const { shape } = input;
  if (isUnknown(shape)) return run.emit({ inputs: [input], shape });
  const rank = shape.length;
  const axis = typeof a.channel_axis === "number" ? a.channel_axis : undefined;
  const channels = axis !== undefined && axis < 0 ? axis + rank : axis;
  const sizes = (given: Value): readonly Dim[] => {
    const items = toItems(given);
    if (items) return [...new Array<Dim>(Math.max(0, rank - items.length)).fill(1), ...items.map(toDim)];
    return shape.map((_, at) => (at === 0 || at === channels ? 1 : toDim(given)));
  };
  const kernel = sizes(a.window_shape);
  const dilation = shape.map(() => 1);
  const window = {
    kernel,
    stride: sizes(a.strides),
    dilation,
    padding: paddingOf(a.padding, kernel, dilation),
  };
  const impossible = impossibleWindow(window);
  if (impossible !== undefined) {
    const lost = new Unknown(`a pool that ${impossible}`);
    return run.emit({ inputs: [input], shape: lost, dtype: input.dtype, problem: impossible });
  }
  const out = windowOutput(shape, window);
  const small = out.some((size) => typeof size === "number" && size < 1);
  return run.emit({
    inputs: [input],
    shape: out.map(notNegative),
    dtype: input.dtype,
    isEmpty: true,
    problem: small
      ? `has a ${showShape(kernel)} window that does not fit into its ${showShape(shape)} input`
      : undefined,
  });
}
