/** `set` and `frozenset` and their methods. */
import type { Interp } from "../../../interpret/interp.ts";
import type { NativeImpl } from "../../../interpret/native.ts";
import { changeUnknown } from "../../../interpret/unknownChange.ts";
import {
  type ClassValue,
  isUnknown,
  SetValue,
  type Unknown,
  unknownItem,
  type Value,
} from "../../../interpret/values.ts";
import { weightTaken } from "../../../interpret/weight.ts";
import { compare } from "../compare.ts";
import { defineCore, NOT_IMPLEMENTED, none, strict } from "../core.ts";
import { combineSets, hashKey, hashNumber, isSubset, setAdd, setHas, setOf } from "../dict.ts";
import { isOpen } from "../integers.ts";
import { builtinLength, items, iterOf } from "../sequences.ts";
import { setItems, unknownOrder } from "../setOrder.ts";
import { builtinRepr } from "../text.ts";
import { argsOf, filled, OBJECT, withClass } from "./object.ts";

type Method = readonly [string, NativeImpl];

/** The operand of a set method: any iterable. */
function toSet(interp: Interp, value: Value): SetValue | Unknown {
  if (value instanceof SetValue) return value;
  const all = items(interp, value);
  return isUnknown(all) ? all : setOf(interp, all);
}

type SetOp = "|" | "&" | "-" | "^";

/** `a.union(b, c)` gives a new set; the operands are any iterables. */
function combining(op: SetOp): Method {
  return [
    "self, *others",
    (a, interp) => {
      let result = a.self instanceof SetValue ? a.self : new SetValue();
      for (const value of argsOf(a.others)) {
        const other = toSet(interp, value);
        if (isUnknown(other)) return other;
        result = combineSets(interp, op, result, other);
      }
      return result === a.self ? combineSets(interp, "|", result, result) : result;
    },
  ];
}

/** `a.update(b)` changes the set itself. */
function updating(op: SetOp): Method {
  return [
    "self, *others",
    (a, interp) => {
      if (!(a.self instanceof SetValue)) return null;
      for (const value of argsOf(a.others)) {
        const other = toSet(interp, value);
        if (isUnknown(other)) changeUnknown(interp, a.self, other);
        else replaceContents(interp, a.self, combineSets(interp, op, a.self, other));
      }
      return null;
    },
  ];
}

function replaceContents(interp: Interp, set: SetValue, contents: SetValue): void {
  interp.touch(set);
  interp.tick(contents.entries.size);
  const entries = [...contents.entries];
  set.isReworked ||= contents.isReworked || set.entries.size > 0;
  set.entries.clear();
  for (const [key, value] of entries) set.entries.set(key, value);
}

/** Operators take sets only. */
function operator(op: SetOp): Method {
  return [
    "self, other",
    (a, interp) =>
      a.self instanceof SetValue && a.other instanceof SetValue
        ? combineSets(interp, op, a.self, a.other)
        : NOT_IMPLEMENTED,
  ];
}

function asking(rule: (self: SetValue, other: SetValue) => boolean): Method {
  return [
    "self, other",
    (a, interp) => {
      const other = toSet(interp, a.other);
      if (isUnknown(other)) return other;
      if (!(a.self instanceof SetValue)) return false;
      interp.tick(Math.min(a.self.entries.size, other.entries.size));
      return unknownItem(a.self) ?? unknownItem(other) ?? rule(a.self, other);
    },
  ];
}

const readingSet: Record<string, Method> = {
  __len__: ["self", (a) => builtinLength(a.self)],
  __iter__: ["self", (a) => iterOf(a.self instanceof SetValue ? ordered(a.self) : [], "set_iterator")],
  __contains__: [
    "self, item",
    (a, interp) => (isOpen(a.item) ? a.item : a.self instanceof SetValue && setHas(interp, a.self, a.item)),
  ],
  __eq__: ["self, other", (a) => sameSets(a.self, a.other)],
  __le__: ["self, other", (a, interp) => compare(interp, "<=", bareSet(a.self), bareSet(a.other))],
  __lt__: ["self, other", (a, interp) => compare(interp, "<", bareSet(a.self), bareSet(a.other))],
  __ge__: ["self, other", (a, interp) => compare(interp, ">=", bareSet(a.self), bareSet(a.other))],
  __gt__: ["self, other", (a, interp) => compare(interp, ">", bareSet(a.self), bareSet(a.other))],
  __or__: operator("|"),
  __and__: operator("&"),
  __sub__: operator("-"),
  __xor__: operator("^"),
  __repr__: ["self", (a, interp) => builtinRepr(interp, a.self)],
  union: combining("|"),
  intersection: combining("&"),
  difference: combining("-"),
  symmetric_difference: combining("^"),
  issubset: asking(isSubset),
  issuperset: asking((self, other) => isSubset(other, self)),
  isdisjoint: asking((self, other) => ![...self.entries.keys()].some((key) => other.entries.has(key))),
  copy: [
    "self",
    (a, interp) => (a.self instanceof SetValue ? combineSets(interp, "|", a.self, a.self) : a.self),
  ],
};

