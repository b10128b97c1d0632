/** `keras.ops.nn` and its relatives in `tf.nn`: convolutions, pools, activations, attention. https://keras.io/api/ops/nn/ */
import { attentionMacs } from "../../../cost/contraction.ts";
import { transposedSameOutputSize, transposedValidOutputSize } from "../../../cost/geometry.ts";
import { floorDivide, multiply, product } from "../../../cost/lift.ts";
import {
  type Dim,
  type Shape,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type ChannelAxis, type ConvRule, convolution } from "../../rules/convolution.ts";
import { windowPool } from "../../rules/pooling.ts";
import { toDim, toDims } from "../../rules/sizes.ts";
import type { Padding } from "../../rules/window.ts";
import { axisOf, broadcast, isMisfit, sizedAlong } from "../../shape/dims.ts";
import { borrow, lend } from "./borrow.ts";
import {
  type FunctionSpec,
  type FunctionTable,
  named,
  type Op,
  onShape,
  sameShape,
  sameShapes,
} from "./op.ts";

/** Activations of `keras.ops.nn` and `keras.activations`, older arguments included. */
const ACTIVATIONS: FunctionTable = {
  ...named(
    "relu6 softplus softsign silu swish log_sigmoid hard_sigmoid hard_silu hard_swish selu hard_tanh sparse_plus tanh_shrink mish exponential linear sparse_sigmoid crelu",
    () => sameShape(),
  ),
  ...sameShapes({
    relu: "x, negative_slope=0.0, max_value=None, threshold=0.0, alpha=0.0",
    leaky_relu: "x, negative_slope=0.2, alpha=None",
    elu: "x, alpha=1.0",
    celu: "x, alpha=1.0",
    gelu: "x, approximate=True",
    hard_shrink: "x, threshold=0.5",
    soft_shrink: "x, threshold=0.5",
    squareplus: "x, b=4",
    threshold: "x, threshold, default_value",
    softmax: "x, axis=-1",
    log_softmax: "x, axis=-1",
    sparsemax: "x, axis=-1",
  }),
};

// ------------------------------------------------------------------ convolutions

export interface ConvCall {
  readonly input: Value;
  readonly kernel: Value;
  readonly strides: Value;
  readonly padding: Value;
  readonly dilations: Value;
  readonly channels: ChannelAxis;
  readonly kind: "plain" | "depthwise" | "transposed";
  /** Transposed only. */
  readonly outputShape?: Value;
}

function paddingOf(value: Value, channels: ChannelAxis): Padding {
  if (typeof value === "string")
    return value.toLowerCase() === "same" ? "same" : value.toLowerCase() === "causal" ? "causal" : "valid";
  const pairs = toItems(value);
  if (!pairs) return "valid";
  const spatial = channels === "first" ? pairs.slice(2) : pairs.slice(1, -1);
  return spatial.map((pair) => [toDim(toItems(pair)?.[0]), toDim(toItems(pair)?.[1])] as const);
}

/** TensorFlow writes strides with entries for the batch and the channels. */
export function spatialSizes(value: Value, spatial: number, channels: ChannelAxis): readonly Dim[] {
  const items = toItems(value);
  if (value === null || value === undefined) return new Array<Dim>(spatial).fill(1);
  if (items?.length === spatial + 2)
    return (channels === "first" ? items.slice(2) : items.slice(1, -1)).map(toDim);
  return toDims(value, spatial);
}

/** `kernel` is sizes × in × out; sizes × in × multiplier when depthwise; sizes × out × in when transposed. */
export function runConv(op: Op, call: ConvCall): Value {
  const input = op.tensor(call.input);
  const kernel = op.tensor(call.kernel);
  const { channels } = call;
  if (kernel.shape instanceof Unknown || input.shape instanceof Unknown) {
    const lost = kernel.shape instanceof Unknown ? kernel.shape : (input.shape as Unknown);
    return op.emit({ inputs: [input, kernel], shape: lost, op: "conv", macs: lost });
  }
  const spatial = kernel.shape.length - 2;
  const [third, fourth] = kernel.shape.slice(-2) as [Dim, Dim];
  const own = input.shape[channels === "first" ? 1 : input.shape.length - 1] ?? 1;
  const [inChannels, outChannels, groups]: readonly [Dim, Dim, Dim] =
    call.kind === "depthwise"
      ? [third, multiply(third, fourth), third]
      : call.kind === "transposed"
        ? [fourth, third, 1]
        : [own, fourth, floorDivide(own, third)];
  const stride = spatialSizes(call.strides, spatial, channels);
  const dilation = spatialSizes(call.dilations, spatial, channels);
  const padding = paddingOf(call.padding, channels);
  const kernelSizes = kernel.shape.slice(0, spatial);
  const rule: ConvRule = {
    spatial,
    channels,
    kernel: kernelSizes,
    stride,
    dilation,
    padding,
    groups,
    inChannels,
    outChannels,
    bias: false,
    batchAxes: [1, 1],
    mustFit: true,
  };
  const given = toItems(call.outputShape);
  const transposed = (sizes: readonly Dim[]): readonly Dim[] =>
    given?.length === spatial + 2
      ? (channels === "first" ? given.slice(2) : given.slice(1, -1)).map(toDim)
      : sizes.map((size, axis) =>
          padding === "same"
            ? transposedSameOutputSize(size, stride[axis] ?? 1)
            : transposedValidOutputSize(size, kernelSizes[axis] ?? 1, stride[axis] ?? 1, dilation[axis] ?? 1),
        );
  const ruling = convolution(input.shape, call.kind === "transposed" ? { ...rule, transposed } : rule);
  return op.emit({
    inputs: [input, kernel],
    shape: ruling.shape,
    op: call.kind === "transposed" ? "conv_transpose" : "conv",
    macs: ruling.macs,
    elementwise: 0,
    geometry: ruling.geometry,
    problem: ruling.problem,
  });
}

