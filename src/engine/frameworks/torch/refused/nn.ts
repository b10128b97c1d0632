/** What torch refuses of calls of its layers and functions beside what their rules read, each in its words. */
import { toNumber } from "../../../interpret/values.ts";
import { differ, type Given, noAxis, type Refusal, show } from "./given.ts";

const WITH_CORNERS = /^(bi|tri)?linear$|^bicubic$/;
/** What no computer has the memory for, in bytes. */
const MOST_MEMORY = 2 ** 40;

const corners: Refusal = (given) => {
  const [mode, aligned] = [given.value("mode"), given.value("align_corners")];
  return typeof mode === "string" && !WITH_CORNERS.test(mode) && typeof aligned === "boolean"
    ? "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
    : undefined;
};

const responses: Refusal = (given) => {
  const [shape, size] = [given.shape("input"), given.number("size")];
  if (!shape) return undefined;
  if (shape.length < 3) return `Expected 3D or higher dimensionality input (got ${shape.length} dimensions)`;
  const [, channels = 1] = shape;
  const others = shape.reduce<number>((all, each, axis) => (axis === 1 ? all : all * (each ?? 1)), 1);
  const bytes = 4 * others * (channels + (size ?? 1) - 1);
  return bytes > MOST_MEMORY ? `can't allocate memory: you tried to allocate ${bytes} bytes` : undefined;
};

const randomSlopes: Refusal = (given) => {
  const [lower, upper] = [given.number("lower"), given.number("upper")];
  return lower !== undefined && upper !== undefined && lower > upper
    ? "Lower bound should be less than or equal to the upper bound"
    : undefined;
};

const celu: Refusal = (given) =>
  given.number("alpha") === 0 ? "ZeroDivisionError: alpha cannot be 0 for CELU" : undefined;

const bounds: Refusal = (given) => {
  const [least, most] = [given.number("min_val"), given.number("max_val")];
  return least !== undefined && most !== undefined && least >= most
    ? `max_val must be above min_val, gets ${most} and ${least}`
    : undefined;
};

const unpooled: Refusal = (given) => {
  const [input, indices] = [given.shape("input"), given.shape("indices")];
  if (!input || !indices) return undefined;
  return input.length !== indices.length || input.some((size, i) => differ(size, indices[i]))
    ? `Expected shape of indices to be same as that of the input tensor (${show(input)}) but got indices tensor with shape: ${show(indices)}`
    : undefined;
};

const fractional: Refusal = (given) => {
  const isGiven = (name: string): boolean => (given.value(name) ?? null) !== null;
  if (isGiven("output_size") && isGiven("output_ratio"))
    return "only one of output_size and output_ratio may be specified";
  const shape = given.shape("input");
  const [kernels, outputs] = [given.numbers("kernel_size"), given.numbers("output_size")];
  if (!shape || !kernels || !outputs) return undefined;
  const axes = shape.slice(-2);
  const at = axes.findIndex((size, i) => {
    const window = (outputs[i] ?? outputs[0] ?? 0) + (kernels[i] ?? kernels[0] ?? 1) - 1;
    return size !== undefined && window > size;
  });
  if (at < 0) return undefined;
  const name = at === 0 ? "height" : "width";
  return `fractional_max_pool2d(): pool ${name} ${kernels[at] ?? kernels[0]} too large relative to input ${name} ${axes[at]}`;
};

const notNegative =
  (name: string, words: (size: number) => string): Refusal =>
  (given) => {
    const wrong = given.numbers(name)?.find((size) => size < 0);
    return wrong === undefined ? undefined : words(wrong);
  };

const poolPadding = notNegative("padding", (pad) => `pad must be non-negative, but got pad: ${pad}`);
const outputPadding = notNegative("output_padding", () => "negative output_padding is not supported");

/** What normalizes each channel of each sample by itself needs more than one element of it. */
const spatial: Refusal = (given) => {
  const shape = given.shape("input");
  const inside = shape && shape.length > 2 ? shape.slice(2) : [];
  return shape && inside.length > 0 && inside.every((size) => size === 1)
    ? `Expected more than 1 spatial element when training, got input size torch.Size(${show(shape)})`
    : undefined;
};

function channelsOf(given: Given, name: string): string | undefined {
  const [input, held] = [given.shape("input"), given.shape(name)];
  return input && held?.length === 1 && differ(input[1], held[0])
    ? `${name} should contain ${input[1]} elements not ${held[0]}`
    : undefined;
}

const cell =
  (name: string): Refusal =>
  (given) => {
    const rank = given.shape("input")?.length;
    return rank === undefined || rank === 1 || rank === 2
      ? undefined
      : `${name}: Expected input to be 1-D or 2-D but received ${rank}-D tensor`;
  };

const oneOf =
  (name: string, modes: readonly string[], words: string): Refusal =>
  (given) => {
    const mode = given.value(name);
    return typeof mode === "string" && !modes.includes(mode) ? `${words}, but got: '${mode}'` : undefined;
  };
const SAMPLING = oneOf(
  "mode",
  ["bilinear", "nearest", "bicubic"],
  "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic'",
);
const BORDERS = oneOf(
  "padding_mode",
  ["zeros", "border", "reflection"],
  "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection'",
);

const bags: Refusal = (given) => {
  const rank = given.shape("input")?.length;
  if (rank === 1 && given.value("offsets") === null) return "offsets has to be a 1D Tensor but got None";
  return rank !== undefined && rank > 2
    ? `input has to be 1D or 2D Tensor, but got Tensor of dimension ${rank}`
    : undefined;
};

