/** What layers of Keras and TensorFlow.js take for their arguments. */
import { count, counts, INT, INTS, SHARE, type Taken, type TakenTable } from "../rules/possible.ts";

const each: Taken = { ...counts(1), perAxis: true };
const list: Taken = { of: "int", depth: 1, list: true };
/** Keras 2 makes an int of these. */
const width: Taken = { ...count(1), floats: true };
const number: Taken = { of: "real" };

export const KERAS_ARGUMENTS: TakenTable = {
  filters: width,
  units: width,
  kernel_size: each,
  strides: each,
  dilation_rate: each,
  groups: count(1),
  pool_size: each,
  size: each,
  output_padding: { ...counts(), perAxis: true },
  output_size: { ...counts(), perAxis: true },
  depth_multiplier: count(1),
  num_heads: count(1),
  num_query_heads: count(1),
  num_key_value_heads: count(1),
  head_dim: count(1),
  key_dim: count(1),
  value_dim: count(1),
  input_dim: count(),
  output_dim: count(),
  padding: { of: "text", texts: ["valid", "same"] },
  data_format: { of: "text", texts: ["channels_last", "channels_first"], none: true },
  cropping: { of: "int", least: 0, depth: 2, perAxis: true },
  height: { ...count(), none: true },
  width: { ...count(), none: true },
  target_shape: { ...list, empty: true, none: true },
  dims: { ...list, least: 1 },
  n: count(),
  axis: { ...INTS, empty: true },
  shared_axes: { ...INTS, empty: true },
  rate: SHARE,
  stddev: number,
  dropout: number,
  recurrent_dropout: number,
  negative_slope: number,
  alpha: number,
  threshold: number,
  max_value: { ...number, none: true },
  momentum: number,
  epsilon: number,
  activation: { of: "function" },
  recurrent_activation: { of: "function" },
  num_tokens: count(1),
  num_bins: count(1),
};

/** `padding` of layers that pad, instead of the name of a way to. */
export const PADDED_EDGES: TakenTable = { padding: { of: "int", least: 0, depth: 2, perAxis: true } };
/** Convolutions over time may look at the past alone. */
export const CAUSAL: TakenTable = { padding: { of: "text", texts: ["valid", "same", "causal"] } };
export const ANY_AXES: TakenTable = { axis: { ...INTS, empty: true, none: true } };
export const ONE_AXIS: TakenTable = { axis: INT };
export const NOT_NEGATIVE: Taken = { of: "real", least: 0 };
export const ANY_GROUPS: TakenTable = { groups: { ...INT, least: -1 } };

/** Edges of one axis are a list of two, as those of two axes are. */
export function axesOfLayer(layer: string): number | undefined {
  if (/^(ZeroPadding|Cropping)1D$/.test(layer)) return 2;
  const digit = /([123])D/.exec(layer)?.[1];
  return digit === undefined ? undefined : Number(digit);
}
