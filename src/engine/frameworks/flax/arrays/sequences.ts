/** Values along an axis of steps: what one step gets of them, and what all steps' answers are together. */
import type { Interp } from "../../../interpret/interp.ts";
import { type Dim, isUnknown, Slice, Tensor, Tuple, toItems, type Value } from "../../../interpret/values.ts";

export function slice(interp: Interp, value: Value, step: number): Value {
  if (value instanceof Tensor) return interp.getItem(value, step);
  const items = toItems(value);
  return items ? interp.nested(() => new Tuple(items.map((item) => slice(interp, item, step)))) : value;
}

/** One index of an axis, of every array in lists and tuples; modules stand for one of theirs. */
export function sliceAlong(interp: Interp, value: Value, axis: number, index: number): Value {
  const items = toItems(value);
  if (items)
    return interp.nested(() => new Tuple(items.map((item) => sliceAlong(interp, item, axis, index))));
  if (!(value instanceof Tensor)) return value;
  if (axis === 0 || isUnknown(value.shape)) return interp.getItem(value, index);
  const at = axis < 0 ? axis + value.shape.length : axis;
  return interp.getItem(value, new Tuple([...new Array<Value>(at).fill(new Slice(null, null, null)), index]));
}

/** What the steps answered, along a new axis. */
export function stackedAlong(value: Value, length: Dim, axis: number): Value {
  const items = toItems(value);
  if (items) return new Tuple(items.map((item) => stackedAlong(item, length, axis)));
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
  const items = toItems(value);
  return items ? new Tuple(items.map((item) => stacked(item, length))) : value;
}
