/** numpy's `ndarray`: operators, reductions and methods over small known arrays. */
import type { BinaryOp, CompareOp } from "../../../syntax/ast.ts";
import { entryOf } from "../../../table.ts";
import type { Interp } from "../../interp.ts";
import { type Bound, defineClass, type NativeImpl } from "../../native.ts";
import {
  type ClassValue,
  Float,
  isUnknown,
  NativeFunction,
  type Shape,
  Slice,
  Tensor,
  TRUE_ELLIPSIS,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../values.ts";
import { firstUnknown, NOT_IMPLEMENTED, toInt, toText } from "../core.ts";
import { floorDiv, floorMod, roundDigits } from "../numbers.ts";
import { items, iterOf } from "../sequences.ts";
import { argsOf, OBJECT } from "../types/object.ts";
import {
  type Elements,
  elementsBy,
  elementsOf,
  isKnown,
  makeArray,
  pick,
  reduce,
  show,
  sizeOf,
  toNested,
  widest,
  zipElements,
} from "./ndarray.ts";
import { plainElement } from "./npscalars.ts";
import type { Entry } from "./table.ts";

export const NOT_KNOWN = "the array's values are not known";

const ARITHMETIC: Readonly<Record<string, readonly [BinaryOp, (x: number, y: number) => number]>> = {
  add: ["+", (x, y) => x + y],
  sub: ["-", (x, y) => x - y],
  mul: ["*", (x, y) => x * y],
  truediv: ["/", (x, y) => x / y],
  floordiv: ["//", floorDiv],
  mod: ["%", floorMod],
  pow: ["**", (x, y) => x ** y],
};
const COMPARISONS: Readonly<Record<string, readonly [CompareOp, (x: number, y: number) => boolean]>> = {
  eq: ["==", (x, y) => x === y],
  ne: ["!=", (x, y) => x !== y],
  lt: ["<", (x, y) => x < y],
  le: ["<=", (x, y) => x <= y],
  gt: [">", (x, y) => x > y],
  ge: [">=", (x, y) => x >= y],
};

export function combine(
  interp: Interp,
  a: Value,
  b: Value,
  dtype: string | undefined,
  rule: (x: number, y: number) => number,
): Value {
  const [x, y] = [elementsOf(interp, a), elementsOf(interp, b)];
  if (x && y) {
    const result = zipElements(x, y, dtype ?? widest(x.dtype, y.dtype), rule);
    return result
      ? show(ARRAY, result)
      : interp.fail("ValueError", "operands could not be broadcast together");
  }
  const shaped = [a, b].find((value) => value instanceof Tensor);
  return shaped instanceof Tensor ? makeArray(ARRAY, shaped.shape, shaped.dtype) : NOT_IMPLEMENTED;
}

function operators(): Record<string, Entry> {
  const table: Record<string, Entry> = {};
  for (const [name, [op, rule]] of Object.entries(ARITHMETIC)) {
    const dtype = op === "/" ? "float64" : undefined;
    table[`__${name}__`] = ["self, other", (a, interp) => combine(interp, a.self, a.other, dtype, rule)];
    table[`__r${name}__`] = ["self, other", (a, interp) => combine(interp, a.other, a.self, dtype, rule)];
  }
  for (const [name, [, rule]] of Object.entries(COMPARISONS)) {
    table[`__${name}__`] = [
      "self, other",
      (a, interp) => combine(interp, a.self, a.other, "bool", (x, y) => Number(rule(x, y))),
    ];
  }
  return table;
}

/** An implementation over known elements; an array that is not known gives an unknown answer. */
export function on(param: string, rule: (whole: Elements, a: Bound, interp: Interp) => Value): NativeImpl {
  return (a, interp) => {
    const unknown = firstUnknown(a);
    if (unknown) return unknown;
    const whole = elementsOf(interp, entryOf(a, param));
    return whole ? rule(whole, a, interp) : interp.unknown(NOT_KNOWN);
  };
}

/** An elementwise function that gives floats, or keeps the kind of number. */
export function mapped(rule: (x: number) => number, kind: "float" | "same" = "float"): Entry {
  const apply = on("x", (whole) => {
    const dtype = kind === "float" && !/float/.test(whole.dtype) ? "float64" : whole.dtype;
    return show(ARRAY, { ...whole, dtype, data: whole.data.map(rule) });
  });
  return [
    "x, *args, **kwargs",
    (a, interp) =>
      a.x instanceof Tensor && !isKnown(a.x) ? makeArray(ARRAY, a.x.shape, a.x.dtype) : apply(a, interp),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
function variance(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return mean(numbers.map((x) => (x - middle) ** 2));
}
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), -Infinity);
const smallest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.min(a, b), Infinity);

