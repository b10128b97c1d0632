/** What a list, dict or set holds after a change that is not known, such as `list.pop(unknown)`, and what then reads it. */
import type { Interp } from "./interp.ts";
import {
  asMany,
  Dict,
  Instance,
  isMany,
  isUnknown,
  LargeInt,
  List,
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
    if (container.items.some(isObject)) container.items.push(many(interp, why));
    else if (size === undefined) container.items = [many(interp, why)];
    else container.items = new Array<Value>(Math.max(0, size)).fill(new Unknown(why.reason, why.at));
  } else if (container instanceof Dict) {
    interp.touch(container);
    interp.tick(container.entries.size >> 3);
    if (![...container.entries.values()].some(({ value }) => isObject(value))) container.entries.clear();
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

/** Something unknown comes to the end of a list: it may be any number of items. */
export function addUnknown(interp: Interp, list: List, why: Unknown): void {
  interp.gap(why.reason, why.at);
  interp.touch(list);
  list.items.push(many(interp, why));
}

/** A dict that was written to under a key that is not known may hold any key. */
export function unknownKey(interp: Interp, dict: Dict): Unknown | undefined {
  // Looking through all keys at each miss would make filling a dict quadratic.
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

function isObject(value: Value): boolean {
  return value instanceof Instance || isMany(value);
}
