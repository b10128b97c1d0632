/**
 * Preprocessing layers of numbers, categories, text and sound. What `adapt` would learn from data is not known; a
 * vocabulary that the program gives is. https://keras.io/api/layers/preprocessing_layers/
 */
import { add, floorDivide, multiply, product } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { NativeImpl } from "../../../interpret/native.ts";
import {
  type Dim,
  type Instance,
  isUnknown,
  List,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { ANY_AXES } from "../../keraslike/arguments.ts";
import { Config, first, KERAS, type KnownOrNot, type LayerRule, one, plain } from "../../keraslike/rule.ts";
import { toDim } from "../../rules/sizes.ts";
import { windowOutput } from "../../rules/window.ts";

const PAGE = `${KERAS}/preprocessing_layers`;
const VOCABULARY = "the vocabulary that the data gives";

/** Statistics that `adapt` learns, when they are not given: mean, variance and the count of samples. */
const normalization: LayerRule = {
  signature: "axis=-1, mean=None, variance=None, invert=False",
  docs: `${PAGE}/numerical/normalization/`,
  taken: ANY_AXES,
  weights: (c, [input = []]) => {
    if (c.given("mean") || c.given("variance")) return [];
    const axes = c.integers("axis") ?? (c.given("axis") ? [-1] : []);
    const shape = axes.map((axis) => input.at(axis) ?? 1);
    return [
      { name: "mean", shape, trainable: false },
      { name: "variance", shape, trainable: false },
      { name: "count", shape: [], trainable: false },
    ];
  },
  run: (_c, inputs) => one(plain("normalization", first(inputs))),
};

// --------------------------------------------------------------------- categories

/** Whole numbers keep their shape; other modes put `depth` columns in place of the last axis or behind it. */
function encoded(config: Config, input: KnownOrNot, depth: Dim): KnownOrNot {
  const mode = config.text("output_mode");
  if (isUnknown(input) || mode === "int") return input;
  if (mode === "one_hot") return input.at(-1) === 1 ? [...input.slice(0, -1), depth] : [...input, depth];
  return input.length <= 1 ? [...input, depth] : [...input.slice(0, -1), depth];
}

function encoder(
  name: string,
  signature: string,
  page: string,
  depthOf: (config: Config) => Dim,
  inputOf = first,
): LayerRule {
  return {
    signature,
    docs: `${PAGE}/${page}/`,
    run: (c, inputs) => {
      const shape = encoded(c, inputOf(inputs), depthOf(c));
      return one(plain(name, shape, { dtype: c.text("output_mode") === "int" ? "int64" : "float32" }));
    },
  };
}

/** Sizes of the vocabulary with the places for what is not in it and for the mask. */
function vocabularySize(config: Config): Dim {
  if (config.flag("pad_to_max_tokens") && config.given("max_tokens")) return config.dim("max_tokens");
  const known = toItems(config.value("vocabulary"));
  if (!known) return new Unknown(VOCABULARY);
  if (!config.given("num_oov_indices")) return known.length + (config.text("output_mode") === "int" ? 2 : 1);
  const mask = config.given("mask_token") && config.text("output_mode") === "int" ? 1 : 0;
  return add(known.length + mask, config.dim("num_oov_indices"));
}

const textVectorization: LayerRule = {
  signature:
    "max_tokens=None, standardize='lower_and_strip_punctuation', split='whitespace', ngrams=None, output_mode='int', output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None, idf_weights=None, sparse=False, ragged=False, encoding='utf-8'",
  docs: `${PAGE}/text/text_vectorization/`,
  run: (c, inputs) => {
    const input = first(inputs);
    const length = c.given("output_sequence_length")
      ? c.dim("output_sequence_length")
      : new Unknown("the length of the text");
    const width = c.text("output_mode") === "int" ? length : vocabularySize(c);
    return one(
      plain("text_vectorization", isUnknown(input) ? input : [input[0] ?? 1, width], { dtype: "int64" }),
    );
  },
};

const LOOKUP =
  "max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1, vocabulary=None, vocabulary_dtype='int64', idf_weights=None, invert=False, output_mode='int', sparse=False, pad_to_max_tokens=False, encoding='utf-8'";

// -------------------------------------------------------------------------- sound

const melSpectrogram: LayerRule = {
  signature:
    "fft_length=2048, sequence_stride=512, sequence_length=None, window='hann', sampling_rate=16000, num_mel_bins=128, min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0, min_power=1e-10, ref_power=1.0",
  docs: `${PAGE}/audio_preprocessing/mel_spectrogram/`,
  run: (c, inputs) => {
    const input = first(inputs);
    if (isUnknown(input)) return one(plain("mel_spectrogram", input));
    const stride = c.dim("sequence_stride");
    const frames = floorDivide(add(add(input.at(-1) ?? 1, stride), 1), stride);
    return one(plain("mel_spectrogram", [...input.slice(0, -1), c.dim("num_mel_bins"), frames]));
  },
};

/** Frequencies of a transform: half of its length, of a power of two unless told. */
function frequencies(config: Config): Dim {
  const length = config.number("frame_length");
  const fft = config.given("fft_length")
    ? config.dim("fft_length")
    : length === undefined
      ? config.dim("frame_length")
      : 2 ** Math.ceil(Math.log2(length));
  return add(floorDivide(fft, 2), 1);
}

const stftSpectrogram: LayerRule = {
  signature:
    "mode='log', frame_length=256, frame_step=None, fft_length=None, window='hann', periodic=False, scaling='density', padding='valid', expand_dims=False, data_format=None",
  docs: `${PAGE}/audio_preprocessing/stft_spectrogram/`,
  weights: (c) => {
    const shape = [c.dim("frame_length"), 1, frequencies(c)];
    return ["real", "imag"]
      .filter((part) => c.text("mode") !== (part === "real" ? "imag" : "real"))
      .map((part) => ({ name: `${part}_kernel`, shape, trainable: true }));
  },
  run: (c, inputs) => {
    const input = first(inputs);
    const lost = (why: Unknown) =>
      one({ op: "conv", name: "stft_spectrogram", shape: why, macs: why, elementwise: 0 });
    if (isUnknown(input)) return lost(input);
    const first_ = c.channels === "first";
    const [channels, time] = [input[first_ ? 1 : 2] ?? 1, input[first_ ? 2 : 1] ?? 1];
    const length = c.dim("frame_length");
    const stride = c.given("frame_step") ? c.dim("frame_step") : floorDivide(length, 2);
    const padding = c.text("padding") === "same" ? ("same" as const) : ("valid" as const);
    const [frames = 1] = windowOutput([time], { kernel: [length], stride: [stride], dilation: [1], padding });
    const bins = multiply(frequencies(c), c.text("mode") === "stft" ? 2 : 1);
    const kernels = ["real", "imag"].includes(c.text("mode")) ? 1 : 2;
    const batch = input[0] ?? 1;
    const flat = multiply(bins, channels);
    const shape = c.flag("expand_dims")
      ? first_
        ? [batch, channels, frames, bins]
        : [batch, frames, bins, channels]
      : first_
        ? [batch, flat, frames]
        : [batch, frames, flat];
    const macs = product([batch, channels, frames, frequencies(c), length, kernels]);
    return one({ op: "conv", name: "stft_spectrogram", shape, macs, elementwise: 0 });
  },
};

export const PREPROCESSING: Readonly<Record<string, LayerRule>> = {
  Normalization: normalization,
  CategoryEncoding: encoder(
    "category_encoding",
    "num_tokens=None, output_mode='multi_hot', sparse=False",
    "categorical/category_encoding",
    (c) => c.dim("num_tokens"),
  ),
  Discretization: encoder(
    "discretization",
    "bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode='int', sparse=False",
    "numerical/discretization",
    (c) =>
      c.given("num_bins") ? c.dim("num_bins") : add(toDim(toItems(c.value("bin_boundaries"))?.length), 1),
  ),
  Hashing: encoder(
    "hashing",
    "num_bins, mask_value=None, salt=None, output_mode='int', sparse=False",
    "categorical/hashing",
    (c) => c.dim("num_bins"),
  ),
  HashedCrossing: encoder(
    "hashed_crossing",
    "num_bins, output_mode='int', sparse=False",
    "categorical/hashed_crossing",
    (c) => c.dim("num_bins"),
  ),
  IntegerLookup: encoder("integer_lookup", LOOKUP, "categorical/integer_lookup", vocabularySize),
  StringLookup: encoder(
    "string_lookup",
    LOOKUP.replace("oov_token=-1", "oov_token='[UNK]'").replace(", vocabulary_dtype='int64'", ""),
    "categorical/string_lookup",
    vocabularySize,
  ),
  TextVectorization: textVectorization,
  MelSpectrogram: melSpectrogram,
  STFTSpectrogram: stftSpectrogram,
};

// ------------------------------------------------------------------------ methods

const configOf = (a: { readonly self: Value }): Config => new Config((a.self as Instance).attrs);

/** Words that the program gave, with what stands before them. */
function vocabulary(config: Config, interp: Interp): Value {
  const known = toItems(config.value("vocabulary"));
  const size = vocabularySize(config);
  if (!known || typeof size !== "number") return interp.unknown(VOCABULARY);
  const before = Math.max(size - known.length, 0);
  return new List([...new Array<Value>(before).fill("[UNK]"), ...known]);
}

type Method = readonly [string, NativeImpl];

/** What these layers have besides a layer's own methods. */
export const PREPROCESSING_METHODS: Readonly<Record<string, Method>> = {
  adapt: ["self, *args, **kwargs", () => null],
  update_state: ["self, *args, **kwargs", () => null],
  reset_state: ["self", () => null],
  finalize_state: ["self", () => null],
  get_vocabulary: [
    "self, *args, **kwargs",
    (a, interp) => vocabulary(configOf(a as { self: Value }), interp),
  ],
  vocabulary_size: ["self", (a) => vocabularySize(configOf(a as { self: Value }))],
  set_vocabulary: [
    "self, vocabulary, *args, **kwargs",
    (a, interp) => {
      interp.touch(a.self as Instance);
      (a.self as Instance).attrs.set("vocabulary", a.vocabulary);
      return null;
    },
  ],
};
