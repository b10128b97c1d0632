/** Ops that multiply and accumulate, and pooling. Filters are tensors: their shapes say the channels. */
import { einsumMacs, einsumShape, matmulMacs, parseEinsum } from "../../../cost/contraction.ts";
import { transposedOutputSize } from "../../../cost/geometry.ts";
import { multiply } from "../../../cost/lift.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  type Shape,
  Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type ConvRule, convolution } from "../../rules/convolution.ts";
import { windowPool } from "../../rules/pooling.ts";
import { toDim } from "../../rules/sizes.ts";
import type { Padding } from "../../rules/window.ts";
import { isMisfit } from "../../shape/dims.ts";
import { matmulShape } from "../../shape/matmul.ts";
import { Call, type OpRule, type OpTable } from "./op.ts";

function padding(c: Call): Padding {
  const value = c.value("pad");
  if (value === "same" || value === "valid") return value;
  const pairs = toItems(value);
  if (pairs) {
    // The explicit form names every axis; the spatial ones are between batch and channels.
    return pairs.slice(1, -1).map((pair) => [toDim(toItems(pair)?.[0]), toDim(toItems(pair)?.[1])] as const);
  }
  return typeof value === "number" ? new Array<readonly [Dim, Dim]>(3).fill([value, value]) : "valid";
}

const unknownShape = (tensor: Tensor, rank: number): readonly Dim[] =>
  isUnknown(tensor.shape) ? new Array<Dim>(rank).fill(tensor.shape) : tensor.shape;

function rule(c: Call, spatial: number, filter: readonly Dim[]): ConvRule {
  const inChannels = filter[spatial] ?? 1;
  const channels = c.text("dataFormat").startsWith("NC") ? "first" : "last";
  if (channels === "first") c.lib.channelsFirst = true;
  return {
    spatial,
    channels,
    kernel: filter.slice(0, spatial),
    stride: c.dims("strides", spatial),
    dilation: c.given("dilations") ? c.dims("dilations", spatial) : new Array<Dim>(spatial).fill(1),
    padding: padding(c),
    inChannels,
    outChannels: filter[spatial + 1] ?? 1,
    groups: 1,
    bias: false,
    // A single sample may come without its batch.
    batchAxes: [0, 1],
    mustFit: true,
  };
}

/** conv1d to conv3d. A filter of fewer input channels than the image has makes groups. */
const conv =
  (spatial: number): OpRule =>
  (c) => {
    const [x, filter] = [c.tensor("x"), c.tensor("filter")];
    const plain = rule(c, spatial, unknownShape(filter, spatial + 2));
    const channels = isUnknown(x.shape)
      ? undefined
      : plain.channels === "last"
        ? x.shape.at(-1)
        : x.shape.at(-1 - spatial);
    const isGrouped =
      typeof channels === "number" &&
      typeof plain.inChannels === "number" &&
      channels > plain.inChannels &&
      channels % plain.inChannels === 0;
    const ruling = convolution(
      x.shape,
      isGrouped ? { ...plain, inChannels: channels, groups: channels / Number(plain.inChannels) } : plain,
    );
    return c.emit({ op: "conv", inputs: [x, filter], elementwise: 0, ...ruling });
  };

const transposed =
  (spatial: number): OpRule =>
  (c) => {
    const [x, filter] = [c.tensor("x"), c.tensor("filter")];
    const sizes = unknownShape(filter, spatial + 2);
    const plain = rule(c, spatial, sizes);
    const wanted = toItems(c.value("outputShape"))?.map(toDim);
    const ruling = convolution(x.shape, {
      ...plain,
      inChannels: sizes[spatial + 1] ?? 1,
      outChannels: sizes[spatial] ?? 1,
      transposed: (given) =>
        wanted
          ? wanted.slice(-1 - spatial, -1)
          : given.map((size, axis) =>
              transposedOutputSize(size, plain.kernel[axis] ?? 1, plain.stride[axis] ?? 1, 0, 0, 1),
            ),
    });
    return c.emit({ op: "conv_transpose", inputs: [x, filter], elementwise: 0, ...ruling });
  };

