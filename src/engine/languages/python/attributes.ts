/**
 * Python's attribute look-up: own attributes, the class's MRO, descriptors, `__getattr__`; and what setting and
 * deleting an attribute do.
 */

import { entryOf } from "../../base/table.ts";
import { attrsDict, readOnlyAttrs } from "../../interpret/attrsDict.ts";
import type { Machine } from "../../interpret/machine.ts";
import { forced } from "../../interpret/scope.ts";
import { isData } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  type Absent,
  type Attrs,
  BoundMethod,
  ClassMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  Iter,
  LargeInt,
  List,
  ModuleValue,
  NativeFunction,
  Property,
  SetValue,
  StaticMethod,
  SuperValue,
  Tensor,
  Tuple,
  Unknown,
  unknownBaseOf,
  type Value,
} from "../../interpret/values.ts";
import { weightKept, weightTaken } from "../../interpret/weight.ts";
import { builtinTypeName, isCore, typeName } from "./core.ts";
import { keywordDefaults } from "./keywordDefaults.ts";
import { writtenName } from "./moduleNames.ts";
import { failReadOnly, isReadOnly } from "./readOnly.ts";
import { hidesFramework } from "./stubs.ts";
import { OBJECT } from "./types/object.ts";
import { iteratorClass } from "./types/others.ts";

export function typeOf(m: Machine, value: Value): ClassValue | Unknown {
  if (value instanceof LargeInt) return m.builtinClass("int");
  if (value instanceof Unknown) return value;
  if (value instanceof Instance) return value.cls;
  if (value instanceof ClassValue) {
    for (const cls of value.mro) if (cls.metaclass) return cls.metaclass;
    return m.builtinClass("type");
  }
  const own = ownClass(value);
  if (own) return own;
  if (value instanceof Iter && value.typeName.includes("iterator") && value.typeName !== "iterator")
    return iteratorClass(value.typeName);
  if (value instanceof Tensor) return m.unknown("a tensor of no framework");
  const named = m.builtin(builtinTypeName(value));
  return named instanceof ClassValue ? named : m.builtinClass("object");
}

function ownClass(value: Value): ClassValue | undefined {
  if (
    value instanceof List ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof SetValue ||
    value instanceof Tensor
  ) {
    return value.cls;
  }
  return undefined;
}

/** Attributes an object holds itself. */
export function ownAttrs(value: Value): Attrs | undefined {
  if (value === null || typeof value !== "object") return undefined;
  switch (value.kind) {
    case "instance":
    case "list":
    case "tuple":
    case "dict":
    case "set":
    case "tensor":
    case "function":
    case "native":
    case "module":
      return value.attrs;
    default:
      return undefined;
  }
}

/** The first class in the MRO that has the name, and what it has. */
export function findInMro(mro: readonly ClassValue[], name: string): Value | Absent {
  for (const cls of mro) {
    const value = cls.attrs.get(name);
    if (value !== undefined || cls.attrs.has(name)) return value;
  }
  return ABSENT;
}

export function lookup(m: Machine, obj: Value, name: string): Value | Absent {
  if (obj instanceof Unknown && !(obj instanceof LargeInt)) return obj;
  if (obj instanceof ClassValue) return lookupClass(m, obj, name);
  if (obj instanceof ModuleValue) return lookupModule(m, obj, name);
  if (obj instanceof SuperValue) return lookupSuper(m, obj, name);
  if (obj instanceof BoundMethod) {
    if (name === "__self__") return obj.self;
    if (name === "__func__") return obj.fn;
    const own = lookup(m, obj.fn, name);
    if (own !== ABSENT) return own;
  }
  const cls = typeOf(m, obj);
  if (cls instanceof Unknown) return cls;
  if (cls.reads) return fromGetattr(m, cls.reads, obj, name);
  return lookupPlain(m, obj, cls, name);
}

/** `object.__getattribute__`: what an attribute is where the class does not read attributes its own way. */
export function lookupPlain(m: Machine, obj: Value, cls: ClassValue, name: string): Value | Absent {
  const items = itemsAsAttributes(obj);
  if (items && name === "__dict__") return items;
  const special = entryOf(specials, name)?.(m, obj, cls);
  if (special !== undefined) return special;

  const found = findInMro(cls.mro, name);
  if (found instanceof Property) return readProperty(m, found, obj, name);
  if (items?.entries.has(name)) return m.dictGet(items, name);
  const attrs = ownAttrs(obj);
  if (attrs) {
    const own = attrs.get(name);
    if (own !== undefined || attrs.has(name)) return forced(attrs, name, own);
  }
  const open = obj instanceof Instance ? obj.open : undefined;
  if (found !== ABSENT) return open && isData(found) ? open : bindTo(m, found, obj, cls);
  const perhaps = items && m.dictGet(items, name);
  if (perhaps !== undefined && perhaps !== ABSENT) return perhaps;
  const fallback = findInMro(cls.mro, "__getattr__");
  if (fallback !== ABSENT) {
    const answer = fromGetattr(m, fallback, obj, name);
    return answer === ABSENT ? (open ?? ABSENT) : answer;
  }
  return open ?? unknownBaseOf(cls.mro) ?? missing(cls.mro, name);
}

