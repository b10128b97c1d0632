/** `x[i]`, `x[i] = v`, `del x[i]`, with slices, for the built-in containers and for objects with dunders. */
import type { Interp } from "../../interpret/interp.ts";
import { changeUnknown, manyUpTo } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  Bytes,
  ClassMethod,
  ClassValue,
  Dict,
  Instance,
  isUnknown,
  LargeInt,
  List,
  NativeFunction,
  opened,
  Range,
  Slice,
  Tensor,
  Tuple,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { weightMoved } from "../../interpret/weight.ts";
import { callDunder, dunder, toIndex, tryDunder, typeName, unwrap } from "./core.ts";
import { dictDelete, dictGet, dictSet } from "./dict.ts";
import { formOf, subscriptForm } from "./generics.ts";
import { items } from "./sequences.ts";
import { repr } from "./text.ts";

export { contains, items, iterate, length } from "./sequences.ts";

export function getItem(interp: Interp, obj: Value, index: Value): Value {
  if (isUnknown(obj)) return opened(obj);
  if (typeof index === "number" && (obj instanceof Tuple || obj instanceof List) && obj.cls === undefined) {
    const item = index < 0 ? index + obj.items.length : index;
    if (item >= 0 && item < obj.items.length) return manyUpTo(interp, obj.items, index) ?? obj.items[item];
  }
  const method = dunder(interp, obj, "__getitem__");
  if (method !== undefined) return callDunder(interp, method, obj, [index]);
  return builtinGetItem(interp, obj, index);
}

/** What `list.__getitem__` and its kin do, whatever a subclass overrides. */
export function builtinGetItem(interp: Interp, obj: Value, index: Value): Value {
  if (obj instanceof ClassValue) return subscriptClass(interp, obj, index);
  // A function of ours that stands in for a generic class.
  if (obj instanceof NativeFunction && obj.attrs.has("__class_getitem__")) return obj;
  const plain = unwrap(obj);
  if (isUnknown(index) && !(plain instanceof Dict && index instanceof LargeInt)) return opened(index);
  if (plain instanceof Dict) return fromDict(interp, plain, index);
  const many =
    plain instanceof List || plain instanceof Tuple ? manyUpTo(interp, plain.items, index) : undefined;
  if (many) return many;
  const sequence = asSequence(interp, plain);
  if (sequence !== undefined) return fromSequence(interp, sequence, index);
  const form = formOf(obj);
  if (form !== undefined) return subscriptForm(form, index instanceof Tuple ? index.items : [index]);
  if (obj instanceof Tensor) return interp.unknown("indexing this tensor is not known");
  return interp.fail("TypeError", `'${typeName(interp, obj)}' object is not subscriptable`);
}

/** `Module[int]`: a class that does not say otherwise is its own generic form. */
function subscriptClass(interp: Interp, cls: ClassValue, index: Value): Value {
  for (const base of cls.mro) {
    const method = base.attrs.get("__class_getitem__");
    if (method !== undefined) {
      return interp.call(method instanceof ClassMethod ? method.fn : method, [cls, index]);
    }
  }
  return cls;
}

function fromDict(interp: Interp, dict: Dict, key: Value): Value {
  const found = dictGet(interp, dict, key);
  if (found !== ABSENT) return found;
  const missing = tryDunder(interp, dict, "__missing__", [key]);
  if (missing !== undefined && !isUnknown(missing)) return missing;
  if (dict.factory !== undefined && dict.factory !== null) {
    const made = interp.call(dict.factory);
    dictSet(interp, dict, key, made);
    return made;
  }
  if (isUnknown(missing)) return missing;
  return interp.fail("KeyError", String(textOf(repr(interp, key))));
}

function textOf(text: string | Unknown): string {
  return isUnknown(text) ? "?" : text;
}

type Bounds = readonly [start: number, stop: number, step: number];

/** A read-only view of an indexable built-in value. */
interface Sequence {
  readonly name: string;
  readonly length: number;
  at(index: number): Value;
  /** A value of the same type with the elements from `start` to before `stop`. */
  take(bounds: Bounds): Value;
}

