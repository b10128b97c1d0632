/** `dict`, `set` and `frozenset` and their methods. */
import type { Interp } from "../../../interpret/interp.ts";
import { noteWalked } from "../../../interpret/leaves.ts";
import type { NativeImpl } from "../../../interpret/native.ts";
import { addUnderUnknown, changeUnknown, unknownKey } from "../../../interpret/unknownChange.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  isMany,
  isUnknown,
  List,
  Tuple,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { equals } from "../compare.ts";
import { after, defineCore, dunder, NOT_IMPLEMENTED, none } from "../core.ts";
import { asViewOf, dictDelete, dictGet, dictSet } from "../dict.ts";
import { isOpen } from "../integers.ts";
import { builtinDeleteItem, builtinGetItem } from "../items.ts";
import { binary } from "../operators.ts";
import { items, iterOf, plainLength } from "../sequences.ts";
import { builtinRepr } from "../text.ts";
import { argsOf, filled, OBJECT } from "./object.ts";

type Method = readonly [string, NativeImpl];

const view = (name: string) => defineCore(name, { bases: [OBJECT] });
export const DICT_KEYS = view("dict_keys");
export const DICT_VALUES = view("dict_values");
export const DICT_ITEMS = view("dict_items");

function asView(dict: Value, cls: ClassValue, all: Value[]): List {
  const list = new List(all);
  list.cls = cls;
  return dict instanceof Dict ? asViewOf(dict, list) : list;
}

function rows(value: Value): readonly { readonly key: Value; readonly value: Value }[] {
  if (!(value instanceof Dict)) return [];
  noteWalked(value.entries.size >> 2);
  return [...value.entries.values()];
}

/** Any mapping's pairs: a dict's own, else through `keys()` and `[]`; else an iterable of pairs. */
export function pairsOf(interp: Interp, source: Value): readonly (readonly [Value, Value])[] | Unknown {
  if (isUnknown(source)) return source;
  if (source instanceof Dict && dunder(interp, source, "keys") === undefined) {
    return rows(source).map(({ key, value }) => [key, value] as const);
  }
  const keys = source instanceof List || source instanceof Tuple ? ABSENT : interp.lookup(source, "keys");
  if (keys !== ABSENT) {
    const names = items(interp, interp.call(keys));
    return isUnknown(names) ? names : names.map((name) => [name, interp.getItem(source, name)] as const);
  }
  const all = items(interp, source);
  if (isUnknown(all)) return all;
  const pairs: (readonly [Value, Value])[] = [];
  for (const item of all) {
    const pair = items(interp, item);
    if (isUnknown(pair)) return pair;
    if (pair.length !== 2) {
      return interp.fail(
        "ValueError",
        `dictionary update sequence element has length ${pair.length}; 2 is required`,
      );
    }
    pairs.push([pair[0], pair[1]]);
  }
  return pairs;
}

/** `dict.update`: a source that is not known leaves the contents in doubt. */
export function updateDict(interp: Interp, dict: Value, sources: readonly Value[], extra: Value): Value {
  if (!(dict instanceof Dict)) return null;
  for (const source of [...sources, extra]) {
    if (source === undefined) continue;
    const pairs = pairsOf(interp, source);
    if (isUnknown(pairs)) {
      changeUnknown(interp, dict, pairs);
      continue;
    }
    interp.tick(pairs.length >> 1);
    for (const [key, value] of pairs) dictSet(interp, dict, key, value);
  }
  return null;
}

function copyDict(dict: Value): Dict {
  const copy = new Dict();
  if (!(dict instanceof Dict)) return copy;
  for (const [key, entry] of dict.entries) copy.entries.set(key, { ...entry });
  if (dict.cls) copy.cls = dict.cls;
  if (dict.factory !== undefined) copy.factory = dict.factory;
  return copy;
}

function popKey(interp: Interp, self: Value, key: Value, fallback: Value): Value {
  if (isUnknown(key)) {
    changeUnknown(interp, self, key);
    return key;
  }
  if (!(self instanceof Dict)) return null;
  const found = dictGet(interp, self, key);
  if (found !== ABSENT) {
    dictDelete(interp, self, key);
    return found;
  }
  return fallback === undefined ? interp.fail("KeyError", String(builtinRepr(interp, key))) : fallback;
}

