/**
 * Convolutions: plain, transposed and depthwise, of any rank and either layout.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#convolution
 */
import { floorDivide, lift, product } from "../../cost/lift.ts";
import {
  type Dim,
  type Instance,
  isUnknown,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { paddingOf, transposedSizes } from "../flax/layers/conv.ts";
import type { Layer, Weight } from "../flax/layers/spec.ts";
import { type ConvRule, convolution } from "../rules/convolution.ts";
import type { HaikuLayer, HaikuTable } from "./entry.ts";

const span = lift((kernel: number, dilation: number) => dilation * (kernel - 1) + 1);

/** `channels_first`, `NC...`, `NCHW`. */
export function isChannelsFirst(l: Layer): boolean {
  const format = l.value("data_format");
  return typeof format === "string" && (format === "channels_first" || format.startsWith("NC"));
}

export function channelsOf(l: Layer, name = "inputs"): Dim {
  const { shape } = l.input(name);
  if (isUnknown(shape)) return shape;
  const spatial = l.has("num_spatial_dims") ? l.dim("num_spatial_dims") : undefined;
  const first = typeof spatial === "number" && shape.length === spatial + 1 ? 0 : 1;
  return shape[isChannelsFirst(l) ? first : shape.length - 1] ?? 1;
}

function spatialAxes(l: Layer): number {
  const given = l.value("num_spatial_dims");
  return typeof given === "number" ? given : 2;
}

/** Padding functions are asked with the size of the window. */
function padding(l: Layer, kernel: readonly Dim[], dilation: readonly Dim[]): Value {
  const value = l.value("padding");
  if (typeof value === "string" && !/^(same|valid|same_lower)$/i.test(value))
    l.run.problem(`has the unrecognized padding type '${value}': expected 'VALID', 'SAME' or 'SAME_LOWER'`);
  const ask = (fn: Value, axis: number): Value =>
    l.interp.isCallable(fn) ? l.interp.call(fn, [span(kernel[axis] ?? 1, dilation[axis] ?? 1)]) : fn;
  if (l.interp.isCallable(value)) return new Tuple(kernel.map((_, axis) => ask(value, axis)));
  const items = toItems(value);
  if (!items) return value;
  if (items.length === 1) return new Tuple(kernel.map((_, axis) => ask(items[0] ?? null, axis)));
  // One pair stands for all axes.
  if (items.every((item) => typeof item === "number")) return new Tuple(kernel.map(() => value));
  return new Tuple(items.map((item, axis) => ask(item, axis)));
}

function ruleOf(l: Layer, inChannels: Dim, outChannels: Dim, groups: Dim): ConvRule {
  const spatial = spatialAxes(l);
  const kernel = l.dims("kernel_shape", spatial);
  const dilation = l.dims("rate", spatial);
  return {
    spatial,
    channels: isChannelsFirst(l) ? "first" : "last",
    kernel,
    stride: l.dims("stride", spatial),
    dilation,
    padding: paddingOf(padding(l, kernel, dilation), kernel, dilation),
    inChannels,
    outChannels,
    groups,
    bias: l.flag("with_bias", true),
    batchAxes: [0, 1],
  };
}

function emit(l: Layer, op: "conv" | "conv_transpose", rule: ConvRule): Value {
  const input = l.input();
  return l.run.emit({
    op,
    inputs: [input],
    weights: l.weights("w", "b"),
    ...convolution(input.shape, rule),
  });
}

const plain = (l: Layer): ConvRule =>
  ruleOf(l, channelsOf(l), l.dim("output_channels"), l.dim("feature_group_count"));

function depthwise(l: Layer): ConvRule {
  const channels = channelsOf(l);
  return ruleOf(l, channels, product<Unknown>([l.dim("channel_multiplier"), channels]), channels);
}

function transposed(l: Layer): ConvRule {
  const rule = ruleOf(l, channelsOf(l), l.dim("output_channels"), 1);
  const sizes = l.has("output_shape") ? l.dims("output_shape", rule.spatial) : undefined;
  return {
    ...rule,
    transposed: (given) => sizes ?? transposedSizes(given, rule, l.value("padding")),
  };
}

function weights(rule: (l: Layer) => ConvRule): (l: Layer) => readonly Weight[] {
  return (l) => {
    const { kernel, inChannels, outChannels, groups, bias, transposed: turned } = rule(l);
    const channels: readonly Dim[] = turned
      ? [outChannels, inChannels]
      : [floorDivide(inChannels, groups), outChannels];
    return [
      { name: "w", shape: [...kernel, ...channels] },
      ...(bias ? [{ name: "b", shape: [outChannels] }] : []),
    ];
  };
}

const INITS = "with_bias=True, w_init=None, b_init=None";
const OF_RANK = ["NWC", "NHWC", "NDHWC"];

/** Entries of the class for any rank and for ranks 1 to 3, which say their rank themselves. */
function family(
  name: (rank: string) => string,
  fn: string,
  rule: (l: Layer) => ConvRule,
  channels: string,
  options: (format: string) => string,
): HaikuTable {
  const op = fn === "conv_transpose" ? fn : "conv";
  const entry = (make: string, spatial?: number): HaikuLayer => ({
    fn,
    make,
    weights: weights(rule),
    call: ["inputs, *, precision=None", (l) => emit(l, op, rule(l))],
    ...(spatial !== undefined && {
      parts: (self: Instance) => void self.attrs.set("num_spatial_dims", spatial),
    }),
  });
  const ranks = OF_RANK.map((format, i) => [
    name(`${i + 1}D`),
    entry(`${channels}, kernel_shape, ${options(format)}`, i + 1),
  ]);
  const general = entry(`num_spatial_dims, ${channels}, kernel_shape, ${options("channels_last")}`);
  return { ...Object.fromEntries(ranks), [name("ND")]: general };
}

const separable: HaikuLayer = {
  fn: "separable_depthwise_conv",
  make: `channel_multiplier, kernel_shape, stride=1, padding='SAME', ${INITS}, data_format='NHWC'`,
  layer: false,
  parts: (self, interp, find) => {
    const own = (name: string): Value => self.attrs.get(name);
    const kernel = toItems(own("kernel_shape")) ?? [own("kernel_shape"), own("kernel_shape")];
    const part = (multiplier: Value, window: readonly Value[], stride: Value, bias: Value): Value =>
      interp.call(
        find("DepthwiseConv2D") ?? null,
        [multiplier, new Tuple(window)],
        new Map<string, Value>([
          ["stride", stride],
          ["padding", own("padding")],
          ["with_bias", bias],
          ["data_format", own("data_format")],
        ]),
      );
    self.attrs.set("_conv1", part(own("channel_multiplier"), [kernel[0], 1], own("stride"), false));
    self.attrs.set("_conv2", part(1, [1, kernel[1]], 1, own("with_bias")));
  },
  call: [
    "inputs",
    (l) => l.interp.call(l.value("_conv2"), [l.interp.call(l.value("_conv1"), [l.args.inputs])]),
  ],
};

export const CONVS: HaikuTable = {
  ...family(
    (rank) => `Conv${rank}`,
    "conv",
    plain,
    "output_channels",
    (format) =>
      `stride=1, rate=1, padding='SAME', ${INITS}, data_format='${format}', mask=None, feature_group_count=1`,
  ),
  ...family(
    (rank) => `Conv${rank}Transpose`,
    "conv_transpose",
    transposed,
    "output_channels",
    (format) => `stride=1, output_shape=None, padding='SAME', ${INITS}, data_format='${format}', mask=None`,
  ),
  ...family(
    (rank) => `DepthwiseConv${rank}`,
    "depthwise_conv",
    depthwise,
    "channel_multiplier",
    (format) => `stride=1, rate=1, padding='SAME', ${INITS}, data_format='${format}'`,
  ),
  SeparableDepthwiseConv2D: separable,
};
