/** Map, Set and their weak kin, iterators, promises. */

import { Raised } from "../../control.ts";
import type { Interp } from "../../interp.ts";
import type { Machine } from "../../machine.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  Instance,
  Iter,
  isUnknown,
  List,
  SetValue,
  type Value,
} from "../../values.ts";
import { builtinClass, fn, type Impl, ITERATOR, isFunction, jsClass, keyOf, object } from "../core.ts";
import { iterOf } from "./array.ts";

// ----------------------------------------------------------------- collections

const onMap =
  (impl: (map: Dict, args: readonly Value[], m: Interp) => Value): Impl =>
  (m, args, self) =>
    self instanceof Dict ? impl(self, args, m) : m.unknown("a map that is not known");
const onSet =
  (impl: (set: SetValue, args: readonly Value[], m: Interp) => Value): Impl =>
  (m, args, self) =>
    self instanceof SetValue ? impl(self, args, m) : m.unknown("a set that is not known");

const pairs = (map: Dict): Value[] =>
  [...map.entries.values()].map(({ key, value }) => new List([key, value]));

const MAP: Readonly<Record<string, Impl>> = {
  get: onMap((map, [key]) => (isUnknown(key) ? key : map.entries.get(keyOf(key))?.value)),
  has: onMap((map, [key]) => (isUnknown(key) ? key : map.entries.has(keyOf(key)))),
  set: onMap((map, [key, value], m) => {
    m.touch(map);
    map.entries.set(keyOf(key), { key, value });
    return map;
  }),
  delete: onMap((map, [key], m) => {
    m.touch(map);
    return map.entries.delete(keyOf(key));
  }),
  clear: onMap((map, _args, m) => {
    m.touch(map);
    map.entries.clear();
    return undefined;
  }),
  keys: onMap((map) => iterOf([...map.entries.values()].map(({ key }) => key))),
  values: onMap((map) => iterOf([...map.entries.values()].map(({ value }) => value))),
  entries: onMap((map) => iterOf(pairs(map))),
  [ITERATOR]: onMap((map) => iterOf(pairs(map))),
  forEach: onMap((map, [callback], m) => {
    for (const { key, value } of [...map.entries.values()]) m.call(callback, [value, key, map]);
    return undefined;
  }),
};

const items = onSet((set) => iterOf([...set.entries.values()]));
const SET: Readonly<Record<string, Impl>> = {
  has: onSet((set, [value]) => (isUnknown(value) ? value : set.entries.has(keyOf(value)))),
  add: onSet((set, [value], m) => {
    m.touch(set);
    set.entries.set(keyOf(value), value);
    return set;
  }),
  delete: onSet((set, [value], m) => {
    m.touch(set);
    return set.entries.delete(keyOf(value));
  }),
  clear: onSet((set, _args, m) => {
    m.touch(set);
    set.entries.clear();
    return undefined;
  }),
  values: items,
  keys: items,
  [ITERATOR]: items,
  forEach: onSet((set, [callback], m) => {
    for (const value of [...set.entries.values()]) m.call(callback, [value, value, set]);
    return undefined;
  }),
};

function fillMap(m: Interp, map: Dict, source: Value): Value {
  if (source === undefined || source === null) return map;
  const all = m.items(source);
  if (isUnknown(all)) return all;
  for (const pair of all) {
    const [key, value] = [m.getItem(pair, 0), m.getItem(pair, 1)];
    map.entries.set(keyOf(key), { key, value });
  }
  return map;
}

function fillSet(m: Interp, set: SetValue, source: Value): Value {
  if (source === undefined || source === null) return set;
  const all = m.items(source);
  if (isUnknown(all)) return all;
  for (const value of all) set.entries.set(keyOf(value), value);
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

/** `next()` of a generator or iterator. */
const next: Impl = (m, [sent], self) => {
  const step = self instanceof Iter ? self.next(sent) : ABSENT;
  const result = self instanceof Iter && step === ABSENT ? self.result : step;
  return object(m, [
    ["value", result === ABSENT || result === null ? undefined : result],
    ["done", step === ABSENT],
  ]);
};

// -------------------------------------------------------------------- promises

/** Promises are settled where they are made: nothing else happens in between. */
class Settled {
  constructor(
    readonly value: Value,
    readonly rejected: boolean,
  ) {}
}

export function promise(m: Interp, value: Value, rejected = false): Value {
  if (isUnknown(value) || isPromise(value)) return value;
  const made = m.newInstance(builtinClass(m, "Promise"));
  made.native = new Settled(value, rejected);
  return made;
}

function isPromise(value: Value): value is Instance {
  return value instanceof Instance && value.native instanceof Settled;
}

export function awaited(m: Machine, value: Value): Value {
  if (isPromise(value)) {
    const { value: inside, rejected } = value.native as Settled;
    if (rejected) throw new Raised(inside, m.site);
    return inside;
  }
  if (!(value instanceof Instance)) return value;
  const then = m.lookup(value, "then");
  if (then === ABSENT || !isFunction(then)) return value;
  let settled: Value = m.unknown("a promise that is not settled");
  m.callWithThis(then, value, [
    fn("resolve", (_m, [result]) => {
      settled = result;
      return undefined;
    }),
    fn("reject", () => undefined),
  ]);
  return settled;
}

/** Runs `body` and makes a promise of what it gives or throws. */
function settling(m: Interp, body: () => Value): Value {
  const restore = (m as Machine).checkpoint();
  try {
    return promise(m, body());
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    restore();
    return promise(m, error.value, true);
  }
}

const PROMISE: Readonly<Record<string, Impl>> = {
  then: (m, [done, failed], self) => {
    if (!isPromise(self)) return self;
    const { value, rejected } = self.native as Settled;
    const handler = rejected ? failed : done;
    return isFunction(handler) ? settling(m, () => m.call(handler, [value])) : self;
  },
  catch: (m, [failed], self) => {
    if (!isPromise(self) || !(self.native as Settled).rejected || !isFunction(failed)) return self;
    return settling(m, () => m.call(failed, [(self.native as Settled).value]));
  },
  finally: (m, [after], self) => {
    if (isFunction(after)) m.call(after);
    return self;
  },
};

/** `new Promise((resolve, reject) => …)`: one that is not settled at once waits for something of the run. */
function createPromise(m: Interp, _cls: ClassValue, [executor]: readonly Value[]): Value {
  let settled: Value = m.unknown("a promise that something else settles");
  const settler = (name: string, rejected: boolean) =>
    fn(name, (_m, [value]) => {
      settled = promise(m, value, rejected);
      return undefined;
    });
  const result = settling(m, () => {
    m.call(executor, [settler("resolve", false), settler("reject", true)]);
    return undefined;
  });
  return isPromise(result) && (result.native as Settled).rejected ? result : settled;
}

const all: Impl = (m, [source]) => {
  const values = m.items(source);
  if (isUnknown(values)) return values;
  return settling(m, () => new List(values.map((value) => awaited(m as Machine, value))));
};

const firstOf: Impl = (m, [source]) => {
  const values = m.items(source);
  return isUnknown(values) ? values : promise(m, values[0]);
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
        return: (m, [value]) =>
          object(m, [
            ["value", value],
            ["done", true],
          ]),
        [ITERATOR]: (_m, _args, self) => self,
      },
    }),
    jsClass("Promise", {
      base,
      methods: PROMISE,
      native: { layer: false, create: createPromise },
      statics: {
        resolve: (m, [value]) => promise(m, value),
        reject: (m, [value]) => promise(m, value, true),
        all,
        allSettled: all,
        race: firstOf,
        any: firstOf,
      },
    }),
  ];
}
