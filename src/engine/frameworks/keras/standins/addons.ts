/**
 * TensorFlow Addons: layers and activations that Keras 2 had not. Optimizers, losses and metrics say nothing of shapes.
 * https://www.tensorflow.org/addons
 */

import { entryOf } from "../../../base/table.ts";
import { ABSENT, type Absent, type Value } from "../../../interpret/values.ts";
import { makeInert } from "../../../languages/python/stdlib/inertness.ts";
import { SHARED_LAYERS } from "../../keraslike/layers.ts";
import { first, type LayerRule, one, plain } from "../../keraslike/rule.ts";
import type { Keras } from "../library.ts";
import { defineFunction, sameShape } from "../ops/op.ts";
import { defineRuled } from "../ruled.ts";
import type { StandIn } from "./index.ts";

const DOCS = "https://www.tensorflow.org/addons/api_docs/python/tfa/layers";

const group = SHARED_LAYERS.GroupNormalization;

/** One group a channel: a scale and a shift for each. */
const instance: LayerRule = {
  ...group!,
  signature: "axis=-1, epsilon=0.001, center=True, scale=True",
  docs: `${DOCS}/InstanceNormalization`,
};

const unchanged = (name: string, signature: string): LayerRule => ({
  signature,
  docs: `${DOCS}/${name}`,
  run: (_c, inputs) => one(plain(name.toLowerCase(), first(inputs))),
});

const LAYERS: Readonly<Record<string, LayerRule>> = {
  InstanceNormalization: instance,
  GroupNormalization: group!,
  GELU: unchanged("GELU", "approximate=True"),
  // A residual branch that training drops at times: inference adds it, scaled.
  StochasticDepth: { ...unchanged("StochasticDepth", "survival_probability=0.5") },
};

/** Layers that Keras has since, under the same name. */
const TAKEN_OVER: ReadonlySet<string> = new Set([
  "SpectralNormalization",
  "AdaptiveAveragePooling1D",
  "AdaptiveAveragePooling2D",
  "AdaptiveAveragePooling3D",
  "AdaptiveMaxPooling1D",
  "AdaptiveMaxPooling2D",
  "AdaptiveMaxPooling3D",
]);

const ACTIVATIONS: ReadonlySet<string> = new Set(
  "gelu mish hardshrink lisht rrelu snake softshrink sparsemax tanhshrink".split(" "),
);

function layer(keras: Keras, name: string): Value | Absent {
  if (TAKEN_OVER.has(name)) return keras.cls(name);
  const rule = entryOf(LAYERS, name);
  return rule ? defineRuled(keras, { name, rule }) : ABSENT;
}

const INERT: ReadonlySet<string> = new Set(["optimizers", "losses", "metrics", "callbacks"]);

/** What one or another of its activations takes beside the tensor. */
const ACTIVATION =
  "x, axis=-1, approximate=True, lower=None, upper=None, frequency=1, training=None, seed=None, rng=None";

export const ADDONS: StandIn = {
  has: (module) => module === "tensorflow_addons" || module.startsWith("tensorflow_addons."),
  make: (keras, module, name) => {
    const [, family = ""] = module.split(".");
    if (family === "layers") return layer(keras, name);
    if (family === "activations" && ACTIVATIONS.has(name))
      return defineFunction(keras, name, sameShape(ACTIVATION));
    return INERT.has(family) ? makeInert() : ABSENT;
  },
};