/** A dict whose items are its attributes (`self.__dict__ = self`), as configurations often are. */
function itemsAsAttributes(obj: Value): Dict | undefined {
  return obj instanceof Dict && obj.attrs?.get("__dict__") === obj ? obj : undefined;
}

/** What a native base gives for any name that is none of Python's own. */
function missing(mro: readonly ClassValue[], name: string): Value | Absent {
  const make = name.startsWith("__") ? undefined : mro.find((base) => base.native?.missing)?.native?.missing;
  return make?.() ?? ABSENT;
}

function readProperty(m: Machine, property: Property, obj: Value, name: string): Value {
  const attrs = ownAttrs(obj);
  if (property.cached && attrs?.has(name)) return attrs.get(name);
  const value = m.call(property.getter, [obj]);
  if (property.cached && obj instanceof Instance) obj.attrs.set(name, value);
  return value;
}

/** `__getattr__` says "no such attribute" by raising AttributeError; native ones by answering ABSENT. */
function fromGetattr(m: Machine, fallback: Value, obj: Value, name: string): Value | Absent {
  const restore = m.checkpoint();
  m.catchers.push((type) => type === "AttributeError");
  try {
    const value = m.call(fallback, [obj, name]);
    m.catchers.pop();
    return value;
  } catch (error) {
    restore();
    if (isRaised(error, "AttributeError")) return ABSENT;
    throw error;
  }
}

function isRaised(error: unknown, name: string): boolean {
  const value = (error as { value?: unknown } | null)?.value;
  return value instanceof Instance && value.cls.mro.some((cls) => cls.name === name);
}

/** What an attribute of a class gives when it is read through an instance. */
export function bindTo(m: Machine, value: Value, obj: Value, cls: ClassValue): Value {
  if (value instanceof FunctionValue || value instanceof NativeFunction) return new BoundMethod(obj, value);
  if (value instanceof ClassMethod) return new BoundMethod(cls, value.fn);
  if (value instanceof StaticMethod) return value.fn;
  if (value instanceof Property) return m.call(value.getter, [obj]);
  if (value instanceof Instance && !isCore(value.cls)) {
    const get = findInMro(value.cls.mro, "__get__");
    if (get !== ABSENT) return m.call(get, [value, obj, cls]);
  }
  return value;
}

function lookupClass(m: Machine, cls: ClassValue, name: string): Value | Absent {
  const found = findInMro(cls.mro, name);
  if (found !== ABSENT) {
    if (found instanceof ClassMethod) return new BoundMethod(cls, found.fn);
    if (found instanceof StaticMethod) return found.fn;
    if (found instanceof Instance && !isCore(found.cls)) {
      const get = findInMro(found.cls.mro, "__get__");
      if (get !== ABSENT) return m.call(get, [found, null, cls]);
    }
    return found;
  }
  const special = entryOf(classSpecials, name)?.(m, cls);
  if (special !== undefined) return special;
  const meta = typeOf(m, cls);
  if (meta instanceof ClassValue) {
    const inherited = findInMro(meta.mro, name);
    if (inherited !== ABSENT) return bindTo(m, inherited, cls, meta);
    const fallback = findInMro(meta.mro, "__getattr__");
    if (fallback !== ABSENT) return fromGetattr(m, fallback, cls, name);
  }
  return unknownBaseOf(cls.mro) ?? ABSENT;
}

function lookupModule(m: Machine, module: ModuleValue, name: string): Value | Absent {
  const own = module.attrs.get(name);
  if (own !== undefined || module.attrs.has(name)) {
    tellAssumed(m, module, name);
    return forced(module.attrs, name, own);
  }
  if (name === "__dict__") {
    // What its statements bind is there once they have run.
    m.modules.evaluate(m, module);
    return attrsDict(m, module.attrs, module);
  }
  const written = writtenName(module, name);
  if (written !== ABSENT) return written;
  // None is a value like another.
  const loaded = module.load ? module.load(name) : ABSENT;
  if (loaded !== ABSENT) {
    tellAssumed(m, module, name);
    return loaded;
  }
  const fallback = module.attrs.get("__getattr__");
  return fallback instanceof FunctionValue
    ? fromGetattr(m, new BoundMethod(module, fallback), module, name)
    : ABSENT;
}

