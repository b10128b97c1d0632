/** numpy's arrays: tensors with their elements, when these are few and known. */
import type { Interp } from "../../../interpret/interp.ts";
import {
  type ClassValue,
  Float,
  isUnknown,
  List,
  type Shape,
  Slice,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toIndex, unwrap } from "../core.ts";
import { sliceBounds } from "../items.ts";
import { items } from "../sequences.ts";
import { plainElement, scalar } from "./npscalars.ts";

/** Arrays up to this size keep their elements. */
export const MOST_ELEMENTS = 4096;

/** An array whose every size and element is known. */
export interface Elements {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** So many elements, one by one; undefined where they are too many to keep, for then only the shape counts. */
export function elementsBy(count: number, element: (index: number) => number): readonly number[] | undefined {
  return count <= MOST_ELEMENTS ? Array.from({ length: count }, (_, index) => element(index)) : undefined;
}

export function makeArray(
  cls: ClassValue,
  shape: Shape | Unknown,
  dtype: string,
  data?: readonly number[],
): Tensor {
  const array = new Tensor(
    shape,
    dtype,
    data !== undefined && data.length <= MOST_ELEMENTS ? data : undefined,
  );
  array.cls = cls;
  return array;
}

function dtypeOf(value: Value): string | undefined {
  const plain = unwrap(value);
  if (typeof plain === "boolean") return "bool";
  if (typeof plain === "number") return "int64";
  return plain instanceof Float ? "float64" : undefined;
}

const RANK: readonly string[] = [
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "float32",
  "float64",
];

export function widest(a: string, b: string): string {
  return RANK.indexOf(a) >= RANK.indexOf(b) ? a : b;
}

export function isKnown(
  tensor: Tensor,
): tensor is Tensor & { shape: readonly number[]; data: readonly number[] } {
  return (
    tensor.data !== undefined &&
    !isUnknown(tensor.shape) &&
    tensor.shape.every((dim) => typeof dim === "number")
  );
}

/** Reads numbers, nested sequences and arrays; undefined when an element is none of these or not known. */
export function elementsOf(interp: Interp, value: Value): Elements | undefined {
  if (value instanceof Tensor) {
    return isKnown(value) ? { shape: value.shape, dtype: value.dtype, data: value.data } : undefined;
  }
  const scalar = dtypeOf(value);
  if (scalar !== undefined) return { shape: [], dtype: scalar, data: [toNumber(value) ?? 0] };
  if (isUnknown(value) || value === null || typeof value === "string") return undefined;
  const all =
    toItems(value) ??
    (typeof value === "object" && /^(range|iter)$/.test(value.kind) ? items(interp, value) : undefined);
  if (all === undefined || isUnknown(all)) return undefined;
  interp.tick(2 + (all.length >> 4));
  const row = scalarsOf(all);
  if (row) return row;
  const parts = interp.nested(() => rowsOf(interp, all));
  if (parts === undefined || isUnknown(parts)) return undefined;
  const [first] = parts;
  if (!first) return { shape: [0], dtype: "float64", data: [] };
  return {
    shape: [parts.length, ...first.shape],
    dtype: parts.reduce((dtype, part) => widest(dtype, part.dtype), "bool"),
    data: parts.flatMap((part) => [...part.data]),
  };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The shape of two broadcast together; undefined when they do not fit. */
function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    shape.push(x === 1 ? y : x);
  }
  return shape;
}

/** Place of an element of the broadcast shape in one operand's data. */
function placeIn(operand: Elements, shape: readonly number[], index: number): number {
  let place = 0;
  let stride = 1;
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    const at = rest % size;
    rest = Math.floor(rest / size);
    const own = operand.shape[axis - shape.length + operand.shape.length];
    if (own === undefined) continue;
    if (own !== 1) place += at * stride;
    stride *= own;
  }
  return place;
}

export function zipElements(
  a: Elements,
  b: Elements,
  dtype: string,
  rule: (x: number, y: number) => number,
): Shown | undefined {
  const shape = broadcast(a.shape, b.shape);
  if (!shape) return undefined;
  const data = elementsBy(sizeOf(shape), (i) =>
    rule(a.data[placeIn(a, shape, i)] ?? 0, b.data[placeIn(b, shape, i)] ?? 0),
  );
  return { shape, dtype, data };
}

/** Elements, or what is left of them where they are too many. */
type Shown = Omit<Elements, "data"> & { readonly data: readonly number[] | undefined };

/** An array, or the one number of a result without axes. */
export function show(cls: ClassValue, { shape, dtype, data }: Shown): Value {
  return shape.length === 0 ? scalar(dtype, data?.[0] ?? 0) : makeArray(cls, shape, dtype, data);
}

/** An axis counted from the front; undefined where the array has no such one. */
export function axisFrom(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : undefined;
}

/** Every lane of elements along an axis becomes what the rule makes of it; all of them become as long. */
export function along(
  whole: Elements,
  axis: number,
  rule: (lane: readonly number[]) => readonly number[],
  dtype = whole.dtype,
): Elements {
  const outer = sizeOf(whole.shape.slice(0, axis));
  const size = whole.shape[axis] ?? 1;
  const inner = sizeOf(whole.shape.slice(axis + 1));
  let length = 0;
  const lanes = Array.from({ length: outer * inner }, (_, lane) => {
    const start = Math.floor(lane / inner) * size * inner + (lane % inner);
    const made = rule(Array.from({ length: size }, (_each, i) => whole.data[start + i * inner] ?? 0));
    length = made.length;
    return made;
  });
  const data = Array.from({ length: outer * length * inner }, (_, place) => {
    const lane = Math.floor(place / (length * inner)) * inner + (place % inner);
    return lanes[lane]?.[Math.floor(place / inner) % length] ?? 0;
  });
  return { shape: whole.shape.with(axis, lanes.length > 0 ? length : size), dtype, data };
}