const dictMethods: Record<string, Method> = {
  __init__: [
    "__self, *args, **kwargs",
    (a, interp) => updateDict(interp, a.__self, argsOf(a.args), a.kwargs),
  ],
  __len__: ["self", (a, interp) => plainLength(interp, a.self)],
  __iter__: [
    "self",
    (a) =>
      iterOf(
        rows(a.self).map((row) => row.key),
        "dict_keyiterator",
      ),
  ],
  __getitem__: ["self, key", (a, interp) => builtinGetItem(interp, a.self, a.key)],
  __setitem__: [
    "self, key, value",
    (a, interp) => none(a.self instanceof Dict && dictSet(interp, a.self, a.key, a.value)),
  ],
  __delitem__: ["self, key", (a, interp) => none(builtinDeleteItem(interp, a.self, a.key))],
  __contains__: [
    "self, key",
    (a, interp) =>
      isOpen(a.key) ? a.key : a.self instanceof Dict && dictGet(interp, a.self, a.key) !== ABSENT,
  ],
  __eq__: [
    "self, other",
    (a, interp) =>
      a.other instanceof Dict ? equals(interp, bareDict(a.self), bareDict(a.other)) : NOT_IMPLEMENTED,
  ],
  __or__: ["self, other", (a, interp) => binary(interp, "|", bareDict(a.self), bareDict(a.other))],
  __ior__: ["self, other", (a, interp) => after(updateDict(interp, a.self, [a.other], undefined), a.self)],
  __reversed__: [
    "self",
    (a) =>
      iterOf(
        rows(a.self)
          .map((row) => row.key)
          .reverse(),
        "dict_reversekeyiterator",
      ),
  ],
  __repr__: ["self", (a, interp) => builtinRepr(interp, a.self)],
  get: ["self, key, default=None", (a, interp) => lookUp(interp, a.self, a.key, a.default)],
  setdefault: [
    "self, key, default=None",
    (a, interp) => {
      if (!(a.self instanceof Dict)) return a.key;
      if (isOpen(a.key)) {
        addUnderUnknown(interp, a.self, a.key, a.default);
        return a.key;
      }
      const found = dictGet(interp, a.self, a.key);
      if (found !== ABSENT) return found;
      dictSet(interp, a.self, a.key, a.default);
      return a.default;
    },
  ],
  keys: [
    "self",
    (a) =>
      asView(
        a.self,
        DICT_KEYS,
        rows(a.self).map((row) => row.key),
      ),
  ],
  values: [
    "self",
    (a) =>
      asView(
        a.self,
        DICT_VALUES,
        rows(a.self).map((row) => row.value),
      ),
  ],
  items: [
    "self",
    (a) =>
      asView(
        a.self,
        DICT_ITEMS,
        rows(a.self).map((row) => (isMany(row.key) ? row.key : new Tuple([row.key, row.value]))),
      ),
  ],
  update: ["__self, *args, **kwargs", (a, interp) => updateDict(interp, a.__self, argsOf(a.args), a.kwargs)],
  pop: ["self, key, default=undefined", (a, interp) => popKey(interp, a.self, a.key, a.default)],
  popitem: [
    "self",
    (a, interp) => {
      const last = rows(a.self).at(-1);
      if (!last || !(a.self instanceof Dict))
        return interp.fail("KeyError", "popitem(): dictionary is empty");
      const unknown = unknownKey(interp, a.self);
      if (unknown) return unknown;
      dictDelete(interp, a.self, last.key);
      return new Tuple([last.key, last.value]);
    },
  ],
  clear: [
    "self",
    (a, interp) => {
      if (!(a.self instanceof Dict)) return null;
      interp.touch(a.self);
      a.self.entries.clear();
      return null;
    },
  ],
  copy: ["self", (a) => copyDict(a.self)],
};

function bareDict(value: Value): Value {
  return value instanceof Dict ? new Dict(value.entries) : value;
}

function lookUp(interp: Interp, self: Value, key: Value, fallback: Value): Value {
  if (isUnknown(key)) return key;
  if (!(self instanceof Dict)) return fallback;
  const found = dictGet(interp, self, key);
  return found === ABSENT ? fallback : found;
}

export const DICT: ClassValue = defineCore("dict", {
  isExact: true,
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => filled(interp, new Dict(), DICT, { cls, args, kwargs }),
  },
  methods: dictMethods,
  classMethods: {
    fromkeys: [
      "cls, iterable, value=None",
      (a, interp) => {
        const keys = items(interp, a.iterable);
        if (isUnknown(keys)) return keys;
        const made = interp.call(a.cls);
        for (const key of keys) interp.setItem(made, key, a.value);
        return made;
      },
    ],
  },
  constants: { __hash__: null },
});
