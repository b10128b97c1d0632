/** Hashing by value as Python does, and what is read from and written to dicts and sets. */
import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import { changeUnknown, setUnderUnknown, unknownKey } from "../../interpret/unknownChange.ts";
import {
  ABSENT,
  type Absent,
  asMany,
  Dict,
  Float,
  isUnknown,
  type Key,
  LargeInt,
  type List,
  SetValue,
  Tuple,
  type Unknown,
  unknownItem,
  type Value,
} from "../../interpret/values.ts";
import { weightSearched, weightTaken } from "../../interpret/weight.ts";
import { builtinTypeName, tryDunder, unwrap } from "./core.ts";
import { toWhole, whole } from "./integers.ts";

const NONE_KEY = Symbol("None");

interface Identities {
  next: number;
  readonly ids: WeakMap<object, number>;
}
const identities = new WeakMap<Interp, Identities>();

/** `id(object)`: the same number for the same object as long as the interpreter lives. */
export function identity(interp: Interp, object: object): number {
  let known = identities.get(interp);
  if (known === undefined) {
    known = { next: 1, ids: new WeakMap() };
    identities.set(interp, known);
  }
  let id = known.ids.get(object);
  if (id === undefined) {
    id = known.next++;
    known.ids.set(object, id);
  }
  return id;
}

/** What a value is found by in a dict or set. Equal values (1, 1.0, True) have equal keys. */
export function hashKey(interp: Interp, value: Value): Key | Unknown {
  const plain = unwrap(value);
  switch (typeof plain) {
    case "string":
    case "number":
      return plain;
    case "boolean":
      return plain ? 1 : 0;
    case "undefined":
      return NONE_KEY;
  }
  if (plain === null) return NONE_KEY;
  if (plain instanceof Float) return floatKey(plain);
  if (plain instanceof Tuple) return plain.key ?? tupleKey(interp, plain);
  switch (plain.kind) {
    case "bytes":
      return `\0b${plain.value}`;
    case "unknown":
      return plain instanceof LargeInt ? largeKey(plain.value) : plain;
    case "range":
      return `\0r${plain.start},${plain.stop},${plain.step}`;
    case "list":
    case "dict":
      return hashByDunder(interp, plain) ?? unhashable(interp, plain);
    case "set":
      interp.tick(plain.entries.size << 1);
      return plain.frozen ? setKey(interp, plain) : unhashable(interp, plain);
    case "instance":
    case "class":
      return hashByDunder(interp, plain) ?? plain;
    case "method":
      return `\0m${identity(interp, Object(plain.self))},${identity(interp, Object(plain.fn))}`;
    default:
      return plain;
  }
}

function largeKey(value: bigint): Key {
  return `\0i${value}`;
}

/** A float without fraction is found by the int that it equals. */
function floatKey(float: Float): Key {
  const { value } = float;
  if (Number.isNaN(value)) return float;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? largeKey(BigInt(value)) : value;
}

/** `hash` of an int: what is left of it by a prime. */
function hashWhole(value: bigint): number | Unknown {
  const rest = value % ((1n << 61n) - 1n);
  return whole(rest === -1n ? -2n : rest);
}

function hashByDunder(interp: Interp, value: Value): Key | Unknown | undefined {
  const answer = tryDunder(interp, value, "__hash__");
  if (answer === undefined) return undefined;
  // A class with an unknown base hashes by identity: most objects do.
  if (isUnknown(answer)) return value as object;
  return typeof answer === "number" ? `\0h${answer}` : `\0h${String(hashKey(interp, answer))}`;
}

function unhashable(interp: Interp, value: Value): Unknown {
  return interp.fail("TypeError", `unhashable type: '${builtinTypeName(value)}'`);
}

function tupleKey(interp: Interp, tuple: Tuple): Key | Unknown {
  const key = interp.nested(() => sequenceKey(interp, tuple.items));
  const isPlain = tuple.items.every((item) => typeof item === "number" || typeof item === "string");
  if (isPlain && typeof key === "string") tuple.key = key;
  return key;
}

function sequenceKey(interp: Interp, items: readonly Value[]): Key | Unknown {
  interp.tick(items.length);
  let text = "\0(";
  for (const item of items) {
    const key = hashKey(interp, item);
    if (isUnknown(key)) return key;
    text += `${keyText(interp, key)},`;
    if (!interp.allowsText(text.length, 0)) return interp.unknown("text too long");
  }
  return text;
}

