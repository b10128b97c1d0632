/** All classes of `keras.layers`, made for one interpreter, and the functional forms of the merging layers. */

import { entryOf } from "../../base/table.ts";
import { def } from "../../interpret/native.ts";
import type { Value } from "../../interpret/values.ts";
import { SHARED_LAYERS } from "../keraslike/layers.ts";
import { spread } from "./calling.ts";
import { defineLayerClass } from "./layer.ts";
import { ATTENTION } from "./layers/attention.ts";
import { FURTHER } from "./layers/further.ts";
import { PREPROCESSING, PREPROCESSING_METHODS } from "./layers/preprocessing.ts";
import { defineWrappers } from "./layers/wrappers.ts";
import type { Keras } from "./library.ts";
import { defineInput, defineModels } from "./models.ts";
import { MATH } from "./ops/math.ts";
import { NN } from "./ops/nn.ts";
import { defineRuled, type RuledClass } from "./ruled.ts";
import { defineTensor } from "./tensor.ts";

/** Old and short names. */
const ALIASES: Readonly<Record<string, string>> = {
  MaxPool1D: "MaxPooling1D",
  MaxPool2D: "MaxPooling2D",
  MaxPool3D: "MaxPooling3D",
  AvgPool1D: "AveragePooling1D",
  AvgPool2D: "AveragePooling2D",
  AvgPool3D: "AveragePooling3D",
  GlobalMaxPool1D: "GlobalMaxPooling1D",
  GlobalMaxPool2D: "GlobalMaxPooling2D",
  GlobalMaxPool3D: "GlobalMaxPooling3D",
  GlobalAvgPool1D: "GlobalAveragePooling1D",
  GlobalAvgPool2D: "GlobalAveragePooling2D",
  GlobalAvgPool3D: "GlobalAveragePooling3D",
  Convolution1D: "Conv1D",
  Convolution2D: "Conv2D",
  Convolution3D: "Conv3D",
  Convolution1DTranspose: "Conv1DTranspose",
  Convolution2DTranspose: "Conv2DTranspose",
  Convolution3DTranspose: "Conv3DTranspose",
  SeparableConvolution1D: "SeparableConv1D",
  SeparableConvolution2D: "SeparableConv2D",
  CuDNNLSTM: "LSTM",
  CuDNNGRU: "GRU",
  GroupQueryAttention: "GroupedQueryAttention",
  SyncBatchNormalization: "BatchNormalization",
};

const MERGES: Readonly<Record<string, string>> = {
  add: "Add",
  subtract: "Subtract",
  multiply: "Multiply",
  average: "Average",
  maximum: "Maximum",
  minimum: "Minimum",
  concatenate: "Concatenate",
  dot: "Dot",
};

const HEADS = { tensors: ["query", "value", "key"], inside: ["Softmax", "Dropout"] } as const;

/** Layers that take several tensors. */
const SEVERAL: Readonly<Record<string, Pick<RuledClass, "tensors" | "inside">>> = {
  MultiHeadAttention: HEADS,
  GroupedQueryAttention: HEADS,
};

export function defineClasses(keras: Keras): void {
  const { classes } = keras;
  defineTensor(keras, { ...MATH, ...NN });
  classes.set("Layer", defineLayerClass(keras));
  for (const cls of defineModels(keras)) classes.set(cls.name, cls);
  const input = defineInput(keras);
  classes.set("InputLayer", input.cls);
  keras.input = input.fn;
  for (const [name, rule] of Object.entries({ ...SHARED_LAYERS, ...FURTHER, ...ATTENTION })) {
    classes.set(name, defineRuled(keras, { name, rule, ...entryOf(SEVERAL, name) }));
  }
  for (const [name, rule] of Object.entries(PREPROCESSING)) {
    classes.set(name, defineRuled(keras, { name, rule, methods: PREPROCESSING_METHODS }));
  }
  for (const cls of defineWrappers(keras)) classes.set(cls.name, cls);
}

/** What `from keras.layers import *` brings. */
export function layerNames(keras: Keras): readonly string[] {
  return ["Input", ...keras.classes.keys(), ...Object.keys(ALIASES), ...Object.keys(MERGES)];
}

/** A name of `keras.layers`: a class, or a function that makes one and calls it. */
export function layerName(keras: Keras, name: string): Value {
  if (name === "Input") return keras.input;
  const merge = entryOf(MERGES, name);
  if (merge !== undefined) {
    const cls = keras.cls(merge);
    return def(name, "inputs, *args, **kwargs", (a, interp) => {
      const { args, kwargs } = spread(a);
      return interp.call(interp.call(cls, args, kwargs), [a.inputs]);
    });
  }
  return keras.classes.get(entryOf(ALIASES, name) ?? name);
}
