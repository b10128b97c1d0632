/** Iteration, length and membership by Python's rules. */
import type { Interp } from "../../interpret/interp.ts";
import { unknownKey } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  type Absent,
  Bytes,
  Dict,
  Instance,
  Iter,
  isUnknown,
  List,
  manyAmong,
  opened,
  Range,
  SetValue,
  Tuple,
  type Unknown,
  unknownItem,
  type Value,
} from "../../interpret/values.ts";
import { weightSearched } from "../../interpret/weight.ts";
import { lengthOf } from "./characters.ts";
import { equals } from "./compare.ts";
import { callDunder, dunder, isRaised, toInt, typeName, unwrap } from "./core.ts";
import { dictBehind, dictGet, setHas } from "./dict.ts";
import { isOpen } from "./integers.ts";
import { setItems } from "./setOrder.ts";

const CHECK_EVERY = 1024;

/** A lazy iterator of the program over a JS one. */
export function iterOf(values: Iterable<Value> | Iterator<Value>, typeName = "iterator"): Iter {
  const source: Iterator<Value> = "next" in values ? values : values[Symbol.iterator]();
  return new Iter(() => {
    const step = source.next();
    return step.done ? ABSENT : step.value;
  }, typeName);
}

/** All values of an iterable, or why they are not known. The array may be the list's own: do not keep it. */
export function items(interp: Interp, value: Value): readonly Value[] | Unknown {
  if ((value instanceof List || value instanceof Tuple) && value.cls === undefined) {
    interp.tick(value.items.length >> 3);
    return value.items;
  }
  const iterator = iterate(interp, value);
  if (isUnknown(iterator)) return iterator;
  const all: Value[] = [];
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    all.push(step.value);
    if (all.length % CHECK_EVERY === 0) {
      interp.tick(CHECK_EVERY);
      if (!interp.allows(all.length)) return interp.unknown("collection too large");
    }
  }
  return all;
}

export function iterate(interp: Interp, value: Value): Iterator<Value> | Unknown {
  if (isUnknown(value)) return opened(value);
  const method = dunder(interp, value, "__iter__");
  if (method !== undefined && method !== null) {
    const iterator = callDunder(interp, method, value);
    return iterator === value
      ? fromNext(interp, value)
      : isUnknown(iterator)
        ? iterator
        : iterate(interp, iterator);
  }
  const plain = unwrap(value);
  if (typeof plain === "string") return plain[Symbol.iterator]();
  if (plain !== null && typeof plain === "object") {
    // Keys are copied, for what changes the dict meanwhile must not be seen.
    if (plain instanceof Dict || plain instanceof SetValue) interp.tick(plain.entries.size >> 2);
    if (plain instanceof Bytes) interp.tick(plain.value.length >> 3);
    const own = overBuiltin(interp, plain);
    if (own !== undefined) return own;
    if (dunder(interp, value, "__next__") !== undefined) return fromNext(interp, value);
    if (dunder(interp, value, "__getitem__") !== undefined) return fromIndex(interp, value);
  }
  return interp.fail("TypeError", `'${typeName(interp, value)}' object is not iterable`);
}

/** A dict or set must not grow or shrink while a loop goes over it. */
function* watched(
  interp: Interp,
  of: Dict | SetValue,
  values: readonly Value[],
  what: string,
): Generator<Value, undefined> {
  const { size } = of.entries;
  for (const value of values) {
    yield value;
    if (of.entries.size === size) continue;
    interp.fail("RuntimeError", `${what} changed size during iteration`);
    return undefined;
  }
  return undefined;
}

function overBuiltin(
  interp: Interp,
  value: Exclude<Value, null | undefined | boolean | number | string>,
): Iterator<Value> | undefined {
  switch (value.kind) {
    case "list": {
      const dict = value.cls && dictBehind(value);
      return dict ? watched(interp, dict, value.items, "dictionary") : value.items[Symbol.iterator]();
    }
    case "tuple":
      return value.items[Symbol.iterator]();
    case "dict":
      return watched(
        interp,
        value,
        [...value.entries.values()].map((entry) => entry.key),
        "dictionary",
      );
    case "set":
      return watched(interp, value, setItems(value), "Set");
    case "range":
      return overRange(value);
    case "bytes":
      return [...value.value].map((c) => c.charCodeAt(0))[Symbol.iterator]();
    case "iter":
      return fromIter(value);
    default:
      return undefined;
  }
}

function* overRange(range: Range): Generator<Value, undefined> {
  const { start, step, length } = range;
  for (let i = 0; i < length; i++) yield start + i * step;
}

function* fromIter(iter: Iter): Generator<Value, undefined> {
  for (let item = iter.next(undefined); item !== ABSENT; item = iter.next(undefined)) yield item;
}

/** An object with `__next__`, until StopIteration. */
function* fromNext(interp: Interp, iterator: Value): Generator<Value, undefined> {
  for (;;) {
    interp.tick();
    const item = nextOf(interp, iterator);
    // An answer that is not known says nothing about the end: stop rather than turn forever.
    if (item === ABSENT) return undefined;
    yield item;
    if (isUnknown(item)) return undefined;
  }
}

