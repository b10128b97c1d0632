/** Map, Set and their weak kin, iterators. */

import type { Interp } from "../../../interpret/interp.ts";
import { changeUnknown, setUnderUnknown, unknownKey } from "../../../interpret/unknownChange.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  Iter,
  isUnknown,
  List,
  SetValue,
  unknownItem,
  type Value,
} from "../../../interpret/values.ts";
import { weightKept, weightTaken } from "../../../interpret/weight.ts";
import { type Impl, ITERATOR, jsClass, keyOf, object } from "../core.ts";
import { iterOf } from "./array.ts";
import { promiseClass } from "./promises.ts";

// ----------------------------------------------------------------- collections

const onMap =
  (impl: (map: Dict, args: readonly Value[], m: Interp) => Value): Impl =>
  (m, args, self) =>
    self instanceof Dict ? impl(self, args, m) : m.unknown("a map that is not known");
const onSet =
  (impl: (set: SetValue, args: readonly Value[], m: Interp) => Value): Impl =>
  (m, args, self) =>
    self instanceof SetValue ? impl(self, args, m) : m.unknown("a set that is not known");

/**
 * Entries as they are when the loop comes to them: what is added meanwhile is come to as well. Nothing comes twice, as
 * undecided branches fill a collection anew.
 */
function* live<K, T>(
  m: Interp,
  entries: ReadonlyMap<K, T>,
  read: (entry: T) => Value,
): Generator<Value, undefined> {
  const seen = new Set<K>();
  for (const [place, entry] of entries) {
    m.tick();
    if (seen.has(place)) continue;
    seen.add(place);
    yield read(entry);
  }
}

export const livePairs = (m: Interp, map: Dict): Iterator<Value> =>
  live(m, map.entries, ({ key, value }) => new List([key, value]));
export const liveItems = (m: Interp, set: SetValue): Iterator<Value> =>
  live(m, set.entries, (value) => value);

function putEntry(m: Interp, map: Dict, key: Value, value: Value): void {
  if (isUnknown(key)) {
    setUnderUnknown(m, map, key, value);
    return;
  }
  const place = keyOf(key);
  m.tick(weightKept(map.entries, place));
  map.entries.set(place, { key, value });
}

function putItem(m: Interp, set: SetValue, value: Value): void {
  const place = keyOf(value);
  m.tick(weightKept(set.entries, place));
  set.entries.set(place, value);
}

const MAP: Readonly<Record<string, Impl>> = {
  get: onMap((map, [key], m) => {
    if (isUnknown(key)) return key;
    const entry = map.entries.get(keyOf(key));
    return entry ? entry.value : unknownKey(m, map);
  }),
  has: onMap((map, [key], m) =>
    isUnknown(key) ? key : map.entries.has(keyOf(key)) || (unknownKey(m, map) ?? false),
  ),
  set: onMap((map, [key, value], m) => {
    m.touch(map);
    putEntry(m, map, key, value);
    return map;
  }),
  delete: onMap((map, [key], m) => {
    if (isUnknown(key)) changeUnknown(m, map, key);
    if (isUnknown(key)) return key;
    m.touch(map);
    m.tick(weightTaken(map.entries));
    return map.entries.delete(keyOf(key));
  }),
  clear: onMap((map, _args, m) => {
    m.touch(map);
    map.entries.clear();
    return undefined;
  }),
  keys: onMap((map, _args, m) => iterOf(live(m, map.entries, ({ key }) => key))),
  values: onMap((map, _args, m) => iterOf(live(m, map.entries, ({ value }) => value))),
  entries: onMap((map, _args, m) => iterOf(livePairs(m, map))),
  [ITERATOR]: onMap((map, _args, m) => iterOf(livePairs(m, map))),
  forEach: onMap((map, [callback], m) => {
    for (const { key, value } of map.entries.values()) {
      m.tick();
      m.call(callback, [value, key, map]);
    }
    return undefined;
  }),
};

