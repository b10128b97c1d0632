/** Properties: own ones, then those of the class and its bases; getters and setters; items by index and key. */

import type { FailNote, Interp } from "../../interpret/interp.ts";
import type { Machine } from "../../interpret/machine.ts";
import { forced } from "../../interpret/scope.ts";
import { changeAttributes, changeUnknown, manyUpTo, unknownKey } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  type Absent,
  type Attrs,
  BoundMethod,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  ModuleValue,
  manyAmong,
  NativeFunction,
  Property,
  RegexValue,
  SetValue,
  SuperValue,
  Tensor,
  Tuple,
  type Unknown,
  unknownBaseOf,
  unknownItem,
  type Value,
} from "../../interpret/values.ts";
import { weightKept, weightSearched, weightTaken } from "../../interpret/weight.ts";
import { elementOf } from "./builtins/typed.ts";
import { constructorOf } from "./classes.ts";
import { builtinClass, fn, HAS_INSTANCE, symbolName } from "./core.ts";
import {
  constructorProperty,
  instanceClass,
  isFrozen,
  PrototypeOf,
  prototypeOf,
  setPrototype,
} from "./prototypes.ts";
import { str } from "./text.ts";

export function typeOf(m: Machine, value: Value): ClassValue | Unknown {
  if (isUnknown(value)) return value;
  if (value === null || value === undefined) return builtinClass(m, "Object");
  if (typeof value === "string") return builtinClass(m, "String");
  if (typeof value === "number") return builtinClass(m, "Number");
  if (typeof value === "boolean") return builtinClass(m, "Boolean");
  if (value instanceof Instance) return value.cls;
  if (
    value instanceof List ||
    value instanceof Dict ||
    value instanceof SetValue ||
    value instanceof Tuple ||
    value instanceof Tensor
  ) {
    if (value.cls) return value.cls;
  }
  if (value instanceof Tensor) return m.unknown("a tensor of no framework");
  return builtinClass(m, BUILTIN_TYPES[value.kind] ?? "Object");
}

const BUILTIN_TYPES: Readonly<Partial<Record<string, string>>> = {
  list: "Array",
  tuple: "Array",
  dict: "Map",
  set: "Set",
  regex: "RegExp",
  iter: "Iterator",
  function: "Function",
  native: "Function",
  method: "Function",
  class: "Function",
};

/** A property of a class's instances. What may lie in a base that is not known is Unknown. */
export function findInMro(mro: readonly ClassValue[], name: string): Value | Absent {
  for (const cls of mro) {
    const value = cls.attrs.get(name);
    if (value !== undefined || cls.attrs.has(name)) return value;
  }
  return unknownBaseOf(mro) ?? ABSENT;
}

export function lookup(m: Machine, obj: Value, name: string): Value | Absent {
  if (isUnknown(obj)) return obj;
  if (obj === null || obj === undefined) return ABSENT;
  if (name === "constructor" && obj instanceof Instance) return constructorOfInstance(obj);
  const own = ownProperty(m, obj, name);
  if (own !== ABSENT) return own instanceof Property ? read(m, own, obj) : own;
  if (obj instanceof SuperValue) return superProperty(m, obj, name);
  const cls = typeOf(m, obj);
  if (isUnknown(cls)) return cls;
  const found = findInMro(cls.mro, name);
  if (found instanceof Property) return read(m, found, obj);
  if (found !== ABSENT) return found;
  if (name === "constructor") return cls;
  if (name === "__proto__") return prototypeOf(m, cls);
  return (obj instanceof Instance ? obj.open : undefined) ?? ABSENT;
}

/** A prototype's is its own class; an object may have set its own. */
function constructorOfInstance(obj: Instance): Value {
  if (obj.native instanceof PrototypeOf) return constructorProperty(obj.native.cls);
  return obj.attrs.get("constructor") ?? constructorProperty(obj.cls);
}

function read(m: Machine, property: Property, self: Value): Value {
  return property.getter === undefined ? undefined : m.callWithThis(property.getter, self, []);
}

function ownProperty(m: Machine, obj: Value, name: string): Value | Absent {
  if (typeof obj === "string") {
    if (name === "description" && obj.startsWith("@@")) return symbolName(obj);
    return sequenceProperty(obj.length, (i) => obj[i], name);
  }
  if (obj === null || typeof obj !== "object") return ABSENT;
  switch (obj.kind) {
    case "instance":
      return attr(obj.attrs, name);
    case "list":
    case "tuple": {
      const own = obj.attrs ? attr(obj.attrs, name) : ABSENT;
      if (own !== ABSENT) return own;
      if (name === "length") {
        m.tick(weightSearched(obj));
        return manyAmong(obj.items) ?? obj.items.length;
      }
      return sequenceProperty(obj.items.length, (i) => obj.items[i], name);
    }
    case "dict":
    case "set":
      if (name === "size") {
        if (obj.kind === "set") m.tick(weightSearched(obj));
        return (obj.kind === "set" ? unknownItem(obj) : unknownKey(m, obj)) ?? obj.entries.size;
      }
      return obj.attrs ? attr(obj.attrs, name) : ABSENT;
    case "function":
    case "native":
    case "method":
      return functionProperty(m, obj, name);
    case "class":
      return classProperty(m, obj, name);
    case "module": {
      if (obj.attrs.has(name)) return forced(obj.attrs, name, obj.attrs.get(name));
      return obj.load?.(name) ?? ABSENT;
    }
    case "regex":
      return regexProperty(obj, name);
    case "tensor":
      return obj.attrs ? attr(obj.attrs, name) : ABSENT;
    default:
      return ABSENT;
  }
}

