/** Values along an axis of steps: what one step gets of them, and what all steps' answers are together. */
import type { Interp } from "../../../interpret/interp.ts";
import {
  Dict,
  type Dim,
  isUnknown,
  List,
  Slice,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";

export function slice(interp: Interp, value: Value, step: number): Value {
  if (value instanceof Tensor) return interp.getItem(value, step);
  const items = toItems(value);
  if (items)
    return interp.nested(() =>
      likeItems(
        value,
        items.map((item) => slice(interp, item, step)),
      ),
    );
  return value instanceof Dict
    ? interp.nested(() => mapDict(value, (item) => slice(interp, item, step)))
    : value;
}

/** What one slice gets. `axes` is one axis for every array, None for the whole value, or a tree of them like the value. */
export function sliceBy(interp: Interp, value: Value, axes: Value, index: number): Value {
  if (axes === null) return value;
  const each = childrenOf(axes);
  if (each)
    return interp.nested(() => mapChildren(value, (item, key) => sliceBy(interp, item, each(key), index)));
  return sliceAlong(interp, value, typeof axes === "number" ? axes : 0, index);
}

/** What all slices answered, by the tree of axes that `out_axes` is. None: the answer is the same for each. */
export function stackedBy(value: Value, length: Dim, axes: Value): Value {
  if (axes === null) return value;
  const each = childrenOf(axes);
  if (each) return mapChildren(value, (item, key) => stackedBy(item, length, each(key)));
  return stackedAlong(value, length, typeof axes === "number" ? axes : 0);
}

/** The entry of a tree of axes; an entry that it lacks is the first axis. */
function childrenOf(axes: Value): ((key: unknown) => Value) | undefined {
  const items = toItems(axes);
  if (items) return (key) => (Number(key) in items ? items[Number(key)]! : 0);
  if (!(axes instanceof Dict)) return undefined;
  return (key) => {
    const entry = axes.entries.get(key as string);
    return entry ? entry.value : 0;
  };
}

function mapChildren(value: Value, each: (item: Value, key: unknown) => Value): Value {
  const items = toItems(value);
  if (items) return likeItems(value, items.map(each));
  return value instanceof Dict ? mapDict(value, each) : each(value, 0);
}

/** Items of a tree in place of others: a named tuple keeps its names, a list is a list. */
function likeItems(value: Value, items: Value[]): Value {
  if (value instanceof List) return new List(items);
  const made = new Tuple(items);
  if (value instanceof Tuple && value.cls) made.cls = value.cls;
  return made;
}

function mapDict(dict: Dict, each: (item: Value, key: unknown) => Value): Dict {
  return new Dict(
    new Map([...dict.entries].map(([at, { key, value }]) => [at, { key, value: each(value, at) }])),
  );
}

/** One index of an axis, of every array in lists, tuples and dicts; modules stand for one of theirs. */
export function sliceAlong(interp: Interp, value: Value, axis: number, index: number): Value {
  const items = toItems(value);
  if (items)
    return interp.nested(() =>
      likeItems(
        value,
        items.map((item) => sliceAlong(interp, item, axis, index)),
      ),
    );
  if (value instanceof Dict)
    return interp.nested(() => mapDict(value, (item) => sliceAlong(interp, item, axis, index)));
  if (!(value instanceof Tensor)) return value;
  if (axis === 0 || isUnknown(value.shape)) return interp.getItem(value, index);
  const at = axis < 0 ? axis + value.shape.length : axis;
  return interp.getItem(value, new Tuple([...new Array<Value>(at).fill(new Slice(null, null, null)), index]));
}

/** What the steps answered, along a new axis. */
export function stackedAlong(value: Value, length: Dim, axis: number): Value {
  const items = toItems(value);
  if (items)
    return likeItems(
      value,
      items.map((item) => stackedAlong(item, length, axis)),
    );
  if (value instanceof Dict) return mapDict(value, (item) => stackedAlong(item, length, axis));
  const whole = stacked(value, length);
  if (axis === 0 || !(whole instanceof Tensor) || isUnknown(whole.shape)) return whole;
  const [first = 1, ...rest] = whole.shape;
  whole.shape = rest.toSpliced(axis < 0 ? axis + whole.shape.length : axis, 0, first);
  return whole;
}

/** What the steps answered, one behind the other along a new first axis. */
export function stacked(value: Value, length: Dim): Value {
  if (value instanceof Tensor) {
    const whole = new Tensor(isUnknown(value.shape) ? value.shape : [length, ...value.shape], value.dtype);
    if (value.cls) whole.cls = value.cls;
    return whole;
  }
  if (value instanceof Dict) return mapDict(value, (item) => stacked(item, length));
  const items = toItems(value);
  return items
    ? likeItems(
        value,
        items.map((item) => stacked(item, length)),
      )
    : value;
}
