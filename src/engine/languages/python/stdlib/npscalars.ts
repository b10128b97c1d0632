/** numpy's scalar types: called, they convert; as a dtype, they are their name; their instances act as numbers. */
import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  ClassValue,
  Float,
  Instance,
  isUnknown,
  Tuple,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import { toText, unwrap } from "../core.ts";
import { FLOAT } from "../types/numbers.ts";
import { OBJECT } from "../types/object.ts";

const number: NativeImpl = (a) => unwrap(a.self);

const GENERIC = defineClass("generic", {
  bases: [OBJECT],
  qualname: "numpy.generic",
  methods: {
    item: ["self, *args", number],
    tolist: ["self", number],
    astype: ["self, dtype, order='K', casting='unsafe', subok=True, copy=True", astype],
    copy: ["self", (a) => a.self],
    sum: ["self, axis=None, dtype=None, out=None, keepdims=False", (a) => a.self],
    mean: ["self, axis=None, dtype=None, out=None, keepdims=False", (a) => a.self],
    round: [
      "self, decimals=0",
      (a, interp) => interp.call(interp.builtin("round"), [unwrap(a.self), a.decimals]),
    ],
  },
  properties: {
    shape: () => new Tuple([]),
    ndim: () => 0,
    size: () => 1,
    dtype: (a) => (a.self instanceof Instance ? a.self.cls.name : null),
  },
});
const NUMBER = defineClass("number", { bases: [GENERIC] });
const INTEGER = defineClass("integer", { bases: [NUMBER] });
const FLOATING = defineClass("floating", { bases: [NUMBER] });

const BASES: readonly (readonly [pattern: RegExp, bases: readonly ClassValue[]])[] = [
  [/^float64$/, [FLOATING, FLOAT]],
  [/^float/, [FLOATING]],
  [/^u?int/, [INTEGER]],
  [/^bool/, [GENERIC]],
];
const NAMES = [
  "float16",
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
];

/** The number as a value of a Python type, by numpy's dtype. */
export function plainElement(dtype: string, value: number): Value {
  if (dtype === "bool") return value !== 0;
  return /int/.test(dtype) ? Math.trunc(value) : new Float(value);
}

/** One element of an array: a scalar that carries its number. */
export function scalar(dtype: string, value: number): Value {
  const cls = SCALARS.get(dtype);
  const plain = plainElement(dtype, value);
  if (cls === undefined || typeof plain === "boolean") return plain;
  const made = new Instance(cls);
  made.payload = plain;
  return made;
}

/** A number as another scalar type, which is told by numpy's name, by the type or by Python's own type. */
function astype(a: Bound, interp: Interp): Value {
  const { dtype } = a;
  const name = dtype instanceof ClassValue ? dtype.name : toText(dtype);
  const type = name === undefined ? undefined : entryOf(SCALAR_TYPES, name);
  if (type === undefined) return interp.unknown(`astype(${String(interp.repr(dtype))}) is not known`);
  return interp.call(type, [unwrap(a.self)]);
}

function scalarType(name: string): ClassValue {
  return defineClass(name, {
    bases: BASES.find(([pattern]) => pattern.test(name))?.[1] ?? [GENERIC],
    qualname: `numpy.${name}`,
    native: {
      layer: false,
      create: (interp, _cls, [value = 0]) => {
        if (isUnknown(value)) return value;
        const plain = toNumber(value) ?? toNumber(interp.call(FLOAT, [value]));
        return plain === undefined ? interp.unknown("this number is not known") : scalar(name, plain);
      },
    },
  });
}

const SCALARS: ReadonlyMap<string, ClassValue> = new Map(NAMES.map((name) => [name, scalarType(name)]));

/** By the names that numpy gives them. */
export const SCALAR_TYPES: Readonly<Record<string, Value>> = {
  ...Object.fromEntries(SCALARS),
  ...Object.fromEntries(
    [
      ["bool_", "bool"],
      ["float_", "float64"],
      ["int_", "int64"],
      ["double", "float64"],
      ["single", "float32"],
      ["half", "float16"],
      ["intp", "int64"],
      ["longlong", "int64"],
      ["int", "int64"],
      ["float", "float64"],
    ].map(([alias = "", name = ""]) => [alias, SCALARS.get(name)] as const),
  ),
  generic: GENERIC,
  number: NUMBER,
  integer: INTEGER,
  floating: FLOATING,
};