function attr(attrs: Attrs, name: string): Value | Absent {
  const value = attrs.get(name);
  return value !== undefined || attrs.has(name) ? value : ABSENT;
}

function sequenceProperty(length: number, item: (index: number) => Value, name: string): Value | Absent {
  if (name === "length") return length;
  const index = /^\d+$/.test(name) ? Number(name) : -1;
  return index >= 0 && index < length ? item(index) : ABSENT;
}

function functionProperty(
  m: Machine,
  obj: FunctionValue | NativeFunction | BoundMethod,
  name: string,
): Value | Absent {
  if (obj instanceof BoundMethod) return ABSENT;
  const own = attr(obj.attrs, name);
  if (own !== ABSENT) return own;
  if (name === "name") return obj.name;
  if (obj instanceof NativeFunction) return ABSENT;
  if (name === "length") return lengthOf(obj);
  return name === "prototype" && obj.node.form !== "arrow" ? prototypeOf(m, instanceClass(m, obj)) : ABSENT;
}

/** Parameters before the first that may be left out. */
function lengthOf({ node }: FunctionValue): number {
  const optional = node.params.findIndex((param) => param.kind !== "normal" || param.fallback !== undefined);
  return optional < 0 ? node.params.length : optional;
}

function classProperty(m: Machine, cls: ClassValue, name: string): Value | Absent {
  for (const base of cls.mro) {
    const value = attr(base.statics, name);
    if (value !== ABSENT) return value;
  }
  if (name === "name") return cls.name;
  if (name === "prototype") return prototypeOf(m, cls);
  return unknownBaseOf(cls.mro) ?? ABSENT;
}

function regexProperty(regex: RegexValue, name: string): Value | Absent {
  if (name === "source") return regex.source;
  if (name === "flags") return regex.flags;
  if (name === "global") return regex.flags.includes("g");
  if (name === "sticky") return regex.flags.includes("y");
  if (name === "ignoreCase") return regex.flags.includes("i");
  return name === "lastIndex" ? regex.lastIndex : ABSENT;
}

function superProperty(m: Machine, { after, self }: SuperValue, name: string): Value | Absent {
  if (name === "constructor") return constructorOf(after);
  const bases = after.mro.slice(1);
  if (self instanceof ClassValue) {
    for (const base of bases) {
      const value = attr(base.statics, name);
      if (value !== ABSENT) return value instanceof Property ? read(m, value, self) : value;
    }
  }
  const found = after.unknownBase ?? findInMro(bases, name);
  return found instanceof Property ? read(m, found, self) : found;
}

/** Says whose error it is: the words are those in which JavaScript tells of faults of ConvLens too. */
function inWords(type: string, message: string): FailNote {
  return { severity: "warning", code: "unknown-value", message: `the program throws a ${type}: ${message}` };
}

export function getAttr(m: Machine, obj: Value, name: string): Value {
  const found = lookup(m, obj, name);
  if (found !== ABSENT) return found;
  if (obj === null || obj === undefined) {
    const message = `Cannot read properties of ${obj} (reading '${name}')`;
    return m.fail("TypeError", message, inWords("TypeError", message));
  }
  if (obj instanceof ModuleValue) return m.unknown(`${obj.name} has no ${name} that is known`);
  return undefined;
}

export function setAttr(m: Machine, obj: Value, name: string, value: Value): void {
  if (isUnknown(obj)) return;
  if (obj === null || obj === undefined) {
    const message = `Cannot set properties of ${obj} (setting '${name}')`;
    m.fail("TypeError", message, inWords("TypeError", message));
    return;
  }
  if (typeof obj !== "object") return;
  if (obj instanceof Instance) setOnInstance(m, obj, name, value);
  else if (obj instanceof List) setOnList(m, obj, name, value);
  else if (obj instanceof ClassValue) {
    const known = classProperty(m, obj, name);
    if (known instanceof Property) write(m, known, obj, value);
    else put(m, obj.statics, name, value);
  } else if (obj instanceof FunctionValue) {
    if (name === "prototype") setPrototype(obj, value);
    else put(m, obj.attrs, name, value);
  } else if (obj instanceof SuperValue) {
    const inherited = obj.self instanceof Instance ? findInMro(obj.after.mro.slice(1), name) : ABSENT;
    if (inherited instanceof Property) write(m, inherited, obj.self, value);
    else setAttr(m, obj.self, name, value);
  } else if (obj instanceof ModuleValue || obj instanceof NativeFunction) put(m, obj.attrs, name, value);
  else if (obj instanceof RegexValue) {
    if (name === "lastIndex" && typeof value === "number") obj.lastIndex = value;
  } else if (obj instanceof Dict || obj instanceof SetValue || obj instanceof Tensor) {
    m.touch(obj);
    obj.attrs ??= new Map();
    put(m, obj.attrs, name, value);
  }
}

