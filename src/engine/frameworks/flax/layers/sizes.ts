/** What linen's and nnx' layers take for their sizes: what JAX can make arrays of. */
import type { ParsedSignature } from "../../../interpret/signature.ts";
import {
  type ArgumentCheck,
  count,
  counts,
  INTS,
  PLAIN_WORDS,
  plainCheck,
  REAL,
  TAKEN,
  type Taken,
  type TakenTable,
} from "../../rules/possible.ts";

const orNone = (taken: Taken): Taken => ({ ...taken, none: true });

const FLAX: TakenTable = {
  ...TAKEN,
  // Kernels are scaled by what they sum over: one without elements divides by zero.
  features: counts(1),
  in_features: counts(1),
  out_features: counts(1),
  qkv_features: count(1),
  num_embeddings: count(1),
  padding: { of: "int", depth: 2, empty: true, texts: ["same", "valid", "circular", "causal", "reflect"] },
  strides: orNone(counts(1)),
  kernel_dilation: orNone(counts(1)),
  input_dilation: orNone(counts(1)),
  feature_group_count: count(1),
  num_groups: orNone(count(1)),
  group_size: orNone(count(1)),
  axis: INTS,
  reduction_axes: INTS,
  feature_axes: INTS,
  rate: REAL,
};

export function flaxArguments(layer: string, signature: ParsedSignature): ArgumentCheck {
  return { ...plainCheck(layer, FLAX, signature), kindError: "TypeError" };
}

/** Pools are functions: what is too small is told with the input. */
const POOL: TakenTable = {
  window_shape: { ...INTS, list: true },
  strides: { ...orNone(INTS), list: true },
  padding: { of: "int", depth: 2, list: true, empty: true, texts: ["same", "valid"] },
};

export function poolArguments(name: string): ArgumentCheck {
  return { layer: `${name}()`, taken: POOL, words: PLAIN_WORDS, error: "TypeError", intsOnly: true };
}