/** Of elements that the program gives: what a guessed input holds is not known. */
const fractions = (given: Given, name: string): string | undefined =>
  given.data(name) !== undefined && /^float/.test(given.dtype(name) ?? "")
    ? "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int"
    : undefined;

export const REFUSED_FUNCTIONS: Readonly<Record<string, Refusal>> = {
  rrelu: randomSlopes,
  celu,
  local_response_norm: responses,
  layer_norm: (given) => {
    const sizes = given.numbers("normalized_shape");
    for (const name of ["weight", "bias"]) {
      const held = given.shape(name);
      if (sizes && held && (held.length !== sizes.length || held.some((size, i) => differ(size, sizes[i]))))
        return `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${show(held)} and normalized_shape = ${show(sizes)}`;
    }
    return undefined;
  },
  batch_norm: (given) =>
    given.value("training") === false && given.value("running_mean") === null
      ? "running_mean must be defined in evaluation mode"
      : undefined,
  instance_norm: (given) =>
    given.value("use_input_stats") === false
      ? (channelsOf(given, "running_mean") ?? channelsOf(given, "running_var"))
      : spatial(given),
  interpolate: corners,
  upsample: corners,
  max_pool1d: poolPadding,
  max_pool2d: poolPadding,
  max_pool3d: poolPadding,
  avg_pool1d: poolPadding,
  avg_pool2d: poolPadding,
  avg_pool3d: poolPadding,
  fractional_max_pool2d: fractional,
  max_unpool1d: unpooled,
  max_unpool2d: unpooled,
  max_unpool3d: unpooled,
  conv_transpose1d: outputPadding,
  conv_transpose2d: outputPadding,
  conv_transpose3d: outputPadding,
  linear: (given) => {
    const [weight, bias] = [given.shape("weight"), given.shape("bias")];
    if (weight && weight.length > 2)
      return `t() expects a tensor with <= 2 dimensions, but self is ${weight.length}D`;
    return weight?.length === 2 && bias?.length === 1 && bias[0] !== 1 && differ(weight[0], bias[0])
      ? `The size of tensor a (${weight[0]}) must match the size of tensor b (${bias[0]}) at non-singleton dimension 1`
      : undefined;
  },
  embedding: (given) => {
    const rank = given.shape("weight")?.length;
    if (rank !== undefined && rank !== 2) return "'weight' must be 2-D";
    return fractions(given, "input");
  },
  embedding_bag: bags,
  one_hot: (given) => {
    const [classes, count] = [given.data("tensor"), given.number("num_classes")];
    if (fractions(given, "tensor")) return "one_hot is only applicable to index tensor.";
    if (classes?.some((each) => each < 0)) return "Class values must be non-negative.";
    return count !== undefined && count >= 0 && classes?.some((each) => each >= count)
      ? "Class values must be smaller than num_classes."
      : undefined;
  },
  grid_sample: (given) => SAMPLING(given) ?? BORDERS(given),
  affine_grid: (given) => {
    const [sizes, theta] = [given.numbers("size"), given.shape("theta")];
    if (!sizes) return undefined;
    if (sizes.length !== 4 && sizes.length !== 5)
      return `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${show(sizes)}`;
    const axes = sizes.length - 2;
    if (theta && differ(theta[0], sizes[0]))
      return `Expected a batch of ${sizes[0]} affine matrices for size ${show(sizes)}. Got ${show(theta)}`;
    return theta && (theta.length !== 3 || differ(theta[1], axes) || differ(theta[2], axes + 1))
      ? `Expected a batch of ${axes}D affine matrices of shape Nx${axes}x${axes + 1} for size ${show(sizes)}. Got ${show(theta)}`
      : undefined;
  },
  normalize: (given) => noAxis(toNumber(given.value("dim")), given.shape("input")),
  cosine_similarity: (given) => noAxis(given.number("dim"), given.shape("x1")),
};

export const REFUSED_LAYERS: Readonly<Record<string, Refusal>> = {
  Hardtanh: bounds,
  RReLU: randomSlopes,
  CELU: celu,
  Softmax2d: (given) => {
    const rank = given.shape("input")?.length;
    return rank === undefined || rank === 3 || rank === 4
      ? undefined
      : "Softmax2d requires a 3D or 4D tensor as input";
  },
  LocalResponseNorm: responses,
  Upsample: corners,
  FractionalMaxPool2d: fractional,
  MaxUnpool1d: unpooled,
  MaxUnpool2d: unpooled,
  MaxUnpool3d: unpooled,
  InstanceNorm1d: ownStatistics,
  InstanceNorm2d: ownStatistics,
  InstanceNorm3d: ownStatistics,
  CosineSimilarity: (given) => noAxis(given.number("dim"), given.shape("x1")),
  MultiheadAttention: (given) => {
    const rank = given.shape("query")?.length;
    return rank === undefined || rank === 2 || rank === 3
      ? undefined
      : `query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`;
  },
  Embedding: (given) => fractions(given, "input"),
  RNNCell: cell("RNNCell"),
  LSTMCell: cell("LSTMCell"),
  GRUCell: cell("GRUCell"),
  EmbeddingBag: bags,
};

function ownStatistics(given: Given): string | undefined {
  return given.value("track_running_stats") === false ? spatial(given) : undefined;
}
