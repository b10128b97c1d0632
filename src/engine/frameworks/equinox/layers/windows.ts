/** Convolutions and pooling of `equinox.nn`: a class for any rank, and one for each. */
import { floorDivide, lift } from "../../../cost/lift.ts";
import { type Dim, type Instance, Unknown, type Value } from "../../../interpret/values.ts";
import { paddingOf } from "../../flax/layers/conv.ts";
import type { Layer, Weight } from "../../flax/layers/spec.ts";
import { type ConvRule, convolution } from "../../rules/convolution.ts";
import { resize, windowPool } from "../../rules/pooling.ts";
import { toDims } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { EquinoxLayer, EquinoxTable } from "../module.ts";

const RANKS = [1, 2, 3];

function spatialAxes(self: Instance): Value {
  return self.attrs.get("num_spatial_dims") ?? null;
}

function axesOf(l: Layer): number {
  const axes = spatialAxes(l.access.self);
  return typeof axes === "number" ? axes : 2;
}

/** A class for any rank, and one for each that knows its own. */
function ranked(
  name: string,
  suffix: (rank: number) => string,
  entry: EquinoxLayer,
  any = name,
): EquinoxTable {
  const { make, parts, ...rest } = entry;
  const own = RANKS.map((rank): [string, EquinoxLayer] => [
    suffix(rank),
    {
      ...rest,
      make,
      parts: (self, interp, find) => {
        self.attrs.set("num_spatial_dims", rank);
        parts?.(self, interp, find);
      },
    },
  ]);
  return {
    ...Object.fromEntries(own),
    [any]: { ...rest, make: `num_spatial_dims, ${make}`, ...(parts && { parts }) },
  };
}

function ruleOf(l: Layer): ConvRule {
  const spatial = axesOf(l);
  const kernel = l.dims("kernel_size", spatial);
  const dilation = l.dims("dilation", spatial);
  return {
    spatial,
    channels: "first",
    kernel,
    stride: l.dims("stride", spatial),
    dilation,
    padding: paddingOf(l.value("padding"), kernel, dilation),
    inChannels: l.dim("in_channels"),
    outChannels: l.dim("out_channels"),
    groups: l.dim("groups"),
    bias: l.flag("use_bias", true),
    batchAxes: [0, 0],
  };
}

const transposedSize = lift(
  (
    size: number,
    kernel: number,
    stride: number,
    dilation: number,
    low: number,
    high: number,
    extra: number,
  ) => (size - 1) * stride + dilation * (kernel - 1) + 1 - low - high + extra,
);
const sameSize = lift((size: number, stride: number) => size * stride);

/** As PyTorch's: padding takes away, `output_padding` adds. */
function transposedRule(l: Layer): ConvRule {
  const rule = ruleOf(l);
  const extra = l.dims("output_padding", rule.spatial);
  return {
    ...rule,
    transposed: (sizes) =>
      sizes.map((size, axis) => {
        const [kernel, stride, dilation] = [rule.kernel[axis]!, rule.stride[axis]!, rule.dilation[axis]!];
        if (rule.padding === "same") return sameSize(size, stride);
        const [low, high] = typeof rule.padding === "string" ? [0, 0] : (rule.padding[axis] ?? [0, 0]);
        return transposedSize(size, kernel, stride, dilation, low, high, extra[axis] ?? 0);
      }),
  };
}

function conv(op: "conv" | "conv_transpose", rule: (l: Layer) => ConvRule): (l: Layer) => Value {
  return (l) => {
    const input = l.input("x");
    return l.run.emit({
      op,
      inputs: [input],
      weights: l.weights("weight", "bias"),
      ...convolution(input.shape, rule(l)),
    });
  };
}

