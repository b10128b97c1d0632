/** What a list, dict or set holds after a change that is not known, such as `list.pop(unknown)`, and what then reads it. */
import type { Interp } from "./interp.ts";
import {
  type Attrs,
  asMany,
  ClassValue,
  Dict,
  Instance,
  isMany,
  isUnknown,
  LargeInt,
  List,
  ModuleValue,
  manyAmong,
  SetValue,
  Unknown,
  type Value,
} from "./values.ts";

/** Comes into a list, which reads of it look out for from then on. */
function many(interp: Interp, why: Unknown): Unknown {
  interp.hasManyItems = true;
  return asMany(why);
}

/**
 * The change may have touched any item, so none is known any more. Objects stay, next to what may have come, for
 * the rows of layers tell more than nothing: the gap says that they may not be all. `size` is given where it is known.
 */
export function changeUnknown(interp: Interp, container: Value, why: Unknown, size?: number): void {
  interp.gap(why.reason, why.at);
  if (container instanceof List) {
    interp.touch(container);
    interp.tick(container.items.length >> 3);
    if (container.items.some(isObject))
      container.items = [...container.items.map((item) => unlessObject(item, why)), many(interp, why)];
    else if (size === undefined) container.items = [many(interp, why)];
    else container.items = new Array<Value>(Math.max(0, size)).fill(new Unknown(why.reason, why.at));
  } else if (container instanceof Dict) {
    interp.touch(container);
    interp.tick(container.entries.size >> 3);
    if (container.shows) {
      changeAttributes(interp, container.shows, why);
      return;
    }
    if (![...container.entries.values()].some(({ value }) => isObject(value))) container.entries.clear();
    for (const entry of container.entries.values()) entry.value = unlessObject(entry.value, why);
    const key = many(interp, why);
    interp.hasUnknownKeys = true;
    container.entries.set(key, { key, value: key });
  } else if (container instanceof SetValue) {
    interp.touch(container);
    interp.tick(container.entries.size >> 3);
    container.isReworked = true;
    container.entries.clear();
    const item = many(interp, why);
    container.entries.set(item, item);
  }
}

/** One value was written under a key that is not known: it may be the key of any other, whose value it then replaced. */
export function setUnderUnknown(interp: Interp, dict: Dict, key: Unknown, value: Value): void {
  const { entries, shows } = dict;
  interp.touch(dict);
  interp.tick(entries.size >> 3);
  if (shows) {
    changeAttributes(interp, shows, key);
    return;
  }
  if (entries.size === 1 && entries.has(key)) entries.clear();
  for (const entry of entries.values()) entry.value = new Unknown(key.reason, key.at);
  addUnderUnknown(interp, dict, key, value);
}

/** The same where the key's own value would stay, as by `setdefault`: there may be one key more. */
export function addUnderUnknown(interp: Interp, dict: Dict, key: Unknown, value: Value): void {
  const { entries } = dict;
  interp.touch(dict);
  interp.hasUnknownKeys = true;
  if (entries.size === 0) {
    entries.set(key, { key, value });
    return;
  }
  interp.tick(entries.size >> 3);
  for (const entry of entries.values()) if (isMany(entry.key)) return;
  const other = many(interp, key);
  entries.set(other, { key: other, value: other });
}

/**
 * An attribute whose name is not known was written or deleted. Layers and the tables that hold them stay, as in lists:
 * whoever calls this says so by a gap. What a class or module defines is not taken to be written over.
 */
export function changeAttributes(interp: Interp, owner: Value, why: Unknown): void {
  if (owner instanceof Instance) {
    interp.touch(owner);
    interp.tick(owner.attrs.size >> 3);
    const tables = new Set(owner.cls.mro.flatMap(({ native }) => native?.tables ?? []));
    owner.takeUnknown(why, (name, value) => tables.has(name) || isLayer(value));
  } else if (owner instanceof ClassValue) {
    for (const table of [owner.attrs, owner.statics]) forgetData(interp, table, why);
  } else if (owner instanceof ModuleValue) {
    forgetData(interp, owner.attrs, why);
  }
}

function forgetData(interp: Interp, table: Attrs, why: Unknown): void {
  interp.tick(table.size >> 3);
  for (const [name, value] of table) {
    if (!isData(value) || name.startsWith("__")) continue;
    interp.touchVar(table, name);
    table.set(name, new Unknown(why.reason, why.at));
  }
}

/** No definition: a number, text, list or dict. */
export function isData(value: Value): boolean {
  if (value === null || typeof value !== "object") return true;
  return value instanceof List || value instanceof Dict || value.kind === "tuple" || value.kind === "float";
}

/** Something unknown comes to the end of a list: it may be any number of items. */
export function addUnknown(interp: Interp, list: List, why: Unknown): void {
  interp.gap(why.reason, why.at);
  addMany(interp, list, why);
}

/** The same where the gap is told elsewhere, or is none. */
export function addMany(interp: Interp, list: List, why: Unknown): void {
  interp.touch(list);
  list.items.push(many(interp, why));
}

/** A dict that was written to under a key that is not known may hold any key. */
export function unknownKey(interp: Interp, dict: Dict): Unknown | undefined {
  // Looking through all keys at each miss would make filling a dict quadratic.
  if (dict.shows instanceof Instance && dict.shows.open) return dict.shows.open;
  if (!interp.hasUnknownKeys) return undefined;
  for (const { key } of dict.entries.values()) if (isUnknown(key) && !(key instanceof LargeInt)) return key;
  return undefined;
}

/** Why it is not known which item stands at a place: one on the way to it may stand for any number of them. */
export function manyUpTo(interp: Interp, all: readonly Value[], index: Value): Unknown | undefined {
  if (!interp.hasManyItems) return undefined;
  interp.tick(all.length >> 3);
  if (typeof index !== "number") return manyAmong(all);
  return manyAmong(index < 0 ? all.slice(index) : all.slice(0, index + 1));
}

function unlessObject(value: Value, why: Unknown): Value {
  return isObject(value) ? value : new Unknown(why.reason, why.at);
}

function isLayer(value: Value): boolean {
  return value instanceof Instance && value.cls.mro.some(({ native }) => native?.layer === true);
}

function isObject(value: Value): boolean {
  return value instanceof Instance || isMany(value);
}
