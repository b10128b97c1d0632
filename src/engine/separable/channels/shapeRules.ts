/** How channels go through ops without weights: elementwise ones, windows, joins, cuts, and changes of axes. */
import type { OpRecord } from "../../interpret/trace.ts";
import type { Tensor } from "../../interpret/values.ts";
import { type Axes, broadcast, convAxis, type Follower, LOST, type Outcome, shapeOf } from "./follow.ts";
import { reshapeSizes } from "./reshape.ts";
import { cut, demand, fixed, isFixed, keep, multiply, resolve, type Size, total, unify } from "./widths.ts";

/** Ops that make a new tensor, like another one or not. */
const MAKING = /^(new_|zeros|ones|full|empty|rand|arange|eye|one_hot)/;
const PERMUTING =
  /^(permute|transpose|swap_?axes|swapdims|move(dim|axis)|t|T|mT|adjoint|rearrange|einops.*)_?$/;
const CONCATENATING = /^(cat|concat.*|[hvd]stack|column_stack)$/i;
const REPEATING = /^(repeat.*|tile|up_?sampling.*)$/i;
/** Ops that move elements between the channel axis and others, by the ratio of the sizes. */
const REGROUPING = /^(pixel_(un)?shuffle|unfold|fold|im2col|depth_to_space|space_to_depth|channel_shuffle)$/;

export function shapeRule(op: OpRecord, follower: Follower): Outcome {
  const operands = [...op.inputs, ...op.weights];
  const [first] = operands;
  const [output] = op.outputs;
  if (!output || !first) return [];
  if (op.outputs.length > 1) return several(op, follower.axesOf(first));
  if (MAKING.test(op.name)) return [follower.axesOf(output)];
  const axes = follower.axesOf(first);
  const [before, after] = [shapeOf(first), shapeOf(output)];
  if (CONCATENATING.test(op.name))
    return concatenate(
      operands.map((one) => follower.axesOf(one)),
      after,
    );
  if (operands.length === 1) {
    if (op.axes) return [op.axes.map((axis) => axes[axis] ?? fixed(1))];
    if (PERMUTING.test(op.name)) return [permute(axes, after)];
    if (REGROUPING.test(op.name)) return regroup(axes, after);
    if (count(before) === count(after) && before.join() !== after.join())
      return [reshapeSizes(axes, after, readAs(output, follower))];
  }
  if (after.length < before.length) return oneOrLost(reduce(axes, after));
  const all = operands.map((operand) => follower.axesOf(operand));
  if (after.length > before.length && all.every((sizes) => sizes.length < after.length))
    return [grow(op, all, after)];
  return [broadcast(after, [alongAxes(op, axes, after), ...all.slice(1)])];
}

function oneOrLost(axes: Axes | undefined): Outcome {
  return axes && [axes];
}

/** Axes that keep their size are the same; a window or a resize changes only fixed ones. */
function alongAxes(op: OpRecord, axes: Axes, after: readonly number[]): Size[] {
  const missing = after.length - axes.length;
  return after.map((size, at) => {
    const before = axes[at - missing];
    if (!before) return fixed(size);
    const was = total(before);
    if (was === size) return before;
    if (was === 1 || isFixed(before)) return fixed(size);
    if (REPEATING.test(op.name) && size % was === 0) return multiply(before, size / was);
    const part = resolve(before).length === 1 && size < was ? cut(before, 0, size) : undefined;
    return part ?? lost(before, size);
  });
}

function lost(size: Size, length: number): Size {
  if (!isFixed(size)) keep(size, LOST);
  return fixed(length);
}

/** By sizes alone; axes that could be mistaken for channels make them stay. */
function permute(axes: Axes, after: readonly number[]): Axes {
  const left = [...axes];
  return after.map((length) => {
    const alike = left.filter((size) => length > 1 && total(size) === length);
    if (alike.length > 1 && alike.some((size) => !isFixed(size))) for (const size of alike) keep(size, LOST);
    const at = left.findIndex((size) => total(size) === length);
    return left.splice(at, at < 0 ? 0 : 1)[0] ?? fixed(length);
  });
}

