/** Sizes of linen's and nnx' layers, with the least that JAX can make arrays of. */
import { LEAST, PLAIN_WORDS, type SizeCheck } from "../../rules/possible.ts";

const FLAX_LEAST: Readonly<Record<string, number>> = {
  ...LEAST,
  features: 0,
  qkv_features: 0,
  strides: 1,
  kernel_dilation: 1,
  input_dilation: 1,
  feature_group_count: 1,
  group_size: 1,
};

export function flaxSizes(layer: string): SizeCheck {
  return { layer, least: FLAX_LEAST, words: PLAIN_WORDS, error: "ValueError" };
}