export const REDUCTIONS: Readonly<
  Record<string, readonly [dtype: string | undefined, (numbers: readonly number[]) => number]>
> = {
  sum: [undefined, sum],
  prod: [undefined, (numbers) => numbers.reduce((product, number) => product * number, 1)],
  max: [undefined, largest],
  min: [undefined, smallest],
  mean: ["float64", mean],
  std: ["float64", (numbers) => Math.sqrt(variance(numbers))],
  var: ["float64", variance],
  argmax: ["int64", (numbers) => numbers.indexOf(largest(numbers))],
  argmin: ["int64", (numbers) => numbers.indexOf(smallest(numbers))],
  any: ["bool", (numbers) => Number(numbers.some((number) => number !== 0))],
  all: ["bool", (numbers) => Number(numbers.every((number) => number !== 0))],
};

export function reducing(param: string, name: string): Entry {
  const [dtype, rule] = entryOf(REDUCTIONS, name) ?? [undefined, sum];
  return [
    `${param}, axis=None, dtype=None, **kwargs`,
    on(param, (whole, a) => {
      const kept = whole.dtype === "bool" && dtype === undefined ? "int64" : whole.dtype;
      return show(ARRAY, reduce(whole, toInt(a.axis), dtype ?? kept, rule));
    }),
  ];
}

export function cumulated(rule: (total: number, x: number) => number): Entry {
  return [
    "x, axis=None, **kwargs",
    on("x", (whole) => {
      let total: number | undefined;
      const data = whole.data.map((x) => {
        total = total === undefined ? x : rule(total, x);
        return total;
      });
      return makeArray(ARRAY, [data.length], whole.dtype, data);
    }),
  ];
}

/** A dtype argument: a name, a Python type or one of numpy's own scalar types. */
export function dtypeName(value: Value, fallback: string): string {
  if (value === null || value === undefined) return fallback;
  const name =
    value instanceof NativeFunction || (typeof value === "object" && "name" in value)
      ? String(value.name)
      : (toText(value) ?? fallback);
  return (
    entryOf(
      { float: "float64", int: "int64", double: "float64", single: "float32", half: "float16" },
      name,
    ) ?? name
  );
}

function cast(whole: Elements, dtype: string): Elements {
  const data = /int/.test(dtype)
    ? whole.data.map(Math.trunc)
    : dtype === "bool"
      ? whole.data.map((x) => Number(x !== 0))
      : whole.data;
  return { ...whole, dtype, data };
}

export function fromValue(interp: Interp, value: Value, dtype: Value): Value {
  if (isUnknown(value)) return value;
  const whole = elementsOf(interp, value);
  if (whole)
    return makeArray(
      ARRAY,
      whole.shape,
      dtypeName(dtype, whole.dtype),
      cast(whole, dtypeName(dtype, whole.dtype)).data,
    );
  if (value instanceof Tensor) return makeArray(ARRAY, value.shape, dtypeName(dtype, value.dtype));
  return makeArray(ARRAY, interp.unknown(NOT_KNOWN), dtypeName(dtype, "float64"));
}

function shapeArgument(interp: Interp, value: Value): readonly number[] | undefined {
  const single = toInt(value);
  if (single !== undefined) return [single];
  const all = items(interp, value);
  if (isUnknown(all)) return undefined;
  const sizes = all.map(toInt);
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}

export function filled(params: string, fill: (a: Bound) => number | undefined): Entry {
  return [
    params,
    (a, interp) => {
      if (isUnknown(a.shape)) return makeArray(ARRAY, a.shape, dtypeName(a.dtype, "float64"));
      const shape = shapeArgument(interp, a.shape);
      if (!shape) return makeArray(ARRAY, interp.unknown(NOT_KNOWN), dtypeName(a.dtype, "float64"));
      if (shape.some((size) => size < 0))
        return interp.fail("ValueError", "negative dimensions are not allowed");
      const value = fill(a);
      const data = value === undefined ? undefined : elementsBy(sizeOf(shape), () => value);
      return makeArray(ARRAY, shape, dtypeName(a.dtype, "float64"), data);
    },
  ];
}

