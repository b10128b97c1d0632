/** numpy's `ndarray`: operators, reductions and methods over small known arrays. */

import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass, type NativeImpl } from "../../../interpret/native.ts";
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
} from "../../../interpret/values.ts";
import type { BinaryOp, CompareOp } from "../../../syntax/ast.ts";
import { firstUnknown, NOT_IMPLEMENTED, toInt, toText } from "../core.ts";
import { floorDiv, floorMod, roundDigits } from "../numbers.ts";
import { items, iterOf } from "../sequences.ts";
import { argsOf, OBJECT } from "../types/object.ts";
import { classesOf, forgetLabels } from "./labels.ts";
import {
  axisFrom,
  type Elements,
  elementsBy,
  elementsOf,
  isKnown,
  makeArray,
  permuted,
  pick,
  show,
  sizeOf,
  toNested,
  widest,
  zipElements,
} from "./ndarray.ts";
import { axesOf, cumulated, REDUCTIONS, reduced } from "./npreduce.ts";
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

/** The same where it is the same over each class once, as the largest element and the different ones are. */
export function onClasses(
  param: string,
  rule: (whole: Elements, a: Bound, interp: Interp) => Value,
): NativeImpl {
  const general = on(param, rule);
  return (a, interp) => {
    const classes = a.axis === null && !firstUnknown(a) ? classesOf(entryOf(a, param)) : undefined;
    return classes ? rule(classes, a, interp) : general(a, interp);
  };
}

/** A reduction as a function whose array is called `param`. */
export function reducing(param: string, name: string): Entry {
  const followed = name === "max" || name === "min" ? onClasses : on;
  return [
    `${param}, ${entryOf(REDUCTIONS, name)?.params}`,
    written(
      followed(param, (whole, a, interp) => {
        const asked = a.dtype === null || a.dtype === undefined ? undefined : dtypeName(a.dtype, "float64");
        return shown(reduced(name, whole, a, asked), interp);
      }),
    ),
  ];
}

export function running(param: string, rule: (total: number, x: number) => number): Entry {
  return [
    `${param}, axis=None, dtype=None, out=None`,
    written(
      on(param, (whole, a, interp) => {
        const dtype = dtypeName(a.dtype, whole.dtype === "bool" ? "int64" : whole.dtype);
        return shown(cumulated(cast(whole, dtype), a.axis, dtype, rule), interp);
      }),
    ),
  ];
}

