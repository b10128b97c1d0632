/** The least of an interpreter that op tables need: attribute look-up, calls, and what they record and report. */

import { createTensors, type Tensors } from "../../../../src/engine/frameworks/torch/tensor/tensors.ts";
import type { Interp } from "../../../../src/engine/interpret/interp.ts";
import type { OpCost } from "../../../../src/engine/interpret/trace.ts";
import {
  ABSENT,
  ClassValue,
  type Dict,
  type Dim,
  Float,
  type Instance,
  Iter,
  List,
  NativeFunction,
  OfData,
  Property,
  Range,
  Slice,
  StaticMethod,
  Tensor,
  TRUE_ELLIPSIS,
  Tuple,
  Unknown,
  type Value,
} from "../../../../src/engine/interpret/values.ts";

export interface Bench {
  readonly tensors: Tensors;
  readonly ops: OpCost[];
  readonly errors: string[];
  /** `torch.name(...)`; a dotted name looks into a module. */
  torch(name: string, args?: readonly Value[], kwargs?: Record<string, Value>): Value;
  /** `self.name(...)`, or the property of that name. */
  method(self: Value, name: string, args?: readonly Value[], kwargs?: Record<string, Value>): Value;
  interp: Interp;
}

export function createBench(): Bench {
  const tensors = createTensors();
  const ops: OpCost[] = [];
  const errors: string[] = [];
  const partial = {
    site: undefined,
    unknown: (reason: string) => new Unknown(reason),
    ofData: (reason: string) => new OfData(reason),
    counted: (_: Dim, reason: string) => new Unknown(reason),
    fail: (type: string, message: string) => {
      errors.push(`${type}: ${message}`);
      return new Unknown(message);
    },
    raiseIfCaught: () => undefined,
    diagnose: (diagnostic: { message: string }) => void errors.push(diagnostic.message),
    gap: () => undefined,
    assume: () => undefined,
    touch: () => undefined,
    tick: () => undefined,
    nested: (body: () => unknown) => body(),
    allows: () => true,
    record: (op: OpCost) => void ops.push(op),
    builtin: (name: string) => new Unknown(name),
    getItem: (value: Value, place: Value) =>
      value instanceof Tuple && typeof place === "number"
        ? value.items.at(place)
        : new Unknown("not an item"),
    items: (value: Value): readonly Value[] | Unknown => {
      if (value instanceof List || value instanceof Tuple) return value.items;
      if (value instanceof Range)
        return Array.from({ length: value.length }, (_, i) => value.start + i * value.step);
      if (value instanceof Tensor) return partial.items(method(value, "__iter__"));
      if (value instanceof Iter) {
        const items: Value[] = [];
        for (let next = value.next(null); next !== ABSENT; next = value.next(null)) items.push(next as Value);
        return items;
      }
      return new Unknown("not iterable");
    },
    call: (callee: Value, args: readonly Value[] = [], kwargs = new Map<string, Value>()): Value => {
      if (callee instanceof NativeFunction) return callee.code(interp, args, kwargs);
      if (callee instanceof StaticMethod) return partial.call(callee.fn, args, kwargs);
      if (callee instanceof ClassValue) return callee.native?.create?.(interp, callee, args, kwargs);
      return new Unknown("not callable");
    },
    callMethod: (obj: Value, name: string, args: readonly Value[] = []) => method(obj, name, args),
    dictSet: (dict: Dict, key: Value, value: Value) => void dict.entries.set(key as string, { key, value }),
    dictGet: (dict: Dict, key: Value) => dict.entries.get(key as string)?.value ?? ABSENT,
  };
  const interp = partial as unknown as Interp;
  const method = (
    self: Value,
    name: string,
    args: readonly Value[] = [],
    kwargs: Record<string, Value> = {},
  ): Value => {
    const cls = (self as Tensor | Tuple | Instance).cls;
    const attr = (cls?.mro ?? []).map((c) => c.attrs.get(name)).find((value) => value !== undefined);
    if (attr instanceof Property) return partial.call(attr.getter, [self]);
    if (attr === undefined) throw new Error(`no method ${name}`);
    return partial.call(attr, [self, ...args], new Map(Object.entries(kwargs)));
  };
  return {
    tensors,
    ops,
    errors,
    interp,
    method,
    torch(name, args = [], kwargs = {}) {
      const dot = name.lastIndexOf(".");
      const module =
        dot < 0
          ? undefined
          : tensors.modules[
              name.slice(0, dot).startsWith("einops") ? name.slice(0, dot) : `torch.${name.slice(0, dot)}`
            ];
      const fn = dot < 0 ? tensors.functions.get(name) : module?.().get(name.slice(dot + 1));
      if (fn === undefined) throw new Error(`no function ${name}`);
      return partial.call(fn, args, new Map(Object.entries(kwargs)));
    },
  };
}

/** Values from JSON: {t: shape, d: dtype, v: data}, {s: slice}, {f: float}, "..." and plain lists, numbers, null. */
export function fromJson(bench: Bench, json: unknown): Value {
  if (Array.isArray(json)) return new List(json.map((item) => fromJson(bench, item)));
  if (json === "...") return TRUE_ELLIPSIS;
  if (json === null || typeof json !== "object") return json as Value;
  const of = json as {
    t?: number[];
    d?: string;
    v?: number[];
    s?: Value[];
    f?: number;
    tuple?: unknown[];
    dtype?: string;
  };
  if (of.t) return bench.tensors.make(of.t, of.d ?? "float32", of.v);
  if (of.s) return new Slice(of.s[0] ?? null, of.s[1] ?? null, of.s[2] ?? null);
  if (of.f !== undefined) return new Float(of.f);
  if (of.dtype) return bench.tensors.functions.get(of.dtype);
  return new Tuple((of.tuple ?? []).map((item) => fromJson(bench, item)));
}
