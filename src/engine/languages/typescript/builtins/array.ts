/** Arrays and their methods. Callbacks that cannot be decided make the answer unknown, never a guess. */
import { perhaps } from "../../../interpret/branches.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import { changeUnknown } from "../../../interpret/unknownChange.ts";
import {
  ABSENT,
  ClassValue,
  Iter,
  isUnknown,
  List,
  manyAmong,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type Impl, ITERATOR, isFunction, jsClass, LONG_ARRAY, method, num } from "../core.ts";
import { joinItems } from "../text.ts";
import { inRange, typedArrayClasses } from "./typed.ts";

function listOf(self: Value): List {
  if (self instanceof List) return self;
  return new List(typeof self === "string" ? [...self] : [...(toItems(self) ?? [])]);
}

/** A new array of the same class as the one that it is made from. */
function like(self: Value, items: Value[]): List {
  const made = new List(items);
  if (self instanceof List && self.cls) made.cls = self.cls;
  return made;
}

type Change = (list: List, args: readonly Value[], m: Interp) => Value;

/** A method that changes the array's end, whatever its length. */
const mutatingEnd =
  (impl: Change): Impl =>
  (m, args, self) => {
    const list = listOf(self);
    m.touch(list);
    return impl(list, args, m);
  };

/** A method that changes the array. */
const mutating =
  (impl: Change): Impl =>
  (m, args, self) => {
    const list = listOf(self);
    m.touch(list);
    m.tick(list.items.length >> 3);
    return impl(list, args, m);
  };

const reading =
  (impl: (items: readonly Value[], args: readonly Value[], m: Interp) => Value): Impl =>
  (m, args, self) => {
    const { items } = listOf(self);
    m.tick(items.length >> 3);
    return impl(items, args, m);
  };

const visiting =
  (impl: (call: (i: number) => Value, items: readonly Value[], m: Interp, self: Value) => Value): Impl =>
  (m, args, self) => {
    const list = listOf(self);
    const { items } = list;
    const call = (i: number): Value => {
      m.tick();
      return (m as Machine).callWithThis(args[0], args[1], [items[i], i, list]);
    };
    if (isUnknown(args[0])) return args[0];
    return isFunction(args[0])
      ? impl(call, items, m, self)
      : m.fail("TypeError", "the callback is not a function");
  };

/** The first index whose callback is true; -1 for none. Past one whose answer is not known, the others may be asked. */
function search(
  call: (i: number) => Value,
  m: Interp,
  indices: Iterable<number>,
  wanted = true,
): number | Unknown {
  const rest = indices[Symbol.iterator]();
  for (let step = rest.next(); !step.done; step = rest.next()) {
    const truth = m.truthy(call(step.value));
    if (truth === wanted) return step.value;
    if (!isUnknown(truth)) continue;
    perhaps(m as Machine, truth, () => {
      for (let more = rest.next(); !more.done; more = rest.next())
        if (m.truthy(call(more.value)) === wanted) return;
    });
    return truth;
  }
  return -1;
}

function* upwards(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}
/** Those of the indices that are no holes. */
function* held(items: readonly Value[], indices: Iterable<number>): Generator<number> {
  for (const i of indices) if (i in items) yield i;
}
function* downwards(count: number): Generator<number> {
  for (let i = count - 1; i >= 0; i--) yield i;
}

function indexOf(items: readonly Value[], wanted: Value, m: Interp): number | Unknown {
  m.tick(items.length >> 1);
  for (const [i, item] of items.entries()) {
    const same = m.equals(item, wanted);
    if (isUnknown(same)) return same;
    if (same) return i;
  }
  return -1;
}

/** What each item gives; where one stands for many, so does what it gives. */
function mapped(call: (i: number) => Value, items: readonly Value[]): Value[] {
  const many = manyAmong(items);
  const made = items.map((_, i) => call(i));
  return many ? [...made, many] : made;
}