function tellAssumed(m: Machine, module: ModuleValue, name: string): void {
  const assumed = module.assumes?.(name);
  if (assumed) m.assume(assumed.kind, assumed.text);
}

function lookupSuper(m: Machine, obj: SuperValue, name: string): Value | Absent {
  // In a metaclass's method the object is a class, and the classes to look in are its type's.
  const isOfClass = obj.self instanceof ClassValue && obj.self.mro.includes(obj.after);
  const cls = isOfClass ? (obj.self as ClassValue) : typeOf(m, obj.self);
  if (cls instanceof Unknown) return cls;
  const rest = cls.mro.slice(cls.mro.indexOf(obj.after) + 1);
  // A framework's own classes name no base, and derive from object all the same.
  const found = findInMro([...rest, OBJECT], name);
  if (name === "__getattribute__" && (found === ABSENT || !(found instanceof FunctionValue)))
    return new NativeFunction(name, (_interp, [wanted]) => {
      const value = lookupPlain(m, obj.self, cls, String(wanted));
      return value === ABSENT
        ? m.fail("AttributeError", missingAttribute(m, obj.self, String(wanted)))
        : value;
    });
  if (found === ABSENT) return unknownBaseOf(rest) ?? obj.after.unknownBase ?? missing(rest, name);
  const perhaps = fromUnknownBase(obj.after, rest, name);
  if (perhaps) return perhaps;
  if (isOfClass && !(found instanceof ClassMethod)) return found instanceof StaticMethod ? found.fn : found;
  return bindTo(m, found, obj.self, cls);
}

/** What `super()` finds in a base that stands behind an unknown one, which may have it too. */
function fromUnknownBase(
  { behindUnknown, unknownBase: unknown }: ClassValue,
  rest: readonly ClassValue[],
  name: string,
): Unknown | undefined {
  if (!behindUnknown) return undefined;
  const owner = rest.find((base) => base.attrs.has(name));
  return owner && behindUnknown.some((base) => base.mro.includes(owner)) ? unknown : undefined;
}

type Special = (m: Machine, obj: Value, cls: ClassValue) => Value | undefined;

/** Attributes every object has. */
const specials: Readonly<Record<string, Special>> = {
  __class__: (_m, _obj, cls) => cls,
  __dict__: (m, obj) => (obj instanceof Instance ? attrsDict(m, obj.attrs, obj) : undefined),
  __name__: (_m, obj) =>
    obj instanceof FunctionValue
      ? (obj.attrs.get("__name__") ?? obj.name)
      : obj instanceof NativeFunction
        ? obj.name
        : undefined,
  __qualname__: (_m, obj) =>
    obj instanceof FunctionValue
      ? obj.homeClass
        ? `${obj.homeClass.name}.${obj.name}`
        : obj.name
      : undefined,
  __module__: (_m, obj, cls) =>
    obj instanceof FunctionValue ? (obj.module?.name ?? null) : (cls.module?.name ?? "builtins"),
  __doc__: (_m, obj, cls) =>
    obj instanceof FunctionValue ? (obj.node.doc ?? null) : (cls.attrs.get("__doc__") ?? null),
  __defaults__: (_m, obj) =>
    obj instanceof FunctionValue
      ? new Tuple(obj.defaults.filter((value): value is Value => value !== ABSENT))
      : undefined,
  __globals__: (m, obj) =>
    obj instanceof FunctionValue && obj.module ? attrsDict(m, obj.module.attrs, obj.module) : undefined,
  __kwdefaults__: (_m, obj) => keywordDefaults(obj),
  __getattribute__: (m, obj) =>
    new NativeFunction("__getattribute__", (_interp, [name]) => getAttr(m, obj, String(name))),
  __call__: (_m, obj) => (obj instanceof FunctionValue || obj instanceof NativeFunction ? obj : undefined),
};

const classSpecials: Readonly<Record<string, (m: Machine, cls: ClassValue) => Value>> = {
  __name__: (_m, cls) => cls.name,
  __qualname__: (_m, cls) => cls.name,
  __module__: (_m, cls) => cls.module?.name ?? cls.qualname?.split(".").slice(0, -1).join(".") ?? "builtins",
  __mro__: (_m, cls) => new Tuple(cls.mro),
  __bases__: (_m, cls) => new Tuple(cls.bases),
  __base__: (_m, cls) => cls.bases[0] ?? null,
  __dict__: (m, cls) => readOnlyAttrs(m, cls),
  __doc__: () => null,
  __class__: (m, cls) => typeOf(m, cls),
  __getattribute__: (m) =>
    new NativeFunction("__getattribute__", (_interp, [obj, name]) => getAttr(m, obj, String(name))),
  __annotations__: (m, cls) => attrsDict(m, cls.annotations ?? new Map()),
};

