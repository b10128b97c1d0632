/**
 * Networks that are written in ops alone: a function or method of the program that runs weighted ops on the program's
 * own variables. What it takes is read from the ops that its arguments meet first.
 */

import type { Attempt, OpsProgram } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import type { OpRecord } from "../../interpret/trace.ts";
import {
  type ClassValue,
  type Dim,
  Instance,
  isUnknown,
  List,
  type Shape,
  Tensor,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { jsClass } from "../../languages/typescript/core.ts";
import { isOpen, type Library, shapeOf } from "./library.ts";

/** Names of ops with weights, as functions and as methods of tensors. */
export const WEIGHTED_OPS: ReadonlySet<string> = new Set([
  "conv1d",
  "conv2d",
  "conv3d",
  "conv2dTranspose",
  "conv3dTranspose",
  "depthwiseConv2d",
  "separableConv2d",
  "matMul",
  "dot",
]);

interface Entry {
  /** Which argument it is. */
  readonly at: number;
  readonly shape: Shape | Unknown;
}

/** What the engine keeps of such a network. */
class ProgramState {
  /** Its variables, those of the last run. */
  weights: readonly Tensor[] = [];
  constructor(
    readonly call: OpsProgram["call"],
    readonly entries: readonly Entry[],
    readonly unbatched: boolean,
    /** The arguments of the program's own call, inputs among them. */
    private readonly given: readonly Value[],
  ) {}

  /** What its inputs are; Unknown where nothing tells. */
  specs(): readonly { readonly shape: Shape; readonly dtype: string }[] | Unknown {
    const lost = this.entries.map(({ shape }) => shape).find(isUnknown);
    return lost ?? this.entries.map(({ shape }) => ({ shape: shape as Shape, dtype: "float32" }));
  }

  run(m: Interp, inputs: readonly Value[]): Value {
    const weights = new Set<Tensor>();
    const end = m.watchOps((op) => {
      for (const weight of op.weights) if (weight.parameter) weights.add(weight);
    });
    try {
      return this.call(m, placed(this.entries, inputs, this.given));
    } finally {
      end();
      this.weights = [...weights];
    }
  }
}

export function programClass(): ClassValue {
  return jsClass("Program", {});
}

export function programOf(network: Value): ProgramState | undefined {
  return network instanceof Instance && network.native instanceof ProgramState ? network.native : undefined;
}

/** A network that takes what another one takes, and is run by this program. */
export function programLike(m: Interp, lib: Library, { call, given }: OpsProgram, like: Instance): Instance {
  const state = programOf(like);
  const network = m.newInstance(lib.programClass);
  network.native = new ProgramState(call, state?.entries ?? [], state?.unbatched ?? false, given);
  return network;
}

/**
 * The network of a program that multiplies what it is given by variables of its own. Unknown: its weights are lost, and
 * why; undefined: it has none.
 */
export function programNetwork(m: Interp, lib: Library, program: OpsProgram): Instance | Unknown | undefined {
  const args = program.params.map(({ name, isTensor }): Value => {
    const unknown = new Unknown(`the shape of ${name}`);
    return isTensor ? lib.tensor(unknown) : isTensor === undefined ? undefined : unknown;
  });
  const { ops, output, failure } = program.attempt(args);
  const derived = derivedFrom(ops, args);
  const weighted = ops.filter((op) => op.op !== "other" && op.inputs.some((input) => derived.has(input)));
  const isOwned = weighted.some((op) => WEIGHTED.has(op.op) && op.weights.some((weight) => weight.parameter));
  if (!isOwned) return lostWeights(weighted, derived, args, failure);
  if (failure === undefined && !hasTensor(output, derived)) return undefined;
  const entries = args.flatMap((arg, at) =>
    arg instanceof Tensor && ops.some((op) => op.inputs.includes(arg))
      ? [{ at, shapes: wantedShapes(lib, ops, arg, program.params[at]?.rank) }]
      : [],
  );
  const fitted = givenShapes(program, entries) ?? fittingShapes(lib, program, entries);
  const network = m.newInstance(lib.programClass);
  const isSample = entries[0]?.shapes[0]?.length === 3 && fitted?.[0]?.length === 3 && fitted[0][0] !== 1;
  network.native = new ProgramState(
    program.call,
    entries.map(({ at }, i) => ({ at, shape: fitted?.[i] ?? UNTOLD })),
    isSample,
    program.given,
  );
  return network;
}

const UNTOLD = new Unknown("nothing tells its shape: say it, as in // convlens: input=1x28x28x1");

/** Kinds of ops that have weights. */
const WEIGHTED: ReadonlySet<string> = new Set(["conv", "conv_transpose", "linear", "matmul"]);

/** Arguments of a call, those that are inputs at their places. */
function placed(
  entries: readonly { readonly at: number }[],
  inputs: readonly Value[],
  given: readonly Value[],
): Value[] {
  const args = [...given];
  entries.forEach(({ at }, i) => {
    while (args.length < at) args.push(undefined);
    args[at] = inputs[i];
  });
  return args;
}

// --------------------------------------------------------------------- weights

/** What is computed from these. */
function derivedFrom(ops: readonly OpRecord[], given: readonly Value[]): ReadonlySet<Tensor> {
  const derived = new Set(given.filter((value) => value instanceof Tensor));
  for (const { inputs, outputs } of ops)
    if (inputs.some((input) => derived.has(input))) for (const output of outputs) derived.add(output);
  return derived;
}

function hasTensor(value: Value, derived: ReadonlySet<Tensor>): boolean {
  if (value instanceof Tensor) return derived.has(value);
  if (value instanceof List) return value.items.some((item) => hasTensor(item, derived));
  return value instanceof Instance && [...value.attrs.values()].some((item) => hasTensor(item, derived));
}

/** What a program says that is run before its weights are there. */
const UNLOADED = /\b(load|loaded|weights|init\w*|variables?)\b/i;
const UNSET = /properties of (undefined|null)/i;

const WANTED = "needs its weights, which it is given as it runs";

/** Why the weights of a program are not known, where they are none of its arguments. */
function lostWeights(
  weighted: readonly OpRecord[],
  derived: ReadonlySet<Tensor>,
  args: readonly Value[],
  failure: string | undefined,
): Unknown | undefined {
  for (const { inputs } of weighted) {
    const lost = inputs.find(
      ({ shape, parameter }) => !parameter && isUnknown(shape) && !isArgument(args, shape),
    );
    if (lost && !derived.has(lost) && isUnknown(lost.shape)) return wanted(lost.shape.reason);
  }
  const isUnloaded = failure !== undefined && (UNLOADED.test(failure) || UNSET.test(failure));
  return isUnloaded ? wanted(failure) : undefined;
}

/** What JavaScript says of something that is not set yet helps nobody: it is left out. */
function wanted(reason: string): Unknown {
  return new Unknown(UNSET.test(reason) ? WANTED : `${WANTED}: ${reason}`);
}

function isArgument(args: readonly Value[], { reason }: Unknown): boolean {
  return args.some((arg) => {
    const unknown = arg instanceof Tensor ? arg.shape : arg;
    return isUnknown(unknown) && unknown.reason === reason;
  });
}

// ---------------------------------------------------------------------- inputs

/** Ops that give a tensor of the shape that they are given, but for a batch in front. */
const SAME: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "cast", "toFloat", "asType", "clone"]);

