/** Built-in functions that make or read iterators: `iter`, `next`, `map`, `zip`, `enumerate`… */
import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import type { NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  asMany,
  Dict,
  Iter,
  isUnknown,
  List,
  manyAmong,
  Range,
  SetValue,
  Tuple,
  toNumber,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { sizeOf } from "../../interpret/weight.ts";
import { equals, truthy } from "./compare.ts";
import { isContainer, tryDunder, typeName, unwrap } from "./core.ts";
import { iterate, iterOf, length, nextOf } from "./sequences.ts";
import { unknownOrder } from "./setOrder.ts";
import { argsOf } from "./types/object.ts";

/** Iterators over several iterables, or the first that is not known. */
export function iterateAll(interp: Interp, values: readonly Value[]): readonly Iterator<Value>[] | Unknown {
  const iterators: Iterator<Value>[] = [];
  for (const value of values) {
    const iterator = iterate(interp, value);
    if (isUnknown(iterator)) return iterator;
    iterators.push(iterator);
  }
  return iterators;
}

/** The next row of several iterators; undefined when one is exhausted. */
function row(iterators: readonly Iterator<Value>[]): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const iterator of iterators) {
    const step = iterator.next();
    if (step.done) return undefined;
    values.push(step.value);
  }
  return values;
}

/** A lazy iterator over rows of several iterables. */
function overRows(
  interp: Interp,
  sources: readonly Value[],
  typeName: string,
  make: (values: readonly Value[]) => Value,
): Value {
  const iterators = iterateAll(interp, sources);
  if (isUnknown(iterators)) return iterators;
  if (iterators.length === 0) return iterOf([], typeName);
  return new Iter(() => {
    interp.tick(iterators.length);
    const values = row(iterators);
    if (values === undefined) return ABSENT;
    return manyAmong(values) ?? make(values);
  }, typeName);
}

function* filtered(interp: Interp, predicate: Value, iterator: Iterator<Value>): Generator<Value, undefined> {
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    interp.tick();
    const keep = truthy(interp, predicate === null ? step.value : interp.call(predicate, [step.value]));
    if (isUnknown(keep)) {
      interp.gap(keep.reason);
      yield asMany(keep);
    } else if (keep) yield step.value;
  }
}

function enumerate(interp: Interp, iterable: Value, start: Value): Value {
  let count = toNumber(start) ?? 0;
  return overRows(interp, [iterable], "enumerate", ([value]) => new Tuple([count++, value]));
}

function* backwards({ start, step, length }: Range): Generator<Value, undefined> {
  for (let i = length - 1; i >= 0; i--) yield start + i * step;
}

function reversed(interp: Interp, value: Value): Value {
  if (isUnknown(value)) return value;
  const asked = tryDunder(interp, value, "__reversed__");
  if (asked !== undefined) return asked;
  interp.tick(sizeOf(unwrap(value)) >> 3);
  if (value instanceof List || value instanceof Tuple) return iterOf([...value.items].reverse());
  const plain = unwrap(value);
  if (typeof plain === "string") return iterOf([...plain].reverse());
  if (value instanceof Range) return iterOf(backwards(value));
  if (value instanceof Dict) return iterOf([...value.entries.values()].map((entry) => entry.key).reverse());
  const count = length(interp, value);
  if (isUnknown(count)) return count;
  return iterOf(Array.from({ length: count }, (_, i) => interp.getItem(value, count - 1 - i)));
}

/** `iter(callable, sentinel)`: calls until the sentinel comes. */
function* untilSentinel(interp: Interp, callable: Value, sentinel: Value): Generator<Value, undefined> {
  for (;;) {
    interp.tick();
    const value = interp.call(callable);
    const last = equals(interp, value, sentinel);
    if (last !== false) return undefined;
    yield value;
  }
}

function makeIter(interp: Interp, source: Value, sentinel: Value): Value {
  if (isUnknown(source) || source instanceof Iter) return source;
  if (sentinel !== undefined) return iterOf(untilSentinel(interp, source, sentinel), "callable_iterator");
  const asked = tryDunder(interp, source, "__iter__");
  if (asked !== undefined) return asked;
  const order = source instanceof SetValue ? unknownOrder(source) : undefined;
  if (order && source instanceof SetValue)
    return iterOf(
      Array.from(source.entries, () => order),
      "set_iterator",
    );
  const iterator = iterate(interp, source);
  return isUnknown(iterator) ? iterator : iterOf(iterator, iteratorName(source));
}

const ITERATORS: Readonly<Record<string, string>> = {
  list: "list_iterator",
  tuple: "tuple_iterator",
  dict: "dict_keyiterator",
  set: "set_iterator",
  range: "range_iterator",
  bytes: "bytes_iterator",
};

function iteratorName(source: Value): string {
  if (typeof source === "string") return /^[\0-\x7f]*$/.test(source) ? "str_ascii_iterator" : "str_iterator";
  const view = source instanceof List ? source.cls?.name : undefined;
  if (view?.startsWith("dict_")) return `${view.replace(/s$/, "")}iterator`;
  return source !== null && typeof source === "object"
    ? (entryOf(ITERATORS, source.kind) ?? "iterator")
    : "iterator";
}

function next(interp: Interp, iterator: Value, fallback: Value): Value {
  const item = nextOf(interp, iterator);
  if (item !== ABSENT) return item;
  if (fallback !== undefined) return fallback;
  return interp.fail("StopIteration", `${typeName(interp, iterator)} has no more items`);
}

export const iterationBuiltins: Readonly<Record<string, readonly [string, NativeImpl]>> = {
  iter: ["source, sentinel=undefined", (a, interp) => makeIter(interp, a.source, a.sentinel)],
  next: ["iterator, default=undefined", (a, interp) => next(interp, a.iterator, a.default)],
  enumerate: ["iterable, start=0", (a, interp) => enumerate(interp, a.iterable, a.start)],
  zip: [
    "*iterables, strict=False",
    (a, interp) => {
      const sources = argsOf(a.iterables);
      if (isUnknown(a.strict)) return a.strict;
      const lengths =
        a.strict === true ? sources.filter(isContainer).map((each) => length(interp, each)) : [];
      const [first] = lengths;
      if (typeof first === "number" && lengths.some((each) => typeof each === "number" && each !== first))
        return interp.fail("ValueError", "zip() has arguments of different lengths");
      return overRows(interp, sources, "zip", (values) => new Tuple(values));
    },
  ],
  map: [
    "function, *iterables",
    (a, interp) => overRows(interp, argsOf(a.iterables), "map", (values) => interp.call(a.function, values)),
  ],
  filter: [
    "function, iterable",
    (a, interp) => {
      const iterator = iterate(interp, a.iterable);
      return isUnknown(iterator) ? iterator : iterOf(filtered(interp, a.function, iterator), "filter");
    },
  ],
  reversed: ["sequence", (a, interp) => reversed(interp, a.sequence)],
};
