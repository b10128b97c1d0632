/** Layers that Keras has and TensorFlow.js has not. https://keras.io/api/layers/ */
import { einsumMacs, einsumShape, parseEinsum } from "../../../cost/contraction.ts";
import { type Dim, isUnknown, type Shape, toItems, Unknown } from "../../../interpret/values.ts";
import {
  type Config,
  first,
  KERAS,
  type LayerRule,
  one,
  plain,
  type WeightSpec,
} from "../../keraslike/rule.ts";
import { noAxis } from "../../rules/axes.ts";
import { resize } from "../../rules/pooling.ts";
import { toDim } from "../../rules/sizes.ts";

// ------------------------------------------------------------------ einsum dense

interface EinsumSizes {
  readonly weight: Shape;
  readonly bias: Shape;
}

/** Sizes of the weight's labels: those of the input, and of the output as the layer was told. */
function einsumSizes(config: Config, input: Shape): EinsumSizes | Unknown {
  const [, left = "", weight = "", output = ""] =
    /^(.*),(.*)->(.*)$/.exec(config.text("equation").replaceAll(" ", "")) ?? [];
  if (weight === "") return new Unknown("needs an equation of an input and a weight");
  const sizes = new Map<string, Dim>();
  // Labels before an ellipsis count from the front, those behind it from the end.
  const [before = "", after = ""] = left.split("...");
  for (const [i, label] of [...before].entries()) sizes.set(label, input[i] ?? 1);
  for (const [i, label] of [...after].entries())
    sizes.set(label, input[input.length - after.length + i] ?? 1);
  const given = config.value("output_shape");
  const items = toItems(given) ?? [given];
  const labels = output.replace("...", "");
  const shown = output.startsWith("...") ? labels : labels.slice(1);
  [...shown].slice(-items.length).forEach((label, i) => {
    const item = items[i + items.length - Math.min(items.length, shown.length)];
    if (item !== null && item !== undefined) sizes.set(label, toDim(item));
  });
  const axes = config.text("bias_axes");
  const firstAxis = Math.min(
    ...[...axes].map((label) => labels.indexOf(label)).filter((at) => at >= 0),
    labels.length,
  );
  return {
    weight: [...weight].map((label) => sizes.get(label) ?? 1),
    bias:
      axes === ""
        ? []
        : [...labels.slice(firstAxis)].map((label) => (axes.includes(label) ? (sizes.get(label) ?? 1) : 1)),
  };
}

const einsumDense: LayerRule = {
  signature: "equation, output_shape, activation=None, bias_axes=None",
  docs: `${KERAS}/core_layers/einsum_dense/`,
  weights: (c, [input = []]) => {
    const sizes = einsumSizes(c, input);
    if (isUnknown(sizes)) return [];
    const bias: WeightSpec[] =
      sizes.bias.length > 0 ? [{ name: "bias", shape: sizes.bias, trainable: true }] : [];
    return [{ name: "kernel", shape: sizes.weight, trainable: true }, ...bias];
  },
  run: (c, inputs) => {
    const input = first(inputs);
    const sizes = isUnknown(input) ? input : einsumSizes(c, input);
    const lost = (why: Unknown, problem?: string) =>
      one({ op: "linear", name: "einsum", shape: why, macs: why, elementwise: 0 }, problem);
    if (isUnknown(sizes) || isUnknown(input))
      return lost(isUnknown(sizes) ? sizes : new Unknown("an einsum of an unknown input"));
    const equation = parseEinsum(c.text("equation"), [input.length, sizes.weight.length]);
    if (typeof equation === "string") return lost(new Unknown(equation), equation);
    const shapes = [input, sizes.weight];
    const shape = einsumShape(equation, shapes);
    return one({
      op: "linear",
      name: "einsum",
      shape,
      macs: einsumMacs(equation, shapes),
      elementwise: c.activated(shape),
    });
  },
};

// ------------------------------------------------------------------ elementwise

const unchanged = (
  name: string,
  signature: string,
  page: string,
  more: Partial<LayerRule> = {},
): LayerRule => ({
  signature,
  docs: `${KERAS}/${page}/`,
  run: (_c, inputs) => one(plain(name, first(inputs))),
  ...more,
});

/** Does nothing at inference. */
const idle = (name: string, signature: string): LayerRule => ({
  signature,
  docs: `${KERAS}/preprocessing_layers/image_augmentation/`,
  run: (_c, inputs) => one(plain(name, first(inputs), { elementwise: 0, view: true })),
});

