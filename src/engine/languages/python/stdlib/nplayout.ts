/** numpy's functions over whole arrays: matrices, grids, tiles and orders of axes. Elements are kept where they are known. */
import type { Interp } from "../../../interpret/interp.ts";
import type { Bound } from "../../../interpret/native.ts";
import { List, Tensor, toItems, toNumber, type Value } from "../../../interpret/values.ts";
import { toInt } from "../core.ts";
import {
  axisFrom,
  type Elements,
  elementsBy,
  elementsOf,
  MOST_ELEMENTS,
  makeArray,
  show,
  sizeOf,
} from "./ndarray.ts";
import { ARRAY, dtypeName, NOT_KNOWN, on, reshape, sizesOf, squeezed, transposed } from "./nparray.ts";
import type { Entry } from "./table.ts";

/** Elements are worked out as long as that takes fewer steps. */
const MOST_STEPS = 1 << 18;

function eye(a: Bound, interp: Interp): Value {
  const [rows, shift] = [toInt(a.N), toInt(a.k) ?? 0];
  const columns = a.M === null ? rows : toInt(a.M);
  if (rows === undefined || columns === undefined) return interp.unknown(NOT_KNOWN);
  if (rows < 0 || columns < 0) return interp.fail("ValueError", "negative dimensions are not allowed");
  const data = elementsBy(rows * columns, (i) => Number((i % columns) - Math.floor(i / columns) === shift));
  return makeArray(ARRAY, [rows, columns], dtypeName(a.dtype, "float64"), data);
}

/** Products of rows and columns, over axes before the last two where there are any. */
function matmul(a: Bound, interp: Interp): Value {
  const [x, y] = [sizesOf(interp, a.a), sizesOf(interp, a.b)];
  if (!x || !y || x.length < 2 || y.length !== 2) return interp.unknown(NOT_KNOWN);
  const [rows, inner, columns] = [x.at(-2) ?? 0, x.at(-1) ?? 0, y[1] ?? 0];
  if (inner !== y[0]) return interp.fail("ValueError", "matmul: the inner sizes differ");
  const shape = [...x.slice(0, -1), columns];
  const [p, q] = [elementsOf(interp, a.a), elementsOf(interp, a.b)];
  const isSmall = p !== undefined && q !== undefined && sizeOf(shape) * inner <= MOST_STEPS;
  if (!isSmall || x.length > 2) return makeArray(ARRAY, shape, "float64");
  const data = elementsBy(rows * columns, (i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++)
      sum += (p.data[row * inner + k] ?? 0) * (q.data[k * columns + column] ?? 0);
    return sum;
  });
  return makeArray(ARRAY, shape, p.dtype === q.dtype ? p.dtype : "float64", data);
}

/** One array a vector, each as large as the grid, or along its own axis alone; `xy` swaps the first two axes. */
function meshgrid(a: Bound, interp: Interp): Value {
  const vectors = (toItems(a.xi) ?? []).map((each) => elementsOf(interp, each));
  if (!vectors.every((each) => each !== undefined)) return interp.unknown(NOT_KNOWN);
  const order = vectors.map((_, i) => i);
  if (a.indexing !== "ij" && order.length > 1) order.splice(0, 2, 1, 0);
  const sizes = order.map((i) => vectors[i]?.data.length ?? 0);
  const grids = vectors.map(({ data, dtype }, i) => {
    const axis = order.indexOf(i);
    const shape = a.sparse === true ? sizes.map((size, at) => (at === axis ? size : 1)) : sizes;
    const total = sizeOf(shape);
    const inner = sizeOf(shape.slice(axis + 1));
    interp.tick(Math.min(total, MOST_ELEMENTS) >> 2);
    const values = elementsBy(total, (at) => data[Math.floor(at / inner) % Math.max(1, data.length)] ?? 0);
    return makeArray(ARRAY, shape, dtype, values);
  });
  return new List(grids);
}

function like(fill: number): Entry {
  return [
    "a, dtype=None, order='K', subok=True, ?shape=None, *, **?",
    (a, interp) => {
      const sizes = sizesOf(interp, a.a);
      const dtype = dtypeName(a.dtype, a.a instanceof Tensor ? a.a.dtype : "int64");
      if (!sizes) return makeArray(ARRAY, interp.unknown(NOT_KNOWN), dtype);
      const isSmall = sizeOf(sizes) <= MOST_STEPS;
      return makeArray(
        ARRAY,
        sizes,
        dtype,
        isSmall ? new Array<number>(sizeOf(sizes)).fill(fill) : undefined,
      );
    },
  ];
}

/** The vector so often, one after the other. */
function tile(whole: Elements, a: Bound, interp: Interp): Value {
  const times = toInt(a.reps);
  if (times === undefined || whole.shape.length > 1) return interp.unknown("np.tile of this is not followed");
  const { length } = whole.data;
  const count = length * Math.max(0, times);
  return makeArray(
    ARRAY,
    [count],
    whole.dtype,
    elementsBy(count, (i) => whole.data[i % length] ?? 0),
  );
}

function outer(a: Bound, interp: Interp): Value {
  const [x, y] = [elementsOf(interp, a.a), elementsOf(interp, a.b)];
  if (!x || !y) return interp.unknown(NOT_KNOWN);
  const [rows, columns] = [x.data.length, y.data.length];
  interp.tick(Math.min(rows * columns, MOST_ELEMENTS) >> 2);
  const data = elementsBy(
    rows * columns,
    (i) => (x.data[Math.floor(i / columns)] ?? 0) * (y.data[i % columns] ?? 0),
  );
  return makeArray(ARRAY, [rows, columns], x.dtype === y.dtype ? x.dtype : "float64", data);
}

