/**
 * Subscripts of tensors as torch and NumPy write them: integers, slices, new axes, an ellipsis, integer tensors and
 * boolean masks.
 */
import { type Dim, type Shape, Unknown } from "../../interpret/values.ts";
import { broadcast, isKnown, isMisfit, Misfit, numel, showShape } from "./dims.ts";
import { contiguous, expand, insertAxis, type Layout, read, select, slice } from "./layout.ts";

export type IndexItem =
  | { readonly kind: "at"; readonly index: Dim }
  | {
      readonly kind: "slice";
      readonly start: Dim | undefined;
      readonly stop: Dim | undefined;
      readonly step: number;
    }
  | { readonly kind: "newAxis" }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "gather"; readonly shape: Shape; readonly data?: readonly number[] | undefined }
  /** `count`: how many elements the mask takes. */
  | {
      readonly kind: "mask";
      readonly shape: Shape;
      readonly count: Dim;
      readonly data?: readonly number[] | undefined;
    };

export interface Indexed {
  readonly shape: Shape;
  /** Integers, slices and new axes alone: a view of the tensor. */
  readonly view: boolean;
  readonly data?: readonly number[] | undefined;
}

interface Gather {
  readonly axis: number;
  readonly shape: Shape;
  readonly data: readonly number[] | undefined;
}

const WHOLE: IndexItem = { kind: "slice", start: undefined, stop: undefined, step: 1 };

export function index(shape: Shape, items: readonly IndexItem[], data?: readonly number[]): Indexed | Misfit {
  const full = fill(items, shape.length);
  if (full === undefined) {
    return new Misfit(`too many indices for ${showShape(shape)}`);
  }
  let view: Layout = contiguous(shape);
  let axis = 0;
  const gathers: Gather[] = [];
  for (const item of full) {
    let next: Layout | Misfit = view;
    if (item.kind === "at") next = select(view, axis, item.index);
    else if (item.kind === "slice") next = slice(view, axis++, item.start, item.stop, item.step);
    else if (item.kind === "newAxis") next = insertAxis(view, axis++);
    else if (item.kind === "gather") gathers.push({ axis: axis++, shape: item.shape, data: item.data });
    else if (item.kind === "mask") {
      const covered = view.shape.slice(axis, axis + item.shape.length);
      const fits = covered.every((dim, i) => !differ(dim, item.shape[i]!));
      if (!fits) return new Misfit(`the mask ${showShape(item.shape)} does not fit ${showShape(covered)}`);
      gathers.push(...maskGathers(item, axis));
      axis += item.shape.length;
    }
    if (isMisfit(next)) return next;
    view = next;
  }
  if (gathers.length > 0) return gather(view, gathers, data);
  const seen = data && read(data, view);
  return { shape: view.shape, view: true, data: seen };
}

function differ(a: Dim, b: Dim): boolean {
  return typeof a === "number" && typeof b === "number" && a !== b;
}

/** Replaces the ellipsis, and adds what is left out at the end, by whole slices. */
function fill(items: readonly IndexItem[], rank: number): readonly IndexItem[] | undefined {
  let used = 0;
  for (const item of items) {
    if (item.kind === "mask") used += item.shape.length;
    else if (item.kind !== "newAxis" && item.kind !== "ellipsis") used++;
  }
  if (used > rank) return undefined;
  const rest = new Array<IndexItem>(rank - used).fill(WHOLE);
  const at = items.findIndex((item) => item.kind === "ellipsis");
  return at < 0 ? [...items, ...rest] : [...items.slice(0, at), ...rest, ...items.slice(at + 1)];
}

/** A mask is one list of positions for each of its axes. */
function maskGathers(mask: IndexItem & { kind: "mask" }, axis: number): Gather[] {
  const { data, shape } = mask;
  const strides = contiguous(shape).strides;
  const taken = data && isKnown(shape) ? [...data.keys()].filter((i) => data[i]) : undefined;
  return shape.map((size, i) => ({
    axis: axis + i,
    shape: [mask.count],
    data: taken?.map((at) => Math.floor(at / strides[i]!) % (size as number)),
  }));
}

/** Indices that broadcast replace their axes: in place when they are neighbours, else in front. */
function gather(view: Layout, gathers: readonly Gather[], data?: readonly number[]): Indexed | Misfit {
  const common = broadcast(...gathers.map((g) => g.shape));
  if (isMisfit(common)) return new Misfit(`indices of shapes ${common.message}`);
  const axes = gathers.map((g) => g.axis);
  for (const { axis, data: at } of gathers) {
    const size = view.shape[axis]!;
    const out = typeof size === "number" ? at?.find((i) => i < -size || i >= size) : undefined;
    if (out !== undefined) {
      return new Misfit(`index ${out} is out of range for axis ${axis} of ${showShape(view.shape)}`);
    }
  }
  const neighbours = axes.every((axis, i) => i === 0 || axis === axes[i - 1]! + 1);
  const place = neighbours ? axes[0]! : 0;
  const rest = view.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const before = rest.filter((axis) => neighbours && axis < place);
  const after = rest.filter((axis) => !neighbours || axis > place);
  const shape = [...sizes(view, before), ...common, ...sizes(view, after)];
  const positions = data && gatherPositions(view, gathers, common);
  if (!data || !positions || numel(shape) instanceof Unknown) return { shape, view: false };
  const result: number[] = [];
  const heads = offsets(view, before);
  const tails = offsets(view, after);
  for (const head of heads) {
    for (const at of positions) for (const tail of tails) result.push(data[view.offset + head + at + tail]!);
  }
  return { shape, view: false, data: result };
}

function sizes(view: Layout, axes: readonly number[]): Dim[] {
  return axes.map((axis) => view.shape[axis]!);
}

/** Offset of every combination of indices of these axes. */
function offsets(view: Layout, axes: readonly number[]): readonly number[] {
  let result = [0];
  for (const axis of axes) {
    const size = view.shape[axis] as number;
    result = result.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * view.strides[axis]!));
  }
  return result;
}

function gatherPositions(
  view: Layout,
  gathers: readonly Gather[],
  common: Shape,
): readonly number[] | undefined {
  if (!isKnown(view.shape) || !isKnown(common) || Number.isNaN(view.offset)) return undefined;
  const result = new Array<number>(common.reduce((a, b) => a * b, 1)).fill(0);
  for (const { axis, shape, data } of gathers) {
    const stretched = data && expand(contiguous(shape), common);
    const at = !stretched || isMisfit(stretched) ? undefined : read(data, stretched);
    if (!at) return undefined;
    const size = view.shape[axis]!;
    for (const [i, position] of at.entries()) {
      result[i] = result[i]! + (position < 0 ? position + size : position) * view.strides[axis]!;
    }
  }
  return result;
}
