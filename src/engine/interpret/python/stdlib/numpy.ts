import type { Interp } from "../../interp.ts";
import { type Bound, def } from "../../native.ts";
import {
  ABSENT,
  Float,
  isUnknown,
  NativeFunction,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../values.ts";
import { strict, toInt } from "../core.ts";
import { floorDiv, floorMod, roundDigits } from "../numbers.ts";
import { items } from "../sequences.ts";
import { TYPE } from "../types/object.ts";
import { makeRuntime, runtimeModule } from "./inertness.ts";
import {
  type Elements,
  elementsBy,
  elementsOf,
  MOST_ELEMENTS,
  makeArray,
  show,
  sizeOf,
  widest,
} from "./ndarray.ts";
import {
  ARRAY,
  combine,
  cumulated,
  dtypeName,
  expanded,
  filled,
  fromValue,
  mapped,
  NOT_KNOWN,
  on,
  REDUCTIONS,
  reducing,
  reshape,
} from "./nparray.ts";
import { gridNames } from "./npgrids.ts";
import { LAYOUT } from "./nplayout.ts";
import { SCALAR_TYPES } from "./npscalars.ts";
import { type Entry, type Module, makeModule, OpenModule } from "./table.ts";

function joined(interp: Interp, value: Value, stack: boolean): Value {
  if (isUnknown(value)) return value;
  const all = items(interp, value);
  if (isUnknown(all)) return all;
  const parts = all.map((part) => elementsOf(interp, part));
  if (!parts.every((part) => part !== undefined)) return interp.unknown(NOT_KNOWN);
  const [first] = parts;
  const rows = parts.reduce((count, part) => count + (part.shape[0] ?? 1), 0);
  const shape = stack ? [parts.length, ...(first?.shape ?? [])] : [rows, ...(first?.shape.slice(1) ?? [])];
  const dtype = parts.reduce((widestSoFar, part) => widest(widestSoFar, part.dtype), "bool");
  const isSmall = sizeOf(shape) <= MOST_ELEMENTS;
  return makeArray(ARRAY, shape, dtype, isSmall ? parts.flatMap((part) => [...part.data]) : undefined);
}

function spaced(a: Bound, interp: Interp): Value {
  const [start, stop, count] = [toNumber(a.start) ?? 0, toNumber(a.stop) ?? 0, toInt(a.num) ?? 50];
  const parts = a.endpoint === false ? count : count - 1;
  if (count < 0) return interp.fail("ValueError", `Number of samples, ${count}, must be non-negative.`);
  const data = elementsBy(count, (i) =>
    i === parts && parts > 0 ? stop : start + (parts > 0 ? (i * (stop - start)) / parts : 0),
  );
  return makeArray(ARRAY, [count], dtypeName(a.dtype, "float64"), data);
}

function arange(a: Bound, interp: Interp): Value {
  const [start, stop] =
    a.stop === null ? [0, toNumber(a.start) ?? 0] : [toNumber(a.start) ?? 0, toNumber(a.stop) ?? 0];
  const step = toNumber(a.step) ?? 1;
  const isInteger = [a.start, a.stop, a.step].every((part) => part === null || typeof part === "number");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isSafeInteger(count)) return interp.fail("ValueError", "Maximum allowed size exceeded");
  const data = elementsBy(count, (i) => start + i * step);
  return makeArray(ARRAY, [count], dtypeName(a.dtype, isInteger ? "int64" : "float64"), data);
}

/** One value put into the elements in a row; places and values in lists are not read. */
function inserted(whole: Elements, a: Bound, interp: Interp): Value {
  const [at, value] = [toInt(a.obj), toNumber(a.values)];
  if (at === undefined || value === undefined)
    return interp.unknown("what numpy.insert puts in is not known");
  const place = at < 0 ? at + whole.data.length : at;
  const data = whole.data.toSpliced(place, 0, value);
  return makeArray(ARRAY, [data.length], whole.dtype, data);
}

const ELEMENTWISE: Readonly<Record<string, Entry>> = {
  sqrt: mapped(Math.sqrt),
  exp: mapped(Math.exp),
  log: mapped(Math.log),
  log2: mapped(Math.log2),
  log10: mapped(Math.log10),
  floor: mapped(Math.floor),
  ceil: mapped(Math.ceil),
  trunc: mapped(Math.trunc),
  sin: mapped(Math.sin),
  cos: mapped(Math.cos),
  tan: mapped(Math.tan),
  tanh: mapped(Math.tanh),
  rint: mapped((x) => roundDigits(x, 0)),
  abs: mapped(Math.abs, "same"),
  absolute: mapped(Math.abs, "same"),
  square: mapped((x) => x * x, "same"),
  sign: mapped(Math.sign, "same"),
  negative: mapped((x) => -x, "same"),
};

