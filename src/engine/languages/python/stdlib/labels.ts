/**
 * Labels of published data sets: which classes there are is known, 0 to n - 1, though not which element has which. So
 * `len(np.unique(y_train))` and `y_train.max() + 1` are known.
 */
import type { Tensor, Value } from "../../../interpret/values.ts";
import { type Elements, elementsBy } from "./ndarray.ts";

const counts = new WeakMap<object, number>();

export function markLabels(labels: Tensor, classes: number): void {
  counts.set(labels, classes);
}

/** The program put others into the array. */
export function forgetLabels(labels: Tensor): void {
  counts.delete(labels);
}

/** Each class once, in place of an array of labels. */
export function classesOf(value: Value): Elements | undefined {
  const count = typeof value === "object" && value !== null ? counts.get(value) : undefined;
  if (count === undefined) return undefined;
  return { shape: [count], dtype: "int64", data: elementsBy(count, (at) => at) ?? [] };
}
