/**
 * Resizing, sampling, pixel shuffles, folding and flattening, as layers and as functions.
 * https://docs.pytorch.org/docs/stable/nn.html#vision-layers
 */

import { entryOf } from "../../../base/table.ts";
import { convOutputSize, scaledSize } from "../../../cost/geometry.ts";
import { lift, product } from "../../../cost/lift.ts";
import { type Dim, isUnknown, type Shape, toItems, type Value } from "../../../interpret/values.ts";
import { differ, toDim, toDims } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { FunctionSpec, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

const divide = lift((a: number, b: number) => Math.floor(a / b));
const multiply = lift((a: number, b: number) => a * b);

function interpolate(op: Op, value: Value, size: Value, scale: Value, mode: Value): Value {
  const input = op.tensor(value);
  if (isUnknown(input.shape)) return op.emit({ name: "interpolate", inputs: [input], shape: input.shape });
  const spatial = input.shape.length - 2;
  const sizes = size === null ? undefined : toDims(size, spatial);
  const scales = scale === null ? undefined : toDims(scale, spatial);
  const shape = input.shape.map((own, axis) => {
    if (axis < 2) return own;
    return sizes?.[axis - 2] ?? scaledSize(own, scales?.[axis - 2] ?? 1);
  });
  return op.emit({
    name: "interpolate",
    inputs: [input],
    shape,
    problem: modeProblem(input.shape, mode) ?? resizeProblem(input.shape, shape, size, scale),
  });
}

/** Spatial axes that each mode works on; the others work on any. */
const MODE_AXES: ReadonlyMap<string, number> = new Map([
  ["linear", 1],
  ["bilinear", 2],
  ["bicubic", 2],
  ["trilinear", 3],
]);
const ANY_AXES_MODES: ReadonlySet<string> = new Set(["nearest", "nearest-exact", "area"]);

function modeProblem(from: Shape, mode: Value): string | undefined {
  if (typeof mode !== "string" || ANY_AXES_MODES.has(mode)) return undefined;
  const axes = MODE_AXES.get(mode);
  if (axes === undefined) return `has no mode '${mode}'`;
  if (axes === from.length - 2) return undefined;
  return `expects an input with ${axes + 2} axes for mode '${mode}', gets ${showShape(from)}`;
}

function resizeProblem(from: Shape, to: Shape, size: Value, scale: Value): string | undefined {
  if (from.length < 3) return `resizes the axes behind batch and channels, gets ${showShape(from)}`;
  if ((size === null) === (scale === null)) return "needs either size or scale_factor";
  const given = toItems(size ?? scale)?.length;
  if (given !== undefined && given !== from.length - 2)
    return `has ${given} sizes or factors for ${from.length - 2} axes`;
  return to.some((dim) => typeof dim === "number" && dim < 1)
    ? `makes ${showShape(to)} of ${showShape(from)}`
    : undefined;
}

function gridSample(op: Op, value: Value, grid: Value): Value {
  const input = op.tensor(value);
  const places = op.tensor(grid);
  const lead: Shape = isUnknown(input.shape) ? [input.shape, input.shape] : input.shape.slice(0, 2);
  const shape = isUnknown(places.shape) ? places.shape : [...lead, ...places.shape.slice(1, -1)];
  const axes = isUnknown(places.shape) ? undefined : places.shape.at(-1);
  const spatial = isUnknown(input.shape) ? undefined : input.shape.length - 2;
  const misfit = axes !== undefined && spatial !== undefined && differ(axes, spatial);
  const [samples, grids] = [input, places].map((each) => (isUnknown(each.shape) ? undefined : each.shape[0]));
  const batches = samples !== undefined && grids !== undefined && differ(samples, grids);
  return op.emit({
    inputs: [input, places],
    shape,
    problem: misfit
      ? `samples ${spatial} axes with a grid of ${axes} coordinates`
      : batches
        ? `samples ${samples} images with ${grids} grids`
        : undefined,
  });
}

function affineGrid(op: Op, theta: Value, size: Value): Value {
  const input = op.tensor(theta);
  const sizes = toItems(size)?.map(toDim);
  const shape = sizes
    ? [sizes[0] ?? 1, ...sizes.slice(2), sizes.length - 2]
    : op.interp.unknown("a size that is not known");
  return op.emit({ inputs: [input], shape });
}

/** `r²` channels become an `r × r` patch, or the other way round. */
function pixelShuffle(op: Op, value: Value, factor: Dim, direction: "out" | "in"): Value {
  const input = op.tensor(value);
  const { shape } = input;
  if (isUnknown(shape) || shape.length < 3) {
    const problem = isUnknown(shape)
      ? undefined
      : `needs an input with 3 axes or more, gets ${showShape(shape)}`;
    return op.emit({ inputs: [input], shape, problem });
  }
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const square = multiply(factor, factor);
  const out =
    direction === "out"
      ? [divide(channels, square), multiply(height, factor), multiply(width, factor)]
      : [multiply(channels, square), divide(height, factor), divide(width, factor)];
  const uneven = (size: Dim, by: Dim): boolean =>
    typeof size === "number" && typeof by === "number" && size % by !== 0;
  const problem =
    direction === "out"
      ? uneven(channels, square)
        ? `needs channels that ${square} divides, gets ${channels}`
        : undefined
      : uneven(height, factor) || uneven(width, factor)
        ? `needs sizes that ${factor} divides, gets ${showShape([height, width])}`
        : undefined;
  return op.emit({ inputs: [input], shape: [...shape.slice(0, -3), ...out], problem });
}

function channelShuffle(op: Op, value: Value, groups: Dim): Value {
  const input = op.tensor(value);
  const channels = isUnknown(input.shape) ? undefined : input.shape[1];
  const uneven = typeof channels === "number" && typeof groups === "number" && channels % groups !== 0;
  return op.emit({
    inputs: [input],
    shape: input.shape,
    problem: uneven ? `has ${groups} groups, which do not divide ${channels} channels` : undefined,
  });
}

interface FoldArgs {
  readonly kernel: readonly Dim[];
  readonly dilation: readonly Dim[];
  readonly padding: readonly Dim[];
  readonly stride: readonly Dim[];
}

type Arg = (name: string) => Value;

const foldArgs = (arg: Arg): FoldArgs => ({
  kernel: toDims(arg("kernel_size"), 2),
  dilation: toDims(arg("dilation"), 2),
  padding: toDims(arg("padding"), 2),
  stride: toDims(arg("stride"), 2),
});

function blocks(sizes: readonly Dim[], { kernel, stride, padding, dilation }: FoldArgs): readonly Dim[] {
  return sizes.map((size, i) => {
    const around = padding[i] ?? 0;
    return convOutputSize(size, kernel[i] ?? 1, stride[i] ?? 1, around, around, dilation[i] ?? 1);
  });
}

/** N × C × H × W to N × C·k × L. */
function unfold(op: Op, value: Value, args: FoldArgs): Value {
  const input = op.tensor(value);
  const { shape } = input;
  if (isUnknown(shape) || shape.length < 3 || shape.length > 4) {
    const problem = isUnknown(shape)
      ? undefined
      : `expects an input with 3 or 4 axes, gets ${showShape(shape)}`;
    return op.emit({
      inputs: [input],
      shape: isUnknown(shape) ? shape : op.interp.unknown("an input that does not fit"),
      problem,
    });
  }
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const found = blocks([height, width], args);
  const none = found.some((count) => typeof count === "number" && count < 1);
  return op.emit({
    inputs: [input],
    shape: [
      ...shape.slice(0, -3),
      product([channels, ...args.kernel]),
      none ? op.interp.unknown("blocks that do not fit") : product(found),
    ],
    problem: none
      ? `has ${showShape(args.kernel)} blocks that do not fit into its ${showShape([height, width])} input`
      : undefined,
  });
}

/** N × C·k × L to N × C × H × W. */
function fold(op: Op, value: Value, size: Value, args: FoldArgs): Value {
  const input = op.tensor(value);
  const { shape } = input;
  const sizes = toDims(size, 2);
  if (isUnknown(shape)) return op.emit({ inputs: [input], shape: [shape, shape, ...sizes] });
  const [columns = 1, length = 1] = shape.slice(-2);
  const expected = product(blocks(sizes, args));
  const kernel = product(args.kernel);
  const uneven = typeof columns === "number" && typeof kernel === "number" && columns % kernel !== 0;
  return op.emit({
    inputs: [input],
    shape: [...shape.slice(0, -2), divide(columns, kernel), ...sizes],
    problem: differ(length, expected)
      ? `expects ${expected} blocks, gets ${length}`
      : uneven
        ? `needs an axis that the ${kernel} kernel elements divide, gets ${columns}`
        : undefined,
  });
}

function upsampleLayer(name: string, init: string, mode: string | undefined): LayerSpec {
  return {
    name,
    home: "upsampling",
    ...(mode === undefined ? {} : { base: "Upsample", build: (b) => b.set("mode", mode) }),
    init,
    forward: [
      "input",
      (op, a) => interpolate(op, a.input, op.attr("size"), op.attr("scale_factor"), op.attr("mode")),
    ],
    fn: "interpolate",
  };
}

const FOLD = "kernel_size, dilation=1, padding=0, stride=1";

export const VISION_LAYERS: readonly LayerSpec[] = [
  upsampleLayer(
    "Upsample",
    "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None",
    undefined,
  ),
  upsampleLayer("UpsamplingNearest2d", "size=None, scale_factor=None", "nearest"),
  upsampleLayer("UpsamplingBilinear2d", "size=None, scale_factor=None", "bilinear"),
  {
    name: "PixelShuffle",
    home: "pixelshuffle",
    init: "upscale_factor",
    forward: ["input", (op, a) => pixelShuffle(op, a.input, op.dim("upscale_factor"), "out")],
    fn: "pixel_shuffle",
  },
  {
    name: "PixelUnshuffle",
    home: "pixelshuffle",
    init: "downscale_factor",
    forward: ["input", (op, a) => pixelShuffle(op, a.input, op.dim("downscale_factor"), "in")],
    fn: "pixel_unshuffle",
  },
  {
    name: "ChannelShuffle",
    home: "channelshuffle",
    init: "groups",
    forward: ["input", (op, a) => channelShuffle(op, a.input, op.dim("groups"))],
    fn: "channel_shuffle",
  },
  {
    name: "Unfold",
    home: "fold",
    init: FOLD,
    forward: [
      "input",
      (op, a) =>
        unfold(
          op,
          a.input,
          foldArgs((name) => op.attr(name)),
        ),
    ],
    fn: "unfold",
  },
  {
    name: "Fold",
    home: "fold",
    init: `output_size, ${FOLD}`,
    forward: [
      "input",
      (op, a) =>
        fold(
          op,
          a.input,
          op.attr("output_size"),
          foldArgs((name) => op.attr(name)),
        ),
    ],
    fn: "fold",
  },
  {
    name: "Flatten",
    home: "flatten",
    init: "start_dim=1, end_dim=-1",
    forward: [
      "input",
      (op, a) => reshaped(op, a.input, "flatten", [op.attr("start_dim"), op.attr("end_dim")]),
    ],
    fn: "flatten",
  },
  {
    name: "Unflatten",
    home: "flatten",
    init: "dim, unflattened_size",
    forward: [
      "input",
      (op, a) => reshaped(op, a.input, "unflatten", [op.attr("dim"), op.attr("unflattened_size")]),
    ],
    fn: "unflatten",
  },
];

/** The tensor's own method records the view. */
function reshaped(op: Op, value: Value, method: string, args: readonly Value[]): Value {
  return op.interp.callMethod(op.tensor(value), method, args);
}

export const VISION_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  interpolate: {
    signature:
      "input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False",
    rule: (op, a) => interpolate(op, a.input, a.size, a.scale_factor, a.mode),
  },
  upsample: {
    signature: "input, size=None, scale_factor=None, mode='nearest', align_corners=None",
    rule: (op, a) => interpolate(op, a.input, a.size, a.scale_factor, a.mode),
  },
  upsample_nearest: {
    signature: "input, size=None, scale_factor=None",
    rule: (op, a) => interpolate(op, a.input, a.size, a.scale_factor, "nearest"),
  },
  upsample_bilinear: {
    signature: "input, size=None, scale_factor=None",
    rule: (op, a) => interpolate(op, a.input, a.size, a.scale_factor, "bilinear"),
  },
  grid_sample: {
    signature: "input, grid, mode='bilinear', padding_mode='zeros', align_corners=None",
    rule: (op, a) => gridSample(op, a.input, a.grid),
  },
  affine_grid: {
    signature: "theta, size, align_corners=None",
    rule: (op, a) => affineGrid(op, a.theta, a.size),
  },
  pixel_shuffle: {
    signature: "input, upscale_factor",
    rule: (op, a) => pixelShuffle(op, a.input, toDim(a.upscale_factor), "out"),
  },
  pixel_unshuffle: {
    signature: "input, downscale_factor",
    rule: (op, a) => pixelShuffle(op, a.input, toDim(a.downscale_factor), "in"),
  },
  channel_shuffle: {
    signature: "input, groups",
    rule: (op, a) => channelShuffle(op, a.input, toDim(a.groups)),
  },
  native_channel_shuffle: {
    signature: "input, groups",
    rule: (op, a) => channelShuffle(op, a.input, toDim(a.groups)),
  },
  unfold: {
    signature: `input, ${FOLD}`,
    rule: (op, a) =>
      unfold(
        op,
        a.input,
        foldArgs((name) => entryOf(a, name)),
      ),
  },
  fold: {
    signature: `input, output_size, ${FOLD}`,
    rule: (op, a) =>
      fold(
        op,
        a.input,
        a.output_size,
        foldArgs((name) => entryOf(a, name)),
      ),
  },
};