/** Shapes that the first op which tells one says of an input, the likeliest first. */
function wantedShapes(
  lib: Library,
  ops: readonly OpRecord[],
  input: Tensor,
  rank: number | undefined,
): readonly Shape[] {
  let seen = input;
  let isSample = false;
  for (const op of ops) {
    if (!op.inputs.includes(seen)) continue;
    const shapes = shapesAt(lib, op, seen);
    if (shapes.length > 0) {
      const [first] = shapes;
      const isShorter = first !== undefined && (isSample || rank === first.length - 1);
      return isShorter ? shapes.map((shape) => shape.slice(1)) : shapes;
    }
    const [output] = op.outputs;
    if (!output || !(SAME.has(op.name) || op.name === "expandDims")) return [];
    isSample ||= op.name === "expandDims";
    seen = output;
  }
  return [];
}

const open = (...sizes: readonly (number | null)[]): Shape => shapeOf(new List([1, ...sizes])) as Shape;

function shapesAt(lib: Library, op: OpRecord, seen: Tensor): readonly Shape[] {
  const weight = op.weights[0] ?? op.inputs.find((input) => input !== seen);
  const sizes = weight === undefined || isUnknown(weight.shape) ? [] : weight.shape.map(known);
  const free = new Array<null>(Math.max(0, sizes.length - 2)).fill(null);
  switch (op.op) {
    case "conv":
    case "conv_transpose": {
      const channels = sizes.at(op.op === "conv" ? -2 : -1);
      if (channels === undefined || free.length === 0) return [];
      return [lib.channelsFirst ? open(channels, ...free) : open(...free, channels)];
    }
    case "linear":
    case "matmul":
      return sizes.length === 2 ? [...new Set(sizes)].map((features) => open(features)) : [];
    default:
      return op.view && op.name !== "expandDims" ? reshaped(op.outputs[0]) : [];
  }
}

