/**
 * Convolutions: plain, transposed and locally connected, of any rank, channels last.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#linear-modules
 * https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/nn/linear.html
 */
import { transposedSameOutputSize, transposedValidOutputSize } from "../../../cost/geometry.ts";
import { floorDivide, lift, product } from "../../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type ConvRule, convolution } from "../../rules/convolution.ts";
import { differ, toDim } from "../../rules/sizes.ts";
import type { Padding } from "../../rules/window.ts";
import type { Layer, LayerTable, Weight } from "./spec.ts";

const span = lift((kernel: number, dilation: number) => dilation * (kernel - 1) + 1);
const half = lift((size: number) => Math.floor(size / 2));
const dilated = lift((size: number, dilation: number) => (size - 1) * dilation + 1);
const before = lift((size: number) => Math.floor((size - 1) / 2));
const less = lift((a: number, b: number) => a - b);
const explicitTransposed = lift(
  (size: number, stride: number, low: number, high: number, window: number) =>
    (size - 1) * stride + 1 + low + high - window + 1,
);

/** `'SAME'`, `'VALID'`, `'CIRCULAR'`, `'CAUSAL'`, one amount, one an axis, or a pair an axis. */
export function paddingOf(value: Value, kernel: readonly Dim[], dilation: readonly Dim[]): Padding {
  const windows = kernel.map((size, axis) => span(size, dilation[axis] ?? 1));
  if (typeof value === "string") {
    const name = value.toUpperCase();
    if (name === "VALID") return "valid";
    if (name === "CIRCULAR" || name === "REFLECT")
      return windows.map((size) => [before(size), half(size)] as const);
    if (name === "CAUSAL") return windows.map((size) => [less(size, 1), 0] as const);
    return "same";
  }
  const items = toItems(value);
  if (!items) return kernel.map(() => [toDim(value), toDim(value)] as const);
  return kernel.map((_, axis) => {
    const item = items.length === 1 ? items[0] : items[axis];
    const pair = toItems(item);
    return pair
      ? ([toDim(pair[0]), toDim(pair[1])] as const)
      : ([toDim(item ?? 0), toDim(item ?? 0)] as const);
  });
}

function spatialAxes(l: Layer): number {
  return l.list("kernel_size").length;
}

function groupsOf(l: Layer): Dim {
  return l.has("feature_group_count") ? l.dim("feature_group_count") : 1;
}

/** Given as a list, these have an item for each axis of the kernel. */
const PER_AXIS = ["strides", "kernel_dilation", "input_dilation", "padding"] as const;

function ruleOf(l: Layer): ConvRule {
  const spatial = spatialAxes(l);
  const kernel = l.dims("kernel_size", spatial);
  const dilation = l.dims("kernel_dilation", spatial);
  for (const name of PER_AXIS) {
    const given = toItems(l.value(name))?.length ?? spatial;
    if (given !== spatial) l.run.problem(`has ${name} for ${given} axes and a kernel of ${spatial}`);
  }
  return {
    spatial,
    channels: "last",
    kernel,
    stride: l.dims("strides", spatial),
    dilation,
    padding: paddingOf(l.value("padding"), kernel, dilation),
    inChannels: l.inFeatures,
    outChannels: l.outFeatures,
    groups: groupsOf(l),
    bias: l.flag("use_bias", true),
    batchAxes: [0, 6],
  };
}

/** The input as an `input_dilation` spreads it. */
function spread(shape: Shape | Unknown, l: Layer, spatial: number): Shape | Unknown {
  if (isUnknown(shape) || !l.has("input_dilation")) return shape;
  const dilation = l.dims("input_dilation", spatial);
  const start = shape.length - 1 - spatial;
  return shape.map((size, axis) => {
    const factor = dilation[axis - start];
    return factor === undefined || axis < start ? size : dilated(size, factor);
  });
}

function conv(l: Layer): Value {
  const input = l.input();
  const rule = ruleOf(l);
  if (isUnknown(input.shape))
    return l.run.emit({ op: "conv", inputs: [input], shape: input.shape, macs: input.shape });
  const isSpread =
    l.has("input_dilation") && l.dims("input_dilation", rule.spatial).some((size) => differ(size, 1));
  if (isSpread && typeof l.value("padding") === "string")
    l.run.problem("cannot be padded by name where input_dilation spreads its input");
  const ruling = convolution(spread(input.shape, l, rule.spatial), rule);
  return l.run.emit({
    op: "conv",
    inputs: [input],
    weights: l.weights("kernel", "bias"),
    ...ruling,
  });
}

