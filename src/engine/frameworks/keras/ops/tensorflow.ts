/** Functions of TensorFlow, under its own names and arguments. https://www.tensorflow.org/api_docs/python/tf */
import { multiply } from "../../../cost/lift.ts";
import type { Bound } from "../../../interpret/native.ts";
import {
  type Dim,
  isUnknown,
  List,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import type { ChannelAxis } from "../../rules/convolution.ts";
import { toDims } from "../../rules/sizes.ts";
import { axisOf, sizedAlong } from "../../shape/dims.ts";
import { borrow, ELEMENTS, lend } from "./borrow.ts";
import { castTo, MATH, reshaped, shapeOf, transposed } from "./math.ts";
import {
  type ConvCall,
  channelsOf,
  combined,
  moments,
  NN,
  patches,
  resized,
  runConv,
  runPool,
  separableConv,
} from "./nn.ts";
import { type FunctionSpec, type FunctionTable, type Op, onShape, sameShape, sameShapes } from "./op.ts";
import { TF_FURTHER, TF_IMAGE_FURTHER, TF_LOSSES } from "./tensorflowFurther.ts";

const each = (names: string, entry: (name: string) => FunctionSpec): FunctionTable =>
  Object.fromEntries(names.split(" ").map((name) => [name, entry(name)]));

const l2Normalize = sameShape("x, axis=None, epsilon=1e-12, name=None, dim=None");

const reduction = (name: string): FunctionSpec =>
  borrow("input_tensor, axis=None, keepdims=False, name=None", name, { name: "" });
const binary = (name: string): FunctionSpec => borrow("x, y, name=None", name, { name: "" });

const conv = (kind: ConvCall["kind"]): FunctionSpec => ({
  signature:
    kind === "transposed"
      ? "input, filters, output_shape, strides, padding='SAME', data_format='NHWC', dilations=None, name=None"
      : "input, filters, strides, padding, data_format='NHWC', dilations=None, name=None",
  run: (op, a) =>
    runConv(op, {
      input: a.input,
      kernel: a.filters,
      strides: a.strides,
      padding: a.padding,
      dilations: a.dilations,
      channels: channelsOf(op, a.data_format),
      kind,
      ...(kind === "transposed" ? { outputShape: a.output_shape } : {}),
    }),
});

const pool: FunctionSpec = {
  signature: "input, ksize, strides, padding, data_format='NHWC', name=None",
  run: (op, a) => runPool(op, a.input, a.ksize, a.strides, a.padding, channelsOf(op, a.data_format)),
};

const sized = (name: string, settings: string): FunctionSpec => ({
  signature: `shape, ${settings}`,
  run: (op, a) => op.emit({ inputs: [], shape: toDims(a.shape, toItems(a.shape)?.length ?? 1), name }),
});

export const TF_NN: FunctionTable = {
  ...each("relu relu6 elu selu softplus softsign", () => sameShape("features, name=None")),
  ...each("silu swish", () => sameShape("features, beta=1.0, name=None")),
  ...each("sigmoid tanh", () => sameShape("x, name=None")),
  ...each("softmax log_softmax", () => sameShape("logits, axis=None, name=None, dim=None")),
  ...each("lrn local_response_normalization", () =>
    sameShape("input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None"),
  ),
  ...sameShapes({
    gelu: "features, approximate=False, name=None",
    leaky_relu: "features, alpha=0.2, name=None",
    dropout: "x, rate=None, noise_shape=None, seed=None, name=None, keep_prob=None",
    batch_normalization: "x, mean, variance, offset=None, scale=None, variance_epsilon=None, name=None",
  }),
  l2_normalize: l2Normalize,
  ...TF_LOSSES,
  crelu: {
    signature: "features, axis=-1, name=None",
    run: (op, a) =>
      onShape(op, a.features, (shape) => {
        const at = axisOf(toNumber(a.axis) ?? -1, shape.length) ?? shape.length - 1;
        return sizedAlong(shape, at, multiply(2, shape[at] ?? 1));
      }),
  },
  ...each("conv2d conv3d convolution", () => conv("plain")),
  conv1d: {
    signature: "input, filters, stride, padding, data_format='NWC', dilations=None, name=None",
    run: (op, a) => conv("plain").run(op, { ...a, strides: a.stride }),
  },
  atrous_conv2d: {
    signature: "value, filters, rate, padding, name=None",
    run: (op, a) =>
      conv("plain").run(op, { ...a, input: a.value, strides: 1, data_format: "NHWC", dilations: a.rate }),
  },
  depthwise_conv2d: {
    ...conv("depthwise"),
    signature: "input, filter, strides, padding, data_format=None, dilations=None, name=None",
    run: (op, a) => conv("depthwise").run(op, { ...a, filters: a.filter }),
  },
  ...each("conv2d_transpose conv1d_transpose conv3d_transpose", () => conv("transposed")),
  separable_conv2d: {
    signature:
      "input, depthwise_filter, pointwise_filter, strides, padding, data_format=None, dilations=None, name=None",
    run: (op, a) =>
      separableConv(
        op,
        {
          input: a.input,
          strides: a.strides,
          padding: a.padding,
          dilations: a.dilations,
          channels: channelsOf(op, a.data_format),
        },
        a.depthwise_filter,
        a.pointwise_filter,
      ),
  },
  ...each("max_pool max_pool1d max_pool2d max_pool3d avg_pool avg_pool1d avg_pool2d avg_pool3d", () => pool),
  bias_add: {
    signature: "value, bias, data_format=None, name=None",
    run: (op, a) => combined(op, [a.value, channelsOf(op, a.data_format) === "first" ? null : a.bias]),
  },
  moments: {
    signature: "x, axes, shift=None, keepdims=False, name=None",
    run: (op, a) => moments(op, a.x, a.axes, a.keepdims),
  },
  embedding_lookup: {
    signature: "params, ids, max_norm=None, name=None",
    run: (op, a) => gathered(op, a.params, a.ids, 0),
  },
  depth_to_space: {
    signature: "input, block_size, data_format='NHWC', name=None",
    run: (op, a) => blocks(op, a.input, a.block_size, "out", channelsOf(op, a.data_format)),
  },
  space_to_depth: {
    signature: "input, block_size, data_format='NHWC', name=None",
    run: (op, a) => blocks(op, a.input, a.block_size, "in", channelsOf(op, a.data_format)),
  },
};

/** Pixels into channels and back. */
function blocks(op: Op, value: Value, size: Value, way: "in" | "out", channels: ChannelAxis): Value {
  const input = op.tensor(value);
  const block = toNumber(size) ?? 1;
  if (isUnknown(input.shape)) return op.emit({ inputs: [input], shape: input.shape });
  const factor = way === "out" ? block : 1 / block;
  const scaled = input.shape.map((dim, axis): Dim => {
    if (axis === 0 || typeof dim !== "number") return dim;
    return axis === (channels === "first" ? 1 : 3) ? dim / (factor * factor) : dim * factor;
  });
  return op.emit({ inputs: [input], shape: scaled });
}

function gathered(op: Op, value: Value, indices: Value, axis: Value): Value {
  return MATH.take!.run(op, { x: value, indices, axis });
}

/** Every sample by indices of its own. */
function gatheredEach(op: Op, a: Bound, axis: Value, batch: number): Value {
  const [params, indices] = [op.tensor(a.params), op.tensor(a.indices)];
  const rank = isUnknown(params.shape) ? undefined : params.shape.length;
  const at = rank === undefined ? undefined : axisOf(toNumber(axis) ?? batch, rank);
  const shape =
    isUnknown(params.shape) || isUnknown(indices.shape) || at === undefined
      ? op.interp.unknown("what gather gathers is not known")
      : params.shape.toSpliced(at, 1, ...indices.shape.slice(batch));
  return op.emit({ inputs: [params, indices], shape });
}

/** `num_or_size_splits` is a number of equal parts, or their sizes. */
function split(op: Op, value: Value, parts: Value, axis: Value): Value {
  const input = op.tensor(value);
  const dim = toNumber(axis) ?? 0;
  const sizes = toItems(parts);
  const answer = sizes
    ? lend(op, "split", { input, split_size_or_sections: parts, dim })
    : lend(op, "chunk", { input, chunks: parts, dim });
  return answer instanceof Tuple ? new List([...answer.items]) : answer;
}

const FORMS: FunctionTable = {
  shape: { signature: "input, out_type=None, name=None", plain: true, run: (op, a) => shapeOf(op, a.input) },
  rank: { signature: "input, name=None", plain: true, run: (op, a) => MATH.ndim!.run(op, { x: a.input }) },
  reshape: { signature: "tensor, shape, name=None", run: (op, a) => reshaped(op, a.tensor, a.shape) },
  transpose: {
    signature: "a, perm=None, conjugate=False, name=None",
    run: (op, a) => transposed(op, a.a, a.perm),
  },
  concat: borrow("values, axis, name=None", "cat", { name: "" }),
  stack: borrow("values, axis=0, name=None", "stack", { name: "" }),
  unstack: {
    signature: "value, num=None, axis=0, name=None",
    run: (op, a) => MATH.unstack!.run(op, { x: a.value, axis: a.axis }),
  },
  split: {
    signature: "value, num_or_size_splits, axis=0, num=None, name=None",
    run: (op, a) => split(op, a.value, a.num_or_size_splits, a.axis),
  },
  squeeze: borrow("input, axis=None, name=None", "squeeze", { name: "" }),
  expand_dims: {
    signature: "input, axis, name=None",
    run: (op, a) => MATH.expand_dims!.run(op, { x: a.input, axis: a.axis }),
  },
  pad: {
    signature: "tensor, paddings, mode='CONSTANT', constant_values=0, name=None",
    run: (op, a) => MATH.pad!.run(op, { x: a.tensor, pad_width: a.paddings }),
  },
  tile: borrow("input, multiples, name=None", "tile", { multiples: "dims", name: "" }),
  repeat: borrow("input, repeats, axis=None, name=None", "repeat_interleave", { name: "" }),
  broadcast_to: borrow("input, shape, name=None", "broadcast_to", { shape: "size", name: "" }),
  gather: {
    signature: "params, indices, validate_indices=None, axis=None, batch_dims=0, name=None",
    run: (op, a) => {
      const batch = toNumber(a.batch_dims) ?? 0;
      const axis = a.axis ?? batch;
      return batch === 0 ? gathered(op, a.params, a.indices, axis) : gatheredEach(op, a, axis, batch);
    },
  },
  cast: { signature: "x, dtype, name=None", run: (op, a) => castTo(op, a.x, a.dtype) },
  where: borrow("condition, x=None, y=None, name=None", "where", { x: "input", y: "other", name: "" }),
  slice: {
    signature: "input_, begin, size, name=None",
    run: (op, a) => {
      const input = op.tensor(a.input_);
      const sizes = toItems(a.size) ?? [];
      const begin = toItems(a.begin) ?? [];
      if (isUnknown(input.shape)) return op.emit({ inputs: [input], shape: input.shape });
      const shape = input.shape.map((dim, axis): Dim => {
        const size = toNumber(sizes[axis]);
        if (size !== undefined && size >= 0) return size;
        return typeof dim === "number" ? dim - (toNumber(begin[axis]) ?? 0) : dim;
      });
      return op.emit({ inputs: [input], shape });
    },
  },
  reverse: sameShape("tensor, axis, name=None"),
  roll: sameShape("input, shift, axis, name=None"),
  identity: { signature: "input, name=None", run: (op, a) => op.tensor(a.input) },
  stop_gradient: { signature: "input, name=None", run: (op, a) => op.tensor(a.input) },
  ensure_shape: { signature: "x, shape, name=None", run: (op, a) => op.tensor(a.x) },
  one_hot: {
    signature: "indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None",
    run: (op, a) => NN.one_hot!.run(op, { x: a.indices, num_classes: a.depth, axis: a.axis ?? -1 }),
  },
  add_n: { signature: "inputs, name=None", run: (op, a) => combined(op, toItems(a.inputs) ?? []) },
  clip_by_value: sameShape("t, clip_value_min, clip_value_max, name=None"),
  boolean_mask: {
    signature: "tensor, mask, axis=None, name=None",
    run: (op, a) =>
      op.emit({ inputs: [op.tensor(a.tensor)], shape: op.interp.ofData("depends on the data of a mask") }),
  },
};

const MATH_NAMES: FunctionTable = {
  ...each(
    "exp log sqrt rsqrt sin cos tan tanh sigmoid sign floor ceil abs square negative logical_not erf log1p",
    (name) => borrow("x, name=None", name, { name: "" }),
  ),
  round: sameShape("x, name=None"),
  ...each(
    "add subtract multiply divide maximum minimum logical_and logical_or less less_equal greater greater_equal not_equal floor_divide true_divide",
    binary,
  ),
  truediv: binary("true_divide"),
  floordiv: binary("floor_divide"),
  equal: binary("eq"),
  mod: binary("remainder"),
  pow: borrow("x, y, name=None", "pow", { name: "" }),
  reduce_mean: reduction("mean"),
  reduce_sum: reduction("sum"),
  reduce_prod: reduction("prod"),
  reduce_max: reduction("amax"),
  reduce_min: reduction("amin"),
  reduce_any: reduction("any"),
  reduce_all: reduction("all"),
  reduce_std: reduction("std"),
  reduce_variance: reduction("var"),
  reduce_logsumexp: reduction("logsumexp"),
  argmax: {
    signature: "input, axis=0, output_type=None, name=None",
    run: (op, a) => lend(op, "argmax", { input: op.tensor(a.input), dim: a.axis }),
  },
  argmin: {
    signature: "input, axis=0, output_type=None, name=None",
    run: (op, a) => lend(op, "argmin", { input: op.tensor(a.input), dim: a.axis }),
  },
  cumsum: borrow("x, axis=0, exclusive=False, reverse=False, name=None", "cumsum", {
    exclusive: ELEMENTS,
    reverse: ELEMENTS,
    name: "",
  }),
  top_k: borrow("input, k=1, sorted=True, name=None", "topk", { name: "" }),
  l2_normalize: l2Normalize,
  matmul: {
    signature:
      "a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, a_is_sparse=False, b_is_sparse=False, output_type=None, name=None",
    run: (op, a) =>
      matmul(
        op,
        a.a,
        a.b,
        a.transpose_a === true || a.adjoint_a === true,
        a.transpose_b === true || a.adjoint_b === true,
      ),
  },
  tensordot: borrow("a, b, axes, name=None", "tensordot", { a: "a", b: "b", axes: "dims", name: "" }),
  einsum: {
    ...NN.einsum!,
    signature: "equation, *inputs, optimize='greedy', name=None",
    run: (op, a) => NN.einsum!.run(op, { subscripts: a.equation, operands: a.inputs }),
  },
};

function matmul(op: Op, left: Value, right: Value, turnLeft: boolean, turnRight: boolean): Value {
  const turned = (value: Value, turn: boolean): Value => {
    const tensor = op.tensor(value);
    return turn && !isUnknown(tensor.shape) && axisOf(-2, tensor.shape.length) !== undefined
      ? lend(op, "transpose", { input: tensor, dim0: -1, dim1: -2 })
      : tensor;
  };
  return lend(op, "matmul", { input: turned(left, turnLeft), other: turned(right, turnRight) });
}

const CREATION: FunctionTable = {
  ...each("zeros ones", (name) => sized(name, "dtype=None, name=None, layout=None")),
  fill: {
    signature: "dims, value, name=None",
    run: (op, a) => op.emit({ inputs: [], shape: toDims(a.dims, toItems(a.dims)?.length ?? 1) }),
  },
  ...each("zeros_like ones_like", () =>
    sameShape("input, dtype=None, name=None, layout=None, optimize=True"),
  ),
  range: {
    signature: "start, limit=None, delta=1, dtype=None, name=None",
    run: (op, a) => MATH.arange!.run(op, { start: a.start, stop: a.limit, step: a.delta }),
  },
  linspace: {
    signature: "start, stop, num, name=None, ?axis=0",
    run: (op, a) => lend(op, "linspace", { start: a.start, end: a.stop, steps: a.num }),
  },
  constant: {
    signature: "value, dtype=None, shape=None, name='Const'",
    plain: true,
    run: (op, a) => {
      const made = MATH.convert_to_tensor!.run(op, { x: a.value });
      const items = toItems(a.shape);
      return items ? op.keras.make(toDims(a.shape, items.length), op.tensor(made).dtype) : made;
    },
  },
  convert_to_tensor: {
    signature: "value, dtype=None, dtype_hint=None, name=None",
    plain: true,
    run: (op, a) => MATH.convert_to_tensor!.run(op, { x: a.value }),
  },
  eye: {
    signature: "num_rows, num_columns=None, batch_shape=None, dtype=None, name=None",
    run: (op, a) => {
      const made = op.tensor(lend(op, "eye", { n: a.num_rows, m: a.num_columns }));
      if (a.batch_shape === null || isUnknown(made.shape)) return made;
      const batch = isUnknown(a.batch_shape)
        ? a.batch_shape
        : toDims(a.batch_shape, toItems(a.batch_shape)?.length ?? 1);
      return op.emit({ inputs: [], shape: isUnknown(batch) ? batch : [...batch, ...made.shape] });
    },
  },
  is_tensor: { signature: "x", plain: true, run: (_op, a) => a.x instanceof Tensor },
};

export const TF: FunctionTable = { ...TF_FURTHER, ...MATH_NAMES, ...FORMS, ...CREATION };

export const TF_RANDOM: FunctionTable = {
  ...each("normal truncated_normal", (name) =>
    sized(name, "mean=0.0, stddev=1.0, dtype=None, seed=None, name=None"),
  ),
  uniform: sized("uniform", "minval=0, maxval=None, dtype=None, seed=None, name=None"),
  shuffle: sameShape("value, seed=None, name=None"),
  set_seed: { signature: "*args, **kwargs", plain: true, run: () => null },
};

export const TF_LINALG: FunctionTable = {
  matmul: MATH_NAMES.matmul!,
  einsum: MATH_NAMES.einsum!,
  l2_normalize: l2Normalize,
  norm: {
    signature: "tensor, ord='euclidean', axis=None, keepdims=False, name=None",
    run: (op, a) => lend(op, "norm", { input: op.tensor(a.tensor), dim: a.axis, keepdim: a.keepdims }),
  },
};

export const TF_IMAGE: FunctionTable = {
  ...TF_IMAGE_FURTHER,
  resize: {
    signature:
      "images, size, method='bilinear', ?preserve_aspect_ratio=False, antialias=False, name=None, align_corners=False",
    run: (op, a) => resized(op, a.images, a.size, "last"),
  },
  ...each("resize_with_pad resize_with_crop_or_pad", () => ({
    signature: "image, target_height, target_width, method='bilinear', antialias=False",
    run: (op, a) => resized(op, a.image, new Tuple([a.target_height, a.target_width]), "last"),
  })),
  extract_patches: {
    signature: "images, sizes, strides, rates, padding, name=None",
    run: (op, a) => patches(op, a.images, a.sizes, a.strides, a.rates, a.padding),
  },
  ...each("random_flip_left_right random_flip_up_down", () => sameShape("image, seed=None")),
  ...each("flip_left_right flip_up_down per_image_standardization", () => sameShape("image")),
  ...sameShapes({
    random_brightness: "image, max_delta, seed=None",
    random_contrast: "image, lower, upper, seed=None",
    adjust_brightness: "image, delta",
    convert_image_dtype: "image, dtype, saturate=False, name=None",
  }),
  rgb_to_grayscale: {
    signature: "images, name=None",
    run: (op, a) => NN.rgb_to_grayscale!.run(op, { images: a.images, data_format: "channels_last" }),
  },
};
