/** Reading sizes out of program values, and arithmetic on sizes that may be unknown. Shared by every framework. */
import {
  type Dim,
  isUnknown,
  type Shape,
  Tensor,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../interpret/values.ts";

/** A size from a number, a one-element tensor or an unknown; anything else is an unknown that says so. */
export function toDim(value: Value): Dim {
  const number = toNumber(value);
  if (number !== undefined) return number;
  if (isUnknown(value)) return value;
  if (value instanceof Tensor)
    return value.data?.length === 1 ? value.data[0]! : new Unknown("a size computed from tensor data");
  return new Unknown("a size that is not a number");
}

/**
 * One size an axis: `3` and `(3,)` stand for all axes. A list of another length keeps its own, filled up with
 * unknowns, so that the axes there are stay known.
 */
export function toDims(value: Value, axes: number): readonly Dim[] {
  const items = toItems(value);
  if (items === undefined) return new Array<Dim>(axes).fill(toDim(value));
  if (items.length === 1) return new Array<Dim>(axes).fill(toDim(items[0]));
  return Array.from({ length: axes }, (_, i) =>
    i < items.length ? toDim(items[i]) : new Unknown("a size that is not given for this axis"),
  );
}

export function isKnownDims(dims: readonly Dim[]): dims is readonly number[] {
  return dims.every((dim) => typeof dim === "number");
}

export function isKnownShape(shape: Shape | Unknown): shape is readonly number[] {
  return !isUnknown(shape) && isKnownDims(shape);
}

/** What is wrong with groups of channels, to be put after the layer's name. */
export function unevenGroups(groups: Dim, channels: Dim): string | undefined {
  const fits = typeof groups !== "number" || typeof channels !== "number" || channels % groups === 0;
  return fits ? undefined : `has ${groups} groups, which do not divide ${channels} channels`;
}

/** Both known and different: what a shape check may complain about. */
export function differ(a: Dim, b: Dim): boolean {
  return typeof a === "number" && typeof b === "number" && a !== b;
}