function asSequence(interp: Interp, value: Value): Sequence | undefined {
  if (value instanceof List) return ofArray("list", value.items, (all) => new List(all));
  if (value instanceof Tuple) return ofArray("tuple", value.items, (all) => new Tuple(all));
  if (typeof value === "string") {
    // It is looked through for characters that are two for the host.
    interp.tick(value.length >> 8);
    const isPlain = !/[\ud800-\udfff]/.test(value);
    if (!isPlain) interp.tick(value.length >> 3);
    const chars = isPlain ? undefined : [...value];
    return {
      name: "string",
      length: chars?.length ?? value.length,
      at: (index) => (chars ? chars[index] : value[index]),
      take: (bounds) => (chars ? pick(chars, bounds).join("") : pickText(value, bounds)),
    };
  }
  if (value instanceof Bytes) {
    return {
      name: "bytes",
      length: value.value.length,
      at: (index) => value.value.charCodeAt(index),
      take: (bounds) => new Bytes(pickText(value.value, bounds)),
    };
  }
  if (value instanceof Range) return ofRange(value);
  return undefined;
}

function ofArray(name: string, all: readonly Value[], make: (all: Value[]) => Value): Sequence {
  return {
    name,
    length: all.length,
    at: (index) => all[index],
    take: (bounds) => make(pick(all, bounds)),
  };
}

function pick<T>(all: readonly T[], bounds: Bounds): T[] {
  const [start, stop, step] = bounds;
  return step === 1 ? all.slice(start, stop) : placesOf(bounds).map((place) => all[place] as T);
}

function pickText(text: string, bounds: Bounds): string {
  const [start, stop, step] = bounds;
  if (step === 1) return text.slice(start, Math.max(start, stop));
  return placesOf(bounds)
    .map((place) => text[place])
    .join("");
}

function placesOf([start, stop, step]: Bounds): number[] {
  const places: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) places.push(i);
  return places;
}

const RANGE = "range object";

function ofRange(range: Range): Sequence {
  const at = (index: number) => range.start + index * range.step;
  return {
    name: RANGE,
    length: range.length,
    at,
    // Never place by place: a range may be longer than any list.
    take: ([start, stop, leap]) => {
      const count = new Range(start, stop, leap).length;
      if (count === 0) return new Range(0, 0, 1);
      const step = count > 1 ? range.step * leap : range.step;
      return new Range(at(start), at(start) + step * count, step);
    },
  };
}

function fromSequence(interp: Interp, sequence: Sequence, index: Value): Value {
  if (index instanceof Slice) {
    const bounds = sliceBounds(interp, index, sequence.length);
    if (isUnknown(bounds)) return bounds;
    if (bounds[2] !== 1 && sequence.name !== RANGE) interp.tick(sequence.length >> 3);
    return sequence.take(bounds);
  }
  const place = placeOf(interp, sequence.name, sequence.length, index, "index out of range");
  return isUnknown(place) ? place : sequence.at(place);
}

function placeOf(
  interp: Interp,
  name: string,
  size: number,
  index: Value,
  message: string,
): number | Unknown {
  const number = toIndex(interp, index);
  if (isUnknown(number)) return number;
  if (number === undefined) {
    return interp.fail(
      "TypeError",
      `${name} indices must be integers or slices, not ${typeName(interp, index)}`,
    );
  }
  const place = number < 0 ? number + size : number;
  return place < 0 || place >= size ? interp.fail("IndexError", `${name} ${message}`) : place;
}

/** `slice.indices(size)`: start, stop and step with Python's clamping. */
export function sliceBounds(interp: Interp, slice: Slice, size: number): Bounds | Unknown {
  const step = slicePart(interp, slice.step) ?? 1;
  if (isUnknown(step)) return step;
  if (step === 0) return interp.fail("ValueError", "slice step cannot be zero");
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (part: number) => Math.min(high, Math.max(low, part < 0 ? part + size : part));
  const start = slicePart(interp, slice.start);
  const stop = slicePart(interp, slice.stop);
  if (isUnknown(start)) return start;
  if (isUnknown(stop)) return stop;
  return [
    start === undefined ? (step > 0 ? low : high) : clamp(start),
    stop === undefined ? (step > 0 ? high : low) : clamp(stop),
    step,
  ];
}

function slicePart(interp: Interp, part: Value): number | undefined | Unknown {
  if (part === null || part === undefined) return undefined;
  // Beyond all sizes, which is where slices end anyway.
  if (part instanceof LargeInt) return part.value < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  return toIndex(interp, part) ?? interp.fail("TypeError", "slice indices must be integers or None");
}

