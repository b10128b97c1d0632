/**
 * JAX's arrays: the class `jax.Array`, its dtypes, and how an op of a table becomes a function of `jax.numpy`.
 * Shape rules are those of every framework's tensors; dtypes are JAX's with 64-bit types switched off.
 * https://docs.jax.dev/en/latest/default_dtypes.html
 */

import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import { wordPattern } from "../../../interpret/patterns/escape.ts";
import {
  ClassValue,
  Instance,
  type Kwargs,
  NativeFunction,
  Property,
  type Shape,
  Tensor,
  type Tuple,
  Tuple as TupleValue,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { DTYPES } from "../../torch/tensor/dtypes.ts";
import { type OpSpec, toNative } from "../../torch/tensor/op.ts";
import { Toolkit } from "../../torch/tensor/toolkit.ts";
import { REFUSED_ARRAYS } from "./refused.ts";

/** What JAX makes of 64-bit types unless told otherwise. */
const NARROWED: Readonly<Record<string, string>> = {
  int64: "int32",
  float64: "float32",
  complex128: "complex64",
};

/** Python's types as dtypes, and NumPy's spellings. */
const DTYPE_NAMES: Readonly<Record<string, string>> = {
  int: "int32",
  float: "float32",
  bool: "bool",
  bool_: "bool",
  complex: "complex64",
};

/** Keyword arguments that change elements alone; what they make of them is not worked out. */
const OF_ELEMENTS: ReadonlySet<string> = new Set(["where", "initial", "mode", "fill_value"]);

/** Keyword arguments that change neither shapes nor elements nor cost. */
const INERT: ReadonlySet<string> = new Set([
  "precision",
  "preferred_element_type",
  "out_sharding",
  "promote_integers",
  "unique_indices",
  "indices_are_sorted",
  "optimize",
  "sharding",
  "inplace",
  "upcast_f16_for_computation",
  "approximate",
]);

export class ArrayKit extends Toolkit {
  readonly dtypeClass: ClassValue;
  readonly #values = new Map<string, Instance>();

  constructor() {
    super("Array", "jax.Array");
    const show = (value: Value): string => this.dtypeName(value) ?? "dtype";
    this.dtypeClass = defineClass("dtype", {
      qualname: "jax.numpy.dtype",
      methods: {
        __call__: ["self, x=0, ?copy=None, **?", (a, interp) => this.convert(interp, a.x, show(a.self))],
        __repr__: ["self", (a) => show(a.self)],
        __str__: ["self", (a) => show(a.self)],
        __eq__: ["self, other", (a) => show(a.self) === this.dtypeName(a.other)],
        __ne__: ["self, other", (a) => show(a.self) !== this.dtypeName(a.other)],
        __hash__: ["self", (a) => show(a.self).length],
      },
      properties: {
        name: (a) => show(a.self),
        __name__: (a) => show(a.self),
        dtype: (a) => a.self,
        type: (a) => a.self,
        itemsize: (a) => entryOf(DTYPES, show(a.self))?.bytes ?? 4,
      },
    });
  }

  override make(shape: Shape | Unknown, dtype = "float32", data?: readonly number[]): Tensor {
    return super.make(shape, entryOf(NARROWED, dtype) ?? dtype, data);
  }

  /** A shape is a plain tuple. */
  override size(shape: Shape): Tuple {
    return new TupleValue(shape);
  }

  override dtype(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const made = new Instance(this.dtypeClass);
    made.native = name;
    this.#values.set(name, made);
    return made;
  }

  override dtypeName(value: Value): string | undefined {
    if (typeof value === "string") return entryOf(DTYPES, value) ? value : entryOf(DTYPE_NAMES, value);
    if (value instanceof Instance && value.cls === this.dtypeClass) return value.native as string;
    if (value instanceof ClassValue)
      return entryOf(DTYPES, value.name) ? value.name : entryOf(DTYPE_NAMES, value.name);
    return undefined;
  }

  /** `jnp.float32(x)`, `x.astype(dtype)`. */
  convert(interp: Interp, value: Value, dtype: string): Value {
    return interp.call(this.asArray, [value], new Map([["dtype", this.dtype(dtype)]]));
  }

  /** `jnp.asarray`, set by the table that has it. */
  asArray: Value = null;

  /** A function of jax.numpy that runs an op of a table; `renames` gives NumPy's names of its arguments. */
  fn(name: string, spec: OpSpec, renames: Readonly<Record<string, string>> = {}): NativeFunction {
    const refused = entryOf(REFUSED_ARRAYS, name);
    const native = toNative(this, name, refused ? { ...spec, refused } : spec);
    return new NativeFunction(
      name,
      (interp, args, kwargs) => {
        const given = settle(kwargs, spec, renames);
        const answer = native.code(interp, args, given.kept);
        if (given.changesElements && answer instanceof Tensor) delete answer.data;
        return answer;
      },
      spec.signature,
    );
  }

  /** A computed attribute of `jax.Array`. */
  property(name: string, read: (self: Tensor) => Value): void {
    const getter = def(name, "self", (a) => (a.self instanceof Tensor ? read(a.self) : null));
    this.cls.attrs.set(name, new Property(getter));
  }

  /** A method of `jax.Array`. */
  method(name: string, spec: OpSpec, renames?: Readonly<Record<string, string>>): void {
    this.cls.attrs.set(name, this.fn(name, spec, renames));
  }
}

interface Settled {
  readonly kept: Kwargs;
  readonly changesElements: boolean;
}

function settle(kwargs: Kwargs, spec: OpSpec, renames: Readonly<Record<string, string>>): Settled {
  if (kwargs.size === 0) return { kept: kwargs, changesElements: false };
  const kept = new Map<string, Value>();
  let changesElements = false;
  const takes = (name: string): boolean => new RegExp(wordPattern(name)).test(spec.signature);
  for (const [key, value] of kwargs) {
    const ours = entryOf(renames, key);
    const name = ours !== undefined && !takes(key) && takes(ours) ? ours : key;
    const isOurs = !INERT.has(name) && !OF_ELEMENTS.has(name);
    if (isOurs || takes(name)) kept.set(name, value);
    else if (OF_ELEMENTS.has(name) && value !== null) changesElements = true;
  }
  return { kept, changesElements };
}
