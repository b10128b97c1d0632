/**
 * torch's dtypes: their values, their sizes and how they promote.
 * https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.dtype
 */

import { entryOf } from "../../../base/table.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import { Float, Instance, type Value } from "../../../interpret/values.ts";

export type Category = "bool" | "int" | "float" | "complex";

interface DtypeInfo {
  readonly category: Category;
  readonly bytes: number;
  readonly aliases?: readonly string[];
  /** Place among the dtypes of its category. */
  readonly rank: number;
}

export const DTYPES: Readonly<Record<string, DtypeInfo>> = {
  bool: { category: "bool", bytes: 1, rank: 0 },
  uint8: { category: "int", bytes: 1, rank: 0 },
  int8: { category: "int", bytes: 1, rank: 0 },
  int16: { category: "int", bytes: 2, rank: 1, aliases: ["short"] },
  int32: { category: "int", bytes: 4, rank: 2, aliases: ["int"] },
  int64: { category: "int", bytes: 8, rank: 3, aliases: ["long"] },
  float8_e4m3fn: { category: "float", bytes: 1, rank: 0 },
  float8_e5m2: { category: "float", bytes: 1, rank: 0 },
  float16: { category: "float", bytes: 2, rank: 1, aliases: ["half"] },
  bfloat16: { category: "float", bytes: 2, rank: 1 },
  float32: { category: "float", bytes: 4, rank: 2, aliases: ["float"] },
  float64: { category: "float", bytes: 8, rank: 3, aliases: ["double"] },
  complex32: { category: "complex", bytes: 4, rank: 1, aliases: ["chalf"] },
  complex64: { category: "complex", bytes: 8, rank: 2, aliases: ["cfloat"] },
  complex128: { category: "complex", bytes: 16, rank: 3, aliases: ["cdouble"] },
  quint8: { category: "int", bytes: 1, rank: 0 },
  qint8: { category: "int", bytes: 1, rank: 0 },
  qint32: { category: "int", bytes: 4, rank: 2 },
};

const ORDER: readonly Category[] = ["bool", "int", "float", "complex"];

export function categoryOf(dtype: string): Category {
  return entryOf(DTYPES, dtype)?.category ?? "float";
}

export function isFloating(dtype: string): boolean {
  return categoryOf(dtype) === "float" || categoryOf(dtype) === "complex";
}

export function higher(a: Category, b: Category): boolean {
  return ORDER.indexOf(a) > ORDER.indexOf(b);
}

/** torch.promote_types. */
export function promoteTypes(a: string, b: string): string {
  if (a === b) return a;
  const first = entryOf(DTYPES, a);
  const second = entryOf(DTYPES, b);
  if (!first || !second) return first ? a : b;
  if (first.category !== second.category) {
    const [low, high] = higher(first.category, second.category) ? [b, a] : [a, b];
    if (entryOf(DTYPES, high)!.category !== "complex" || entryOf(DTYPES, low)!.category !== "float")
      return high;
    return entryOf(DTYPES, low)!.rank > entryOf(DTYPES, high)!.rank ? complexOf(low) : high;
  }
  if (first.rank !== second.rank) return first.rank > second.rank ? a : b;
  return first.category === "int" ? "int16" : "float32";
}

/** The complex dtype whose parts have this dtype. */
export function complexOf(dtype: string): string {
  if (categoryOf(dtype) === "complex") return dtype;
  return dtype === "float64" ? "complex128" : dtype === "float16" ? "complex32" : "complex64";
}

/** The dtype of the parts of a complex number; others are their own. */
export function realOf(dtype: string): string {
  const parts: Readonly<Record<string, string>> = {
    complex32: "float16",
    complex64: "float32",
    complex128: "float64",
  };
  return entryOf(parts, dtype) ?? dtype;
}

/** What ops with real results make of integers. */
export function floatOf(dtype: string): string {
  return isFloating(dtype) ? dtype : "float32";
}

