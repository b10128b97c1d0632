/** numpy's functions that put arrays together. The shapes are known even where elements are not. */
import type { Interp } from "../../../interpret/interp.ts";
import { isUnknown, Tensor, toItems, type Value } from "../../../interpret/values.ts";
import { toInt } from "../core.ts";
import { items } from "../sequences.ts";
import { axisFrom, elementsOf, MOST_ELEMENTS, makeArray, sizeOf, widest } from "./ndarray.ts";
import { ARRAY, dtypeName, NOT_KNOWN, sizesOf } from "./nparray.ts";
import type { Entry } from "./table.ts";

interface Part {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[] | undefined;
}

function partsOf(interp: Interp, value: Value): readonly Part[] | undefined {
  const all = isUnknown(value) ? value : items(interp, value);
  if (isUnknown(all)) return undefined;
  const parts = all.map((each): Part | undefined => {
    const whole = elementsOf(interp, each);
    if (whole) return whole;
    const shape = each instanceof Tensor ? sizesOf(interp, each) : undefined;
    return shape && each instanceof Tensor ? { shape, dtype: each.dtype, data: undefined } : undefined;
  });
  return parts.every((part) => part !== undefined) && parts.length > 0 ? parts : undefined;
}

function concatenated(interp: Interp, parts: readonly Part[], axis: number, dtype: Value): Value {
  const rank = parts[0]?.shape.length ?? 0;
  const at = axisFrom(axis, rank);
  const fits = parts.every(
    ({ shape }) => shape.length === rank && shape.every((size, i) => i === at || size === parts[0]?.shape[i]),
  );
  if (at === undefined || !fits)
    return interp.fail(
      "ValueError",
      "all the input array dimensions except for the concatenation axis must match exactly",
    );
  const own = parts.map((part) => part.dtype).reduce(widest, "bool");
  const lengths = parts.map((part) => part.shape[at] ?? 0);
  const shape = (parts[0]?.shape ?? []).with(
    at,
    lengths.reduce((total, length) => total + length, 0),
  );
  const known = sizeOf(shape) <= MOST_ELEMENTS && parts.every((part) => part.data !== undefined);
  const inner = sizeOf(shape.slice(at + 1));
  const rows = Array.from({ length: known ? sizeOf(shape.slice(0, at)) : 0 }, (_, row) =>
    parts.flatMap(({ data = [] }, i) => {
      const width = (lengths[i] ?? 0) * inner;
      return data.slice(row * width, (row + 1) * width);
    }),
  );
  return makeArray(ARRAY, shape, dtypeName(dtype, own), known ? rows.flat() : undefined);
}

const flat = (part: Part): Part => ({ ...part, shape: [sizeOf(part.shape)] });

/** Joins along an axis once each part has been given the form that the function wants. */
function joining(
  signature: string,
  form: (part: Part) => Part,
  axisOf: (axis: Value, rank: number) => number | undefined,
): Entry {
  return [
    signature,
    (a, interp) => {
      if (isUnknown(a.arrays)) return a.arrays;
      const parts = partsOf(interp, a.arrays);
      const formed = parts?.map(a.axis === null ? flat : form);
      const axis = a.axis === null ? 0 : axisOf(a.axis, parts?.[0]?.shape.length ?? 0);
      return formed && axis !== undefined
        ? concatenated(interp, formed, axis, a.dtype)
        : interp.unknown(NOT_KNOWN);
    },
  ];
}

const as2d = (part: Part): Part =>
  part.shape.length < 2 ? { ...part, shape: [1, part.shape[0] ?? 1] } : part;
const as1d = (part: Part): Part => (part.shape.length < 1 ? { ...part, shape: [1] } : part);
const CASTS = "*, dtype=None, casting='same_kind'";

function stacked(interp: Interp, value: Value, axis: Value, dtype: Value): Value {
  if (isUnknown(value)) return value;
  const parts = partsOf(interp, value);
  const rank = parts?.[0]?.shape.length ?? 0;
  const at = axisFrom(toInt(axis) ?? Number.NaN, rank + 1);
  if (!parts || at === undefined) return interp.unknown(NOT_KNOWN);
  return concatenated(
    interp,
    parts.map((part) => ({ ...part, shape: part.shape.toSpliced(at, 0, 1) })),
    at,
    dtype,
  );
}

/** `np.expand_dims(a, axis)`: one new axis or several. */
function expanded(interp: Interp, value: Value, axis: Value): Value {
  const sizes = sizesOf(interp, value);
  const given = (toItems(axis) ?? [axis]).map(toInt);
  const rank = (sizes?.length ?? 0) + given.length;
  const axes = given.map((each) => axisFrom(each ?? Number.NaN, rank));
  if (!sizes || !axes.every((each) => each !== undefined)) return interp.unknown(NOT_KNOWN);
  const rest = [...sizes];
  const shape = Array.from({ length: rank }, (_, at) => (axes.includes(at) ? 1 : (rest.shift() ?? 1)));
  const whole = elementsOf(interp, value);
  const dtype = whole?.dtype ?? (value instanceof Tensor ? value.dtype : "float64");
  return makeArray(ARRAY, shape, dtype, whole?.data);
}

export const JOINS: Readonly<Record<string, Entry>> = {
  concatenate: joining(
    `arrays, axis=0, ?out=None, ${CASTS}`,
    (part) => part,
    (axis) => toInt(axis),
  ),
  hstack: joining(`arrays, ${CASTS}`, as1d, (_, rank) => (rank < 2 ? 0 : 1)),
  vstack: joining(`arrays, ${CASTS}`, as2d, () => 0),
  stack: [`arrays, axis=0, ?out=None, ${CASTS}`, (a, interp) => stacked(interp, a.arrays, a.axis, a.dtype)],
  expand_dims: ["a, axis", (a, interp) => expanded(interp, a.a, a.axis)],
};
