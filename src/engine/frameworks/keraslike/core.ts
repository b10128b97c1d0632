/** Dense, embedding, activations, regularisation and what only changes a tensor's form. */
import { linearMacs } from "../../cost/contraction.ts";
import { product } from "../../cost/lift.ts";
import { type Dim, isUnknown, type Shape, toItems, Unknown } from "../../interpret/values.ts";
import { count } from "../rules/possible.ts";
import { toDim } from "../rules/sizes.ts";
import { isMisfit, numel, reshape, showShape } from "../shape/dims.ts";
import { ANY_AXES, NOT_NEGATIVE } from "./arguments.ts";
import {
  type Config,
  first,
  KERAS,
  type KnownOrNot,
  type LayerRule,
  one,
  plain,
  type Ruling,
} from "./rule.ts";

const dense: LayerRule = {
  signature: "units, activation=None, use_bias=True",
  docs: `${KERAS}/core_layers/dense/`,
  spatial: 0,
  weights: (c, [input = []]) => [
    {
      name: "kernel",
      shape: [input.at(-1) ?? new Unknown("an input without axes"), c.dim("units")],
      trainable: true,
    },
    ...(c.flag("use_bias") ? [{ name: "bias", shape: [c.dim("units")], trainable: true }] : []),
  ],
  run: (c, inputs) => {
    const input = first(inputs);
    if (isUnknown(input))
      return one({ op: "linear", name: "dense", shape: input, macs: input, elementwise: 0 });
    const shape = [...input.slice(0, -1), c.dim("units")];
    const macs = linearMacs(product(input.slice(0, -1)), input.at(-1) ?? 1, c.dim("units"));
    return one({ op: "linear", name: "dense", shape, macs, elementwise: c.activated(shape) });
  },
};

const embedding: LayerRule = {
  signature: "input_dim, output_dim, embeddings_initializer='uniform', mask_zero=False, input_length=None",
  docs: `${KERAS}/core_layers/embedding/`,
  taken: { input_dim: count(1), output_dim: count(1) },
  weights: (c) => [{ name: "embeddings", shape: [c.dim("input_dim"), c.dim("output_dim")], trainable: true }],
  run: (c, inputs) => {
    const input = first(inputs);
    const shape = isUnknown(input) ? input : [...input, c.dim("output_dim")];
    return one({ op: "embedding", name: "embedding", shape, macs: 0, elementwise: 0, dtype: "float32" });
  },
};

/** Each element on its own. */
function elementwise(name: string, signature: string, page: string): LayerRule {
  return {
    signature,
    docs: `${KERAS}/${page}/`,
    run: (_c, inputs) => one(plain(name, first(inputs))),
  };
}

/** Does nothing at inference. */
function inert(name: string, signature: string, page: string): LayerRule {
  return {
    signature,
    docs: `${KERAS}/${page}/`,
    run: (_c, inputs) => one(plain(name, first(inputs), { elementwise: 0, view: true })),
  };
}

function sharedBeyond(config: Config, input: KnownOrNot): string | undefined {
  if (isUnknown(input)) return undefined;
  const wrong = config.integers("shared_axes")?.find((axis) => axis >= input.length);
  return wrong === undefined ? undefined : `shares axis ${wrong} of an input of ${input.length} axes`;
}

const prelu: LayerRule = {
  signature: "alpha_initializer='Zeros', alpha_regularizer=None, alpha_constraint=None, shared_axes=None",
  docs: `${KERAS}/activation_layers/prelu/`,
  weights: (c, [input = []]) => {
    const shared = c.integers("shared_axes") ?? [];
    const shape = input.slice(1).map((dim, i) => (shared.includes(i + 1) ? 1 : dim));
    return [{ name: "alpha", shape, trainable: true }];
  },
  run: (c, inputs) => one(plain("prelu", first(inputs)), sharedBeyond(c, first(inputs))),
};

/** Drops whole channels of an input that has so many axes. */
function spatialDropout(spatial: number, signature: string): LayerRule {
  const name = `spatial_dropout${spatial}d`;
  return {
    signature,
    docs: `${KERAS}/regularization_layers/${name}/`,
    run: (_c, inputs) => {
      const input = first(inputs);
      const isFit = isUnknown(input) || input.length === spatial + 2;
      return one(
        plain(name, input, { elementwise: 0, view: true }),
        isFit ? undefined : `expects an input of ${spatial + 2} axes, gets ${showShape(input)}`,
      );
    },
  };
}