/** What `out=` names gets the answer, and is the answer. */
export function written(impl: NativeImpl): NativeImpl {
  return (a, interp) => {
    const answer = impl(a, interp);
    const out = a.out instanceof Tuple ? a.out.items[0] : a.out;
    if (!(out instanceof Tensor)) return answer;
    interp.touch(out);
    const made = elementsOf(interp, answer);
    // A whole number that gets broken ones is an error of the program.
    const fits = made && made.data.length === countOf(out) && widest(made.dtype, out.dtype) === out.dtype;
    out.data = fits ? made.data : undefined;
    return out;
  };
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

export function cast(whole: Elements, dtype: string): Elements {
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

/** With axes of size 1 before the others, until there are as many as are asked for. */
export function atLeast(value: Value, rank: number): Value {
  if (!(value instanceof Tensor) || isUnknown(value.shape) || value.shape.length >= rank) return value;
  const shape = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
  return makeArray(ARRAY, shape, value.dtype, value.data);
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
  if (sizeOf(shape) !== total || !shape.every(Number.isInteger))
    return interp.fail("ValueError", `cannot reshape array of size ${total}`);
  const dtype = whole?.dtype ?? (value instanceof Tensor ? value.dtype : "float64");
  return makeArray(ARRAY, shape, dtype, whole?.data);
}

/** The sizes of an array whose elements may be unknown. */
export function sizesOf(interp: Interp, value: Value): readonly number[] | undefined {
  const array = value instanceof Tensor ? value : fromValue(interp, value, null);
  if (!(array instanceof Tensor) || isUnknown(array.shape)) return undefined;
  const sizes = array.shape.filter((size) => typeof size === "number");
  return sizes.length === array.shape.length ? sizes : undefined;
}

/** Axes in another order, the reverse one when none is given. */
export function transposed(interp: Interp, value: Value, axes: Value): Value {
  const sizes = sizesOf(interp, value);
  const given = toItems(axes)?.map(toInt);
  if (!sizes || given?.some((axis) => axis === undefined)) return interp.unknown(NOT_KNOWN);
  const order = (given as number[] | undefined)?.map((axis) => (axis < 0 ? axis + sizes.length : axis));
  const from = order ?? sizes.map((_, i) => sizes.length - 1 - i);
  const whole = elementsOf(interp, value);
  if (whole) return show(ARRAY, permuted(whole, from));
  const shape = from.map((axis) => sizes[axis] ?? 1);
  return makeArray(ARRAY, shape, value instanceof Tensor ? value.dtype : "float64");
}

/** Without axes of size 1: all of them, or those that are named. */
export function squeezed(param: string): Entry {
  return [
    `${param}, axis=None`,
    (a, interp) => {
      const value = entryOf(a, param);
      const sizes = sizesOf(interp, value);
      const axes = sizes && axesOf(a.axis, sizes.length);
      if (!sizes || !axes) return interp.unknown(NOT_KNOWN);
      if (a.axis !== null && axes.some((axis) => sizes[axis] !== 1))
        return interp.fail(
          "ValueError",
          "cannot select an axis to squeeze out which has size not equal to one",
        );
      const shape = sizes.filter((size, axis) => size !== 1 || !axes.includes(axis));
      const whole = elementsOf(interp, value);
      if (whole) return show(ARRAY, { ...whole, shape });
      return makeArray(ARRAY, shape, value instanceof Tensor ? value.dtype : "float64");
    },
  ];
}

/** `a.item()`, `a.item(3)`, `a.item(0, 1)`. */
function itemOf(whole: Elements, places: readonly Value[], interp: Interp): Value {
  const given = places.length === 1 ? (toItems(places[0]) ?? places) : places;
  const at = given.map(toInt);
  const sizes = at.length > 1 ? whole.shape : [whole.data.length];
  let place = 0;
  for (const [axis, index] of at.entries()) {
    const from = index === undefined ? undefined : axisFrom(index, sizes[axis] ?? 0);
    if (from === undefined) return interp.unknown("this place of an array is not followed");
    place = place * (sizes[axis] ?? 1) + from;
  }
  return plainElement(whole.dtype, whole.data[place] ?? 0);
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
        forgetLabels(a.self);
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
    item: ["self, *args", on("self", (whole, a, interp) => itemOf(whole, argsOf(a.args), interp))],
    astype: [
      "self, dtype, order='K', casting='unsafe', subok=True, copy=True",
      (a, interp) => fromValue(interp, a.self, a.dtype),
    ],
    copy: ["self, order='C'", (a, interp) => fromValue(interp, a.self, null)],
    reshape: ["self, *sizes, ?order='C', copy=None", (a, interp) => reshape(interp, a.self, argsOf(a.sizes))],
    flatten: ["self, ?order='C'", (a, interp) => reshape(interp, a.self, [-1])],
    ravel: ["self, ?order='C'", (a, interp) => reshape(interp, a.self, [-1])],
    squeeze: squeezed("self"),
    transpose: [
      "self, *axes",
      (a, interp) => {
        const given = argsOf(a.axes);
        const axes = given.length > 1 || typeof given[0] === "number" ? new Tuple(given) : (given[0] ?? null);
        return transposed(interp, a.self, axes);
      },
    ],
    round: [
      "self, decimals=0, ?out=None",
      on("self", (whole, a) =>
        show(ARRAY, { ...whole, data: whole.data.map((x) => roundDigits(x, toInt(a.decimals) ?? 0)) }),
      ),
    ],
    cumsum: running("self", (total, x) => total + x),
    cumprod: running("self", (total, x) => total * x),
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
    T: (a, interp) => transposed(interp, a.self, null),
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

export function shown(
  made: Elements | undefined,
  interp: Interp,
  why = "what is asked of an array here is not followed",
): Value {
  return made ? show(ARRAY, made) : interp.unknown(why);
}
