/** `list`, `tuple` and their methods. */
import type { Interp } from "../../../interpret/interp.ts";
import type { NativeImpl } from "../../../interpret/native.ts";
import { addUnknown, changeUnknown } from "../../../interpret/unknownChange.ts";
import {
  type ClassValue,
  isMany,
  isUnknown,
  List,
  manyAmong,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { weightMoved } from "../../../interpret/weight.ts";
import { compare, equals } from "../compare.ts";
import { after, defineCore, NOT_IMPLEMENTED, none, strict, toIndex, unwrap } from "../core.ts";
import { hashNumber } from "../dict.ts";
import { builtinDeleteItem, builtinGetItem, builtinSetItem } from "../items.ts";
import { binary, inplace } from "../operators.ts";
import { builtinLength, items, iterOf } from "../sequences.ts";
import { sorted } from "../sorting.ts";
import { builtinRepr } from "../text.ts";
import { filled, OBJECT, withClass } from "./object.ts";

type Method = readonly [string, NativeImpl];

/** The elements of `self`, seen as a plain list or tuple whatever a subclass overrides. */
export function own(value: Value): readonly Value[] {
  return toItems(value) ?? [];
}

/** A copy without its class, so that operators see the built-in behaviour only. */
function bare(value: Value): Value {
  if (value instanceof List) return new List(value.items);
  return value instanceof Tuple ? new Tuple(value.items) : unwrap(value);
}

/** What `list` and `tuple` share: all that reads. */
const sequenceMethods: Record<string, Method> = {
  __len__: ["self", (a) => builtinLength(a.self)],
  __iter__: ["self", (a) => iterOf(own(a.self), "list_iterator")],
  __getitem__: ["self, index", (a, interp) => builtinGetItem(interp, a.self, a.index)],
  __contains__: ["self, item", (a, interp) => has(interp, a.self, a.item)],
  __add__: ["self, other", (a, interp) => binary(interp, "+", bare(a.self), bare(a.other))],
  __mul__: ["self, times", (a, interp) => binary(interp, "*", bare(a.self), a.times)],
  __rmul__: ["self, times", (a, interp) => binary(interp, "*", bare(a.self), a.times)],
  __eq__: ["self, other", (a, interp) => sameAs(interp, a.self, a.other)],
  __lt__: ["self, other", (a, interp) => compare(interp, "<", bare(a.self), bare(a.other))],
  __le__: ["self, other", (a, interp) => compare(interp, "<=", bare(a.self), bare(a.other))],
  __gt__: ["self, other", (a, interp) => compare(interp, ">", bare(a.self), bare(a.other))],
  __ge__: ["self, other", (a, interp) => compare(interp, ">=", bare(a.self), bare(a.other))],
  __repr__: ["self", (a, interp) => builtinRepr(interp, a.self)],
  index: [
    "self, item, start=0, stop=None",
    (a, interp) => indexOf(interp, own(a.self), a.item, a.start, a.stop),
  ],
  count: ["self, item", (a, interp) => countOf(interp, own(a.self), a.item)],
};

function sameAs(interp: Interp, self: Value, other: Value): Value {
  return toItems(other) === undefined ? NOT_IMPLEMENTED : equals(interp, bare(self), bare(other));
}

function has(interp: Interp, self: Value, item: Value): boolean | Unknown {
  let doubt: Unknown | undefined;
  interp.tick(own(self).length >> 3);
  for (const other of own(self)) {
    const same = other === item && !isUnknown(item) ? true : equals(interp, other, item);
    if (same === true) return true;
    if (isUnknown(same)) doubt ??= same;
  }
  return doubt ?? false;
}

function place(interp: Interp, value: Value, size: number): number | Unknown {
  const index = toIndex(interp, value);
  if (index === undefined) return size;
  if (isUnknown(index)) return index;
  return index < 0 ? Math.max(0, index + size) : Math.min(index, size);
}

function indexOf(interp: Interp, all: readonly Value[], item: Value, from: Value, to: Value): Value {
  const start = place(interp, from, all.length);
  const stop = place(interp, to, all.length);
  if (isUnknown(start)) return start;
  if (isUnknown(stop)) return stop;
  interp.tick(Math.max(0, stop - start) >> 3);
  for (let i = start; i < stop; i++) {
    const same = all[i] === item && !isUnknown(item) ? true : equals(interp, all[i], item);
    if (isUnknown(same)) return same;
    if (same) return i;
  }
  return interp.fail("ValueError", "value is not in list");
}

function countOf(interp: Interp, all: readonly Value[], item: Value): Value {
  let count = 0;
  interp.tick(all.length >> 3);
  for (const other of all) {
    const same = equals(interp, other, item);
    if (isUnknown(same)) return same;
    if (same) count++;
  }
  return count;
}

/** The list that a method changes, after the interpreter was told. */
export function changing(interp: Interp, self: Value): Value[] {
  if (!(self instanceof List)) return [];
  interp.touch(self);
  return self.items;
}

/** Adds all values of an iterable; one that is not known leaves the list's length in doubt. */
export function extendList(interp: Interp, self: Value, iterable: Value): Value {
  const more = items(interp, iterable);
  if (isUnknown(more)) {
    if (self instanceof List) addUnknown(interp, self, more);
    return null;
  }
  const all = changing(interp, self);
  if (!interp.allows(all.length + more.length)) return interp.unknown("collection too large");
  for (const item of [...more]) all.push(item);
  return null;
}

function pop(interp: Interp, self: Value, index: Value): Value {
  const all = own(self);
  if (isUnknown(index)) {
    changeUnknown(interp, self, index, manyAmong(all) ? undefined : all.length - 1);
    return index;
  }
  const number = toIndex(interp, index);
  if (isUnknown(number) || number === undefined)
    return number ?? interp.fail("TypeError", "an integer is required");
  const at = number < 0 ? number + all.length : number;
  if (at < 0 || at >= all.length) {
    return interp.fail("IndexError", all.length === 0 ? "pop from empty list" : "pop index out of range");
  }
  const item = all[at];
  // There may be more where it was.
  if (isMany(item)) return item;
  interp.tick(weightMoved(all.length - at));
  return changing(interp, self).splice(at, 1)[0];
}

function reversed(interp: Interp, items: Value[]): Value[] {
  interp.tick(items.length >> 2);
  return items.reverse();
}

export const LIST: ClassValue = defineCore("list", {
  isExact: true,
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => filled(interp, new List([]), LIST, { cls, args, kwargs }),
  },
  methods: {
    ...sequenceMethods,
    __init__: [
      "self, iterable=()",
      (a, interp) => {
        const more = items(interp, a.iterable);
        if (isUnknown(more)) {
          changeUnknown(interp, a.self, more);
          return null;
        }
        if (!interp.allows(more.length) || !(a.self instanceof List)) return null;
        interp.touch(a.self);
        a.self.items = [...more];
        return null;
      },
    ],
    __setitem__: [
      "self, index, value",
      (a, interp) => none(builtinSetItem(interp, a.self, a.index, a.value)),
    ],
    __delitem__: ["self, index", (a, interp) => none(builtinDeleteItem(interp, a.self, a.index))],
    __iadd__: ["self, other", (a, interp) => after(extendList(interp, a.self, a.other), a.self)],
    __imul__: ["self, times", (a, interp) => inplace(interp, "*", a.self, a.times)],
    __reversed__: ["self", (a) => iterOf([...own(a.self)].reverse(), "list_reverseiterator")],
    append: ["self, item", (a, interp) => none(changing(interp, a.self).push(a.item))],
    extend: ["self, iterable", (a, interp) => extendList(interp, a.self, a.iterable)],
    insert: [
      "self, index, item",
      (a, interp) => {
        const at = place(interp, a.index, own(a.self).length);
        if (isUnknown(at)) {
          changeUnknown(interp, a.self, at);
          return null;
        }
        interp.tick(weightMoved(own(a.self).length - at));
        changing(interp, a.self).splice(at, 0, a.item);
        return null;
      },
    ],
    pop: ["self, index=-1", (a, interp) => pop(interp, a.self, a.index)],
    remove: [
      "self, item",
      (a, interp) => {
        const at = indexOf(interp, own(a.self), a.item, 0, null);
        if (typeof at === "number") changing(interp, a.self).splice(at, 1);
        else if (isUnknown(at)) changeUnknown(interp, a.self, at);
        return null;
      },
    ],
    clear: ["self", (a, interp) => none(changing(interp, a.self).splice(0))],
    copy: ["self", (a) => new List([...own(a.self)])],
    reverse: ["self", (a, interp) => none(reversed(interp, changing(interp, a.self)))],
    sort: [
      "self, *, key=None, reverse=False",
      (a, interp) => {
        const order = sorted(interp, own(a.self), a.key, a.reverse);
        if (isUnknown(order)) {
          const all = own(a.self);
          changeUnknown(interp, a.self, order, manyAmong(all) ? undefined : all.length);
          return null;
        }
        const all = changing(interp, a.self);
        order.forEach((item, i) => {
          all[i] = item;
        });
        return null;
      },
    ],
  },
  constants: { __hash__: null },
});

export const TUPLE: ClassValue = defineCore("tuple", {
  isExact: true,
  bases: [OBJECT],
  native: {
    layer: false,
    create: (interp, cls, args, kwargs) => {
      const source = args[0] ?? kwargs.get("iterable");
      if (source instanceof Tuple && source.cls === undefined && cls === TUPLE) return source;
      const all = source === undefined ? [] : items(interp, source);
      if (isUnknown(all)) return all;
      return interp.allows(all.length)
        ? withClass(new Tuple([...all]), cls, TUPLE)
        : interp.unknown("collection too large");
    },
  },
  methods: {
    ...sequenceMethods,
    __hash__: ["self", strict((a, interp) => hashNumber(interp, new Tuple(own(a.self))))],
  },
});