/** `x.as4D(-1, 28, 28, 1)` takes one sample of those sizes. */
function reshaped(output: Tensor | undefined): readonly Shape[] {
  const shape = output?.shape;
  if (shape === undefined || isUnknown(shape) || shape.length < 2) return [];
  const [batch, ...sizes] = shape;
  return sizes.every((size) => typeof size === "number")
    ? [[isUnknown(batch) ? 1 : (batch ?? 1), ...sizes]]
    : [];
}

const known = (dim: Dim): number | null => (typeof dim === "number" ? dim : null);

/** Sides of an image, where a program leaves them open: any, or else one at which a batch of one stays one. */
const SIZES: readonly number[] = [224, 32, 28, 64, 96, 128, 256, 299, 512, 1];

/** Shapes that the program's own call gives, where it gives them all. */
function givenShapes(
  { given }: OpsProgram,
  entries: readonly { readonly at: number }[],
): readonly Shape[] | undefined {
  const shapes = entries.flatMap(({ at }): Shape[] => {
    const value = given[at];
    return value instanceof Tensor && !isUnknown(value.shape) && !value.shape.some(isUnknown)
      ? [value.shape]
      : [];
  });
  return shapes.length > 0 && shapes.length === entries.length ? shapes : undefined;
}

function fittingShapes(
  lib: Library,
  program: OpsProgram,
  entries: readonly { readonly at: number; readonly shapes: readonly Shape[] }[],
): readonly Shape[] | undefined {
  const ways = Math.max(1, ...entries.map(({ shapes }) => shapes.length));
  for (let way = 0; way < ways; way++) {
    const shapes = entries
      .map(({ shapes: told }) => told[way] ?? told[0])
      .filter((shape) => shape !== undefined);
    if (shapes.length < entries.length || shapes.length === 0) return undefined;
    const isAnySize = shapes.some((shape) => shape.some(isOpen));
    for (const size of isAnySize ? SIZES : SIZES.slice(0, 1)) {
      const closed = shapes.map((shape) => shape.map((dim) => (isOpen(dim) ? size : dim)));
      const inputs = closed.map((shape) => lib.tensor(shape));
      if (fits(program.attempt(placed(entries, inputs, program.given)), inputs))
        return size === SIZES[0] ? shapes : closed;
    }
  }
  return undefined;
}

/** Nothing was said against the inputs, and one sample came out as one. */
function fits({ output, isMisfit }: Attempt, [input]: readonly Tensor[]): boolean {
  if (isMisfit) return false;
  if (!(output instanceof Tensor) || isUnknown(output.shape) || !input || isUnknown(input.shape)) return true;
  const [first] = output.shape;
  return input.shape[0] !== 1 || output.shape.length < 2 || typeof first !== "number" || first === 1;
}
