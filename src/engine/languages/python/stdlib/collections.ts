/** `collections` and `collections.abc`. */
import type { Interp } from "../../../interpret/interp.ts";
import { defineClass, type NativeImpl } from "../../../interpret/native.ts";
import { changeUnknown, unknownKey } from "../../../interpret/unknownChange.ts";
import {
  ABSENT,
  asMany,
  type ClassValue,
  Dict,
  isUnknown,
  List,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";
import { ABSTRACT } from "../abstract.ts";
import { NOT_IMPLEMENTED, none, toIndex, toInt, toText } from "../core.ts";
import { dictGet, dictSet, hashKey } from "../dict.ts";
import { items, iterOf } from "../sequences.ts";
import { sorted } from "../sorting.ts";
import { DICT, pairsOf, updateDict } from "../types/dict.ts";
import { LIST } from "../types/list.ts";
import { argsOf, OBJECT, raw, withClass } from "../types/object.ts";
import { STR } from "../types/str.ts";
import { namedTuple } from "./namedtuple.ts";
import { exporting, type Module, makeModule } from "./table.ts";

export const ORDERED_DICT: ClassValue = defineClass("OrderedDict", {
  bases: [DICT],
  qualname: "collections.OrderedDict",
  methods: {
    move_to_end: [
      "self, key, last=True",
      (a, interp) => {
        if (!(a.self instanceof Dict)) return null;
        const key = hashKey(interp, a.key);
        const entry = isUnknown(key) ? undefined : a.self.entries.get(key);
        if (entry === undefined || isUnknown(key)) return interp.fail("KeyError", String(a.key));
        interp.touch(a.self);
        interp.tick(a.self.entries.size);
        a.self.entries.delete(key);
        const others = [...a.self.entries];
        if (a.last === false) {
          a.self.entries.clear();
          a.self.entries.set(key, entry);
          for (const [k, v] of others) a.self.entries.set(k, v);
        } else a.self.entries.set(key, entry);
        return null;
      },
    ],
    popitem: [
      "self, last=True",
      (a, interp) => {
        const rows = a.self instanceof Dict ? [...a.self.entries] : [];
        interp.tick(rows.length >> 1);
        const row = a.last === false ? rows[0] : rows.at(-1);
        if (!row || !(a.self instanceof Dict)) return interp.fail("KeyError", "dictionary is empty");
        interp.touch(a.self);
        a.self.entries.delete(row[0]);
        return new Tuple([row[1].key, row[1].value]);
      },
    ],
  },
});

const DEFAULT_DICT: ClassValue = defineClass("defaultdict", {
  bases: [DICT],
  qualname: "collections.defaultdict",
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      const dict = withClass(new Dict(), cls, DICT);
      dict.factory = args[0] ?? null;
      updateDict(
        interp,
        dict,
        args.slice(1),
        new Dict(new Map([...kwargs].map(([key, value]) => [key, { key, value }]))),
      );
      return dict;
    },
  },
  properties: { default_factory: (a) => (a.self instanceof Dict ? (a.self.factory ?? null) : null) },
});
// What `create` filled is not filled again; a subclass's `super().__init__(factory)` sets the factory.
DEFAULT_DICT.attrs.set(
  "__init__",
  raw("__init__", "self, default_factory=None, *args, **kwargs", (_interp, [self, factory]) => {
    if (self instanceof Dict && factory !== undefined) self.factory = factory;
    return null;
  }),
);

/** Adds counts of elements, or the counts that a mapping gives. */
function count(interp: Interp, counter: Value, source: Value, sign: 1 | -1): Value {
  if (!(counter instanceof Dict) || source === null || source === undefined) return null;
  const pairs = source instanceof Dict ? pairsOf(interp, source) : ones(interp, source);
  if (isUnknown(pairs)) {
    changeUnknown(interp, counter, pairs);
    return null;
  }
  for (const [key, amount] of pairs) {
    const old = dictGet(interp, counter, key);
    dictSet(interp, counter, key, interp.binary(sign > 0 ? "+" : "-", old === ABSENT ? 0 : old, amount));
  }
  return null;
}

function ones(interp: Interp, source: Value): ReturnType<typeof pairsOf> {
  const all = items(interp, source);
  return isUnknown(all) ? all : all.map((item) => [item, 1] as const);
}

