/**
 * What all of Python's built-in behaviour rests on: which classes are the language's own, how dunder methods
 * of program and framework classes are found and called, and small helpers of the method tables.
 */
import { entryOf } from "../../base/table.ts";
import { Raised } from "../../interpret/control.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, type ClassSpec, defineClass, exactly, type NativeImpl } from "../../interpret/native.ts";
import {
  BoundMethod,
  Bytes,
  ClassMethod,
  ClassValue,
  Dict,
  Float,
  Instance,
  isUnknown,
  List,
  opened,
  SetValue,
  StaticMethod,
  Tensor,
  Tuple,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";

import { isOpen } from "./integers.ts";

const coreClasses = new WeakSet<ClassValue>();

/** A class of the language itself (`int`, `list`, `object`): its dunders are what the operators do anyway. */
export function defineCore(name: string, spec: ClassSpec): ClassValue {
  const cls = defineClass(name, spec);
  coreClasses.add(cls);
  return cls;
}

/** Python forbids setting attributes of these; they are shared by all interpreters. */
export function isCore(cls: ClassValue): boolean {
  return coreClasses.has(cls);
}

/** The value that a binary dunder answers when it does not know the other operand. */
export const NOT_IMPLEMENTED: Instance = new Instance(defineCore("NotImplementedType", {}));

/** The class whose dunders may differ from the built-in behaviour; undefined for plain values. */
function dunderClass(interp: Interp, value: Value): ClassValue | undefined {
  if (value === null || typeof value !== "object") return undefined;
  switch (value.kind) {
    case "instance":
      return value.cls;
    case "tensor":
    case "list":
    case "tuple":
    case "dict":
    case "set":
      return value.cls;
    case "class": {
      const type = interp.typeOf(value);
      return isUnknown(type) ? undefined : type;
    }
    default:
      return undefined;
  }
}

/**
 * A dunder method that a program or framework class defines, looked up on the type. The language's own are
 * not answered: built-in behaviour follows. A class with an unknown base that lacks it answers that Unknown.
 */
export function dunder(interp: Interp, value: Value, name: string): Value | undefined {
  const cls = dunderClass(interp, value);
  if (cls === undefined) return undefined;
  let unknownBase: Unknown | undefined;
  for (const base of cls.mro) {
    const found = base.attrs.get(name);
    if (found !== undefined) return coreClasses.has(base) ? unknownBase : found;
    unknownBase ??= base.unknownBase;
  }
  return unknownBase;
}

/** Calls what `dunder` found, as `type(self).__name__(self, …)` does. */
export function callDunder(interp: Interp, fn: Value, self: Value, args: readonly Value[] = []): Value {
  if (isUnknown(fn)) return fn;
  if (fn instanceof StaticMethod) return interp.call(fn.fn, args);
  if (fn instanceof ClassMethod) return interp.call(fn.fn, [interp.typeOf(self), ...args]);
  if (fn instanceof BoundMethod) return interp.call(fn, args);
  return interp.call(fn, [self, ...args]);
}

/** `dunder` and `callDunder` in one; undefined when the type has none. */
export function tryDunder(
  interp: Interp,
  value: Value,
  name: string,
  args: readonly Value[] = [],
): Value | undefined {
  const fn = dunder(interp, value, name);
  return fn === undefined || fn === null ? undefined : callDunder(interp, fn, value, args);
}

/** The str, int or float inside an instance of a subclass of these. */
export function unwrap(value: Value): Value {
  return value instanceof Instance && value.payload !== undefined ? value.payload : value;
}

/** An int (or bool, or an int subclass), as `__index__` gives it; undefined for the rest. */
export function toInt(value: Value): number | undefined {
  const plain = unwrap(value);
  if (typeof plain === "number") return plain;
  if (typeof plain === "boolean") return plain ? 1 : 0;
  return undefined;
}

/** `toInt` that also asks objects and tensors for `__index__`. */
export function toIndex(interp: Interp, value: Value): number | undefined | Unknown {
  if (isUnknown(value)) return opened(value);
  const plain = toInt(value);
  if (plain !== undefined) return plain;
  const answer = tryDunder(interp, value, "__index__");
  return isUnknown(answer) ? answer : answer === undefined ? undefined : toInt(answer);
}

/** The text of a str or of an instance of a str subclass. */
export function toText(value: Value): string | undefined {
  const plain = unwrap(value);
  return typeof plain === "string" ? plain : undefined;
}

/** Name of the built-in type of a value that carries no class of its own. */
export function builtinTypeName(value: Value): string {
  if (value === null || value === undefined) return "NoneType";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return "int";
    case "string":
      return "str";
    default:
      return heapTypeName(value);
  }
}

