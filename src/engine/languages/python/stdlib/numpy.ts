import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def } from "../../../interpret/native.ts";
import {
  ABSENT,
  Float,
  NativeFunction,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import { strict, toInt } from "../core.ts";
import { roundDigits } from "../numbers.ts";
import { TYPE } from "../types/object.ts";
import { makeRuntime, runtimeModule } from "./inertness.ts";
import { type Elements, elementsBy, makeArray, show, sizeOf, widest } from "./ndarray.ts";
import {
  ARRAY,
  atLeast,
  cast,
  dtypeName,
  filled,
  fromValue,
  NOT_KNOWN,
  on,
  reducing,
  reshape,
  running,
  written,
} from "./nparray.ts";
import { addSetters } from "./npassign.ts";
import { gridNames } from "./npgrids.ts";
import { JOINS } from "./npjoins.ts";
import { LAYOUT } from "./nplayout.ts";
import { axesOf, REDUCTIONS } from "./npreduce.ts";
import { SCALAR_TYPES } from "./npscalars.ts";
import { SETS } from "./npsets.ts";
import { ELEMENTWISE } from "./npufuncs.ts";
import { type Entry, type Module, makeModule, OpenModule } from "./table.ts";

addSetters(ARRAY);

/** Elements at even distances, and how large a step is. */
function spaced(a: Bound, interp: Interp): Value {
  const [start, stop, count] = [toNumber(a.start), toNumber(a.stop), toInt(a.num)];
  if (start === undefined || stop === undefined || count === undefined) return interp.unknown(NOT_KNOWN);
  if (count < 0) return interp.fail("ValueError", `Number of samples, ${count}, must be non-negative.`);
  const dtype = dtypeName(a.dtype, "float64");
  const isClosed = a.endpoint !== false;
  const parts = isClosed ? count - 1 : count;
  const step = parts > 0 ? (stop - start) / parts : Number.NaN;
  const data = elementsBy(count, (i) => {
    const x = isClosed && i === parts && parts > 0 ? stop : parts > 0 ? i * step + start : start;
    return /float/.test(dtype) ? x : Math.floor(x);
  });
  const array = makeArray(ARRAY, [count], dtype, data);
  return a.retstep === true ? new Tuple([array, new Float(step)]) : array;
}

function arange(a: Bound, interp: Interp): Value {
  const given = a.stop === null ? [0, a.start, a.step] : [a.start, a.stop, a.step];
  const [start, stop, step] = given.map((bound) => toNumber(bound));
  if (start === undefined || stop === undefined || step === undefined) return interp.unknown(NOT_KNOWN);
  const isInteger = given.every((bound) => toInt(bound) !== undefined);
  const dtype = dtypeName(a.dtype, isInteger ? "int64" : "float64");
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isSafeInteger(length)) return interp.fail("ValueError", "Maximum allowed size exceeded");
  const data = elementsBy(length, (i) => start + i * step);
  return data
    ? show(ARRAY, cast({ shape: [length], dtype, data }, dtype))
    : makeArray(ARRAY, [length], dtype);
}

/** One value put into the elements in a row; places and values in lists are not read. */
function inserted(whole: Elements, a: Bound, interp: Interp): Value {
  const [at, value] = [toInt(a.obj), toNumber(a.values)];
  if (at === undefined || value === undefined || (a.axis !== null && whole.shape.length > 1))
    return interp.unknown("what numpy.insert puts in is not known");
  const place = at < 0 ? at + whole.data.length : at;
  const data = whole.data.toSpliced(place, 0, value);
  return makeArray(ARRAY, [data.length], whole.dtype, data);
}