function setKey(interp: Interp, set: SetValue): Key | Unknown {
  const keys = [...set.entries.keys()].map((key) => keyText(interp, key)).sort();
  const text = `\0{${keys.join(",")}`;
  interp.tick(text.length >> 4);
  return interp.allowsText(text.length, 0) ? text : interp.unknown("text too long");
}

/** A text is told by its length: quotes around quotes would double what sets inside of sets are found by. */
function keyText(interp: Interp, key: Key): string {
  if (typeof key === "string") return `s${key.length}:${key}`;
  if (typeof key === "number") return String(key);
  return typeof key === "symbol" ? "None" : `@${identity(interp, key)}`;
}

/** The number `hash(value)` gives: stable for equal values, nothing more. */
export function hashNumber(interp: Interp, value: Value): number | Unknown {
  const exact = toWhole(unwrap(value));
  if (exact !== undefined) return hashWhole(exact);
  const key = hashKey(interp, value);
  if (isUnknown(key)) return key;
  if (typeof key === "number" && Number.isSafeInteger(key)) return hashWhole(BigInt(key));
  const text = keyText(interp, key);
  interp.tick(text.length >> 4);
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) % 0x1fffffffffff;
  return hash;
}

export function dictGet(interp: Interp, dict: Dict, key: Value): Value | Absent {
  const hash = hashKey(interp, key);
  if (isUnknown(hash)) return hash;
  const entry = dict.entries.get(hash);
  if (entry !== undefined) return entry.value;
  return unknownKey(interp, dict) ?? ABSENT;
}

export function dictSet(interp: Interp, dict: Dict, key: Value, value: Value): void {
  const hash = hashKey(interp, key);
  if (isUnknown(hash)) {
    setUnderUnknown(interp, dict, hash, value);
    return;
  }
  interp.touch(dict);
  const before = dict.entries.get(hash);
  if (!before) interp.tick(STEPS.entry);
  dict.entries.set(hash, { key: before?.key ?? key, value });
}

export function dictDelete(interp: Interp, dict: Dict, key: Value): boolean {
  const hash = hashKey(interp, key);
  if (isUnknown(hash)) {
    changeUnknown(interp, dict, hash);
    return true;
  }
  interp.touch(dict);
  interp.tick(weightTaken(dict.entries));
  return dict.entries.delete(hash);
}

const views = new WeakMap<List, Dict>();

/** Marks what `keys()`, `values()` and `items()` give, which tells of changes of the dict. */
export function asViewOf(dict: Dict, view: List): List {
  views.set(view, dict);
  return view;
}

/** The dict that a view shows. */
export function dictBehind(view: List): Dict | undefined {
  return views.get(view);
}

/** A dict with text keys. */
export function dictOf(entries: Iterable<readonly [string, Value]>): Dict {
  const dict = new Dict();
  for (const [key, value] of entries) dict.entries.set(key, { key, value });
  return dict;
}

export function setAdd(interp: Interp, set: SetValue, value: Value): void {
  const key = hashKey(interp, value);
  if (set.entries.has(key)) return;
  interp.tick(STEPS.entry);
  set.entries.set(key, value);
}

export function setOf(interp: Interp, values: Iterable<Value>, frozen = false): SetValue {
  const set = new SetValue();
  set.frozen = frozen;
  for (const value of values) setAdd(interp, set, value);
  return set;
}

export function setHas(interp: Interp, set: SetValue, value: Value): boolean | Unknown {
  const key = hashKey(interp, value);
  if (isUnknown(key)) return key;
  if (set.entries.has(key)) return true;
  interp.tick(weightSearched(set));
  return unknownItem(set) ?? false;
}

/** Union, intersection, difference, symmetric difference. */
export function combineSets(interp: Interp, op: "|" | "&" | "-" | "^", a: SetValue, b: SetValue): SetValue {
  interp.tick(a.entries.size + b.entries.size);
  const result = new SetValue();
  result.frozen = a.frozen;
  result.isReworked = true;
  const open = op === "|" ? undefined : (unknownItem(a) ?? unknownItem(b));
  if (open) {
    setAdd(interp, result, asMany(open));
    return result;
  }
  for (const [key, value] of a.entries) {
    if (op === "|" || b.entries.has(key) === (op === "&")) result.entries.set(key, value);
  }
  if (op === "|" || op === "^") {
    for (const [key, value] of b.entries) if (!a.entries.has(key)) result.entries.set(key, value);
  }
  return result;
}

/** True when all of `a` is in `b`. */
export function isSubset(a: SetValue, b: SetValue): boolean {
  if (a.entries.size > b.entries.size) return false;
  for (const key of a.entries.keys()) if (!b.entries.has(key)) return false;
  return true;
}