function depthwise(c: Call, x: Tensor, filter: Tensor): Tensor {
  const sizes = unknownShape(filter, 4);
  const [inChannels = 1, multiplier = 1] = sizes.slice(2);
  const ruling = convolution(x.shape, {
    ...rule(c, 2, sizes),
    inChannels,
    outChannels: multiply(inChannels, multiplier),
    groups: inChannels,
  });
  return c.emit({ op: "conv", name: "depthwiseConv2d", inputs: [x, filter], elementwise: 0, ...ruling });
}

const separable: OpRule = (c) => {
  const middle = depthwise(c, c.tensor("x"), c.tensor("depthwiseFilter"));
  const filter = c.tensor("pointwiseFilter");
  const plain = rule(c, 2, unknownShape(filter, 4));
  const ruling = convolution(middle.shape, { ...plain, stride: [1, 1], dilation: [1, 1], padding: "valid" });
  return c.emit({ op: "conv", name: "conv2d", inputs: [middle, filter], elementwise: 0, ...ruling });
};

const pool =
  (spatial: number, type: "max" | "avg" | undefined, size: string): OpRule =>
  (c) => {
    const x = c.tensor(spatial === 2 && type === undefined ? "input" : "x");
    const kernel = c.dims(size, spatial);
    const ruling = windowPool(
      x.shape,
      { spatial, channels: c.text("dataFormat").startsWith("NC") ? "first" : "last", otherAxes: [1, 2] },
      {
        kernel,
        stride: c.given("strides") ? c.dims("strides", spatial) : new Array<Dim>(spatial).fill(1),
        dilation: c.given("dilations") ? c.dims("dilations", spatial) : new Array<Dim>(spatial).fill(1),
        padding: padding(c),
        rounding: c.given("dimRoundingMode") && c.text("dimRoundingMode") === "ceil" ? "up" : "down",
      },
    );
    return c.emit({ inputs: [x], name: `${type ?? (c.text("poolingType") || "max")}Pool`, ...ruling });
  };

function swapped(shape: Shape | Unknown, flag: boolean): Shape | Unknown {
  if (!flag || isUnknown(shape) || shape.length < 2) return shape;
  return [...shape.slice(0, -2), shape.at(-1) ?? 1, shape.at(-2) ?? 1];
}

function product(c: Call, a: Tensor, b: Tensor, left: Shape | Unknown, right: Shape | Unknown): Tensor {
  if (isUnknown(left) || isUnknown(right)) {
    const why = isUnknown(left) ? left : (right as Unknown);
    return c.emit({ op: "matmul", inputs: [a, b], shape: why, macs: why, elementwise: 0 });
  }
  const isLinear = b.parameter !== undefined;
  const shape = matmulShape(left, right);
  const macs = matmulMacs(left, right) ?? 0;
  return c.shaped([a, b], shape, {
    op: isLinear ? "linear" : "matmul",
    macs: isMisfit(shape) ? new Unknown(shape.message) : macs,
    elementwise: 0,
  });
}

const matMul: OpRule = (c) => {
  const [a, b] = [c.tensor("a"), c.tensor("b")];
  return product(c, a, b, swapped(a.shape, c.flag("transposeA")), swapped(b.shape, c.flag("transposeB")));
};

const dot: OpRule = (c) => {
  const [a, b] = [c.tensor("a"), c.tensor("b")];
  return product(c, a, b, a.shape, b.shape);
};

