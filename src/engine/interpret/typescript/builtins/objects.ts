/** Object, Function, errors, Symbol and Reflect. */
import type { Interp } from "../../interp.ts";
import type { Machine } from "../../machine.ts";
import {
  ABSENT,
  ClassValue,
  Instance,
  isUnknown,
  List,
  Property,
  toItems,
  type Value,
} from "../../values.ts";
import { bound, PrototypeOf } from "../attributes.ts";
import { builtinClass, entriesOf, type Impl, jsClass, method, object } from "../core.ts";

const listing =
  (pick: (entry: [string, Value]) => Value): Impl =>
  (m, [value]) => {
    if (isUnknown(value)) return value;
    return new List((entriesOf(m, value) ?? []).map(pick));
  };

const assign: Impl = (m, [target, ...sources]) => {
  for (const source of sources) {
    if (isUnknown(source)) m.gap(source.reason);
    else for (const [key, value] of entriesOf(m, source) ?? []) m.setAttr(target, key, value);
  }
  return target;
};

/** `Object.create(F.prototype)` makes an instance of F's class. */
const create: Impl = (m, [prototype, properties]) => {
  if (isUnknown(prototype)) return prototype;
  const made = object(m);
  if (prototype instanceof Instance) {
    made.cls = prototype.native instanceof PrototypeOf ? prototype.native.cls : derived(prototype);
  }
  for (const [key, descriptor] of entriesOf(m, properties) ?? []) define(m, made, key, descriptor);
  return made;
};

/** An object as prototype of another: its properties are looked up behind those of the object itself. */
function derived(prototype: Instance): ClassValue {
  const cls = new ClassValue(prototype.cls.name, [prototype.cls], prototype.attrs);
  cls.mro = [cls, ...prototype.cls.mro];
  return cls;
}

function define(m: Interp, target: Value, key: string, descriptor: Value): void {
  const getter = m.lookup(descriptor, "get");
  const setter = m.lookup(descriptor, "set");
  const value = m.lookup(descriptor, "value");
  const attrs =
    target instanceof Instance ? target.attrs : target instanceof ClassValue ? target.statics : undefined;
  if (getter !== ABSENT || setter !== ABSENT) {
    attrs?.set(
      key,
      new Property(getter === ABSENT ? undefined : getter, setter === ABSENT ? undefined : setter),
    );
  } else m.setAttr(target, key, value === ABSENT ? undefined : value);
}

const STATICS: Readonly<Record<string, Impl>> = {
  keys: listing(([key]) => key),
  values: listing(([, value]) => value),
  entries: listing(([key, value]) => new List([key, value])),
  getOwnPropertyNames: listing(([key]) => key),
  assign,
  create,
  freeze: (_m, [value]) => value,
  seal: (_m, [value]) => value,
  isFrozen: () => false,
  is: (m, [a, b]) => m.equals(a, b),
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
      m.touch(target);
      target.cls = prototype.native instanceof PrototypeOf ? prototype.native.cls : derived(prototype);
    }
    return target;
  },
};

const own: Impl = (m, [key], self) => {
  if (isUnknown(key)) return key;
  return (entriesOf(m, self) ?? []).some(([name]) => name === String(key));
};

const METHODS: Readonly<Record<string, Impl>> = {
  hasOwnProperty: own,
  propertyIsEnumerable: own,
  toString: method((m, _args, self) => m.str(self)),
  valueOf: method((_m, _args, self) => self),
  isPrototypeOf: method((m, [value], self) =>
    self instanceof Instance && self.native instanceof PrototypeOf
      ? m.isInstance(value, self.native.cls)
      : false,
  ),
};

const FUNCTION: Readonly<Record<string, Impl>> = {
  call: (m, [self, ...args], fn) => (m as Machine).callWithThis(fn, self, args),
  apply: (m, [self, list], fn) => {
    const args = list === undefined || list === null ? [] : m.items(list);
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

const initError: Impl = (m, [message], self) => {
  if (!(self instanceof Instance)) return undefined;
  const shown = message === undefined ? "" : m.str(message);
  self.attrs.set("message", shown);
  self.attrs.set("stack", "");
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
  ownKeys: listing(([key]) => key),
  has: (m, [target, key]) => m.compare("in", key, target),
  get: (m, [target, key]) => m.getItem(target, key),
  set: (m, [target, key, value]) => {
    m.setItem(target, key, value);
    return true;
  },
  construct: (m, [cls, list]) =>
    (m as Machine).semantics.construct(m as Machine, cls, toItems(list) ?? [], new Map()),
};