function concatenate(operands: readonly Axes[], after: readonly number[]): Outcome {
  const [first] = operands;
  if (!first || operands.some((axes) => axes.length !== after.length)) return undefined;
  const along = after.findIndex((size, at) => size !== total(first[at] ?? []));
  if (along < 0) return [first];
  const parts = operands.map((axes) => axes[along] ?? []);
  const sum = parts.reduce((length, part) => length + total(part), 0);
  // A tensor that is taken several times stands in the trace once.
  const times = parts.length === 1 ? (after[along] ?? 0) / sum : 1;
  if (sum * times !== after[along] || !Number.isInteger(times)) return undefined;
  const joined = times > 1 ? multiply(parts[0] ?? [], times) : resolve(parts.flat());
  return [broadcast(after, operands).with(along, joined)];
}

/** Consecutive parts along one axis, or slices that drop it. */
function several(op: OpRecord, axes: Axes): Outcome {
  let start = 0;
  return op.outputs.map((output): Axes => {
    const after = shapeOf(output);
    if (after.length !== axes.length)
      return (after.length < axes.length ? reduce(axes, after) : undefined) ?? after.map(fixed);
    const along = after.findIndex((size, at) => size !== total(axes[at] ?? []));
    const [whole, length] = [axes[along], after[along]];
    if (!whole || length === undefined) return axes;
    const part = cut(whole, start, length);
    start += length;
    return axes.with(along, part ?? lost(whole, length));
  });
}

/** Axes are dropped: the ones that stay are in order, and channels stay where they can. */
function reduce(axes: Axes, after: readonly number[]): Axes | undefined {
  const chosen = subsequence(axes, after);
  return chosen?.map((axis) => axes[axis] ?? fixed(1));
}

/** Axes are added: stacking, and broadcasting to more axes. */
function grow(op: OpRecord, operands: readonly Axes[], after: readonly number[]): Axes {
  const [first = [], ...more] = operands;
  const chosen = subsequence(after.map(fixed), first.map(total));
  if (!chosen) return alongAxes(op, first, after);
  for (const other of more) {
    first.forEach((size, at) => {
      const own = other[at];
      if (own && total(own) === total(size)) unify(size, own);
    });
  }
  const result: Size[] = after.map(fixed);
  chosen.forEach((axis, at) => {
    result[axis] = first[at] ?? fixed(1);
  });
  return result;
}

function regroup(axes: Axes, after: readonly number[]): Outcome {
  const axis = axes.findIndex((size) => !isFixed(size));
  const channels = axes[axis];
  if (!channels) return [after.map(fixed)];
  const [was, now] = [total(channels), after[axis]];
  if (now === undefined) return undefined;
  const result: Size[] = after.map(fixed);
  if (now % was === 0) return [result.with(axis, multiply(channels, now / was))];
  if (was % now !== 0) return undefined;
  demand(channels, was / now);
  return [result.with(axis, multiply(channels, 1, was / now))];
}

/** The channel axis that the convolution has which reads this, past ops that keep its shape. */
function readAs(tensor: Tensor, follower: Follower): number | undefined {
  let at = tensor;
  for (let step = 0; step < READ_AHEAD; step++) {
    const reader = follower.readerOf(at);
    const output = reader?.outputs[0];
    if (!reader || !output) return undefined;
    if (reader.geometry) return convAxis(reader, at, output, follower);
    if (shapeOf(output).join() !== shapeOf(at).join()) return undefined;
    at = output;
  }
  return undefined;
}

const READ_AHEAD = 6;

/** Which axes of the longer shape the shorter one has, in order; the most that vary, then the first. */
function subsequence(axes: Axes, shape: readonly number[]): readonly number[] | undefined {
  let best: { readonly axes: readonly number[]; readonly varying: number } | undefined;
  const walk = (from: number, chosen: readonly number[], varying: number): void => {
    if (chosen.length === shape.length) {
      if (!best || varying > best.varying) best = { axes: chosen, varying };
      return;
    }
    for (const [at, size] of axes.entries()) {
      if (at < from || total(size) !== shape[chosen.length]) continue;
      walk(at + 1, [...chosen, at], varying + (isFixed(size) ? 0 : 1));
    }
  };
  walk(0, [], 0);
  return best?.axes;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