const AUGMENTATIONS: Readonly<Record<string, string>> = {
  RandomFlip: "mode='horizontal_and_vertical', seed=None, data_format=None",
  RandomRotation:
    "factor, fill_mode='reflect', interpolation='bilinear', seed=None, fill_value=0.0, data_format=None",
  RandomZoom:
    "height_factor, width_factor=None, fill_mode='reflect', interpolation='bilinear', seed=None, fill_value=0.0, data_format=None",
  RandomTranslation:
    "height_factor, width_factor, fill_mode='reflect', interpolation='bilinear', seed=None, fill_value=0.0, data_format=None",
  RandomContrast: "factor, value_range=(0, 255), seed=None",
  RandomBrightness: "factor, value_range=(0, 255), seed=None",
  RandomHue: "factor, value_range=(0, 255), data_format=None, seed=None",
  RandomSaturation: "factor, value_range=(0, 255), data_format=None, seed=None",
  RandomSharpness: "factor, value_range=(0, 255), data_format=None, seed=None",
  RandomShear:
    "x_factor=0.0, y_factor=0.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, data_format=None, seed=None",
  RandomGrayscale: "factor=0.5, data_format=None, seed=None",
  RandomColorJitter:
    "value_range=(0, 255), brightness_factor=None, contrast_factor=None, saturation_factor=None, hue_factor=None, seed=None, data_format=None",
  RandomColorDegeneration: "factor, value_range=(0, 255), data_format=None, seed=None",
  RandomPosterization: "factor, value_range=(0, 255), data_format=None, seed=None",
  RandomInvert: "factor=1.0, value_range=(0, 255), seed=None, data_format=None",
  RandomGaussianBlur:
    "factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), data_format=None, seed=None",
  RandomErasing:
    "factor=1.0, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255), seed=None, data_format=None",
  RandomPerspective:
    "factor=1.0, scale=0.3, interpolation='bilinear', fill_value=0.0, seed=None, data_format=None",
  RandomElasticTransform:
    "factor=1.0, scale=1.0, interpolation='bilinear', fill_mode='reflect', fill_value=0.0, value_range=(0, 255), seed=None, data_format=None",
  RandomHeight: "factor, interpolation='bilinear', seed=None",
  RandomWidth: "factor, interpolation='bilinear', seed=None",
  AutoContrast: "value_range=(0, 255)",
  Equalization: "value_range=(0, 255), bins=256, data_format=None",
  Solarization: "addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None",
  RandAugment:
    "value_range=(0, 255), num_ops=2, factor=0.5, interpolation='bilinear', seed=None, data_format=None",
  AugMix:
    "value_range=(0, 255), num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True, interpolation='bilinear', seed=None, data_format=None",
  MixUp: "alpha=0.2, data_format=None, seed=None",
  CutMix: "factor=1.0, seed=None, data_format=None",
  ContrastLimitedAdaptiveHistogramEqualization:
    "value_range=(0, 255), clip_limit=4.0, tile_grid_size=(8, 8), data_format=None",
  MaxNumBoundingBoxes: "max_number, fill_value=-1",
};

/** Layers around functions and saved models of other frameworks. */
const FOREIGN: Readonly<Record<string, string>> = {
  FlaxLayer: "module, method=None, variables=None",
  JaxLayer: "call_fn, init_fn=None, params=None, state=None, seed=None",
  TFSMLayer: "filepath, call_endpoint='serve', call_training_endpoint=None",
  TorchModuleWrapper: "module, output_shape=None",
};

function foreign(name: string, signature: string): LayerRule {
  const why = new Unknown(`${name} runs what is not written in Keras`);
  return {
    signature,
    docs: `${KERAS}/backend_specific_layers/`,
    run: () => one({ op: "other", name, shape: why, macs: why, elementwise: why }),
  };
}

// --------------------------------------------------------------------------- pools

const adaptive = (spatial: number, what: string): LayerRule => ({
  signature: "output_size, data_format=None",
  docs: `${KERAS}/pooling_layers/`,
  spatial,
  run: (c, inputs) => {
    const ruling = resize(first(inputs), { spatial, channels: c.channels, otherAxes: [2, 2] }, () => ({
      sizes: c.dims("output_size", spatial),
    }));
    return one(plain(`adaptive_${what}_pool${spatial}d`, ruling.shape), ruling.problem);
  },
});

const cropped: LayerRule = {
  signature: "height, width, seed=None, data_format=None",
  docs: `${KERAS}/preprocessing_layers/image_augmentation/random_crop/`,
  run: (c, inputs) => {
    const ruling = resize(first(inputs), { spatial: 2, channels: c.channels, otherAxes: [1, 2] }, () => ({
      sizes: [c.dim("height"), c.dim("width")],
    }));
    return one(plain("random_crop", ruling.shape), ruling.problem);
  },
};

export const FURTHER: Readonly<Record<string, LayerRule>> = {
  EinsumDense: einsumDense,
  UnitNormalization: unchanged("unit_norm", "axis=-1", "normalization_layers/unit_normalization", {
    run: (c, inputs) => one(plain("unit_norm", first(inputs)), noAxis(first(inputs), c.value("axis"))),
  }),
  RMSNormalization: unchanged("rms_norm", "axis=-1, epsilon=1e-6", "normalization_layers/rms_normalization", {
    weights: (_c, [input = []]) => [{ name: "scale", shape: [input.at(-1) ?? 1], trainable: true }],
    run: (c, inputs) =>
      one(plain("rms_norm", first(inputs), { op: "norm" }), noAxis(first(inputs), c.value("axis"))),
  }),
  ...Object.fromEntries(
    Object.entries(AUGMENTATIONS).map(([name, signature]) => [name, idle(name, signature)]),
  ),
  RandomCrop: cropped,
  ...Object.fromEntries(Object.entries(FOREIGN).map(([name, signature]) => [name, foreign(name, signature)])),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((spatial) => [
      [`AdaptiveAveragePooling${spatial}D`, adaptive(spatial, "average")],
      [`AdaptiveMaxPooling${spatial}D`, adaptive(spatial, "max")],
    ]),
  ),
};
