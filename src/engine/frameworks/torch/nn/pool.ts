/**
 * Pooling and unpooling, as layers and as functions. No MACs; the output's elements are counted.
 * https://docs.pytorch.org/docs/stable/nn.html#pooling-layers
 */

import { entryOf } from "../../../base/table.ts";
import { unpoolOutputSize } from "../../../cost/geometry.ts";
import { lift } from "../../../cost/lift.ts";
import type { Bound } from "../../../interpret/native.ts";
import { type Dim, Tuple, toItems, toNumber, type Value } from "../../../interpret/values.ts";
import { type PoolRuling, resize, windowPool } from "../../rules/pooling.ts";
import { isKnownDims, toDim, toDims } from "../../rules/sizes.ts";
import { evenPadding } from "../../rules/window.ts";
import { showShape } from "../../shape/dims.ts";
import type { FunctionSpec, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

const RANKS = [1, 2, 3] as const;

/** Arguments of a window pool, from a call or from a layer's attributes. */
type Arg = (name: string) => Value;

const fromCall =
  (a: Bound): Arg =>
  (name) =>
    entryOf(a, name);
const fromLayer =
  (op: Op): Arg =>
  (name) =>
    op.attr(name);

const axesOf = (spatial: number) => ({ spatial, channels: "first", otherAxes: [1, 2] }) as const;

/** Output, and the indices beside it when they are asked for. */
function emitPool(op: Op, value: Value, name: string, ruling: PoolRuling, indices: Value): Value {
  const input = op.tensor(value);
  const both = op.flag(indices ?? false, false);
  const extra = both ? [op.make(ruling.shape, "int64")] : [];
  const output = op.emit({
    name,
    inputs: [input],
    shape: ruling.shape,
    extra,
    problem: ruling.problem,
    fitsNothing: ruling.fitsNothing,
  });
  return both ? new Tuple([output, ...extra]) : output;
}

/** A stride of None or an empty one is the kernel's size. */
function strideOf(arg: Arg, spatial: number): readonly Dim[] {
  const stride = arg("stride");
  const absent = stride === null || stride === undefined || toItems(stride)?.length === 0;
  return toDims(absent ? arg("kernel_size") : stride, spatial);
}

function windowOf(op: Op, arg: Arg, spatial: number) {
  const padding = arg("padding");
  const dilation = arg("dilation");
  return {
    kernel: toDims(arg("kernel_size"), spatial),
    stride: strideOf(arg, spatial),
    dilation: toDims(dilation ?? 1, spatial),
    padding: evenPadding(toDims(padding ?? 0, spatial)),
    rounding: op.flag(arg("ceil_mode") ?? false, false) ? "up" : "down",
  } as const;
}

function slide(op: Op, spatial: number, fn: string, input: Value, arg: Arg, indices: Value): Value {
  const window = windowOf(op, arg, spatial);
  const ruling = windowPool(op.tensor(input).shape, axesOf(spatial), window);
  const refused = numberProblem(arg, window.stride);
  if (refused !== undefined)
    return emitPool(op, input, fn, { ...ruling, problem: refused, fitsNothing: true }, indices);
  const problem = ruling.problem ?? padProblem(window);
  return emitPool(op, input, fn, { ...ruling, ...(problem !== undefined && { problem }) }, indices);
}

/** Numbers that torch refuses when a pool runs, whatever its input: windows are of 32 bits, elements are divided. */
function numberProblem(arg: Arg, stride: readonly Dim[]): string | undefined {
  if (toNumber(arg("divisor_override") ?? null) === 0)
    return "has divisor_override 0: divisor must be not zero";
  if (toNumber(arg("norm_type") ?? null) === 0) return "has norm_type 0: float division by zero";
  const far = stride.find((size) => typeof size === "number" && size >= 2 ** 31);
  return far === undefined ? undefined : `has stride ${far}: integer out of range`;
}

/** torch refuses padding above half the kernel. */
function padProblem({ padding, kernel }: ReturnType<typeof windowOf>): string | undefined {
  if (!isKnownDims(kernel) || typeof padding === "string") return undefined;
  const wide = padding.some(
    ([before], axis) => typeof before === "number" && before > (kernel[axis] ?? 0) / 2,
  );
  return wide
    ? `pads by ${showShape(padding.map(([before]) => before))}, more than half its ${showShape(kernel)} window`
    : undefined;
}

/** `output_size`: None keeps an axis. */
function adapt(op: Op, spatial: number, fn: string, input: Value, size: Value, indices: Value): Value {
  const wanted = toItems(size);
  const ruling = resize(op.tensor(input).shape, axesOf(spatial), (sizes) => {
    const made = sizes.map((own, axis) => {
      const asked = wanted ? wanted[wanted.length === 1 ? 0 : axis] : size;
      return asked === null || asked === undefined ? own : toDim(asked);
    });
    const bad = made.find((size) => typeof size === "number" && size < 0);
    if (bad === undefined) return { sizes: made };
    const problem = `has an output_size of ${bad}, which must be greater than or equal to 0`;
    const lost = op.interp.unknown(`a pool that ${problem}`);
    return { sizes: sizes.map(() => lost), problem };
  });
  return emitPool(op, input, fn, ruling, indices);
}

const scaled = lift((size: number, ratio: number) => Math.floor(size * ratio));

function fractional(op: Op, spatial: number, input: Value, size: Value, ratio: Value, indices: Value): Value {
  if (size === null && ratio === null) op.problem("needs either an output size or a pooling ratio");
  const ratios = ratio === null ? undefined : toDims(ratio, spatial);
  const asked = size === null ? undefined : toDims(size, spatial);
  const ruling = resize(op.tensor(input).shape, axesOf(spatial), (sizes) => ({
    sizes: sizes.map((own, axis) => asked?.[axis] ?? scaled(own, ratios?.[axis] ?? 1)),
  }));
  return emitPool(op, input, `fractional_max_pool${spatial}d`, ruling, indices);
}

function unpool(op: Op, spatial: number, input: Value, arg: Arg, outputSize: Value): Value {
  const kernel = toDims(arg("kernel_size"), spatial);
  const stride = strideOf(arg, spatial);
  const padding = toDims(arg("padding") ?? 0, spatial);
  const asked = outputSize === null ? undefined : toItems(outputSize)?.slice(-spatial).map(toDim);
  const ruling = resize(op.tensor(input).shape, axesOf(spatial), (sizes) => ({
    sizes: sizes.map(
      (own, axis) =>
        asked?.[axis] ?? unpoolOutputSize(own, kernel[axis] ?? 1, stride[axis] ?? 1, padding[axis] ?? 0),
    ),
  }));
  return emitPool(op, input, `max_unpool${spatial}d`, ruling, false);
}

const WINDOW_ARGS = {
  max: "kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False",
  maxFunction: "kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False",
  avg1: "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True",
  avg: "kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None",
  lp: "norm_type, kernel_size, stride=None, ceil_mode=False",
} as const;

/** In torch a missing stride of a max or average pool becomes the kernel's size at once. */
function layersOf(spatial: number): LayerSpec[] {
  const defaultStride: LayerSpec["build"] = (b) => {
    if (b.args.stride === null) b.set("stride", b.args.kernel_size);
  };
  return [
    {
      name: `MaxPool${spatial}d`,
      home: "pooling",
      base: "_MaxPoolNd",
      init: WINDOW_ARGS.max,
      build: defaultStride,
      forward: [
        "input",
        (op, a) => slide(op, spatial, op.name, a.input, fromLayer(op), op.attr("return_indices")),
      ],
      fn: `max_pool${spatial}d`,
    },
    {
      name: `AvgPool${spatial}d`,
      home: "pooling",
      base: "_AvgPoolNd",
      init: spatial === 1 ? WINDOW_ARGS.avg1 : WINDOW_ARGS.avg,
      build: defaultStride,
      forward: ["input", (op, a) => slide(op, spatial, op.name, a.input, fromLayer(op), false)],
      fn: `avg_pool${spatial}d`,
    },
    {
      name: `LPPool${spatial}d`,
      home: "pooling",
      base: "_LPPoolNd",
      init: WINDOW_ARGS.lp,
      forward: ["input", (op, a) => slide(op, spatial, op.name, a.input, fromLayer(op), false)],
      fn: `lp_pool${spatial}d`,
    },
    {
      name: `AdaptiveMaxPool${spatial}d`,
      home: "pooling",
      base: "_AdaptiveMaxPoolNd",
      init: "output_size, return_indices=False",
      forward: [
        "input",
        (op, a) => adapt(op, spatial, op.name, a.input, op.attr("output_size"), op.attr("return_indices")),
      ],
      fn: `adaptive_max_pool${spatial}d`,
    },
    {
      name: `AdaptiveAvgPool${spatial}d`,
      home: "pooling",
      base: "_AdaptiveAvgPoolNd",
      init: "output_size",
      forward: ["input", (op, a) => adapt(op, spatial, op.name, a.input, op.attr("output_size"), false)],
      fn: `adaptive_avg_pool${spatial}d`,
    },
    {
      name: `MaxUnpool${spatial}d`,
      home: "pooling",
      base: "_MaxUnpoolNd",
      init: "kernel_size, stride=None, padding=0",
      forward: [
        "input, indices, output_size=None",
        (op, a) => unpool(op, spatial, a.input, fromLayer(op), a.output_size),
      ],
      fn: `max_unpool${spatial}d`,
    },
  ];
}

function fractionalLayer(spatial: number): LayerSpec {
  return {
    name: `FractionalMaxPool${spatial}d`,
    home: "pooling",
    init: "kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None",
    forward: [
      "input",
      (op, a) =>
        fractional(
          op,
          spatial,
          a.input,
          op.attr("output_size"),
          op.attr("output_ratio"),
          op.attr("return_indices"),
        ),
    ],
    fn: `fractional_max_pool${spatial}d`,
  };
}

function functionsOf(spatial: number): [string, FunctionSpec][] {
  const window = (fn: string, args: string): [string, FunctionSpec] => [
    fn,
    {
      signature: `input, ${args}`,
      rule: (op, a) =>
        slide(op, spatial, fn.replace("_with_indices", ""), a.input, fromCall(a), a.return_indices ?? false),
    },
  ];
  const adaptive = (fn: string, args: string, indices?: boolean): [string, FunctionSpec] => [
    fn,
    {
      signature: `input, ${args}`,
      rule: (op, a) => adapt(op, spatial, fn, a.input, a.output_size, indices ?? a.return_indices ?? false),
    },
  ];
  return [
    window(`max_pool${spatial}d`, WINDOW_ARGS.maxFunction),
    window(
      `max_pool${spatial}d_with_indices`,
      WINDOW_ARGS.maxFunction.replace("indices=False", "indices=True"),
    ),
    window(`avg_pool${spatial}d`, spatial === 1 ? WINDOW_ARGS.avg1 : WINDOW_ARGS.avg),
    window(`lp_pool${spatial}d`, WINDOW_ARGS.lp),
    adaptive(`adaptive_max_pool${spatial}d`, "output_size, return_indices=False"),
    adaptive(`adaptive_max_pool${spatial}d_with_indices`, "output_size, return_indices=True", true),
    adaptive(`adaptive_avg_pool${spatial}d`, "output_size"),
    [
      `max_unpool${spatial}d`,
      {
        signature: "input, indices, kernel_size, stride=None, padding=0, output_size=None",
        rule: (op, a) => unpool(op, spatial, a.input, fromCall(a), a.output_size),
      },
    ],
    [
      `fractional_max_pool${spatial}d`,
      {
        signature:
          "input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None",
        rule: (op, a) => fractional(op, spatial, a.input, a.output_size, a.output_ratio, a.return_indices),
      },
    ],
  ];
}

const BASES = [
  "_MaxPoolNd",
  "_AvgPoolNd",
  "_LPPoolNd",
  "_AdaptiveMaxPoolNd",
  "_AdaptiveAvgPoolNd",
  "_MaxUnpoolNd",
];

export const POOL_LAYERS: readonly LayerSpec[] = [
  ...BASES.map((name): LayerSpec => ({ name, home: "pooling" })),
  ...RANKS.flatMap(layersOf),
  fractionalLayer(2),
  fractionalLayer(3),
];

export const POOL_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = Object.fromEntries(
  RANKS.flatMap(functionsOf),
);