/** What `flat` gives; arrays that hold each other many times over are counted as they are opened. */
function flatten(m: Interp, items: readonly Value[], depth: number): Value {
  const flat: Value[] = [];
  const open = (inside: readonly Value[], left: number): Unknown | undefined => {
    m.tick(1 + inside.length);
    for (const item of inside) {
      const lost =
        item instanceof List && left > 0 ? m.nested(() => open(item.items, left - 1)) : void flat.push(item);
      if (lost) return lost;
    }
    return m.allows(flat.length) ? undefined : m.unknown(LONG_ARRAY);
  };
  return open(items, depth) ?? new List(flat);
}

function reduce(m: Interp, items: readonly Value[], args: readonly Value[], order: Iterable<number>): Value {
  const [callback] = args;
  const whole = new List([...items]);
  let result: Value | typeof ABSENT = args.length > 1 ? args[1] : ABSENT;
  for (const i of held(items, order)) {
    m.tick();
    result = result === ABSENT ? items[i] : m.call(callback, [result, items[i], i, whole]);
  }
  return result === ABSENT ? m.fail("TypeError", "Reduce of empty array with no initial value") : result;
}

function sorted(m: Interp, items: readonly Value[], compare: Value): Value[] | Unknown {
  let lost: Unknown | undefined;
  const result = [...items].sort((a, b) => {
    m.tick();
    if (compare === undefined) {
      const [left, right] = [m.str(a), m.str(b)];
      if (isUnknown(left) || isUnknown(right)) lost ??= isUnknown(left) ? left : (right as Unknown);
      return left < right ? -1 : left > right ? 1 : 0;
    }
    const order = m.call(compare, [a, b]);
    if (isUnknown(order)) lost ??= order;
    return num(order);
  });
  return lost ?? result;
}

const range = (items: readonly Value[], args: readonly Value[]): [number, number | undefined] => [
  num(args[0]),
  args[1] === undefined ? undefined : num(args[1], items.length),
];

export function iterOf(values: Iterable<Value> | Iterator<Value>): Iter {
  const iterator = typeof values === "object" && "next" in values ? values : values[Symbol.iterator]();
  return new Iter(() => {
    const step = iterator.next();
    return step.done ? ABSENT : step.value;
  });
}

const values: Impl = reading((items) => iterOf(items));

function* numbered(items: readonly Value[]): Generator<Value> {
  for (const [i, item] of items.entries()) yield new List([i, item]);
}

/** What `splice` leaves, and what it takes out. */
function spliced(
  items: readonly Value[],
  args: readonly Value[],
): { readonly kept: Value[]; readonly removed: Value[] } {
  const kept = [...items];
  const start = num(args[0]);
  const removed = kept.splice(start, args.length > 1 ? num(args[1]) : items.length);
  const at = start < 0 ? Math.max(0, items.length + start) : Math.min(start, items.length);
  return { kept: kept.slice(0, at).concat(args.slice(2), kept.slice(at)), removed };
}

const slice: Impl = (_m, args, self) =>
  args.find(isUnknown) ?? like(self, listOf(self).items.slice(...range(listOf(self).items, args)));