/** How many elements an array has whose elements are not known. */
function countOf(value: Value): number | undefined {
  if (!(value instanceof Tensor) || isUnknown(value.shape)) return undefined;
  const sizes = value.shape.filter((size) => typeof size === "number");
  return sizes.length === value.shape.length ? sizeOf(sizes) : undefined;
}

export function reshape(interp: Interp, value: Value, sizes: readonly Value[]): Value {
  const wanted = sizes.length === 1 ? shapeArgument(interp, sizes[0]) : sizes.map((size) => toInt(size) ?? 1);
  const whole = elementsOf(interp, value);
  const total = whole?.data.length ?? countOf(value);
  if (total === undefined || !wanted) {
    const isOpen = !wanted || wanted.some((size) => size < 0);
    return makeArray(ARRAY, isOpen ? interp.unknown(NOT_KNOWN) : wanted, "float64");
  }
  const known = sizeOf(wanted.filter((size) => size >= 0));
  const shape = wanted.map((size) => (size < 0 ? total / known : size));
  if (sizeOf(shape) !== total) return interp.fail("ValueError", `cannot reshape array of size ${total}`);
  const dtype = whole?.dtype ?? (value instanceof Tensor ? value.dtype : "float64");
  return makeArray(ARRAY, shape, dtype, whole?.data);
}

