/**
 * How the engine's own functions and classes are declared: a Python signature and a function of the bound
 * arguments. `def("x, dim=None, keepdim=False", (a, interp) => …)`.
 */
import { emptyTable, type Table } from "../base/table.ts";
import type { Interp } from "./interp.ts";
import { type ParsedSignature, parseSignature, type SignatureParam } from "./signature.ts";
import {
  type Attrs,
  ClassMethod,
  ClassValue,
  Dict,
  Instance,
  isUnknown,
  type Kwargs,
  LargeInt,
  type NativeClass,
  NativeFunction,
  opened,
  Property,
  StaticMethod,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "./values.ts";

/** Arguments by parameter name; `*args` is a Tuple, `**kwargs` a Dict. */
export type Bound = Readonly<Record<string, Value>>;
export type NativeImpl = (a: Bound, interp: Interp) => Value;

const exact = new WeakSet<NativeImpl>();

/** Marks an implementation that takes Python's ints of any size for what they are; for others they are unknown. */
export function exactly(impl: NativeImpl): NativeImpl {
  exact.add(impl);
  return impl;
}

function withoutLarge(args: readonly Value[]): readonly Value[] {
  return args.some((arg) => arg instanceof LargeInt) ? args.map(opened) : args;
}

/**
 * A native function whose arguments are bound by its signature. Wrong arguments fail as TypeError; `lost` is what it
 * answers to one that is not followed, ops say `unfollowed`.
 */
export function def(
  name: string,
  signature: string,
  impl: NativeImpl,
  lost: (interp: Interp, reason: Unknown) => Value = (_, reason) => reason,
): NativeFunction {
  let parsed: ParsedSignature | undefined;
  const takesLarge = exact.has(impl);
  return new NativeFunction(
    name,
    (interp, args, kwargs) => {
      parsed ??= parseSignature(signature);
      const known = takesLarge ? args : withoutLarge(args);
      const bound = bind(interp, name, parsed, known, kwargs);
      if (typeof bound === "string") return interp.fail("TypeError", bound);
      return bound instanceof Unknown ? lost(interp, bound) : impl(bound, interp);
    },
    signature,
  );
}

/**
 * Binds arguments as Python does; answers the TypeError's message when they do not fit, and an unknown when one of them
 * is not followed: it might change the answer.
 */
export function bind(
  interp: Interp,
  name: string,
  signature: ParsedSignature,
  args: readonly Value[],
  kwargs: Kwargs,
): Bound | string | Unknown {
  const { params, rest, keywords } = signature;
  if (kwargs.size === 0 && args.length >= signature.enough && args.length <= signature.most) {
    // All parameters are among the fallbacks, so each of them, `__proto__` too, is the object's own.
    const plain = { ...signature.fallbacks } as Table<Value>;
    for (let i = 0; i < args.length; i++) plain[(params[i] as SignatureParam).name] = args[i];
    return plain;
  }
  const bound = emptyTable<Value>();
  let next = 0;
  for (const param of params) {
    if (param.keywordOnly) continue;
    if (next >= args.length) break;
    bound[param.name] = args[next++];
  }
  if (rest !== undefined) {
    bound[rest] = new Tuple(args.slice(next));
  } else if (next < args.length) {
    if (signature.moreArguments) return unmodelled(interp, `${name} with ${args.length} arguments`);
    return `${name}() takes ${params.length} arguments but ${args.length} were given`;
  }
  const extra = keywords === undefined ? undefined : new Dict();
  for (const [key, value] of kwargs) {
    const known = signature.names.has(key);
    if (known && key in bound) return `${name}() got multiple values for argument '${key}'`;
    if (known) bound[key] = value;
    else if (extra) interp.dictSet(extra, key, value);
    else if (signature.moreKeywords) return unmodelled(interp, `${name}(…, ${key}=)`);
    else return `${name}() got an unexpected keyword argument '${key}'`;
  }
  if (keywords !== undefined) bound[keywords] = extra;
  for (const param of params) {
    if (param.name in bound) continue;
    if (param.required) return `${name}() needs ${param.name}`;
    bound[param.name] = param.fallback;
  }
  for (const param of signature.unmodelled) {
    const value = bound[param.name];
    if (isSame(value, param.fallback)) continue;
    return value instanceof Unknown ? value : unmodelled(interp, `${name}(…, ${param.name}=)`);
  }
  return bound;
}

/** The answer of an op that was given what is not followed: what it costs is not known either. */
export function unfollowed(interp: Interp, reason: Unknown): Unknown {
  interp.gap(reason.reason);
  return reason;
}

function unmodelled(interp: Interp, call: string): Unknown {
  return interp.unknown(`${call} is not modelled`);
}

/** Is a plain value the default that a signature says? */
function isSame(value: Value, fallback: Value): boolean {
  if (value === fallback) return true;
  const number = toNumber(fallback);
  if (number !== undefined) return toNumber(value) === number;
  const items = toItems(fallback);
  const given = items && toItems(value);
  return given?.length === items?.length && (given?.every((item, i) => isSame(item, items?.[i])) ?? false);
}

export interface ClassSpec {
  readonly bases?: readonly ClassValue[];
  readonly qualname?: string;
  readonly native?: NativeClass;
  /** Methods by name: [signature including self, implementation]. */
  readonly methods?: Readonly<Record<string, readonly [string, NativeImpl]>>;
  /** Read-only computed attributes. */
  readonly properties?: Readonly<Record<string, NativeImpl>>;
  readonly statics?: Readonly<Record<string, readonly [string, NativeImpl]>>;
  /** Signature including cls. */
  readonly classMethods?: Readonly<Record<string, readonly [string, NativeImpl]>>;
  readonly constants?: Readonly<Record<string, Value>>;
  /** Its methods keep what they are given, or know ints of any size. */
  readonly isExact?: boolean;
  /** Its objects, and those of classes derived from it, are instances: methods are called on nothing else. */
  readonly isOfObjects?: boolean;
}

/** A class of the engine. Properties take `self` as their only bound argument. */
export function defineClass(name: string, spec: ClassSpec): ClassValue {
  const attrs: Attrs = new Map();
  const isOfObjects = spec.isOfObjects ?? spec.bases?.some((base) => objectClasses.has(base)) ?? false;
  for (const [key, [signature, impl]] of Object.entries(spec.methods ?? {})) {
    const method = isOfObjects ? ofObjects(name, key, impl) : impl;
    if (spec.isExact || exact.has(impl)) exactly(method);
    attrs.set(key, def(key === "__init__" ? name : key, signature, method));
  }
  for (const [key, impl] of Object.entries(spec.properties ?? {})) {
    attrs.set(key, new Property(def(key, "self", impl)));
  }
  for (const [key, [signature, impl]] of Object.entries(spec.statics ?? {})) {
    attrs.set(key, new StaticMethod(def(key, signature, impl)));
  }
  for (const [key, [signature, impl]] of Object.entries(spec.classMethods ?? {})) {
    attrs.set(key, new ClassMethod(def(key, signature, impl)));
  }
  for (const [key, value] of Object.entries(spec.constants ?? {})) attrs.set(key, value);
  const cls = new ClassValue(name, spec.bases ?? [], attrs);
  cls.mro = linearize(cls);
  cls.qualname = spec.qualname ?? name;
  if (spec.native) cls.native = spec.native;
  if (isOfObjects) objectClasses.add(cls);
  return cls;
}

/** `Module.eval(5)`: a method that is taken from its class gets whatever the program likes for an object of it. */
function ofObjects(owner: string, method: string, impl: NativeImpl): NativeImpl {
  return (a, interp) => {
    const { self } = a;
    if (self instanceof Instance) return impl(a, interp);
    if (isUnknown(self)) return self;
    const type = interp.typeOf(self);
    const name = isUnknown(type) ? "tensor" : type.name;
    const message = `descriptor '${method}' for '${owner}' objects doesn't apply to a '${name}' object`;
    return interp.fail("TypeError", message);
  };
}

/** Classes whose objects are all instances. */
const objectClasses = new WeakSet<ClassValue>();

/** C3 linearization; falls back to depth-first order when the bases contradict each other. */
export function linearize(cls: ClassValue): readonly ClassValue[] {
  const [only] = cls.bases;
  if (cls.bases.length === 1 && only) return [cls, ...only.mro];
  const sequences = [...cls.bases.map((base) => base.mro), cls.bases].map((classes) => ({ classes, at: 0 }));
  /** In how many sequences a class stands behind the first that is left. */
  const behind = new Map<ClassValue, number>();
  const count = (each: ClassValue, change: number): void =>
    void behind.set(each, (behind.get(each) ?? 0) + change);
  for (const { classes } of sequences) for (const each of classes.slice(1)) count(each, 1);
  const order = new Set([cls]);
  for (;;) {
    const heads = sequences.flatMap(({ classes, at }) => classes[at] ?? []);
    const next = heads.find((head) => !behind.get(head)) ?? heads[0];
    if (!next) return [...order];
    order.add(next);
    for (const sequence of sequences) {
      for (let head = sequence.classes[sequence.at]; head && order.has(head); ) {
        sequence.at++;
        head = sequence.classes[sequence.at];
        if (head) count(head, -1);
      }
    }
  }
}