export function getAttr(m: Machine, obj: Value, name: string): Value {
  const value = lookup(m, obj, name);
  if (value !== ABSENT) return value;
  if (obj instanceof ModuleValue) {
    // It may well be there: modules that stand for files are not whole.
    const hidden = hidesFramework(m, obj);
    const message = `${obj.name}.${name} is not known${hidden === undefined ? "" : `: ${hidden}`}`;
    return m.fail("AttributeError", message, { severity: "warning", code: "unknown-value", message });
  }
  return m.fail("AttributeError", missingAttribute(m, obj, name));
}

function missingAttribute(m: Machine, obj: Value, name: string): string {
  if (obj instanceof ClassValue) return `type object '${obj.name}' has no attribute '${name}'`;
  return `'${typeName(m, obj)}' object has no attribute '${name}'`;
}

export function setAttr(m: Machine, obj: Value, name: string, value: Value): void {
  if (obj instanceof Unknown) return;
  if (obj instanceof ClassValue) {
    if (isCore(obj)) return;
    m.journal?.saveVar(obj.attrs, name);
    m.tick(weightKept(obj.attrs, name));
    obj.attrs.set(name, value);
    return;
  }
  if (obj instanceof ModuleValue) {
    m.journal?.saveVar(obj.attrs, name);
    m.tick(weightKept(obj.attrs, name));
    obj.attrs.set(name, value);
    return;
  }
  const cls = typeOf(m, obj);
  if (cls instanceof Unknown) return;
  const found = findInMro(cls.mro, name);
  if (found instanceof Property && found.setter !== undefined && found.setter !== null) {
    m.call(found.setter, [obj, value]);
    return;
  }
  if (found instanceof Instance && !isCore(found.cls)) {
    const set = findInMro(found.cls.mro, "__set__");
    if (set !== ABSENT) {
      m.call(set, [found, obj, value]);
      return;
    }
  }
  for (const base of cls.mro) {
    const own = base.attrs.get("__setattr__");
    if (own === undefined) continue;
    if (!isCore(base)) {
      m.call(own, [obj, name, value]);
      return;
    }
    break;
  }
  setOwn(m, obj, name, value);
}

/** `object.__setattr__`: stores in the object itself. */
export function setOwn(m: Machine, obj: Value, name: string, value: Value): void {
  if (obj === null || typeof obj !== "object") return;
  const cls = typeOf(m, obj);
  if (cls instanceof ClassValue && isReadOnly(cls, name)) {
    failReadOnly(m, cls, name);
    return;
  }
  const items = itemsAsAttributes(obj);
  if (items) {
    m.dictSet(items, name, value);
    return;
  }
  if (obj.kind === "instance") {
    if (name === "__class__" && value instanceof ClassValue) obj.cls = value;
    m.journal?.saveVar(obj.attrs, name);
    m.tick(weightKept(obj.attrs, name));
    obj.attrs.set(name, value);
    return;
  }
  if (
    obj.kind === "list" ||
    obj.kind === "tuple" ||
    obj.kind === "dict" ||
    obj.kind === "set" ||
    obj.kind === "tensor"
  ) {
    obj.attrs ??= new Map();
  }
  const attrs = ownAttrs(obj);
  if (attrs) {
    m.journal?.saveVar(attrs, name);
    m.tick(weightKept(attrs, name));
    attrs.set(name, value);
  }
}

export function deleteAttr(m: Machine, obj: Value, name: string): void {
  const cls = typeOf(m, obj);
  if (cls instanceof ClassValue && !(obj instanceof ClassValue)) {
    for (const base of cls.mro) {
      const own = base.attrs.get("__delattr__");
      if (own !== undefined && !isCore(base)) {
        m.call(own, [obj, name]);
        return;
      }
    }
  }
  const items = itemsAsAttributes(obj);
  if (items) {
    if (!m.dictDelete(items, name)) m.fail("AttributeError", missingAttribute(m, obj, name));
    return;
  }
  const attrs = obj instanceof ClassValue ? obj.attrs : ownAttrs(obj);
  if (!attrs) return;
  m.journal?.saveVar(attrs, name);
  m.tick(weightTaken(attrs));
  if (!attrs.delete(name)) m.fail("AttributeError", missingAttribute(m, obj, name));
}
