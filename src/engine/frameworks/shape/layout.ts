/**
 * Views: a shape with a stride for each axis and an offset into the elements of the tensor below. Every view op is
 * a change of these three, and reading the elements through them gives its data. Strides are NaN where a size is
 * unknown; there are no elements to read then.
 */
import type { Dim, Shape } from "../../interpret/values.ts";
import { Unknown } from "../../interpret/values.ts";
import { axesMisfit, axisOf, derived, isKnown, MAX_DATA, Misfit, showShape } from "./dims.ts";

export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

export function contiguous(shape: Shape): Layout {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    const dim = shape[axis];
    step *= typeof dim === "number" ? dim : Number.NaN;
  }
  return { shape, strides, offset: 0 };
}

/** Elements seen through a view, in row-major order; undefined where they are too many to keep. */
export function read(data: readonly number[], view: Layout): readonly number[] | undefined {
  if (!isKnown(view.shape)) return undefined;
  const seen = view.shape.reduce((product, size) => product * size, 1);
  if (!(seen <= Math.max(data.length, MAX_DATA))) return undefined;
  const result: number[] = [];
  const { shape, strides } = view;
  const walk = (axis: number, at: number): void => {
    if (axis === shape.length) {
      result.push(data[at]!);
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) walk(axis + 1, at + i * strides[axis]!);
  };
  if (Number.isNaN(view.offset)) return undefined;
  walk(0, view.offset);
  return result;
}

export function permute(view: Layout, axes: readonly number[]): Layout | Misfit {
  const order = axes.map((axis) => axisOf(axis, view.shape.length));
  if (
    order.length !== view.shape.length ||
    new Set(order).size !== order.length ||
    order.includes(undefined)
  ) {
    return axesMisfit(`cannot order the axes of ${showShape(view.shape)} as (${axes.join(", ")})`);
  }
  return {
    shape: order.map((axis) => view.shape[axis!]!),
    strides: order.map((axis) => view.strides[axis!]!),
    offset: view.offset,
  };
}

export function swap(view: Layout, a: number, b: number): Layout | Misfit {
  const rank = view.shape.length;
  if (rank === 0 && [0, -1].includes(a) && [0, -1].includes(b)) return view;
  const first = axisOf(a, rank);
  const second = axisOf(b, rank);
  if (first === undefined || second === undefined) {
    return axesMisfit(`cannot swap axes ${a} and ${b} of ${showShape(view.shape)}`);
  }
  const order = view.shape.map((_, axis) => axis);
  order[first] = second;
  order[second] = first;
  return permute(view, order);
}

export function moveAxes(view: Layout, from: readonly number[], to: readonly number[]): Layout | Misfit {
  const rank = view.shape.length;
  const source = from.map((axis) => axisOf(axis, rank));
  const target = to.map((axis) => axisOf(axis, rank));
  if (source.includes(undefined) || target.includes(undefined) || source.length !== target.length) {
    return new Misfit(
      `cannot move axes (${from.join(", ")}) of ${showShape(view.shape)} to (${to.join(", ")})`,
    );
  }
  const rest = view.shape.map((_, axis) => axis).filter((axis) => !source.includes(axis));
  const order = view.shape.map((_, axis) => {
    const moved = target.indexOf(axis);
    return moved >= 0 ? source[moved]! : rest.shift()!;
  });
  return permute(view, order);
}

export function insertAxis(view: Layout, axis: number): Layout | Misfit {
  const at = axisOf(axis, view.shape.length + 1);
  if (at === undefined) return new Misfit(`cannot insert axis ${axis} into ${showShape(view.shape)}`);
  return {
    shape: view.shape.toSpliced(at, 0, 1),
    strides: view.strides.toSpliced(at, 0, 0),
    offset: view.offset,
  };
}

/** Drops axes of size 1: all of them, or the ones named when their size is 1. */
export function squeeze(view: Layout, axes?: readonly number[]): Layout | Misfit {
  const rank = view.shape.length;
  const named = axes?.map((axis) => axisOf(axis, Math.max(rank, 1)));
  if (named?.includes(undefined)) {
    return axesMisfit(`${showShape(view.shape)} has no axis ${axes?.[named.indexOf(undefined)]}`);
  }
  const keep = (axis: number): boolean =>
    view.shape[axis] !== 1 || (named !== undefined && !named.includes(axis));
  return {
    shape: view.shape.filter((_, axis) => keep(axis)),
    strides: view.strides.filter((_, axis) => keep(axis)),
    offset: view.offset,
  };
}

export function select(view: Layout, axis: number, index: Dim): Layout | Misfit {
  const size = view.shape[axis];
  let at = Number.NaN;
  if (typeof index === "number" && typeof size === "number") {
    const found = axisOf(index, size);
    if (found === undefined) {
      return new Misfit(`index ${index} is out of range for axis ${axis} of ${showShape(view.shape)}`);
    }
    at = found;
  }
  return {
    shape: view.shape.toSpliced(axis, 1),
    strides: view.strides.toSpliced(axis, 1),
    offset: view.offset + at * view.strides[axis]!,
  };
}

