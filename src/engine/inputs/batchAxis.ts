/**
 * Which axis of a network's input holds its samples. Layers tell where they take them to be (`batch_first=False`: axis
 * 1), but not by which ways an axis of the input came there. So the network is run once more with twice as many along
 * one axis: what doubles in the layers' inputs is that axis, wherever views and transposes have moved it. It holds the
 * samples if all costs double with it and no layer takes another axis for them.
 */

import { elements } from "../interpret/counts.ts";
import type { Count, OpRecord, Trace } from "../interpret/trace.ts";
import { isUnknown, type Shape, type Tensor } from "../interpret/values.ts";

export interface Batch {
  /** Samples in the input: figures are shared out over them. */
  readonly samples: number;
  /** The input's axis that holds them; null where none does, or it cannot be told. */
  readonly axis: number | null;
  /** The same of ops' outputs that have not got them in front. */
  readonly axes: ReadonlyMap<Tensor, number | null>;
  /** Ops that cost the same for any number of samples, such as those on weights alone: not shared out. */
  readonly fixed: ReadonlySet<OpRecord>;
  /** Tensors of the same size for any number of samples, such as parameters: each sample has all of them. */
  readonly whole: ReadonlySet<Tensor>;
}

/** The axis of an op's output that holds samples; null where none does. */
export function batchAxisOf(output: Tensor, { axis, axes }: Batch): number | null {
  return axis === null ? null : (axes.get(output) ?? (axes.has(output) ? null : 0));
}

/** A run of a network, as far as it tells of its axes. */
export interface BatchRun {
  readonly trace: Trace;
  readonly inputs: readonly Tensor[];
}

/** The samples are at axis 0, or there is one without an axis for it. */
export function batchAtFront(samples: number, isUnbatched = false): Batch {
  return { samples, axis: isUnbatched ? null : 0, axes: new Map(), fixed: new Set(), whole: new Set() };
}

/** An input whose first axis has size 1. */
export function isOneSample({ shape }: Tensor): boolean {
  return !isUnknown(shape) && shape[0] === 1;
}

/** `rerun` runs the network on inputs that are changed in shape; undefined where it cannot. */
export function findBatch(
  run: BatchRun,
  rerun: (reshape: (shape: Shape) => Shape) => BatchRun | undefined,
): Batch {
  const { ops } = run.trace;
  const votes = new Set(ops.map(voteOf).filter((vote) => vote !== undefined));
  const isFront = [...votes].every((vote) => vote === 0);
  const shapes = run.inputs.flatMap(({ shape }) => (isUnknown(shape) || shape.length === 0 ? [] : [shape]));
  if (isFront && (shapes[0]?.[0] ?? 1) === 1) return batchAtFront(1);
  // A layer takes the whole input for one sample.
  if (ops.some((op) => voteOf(op) === null && op.inputs.some((each) => run.inputs.includes(each))))
    return batchAtFront(1, true);
  for (let axis = 0; axis < MOST_AXES; axis++) {
    // Where no layer says a word, samples are in front of features, if anywhere.
    if (axis > 0 && !votes.has(axis)) continue;
    const whole = shapes.find(({ length }) => length > axis);
    const samples = whole?.[axis];
    if (typeof samples !== "number" || (votes.size === 0 && whole?.length === 1)) continue;
    const longer = rerun((shape) => shape.map((dim, at) => (at === axis && dim === samples ? dim * 2 : dim)));
    const found = longer && axesOf(run, longer, samples);
    if (found) return { samples, axis, ...found };
    // A program may be written for just so many samples.
    const isWritten = !longer && axis === 0 && isFront && votes.size > 0;
    const written = isWritten && ops.every((op) => seesAll(op, samples)) && inOneRun(run, samples);
    if (written) return written;
  }
  return batchAtFront(1, true);
}

/** Samples in front of all that is not made of weights alone; undefined where something cannot be shared out. */
function inOneRun({ trace: { ops }, inputs }: BatchRun, samples: number): Batch | undefined {
  const batch = { ...batchAtFront(samples), ...onWeightsAlone(ops, samples) };
  const isShared = (tensor: Tensor): boolean => batch.whole.has(tensor) || isShare(elements(tensor), samples);
  const isWhole = ops.every(
    (op) =>
      (batch.fixed.has(op) || (isShare(op.macs, samples) && isShare(op.elementwise, samples))) &&
      [...op.inputs, ...op.outputs].every(isShared),
  );
  return isWhole && inputs.every(isShared) ? batch : undefined;
}

/** What reads parameters, constants and what comes of them, and nothing else. */
function onWeightsAlone(ops: readonly OpRecord[], samples: number): Pick<Batch, "fixed" | "whole"> {
  const whole = new Set<Tensor>();
  const fixed = new Set<OpRecord>();
  for (const op of ops) {
    for (const input of op.inputs) if (input.parameter !== undefined) whole.add(input);
    // What is made of nothing may be made for so many samples.
    const isMade = op.inputs.length + op.weights.length === 0;
    const isFixed = isMade
      ? !op.outputs.every((output) => isShare(elements(output), samples))
      : op.inputs.every((input) => whole.has(input));
    if (!isFixed) continue;
    fixed.add(op);
    for (const output of op.outputs) whole.add(output);
  }
  return { fixed, whole };
}