const BINARY: Readonly<Record<string, readonly [string | undefined, (x: number, y: number) => number]>> = {
  add: [undefined, (x, y) => x + y],
  subtract: [undefined, (x, y) => x - y],
  multiply: [undefined, (x, y) => x * y],
  divide: ["float64", (x, y) => x / y],
  true_divide: ["float64", (x, y) => x / y],
  floor_divide: [undefined, floorDiv],
  mod: [undefined, floorMod],
  power: [undefined, (x, y) => x ** y],
  maximum: [undefined, Math.max],
  minimum: [undefined, Math.min],
};

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
      ...Object.fromEntries(Object.keys(REDUCTIONS).map((name) => [name, reducing("a", name)])),
      ...Object.fromEntries(
        Object.entries(BINARY).map(([name, [dtype, rule]]) => [
          name,
          ["x, y, *args, **kwargs", strict((a, interp) => combine(interp, a.x, a.y, dtype, rule))],
        ]),
      ),
      array: ["object, dtype=None, **kwargs", (a, interp) => fromValue(interp, a.object, a.dtype)],
      asarray: ["object, dtype=None, **kwargs", (a, interp) => fromValue(interp, a.object, a.dtype)],
      zeros: filled("shape, dtype=None, **kwargs", () => 0),
      ones: filled("shape, dtype=None, **kwargs", () => 1),
      empty: filled("shape, dtype=None, **kwargs", () => undefined),
      full: [
        "shape, fill_value, dtype=None, **kwargs",
        (a, interp) => {
          const dtype = a.dtype === null && typeof a.fill_value === "number" ? "int64" : a.dtype;
          return filled("", (b) => toNumber(b.fill_value))[1]({ ...a, dtype }, interp);
        },
      ],
      linspace: ["start, stop, num=50, endpoint=True, retstep=False, dtype=None", strict(spaced)],
      arange: ["start, stop=None, step=1, dtype=None", strict(arange)],
      cumsum: cumulated((total, x) => total + x),
      cumprod: cumulated((total, x) => total * x),
      concatenate: ["arrays, axis=0, **kwargs", (a, interp) => joined(interp, a.arrays, false)],
      hstack: ["arrays", (a, interp) => joined(interp, a.arrays, false)],
      insert: ["arr, obj, values, axis=None", on("arr", inserted)],
      stack: ["arrays, axis=0", (a, interp) => joined(interp, a.arrays, true)],
      vstack: ["arrays", (a, interp) => joined(interp, a.arrays, true)],
      expand_dims: ["a, axis", (a, interp) => expanded(a.a, a.axis, interp)],
      reshape: ["a, shape", (a, interp) => reshape(interp, a.a, [a.shape])],
      round: [
        "a, decimals=0",
        on("a", (whole, a) =>
          show(ARRAY, { ...whole, data: whole.data.map((x) => roundDigits(x, toInt(a.decimals) ?? 0)) }),
        ),
      ],
      clip: [
        "a, a_min, a_max",
        on("a", (whole, a) =>
          show(ARRAY, {
            ...whole,
            data: whole.data.map((x) =>
              Math.min(toNumber(a.a_max) ?? x, Math.max(toNumber(a.a_min) ?? x, x)),
            ),
          }),
        ),
      ],
      diff: [
        "a",
        on("a", (whole) =>
          makeArray(
            ARRAY,
            [Math.max(0, whole.data.length - 1)],
            whole.dtype,
            whole.data.slice(1).map((x, i) => x - (whole.data[i] ?? 0)),
          ),
        ),
      ],
      unique: [
        "ar, **kwargs",
        on("ar", (whole) => {
          const data = [...new Set(whole.data)].sort((x, y) => x - y);
          return makeArray(ARRAY, [data.length], whole.dtype, data);
        }),
      ],
      sort: [
        "a, **kwargs",
        on("a", (whole) =>
          makeArray(
            ARRAY,
            whole.shape,
            whole.dtype,
            [...whole.data].sort((x, y) => x - y),
          ),
        ),
      ],
      repeat: [
        "a, repeats",
        on("a", (whole, a, interp) => {
          const times = toInt(a.repeats);
          if (times === undefined) return interp.unknown("np.repeat of this is not followed");
          if (times < 0) return interp.fail("ValueError", "repeats may not contain negative values.");
          const count = whole.data.length * times;
          const data = elementsBy(count, (i) => whole.data[Math.floor(i / times)] ?? 0);
          return makeArray(ARRAY, [count], whole.dtype, data);
        }),
      ],
      isnan: [
        "x",
        on("x", (whole) =>
          show(ARRAY, { ...whole, dtype: "bool", data: whole.data.map((x) => Number(Number.isNaN(x))) }),
        ),
      ],
      isscalar: ["x", (a) => toNumber(a.x) !== undefined || typeof a.x === "string"],
      allclose: [
        "a, b, rtol=1e-05, atol=1e-08",
        (_, interp) => interp.unknown("np.allclose is not followed"),
      ],
      ndim: ["a", on("a", (whole) => whole.shape.length)],
      shape: ["a", on("a", (whole) => new Tuple(whole.shape))],
      size: ["a", on("a", (whole) => whole.data.length)],
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