export function channelsOf(op: Op, dataFormat: Value): ChannelAxis {
  const text = typeof dataFormat === "string" ? dataFormat : op.keras.dataFormat;
  return text === "channels_first" || text.startsWith("NC") ? "first" : "last";
}

const conv = (kind: ConvCall["kind"]): FunctionSpec => ({
  signature: "inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1",
  run: (op, a) =>
    runConv(op, {
      input: a.inputs,
      kernel: a.kernel,
      strides: a.strides,
      padding: a.padding,
      dilations: a.dilation_rate,
      channels: channelsOf(op, a.data_format),
      kind,
    }),
});

export function separableConv(
  op: Op,
  call: Omit<ConvCall, "kind" | "kernel">,
  depthwise: Value,
  pointwise: Value,
): Value {
  const deep = runConv(op, { ...call, kernel: depthwise, kind: "depthwise" });
  return runConv(op, {
    ...call,
    input: deep,
    kernel: pointwise,
    strides: 1,
    dilations: 1,
    padding: "valid",
    kind: "plain",
  });
}

// ------------------------------------------------------------------------- pools

export function runPool(
  op: Op,
  value: Value,
  size: Value,
  strides: Value,
  padding: Value,
  channels: ChannelAxis,
): Value {
  const input = op.tensor(value);
  const rank = input.shape instanceof Unknown ? 4 : input.shape.length;
  const spatial = rank - 2;
  const kernel = spatialSizes(size, spatial, channels);
  const ruling = windowPool(
    input.shape,
    { spatial, channels, otherAxes: [2, 2] },
    {
      kernel,
      stride: strides === null ? kernel : spatialSizes(strides, spatial, channels),
      dilation: new Array<Dim>(spatial).fill(1),
      padding: paddingOf(padding, channels),
    },
  );
  return op.emit({ inputs: [input], shape: ruling.shape, problem: ruling.problem });
}

const pool: FunctionSpec = {
  signature: "inputs, pool_size, strides=None, padding='valid', data_format=None",
  run: (op, a) => runPool(op, a.inputs, a.pool_size, a.strides, a.padding, channelsOf(op, a.data_format)),
};

// ----------------------------------------------------------------------- products

const einsum: FunctionSpec = {
  signature: "subscripts, *operands, optimize=None",
  run: (op, a) =>
    lend(op, "einsum", {
      equation: a.subscripts,
      operands: new Tuple((toItems(a.operands) ?? []).map((item) => op.tensor(item))),
    }),
};

function attention(op: Op, queryValue: Value, keyValue: Value, valueValue: Value): Value {
  const [query, key, value] = [op.tensor(queryValue), op.tensor(keyValue), op.tensor(valueValue)];
  if (query.shape instanceof Unknown || key.shape instanceof Unknown || value.shape instanceof Unknown) {
    return op.emit({ inputs: [query, key, value], shape: query.shape, op: "attention" });
  }
  // batch × length × heads × width
  const [batch = 1, queries = 1, heads = 1, width = 1] = query.shape;
  const size = value.shape.at(-1) ?? 1;
  return op.emit({
    inputs: [query, key, value],
    shape: [batch, queries, heads, size],
    op: "attention",
    macs: attentionMacs(multiply(batch, heads), queries, key.shape[1] ?? 1, width, size),
  });
}

// ------------------------------------------------------------------------- images

export function resized(op: Op, value: Value, size: Value, channels: ChannelAxis): Value {
  const input = op.tensor(value);
  const [height, width] = toDims(size, 2);
  const { shape } = input;
  if (shape instanceof Unknown || height === undefined || width === undefined)
    return op.emit({ inputs: [input], shape });
  const at = channels === "first" ? shape.length - 2 : shape.length - 3;
  const isEmpty = [height, width].some((each) => typeof each === "number" && each <= 0);
  return op.emit({
    inputs: [input],
    shape: shape.toSpliced(at, 2, height, width),
    problem: isEmpty ? "must make a positive height and width" : undefined,
  });
}

function oneHot(op: Op, value: Value, depth: Value, axis: Value): Value {
  const input = op.tensor(value);
  if (input.shape instanceof Unknown) return op.emit({ inputs: [input], shape: input.shape });
  const at = axisOf(toNumber(axis) ?? -1, input.shape.length + 1) ?? input.shape.length;
  const shape = input.shape.toSpliced(at, 0, toDim(depth));
  return op.emit({ inputs: [input], indices: [input], shape, dtype: "float32" });
}