/** `next(iterator)`, ABSENT when it is exhausted. */
export function nextOf(interp: Interp, iterator: Value): Value | Absent {
  if (isUnknown(iterator)) return iterator;
  if (iterator instanceof Iter) return iterator.next(undefined);
  const method = dunder(interp, iterator, "__next__");
  if (method === undefined) {
    return interp.fail("TypeError", `'${typeName(interp, iterator)}' object is not an iterator`);
  }
  try {
    return callDunder(interp, method, iterator);
  } catch (thrown) {
    if (isRaised(thrown, "StopIteration")) return ABSENT;
    throw thrown;
  }
}

/** The old sequence protocol: `__getitem__(0)`, `__getitem__(1)`… until IndexError or the object's length. */
function* fromIndex(interp: Interp, value: Value): Generator<Value, undefined> {
  const count =
    dunder(interp, value, "__len__") === undefined ? Number.POSITIVE_INFINITY : length(interp, value);
  if (isUnknown(count)) {
    yield count;
    return undefined;
  }
  for (let i = 0; i < count; i++) {
    interp.tick();
    let item: Value;
    try {
      item = interp.getItem(value, i);
    } catch (thrown) {
      if (isRaised(thrown, "IndexError")) return undefined;
      throw thrown;
    }
    yield item;
    if (isUnknown(item) && count === Number.POSITIVE_INFINITY) return undefined;
  }
  return undefined;
}

/** `len(value)`. */
export function length(interp: Interp, value: Value): number | Unknown {
  if (isUnknown(value)) return opened(value);
  const method = dunder(interp, value, "__len__");
  if (method !== undefined) {
    const answer = callDunder(interp, method, value);
    if (isUnknown(answer)) return answer;
    return toInt(answer) ?? interp.fail("TypeError", "__len__ should return an integer");
  }
  return (
    plainLength(interp, unwrap(value)) ??
    interp.fail("TypeError", `object of type '${typeName(interp, value)}' has no len()`)
  );
}

/** One key of a dict that is not known may stand for any number of them. */
export function plainLength(interp: Interp, value: Value): number | Unknown | undefined {
  // Items are looked through for those that stand for any number.
  if (value instanceof List || value instanceof Tuple || value instanceof SetValue)
    interp.tick(weightSearched(value));
  if (typeof value === "string") interp.tick(value.length >> 6);
  return (value instanceof Dict ? unknownKey(interp, value) : undefined) ?? builtinLength(value);
}

/** Length of a built-in container, whatever its subclass says. */
export function builtinLength(value: Value): number | Unknown | undefined {
  if (typeof value === "string") return lengthOf(value);
  if (value instanceof List || value instanceof Tuple) return manyAmong(value.items) ?? value.items.length;
  if (value instanceof SetValue) return unknownItem(value) ?? value.entries.size;
  if (value instanceof Dict) return value.entries.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Bytes) return value.value.length;
  return undefined;
}

/** `item in container`. */
export function contains(interp: Interp, container: Value, item: Value): boolean | Unknown {
  if (isUnknown(container)) return container;
  const method = dunder(interp, container, "__contains__");
  if (method !== undefined && method !== null) {
    return interp.truthy(callDunder(interp, method, container, [item]));
  }
  const plain = unwrap(container);
  if (typeof plain === "string") {
    if (isUnknown(item)) return item;
    const part = unwrap(item);
    if (typeof part === "string") {
      interp.tick(plain.length >> 6);
      return plain.includes(part);
    }
    return interp.fail(
      "TypeError",
      `'in <string>' requires string as left operand, not ${typeName(interp, item)}`,
    );
  }
  if (plain instanceof Dict) {
    if (isOpen(item)) return item;
    const found = dictGet(interp, plain, item);
    return found === ABSENT ? false : hasUnknownKey(plain, found);
  }
  if (plain instanceof SetValue) return isOpen(item) ? item : setHas(interp, plain, item);
  if (plain instanceof Bytes) {
    interp.tick(plain.value.length >> 6);
    return bytesContain(plain, item);
  }
  return searchItems(interp, container, item);
}

/** The value found may be the Unknown of a key that is not known; a stored Unknown is a hit. */
function hasUnknownKey(dict: Dict, found: Value): boolean | Unknown {
  if (!isUnknown(found)) return true;
  for (const entry of dict.entries.values()) if (entry.key === found) return found;
  return true;
}

function bytesContain(bytes: Bytes, item: Value): boolean | Unknown {
  if (isUnknown(item)) return item;
  return bytes.value.includes(item instanceof Bytes ? item.value : String.fromCharCode(toInt(item) ?? -1));
}

function searchItems(interp: Interp, container: Value, item: Value): boolean | Unknown {
  const iterator = iterate(interp, container);
  if (isUnknown(iterator)) return iterator;
  let doubt: Unknown | undefined;
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    interp.tick();
    if (step.value === item && !(item instanceof Instance)) return isUnknown(item) ? item : true;
    const same = equals(interp, step.value, item);
    if (same === true) return true;
    if (isUnknown(same)) doubt ??= same;
  }
  return doubt ?? false;
}