function sliceIndices(interp: Interp, slice: Slice, size: number): number[] | Unknown {
  const bounds = sliceBounds(interp, slice, size);
  return isUnknown(bounds) ? bounds : placesOf(bounds);
}

export function setItem(interp: Interp, obj: Value, index: Value, value: Value): void {
  if (isUnknown(obj)) return;
  const method = dunder(interp, obj, "__setitem__");
  if (method !== undefined) {
    callDunder(interp, method, obj, [index, value]);
    return;
  }
  builtinSetItem(interp, obj, index, value);
}

export function builtinSetItem(interp: Interp, obj: Value, index: Value, value: Value): void {
  if (obj instanceof Dict) dictSet(interp, obj, index, value);
  else if (obj instanceof List) setInList(interp, obj, index, value);
  else if (!(obj instanceof Tensor)) {
    interp.fail("TypeError", `'${typeName(interp, obj)}' object does not support item assignment`);
  }
}

function setInList(interp: Interp, list: List, index: Value, value: Value): void {
  if (isUnknown(index)) {
    changeUnknown(interp, list, index);
    return;
  }
  if (index instanceof Slice) {
    setSlice(interp, list, index, value);
    return;
  }
  const place = placeOf(interp, "list", list.items.length, index, "assignment index out of range");
  if (isUnknown(place)) {
    changeUnknown(interp, list, place);
    return;
  }
  interp.touch(list);
  list.items[place] = value;
}

function setSlice(interp: Interp, list: List, slice: Slice, value: Value): void {
  const more = items(interp, value);
  const bounds = sliceBounds(interp, slice, list.items.length);
  if (isUnknown(more) || isUnknown(bounds)) {
    changeUnknown(interp, list, isUnknown(more) ? more : (bounds as Unknown));
    return;
  }
  const fresh = [...more];
  const [start, stop, step] = bounds;
  interp.tick(weightMoved(list.items.length));
  interp.touch(list);
  if (step === 1) {
    const rest = list.items.slice(Math.max(start, stop));
    list.items = list.items.slice(0, start).concat(fresh, rest);
    return;
  }
  const indices = sliceIndices(interp, slice, list.items.length);
  if (isUnknown(indices)) return;
  if (indices.length !== fresh.length) {
    interp.fail(
      "ValueError",
      `attempt to assign sequence of size ${fresh.length} to extended slice of size ${indices.length}`,
    );
    return;
  }
  indices.forEach((place, i) => {
    list.items[place] = fresh[i];
  });
}

export function deleteItem(interp: Interp, obj: Value, index: Value): void {
  if (isUnknown(obj)) return;
  const method = dunder(interp, obj, "__delitem__");
  if (method !== undefined) {
    callDunder(interp, method, obj, [index]);
    return;
  }
  builtinDeleteItem(interp, obj, index);
}

export function builtinDeleteItem(interp: Interp, obj: Value, index: Value): void {
  if (isUnknown(index)) {
    changeUnknown(interp, obj, index);
  } else if (obj instanceof Dict) {
    if (!dictDelete(interp, obj, index)) interp.fail("KeyError", textOf(repr(interp, index)));
  } else if (obj instanceof List) {
    deleteInList(interp, obj, index);
  } else if (!(obj instanceof Instance && obj.cls.unknownBase)) {
    interp.fail("TypeError", `'${typeName(interp, obj)}' object doesn't support item deletion`);
  }
}

function deleteInList(interp: Interp, list: List, index: Value): void {
  if (index instanceof Slice) {
    const indices = sliceIndices(interp, index, list.items.length);
    if (isUnknown(indices)) {
      changeUnknown(interp, list, indices);
      return;
    }
    const gone = new Set(indices);
    interp.tick(list.items.length >> 2);
    interp.touch(list);
    list.items = list.items.filter((_, place) => !gone.has(place));
    return;
  }
  const place = placeOf(interp, "list", list.items.length, index, "assignment index out of range");
  if (isUnknown(place)) {
    changeUnknown(interp, list, place);
    return;
  }
  interp.tick(weightMoved(list.items.length));
  interp.touch(list);
  list.items.splice(place, 1);
}