/** A rule that knows the rank, and gives up on an input without one. */
function onShape(
  name: string,
  rule: (config: Config, input: Shape) => Shape | Unknown | string,
): LayerRule["run"] {
  return (c, inputs): Ruling => {
    const input = first(inputs);
    if (isUnknown(input)) return one(plain(name, input, { view: true, elementwise: 0 }));
    const shape = rule(c, input);
    const lost = typeof shape === "string" ? new Unknown(shape) : shape;
    return one(
      plain(name, lost, { view: true, elementwise: 0 }),
      typeof shape === "string" ? shape : undefined,
    );
  };
}

function targetShape(config: Config): Shape | Unknown {
  const value = config.value("target_shape");
  if (isUnknown(value)) return value;
  const items = toItems(value);
  if (items === undefined) return new Unknown("needs target_shape");
  // A null in the target stands for the size that is left.
  return items.map((item) => (item === null ? -1 : toDim(item)));
}

export const CORE: Readonly<Record<string, LayerRule>> = {
  Dense: dense,
  Embedding: embedding,
  Activation: elementwise("activation", "activation", "core_layers/activation"),
  ReLU: {
    ...elementwise("relu", "max_value=None, negative_slope=0.0, threshold=0.0", "activation_layers/relu"),
    taken: { max_value: { ...NOT_NEGATIVE, none: true }, negative_slope: NOT_NEGATIVE },
  },
  LeakyReLU: elementwise("leaky_relu", "negative_slope=0.3, alpha=None", "activation_layers/leaky_relu"),
  ELU: elementwise("elu", "alpha=1.0", "activation_layers/elu"),
  PReLU: prelu,
  Softmax: { ...elementwise("softmax", "axis=-1", "activation_layers/softmax"), taken: ANY_AXES },
  ThresholdedReLU: elementwise("thresholded_relu", "theta=1.0", "activation_layers"),
  Rescaling: elementwise(
    "rescaling",
    "scale, offset=0.0",
    "preprocessing_layers/image_preprocessing/rescaling",
  ),
  Masking: elementwise("masking", "mask_value=0.0", "core_layers/masking"),
  Dropout: inert("dropout", "rate, noise_shape=None, seed=None", "regularization_layers/dropout"),
  SpatialDropout1D: spatialDropout(1, "rate"),
  SpatialDropout2D: spatialDropout(2, "rate, data_format=None"),
  SpatialDropout3D: spatialDropout(3, "rate, data_format=None"),
  GaussianNoise: {
    ...inert("gaussian_noise", "stddev", "regularization_layers/gaussian_noise"),
    taken: { stddev: NOT_NEGATIVE },
  },
  GaussianDropout: inert("gaussian_dropout", "rate", "regularization_layers/gaussian_dropout"),
  AlphaDropout: inert("alpha_dropout", "rate, noise_shape=None", "regularization_layers/alpha_dropout"),
  ActivityRegularization: inert(
    "activity_regularization",
    "l1=0.0, l2=0.0",
    "regularization_layers/activity_regularization",
  ),
  Identity: inert("identity", "", "core_layers/identity"),

  Flatten: {
    signature: "data_format=None",
    docs: `${KERAS}/reshaping_layers/flatten/`,
    run: onShape("flatten", (_c, input) => [input[0] ?? 1, numel(input.slice(1))]),
  },
  Reshape: {
    signature: "target_shape",
    docs: `${KERAS}/reshaping_layers/reshape/`,
    run: onShape("reshape", (c, input) => {
      const target = targetShape(c);
      if (isUnknown(target)) return target;
      // The batch axis is no part of it.
      const result = reshape(input.slice(1), target);
      return isMisfit(result) ? result.message : [input[0] ?? 1, ...result];
    }),
  },
  Permute: {
    signature: "dims",
    docs: `${KERAS}/reshaping_layers/permute/`,
    run: onShape("permute", (c, input) => {
      const axes = c.integers("dims");
      if (!axes) return new Unknown("needs dims");
      const order = [...axes].sort((a, b) => a - b);
      if (order.length !== input.length - 1 || order.some((axis, at) => axis !== at + 1)) {
        return `cannot permute ${showShape(input)} by ${axes.join(", ")}`;
      }
      return [input[0] ?? 1, ...axes.map((axis): Dim => input[axis] ?? 1)];
    }),
  },
  RepeatVector: {
    signature: "n",
    docs: `${KERAS}/reshaping_layers/repeat_vector/`,
    run: onShape("repeat_vector", (c, input) =>
      input.length === 2
        ? [input[0] ?? 1, c.dim("n"), input[1] ?? 1]
        : `expects an input with 2 axes, gets ${input.length}`,
    ),
  },
};