/** Elements as this dtype holds them. */
export function cast(data: readonly number[], dtype: string): readonly number[] {
  const category = categoryOf(dtype);
  if (category === "bool") return data.map((x) => (x === 0 ? 0 : 1));
  if (category === "int") return data.map(Math.trunc);
  return dtype === "float64" ? data : data.map(Math.fround);
}

export interface DtypeTable {
  /** `torch.float32` and its aliases by name. */
  readonly values: ReadonlyMap<string, Instance>;
  /** Names of the module `torch`: the class `dtype`, all dtypes and their aliases, `finfo`, `iinfo`. */
  readonly names: ReadonlyMap<string, Value>;
}

export function createDtypes(): DtypeTable {
  const property =
    (read: (info: DtypeInfo, name: string) => Value) => (a: Readonly<Record<string, Value>>) => {
      const name = dtypeName(a.self) ?? "float32";
      return read(entryOf(DTYPES, name)!, name);
    };
  const show = property((_, name) => `torch.${name}`);
  const cls = defineClass("dtype", {
    qualname: "torch.dtype",
    properties: {
      is_floating_point: property((info) => info.category === "float"),
      is_complex: property((info) => info.category === "complex"),
      is_signed: property((info, name) => info.category !== "bool" && name !== "uint8"),
      itemsize: property((info) => info.bytes),
    },
    methods: { __repr__: ["self", show], __str__: ["self", show] },
  });
  const values = new Map<string, Instance>();
  for (const [name, info] of Object.entries(DTYPES)) {
    const value = new Instance(cls);
    value.native = name;
    for (const alias of [name, ...(info.aliases ?? [])]) values.set(alias, value);
  }
  const names = new Map<string, Value>([["dtype", cls], ...values]);
  names.set(
    "finfo",
    def("finfo", "type=None", (a) => limits(FLOAT_LIMITS, dtypeName(a.type) ?? "float32")),
  );
  names.set(
    "iinfo",
    def("iinfo", "type=None", (a) => limits(INT_LIMITS, dtypeName(a.type) ?? "int64")),
  );
  return { values, names };
}

/** Name of a dtype value, undefined for anything else. */
export function dtypeName(value: Value): string | undefined {
  return value instanceof Instance && value.cls.qualname === "torch.dtype"
    ? (value.native as string)
    : undefined;
}

/** What `torch.finfo` tells of each dtype. */
const FLOAT_LIMITS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  float16: floatLimits(65504, 2 ** -14, 2 ** -10, 16),
  bfloat16: floatLimits((2 - 2 ** -7) * 2 ** 127, 2 ** -126, 2 ** -7, 16),
  float32: floatLimits((2 - 2 ** -23) * 2 ** 127, 2 ** -126, 2 ** -23, 32),
  float64: floatLimits(Number.MAX_VALUE, 2 ** -1022, Number.EPSILON, 64),
};

const INT_LIMITS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  uint8: { min: 0, max: 255, bits: 8 },
  int8: { min: -128, max: 127, bits: 8 },
  int16: { min: -32768, max: 32767, bits: 16 },
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1, bits: 32 },
  int64: { min: -(2 ** 63), max: 2 ** 63, bits: 64 },
};

function floatLimits(max: number, tiny: number, eps: number, bits: number): Readonly<Record<string, Value>> {
  return {
    max: new Float(max),
    min: new Float(-max),
    tiny: new Float(tiny),
    smallest_normal: new Float(tiny),
    eps: new Float(eps),
    resolution: new Float(10 ** Math.floor(Math.log10(eps) + 1)),
    bits,
  };
}

function limits(table: Readonly<Record<string, Readonly<Record<string, Value>>>>, dtype: string): Value {
  const instance = new Instance(defineClass("finfo", { qualname: "torch.finfo" }));
  const entries = entryOf(table, dtype) ?? table.float32 ?? table.int64!;
  for (const [key, value] of Object.entries(entries)) instance.attrs.set(key, value);
  instance.attrs.set("dtype", dtype);
  return instance;
}
