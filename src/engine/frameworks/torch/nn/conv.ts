/**
 * Convolutions and transposed convolutions, as layers and as functions.
 * https://docs.pytorch.org/docs/stable/nn.functional.html#convolution-functions
 */
import { transposedOutputSize } from "../../../cost/geometry.ts";
import { lift } from "../../../cost/lift.ts";
import type { Bound } from "../../../interpret/native.ts";
import {
  type Dim,
  type Instance,
  isUnknown,
  type Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { type ConvRule, convolution } from "../../rules/convolution.ts";
import { differ, toDim, toDims } from "../../rules/sizes.ts";
import { evenPadding, type Padding } from "../../rules/window.ts";
import { showShape } from "../../shape/dims.ts";
import { type Build, type FunctionSpec, type LayerSpec, makeParameter } from "./layer.ts";
import { addTensor } from "./module.ts";
import type { Op } from "./op.ts";

interface ConvArgs {
  readonly stride: Value;
  readonly padding: Value;
  readonly dilation: Value;
  readonly groups: Value;
  /** Transposed only. */
  readonly outputPadding?: Value;
  readonly outputSize?: Value;
}

const divide = lift((a: number, b: number) => a / b);
const multiply = lift((a: number, b: number) => a * b);

/** `weight` is out × in/groups × kernel, or in × out/groups × kernel when transposed. */
function runConv(
  op: Op,
  spatial: number,
  transposed: boolean,
  inputValue: Value,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
  args: ConvArgs,
  declared?: { readonly inChannels: Dim; readonly outChannels: Dim; readonly kernel: readonly Dim[] },
): Value {
  const input = op.tensor(inputValue);
  const groups = toDim(args.groups);
  const shape = weight && !isUnknown(weight.shape) ? weight.shape : undefined;
  const weightUnknown =
    weight && isUnknown(weight.shape)
      ? weight.shape
      : op.interp.unknown("a convolution's weight is not known");
  const first = shape?.[0];
  const second = shape?.[1];
  const kernel = shape ? shape.slice(2) : (declared?.kernel ?? toDims(weightUnknown, spatial));
  const across = second === undefined ? undefined : multiply(second, groups);
  const inChannels = (transposed ? first : across) ?? declared?.inChannels ?? weightUnknown;
  const outChannels = (transposed ? across : first) ?? declared?.outChannels ?? weightUnknown;
  const stride = toDims(args.stride, spatial);
  const dilation = toDims(args.dilation, spatial);
  const padding = readPadding(args.padding, spatial);
  const rule: ConvRule = {
    spatial,
    channels: "first",
    kernel,
    stride,
    dilation,
    padding,
    groups,
    inChannels,
    outChannels,
    bias: bias !== undefined,
    batchAxes: [0, 1],
    mustFit: true,
    ...(transposed ? { transposed: transposedSizes(op, spatial, kernel, stride, dilation, args) } : {}),
  };
  const ruling = convolution(input.shape, rule);
  const strided = padding === "same-unstrided" && stride.some((step) => differ(step, 1));
  const badKernel =
    shape && kernel.length !== spatial
      ? `needs a weight of ${spatial + 2} axes, gets ${showShape(shape)}`
      : undefined;
  const impossible = transposed
    ? outputPaddingProblem(toDims(args.outputPadding ?? 0, spatial), stride, dilation)
    : outChannels === 0
      ? "expects a weight of at least 1 at dimension 0, gets 0"
      : undefined;
  const output = op.emit({
    op: transposed ? "conv_transpose" : "conv",
    name: `conv${transposed ? "_transpose" : ""}${spatial}d`,
    inputs: [input],
    shape: ruling.shape,
    weights: [weight, bias],
    macs: ruling.macs,
    ...(ruling.geometry ? { geometry: ruling.geometry } : {}),
    fitsNothing: ruling.fitsNothing || (ruling.problem === undefined && impossible !== undefined),
    problem:
      ruling.problem ??
      impossible ??
      badKernel ??
      (strided ? "has padding='same', which needs stride 1" : undefined),
  });
  if (bias && !isUnknown(bias.shape) && bias.shape[0] !== undefined && differ(bias.shape[0], outChannels)) {
    op.problem(`has ${outChannels} output channels and a bias of ${showShape(bias.shape)}`);
  }
  return output;
}

/** An `output_size` that is asked for has bounds of its own. */
function outputPaddingProblem(
  amounts: readonly Dim[],
  stride: readonly Dim[],
  dilation: readonly Dim[],
): string | undefined {
  const reaches = (amount: Dim, bound: Dim | undefined): boolean =>
    typeof amount === "number" && typeof bound === "number" && amount >= bound;
  const bad = amounts.find(
    (amount, axis) => reaches(amount, stride[axis]) && reaches(amount, dilation[axis]),
  );
  return bad === undefined
    ? undefined
    : `has an output padding of ${bad}, which must be smaller than either stride or dilation`;
}

function readPadding(value: Value, spatial: number): Padding {
  if (value === "valid") return "valid";
  if (value === "same") return "same-unstrided";
  return evenPadding(toDims(value, spatial));
}

function transposedSizes(
  op: Op,
  spatial: number,
  kernel: readonly Dim[],
  stride: readonly Dim[],
  dilation: readonly Dim[],
  args: ConvArgs,
): (sizes: readonly Dim[]) => readonly Dim[] {
  const padding = toDims(args.padding, spatial);
  const outputPadding = toDims(args.outputPadding ?? 0, spatial);
  const wanted =
    args.outputSize === undefined || args.outputSize === null ? undefined : toItems(args.outputSize);
  return (sizes) => {
    if (wanted) {
      const given = wanted.slice(-spatial).map(toDim);
      sizes.forEach((size, axis) => {
        const least = transposedOutputSize(
          size,
          kernel[axis] ?? 1,
          stride[axis] ?? 1,
          padding[axis] ?? 0,
          0,
          dilation[axis] ?? 1,
        );
        const asked = given[axis];
        const step = stride[axis];
        if (typeof least !== "number" || typeof asked !== "number" || typeof step !== "number") return;
        if (asked < least || asked >= least + step) {
          op.problem(`cannot make the output_size ${asked}: it may be ${least} to ${least + step - 1}`);
        }
      });
      return given;
    }
    return sizes.map((size, axis) =>
      transposedOutputSize(
        size,
        kernel[axis] ?? 1,
        stride[axis] ?? 1,
        padding[axis] ?? 0,
        outputPadding[axis] ?? 0,
        dilation[axis] ?? 1,
      ),
    );
  };
}

function layerConv(
  op: Op,
  spatial: number,
  transposed: boolean,
  input: Value,
  weight: Value,
  bias: Value,
  outputSize?: Value,
): Value {
  const mode = op.attr("padding_mode");
  const circular = typeof mode === "string" && mode !== "zeros" && !transposed;
  return runConv(
    op,
    spatial,
    transposed,
    circular ? padded(op, spatial, input) : input,
    op.optional(weight),
    op.optional(bias),
    {
      stride: op.attr("stride"),
      padding: circular ? 0 : op.attr("padding"),
      dilation: op.attr("dilation"),
      groups: op.attr("groups"),
      outputPadding: op.attr("output_padding"),
      ...(outputSize === undefined ? {} : { outputSize }),
    },
    {
      inChannels: op.dim("in_channels"),
      outChannels: op.dim("out_channels"),
      kernel: op.dims("kernel_size", spatial),
    },
  );
}

/** Padding modes other than zeros pad the input first, and convolve without padding. */
function padded(op: Op, spatial: number, input: Value): Value {
  const padding = op.attr("padding");
  const pairs: Value[] = [];
  const kernel = op.dims("kernel_size", spatial);
  const dilation = op.dims("dilation", spatial);
  const amounts = typeof padding === "string" ? undefined : op.dims("padding", spatial);
  for (let axis = spatial - 1; axis >= 0; axis--) {
    const total = multiply(dilation[axis] ?? 1, lift((k: number) => k - 1)(kernel[axis] ?? 1));
    const before =
      amounts?.[axis] ?? (padding === "same" ? lift((t: number) => Math.floor(t / 2))(total) : 0);
    const after =
      amounts?.[axis] ?? (padding === "same" ? lift((t: number, b: number) => t - b)(total, before) : 0);
    pairs.push(before, after);
  }
  return op.interp.call(
    op.nn.functional("pad"),
    [input, new Tuple(pairs)],
    new Map([["mode", op.attr("padding_mode")]]),
  );
}

function buildConv(b: Build, spatial: number, transposed: boolean, lazy = false): void {
  const kernel = b.tuple("kernel_size", spatial);
  b.tuple("stride", spatial);
  if (typeof b.args.padding !== "string") b.tuple("padding", spatial);
  b.tuple("dilation", spatial);
  b.set("transposed", transposed);
  if (transposed) b.tuple("output_padding", spatial);
  else b.set("output_padding", new Tuple(new Array<number>(spatial).fill(0)));
  const inChannels = b.dim("in_channels");
  const outChannels = b.dim("out_channels");
  const groups = b.dim("groups");
  const lead = transposed
    ? [inChannels, divide(outChannels, groups)]
    : [outChannels, divide(inChannels, groups)];
  for (const [channels, name] of [
    [inChannels, "in_channels"],
    [outChannels, "out_channels"],
  ] as const) {
    if (typeof channels === "number" && typeof groups === "number" && channels % groups !== 0) {
      b.interp.fail("ValueError", `${name} must be divisible by groups: ${channels} by ${groups}`);
    }
  }
  b.parameter("weight", lazy ? null : [...lead, ...kernel]);
  b.parameter("bias", b.flag("bias", true) ? [outChannels] : null);
}

const CONV_INIT =
  "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None";
const TRANSPOSED_INIT =
  "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None";

function convLayer(spatial: number): LayerSpec {
  return {
    name: `Conv${spatial}d`,
    home: "conv",
    base: "_ConvNd",
    init: CONV_INIT,
    hidden: ["bias"],
    build: (b) => buildConv(b, spatial, false),
    forward: ["input", (op, a) => layerConv(op, spatial, false, a.input, op.attr("weight"), op.attr("bias"))],
    methods: {
      // Subclasses that change the weight or the padding call this.
      _conv_forward: [
        "input, weight, bias",
        (op, a) => layerConv(op, spatial, false, a.input, a.weight, a.bias),
      ],
    },
    fn: `conv${spatial}d`,
  };
}

function transposedLayer(spatial: number): LayerSpec {
  return {
    name: `ConvTranspose${spatial}d`,
    home: "conv",
    base: "_ConvTransposeNd",
    init: TRANSPOSED_INIT,
    hidden: ["bias"],
    build: (b) => buildConv(b, spatial, true),
    forward: [
      "input, output_size=None",
      (op, a) => layerConv(op, spatial, true, a.input, op.attr("weight"), op.attr("bias"), a.output_size),
    ],
    fn: `conv_transpose${spatial}d`,
  };
}

/** A lazy layer learns its input channels from its first input, and becomes the plain class. */
function lazyLayer(spatial: number, transposed: boolean): LayerSpec {
  const base = `Conv${transposed ? "Transpose" : ""}${spatial}d`;
  const run = (op: Op, a: Bound): Value => {
    const input = op.tensor(a.input);
    if (op.layer && op.attr("weight") === null) {
      const channels = isUnknown(input.shape) ? input.shape : (input.shape.at(-spatial - 1) ?? 0);
      materialise(op, op.layer, base, channels);
      const groups = op.dim("groups");
      const out = op.dim("out_channels");
      const lead = transposed ? [channels, divide(out, groups)] : [out, divide(channels, groups)];
      const weight = makeParameter(op.nn, [...lead, ...op.dims("kernel_size", spatial)]);
      addTensor(op.interp, op.layer, "_parameters", "weight", weight);
    }
    return layerConv(op, spatial, transposed, input, op.attr("weight"), op.attr("bias"), a.output_size);
  };
  return {
    name: `Lazy${base}`,
    home: "conv",
    base,
    init: (transposed ? TRANSPOSED_INIT : CONV_INIT).replace("in_channels, ", ""),
    hidden: ["bias"],
    build: (b) => {
      buildConv(b, spatial, transposed, true);
      b.set("in_channels", 0);
    },
    forward: [transposed ? "input, output_size=None" : "input", run],
    fn: `conv${transposed ? "_transpose" : ""}${spatial}d`,
  };
}

function materialise(op: Op, layer: Instance, base: string, channels: Dim): void {
  op.interp.touch(layer);
  layer.attrs.set("in_channels", channels);
  if (layer.cls === op.nn.layer(`Lazy${base}`)) layer.cls = op.nn.layer(base);
}

/** The abstract base: its rank is that of the kernel it is given. */
const CONV_ND: LayerSpec = {
  name: "_ConvNd",
  home: "conv",
  init: "in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding, groups, bias, padding_mode='zeros', device=None, dtype=None",
  hidden: ["bias"],
  build: (b) => buildConv(b, toItems(b.args.kernel_size)?.length ?? 2, b.flag("transposed", false)),
};

const functionOf = (spatial: number, transposed: boolean): FunctionSpec => ({
  signature: transposed
    ? "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
    : "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
  rule: (op, a) =>
    runConv(op, spatial, transposed, a.input, op.optional(a.weight), op.optional(a.bias), {
      stride: a.stride,
      padding: a.padding,
      dilation: a.dilation,
      groups: a.groups,
      outputPadding: a.output_padding,
    }),
});

const RANKS = [1, 2, 3] as const;

export const CONV_LAYERS: readonly LayerSpec[] = [
  CONV_ND,
  { name: "_ConvTransposeNd", home: "conv", base: "_ConvNd" },
  { name: "_LazyConvXdMixin", home: "conv" },
  ...RANKS.map(convLayer),
  ...RANKS.map(transposedLayer),
  ...RANKS.flatMap((spatial) => [lazyLayer(spatial, false), lazyLayer(spatial, true)]),
];

export const CONV_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = Object.fromEntries(
  RANKS.flatMap((spatial) => [
    [`conv${spatial}d`, functionOf(spatial, false)],
    [`conv_transpose${spatial}d`, functionOf(spatial, true)],
  ]),
);