/** What an iterator over a set gives one by one: nobody knows which comes first. */
function ordered(set: SetValue): readonly Value[] {
  const order = unknownOrder(set);
  return order ? Array.from(set.entries, () => order) : setItems(set);
}

function bareSet(value: Value): Value {
  return value instanceof SetValue ? new SetValue(value.entries) : value;
}

function sameSets(a: Value, b: Value): Value {
  if (!(a instanceof SetValue && b instanceof SetValue)) return NOT_IMPLEMENTED;
  return unknownItem(a) ?? unknownItem(b) ?? (a.entries.size === b.entries.size && isSubset(a, b));
}

function removing(missing: "fails" | "is fine"): Method {
  return [
    "self, item",
    (a, interp) => {
      if (!(a.self instanceof SetValue)) return null;
      const key = hashKey(interp, a.item);
      if (isUnknown(key)) {
        changeUnknown(interp, a.self, key);
        return null;
      }
      interp.tick(weightTaken(a.self.entries));
      const unknown = a.self.entries.has(key) ? undefined : unknownItem(a.self);
      if (unknown) {
        changeUnknown(interp, a.self, unknown);
        return null;
      }
      interp.touch(a.self);
      a.self.isReworked = true;
      if (a.self.entries.delete(key) || missing === "is fine") return null;
      return interp.fail("KeyError", String(builtinRepr(interp, a.item)));
    },
  ];
}

export const SET: ClassValue = defineCore("set", {
  isExact: true,
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => filled(interp, new SetValue(), SET, { cls, args, kwargs }),
  },
  methods: {
    ...readingSet,
    __init__: [
      "self, iterable=()",
      (a, interp) => {
        const all = items(interp, a.iterable);
        if (isUnknown(all)) changeUnknown(interp, a.self, all);
        else if (a.self instanceof SetValue) replaceContents(interp, a.self, setOf(interp, all));
        return null;
      },
    ],
    add: [
      "self, item",
      (a, interp) => {
        if (!(a.self instanceof SetValue)) return null;
        interp.touch(a.self);
        setAdd(interp, a.self, a.item);
        return null;
      },
    ],
    update: updating("|"),
    intersection_update: updating("&"),
    difference_update: updating("-"),
    symmetric_difference_update: updating("^"),
    remove: removing("fails"),
    discard: removing("is fine"),
    pop: [
      "self",
      (a, interp) => {
        if (!(a.self instanceof SetValue) || a.self.entries.size === 0)
          return interp.fail("KeyError", "pop from an empty set");
        interp.tick(weightTaken(a.self.entries));
        const unknown = unknownItem(a.self);
        if (unknown) {
          changeUnknown(interp, a.self, unknown);
          return unknown;
        }
        interp.touch(a.self);
        a.self.isReworked = true;
        const order = unknownOrder(a.self);
        const [first] = setItems(a.self);
        const key = [...a.self.entries].find(([, value]) => value === first)?.[0];
        if (key !== undefined) a.self.entries.delete(key);
        if (order === undefined) return first;
        // Any of them may be gone.
        const { size } = a.self.entries;
        a.self.entries.clear();
        for (let i = 0; i < size; i++) setAdd(interp, a.self, interp.unknown(order.reason));
        return order;
      },
    ],
    clear: [
      "self",
      (a, interp) => none(a.self instanceof SetValue && replaceContents(interp, a.self, new SetValue())),
    ],
  },
  constants: { __hash__: null },
});

export const FROZENSET: ClassValue = defineCore("frozenset", {
  isExact: true,
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args) => {
      const all = args.length === 0 ? [] : items(interp, args[0]);
      return isUnknown(all) ? all : withClass(setOf(interp, all, true), cls, FROZENSET);
    },
  },
  methods: { ...readingSet, __hash__: ["self", strict((a, interp) => hashNumber(interp, a.self))] },
});