/** A matrix with zeros above its k-th diagonal, or below it; matrices one after the other alike. */
function triangle(keeps: (row: number, diagonal: number) => boolean): Entry {
  return [
    "m, k=0",
    (a, interp) => {
      const [sizes, shift] = [sizesOf(interp, a.m), toInt(a.k)];
      if (!sizes || sizes.length < 2 || shift === undefined) return interp.unknown(NOT_KNOWN);
      const [rows, columns] = [sizes.at(-2) ?? 0, sizes.at(-1) ?? 0];
      const whole = elementsOf(interp, a.m);
      const data = whole?.data.map((x, i) =>
        keeps(Math.floor(i / columns) % rows, (i % columns) - shift) ? x : 0,
      );
      const dtype = whole?.dtype ?? (a.m instanceof Tensor ? a.m.dtype : "float64");
      return makeArray(ARRAY, sizes, dtype, data);
    },
  ];
}

/** Where the parts of an axis begin and end: at places that are given, or so many parts that are equally long. */
function cuts(interp: Interp, size: number, where: Value, mayDiffer: boolean): Value | readonly Cut[] {
  const sections = toInt(where);
  if (sections === undefined) {
    const places = elementsOf(interp, where)?.data;
    if (!places) return interp.unknown(NOT_KNOWN);
    const bounds = [...places, size].map((at) => Math.min(size, at < 0 ? Math.max(0, at + size) : at));
    return bounds.map((end, i) => {
      const start = i === 0 ? 0 : (bounds[i - 1] ?? 0);
      return { start, end: Math.max(start, end) };
    });
  }
  if (sections <= 0) return interp.fail("ValueError", "number sections must be larger than 0.");
  if (size % sections !== 0 && !mayDiffer)
    return interp.fail("ValueError", "array split does not result in an equal division");
  const [each, longer] = [Math.floor(size / sections), size % sections];
  return Array.from({ length: Math.min(sections, MOST_ELEMENTS) }, (_, i) => {
    const start = i * each + Math.min(i, longer);
    return { start, end: start + each + (i < longer ? 1 : 0) };
  });
}

interface Cut {
  readonly start: number;
  readonly end: number;
}

/** `np.split` and `np.array_split`: views of the parts, one after the other along an axis. */
function splitting(mayDiffer: boolean): Entry {
  return [
    "ary, indices_or_sections, axis=0",
    (a, interp) => {
      const sizes = sizesOf(interp, a.ary);
      const axis = sizes && axisFrom(toInt(a.axis) ?? Number.NaN, sizes.length);
      if (!sizes || axis === undefined) return interp.unknown(NOT_KNOWN);
      const parts = cuts(interp, sizes[axis] ?? 0, a.indices_or_sections, mayDiffer);
      if (!Array.isArray(parts)) return parts as Value;
      const whole = elementsOf(interp, a.ary);
      const inner = sizeOf(sizes.slice(axis + 1));
      const row = (sizes[axis] ?? 0) * inner;
      const dtype = whole?.dtype ?? (a.ary instanceof Tensor ? a.ary.dtype : "float64");
      return new List(
        (parts as readonly Cut[]).map(({ start, end }) => {
          interp.tick(2);
          const data = whole?.data.filter((_, i) => i % row >= start * inner && i % row < end * inner);
          return makeArray(ARRAY, sizes.with(axis, end - start), dtype, data);
        }),
      );
    },
  ];
}

export const LAYOUT: Readonly<Record<string, Entry>> = {
  eye: ["N, M=None, k=0, dtype=None, order='C', *, **?", eye],
  identity: ["n, dtype=None, *, ?like=None", (a, interp) => eye({ ...a, N: a.n, M: null, k: 0 }, interp)],
  matmul: ["a, b, ?out=None, *, **?", matmul],
  dot: ["a, b, ?out=None", matmul],
  outer: ["a, b, ?out=None", outer],
  meshgrid: ["*xi, indexing='xy', sparse=False, copy=True", meshgrid],
  transpose: ["a, axes=None", (a, interp) => transposed(interp, a.a, a.axes)],
  tile: ["A, reps", on("A", tile)],
  zeros_like: like(0),
  ones_like: like(1),
  isclose: [
    "a, b, rtol=1e-05, atol=1e-08, ?equal_nan=False",
    (a, interp) => {
      const [x, y, relative, absolute] = [a.a, a.b, a.rtol, a.atol].map(toNumber);
      return x === undefined || y === undefined
        ? interp.unknown(NOT_KNOWN)
        : Math.abs(x - y) <= (absolute ?? 0) + (relative ?? 0) * Math.abs(y);
    },
  ],
  tril: triangle((row, diagonal) => diagonal <= row),
  triu: triangle((row, diagonal) => diagonal >= row),
  split: splitting(false),
  array_split: splitting(true),
  squeeze: squeezed("a"),
  ravel: ["a, ?order='C'", (a, interp) => reshape(interp, a.a, [-1])],
  atleast_1d: [
    "a, *?",
    on("a", (whole) => show(ARRAY, whole.shape.length === 0 ? { ...whole, shape: [1] } : whole)),
  ],
};