/** Each as often as it is counted. */
function* elementsOf(counter: Value): Generator<Value> {
  if (!(counter instanceof Dict)) return;
  for (const { key, value } of [...counter.entries.values()]) {
    if (isUnknown(value)) yield asMany(value);
    for (let left = toInt(value) ?? 0; left > 0; left--) yield key;
  }
}

const COUNTER_OPS: Readonly<Record<string, (a: number, b: number) => number>> = {
  __add__: (a, b) => a + b,
  __sub__: (a, b) => a - b,
  __and__: Math.min,
  __or__: Math.max,
};

/** What two counters make of each count; only those above zero are kept. */
function combined(interp: Interp, a: Value, b: Value, rule: (a: number, b: number) => number): Value {
  if (!(a instanceof Dict && b instanceof Dict)) return NOT_IMPLEMENTED;
  const open = unknownKey(interp, a) ?? unknownKey(interp, b);
  if (open) return open;
  const result = withClass(new Dict(), COUNTER, DICT);
  interp.tick(a.entries.size + b.entries.size);
  for (const [key, { key: name }] of new Map([...a.entries, ...b.entries])) {
    const [x, y] = [a.entries.get(key)?.value ?? 0, b.entries.get(key)?.value ?? 0];
    if (typeof x !== "number" || typeof y !== "number")
      return interp.unknown("counts that are no small whole numbers are not followed");
    const count = rule(x, y);
    if (count > 0) result.entries.set(key, { key: name, value: count });
  }
  return result;
}

export const COUNTER: ClassValue = defineClass("Counter", {
  bases: [DICT],
  qualname: "collections.Counter",
  methods: {
    __init__: [
      "self, iterable=None, **kwargs",
      (a, interp) => none(count(interp, a.self, a.iterable, 1), count(interp, a.self, a.kwargs, 1)),
    ],
    __missing__: ["self, key", () => 0],
    ...Object.fromEntries(
      Object.entries(COUNTER_OPS).map(([name, rule]) => [
        name,
        ["self, other", (a, interp) => combined(interp, a.self, a.other, rule)] as const,
      ]),
    ),
    __pos__: ["self", (a, interp) => combined(interp, a.self, new Dict(), (x) => x)],
    update: [
      "self, iterable=None, **kwargs",
      (a, interp) => none(count(interp, a.self, a.iterable, 1), count(interp, a.self, a.kwargs, 1)),
    ],
    subtract: ["self, iterable=None", (a, interp) => count(interp, a.self, a.iterable, -1)],
    most_common: [
      "self, n=None",
      (a, interp) => {
        const rows = a.self instanceof Dict ? [...a.self.entries.values()] : [];
        const pairs = rows.map(({ key, value }) => new Tuple([key, value]));
        const order = sorted(
          interp,
          pairs,
          raw("count", "pair", (_i, [pair]) => (pair instanceof Tuple ? pair.items[1] : 0)),
          true,
        );
        return isUnknown(order) ? order : new List([...order.slice(0, toInt(a.n) ?? undefined)]);
      },
    ],
    elements: ["self", (a) => iterOf(elementsOf(a.self))],
    total: [
      "self",
      (a, interp) =>
        (a.self instanceof Dict ? [...a.self.entries.values()] : []).reduce<Value>((sum, entry) => {
          interp.tick();
          return interp.binary("+", sum, entry.value);
        }, 0),
    ],
  },
});

const END: Readonly<
  Record<"left" | "right", { push(all: Value[], item: Value): void; pop(all: Value[]): Value }>
> = {
  left: { push: (all, item) => void all.unshift(item), pop: (all) => all.shift() },
  right: { push: (all, item) => void all.push(item), pop: (all) => all.pop() },
};

/** Adds at one end; a full bounded deque drops at the other. */
function pushing(
  end: "left" | "right",
  each: (interp: Interp, value: Value) => readonly Value[],
): readonly [string, NativeImpl] {
  return [
    "self, item",
    (a, interp) => {
      if (!(a.self instanceof List)) return null;
      interp.touch(a.self);
      const most = toInt(a.self.attrs?.get("maxlen"));
      for (const item of each(interp, a.item)) {
        END[end].push(a.self.items, item);
        if (most !== undefined && a.self.items.length > most)
          END[end === "left" ? "right" : "left"].pop(a.self.items);
      }
      return null;
    },
  ];
}