export function moments(op: Op, value: Value, axes: Value, keep: Value): Value {
  const input = op.tensor(value);
  const args = { input, dim: axes, keepdim: keep };
  return new Tuple([lend(op, "mean", args), lend(op, "mean", args)]);
}

/** Adds up what broadcasts: batch norms and biases. */
export function combined(op: Op, values: readonly Value[]): Value {
  const inputs = values
    .filter((value) => value !== null && value !== undefined)
    .map((value) => op.tensor(value));
  const shapes = inputs.flatMap(({ shape }): Shape[] => (shape instanceof Unknown ? [] : [shape]));
  const shape = broadcast(...shapes);
  return op.emit({
    inputs,
    shape: isMisfit(shape) ? (inputs[0]?.shape ?? []) : shape,
    problem: isMisfit(shape) ? shape.message : undefined,
  });
}

export const NN: FunctionTable = {
  ...ACTIVATIONS,
  glu: {
    signature: "x, axis=-1",
    run: (op, a) =>
      onShape(op, a.x, (shape) => {
        const at = axisOf(toNumber(a.axis) ?? -1, shape.length) ?? shape.length - 1;
        return sizedAlong(shape, at, floorDivide(shape[at] ?? 1, 2));
      }),
  },
  conv: conv("plain"),
  depthwise_conv: conv("depthwise"),
  conv_transpose: {
    signature:
      "inputs, kernel, strides=1, padding='valid', ?output_padding=None, data_format=None, dilation_rate=1",
    run: conv("transposed").run,
  },
  separable_conv: {
    signature:
      "inputs, depthwise_kernel, pointwise_kernel, strides=1, padding='valid', data_format=None, dilation_rate=1",
    run: (op, a) =>
      separableConv(
        op,
        {
          input: a.inputs,
          strides: a.strides,
          padding: a.padding,
          dilations: a.dilation_rate,
          channels: channelsOf(op, a.data_format),
        },
        a.depthwise_kernel,
        a.pointwise_kernel,
      ),
  },
  max_pool: pool,
  average_pool: pool,
  matmul: borrow("x1, x2", "matmul"),
  dot: borrow("x1, x2", "matmul"),
  tensordot: borrow("x1, x2, axes=2", "tensordot", { x1: "a", x2: "b", axes: "dims" }),
  outer: borrow("x1, x2", "outer", { x2: "vec2" }),
  einsum,
  dot_product_attention: {
    signature:
      "query, key, value, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None, attn_logits_soft_cap=None",
    run: (op, a) => attention(op, a.query, a.key, a.value),
  },
  normalize: sameShape("x, axis=-1, order=2, epsilon=None"),
  batch_normalization: sameShape("x, mean, variance, axis=-1, offset=None, scale=None, epsilon=0.001"),
  layer_normalization: sameShape("x, gamma=None, beta=None, axis=-1, epsilon=None, rms_scaling=False"),
  rms_normalization: sameShape("x, scale=1, axis=-1, epsilon=None"),
  moments: {
    signature: "x, axes, keepdims=False, synchronized=False",
    run: (op, a) => moments(op, a.x, a.axes, a.keepdims),
  },
  one_hot: {
    signature: "x, num_classes, axis=-1, dtype=None, sparse=False",
    run: (op, a) => oneHot(op, a.x, a.num_classes, a.axis),
  },
  resize: {
    signature:
      "images, size, interpolation='bilinear', antialias=False, crop_to_aspect_ratio=False, pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, data_format=None",
    run: (op, a) => resized(op, a.images, a.size, channelsOf(op, a.data_format)),
  },
  rgb_to_grayscale: {
    signature: "images, data_format=None",
    run: (op, a) =>
      onShape(op, a.images, (shape) =>
        sizedAlong(shape, channelsOf(op, a.data_format) === "first" ? -3 : -1, 1),
      ),
  },
  extract_patches: {
    signature: "images, size, strides=None, dilation_rate=1, padding='valid', data_format=None",
    run: (op, a) => patches(op, a.images, a.size, a.strides, a.dilation_rate, a.padding),
  },
};

export function patches(
  op: Op,
  value: Value,
  size: Value,
  strides: Value,
  dilation: Value,
  padding: Value,
): Value {
  const input = op.tensor(value);
  const kernel = spatialSizes(size, 2, "last");
  const ruling = windowPool(
    input.shape,
    { spatial: 2, channels: "last", otherAxes: [2, 2] },
    {
      kernel,
      stride: strides === null ? kernel : spatialSizes(strides, 2, "last"),
      dilation: spatialSizes(dilation, 2, "last"),
      padding: paddingOf(padding, "last"),
    },
  );
  if (ruling.shape instanceof Unknown) return op.emit({ inputs: [input], shape: ruling.shape });
  return op.emit({
    inputs: [input],
    shape: sizedAlong(ruling.shape, -1, product([...kernel, ruling.shape.at(-1) ?? 1])),
  });
}