function put(m: Machine, attrs: Attrs, name: string, value: Value): void {
  m.tick(weightKept(attrs, name));
  attrs.set(name, value);
}

function setOnInstance(m: Machine, obj: Instance, name: string, value: Value): void {
  if (isFrozen(obj)) {
    m.fail("TypeError", `Cannot assign to read only property '${name}'`);
    return;
  }
  const own = obj.attrs.get(name);
  const property = own !== undefined || obj.attrs.has(name) ? own : findInMro(obj.cls.mro, name);
  if (property instanceof Property) {
    write(m, property, obj, value);
    return;
  }
  m.touch(obj);
  put(m, obj.attrs, name, value);
}

/** A property without setter keeps its value. */
function write(m: Machine, property: Property, self: Value, value: Value): void {
  if (property.setter !== undefined) m.callWithThis(property.setter, self, [value]);
}

function setOnList(m: Machine, list: List, name: string, value: Value): void {
  m.touch(list);
  if (name === "length" && typeof value === "number") {
    if (!Number.isInteger(value) || value < 0) m.fail("RangeError", "Invalid array length");
    else if (value <= list.items.length) list.items.length = value;
    else if (m.allows(value)) while (list.items.length < value) list.items.push(undefined);
  } else if (/^\d+$/.test(name)) setIndex(m, list, Number(name), value);
  else {
    list.attrs ??= new Map();
    put(m, list.attrs, name, value);
  }
}

function setIndex(m: Machine, list: List, index: number, value: Value): void {
  if (!m.allows(index + 1)) return;
  while (list.items.length < index) list.items.push(undefined);
  list.items[index] = elementOf(list, value);
}

export function deleteAttr(m: Machine, obj: Value, name: string): void {
  if (obj instanceof Instance) {
    m.touch(obj);
    m.tick(weightTaken(obj.attrs));
    obj.attrs.delete(name);
  } else if (obj instanceof ClassValue) {
    m.tick(weightTaken(obj.statics));
    obj.statics.delete(name);
  }
}

export function getItem(m: Machine, obj: Value, index: Value): Value {
  if (isUnknown(index)) return index;
  if (typeof index === "number" && (obj instanceof List || obj instanceof Tuple))
    return manyUpTo(m, obj.items, index) ?? obj.items[index];
  const name = str(m, index);
  return isUnknown(name) ? name : getAttr(m, obj, name);
}

export function setItem(m: Machine, obj: Value, index: Value, value: Value): void {
  if (isUnknown(index)) {
    changeUnderUnknown(m, obj, index);
    return;
  }
  if (typeof index === "number" && obj instanceof List && Number.isInteger(index) && index >= 0) {
    m.touch(obj);
    setIndex(m, obj, index, value);
    return;
  }
  const name = str(m, index);
  if (isUnknown(name)) changeUnderUnknown(m, obj, name);
  else setAttr(m, obj, name, value);
}

export function deleteItem(m: Machine, obj: Value, index: Value): void {
  const name = isUnknown(index) ? index : str(m, index);
  if (isUnknown(name)) changeUnderUnknown(m, obj, name);
  else deleteAttr(m, obj, name);
}

/** A property whose name is not known was written or deleted: it may be any of the object's. */
export function changeUnderUnknown(m: Interp, obj: Value, name: Unknown): void {
  if (obj instanceof List || obj instanceof Dict || obj instanceof SetValue) changeUnknown(m, obj, name);
  else changeAttributes(m, obj, name);
}

/** `value instanceof cls` */
export function instanceOf(m: Machine, value: Value, cls: Value): boolean | Unknown {
  if (isUnknown(value)) return value;
  if (isUnknown(cls)) return cls;
  const own = cls instanceof ClassValue ? cls.statics.get(HAS_INSTANCE) : undefined;
  if (own !== undefined) return m.truthy(m.callWithThis(own, cls, [value]));
  if (value === null || typeof value !== "object") return false;
  const wanted = cls instanceof FunctionValue ? instanceClass(m, cls) : cls;
  const actual = typeOf(m, value);
  if (isUnknown(actual)) return actual;
  if (!(wanted instanceof ClassValue)) return false;
  if (actual.mro.includes(wanted) || wanted === m.builtin("Object")) return true;
  return unknownBaseOf(actual.mro) ?? false;
}

export function bound(target: Value, self: Value, given: readonly Value[]): NativeFunction {
  const name = target instanceof FunctionValue || target instanceof NativeFunction ? target.name : "";
  return fn(`bound ${name}`, (m, args) => {
    // A function bound over and over holds all of these lists at once.
    m.tick(given.length + args.length);
    return (m as Machine).callWithThis(target, self, [...given, ...args]);
  });
}
