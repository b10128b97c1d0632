/** What a list, dict or set holds after a change that is not known, such as `list.pop(unknown)`. */
import type { Interp } from "../interp.ts";
import { Dict, Instance, isUnknown, List, SetValue, Unknown, type Value } from "../values.ts";
import { dictSet, setAdd } from "./dict.ts";

/** Stands for any number of items. */
function many(interp: Interp, { reason, at }: Unknown): Unknown {
  interp.hasManyItems = true;
  return new Unknown(reason, at, true);
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
    dictSet(interp, container, many(interp, why), many(interp, why));
  } else if (container instanceof SetValue) {
    interp.touch(container);
    interp.tick(container.entries.size >> 3);
    container.isReworked = true;
    container.entries.clear();
    setAdd(interp, container, many(interp, why));
  }
}

/** Something unknown comes to the end of a list, or to the items of a dict: it may be any number of items. */
export function addUnknown(interp: Interp, list: List, why: Unknown): void {
  interp.gap(why.reason, why.at);
  interp.touch(list);
  list.items.push(many(interp, why));
}

function isObject(value: Value): boolean {
  return value instanceof Instance || (isUnknown(value) && value.isMany);
}
