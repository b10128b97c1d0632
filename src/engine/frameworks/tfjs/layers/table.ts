/**
 * Every layer of `tf.layers`, by the class that the real library has: the shared rule, the functions that make it,
 * and the defaults where it differs from Keras. https://js.tensorflow.org/api/latest/#Layers
 */

import { entryOf } from "../../../base/table.ts";
import { Unknown, type Value } from "../../../interpret/values.ts";
import { SHARED_LAYERS } from "../../keraslike/layers.ts";
import { first, type LayerRule, one, plain } from "../../keraslike/rule.ts";

export interface TfLayer {
  readonly rule: LayerRule;
  /** `tf.layers.<name>` */
  readonly makers: readonly string[];
  readonly defaults?: Readonly<Record<string, Value>>;
}

function shared(
  name: string,
  makers: readonly string[],
  defaults: Readonly<Record<string, Value>> = {},
): [string, TfLayer] {
  const rule = entryOf(SHARED_LAYERS, name);
  if (!rule) throw new Error(`no rule for ${name}`);
  return [name, { rule, makers, defaults }];
}

/** Tokens to vectors of counts; the number of tokens is the width. */
const categoryEncoding: LayerRule = {
  signature: "num_tokens, output_mode='multiHot'",
  docs: "https://js.tensorflow.org/api/latest/#layers.categoryEncoding",
  run: (c, inputs) => {
    const input = first(inputs);
    const shape = input instanceof Unknown ? input : [...input.slice(0, -1), c.dim("num_tokens")];
    return one(plain("category_encoding", shape));
  },
};

const randomWidth: LayerRule = {
  signature: "factor, interpolation='bilinear'",
  docs: "https://js.tensorflow.org/api/latest/#layers.randomWidth",
  run: (_c, inputs) => one(plain("random_width", first(inputs), { elementwise: 0, view: true })),
};

/** tf.js' GRU applies the reset gate before the product, as Keras does without `reset_after`. */
const GRU = { reset_after: false };

export const TF_LAYERS: ReadonlyMap<string, TfLayer> = new Map([
  shared("ELU", ["elu"]),
  shared("ReLU", ["reLU"]),
  shared("LeakyReLU", ["leakyReLU"]),
  shared("PReLU", ["prelu"]),
  shared("Softmax", ["softmax"]),
  shared("ThresholdedReLU", ["thresholdedReLU"]),
  shared("Activation", ["activation"]),
  shared("Conv1D", ["conv1d"]),
  shared("Conv2D", ["conv2d"]),
  shared("Conv3D", ["conv3d"]),
  shared("Conv2DTranspose", ["conv2dTranspose"]),
  shared("Conv3DTranspose", ["conv3dTranspose"]),
  shared("DepthwiseConv2D", ["depthwiseConv2d"]),
  shared("SeparableConv2D", ["separableConv2d"]),
  shared("Cropping2D", ["cropping2D"]),
  shared("UpSampling2D", ["upSampling2d"]),
  shared("ZeroPadding2D", ["zeroPadding2d"]),
  shared("Dense", ["dense"]),
  shared("Dropout", ["dropout"]),
  shared("SpatialDropout1D", ["spatialDropout1d"]),
  shared("GaussianNoise", ["gaussianNoise"]),
  shared("GaussianDropout", ["gaussianDropout"]),
  shared("AlphaDropout", ["alphaDropout"]),
  shared("Masking", ["masking"]),
  shared("Flatten", ["flatten"]),
  shared("RepeatVector", ["repeatVector"]),
  shared("Reshape", ["reshape"]),
  shared("Permute", ["permute"]),
  shared("Embedding", ["embedding"]),
  shared("Add", ["add"]),
  shared("Average", ["average"]),
  shared("Concatenate", ["concatenate"]),
  shared("Maximum", ["maximum"]),
  shared("Minimum", ["minimum"]),
  shared("Multiply", ["multiply"]),
  shared("Dot", ["dot"]),
  shared("BatchNormalization", ["batchNormalization"]),
  shared("LayerNormalization", ["layerNormalization"]),
  ...[1, 2, 3].flatMap((n): [string, TfLayer][] => [
    shared(`AveragePooling${n}D`, [`averagePooling${n}d`, `avgPool${n}d`, `avgPooling${n}d`]),
    shared(`MaxPooling${n}D`, [`maxPooling${n}d`, `maxPool${n}d`]),
  ]),
  ...[1, 2].flatMap((n): [string, TfLayer][] => [
    shared(`GlobalAveragePooling${n}D`, [`globalAveragePooling${n}d`]),
    shared(`GlobalMaxPooling${n}D`, [`globalMaxPooling${n}d`, `globalMaxPool${n}d`]),
  ]),
  shared("GRU", ["gru"], GRU),
  shared("GRUCell", ["gruCell"], GRU),
  shared("LSTM", ["lstm"]),
  shared("LSTMCell", ["lstmCell"]),
  shared("SimpleRNN", ["simpleRNN"]),
  shared("SimpleRNNCell", ["simpleRNNCell"]),
  shared("ConvLSTM2D", ["convLstm2d"]),
  shared("ConvLSTM2DCell", ["convLstm2dCell"]),
  shared("Rescaling", ["rescaling"]),
  shared("Resizing", ["resizing"]),
  shared("CenterCrop", ["centerCrop"]),
  ["CategoryEncoding", { rule: categoryEncoding, makers: ["categoryEncoding"] }],
  ["RandomWidth", { rule: randomWidth, makers: ["randomWidth"] }],
]);