function biasOf(l: Layer, shape: Shape): readonly Weight[] {
  return l.flag("use_bias", true) ? [{ name: "bias", shape }] : [];
}

function convWeights(l: Layer): readonly Weight[] {
  const kernel = [...l.list("kernel_size"), floorDivide(l.inFeatures, groupsOf(l)), l.outFeatures];
  return [{ name: "kernel", shape: kernel }, ...biasOf(l, [l.outFeatures])];
}

/** Sizes of a transposed convolution's output. https://docs.jax.dev/en/latest/_autosummary/jax.lax.conv_transpose.html */
export function transposedSizes(sizes: readonly Dim[], rule: ConvRule, padding: Value): readonly Dim[] {
  return sizes.map((size, axis) => {
    const [kernel, stride, dilation] = [
      rule.kernel[axis] ?? 1,
      rule.stride[axis] ?? 1,
      rule.dilation[axis] ?? 1,
    ];
    if (typeof padding === "string") {
      return padding.toUpperCase() === "VALID"
        ? transposedValidOutputSize(size, kernel, stride, dilation)
        : transposedSameOutputSize(size, stride);
    }
    const [low, high] = (rule.padding as readonly (readonly [Dim, Dim])[])[axis] ?? [0, 0];
    return explicitTransposed(size, stride, low, high, span(kernel, dilation));
  });
}

function convTranspose(l: Layer): Value {
  const input = l.input();
  const rule = ruleOf(l);
  if (isUnknown(input.shape)) {
    return l.run.emit({ op: "conv_transpose", inputs: [input], shape: input.shape, macs: input.shape });
  }
  const transposed = (sizes: readonly Dim[]): readonly Dim[] =>
    transposedSizes(sizes, rule, l.value("padding"));
  return l.run.emit({
    op: "conv_transpose",
    inputs: [input],
    weights: l.weights("kernel", "bias"),
    ...convolution(input.shape, { ...rule, transposed }),
  });
}

/** Every output position has a kernel of its own. */
function localWeights(l: Layer): readonly Weight[] {
  const input = l.input();
  const rule = ruleOf(l);
  const { shape } = convolution(input.shape, rule);
  if (isUnknown(shape)) return [];
  const positions = shape.slice(shape.length - 1 - rule.spatial, -1);
  const patch = floorDivide(product<Unknown>([l.inFeatures, ...rule.kernel]), rule.groups);
  return [
    { name: "kernel", shape: [...positions, patch, l.outFeatures] },
    ...biasOf(l, [...positions, l.outFeatures]),
  ];
}

const COMMON = `kernel_dilation=1, mask=None, dtype=None, param_dtype=None, precision=None, kernel_init=None,
  bias_init=None, conv_general_dilated=None, conv_general_dilated_cls=None, promote_dtype=None, preferred_element_type=None`;
const FORWARD = `strides=1, padding='SAME', input_dilation=1, feature_group_count=1, use_bias=True, ${COMMON}`;
const TRANSPOSED = `strides=None, padding='SAME', use_bias=True, transpose_kernel=False, ${COMMON}`;
const NNX = "in_features, out_features, kernel_size";

export const CONVS: LayerTable = {
  Conv: {
    fn: "conv",
    linen: `features, kernel_size, ${FORWARD}`,
    nnx: `${NNX}, *, ${FORWARD}`,
    weights: convWeights,
    call: ["inputs, out_sharding=None", conv],
    entrance: spatialAxes,
  },
  ConvLocal: {
    fn: "conv_local",
    linen: `features, kernel_size, ${FORWARD}`,
    weights: localWeights,
    call: ["inputs", conv],
  },
  ConvTranspose: {
    fn: "conv_transpose",
    linen: `features, kernel_size, ${TRANSPOSED}`,
    nnx: `${NNX}, *, ${TRANSPOSED}`,
    weights: convWeights,
    call: ["inputs", convTranspose],
    entrance: spatialAxes,
  },
};
