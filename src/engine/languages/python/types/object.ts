/** `object`, `type` and the constructor helpers of the built-in classes. */
import type { Interp } from "../../../interpret/interp.ts";
import { linearize } from "../../../interpret/native.ts";
import {
  ClassMethod,
  ClassValue,
  Dict,
  FunctionValue,
  isUnknown,
  type Kwargs,
  type List,
  NativeFunction,
  type SetValue,
  StaticMethod,
  Tuple,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { compare } from "../compare.ts";
import { defineCore, isCore, NOT_IMPLEMENTED } from "../core.ts";
import { hashNumber } from "../dict.ts";
import { format } from "../format.ts";
import { builtinRepr, str } from "../text.ts";

export const OBJECT: ClassValue = defineCore("object", {
  methods: {
    __init__: ["self, *args, **kwargs", () => null],
    __repr__: ["self", (a, interp) => builtinRepr(interp, a.self)],
    __str__: ["self", (a, interp) => str(interp, a.self)],
    __eq__: ["self, other", (a) => (a.self === a.other ? true : NOT_IMPLEMENTED)],
    __ne__: ["self, other", (a, interp) => compare(interp, "!=", a.self, a.other)],
    __hash__: ["self", (a, interp) => identityHash(interp, a.self)],
    __format__: ["self, spec=''", (a, interp) => format(interp, a.self, String(a.spec))],
    __sizeof__: ["self", (_, interp) => interp.unknown("memory sizes are decided at run time")],
    __reduce__: ["self", (_, interp) => interp.unknown("pickling is not followed")],
    __setattr__: [
      "self, name, value",
      (a, interp) => {
        const own = ownAttrs(a.self);
        if (own === undefined)
          return interp.fail("AttributeError", `no attribute '${String(a.name)}' can be set`);
        if (a.self !== null && typeof a.self === "object") interp.touch(a.self);
        own.set(String(a.name), a.value);
        return null;
      },
    ],
    __delattr__: [
      "self, name",
      (a, interp) => {
        if (a.self !== null && typeof a.self === "object") interp.touch(a.self);
        const gone = ownAttrs(a.self)?.delete(String(a.name));
        return gone ? null : interp.fail("AttributeError", String(a.name));
      },
    ],
    __dir__: ["self", (a, interp) => interp.list([...(ownAttrs(a.self)?.keys() ?? [])])],
  },
  classMethods: {
    __init_subclass__: ["cls, **kwargs", () => null],
    __subclasshook__: ["cls, other", () => NOT_IMPLEMENTED],
  },
});
OBJECT.attrs.set(
  "__new__",
  new StaticMethod(new NativeFunction("__new__", newObject, "cls, *args, **kwargs")),
);
OBJECT.attrs.set("__doc__", null);

/** The attribute table of a value that has one. */
export function ownAttrs(value: Value): Map<string, Value> | undefined {
  if (value === null || typeof value !== "object") return undefined;
  switch (value.kind) {
    case "instance":
    case "function":
    case "native":
    case "module":
    case "class":
      return value.attrs;
    case "list":
    case "tuple":
    case "dict":
    case "set":
    case "tensor":
      if (value.cls === undefined) return undefined;
      value.attrs ??= new Map();
      return value.attrs;
    default:
      return undefined;
  }
}

function identityHash(interp: Interp, self: Value): Value {
  return hashNumber(interp, self);
}

/** `cls.__new__(cls, …)`: the bare object that the nearest engine class in the MRO makes. */
function newObject(interp: Interp, args: readonly Value[], kwargs: Kwargs): Value {
  const [cls, ...rest] = args;
  if (isUnknown(cls)) return cls;
  if (!(cls instanceof ClassValue))
    return interp.fail("TypeError", "object.__new__(X): X is not a type object");
  const create = cls.mro.find((base) => base.native?.create)?.native?.create;
  return create ? create(interp, cls, rest, kwargs) : interp.newInstance(cls);
}

/** Marks a container as an instance of a subclass. */
export function withClass<T extends { cls?: ClassValue }>(value: T, cls: ClassValue, own: ClassValue): T {
  if (cls !== own) value.cls = cls;
  return value;
}

/**
 * A new container, filled by its class's `__init__` unless a subclass has one of its own: that one then calls
 * `super().__init__`.
 */
export function filled<T extends List | Dict | SetValue>(
  interp: Interp,
  container: T,
  own: ClassValue,
  {
    cls,
    args,
    kwargs,
  }: { readonly cls: ClassValue; readonly args: readonly Value[]; readonly kwargs: Kwargs },
): T | Unknown {
  const [contents] = args;
  if (cls === own && isUnknown(contents)) return contents;
  withClass(container, cls, own);
  const init = cls.mro.find((base) => base.attrs.has("__init__"));
  if (init === own) interp.call(own.attrs.get("__init__"), [container, ...args], kwargs);
  return container;
}

/** An int, float or str; in an instance that carries it when the class is a subclass. */
export function withPayload(interp: Interp, value: Value, cls: ClassValue, own: ClassValue): Value {
  if (cls === own || isUnknown(value)) return value;
  const instance = interp.newInstance(cls);
  instance.payload = value;
  return instance;
}

/** Namespaces of class statements whose class exists already: a metaclass's `__new__` gets it from `type.__new__`. */
export const classOfNamespace = new WeakMap<Dict, ClassValue>();

/** `type(x)` is its class; `type(name, bases, attributes)` a new one. */
function makeType(interp: Interp, meta: ClassValue, args: readonly Value[], kwargs: Kwargs): Value {
  const [name, bases, attributes] = args;
  if (args.length === 1) return interp.typeOf(name);
  const unknown = args.find(isUnknown);
  if (isUnknown(unknown)) return unknown;
  const begun = attributes instanceof Dict ? classOfNamespace.get(attributes) : undefined;
  if (begun) return begun;
  const all = bases instanceof Tuple ? bases.items : [];
  const known = all.filter((base): base is ClassValue => base instanceof ClassValue);
  const attrs = new Map<string, Value>();
  if (attributes instanceof Dict)
    for (const { key, value } of attributes.entries.values()) attrs.set(String(key), value);
  const cls = new ClassValue(String(name), known.length > 0 ? known : [OBJECT], attrs);
  cls.mro = linearize(cls);
  interp.tick(cls.mro.length);
  const strange = all.find(isUnknown);
  if (isUnknown(strange)) cls.unknownBase = strange;
  if (meta !== TYPE) cls.metaclass = meta;
  cls.mro
    .slice(1)
    .find((base) => base.native?.onSubclass)
    ?.native?.onSubclass?.(interp, cls);
  const hook = cls.mro.slice(1).find((base) => base.attrs.has("__init_subclass__"));
  const written = hook?.attrs.get("__init_subclass__");
  // What the program writes is a class method, marked as one or not.
  const fn = written instanceof ClassMethod ? written.fn : written;
  if (fn instanceof FunctionValue) interp.call(fn, [cls], kwargs);
  return cls;
}

/** `type.__call__`, for metaclasses that call it through `super()`: `__new__`, then `__init__`. */
function construct(interp: Interp, cls: Value, args: readonly Value[], kwargs: Kwargs): Value {
  if (!(cls instanceof ClassValue)) return interp.call(cls, args, kwargs);
  const makes = (base: ClassValue) =>
    base.native?.create !== undefined || (base.attrs.has("__new__") && !isCore(base));
  const make = cls.mro.find(makes)?.attrs.get("__new__");
  const made =
    make === undefined
      ? newObject(interp, [cls, ...args], kwargs)
      : interp.call(make instanceof StaticMethod ? make.fn : make, [cls, ...args], kwargs);
  const owner = cls.mro.find((base) => base.attrs.has("__init__"));
  // A built-in class has filled what it made.
  if (owner !== undefined && !isCore(owner))
    interp.call(owner.attrs.get("__init__"), [made, ...args], kwargs);
  return made;
}

export const TYPE: ClassValue = defineCore("type", {
  bases: [OBJECT],
  native: { layer: false, create: makeType },
  methods: {
    mro: ["self", (a, interp) => interp.list(a.self instanceof ClassValue ? [...a.self.mro] : [])],
    __subclasses__: ["self", (_, interp) => interp.unknown("subclasses are not kept")],
    __instancecheck__: ["cls, instance", (a, interp) => interp.isInstance(a.instance, a.cls)],
    __subclasscheck__: [
      "cls, subclass",
      (a, interp) =>
        a.subclass instanceof ClassValue &&
        a.cls instanceof ClassValue &&
        interp.isSubclass(a.subclass, a.cls),
    ],
    __call__: [
      "__cls, *args, **kwargs",
      (a, interp) => construct(interp, a.__cls, argsOf(a.args), kwargsOf(a.kwargs)),
    ],
  },
});

/** The positional arguments that a signature's `*args` collected. */
export function argsOf(rest: Value): readonly Value[] {
  return rest instanceof Tuple ? rest.items : [];
}

/** The keyword arguments that a signature's `**kwargs` collected. */
export function kwargsOf(keywords: Value): Map<string, Value> {
  const result = new Map<string, Value>();
  if (keywords instanceof Dict) {
    for (const { key, value } of keywords.entries.values()) result.set(String(key), value);
  }
  return result;
}

/** A native function that takes its arguments as they come. */
export function raw(
  name: string,
  signature: string,
  code: (interp: Interp, args: readonly Value[], kwargs: Kwargs) => Value,
): NativeFunction {
  return new NativeFunction(name, code, signature);
}