/** The axes in another order: `order` says which axis each of the result is. */
export function permuted(whole: Elements, order: readonly number[]): Elements {
  const shape = order.map((axis) => whole.shape[axis] ?? 1);
  const strides = whole.shape.map((_, axis) => sizeOf(whole.shape.slice(axis + 1)));
  const data = whole.data.map((_, at) => {
    let rest = at;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      place += (rest % size) * (strides[order[axis] ?? 0] ?? 1);
      rest = Math.floor(rest / size);
    }
    return whole.data[place] ?? 0;
  });
  return { shape, dtype: whole.dtype, data };
}

/** Folds some axes into one number each time; they stay with size 1 where they are kept. */
export function reduce(
  whole: Elements,
  axes: readonly number[],
  keep: boolean,
  dtype: string,
  rule: (numbers: readonly number[]) => number,
): Elements {
  const others = whole.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const rows = sizeOf(others.map((axis) => whole.shape[axis] ?? 1));
  const { data } = permuted(whole, [...others, ...axes.toSorted((a, b) => a - b)]);
  const size = data.length / Math.max(1, rows);
  return {
    shape: keep
      ? whole.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
      : others.map((axis) => whole.shape[axis] ?? 1),
    dtype,
    data: Array.from({ length: rows }, (_, row) => rule(data.slice(row * size, (row + 1) * size))),
  };
}

/** `a[i]`, `a[1:3]`, `a[0, :]`, `a[None]`, `a[mask]`: undefined for what is not followed. */
export function pick(interp: Interp, whole: Elements, index: Value): Elements | undefined {
  const parts = index instanceof Tuple ? index.items : [index];
  let places: readonly number[] = whole.data.map((_, i) => i);
  let shape = [...whole.shape];
  let axis = 0;
  for (const part of parts) {
    if (part === null) {
      shape.splice(axis++, 0, 1);
      continue;
    }
    if (part !== null && typeof part === "object" && part.kind === "ellipsis") {
      axis = shape.length - (parts.length - 1 - parts.indexOf(part));
      continue;
    }
    const chosen = choose(interp, part, shape[axis] ?? 0);
    if (chosen === undefined) return undefined;
    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    const size = shape[axis] ?? 0;
    const before = places;
    const after: number[] = [];
    for (let o = 0; o < outer; o++) {
      for (const at of chosen.at)
        for (let i = 0; i < inner; i++) after.push(before[(o * size + at) * inner + i] ?? 0);
    }
    places = after;
    shape = [...shape.slice(0, axis), ...(chosen.keeps ? [chosen.at.length] : []), ...shape.slice(axis + 1)];
    if (chosen.keeps) axis++;
  }
  return { shape, dtype: whole.dtype, data: places.map((place) => whole.data[place] ?? 0) };
}

function choose(
  interp: Interp,
  part: Value,
  size: number,
): { readonly at: readonly number[]; readonly keeps: boolean } | undefined {
  if (part instanceof Slice) {
    const bounds = sliceBounds(interp, part, size);
    if (isUnknown(bounds)) return undefined;
    const at: number[] = [];
    const [start, stop, step] = bounds;
    for (let i = start; step > 0 ? i < stop : i > stop; i += step) at.push(i);
    return { at, keeps: true };
  }
  const index = toIndex(interp, part);
  if (typeof index === "number") {
    const place = index < 0 ? index + size : index;
    return place >= 0 && place < size ? { at: [place], keeps: false } : undefined;
  }
  const list = elementsOf(interp, part);
  if (list?.shape.length !== 1) return undefined;
  const at =
    list.dtype === "bool"
      ? list.data.flatMap((kept, i) => (kept ? [i] : []))
      : list.data.map((i) => (i < 0 ? i + size : i));
  return { at, keeps: true };
}

/** A list of nothing but numbers, which may be long. */
function scalarsOf(items: readonly Value[]): Elements | undefined {
  let dtype = "bool";
  for (const item of items) {
    const own = dtypeOf(item);
    if (own === undefined) return undefined;
    dtype = widest(dtype, own);
  }
  return items.length === 0
    ? undefined
    : { shape: [items.length], dtype, data: items.map((item) => toNumber(item) ?? 0) };
}

/** The parts of one list; undefined where one is no array or has another shape. */
function rowsOf(interp: Interp, items: readonly Value[]): Elements[] | undefined {
  const parts: Elements[] = [];
  for (const item of items) {
    const part = elementsOf(interp, item);
    if (part === undefined || (parts[0] && !sameShape(parts[0].shape, part.shape))) return undefined;
    parts.push(part);
  }
  return parts;
}

/** Nested lists of Python numbers. */
export function toNested({ shape, dtype, data }: Elements): Value {
  const [size, ...inner] = shape;
  if (size === undefined) return plainElement(dtype, data[0] ?? 0);
  const step = sizeOf(inner);
  return new List(
    Array.from({ length: size }, (_, i) =>
      toNested({ shape: inner, dtype, data: data.slice(i * step, (i + 1) * step) }),
    ),
  );
}
