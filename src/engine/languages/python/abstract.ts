/** Abstract classes of `collections.abc`, `numbers` and `typing`: membership by what a value can do. */
import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { defineClass } from "../../interpret/native.ts";
import {
  ABSENT,
  Bytes,
  type ClassValue,
  Dict,
  Float,
  Iter,
  isUnknown,
  List,
  Range,
  SetValue,
  Tuple,
  type Value,
} from "../../interpret/values.ts";
import { unwrap } from "./core.ts";
import { OBJECT } from "./types/object.ts";

type Test = (value: Value, interp: Interp) => boolean;

/** True when the value's class has all of the methods. */
const can =
  (...names: readonly string[]): Test =>
  (value, interp) => {
    const type = interp.typeOf(value);
    return !isUnknown(type) && names.every((name) => type.mro.some((cls) => cls.attrs.has(name)));
  };

const isText = (value: Value): boolean => typeof unwrap(value) === "string" || value instanceof Bytes;
const isMapping: Test = (value) => value instanceof Dict;
const isSequence = (value: Value): boolean =>
  isText(value) || value instanceof List || value instanceof Tuple || value instanceof Range;
const isSet: Test = (value) => value instanceof SetValue;
const isContainer: Test = (value) => isSequence(value) || value instanceof Dict || value instanceof SetValue;
const isInt: Test = (value) => typeof unwrap(value) === "number" || typeof unwrap(value) === "boolean";
const isReal: Test = (value, interp) => isInt(value, interp) || unwrap(value) instanceof Float;
const either =
  (...tests: readonly Test[]): Test =>
  (value, interp) =>
    tests.some((test) => test(value, interp));

const TESTS: Readonly<Record<string, Test>> = {
  Iterable: either(isContainer, (value) => value instanceof Iter, can("__iter__")),
  Iterator: either((value) => value instanceof Iter, can("__next__", "__iter__")),
  Generator: (value) => value instanceof Iter,
  Reversible: either(isSequence, isMapping, can("__reversed__")),
  Sized: either(isContainer, can("__len__")),
  Container: either(isContainer, can("__contains__")),
  Collection: either(isContainer, can("__len__", "__iter__", "__contains__")),
  Sequence: isSequence,
  MutableSequence: (value) => value instanceof List,
  Mapping: isMapping,
  MutableMapping: isMapping,
  Set: isSet,
  AbstractSet: isSet,
  MutableSet: (value) => value instanceof SetValue && !value.frozen,
  Hashable: (value) =>
    !(value instanceof List || value instanceof Dict || (value instanceof SetValue && !value.frozen)),
  Callable: (value, interp) => interp.isCallable(value),
  ByteString: (value) => value instanceof Bytes,
  KeysView: (value) => value instanceof List && value.cls?.name === "dict_keys",
  ValuesView: (value) => value instanceof List && value.cls?.name === "dict_values",
  ItemsView: (value) => value instanceof List && value.cls?.name === "dict_items",
  MappingView: (value) => value instanceof List && value.cls?.name.startsWith("dict_") === true,
  Awaitable: can("__await__"),
  Coroutine: can("__await__"),
  AsyncIterable: can("__aiter__"),
  AsyncIterator: can("__anext__"),
  AsyncGenerator: can("__anext__"),
  Number: isReal,
  Complex: isReal,
  Real: isReal,
  Rational: isInt,
  Integral: isInt,
  SupportsInt: either(isReal, can("__int__")),
  SupportsFloat: either(isReal, can("__float__")),
  SupportsIndex: either(isInt, can("__index__")),
};

/** Methods that `Mapping` and `Sequence` give to classes that derive from them. */
function mixins(name: string): ClassValue {
  const mapping = name.endsWith("Mapping");
  if (!mapping) return defineClass(name, { bases: [OBJECT], qualname: `collections.abc.${name}` });
  const keys = (interp: Interp, self: Value) => interp.list([...listOf(interp, self)]);
  return defineClass(name, {
    bases: [OBJECT],
    qualname: `collections.abc.${name}`,
    methods: {
      keys: ["self", (a, interp) => keys(interp, a.self)],
      values: [
        "self",
        (a, interp) => interp.list(listOf(interp, a.self).map((key) => interp.getItem(a.self, key))),
      ],
      items: [
        "self",
        (a, interp) =>
          interp.list(listOf(interp, a.self).map((key) => new Tuple([key, interp.getItem(a.self, key)]))),
      ],
      get: [
        "self, key, default=None",
        (a, interp) => {
          const has = interp.compare("in", a.key, interp.list([...listOf(interp, a.self)]));
          return has === true ? interp.getItem(a.self, a.key) : isUnknown(has) ? has : a.default;
        },
      ],
    },
  });
}

function listOf(interp: Interp, value: Value): readonly Value[] {
  const all = interp.items(value);
  return isUnknown(all) ? [] : all;
}

/** The abstract classes by name; shared by all interpreters. */
export const ABSTRACT: ReadonlyMap<string, ClassValue> = new Map(
  Object.keys(TESTS).map((name) => [name, mixins(name)]),
);

const tests = new Map<ClassValue, Test>(
  [...ABSTRACT].map(([name, cls]) => [cls, entryOf(TESTS, name) ?? (() => false)]),
);

/** True or false when the class is abstract, by what the value can do; ABSENT for any other class. */
export function abstractInstance(interp: Interp, value: Value, cls: ClassValue): boolean | typeof ABSENT {
  const test = tests.get(cls);
  return test === undefined ? ABSENT : test(value, interp);
}