function popping(end: "left" | "right"): readonly [string, NativeImpl] {
  return [
    "self",
    (a, interp) => {
      if (!(a.self instanceof List) || a.self.items.length === 0) {
        return interp.fail("IndexError", "pop from an empty deque");
      }
      interp.touch(a.self);
      return END[end].pop(a.self.items);
    },
  ];
}

function manyOf(interp: Interp, value: Value): readonly Value[] {
  const all = items(interp, value);
  if (!isUnknown(all)) return [...all];
  interp.gap(all.reason);
  return [asMany(all)];
}

const DEQUE: ClassValue = defineClass("deque", {
  bases: [OBJECT],
  qualname: "collections.deque",
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      const all = args[0] === undefined ? [] : items(interp, args[0]);
      if (isUnknown(all)) return all;
      const maxlen = args[1] ?? kwargs.get("maxlen") ?? null;
      const most = toInt(maxlen);
      const deque = withClass(
        new List([...(most === undefined ? all : all.slice(Math.max(0, all.length - most)))]),
        cls,
        LIST,
      );
      deque.attrs = new Map([["maxlen", maxlen]]);
      return deque;
    },
  },
  methods: {
    append: pushing("right", (_, item) => [item]),
    appendleft: pushing("left", (_, item) => [item]),
    extend: pushing("right", manyOf),
    extendleft: pushing("left", manyOf),
    pop: popping("right"),
    popleft: popping("left"),
    rotate: [
      "self, n=1",
      (a, interp) => {
        const size = a.self instanceof List ? a.self.items.length : 0;
        const steps = toIndex(interp, a.n);
        if (!(a.self instanceof List) || typeof steps !== "number" || size === 0) return null;
        interp.touch(a.self);
        interp.tick(size >> 3);
        const cut = (((size - steps) % size) + size) % size;
        a.self.items = [...a.self.items.slice(cut), ...a.self.items.slice(0, cut)];
        return null;
      },
    ],
    ...Object.fromEntries(
      ["clear", "copy", "count", "index", "insert", "remove", "reverse"].map((name) => [
        name,
        [
          "self, *args",
          (a, interp) => interp.call(LIST.attrs.get(name), [a.self, ...argsOf(a.args)]),
        ] as const,
      ]),
    ),
  },
});

/** Maps looked up in turn; writes go to the first. */
const CHAIN_MAP: ClassValue = defineClass("ChainMap", {
  bases: [DICT],
  qualname: "collections.ChainMap",
  native: {
    layer: false,
    create: (interp, cls, args) => {
      const merged = withClass(new Dict(), cls, DICT);
      updateDict(interp, merged, [...args].reverse(), undefined);
      merged.attrs = new Map([["maps", new List([...args])]]);
      return merged;
    },
  },
  methods: { __init__: ["self, *maps", () => null] },
});

export const collections = (): Module =>
  makeModule({
    values: {
      OrderedDict: ORDERED_DICT,
      defaultdict: DEFAULT_DICT,
      Counter: COUNTER,
      deque: DEQUE,
      ChainMap: CHAIN_MAP,
      UserDict: defineClass("UserDict", { bases: [DICT] }),
      UserList: defineClass("UserList", { bases: [LIST] }),
      UserString: defineClass("UserString", { bases: [STR] }),
      ...Object.fromEntries(ABSTRACT),
    },
    functions: {
      namedtuple: [
        "typename, field_names, *, ?rename=False, defaults=None, module=None",
        (a, interp) => {
          const fields =
            typeof a.field_names === "string"
              ? a.field_names.split(/[\s,]+/).filter(Boolean)
              : namesOf(interp, a.field_names);
          const defaults = a.defaults === null ? [] : items(interp, a.defaults);
          if (isUnknown(defaults)) return defaults;
          const first = fields.length - defaults.length;
          return namedTuple(
            toText(a.typename) ?? "",
            fields.map((name, i) => ({ name, fallback: i >= first ? defaults[i - first] : ABSENT })),
          );
        },
      ],
    },
  });

function namesOf(interp: Interp, value: Value): string[] {
  const all = items(interp, value);
  return isUnknown(all) ? [] : all.map((name) => toText(name) ?? "");
}

export const collectionsAbc = (): Module => exporting(new Map(ABSTRACT));