function convWeights(l: Layer): readonly Weight[] {
  const ones = new Array<Dim>(axesOf(l)).fill(1);
  return [
    {
      name: "weight",
      shape: [
        l.dim("out_channels"),
        floorDivide(l.dim("in_channels"), l.dim("groups")),
        ...l.dims("kernel_size", axesOf(l)),
      ],
    },
    ...(l.flag("use_bias", true) ? [{ name: "bias", shape: [l.dim("out_channels"), ...ones] }] : []),
  ];
}

const CONV = "dilation=1, groups=1, use_bias=True, padding_mode='ZEROS', dtype=None";

function pool(l: Layer): Value {
  const input = l.input("x");
  const spatial = axesOf(l);
  const kernel = l.dims("kernel_size", spatial);
  const dilation = kernel.map(() => 1);
  const ruling = windowPool(
    input.shape,
    { spatial, channels: "first", otherAxes: [1, 1] },
    {
      kernel,
      stride: l.dims("stride", spatial),
      dilation,
      padding: paddingOf(l.value("padding"), kernel, dilation),
      rounding: l.flag("use_ceil", false) ? "up" : "down",
      mayBeEmpty: true,
    },
  );
  const { shape, problem, isEmpty } = ruling;
  return l.run.emit({ inputs: [input], dtype: input.dtype, shape, problem, isEmpty });
}

/** Each axis is cut into that many parts, and none may be empty. */
function pooledTo(
  target: readonly Dim[],
  sizes: readonly Dim[],
): { sizes: readonly Dim[]; problem?: string } {
  const isMore = target.some((parts, axis) => {
    const size = sizes[axis];
    return typeof parts === "number" && typeof size === "number" && parts > size;
  });
  if (!isMore) return { sizes: target };
  const problem = `cannot cut its ${showShape(sizes)} input into ${showShape(target)} parts`;
  const lost = new Unknown(`a pool that ${problem}`);
  return { sizes: target.map(() => lost), problem };
}

function adaptive(l: Layer): Value {
  const input = l.input("x");
  const spatial = axesOf(l);
  const target = toDims(l.value("target_shape"), spatial);
  const ruling = resize(input.shape, { spatial, channels: "first", otherAxes: [1, 1] }, (sizes) =>
    pooledTo(target, sizes),
  );
  return l.run.emit({ inputs: [input], dtype: input.dtype, shape: ruling.shape, problem: ruling.problem });
}

const POOL: EquinoxLayer = {
  fn: "pool",
  make: "kernel_size, stride=1, padding=0, use_ceil=False",
  call: ["x", pool],
};
const ADAPTIVE: EquinoxLayer = { fn: "adaptive_pool", make: "target_shape", call: ["x", adaptive] };

export const WINDOWS: EquinoxTable = {
  ...ranked("Conv", (rank) => `Conv${rank}d`, {
    fn: "conv",
    make: `in_channels, out_channels, kernel_size, stride=1, padding=0, ${CONV}`,
    weights: convWeights,
    call: ["x", conv("conv", ruleOf)],
    entrance: [spatialAxes, "in_channels"],
  }),
  ...ranked("ConvTranspose", (rank) => `ConvTranspose${rank}d`, {
    fn: "conv_transpose",
    make: `in_channels, out_channels, kernel_size, stride=1, output_padding=0, padding=0, ${CONV}`,
    weights: convWeights,
    call: ["x", conv("conv_transpose", transposedRule)],
    entrance: [spatialAxes, "in_channels"],
  }),
  ...ranked("AvgPool", (rank) => `AvgPool${rank}d`, POOL),
  ...ranked("MaxPool", (rank) => `MaxPool${rank}d`, POOL),
  ...ranked("AdaptiveAvgPool", (rank) => `AdaptiveAvgPool${rank}d`, ADAPTIVE),
  ...ranked("AdaptiveMaxPool", (rank) => `AdaptiveMaxPool${rank}d`, ADAPTIVE),
  Pool: { ...POOL, make: `init, operation, num_spatial_dims, ${POOL.make}` },
  AdaptivePool: { ...ADAPTIVE, make: "target_shape, num_spatial_dims, operation" },
};