function heapTypeName(value: Exclude<Value, null | undefined | boolean | number | string>): string {
  if (value instanceof SetValue) return value.frozen ? "frozenset" : "set";
  return HEAP_TYPE_NAMES[value.kind] ?? value.kind;
}

const HEAP_TYPE_NAMES: Readonly<Record<string, string>> = {
  class: "type",
  native: "builtin_function_or_method",
  iter: "generator",
  regex: "Pattern",
  instance: "object",
};

/** The name of a value's type, as messages show it. */
export function typeName(interp: Interp, value: Value): string {
  const type = interp.typeOf(value);
  return isUnknown(type) ? builtinTypeName(value) : type.name;
}

/** True for values that are compared and hashed by identity unless their class says otherwise. */
export function isPlain(value: Value): boolean {
  return !(value instanceof Instance || value instanceof Tensor || value instanceof ClassValue);
}

/** The first argument that is not known, looking into `*args` and `**kwargs`. */
export function firstUnknown(bound: Bound): Unknown | undefined {
  for (const key in bound) {
    const value = entryOf(bound, key);
    if (isUnknown(value)) return opened(value);
    if (value instanceof Tuple && value.cls === undefined) {
      for (const item of value.items) if (isUnknown(item)) return opened(item);
    }
  }
  return undefined;
}

/** The same for an implementation that takes ints of any size. */
function firstOpen(bound: Bound): Unknown | undefined {
  for (const key in bound) {
    const value = entryOf(bound, key);
    if (isOpen(value)) return value;
    if (value instanceof Tuple && value.cls === undefined) {
      for (const item of value.items) if (isOpen(item)) return item;
    }
  }
  return undefined;
}

/** An implementation that is asked when all arguments are known, ints of any size among them. */
export function strictExact(impl: NativeImpl): NativeImpl {
  return exactly((bound, interp) => firstOpen(bound) ?? impl(bound, interp));
}

/** An implementation that is only asked when all arguments are known. */
export function strict(impl: NativeImpl): NativeImpl {
  return (bound, interp) => firstUnknown(bound) ?? impl(bound, interp);
}

type MethodTable = Readonly<Record<string, readonly [string, NativeImpl]>>;

/** A method table all of whose entries are `strict`. */
export function strictTable(table: MethodTable): MethodTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, [signature, impl]]) => [name, [signature, strict(impl)] as const]),
  );
}

/** The same with `strictExact`. */
export function exactTable(table: MethodTable): MethodTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, [signature, impl]]) => [name, [signature, strictExact(impl)] as const]),
  );
}

/** True when what was thrown is a Python exception of the named class. */
export function isRaised(thrown: unknown, ...names: readonly string[]): thrown is Raised {
  return (
    thrown instanceof Raised &&
    thrown.value instanceof Instance &&
    thrown.value.cls.mro.some((cls) => names.includes(cls.name))
  );
}

/** A value that stands for its own elements: `list`, `tuple`, `str`… never an object with dunders. */
export type Container = List | Tuple | Dict | SetValue;

export function isContainer(value: Value): value is Container {
  return (
    value instanceof List || value instanceof Tuple || value instanceof Dict || value instanceof SetValue
  );
}

export function isNumeric(value: Value): value is number | boolean | Float {
  return typeof value === "number" || typeof value === "boolean" || value instanceof Float;
}

export function isBytes(value: Value): value is Bytes {
  return value instanceof Bytes;
}

/** The None that a method gives after what it did. */
export function none(..._done: readonly unknown[]): null {
  return null;
}

/** A value, given after something was done. */
export function after(_done: unknown, value: Value): Value {
  return value;
}