export const numpy = (): Module => {
  const known = makeModule({
    values: {
      pi: new Float(Math.PI),
      e: new Float(Math.E),
      inf: new Float(Infinity),
      nan: new Float(Number.NaN),
      newaxis: null,
      ndarray: ARRAY,
      dtype: TYPE,
      ...gridNames((shape, dtype, data) => makeArray(ARRAY, shape, dtype, data)),
      ...SCALAR_TYPES,
    },
    functions: {
      ...ELEMENTWISE,
      ...LAYOUT,
      ...JOINS,
      ...SETS,
      ...Object.fromEntries(Object.keys(REDUCTIONS).map((name) => [name, reducing("a", name)])),
      array: [
        "object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ?like=None",
        (a, interp) => atLeast(fromValue(interp, a.object, a.dtype), toInt(a.ndmin) ?? 0),
      ],
      asarray: ["a, dtype=None, order=None, *, **?", (a, interp) => fromValue(interp, a.a, a.dtype)],
      zeros: filled("shape, dtype=None, order='C', *, ?like=None", () => 0),
      ones: filled("shape, dtype=None, order='C', *, ?like=None", () => 1),
      empty: filled("shape, dtype=None, order='C', *, ?like=None", () => undefined),
      full: [
        "shape, fill_value, dtype=None, order='C', *, ?like=None",
        (a, interp) => {
          const dtype = a.dtype === null && typeof a.fill_value === "number" ? "int64" : a.dtype;
          return filled("", (b) => toNumber(b.fill_value))[1]({ ...a, dtype }, interp);
        },
      ],
      linspace: [
        "start, stop, num=50, endpoint=True, retstep=False, dtype=None, ?axis=0, *, **?",
        strict(spaced),
      ],
      arange: ["start, stop=None, step=1, dtype=None, *, **?", strict(arange)],
      cumsum: running("a", (total, x) => total + x),
      cumprod: running("a", (total, x) => total * x),
      insert: ["arr, obj, values, axis=None", on("arr", inserted)],
      reshape: [
        "a, shape=None, ?order='C', *, newshape=None, copy=None",
        (a, interp) => reshape(interp, a.a, [a.shape ?? a.newshape]),
      ],
      round: [
        "a, decimals=0, out=None",
        written(
          on("a", (whole, a) =>
            show(ARRAY, { ...whole, data: whole.data.map((x) => roundDigits(x, toInt(a.decimals) ?? 0)) }),
          ),
        ),
      ],
      clip: [
        "a, a_min=None, a_max=None, out=None, *, min=None, max=None, **?",
        written(
          on("a", (whole, a, interp) => {
            const bounds = [a.a_min ?? a.min, a.a_max ?? a.max];
            const [low = -Infinity, high = Infinity] = bounds.map(toNumber);
            if (bounds.some((bound) => bound !== null && toNumber(bound) === undefined))
              return interp.unknown("bounds that are no numbers are not followed");
            const dtype = bounds.some((bound) => bound instanceof Float)
              ? widest(whole.dtype, "float64")
              : whole.dtype;
            return show(ARRAY, {
              ...whole,
              dtype,
              data: whole.data.map((x) => Math.min(high, Math.max(low, x))),
            });
          }),
        ),
      ],
      isscalar: ["x", (a) => toNumber(a.x) !== undefined || typeof a.x === "string"],
      allclose: [
        "a, b, rtol=1e-05, atol=1e-08, equal_nan=False",
        (_, interp) => interp.unknown("np.allclose is not followed"),
      ],
      ndim: ["a", on("a", (whole) => whole.shape.length)],
      shape: ["a", on("a", (whole) => new Tuple(whole.shape))],
      size: [
        "a, axis=None",
        on("a", (whole, a, interp) => {
          const axes = axesOf(a.axis, whole.shape.length);
          return axes ? sizeOf(axes.map((axis) => whole.shape[axis] ?? 1)) : interp.unknown(NOT_KNOWN);
        }),
      ],
      issubdtype: [
        "a, b",
        (a) => dtypeName(a.a, "").replace(/\d+$/, "") === dtypeName(a.b, "").replace(/\d+$/, ""),
      ],
    },
  });
  known.set("amax", known.get("max"));
  known.set("amin", known.get("min"));
  return new OpenModule(known, (name) =>
    name === "random" || name.startsWith("__") ? ABSENT : makeRuntime(`numpy.${name}`),
  );
};

export const numpyRandom = (): Module =>
  runtimeModule("numpy.random", [
    ["seed", new NativeFunction("seed", () => null)],
    ...Object.entries(RANDOM).map(([name, [signature, impl]]) => [name, def(name, signature, impl)] as const),
  ]);

/** Arrays whose shape is said and whose elements are not known; without a shape, a number that is not known. */
const drawn =
  (dtype: string): Entry[1] =>
  (a, interp) => {
    const sizes = toItems(a.sizes);
    const shape = sizes ? new Tuple(sizes) : a.size;
    if (shape === null || sizes?.length === 0) return interp.unknown("random numbers");
    return filled("", () => undefined)[1]({ ...a, shape, dtype }, interp);
  };

const RANDOM: Readonly<Record<string, Entry>> = {
  rand: ["*sizes", drawn("float64")],
  randn: ["*sizes", drawn("float64")],
  random: ["size=None", drawn("float64")],
  random_sample: ["size=None", drawn("float64")],
  normal: ["loc=0.0, scale=1.0, size=None", drawn("float64")],
  standard_normal: ["size=None", drawn("float64")],
  uniform: ["low=0.0, high=1.0, size=None", drawn("float64")],
  randint: ["low, high=None, size=None, dtype=None", drawn("int64")],
};