const METHODS: Readonly<Record<string, Impl>> = {
  push: mutatingEnd((list, args, m) => {
    // One by one: the host's own calls do not hold so many arguments.
    if (m.allows(list.items.length + args.length)) for (const item of args) list.items.push(item);
    return list.items.length;
  }),
  // Where an item stands for many, there may be more of them.
  pop: mutatingEnd((list) => manyAmong(list.items.slice(-1)) ?? list.items.pop()),
  shift: mutating((list) => manyAmong(list.items.slice(0, 1)) ?? list.items.shift()),
  unshift: mutating((list, args, m) => {
    if (m.allows(list.items.length + args.length)) list.items = [...args, ...list.items];
    return list.items.length;
  }),
  splice: mutating((list, args, m) => {
    const unknown = args.slice(0, 2).find(isUnknown);
    if (unknown) {
      changeUnknown(m, list, unknown);
      return unknown;
    }
    const { kept, removed } = spliced(list.items, args);
    if (!m.allows(kept.length)) return m.unknown(LONG_ARRAY);
    list.items = kept;
    return new List(removed);
  }),
  reverse: mutating((list) => {
    list.items.reverse();
    return list;
  }),
  fill: mutating((list, args, m) => {
    const unknown = args.slice(1).find(isUnknown);
    if (unknown) {
      changeUnknown(m, list, unknown, list.items.length);
      return list;
    }
    list.items.fill(args[0], num(args[1]), args[2] === undefined ? undefined : num(args[2]));
    return inRange(m, list);
  }),
  sort: mutating((list, args, m) => {
    const order = sorted(m, list.items, args[0]);
    if (isUnknown(order)) {
      changeUnknown(m, list, order, manyAmong(list.items) ? undefined : list.items.length);
      return list;
    }
    list.items = order;
    return list;
  }),
  toSorted: reading((items, args, m) => {
    const order = sorted(m, items, args[0]);
    return isUnknown(order) ? order : new List(order);
  }),
  toReversed: reading((items) => new List([...items].reverse())),
  slice,
  subarray: slice,
  with: reading((items, [at, item], m) => {
    const place = Math.trunc(num(at)) + (num(at) < 0 ? items.length : 0);
    return place >= 0 && place < items.length
      ? new List([...items].with(place, item))
      : m.fail("RangeError", `Invalid index : ${num(at)}`);
  }),
  toSpliced: reading((items, args, m) => {
    const { kept } = spliced(items, args);
    return m.allows(kept.length) ? new List(kept) : m.unknown(LONG_ARRAY);
  }),
  copyWithin: mutating((list, args, m) => {
    const unknown = args.find(isUnknown);
    if (unknown) {
      changeUnknown(m, list, unknown, list.items.length);
      return list;
    }
    list.items.copyWithin(num(args[0]), ...range(list.items, args.slice(1)));
    return list;
  }),
  concat: reading((items, args, m) => {
    const size = args.reduce<number>(
      (sum, arg) => sum + (arg instanceof List ? arg.items.length : 1),
      items.length,
    );
    if (!m.allows(size)) return m.unknown(LONG_ARRAY);
    m.tick(size >> 2);
    return (
      args.find(isUnknown) ??
      new List([...items, ...args.flatMap((arg) => (arg instanceof List ? arg.items : [arg]))])
    );
  }),
  join: (m, args, self) => joinItems(m as Machine, listOf(self), typeof args[0] === "string" ? args[0] : ","),
  indexOf: reading((items, [wanted, from], m) => {
    const start = Math.trunc(num(from));
    const skipped = Math.min(items.length, start < 0 ? Math.max(0, items.length + start) : start);
    const at = indexOf(skipped === 0 ? items : items.slice(skipped), wanted, m);
    return typeof at === "number" && at >= 0 ? at + skipped : at;
  }),
  lastIndexOf: reading((items, args) => items.lastIndexOf(args[0])),
  includes: reading((items, args, m) => {
    if (Number.isNaN(args[0])) return items.some(Number.isNaN);
    const at = indexOf(items, args[0], m);
    return isUnknown(at) ? at : at >= 0;
  }),
  at: (_m, args, self) => listOf(self).items.at(num(args[0])),
  flat: reading((items, args, m) => flatten(m, items, args[0] === undefined ? 1 : num(args[0]))),
  keys: reading((items) => iterOf(items.keys())),
  values,
  [ITERATOR]: values,
  entries: reading((items) => iterOf(numbered(items))),
  map: visiting((call, items, m, self) => inRange(m, like(self, mapped(call, items)))),
  forEach: visiting((call, items) => {
    items.forEach((_, i) => void call(i));
    return undefined;
  }),
  flatMap: visiting((call, items, m) => flatten(m, mapped(call, items), 1)),
  filter: visiting((call, items, m, self) => {
    const kept: Value[] = [];
    for (const i of held(items, upwards(items.length))) {
      const truth = m.truthy(call(i));
      if (isUnknown(truth)) return truth;
      if (truth) kept.push(items[i]);
    }
    return like(self, kept);
  }),
  find: visiting((call, items, m) => {
    const at = search(call, m, upwards(items.length));
    return isUnknown(at) ? at : items[at];
  }),
  findLast: visiting((call, items, m) => {
    const at = search(call, m, downwards(items.length));
    return isUnknown(at) ? at : items[at];
  }),
  findIndex: visiting((call, items, m) => search(call, m, upwards(items.length))),
  findLastIndex: visiting((call, items, m) => search(call, m, downwards(items.length))),
  some: visiting((call, items, m) => {
    const at = search(call, m, held(items, upwards(items.length)));
    return isUnknown(at) ? at : at >= 0;
  }),
  every: visiting((call, items, m) => {
    const at = search(call, m, held(items, upwards(items.length)), false);
    return isUnknown(at) ? at : at < 0;
  }),
  reduce: reading((items, args, m) => reduce(m, items, args, upwards(items.length))),
  reduceRight: reading((items, args, m) => reduce(m, items, args, downwards(items.length))),
  toString: method((m, _args, self) => m.str(self)),
};

