/** Object, Function, errors and Reflect. */
import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import {
  ABSENT,
  ClassValue,
  Instance,
  isUnknown,
  List,
  Property,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { bound, changeUnderUnknown, typeOf } from "../attributes.ts";
import {
  attrsOf,
  builtinClass,
  entriesOf,
  type Impl,
  ITERATOR,
  isFunction,
  isObject,
  jsClass,
  method,
  object,
  TO_STRING_TAG,
} from "../core.ts";
import {
  classBehind,
  freeze,
  hide,
  isFrozen,
  isPrototype,
  PrototypeOf,
  withoutPrototype,
} from "../prototypes.ts";

const listing =
  (pick: (entry: [string, Value]) => Value): Impl =>
  (m, [value]) => {
    if (isUnknown(value)) return value;
    if (value instanceof Instance && value.open) return value.open;
    return new List((entriesOf(m, value) ?? []).map(pick));
  };

const assign: Impl = (m, [target, ...sources]) => {
  for (const source of sources) {
    const lost = isUnknown(source) ? source : source instanceof Instance ? source.open : undefined;
    if (lost && target instanceof Instance) {
      m.touch(target);
      target.takeUnknown(lost);
    }
    if (isUnknown(source)) m.gap(source.reason);
    else for (const [key, value] of entriesOf(m, source) ?? []) m.setAttr(target, key, value);
  }
  return target;
};

/** `Object.create(F.prototype)` makes an instance of F's class. */
const create: Impl = (m, [prototype, properties]) => {
  if (isUnknown(prototype)) return prototype;
  const made = object(m);
  if (prototype === null) withoutPrototype(made);
  if (prototype instanceof Instance) {
    made.cls = classBehind(prototype);
    m.tick(made.cls.mro.length);
  }
  for (const [key, descriptor] of entriesOf(m, properties) ?? []) define(m, made, key, descriptor);
  return made;
};

function define(m: Interp, target: Value, key: string, descriptor: Value): void {
  const getter = m.lookup(descriptor, "get");
  const setter = m.lookup(descriptor, "set");
  const value = m.lookup(descriptor, "value");
  const attrs = attrsOf(target);
  const isNew = attrs?.has(key) === false;
  if (getter !== ABSENT || setter !== ABSENT) {
    attrs?.set(
      key,
      new Property(getter === ABSENT ? undefined : getter, setter === ABSENT ? undefined : setter),
    );
  } else if (target instanceof Instance) {
    m.touch(target);
    target.attrs.set(key, value === ABSENT ? undefined : value);
  } else m.setAttr(target, key, value === ABSENT ? undefined : value);
  const isShown = m.lookup(descriptor, "enumerable");
  if (isNew && target instanceof Instance && (isShown === ABSENT || isShown === false)) hide(target, key);
}

function descriptorOf(m: Interp, target: Value, key: string): Value {
  const own = attrsOf(target)?.get(key);
  if (own === undefined && !attrsOf(target)?.has(key)) return undefined;
  const parts: [string, Value][] =
    own instanceof Property
      ? [
          ["get", own.getter],
          ["set", own.setter],
        ]
      : [["value", own]];
  return object(m, [...parts, ["enumerable", true], ["configurable", true]]);
}

/** Every own name, of classes' methods too. */
function ownNames(m: Interp, value: Value): string[] {
  m.tick((attrsOf(value)?.size ?? 0) >> 1);
  const names = [...(attrsOf(value)?.keys() ?? (entriesOf(m, value) ?? []).map(([key]) => key))];
  const isPrototype = value instanceof Instance && value.native instanceof PrototypeOf;
  return isPrototype && !names.includes("constructor") ? ["constructor", ...names] : names;
}

const isSymbol = (name: string): boolean => name.startsWith("@@");
const names =
  (keep: (name: string) => boolean): Impl =>
  (m, [value]) =>
    isUnknown(value)
      ? value
      : new List(ownNames(m, value).filter((name) => keep(name) && !name.startsWith("#")));

const groupBy: Impl = (m, [source, callback]) => {
  const items = m.items(source);
  if (isUnknown(items)) return items;
  const groups = new Map<string, List>();
  for (const [i, item] of items.entries()) {
    const key = m.str(m.call(callback, [item, i]));
    if (isUnknown(key)) return key;
    const group = groups.get(key) ?? new List([]);
    group.items.push(item);
    groups.set(key, group);
  }
  return object(m, groups);
};

const STATICS: Readonly<Record<string, Impl>> = {
  keys: listing(([key]) => key),
  values: listing(([, value]) => value),
  entries: listing(([key, value]) => new List([key, value])),
  getOwnPropertyNames: names((name) => !isSymbol(name)),
  getOwnPropertySymbols: names(isSymbol),
  getOwnPropertyDescriptor: (m, [target, key]) =>
    typeof key === "string" ? descriptorOf(m, target, key) : m.unknown("a property that is not known"),
  getOwnPropertyDescriptors: (m, [target]) =>
    object(
      m,
      ownNames(m, target).map((key) => [key, descriptorOf(m, target, key)]),
    ),
  groupBy,
  hasOwn: (m, [target, key]) => own(m, [key], target),
  assign,
  create,
  freeze: (_m, [value]) => {
    if (value instanceof Instance) freeze(value);
    return value;
  },
  seal: (_m, [value]) => value,
  preventExtensions: (_m, [value]) => value,
  isFrozen: (_m, [value]) => (isUnknown(value) ? value : !isObject(value) || isFrozen(value as Instance)),
  isSealed: (_m, [value]) => (isUnknown(value) ? value : !isObject(value) || isFrozen(value as Instance)),
  isExtensible: (_m, [value]) => (isUnknown(value) ? value : isObject(value) && !isFrozen(value as Instance)),
  is: (m, [a, b]) => (typeof a === "number" && typeof b === "number" ? Object.is(a, b) : m.equals(a, b)),
  fromEntries: (m, [source]) => {
    const pairs = m.items(source);
    if (isUnknown(pairs)) return pairs;
    return object(
      m,
      pairs.map((pair): [string, Value] => [String(m.getItem(pair, 0)), m.getItem(pair, 1)]),
    );
  },
  defineProperty: (m, [target, key, descriptor]) => {
    if (typeof key === "string") define(m, target, key, descriptor);
    else if (isUnknown(key)) changeUnderUnknown(m, target, key);
    return target;
  },
  defineProperties: (m, [target, descriptors]) => {
    for (const [key, descriptor] of entriesOf(m, descriptors) ?? []) define(m, target, key, descriptor);
    return target;
  },
  getPrototypeOf: (m, [value]) =>
    value instanceof ClassValue ? (value.bases[0] ?? null) : m.getAttr(value, "__proto__"),
  setPrototypeOf: (m, [target, prototype]) => {
    if (target instanceof Instance && prototype instanceof Instance) {
      const behind = classBehind(prototype);
      if (target === prototype || behind.mro.some((cls) => isPrototype(cls, target))) {
        m.gap("Cyclic __proto__ value");
        m.fail("TypeError", "Cyclic __proto__ value");
        return target;
      }
      m.touch(target);
      target.cls = behind;
    }
    return target;
  },
};

const own: Impl = (m, [key], self) => {
  if (isUnknown(key)) return key;
  return attrsOf(self)?.has(String(key)) ?? (entriesOf(m, self) ?? []).some(([name]) => name === String(key));
};

/** `Object.prototype.toString` */
const tagged: Impl = (m, _args, self) => {
  if (self === null) return "[object Null]";
  if (self === undefined) return "[object Undefined]";
  const tag = m.lookup(self, TO_STRING_TAG);
  if (typeof tag === "string") return `[object ${tag}]`;
  if (isFunction(self)) return "[object Function]";
  const cls = typeOf(m as Machine, self);
  if (isUnknown(cls)) return cls;
  return `[object ${cls.mro.find(({ native }) => native !== undefined)?.name ?? "Object"}]`;
};

const METHODS: Readonly<Record<string, Impl>> = {
  hasOwnProperty: own,
  propertyIsEnumerable: own,
  toString: tagged,
  valueOf: method((_m, _args, self) => self),
  isPrototypeOf: method((m, [value], self) =>
    self instanceof Instance && self.native instanceof PrototypeOf
      ? m.isInstance(value, self.native.cls)
      : false,
  ),
};

/** What `apply` takes: nothing, something to iterate, or an object with a length. */
function argumentsOf(m: Interp, list: Value): readonly Value[] | Unknown {
  if (list === undefined || list === null) return [];
  if (!(list instanceof Instance) || m.lookup(list, ITERATOR) !== ABSENT) return m.items(list);
  const length = m.getAttr(list, "length");
  if (isUnknown(length)) return length;
  const count = typeof length === "number" && m.allows(length) ? length : 0;
  return Array.from({ length: count }, (_, i) => m.getAttr(list, String(i)));
}

const FUNCTION: Readonly<Record<string, Impl>> = {
  call: (m, [self, ...args], fn) => (m as Machine).callWithThis(fn, self, args),
  apply: (m, [self, list], fn) => {
    const args = argumentsOf(m, list);
    return isUnknown(args) ? args : (m as Machine).callWithThis(fn, self, args);
  },
  bind: (_m, [self, ...given], fn) => bound(fn, self, given),
  toString: method((m, _args, self) => m.str(self)),
};

const ERRORS = [
  "TypeError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "EvalError",
  "URIError",
  "AggregateError",
];

const initError: Impl = (m, [message, options], self) => {
  if (!(self instanceof Instance)) return undefined;
  const cause = options instanceof Instance ? options.attrs.get("cause") : undefined;
  const given: [string, Value][] = [
    ["message", message === undefined ? "" : m.str(message)],
    ["stack", ""],
  ];
  if (cause !== undefined) given.push(["cause", cause]);
  for (const [key, value] of given) {
    self.attrs.set(key, value);
    hide(self, key);
  }
  return undefined;
};

export function objectClass(): ClassValue {
  return jsClass("Object", {
    methods: METHODS,
    statics: STATICS,
    native: {
      layer: false,
      create: (m, _cls, [value]) => (value === undefined || value === null ? object(m) : value),
    },
  });
}

export function objectClasses(base: ClassValue): readonly ClassValue[] {
  const error = jsClass("Error", {
    base,
    init: initError,
    methods: { toString: method((m, _args, self) => m.str(self)) },
    getters: { name: (m, _args, self) => errorName(m, self) },
    setters: {
      name: (_m, [value], self) => {
        if (self instanceof Instance) self.attrs.set("name", value);
        return undefined;
      },
    },
    statics: { captureStackTrace: () => undefined },
  });
  return [
    jsClass("Function", { base, methods: FUNCTION }),
    error,
    ...ERRORS.map((name) => jsClass(name, { base: error, init: initError })),
  ];
}

/** A class of the program that extends Error goes by the name of its nearest built-in. */
function errorName(m: Interp, self: Value): Value {
  const cls =
    self instanceof Instance ? self.cls.mro.find((candidate) => candidate.native !== undefined) : undefined;
  return cls?.name ?? builtinClass(m, "Error").name;
}

/** `Reflect` */
export const REFLECT: Readonly<Record<string, Impl>> = {
  ownKeys: names(() => true),
  has: (m, [target, key]) => m.compare("in", key, target),
  get: (m, [target, key]) => m.getItem(target, key),
  apply: (m, [fn, self, list]) => {
    const args = argumentsOf(m, list);
    return isUnknown(args) ? args : (m as Machine).callWithThis(fn, self, args);
  },
  getPrototypeOf: (m, args) => (STATICS.getPrototypeOf as Impl)(m, args, undefined),
  defineProperty: (m, args) => (STATICS.defineProperty as Impl)(m, args, undefined),
  deleteProperty: (m, [target, key]) => {
    m.deleteItem(target, key);
    return true;
  },
  set: (m, [target, key, value]) => {
    m.setItem(target, key, value);
    return true;
  },
  construct: (m, [cls, list]) =>
    (m as Machine).semantics.construct(m as Machine, cls, toItems(list) ?? [], new Map()),
};