const einsum: OpRule = (c) => {
  const tensors = c.all.slice(1).map((value) => c.toTensor(value));
  const shapes = tensors.map(({ shape }) => shape);
  const lost = shapes.find(isUnknown);
  const equation = lost
    ? lost.reason
    : parseEinsum(
        c.text("equation").replace(/\s/g, ""),
        shapes.map((shape) => (isUnknown(shape) ? 0 : shape.length)),
      );
  if (typeof equation === "string") {
    const why = lost ?? new Unknown(equation);
    return c.emit({ op: "matmul", inputs: tensors, shape: why, macs: why, elementwise: 0 });
  }
  const known = shapes as readonly Shape[];
  return c.emit({
    op: "matmul",
    inputs: tensors,
    shape: einsumShape(equation, known),
    macs: einsumMacs(equation, known),
    elementwise: 0,
  });
};

/** `tf.fused.conv2d({x, filter, …, bias, activation})`: arguments by name. */
const fused =
  (op: OpRule): OpRule =>
  (c) => {
    const options = c.value("options");
    if (isUnknown(options)) return options;
    const named = new Map<string, Value>(options instanceof Instance ? options.attrs : []);
    const result = op(new Call(c.lib, c.m, c.name, named, []));
    const extra = named.get("bias");
    const activation = named.get("activation");
    if (!(result instanceof Tensor)) return result;
    const added =
      extra instanceof Tensor
        ? c.emit({ name: "add", inputs: [result, extra], shape: result.shape })
        : result;
    const none = activation === undefined || activation === null || activation === "linear";
    return none ? added : c.emit({ name: String(activation), inputs: [added], shape: added.shape });
  };

const CONV = "x, filter, strides, pad";
const TRANSPOSED = "x, filter, outputShape, strides, pad";

export const CONTRACTIONS: OpTable = {
  conv1d: { signature: "x, filter, strides, pad, dataFormat='NWC', dilations=1", rule: conv(1) },
  conv2d: { signature: `${CONV}, dataFormat='NHWC', dilations=1`, rule: conv(2) },
  conv3d: { signature: `${CONV}, dataFormat='NDHWC', dilations=1`, rule: conv(3) },
  conv2dTranspose: { signature: TRANSPOSED, rule: transposed(2) },
  conv3dTranspose: { signature: TRANSPOSED, rule: transposed(3) },
  depthwiseConv2d: {
    signature: `${CONV}, dataFormat='NHWC', dilations=1`,
    rule: (c) => depthwise(c, c.tensor("x"), c.tensor("filter")),
  },
  separableConv2d: {
    signature: "x, depthwiseFilter, pointwiseFilter, strides, pad, dilations=1, dataFormat='NHWC'",
    rule: separable,
  },
  maxPool: {
    signature: "x, filterSize, strides, pad, dimRoundingMode=undefined",
    rule: pool(2, "max", "filterSize"),
  },
  avgPool: {
    signature: "x, filterSize, strides, pad, dimRoundingMode=undefined",
    rule: pool(2, "avg", "filterSize"),
  },
  maxPool3d: {
    signature:
      "x, filterSize=1, strides=undefined, pad='valid', dimRoundingMode=undefined, dataFormat='NDHWC'",
    rule: pool(3, "max", "filterSize"),
  },
  avgPool3d: {
    signature:
      "x, filterSize=1, strides=undefined, pad='valid', dimRoundingMode=undefined, dataFormat='NDHWC'",
    rule: pool(3, "avg", "filterSize"),
  },
  pool: {
    signature: "input, windowShape, poolingType, pad, dilations=1, strides=1, dimRoundingMode=undefined",
    rule: pool(2, undefined, "windowShape"),
  },
  matMul: { signature: "a, b, transposeA=false, transposeB=false", rule: matMul },
  dot: { signature: "a, b", rule: dot },
  einsum: { signature: "equation", rule: einsum },
};

const OPTIONS = "options";
export const FUSED: OpTable = {
  conv2d: { signature: OPTIONS, rule: fused(conv(2)) },
  depthwiseConv2d: {
    signature: OPTIONS,
    rule: fused((c) => depthwise(c, c.tensor("x"), c.tensor("filter"))),
  },
  matMul: { signature: OPTIONS, rule: fused(matMul) },
};