/** No sample has a part of a MAC, a value or a byte: what is made of several of them together is no sample's. */
function isShare(count: Count, samples: number): boolean {
  return typeof count !== "number" || count % samples === 0;
}

/** An op with a word on it is given all samples of the input, in front. */
function seesAll(op: OpRecord, samples: number): boolean {
  const shape = op.inputs[0]?.shape;
  return voteOf(op) === undefined || (shape !== undefined && !isUnknown(shape) && shape[0] === samples);
}

/** A list of images, which the network itself puts together: each is a sample without an axis for it. */
export function isListOfSamples({ trace, inputs }: BatchRun): boolean {
  const first = trace.ops.find(({ geometry }) => geometry !== undefined);
  const seen = first?.inputs[0]?.shape;
  if (!first || seen === undefined || isUnknown(seen) || inputs.length < 2) return false;
  const isSample = ({ shape }: Tensor): boolean => !isUnknown(shape) && shape.length === seen.length - 1;
  return seen[0] === inputs.length && inputs.every(isSample) && voteOf(first) === 0;
}

/** Time, samples, and what may come before both. */
const MOST_AXES = 3;

/** Where the layer takes samples to be; null: it is given one without an axis for it; undefined: it does not say. */
function voteOf({ batchAxis, geometry, inputs: [input] }: OpRecord): number | null | undefined {
  if (batchAxis !== undefined) return batchAxis;
  if (!geometry || input === undefined || isUnknown(input.shape)) return undefined;
  return input.shape.length > geometry.kernel.length + 1 ? 0 : null;
}

/** Where the samples are in each op's output, if anywhere; undefined where what doubled does not hold samples. */
function axesOf(
  { trace: before, inputs }: BatchRun,
  { trace: after, inputs: longer }: BatchRun,
  samples: number,
): Pick<Batch, "axes" | "fixed" | "whole"> | undefined {
  const isAlike = before.ops.length === after.ops.length && before.gaps.length === after.gaps.length;
  if (!isAlike || before.diagnostics.length !== after.diagnostics.length) return undefined;
  const axes = new Map<Tensor, number | null>();
  const fixed = new Set<OpRecord>();
  const whole = new Set<Tensor>();
  const isSharedOut = (tensors: readonly Tensor[], others: readonly Tensor[]): boolean =>
    tensors.every((tensor, at) => {
      const other = others[at];
      const size = elements(tensor);
      if (other && isSame(size, elements(other))) whole.add(tensor);
      return whole.has(tensor) || isShare(size, samples);
    });
  if (!isSharedOut(inputs, longer)) return undefined;
  let costs = false;
  for (const [index, op] of before.ops.entries()) {
    const other = after.ops[index];
    if (!other || other.name !== op.name) return undefined;
    const grown = op.inputs.map((input, at) => grownAxes(input.shape, other.inputs[at]?.shape));
    if (grown.includes(undefined)) return undefined;
    const isFed = grown.some((list) => list && list.length > 0);
    if (typeof op.macs !== typeof other.macs) return undefined;
    if (typeof op.macs === "number" && other.macs !== op.macs * (isFed ? 2 : 1)) return undefined;
    costs ||= isFed && op.macs !== 0;
    const vote = voteOf(op);
    if (isFed && vote !== undefined && grown[0]?.join() !== `${vote}`) return undefined;
    if (!isSharedOut(op.inputs, other.inputs) || !isSharedOut(op.outputs, other.outputs)) return undefined;
    if (isSame(op.macs, other.macs) && isSame(op.elementwise, other.elementwise)) fixed.add(op);
    else if (!isShare(op.macs, samples) || !isShare(op.elementwise, samples)) return undefined;
    for (const [at, output] of op.outputs.entries()) {
      const list = grownAxes(output.shape, other.outputs[at]?.shape);
      if (list && list[0] !== 0) axes.set(output, list[0] ?? null);
    }
  }
  return costs ? { axes, fixed, whole } : undefined;
}

/** An unknown count stays unknown, whatever it is shared out over. */
function isSame(count: Count, other: Count): boolean {
  return typeof count !== "number" || count === other;
}

/** The axes that are twice as long; undefined where the shapes differ otherwise. */
function grownAxes(
  before: Tensor["shape"],
  after: Tensor["shape"] | undefined,
): readonly number[] | undefined {
  if (after === undefined || isUnknown(before) !== isUnknown(after)) return undefined;
  if (isUnknown(before) || isUnknown(after)) return [];
  const wider: Shape = after;
  if (before.length !== wider.length) return undefined;
  return before.flatMap((size, axis) => (size === wider[axis] || isUnknown(size) ? [] : [axis]));
}