const items = onSet((set, _args, m) => iterOf(liveItems(m, set)));
const twice = (m: Interp, set: SetValue): Iterator<Value> =>
  live(m, set.entries, (value) => new List([value, value]));
const SET: Readonly<Record<string, Impl>> = {
  has: onSet((set, [value]) =>
    isUnknown(value) ? value : set.entries.has(keyOf(value)) || (unknownItem(set) ?? false),
  ),
  add: onSet((set, [value], m) => {
    m.touch(set);
    putItem(m, set, value);
    return set;
  }),
  delete: onSet((set, [value], m) => {
    const unknown = isUnknown(value) ? value : set.entries.has(keyOf(value)) ? undefined : unknownItem(set);
    if (unknown) {
      changeUnknown(m, set, unknown);
      return unknown;
    }
    m.touch(set);
    m.tick(weightTaken(set.entries));
    return set.entries.delete(keyOf(value));
  }),
  clear: onSet((set, _args, m) => {
    m.touch(set);
    set.entries.clear();
    return undefined;
  }),
  values: items,
  keys: items,
  entries: onSet((set, _args, m) => iterOf(twice(m, set))),
  [ITERATOR]: items,
  forEach: onSet((set, [callback], m) => {
    for (const value of set.entries.values()) {
      m.tick();
      m.call(callback, [value, value, set]);
    }
    return undefined;
  }),
};

function fillMap(m: Interp, map: Dict, source: Value): Value {
  if (source === undefined || source === null) return map;
  const all = m.items(source);
  if (isUnknown(all)) return all;
  for (const pair of all) {
    const [key, value] = [m.getItem(pair, 0), m.getItem(pair, 1)];
    putEntry(m, map, key, value);
  }
  return map;
}

function fillSet(m: Interp, set: SetValue, source: Value): Value {
  if (source === undefined || source === null) return set;
  const all = m.items(source);
  if (isUnknown(all)) return all;
  for (const value of all) putItem(m, set, value);
  return set;
}

function createMap(m: Interp, cls: ClassValue, args: readonly Value[]): Value {
  const map = new Dict();
  map.cls = cls;
  return fillMap(m, map, args[0]);
}

function createSet(m: Interp, cls: ClassValue, args: readonly Value[]): Value {
  const set = new SetValue();
  set.cls = cls;
  return fillSet(m, set, args[0]);
}

function stepOf(m: Interp, iterator: Iter, step: Value | typeof ABSENT): Value {
  const result = step === ABSENT ? (iterator.result ?? undefined) : step;
  if (step === ABSENT) iterator.result = null;
  return object(m, [
    ["value", result],
    ["done", step === ABSENT],
  ]);
}

/** `next()` of a generator or iterator. */
const next: Impl = (m, [sent], self) =>
  self instanceof Iter ? stepOf(m, self, self.next(sent)) : m.unknown("an iterator that is not known");

const leaving =
  (how: "return" | "throw"): Impl =>
  (m, [value], self) => {
    if (!(self instanceof Iter)) return m.unknown("an iterator that is not known");
    if (self.leave) return stepOf(m, self, self.leave(how, value));
    self.result = value;
    return stepOf(m, self, ABSENT);
  };

export function collectionClasses(base: ClassValue): readonly ClassValue[] {
  const map = (name: string): ClassValue =>
    jsClass(name, {
      base,
      methods: MAP,
      native: { layer: false, create: createMap },
      init: (m, [source], self) => (self instanceof Dict ? fillMap(m, self, source) : undefined),
    });
  const set = (name: string): ClassValue =>
    jsClass(name, {
      base,
      methods: SET,
      native: { layer: false, create: createSet },
      init: (m, [source], self) => (self instanceof SetValue ? fillSet(m, self, source) : undefined),
    });
  return [
    map("Map"),
    map("WeakMap"),
    set("Set"),
    set("WeakSet"),
    jsClass("Iterator", {
      base,
      methods: {
        next,
        return: leaving("return"),
        throw: leaving("throw"),
        [ITERATOR]: (_m, _args, self) => self,
      },
    }),
    promiseClass(base),
  ];
}