/** `start:stop:step` of one axis; a bound that is undefined was left out. */
export function slice(
  view: Layout,
  axis: number,
  start: Dim | undefined,
  stop: Dim | undefined,
  step: number,
): Layout {
  const size = view.shape[axis]!;
  const stride = view.strides[axis]!;
  const whole = (start === undefined || start === 0) && (stop === undefined || stop === size);
  if (whole && step === 1) return view;
  const unknown = [size, start ?? 0, stop ?? 0].find((dim) => dim instanceof Unknown);
  if (unknown instanceof Unknown || typeof size !== "number") {
    return {
      shape: view.shape.with(axis, derived(unknown ?? size)),
      strides: view.strides.with(axis, Number.NaN),
      offset: Number.NaN,
    };
  }
  // Backwards, an end that is left out lies before the first element.
  const least = step < 0 ? -1 : 0;
  const most = size + least;
  const from = clamp(start as number | undefined, step < 0 ? most : least, least, most, size);
  const to = clamp(stop as number | undefined, step < 0 ? least : most, least, most, size);
  return {
    shape: view.shape.with(axis, Math.max(0, Math.ceil((to - from) / step))),
    strides: view.strides.with(axis, stride * step),
    offset: view.offset + from * stride,
  };
}

function clamp(
  bound: number | undefined,
  fallback: number,
  least: number,
  most: number,
  size: number,
): number {
  if (bound === undefined) return fallback;
  return Math.min(Math.max(bound < 0 ? bound + size : bound, least), most);
}

/** Stretches axes of size 1 and adds axes in front; -1 keeps a size. */
export function expand(view: Layout, sizes: readonly Dim[]): Layout | Misfit {
  const added = sizes.length - view.shape.length;
  const misfit = new Misfit(`cannot expand ${showShape(view.shape)} to ${showShape(sizes)}`);
  if (added < 0) return misfit;
  const shape: Dim[] = [];
  const strides: number[] = [];
  for (const [axis, size] of sizes.entries()) {
    const own = axis < added ? 1 : view.shape[axis - added]!;
    const stride = axis < added ? 0 : view.strides[axis - added]!;
    if (size === -1 && axis < added) return misfit;
    const next = size === -1 ? own : size;
    if (own !== 1 && typeof own === "number" && typeof next === "number" && own !== next) return misfit;
    shape.push(own !== 1 && typeof own === "number" ? own : next);
    strides.push(own === 1 ? 0 : stride);
  }
  return { shape, strides, offset: view.offset };
}

export function flip(view: Layout, axes: readonly number[]): Layout | Misfit {
  let offset = view.offset;
  const strides = [...view.strides];
  const flipped = new Set<number>();
  for (const axis of axes) {
    const at = axisOf(axis, view.shape.length);
    if (at === undefined) return axesMisfit(`${showShape(view.shape)} has no axis ${axis}`);
    if (flipped.has(at)) return new Misfit(`cannot flip axis ${axis} of ${showShape(view.shape)} twice`);
    flipped.add(at);
    const size = view.shape[at]!;
    offset += (typeof size === "number" ? size - 1 : Number.NaN) * strides[at]!;
    strides[at] = -strides[at]!;
  }
  return { shape: view.shape, strides, offset };
}

/** Sliding windows of one axis as a new last axis. */
export function unfold(view: Layout, axis: number, size: number, step: number): Layout | Misfit {
  const at = axisOf(axis, view.shape.length);
  const length = at === undefined ? undefined : view.shape[at]!;
  if (at === undefined || (typeof length === "number" && length < size)) {
    return new Misfit(`cannot take windows of ${size} along axis ${axis} of ${showShape(view.shape)}`);
  }
  const count = typeof length === "number" ? Math.floor((length - size) / step) + 1 : derived(length!);
  return {
    shape: [...view.shape.with(at, count), size],
    strides: [...view.strides.with(at, view.strides[at]! * step), view.strides[at]!],
    offset: view.offset,
  };
}

/** The diagonal of two axes as a new last axis. */
export function diagonal(view: Layout, offset: number, a: number, b: number): Layout | Misfit {
  const rank = view.shape.length;
  const first = axisOf(a, rank);
  const second = axisOf(b, rank);
  if (first === undefined || second === undefined || first === second) {
    return new Misfit(`${showShape(view.shape)} has no diagonal of axes ${a} and ${b}`);
  }
  const rows = view.shape[first]!;
  const columns = view.shape[second]!;
  const skip = offset >= 0 ? offset * view.strides[second]! : -offset * view.strides[first]!;
  const rest = view.shape.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const unknown = typeof rows === "number" ? columns : rows;
  const size =
    typeof rows === "number" && typeof columns === "number"
      ? Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns))
      : derived(unknown);
  return {
    shape: [...rest.map((axis) => view.shape[axis]!), size],
    strides: [...rest.map((axis) => view.strides[axis]!), view.strides[first]! + view.strides[second]!],
    offset: size === 0 ? view.offset : view.offset + skip,
  };
}

/** Repeats the whole along each axis; more counts than axes add axes in front. */
export function tile(shape: Shape, counts: readonly Dim[]): Shape | Misfit {
  const added = counts.length - shape.length;
  if (added < 0) return new Misfit(`cannot repeat ${showShape(shape)} with ${counts.length} counts`);
  return counts.map((count, axis) => {
    const size = axis < added ? 1 : shape[axis - added]!;
    if (count === 1) return size;
    if (size === 1) return count;
    if (typeof size !== "number") return derived(size);
    return typeof count === "number" ? size * count : derived(count);
  });
}

/** Elements of `tile`. */
export function tileData(
  data: readonly number[],
  shape: readonly number[],
  counts: readonly number[],
): number[] {
  const added = counts.length - shape.length;
  const sizes = counts.map((_, axis) => (axis < added ? 1 : shape[axis - added]!));
  const strides = contiguous(sizes).strides;
  const result: number[] = [];
  const walk = (axis: number, at: number): void => {
    if (axis === sizes.length) {
      result.push(data[at]!);
      return;
    }
    const size = sizes[axis]!;
    for (let i = 0; i < size * counts[axis]!; i++) walk(axis + 1, at + (i % size) * strides[axis]!);
  };
  walk(0, 0);
  return result;
}