function transpose(whole: Elements): Elements {
  if (whole.shape.length !== 2) return whole;
  const [rows = 0, columns = 0] = whole.shape;
  const data = whole.data.map((_, i) => whole.data[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
  return { ...whole, shape: [columns, rows], data };
}

/** The axes in reverse; of elements that are not known the shape alone. */
function turned(a: Bound, interp: Interp): Value {
  const { self } = a;
  if (self instanceof Tensor && self.data === undefined && !isUnknown(self.shape))
    return makeArray(ARRAY, self.shape.toReversed(), self.dtype);
  return on("self", (whole) => show(ARRAY, transpose(whole)))(a, interp);
}

export const ARRAY: ClassValue = defineClass("ndarray", {
  bases: [OBJECT],
  qualname: "numpy.ndarray",
  methods: {
    ...operators(),
    ...Object.fromEntries(Object.keys(REDUCTIONS).map((name) => [name, reducing("self", name)])),
    __neg__: ["self", on("self", (whole) => show(ARRAY, { ...whole, data: whole.data.map((x) => -x) }))],
    __abs__: ["self", on("self", (whole) => show(ARRAY, { ...whole, data: whole.data.map(Math.abs) }))],
    __len__: [
      "self",
      (a, interp) => {
        const shape = a.self instanceof Tensor ? a.self.shape : [];
        return isUnknown(shape) ? shape : (shape[0] ?? interp.fail("TypeError", "len() of unsized object"));
      },
    ],
    __iter__: [
      "self",
      on("self", (whole, _a, interp) =>
        iterOf(Array.from({ length: whole.shape[0] ?? 0 }, (_, i) => shown(pick(interp, whole, i), interp))),
      ),
    ],
    __getitem__: [
      "self, index",
      (a, interp) =>
        withNewAxes(a.self, a.index) ??
        on("self", (whole, b) => shown(pick(interp, whole, b.index), interp))(a, interp),
    ],
    __setitem__: [
      "self, index, value",
      (a, interp) => {
        if (!(a.self instanceof Tensor)) return null;
        interp.touch(a.self);
        const place = toInt(a.index);
        const value = toNumber(a.value);
        const isSimple =
          isKnown(a.self) && a.self.shape.length === 1 && place !== undefined && value !== undefined;
        a.self.data = isSimple
          ? a.self.data?.map((x, i, all) => (i === (place < 0 ? place + all.length : place) ? value : x))
          : undefined;
        return null;
      },
    ],
    __contains__: [
      "self, item",
      on("self", (whole, a) => whole.data.includes(toNumber(a.item) ?? Number.NaN)),
    ],
    __bool__: ["self", on("self", (whole) => whole.data[0] !== 0)],
    __int__: ["self", on("self", (whole) => Math.trunc(whole.data[0] ?? 0))],
    __float__: ["self", on("self", (whole) => new Float(whole.data[0] ?? 0))],
    __index__: ["self", on("self", (whole) => whole.data[0] ?? 0)],
    __repr__: ["self", on("self", (whole, _a, interp) => `array(${String(interp.repr(toNested(whole)))})`)],
    tolist: ["self", on("self", toNested)],
    item: [
      "self, *args",
      on("self", (whole, a) => plainElement(whole.dtype, whole.data[toInt(argsOf(a.args)[0]) ?? 0] ?? 0)),
    ],
    astype: ["self, dtype, **kwargs", (a, interp) => fromValue(interp, a.self, a.dtype)],
    copy: ["self, **kwargs", (a, interp) => fromValue(interp, a.self, null)],
    reshape: ["self, *sizes, **kwargs", (a, interp) => reshape(interp, a.self, argsOf(a.sizes))],
    flatten: ["self, **kwargs", (a, interp) => reshape(interp, a.self, [-1])],
    ravel: ["self, **kwargs", (a, interp) => reshape(interp, a.self, [-1])],
    squeeze: [
      "self, **kwargs",
      on("self", (whole) => show(ARRAY, { ...whole, shape: whole.shape.filter((size) => size !== 1) })),
    ],
    transpose: [
      "self, *axes",
      (a, interp) =>
        argsOf(a.axes).length === 0
          ? turned(a, interp)
          : on("self", (whole) => show(ARRAY, transpose(whole)))(a, interp),
    ],
    round: [
      "self, decimals=0",
      on("self", (whole, a) =>
        show(ARRAY, { ...whole, data: whole.data.map((x) => roundDigits(x, toInt(a.decimals) ?? 0)) }),
      ),
    ],
    cumsum: [
      "self, axis=None, **kwargs",
      (a, interp) => cumulated((total, x) => total + x)[1]({ ...a, x: a.self }, interp),
    ],
  },
  properties: {
    shape: (a) =>
      a.self instanceof Tensor && !isUnknown(a.self.shape)
        ? new Tuple([...a.self.shape])
        : ((a.self as Tensor).shape as Value),
    ndim: (a) =>
      a.self instanceof Tensor && !isUnknown(a.self.shape)
        ? a.self.shape.length
        : ((a.self as Tensor).shape as Value),
    size: (a, interp) =>
      a.self instanceof Tensor && isKnown(a.self) ? sizeOf(a.self.shape) : interp.unknown(NOT_KNOWN),
    dtype: (a) => (a.self instanceof Tensor ? a.self.dtype : null),
    T: turned,
  },
});

/** `x[..., None]` and the like: only the shape matters, and elements that are not known stay so. */
function withNewAxes(value: Value, index: Value): Value | undefined {
  const parts = toItems(index);
  if (!(value instanceof Tensor) || isUnknown(value.shape) || !parts?.includes(null)) return undefined;
  const isWhole = (part: Value): boolean =>
    part instanceof Slice && [part.start, part.stop, part.step].every((bound) => bound === null);
  if (!parts.every((part) => part === null || part === TRUE_ELLIPSIS || isWhole(part))) return undefined;
  const taken = parts.filter(isWhole).length;
  if (taken > value.shape.length) return undefined;
  const rest = value.shape.slice(taken);
  const covers = parts.includes(TRUE_ELLIPSIS);
  const sizes = value.shape;
  let seen = 0;
  const result = parts.flatMap((part): Shape => {
    if (part === null) return [1];
    const count = part === TRUE_ELLIPSIS ? rest.length : 1;
    const from = seen;
    seen += count;
    return sizes.slice(from, from + count);
  });
  return makeArray(ARRAY, covers ? result : [...result, ...sizes.slice(seen)], value.dtype, value.data);
}

/** `np.expand_dims(a, axis)`. */
export function expanded(value: Value, axis: Value, interp: Interp): Value {
  const at = toInt(axis);
  if (!(value instanceof Tensor) || isUnknown(value.shape) || at === undefined)
    return interp.unknown(NOT_KNOWN);
  const place = at < 0 ? at + value.shape.length + 1 : at;
  return makeArray(ARRAY, value.shape.toSpliced(place, 0, 1), value.dtype, value.data);
}

function shown(picked: Elements | undefined, interp: Interp): Value {
  return picked ? show(ARRAY, picked) : interp.unknown("this indexing of an array is not followed");
}
