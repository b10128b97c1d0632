/**
 * Sizes that may be unknown, and shapes made of them. A rule answers a shape, or a `Misfit`: a plain sentence
 * on why the shapes do not go together, for the caller to report.
 */
import { type Dim, type Shape, Unknown } from "../../interpret/values.ts";

/** Elements of a tensor that are kept at most; a larger one is only a shape. */
export const MAX_DATA = 4096;

/** Why shapes do not fit, as a sentence without its subject: "cannot view 12 elements as 5×3". */
export class Misfit {
  constructor(
    readonly message: string,
    /** The likeliest shape to go on with. */
    readonly guess?: Shape,
    /** It is the number of axes that does not fit. */
    readonly isOfAxes = false,
  ) {}
}

export function axesMisfit(message: string): Misfit {
  return new Misfit(message, undefined, true);
}

export function isMisfit(value: unknown): value is Misfit {
  return value instanceof Misfit;
}

export function showDim(dim: Dim): string {
  return typeof dim === "number" ? String(dim) : "?";
}

/** `1×64×56×56`; a scalar is "a scalar". */
export function showShape(shape: Shape | Unknown): string {
  if (shape instanceof Unknown) return "an unknown shape";
  return shape.length === 0 ? "a scalar" : shape.map(showDim).join("×");
}

/** A product whose unknown factors are kept apart, so that they can cancel. */
export interface Volume {
  readonly known: number;
  readonly unknowns: readonly Unknown[];
}

export function volume(dims: readonly Dim[]): Volume {
  let known = 1;
  const unknowns: Unknown[] = [];
  for (const dim of dims) {
    if (typeof dim === "number") known *= dim;
    else unknowns.push(dim);
  }
  return { known, unknowns };
}

/** A size computed from one that may be unknown: it is unknown too, but not equal to it. */
export function derived(dim: Dim): Dim {
  return typeof dim === "number" ? dim : new Unknown(dim.reason, dim.at);
}

/** Product of sizes. A single unknown size stays itself. */
export function numel(shape: Shape | Unknown): Dim {
  if (shape instanceof Unknown) return shape;
  const { known, unknowns } = volume(shape);
  const first = unknowns[0];
  if (known === 0 || first === undefined) return known;
  return known === 1 && unknowns.length === 1 ? first : derived(first);
}

export function isKnown(shape: Shape | Unknown): shape is readonly number[] {
  return !(shape instanceof Unknown) && shape.every((dim) => typeof dim === "number");
}

/** Factors of `dims` that are left when the unknown ones of `others` are taken out. */
function without(dims: readonly Unknown[], others: readonly Unknown[]): Unknown[] {
  const left = [...others];
  return dims.filter((dim) => {
    const at = left.indexOf(dim);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}

/** An axis counted from either end; undefined when there is none. */
export function axisOf(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : undefined;
}

/** With another size of one axis; unknown where there is no such axis. */
export function sizedAlong(shape: Shape, axis: number, size: Dim): Shape | Unknown {
  const at = axisOf(axis, shape.length);
  return at === undefined ? new Unknown(`${showShape(shape)} has no axis ${axis}`) : shape.with(at, size);
}

/** Size of two axes broadcast against each other; undefined when they do not fit. */
export function broadcastDim(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a !== "number") return b;
  return typeof b === "number" ? undefined : a;
}

/** Shape of shapes broadcast against each other, aligned at their last axes. */
export function broadcast(...shapes: readonly Shape[]): Shape | Misfit {
  let result: Dim[] = [];
  for (const shape of shapes) {
    const rank = Math.max(result.length, shape.length);
    const next: Dim[] = [];
    for (let axis = 0; axis < rank; axis++) {
      const a = result[axis - rank + result.length] ?? 1;
      const b = shape[axis - rank + shape.length] ?? 1;
      const dim = broadcastDim(a, b);
      if (dim === undefined) {
        return new Misfit(`${showShape(result)} and ${showShape(shape)} do not fit: ${a} against ${b}`);
      }
      next.push(dim);
    }
    result = next;
  }
  return result;
}

/**
 * Target of a reshape with its -1 solved. Unknown factors that both sides share cancel, so
 * `x.view(x.size(0), -1)` is known as far as the other axes are.
 */
export function reshape(shape: Shape | Unknown, target: readonly Dim[]): Shape | Misfit {
  const open = target.indexOf(-1);
  if (target.some((dim, axis) => typeof dim === "number" && (dim < -1 || (dim === -1 && axis !== open)))) {
    return new Misfit(`cannot reshape to ${showShape(target)}`);
  }
  const fixed = volume(target.filter((_, axis) => axis !== open));
  if (shape instanceof Unknown) {
    return open < 0 ? target : target.with(open, shape);
  }
  const total = volume(shape);
  const missing = without(total.unknowns, fixed.unknowns);
  const extra = without(fixed.unknowns, total.unknowns);
  const misfit = new Misfit(`cannot reshape ${showShape(shape)} to ${showTarget(target)}`);
  if (total.known === 0 && fixed.known === 0) return open < 0 ? target : target.with(open, 0);
  if (missing.length === 0 && extra.length === 0) {
    const quotient = total.known / fixed.known;
    if (open < 0) return quotient === 1 ? target : misfit;
    return Number.isInteger(quotient) ? target.with(open, quotient) : misfit;
  }
  if (open >= 0) {
    const whole = missing.length === 1 && extra.length === 0 && total.known === fixed.known;
    return target.with(open, whole ? missing[0]! : derived(missing[0] ?? extra[0]!));
  }
  if (missing.length === 0 && extra.length === 1) {
    const quotient = total.known / fixed.known;
    return Number.isInteger(quotient) ? target.with(target.indexOf(extra[0]!), quotient) : misfit;
  }
  return target;
}

function showTarget(target: readonly Dim[]): string {
  return target.length === 0 ? "a scalar" : target.map(showDim).join("×");
}

/** Merges the axes `start` to `end` (inclusive) into one. */
export function flatten(shape: Shape, start: number, end: number): Shape | Misfit {
  if (shape.length === 0) return [1];
  const from = axisOf(start, shape.length);
  const to = axisOf(end, shape.length);
  if (from === undefined || to === undefined || from > to) {
    return new Misfit(`cannot flatten axes ${start} to ${end} of ${showShape(shape)}`);
  }
  if (from === to) return shape;
  return [...shape.slice(0, from), numel(shape.slice(from, to + 1)), ...shape.slice(to + 1)];
}

/** Splits one axis into several, one of which may be -1. */
export function unflatten(shape: Shape, axis: number, sizes: readonly Dim[]): Shape | Misfit {
  const at = axisOf(axis, shape.length);
  if (at === undefined) return axesMisfit(`${showShape(shape)} has no axis ${axis}`);
  const inner = reshape([shape[at]!], sizes);
  return isMisfit(inner) ? inner : [...shape.slice(0, at), ...inner, ...shape.slice(at + 1)];
}

/** Axes of a reduction, sorted; undefined when one does not exist. All of them when none are named. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] | undefined {
  if (axes.length === 0) return Array.from({ length: rank }, (_, axis) => axis);
  const found = new Set<number>();
  for (const axis of axes) {
    const at = axisOf(axis, Math.max(rank, 1));
    if (at === undefined) return undefined;
    if (rank > 0) found.add(at);
  }
  return [...found].sort((a, b) => a - b);
}

/** Shape after a reduction over sorted axes. */
export function reduce(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  const taken = new Set(axes);
  if (keep) return shape.map((dim, axis) => (taken.has(axis) ? 1 : dim));
  return shape.filter((_, axis) => !taken.has(axis));
}
