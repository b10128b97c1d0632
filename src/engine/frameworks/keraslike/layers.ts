/**
 * Layers that Keras and TensorFlow.js share, by class name: one entry is a signature in Keras' spelling, weights, and
 * the rule of one call (shape, cost, geometry). How an entry is used stands in rule.ts. What differs between the
 * frameworks is theirs: names of layers, graphs, wrappers (`TimeDistributed`, `Bidirectional`), and defaults, which a
 * framework overrides by argument name (`configOf`'s last parameter), such as a GRU's `reset_after`.
 */
import { CONVOLUTION } from "./convolution.ts";
import { CORE } from "./core.ts";
import { MERGING } from "./merging.ts";
import { NORMALIZATION } from "./normalization.ts";
import { POOLING } from "./pooling.ts";
import { RECURRENT } from "./recurrent.ts";
import type { LayerRule } from "./rule.ts";

export const SHARED_LAYERS: Readonly<Record<string, LayerRule>> = {
  ...CORE,
  ...CONVOLUTION,
  ...POOLING,
  ...NORMALIZATION,
  ...MERGING,
  ...RECURRENT,
};