export function sized(m: Interp, count: number, item: Value): Value {
  if (!Number.isInteger(count) || count < 0) return m.fail("RangeError", "Invalid array length");
  if (!m.allows(count)) return m.unknown(LONG_ARRAY);
  m.tick(count >> 3);
  return new List(new Array<Value>(count).fill(item));
}

/** `new Array(3)`: a length without items, which callbacks pass over. */
function holes(m: Interp, count: number): Value {
  const made = sized(m, count, undefined);
  if (made instanceof List) made.items = new Array<Value>(count);
  return made;
}

function create(m: Interp, cls: ClassValue, args: readonly Value[]): Value {
  const [only] = args;
  if (args.length === 1 && isUnknown(only)) return only;
  const made = args.length === 1 && typeof only === "number" ? holes(m, only) : new List([...args]);
  if (made instanceof List && cls.name !== "Array") made.cls = cls;
  return made;
}

/** `Array.from(iterable, map)` and `Array.from({length}, map)`. */
export const from: Impl = (m, [source, map], self) => {
  if (isUnknown(source)) return source;
  const length =
    typeof source === "object" && source?.kind === "instance" ? m.lookup(source, "length") : ABSENT;
  if (isUnknown(length)) return length;
  const items = typeof length === "number" ? toItems(sized(m, length, undefined)) : m.items(source);
  if (items === undefined) return m.unknown(LONG_ARRAY);
  if (isUnknown(items)) return items;
  const made = new List(map === undefined ? [...items] : [...items].map((item, i) => m.call(map, [item, i])));
  return ofClass(self, made);
};

/** `Sub.from(…)` makes a Sub. */
function ofClass(cls: Value, made: List): List {
  if (cls instanceof ClassValue && cls.name !== "Array") made.cls = cls;
  return made;
}

export function arrayClasses(base: ClassValue): readonly ClassValue[] {
  const array = jsClass("Array", {
    base,
    methods: METHODS,
    native: { layer: false, create },
    init: (m, args, self) => {
      const filled = create(m, array, args);
      if (self instanceof List && filled instanceof List) self.items = filled.items;
      return undefined;
    },
    statics: {
      from,
      of: (_m, args, self) => ofClass(self, new List([...args])),
      isArray: (_m, [value]) => (isUnknown(value) ? value : value instanceof List),
    },
  });
  return [array, ...typedArrayClasses(array)];
}
