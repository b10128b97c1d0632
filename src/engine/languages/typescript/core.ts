/** What the parts of JavaScript's semantics share: native functions, plain objects, keys, names of types. */
import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  type Attrs,
  BoundMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  type Key,
  List,
  ModuleValue,
  type NativeClass,
  NativeFunction,
  Property,
  SetValue,
  Tuple,
  Unknown,
  type Value,
} from "../../interpret/values.ts";

import { isHidden } from "./prototypes.ts";

export type Impl = (m: Interp, args: readonly Value[], self: Value) => Value;

/** Types a method whose name every object of the host has too (`toString`). */
export const method = (code: Impl): Impl => code;

export function fn(name: string, impl: Impl): NativeFunction {
  return new NativeFunction(name, (m, args, _kwargs, self) => impl(m, args, self));
}

/** A function that knows its answer only when its arguments are known. */
export function strict(name: string, impl: Impl): NativeFunction {
  return fn(name, (m, args, self) => args.find(isUnknown) ?? impl(m, args, self));
}

export interface JsClass {
  readonly base?: ClassValue;
  readonly native?: NativeClass;
  readonly methods?: Readonly<Record<string, Impl>>;
  readonly getters?: Readonly<Record<string, Impl>>;
  readonly setters?: Readonly<Record<string, Impl>>;
  readonly statics?: Readonly<Record<string, Impl>>;
  readonly constants?: Readonly<Record<string, Value>>;
  /** What the constructor does with an object that was made for a class of the program. */
  readonly init?: Impl;
}

/** Where the constructor code of a native class lies. */
export const INIT = "@@init";
/** `Symbol.iterator` and its kin are texts that no program writes. */
export const ITERATOR = "@@iterator";
export const RUN_TIME = "decided at run time";
/** Why a value that would pass a bound is not made. */
export const LONG_TEXT = "a very long text";
export const LONG_ARRAY = "a very long array";
export const ASYNC_ITERATOR = "@@asyncIterator";
export const HAS_INSTANCE = "@@hasInstance";
export const TO_PRIMITIVE = "@@toPrimitive";
export const TO_STRING_TAG = "@@toStringTag";

/** What a symbol was called when it was made: symbols are `@@name:number`. */
export function symbolName(symbol: string): string {
  return symbol.slice(2).replace(/:\d+$/, "").replace(/^for:/, "");
}

export function jsClass(name: string, spec: JsClass): ClassValue {
  const attrs: Attrs = new Map();
  for (const [key, impl] of Object.entries(spec.methods ?? {})) attrs.set(key, fn(key, impl));
  for (const [key, impl] of Object.entries(spec.getters ?? {})) {
    const setter = entryOf(spec.setters, key);
    attrs.set(key, new Property(fn(key, impl), setter && fn(key, setter)));
  }
  if (spec.init) attrs.set(INIT, fn("constructor", spec.init));
  const cls = new ClassValue(name, spec.base ? [spec.base] : [], attrs);
  cls.mro = [cls, ...(spec.base?.mro ?? [])];
  cls.native = spec.native ?? { layer: false };
  for (const [key, impl] of Object.entries(spec.statics ?? {})) cls.statics.set(key, fn(key, impl));
  for (const [key, value] of Object.entries(spec.constants ?? {})) cls.statics.set(key, value);
  return cls;
}

export function builtinClass(m: Interp, name: string): ClassValue {
  const cls = m.builtin(name);
  if (!(cls instanceof ClassValue)) throw new Error(`no builtin class ${name}`);
  return cls;
}

/** A plain object. */
export function object(m: Interp, entries: Iterable<readonly [string, Value]> = []): Instance {
  const made = m.newInstance(builtinClass(m, "Object"));
  for (const [key, value] of entries) made.attrs.set(key, value);
  return made;
}

/** Is this one of the program's own properties, and no private name or symbol? */
export function isPublic(key: string): boolean {
  return !key.startsWith("@@") && !key.startsWith("#");
}

/** Whole numbers come first, in their order; then the rest as it was put in. */
function inOrder<T>(entries: [string, T][]): [string, T][] {
  const isIndex = ([key]: [string, T]): boolean => /^(?:0|[1-9]\d{0,9})$/.test(key);
  if (!entries.some(isIndex)) return entries;
  const numbers = entries.filter(isIndex).sort(([a], [b]) => Number(a) - Number(b));
  return [...numbers, ...entries.filter((entry) => !isIndex(entry))];
}

function entryCount(value: Value): number {
  if (value instanceof List || value instanceof Tuple) return value.items.length;
  return typeof value === "string" ? value.length : (attrsOf(value)?.size ?? 0) << 1;
}

/** Own enumerable properties, getters called; undefined for what has none. */
export function entriesOf(m: Interp, value: Value): [string, Value][] | undefined {
  m.tick(entryCount(value));
  if (value instanceof List || value instanceof Tuple)
    return value.items.flatMap((item, i): [string, Value][] => [[String(i), item]]);
  if (typeof value === "string") return value.split("").map((unit, i) => [String(i), unit]);
  if (value instanceof ModuleValue && value.exported)
    return value.exported().map((key) => [key, m.getAttr(value, key)]);
  const attrs = attrsOf(value);
  if (!attrs) return undefined;
  const shown = [...attrs].filter(
    ([key]) => isPublic(key) && !(value instanceof Instance && isHidden(value, key)),
  );
  return inOrder(shown).map(([key, item]) => [key, item instanceof Property ? m.getAttr(value, key) : item]);
}

/** The table of an object's own properties. */
export function attrsOf(value: Value): Attrs | undefined {
  if (value instanceof Instance || value instanceof FunctionValue || value instanceof ModuleValue)
    return value.attrs;
  return value instanceof ClassValue ? value.statics : undefined;
}

/** What a value is found by in a Map or Set: identity for objects. */
export function keyOf(value: Value): Key {
  if (typeof value === "string") return value;
  if (typeof value === "number") return value;
  if (value === null || value === undefined || typeof value === "boolean") return `@@${String(value)}`;
  return value;
}

export function setOfItems(items: readonly Value[]): SetValue {
  return new SetValue(new Map(items.map((item) => [keyOf(item), item])));
}

export function mapOf(pairs: readonly (readonly [Value, Value])[]): Dict {
  return new Dict(new Map(pairs.map(([key, value]) => [keyOf(key), { key, value }])));
}

export function isFunction(value: Value): boolean {
  return (
    value instanceof FunctionValue ||
    value instanceof NativeFunction ||
    value instanceof BoundMethod ||
    value instanceof ClassValue
  );
}

export function isObject(value: Value): boolean {
  return value !== null && typeof value === "object" && !isUnknown(value);
}

const PAGE: ReadonlySet<string> = new Set(["window", "self"]);

/** `typeof value` */
export function typeName(value: Value): string | Unknown {
  if (isUnknown(value)) return value;
  if (value === null) return "object";
  // Whether there is a page around the program, a run decides.
  if (value instanceof ModuleValue && PAGE.has(value.name))
    return new Unknown(`${value.name} is ${RUN_TIME}`);
  if (typeof value === "string" && value.startsWith("@@")) return "symbol";
  if (typeof value !== "object") return typeof value;
  return isFunction(value) ? "function" : "object";
}

/** Text of an argument that is meant to be one. */
export function text(value: Value): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

export function num(value: Value, otherwise = 0): number {
  return typeof value === "number" ? value : otherwise;
}
