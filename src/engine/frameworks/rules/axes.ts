/** Axes that a call names, as NumPy and the libraries after it refuse them. */
import {
  isUnknown,
  type Shape,
  toItems,
  toNumber,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { axisOf } from "../shape/dims.ts";

/** An axis, or one of several, that an input does not have. */
export function noAxis(shape: Shape | Unknown, axis: Value): string | undefined {
  if (isUnknown(shape)) return undefined;
  const axes = (axis === undefined || axis === null ? [] : (toItems(axis) ?? [axis])).map(toNumber);
  const rank = shape.length;
  const wrong = axes.find((each) => each !== undefined && axisOf(each, rank) === undefined);
  return wrong === undefined
    ? undefined
    : `axis ${wrong} is out of bounds for an array with dimension ${rank}`;
}
