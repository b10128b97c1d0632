/** numpy's functions that fold or run along axes, over elements: `sum`, `std`, `argmax`, `cumsum`. */
import { entryOf } from "../../../base/table.ts";
import type { Bound } from "../../../interpret/native.ts";
import { isUnknown, toItems, toNumber, type Value } from "../../../interpret/values.ts";
import { toInt } from "../core.ts";
import { along, axisFrom, type Elements, reduce } from "./ndarray.ts";

type Fold = (numbers: readonly number[], freedom: number) => number;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
const variance: Fold = (numbers, freedom) => {
  const middle = mean(numbers);
  return sum(numbers.map((x) => (x - middle) ** 2)) / (numbers.length - freedom);
};
// Spread into a call, a long list takes what is left of the stack.
const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, number) => Math.max(most, number), Number.NEGATIVE_INFINITY);
const smallest = (numbers: readonly number[]): number =>
  numbers.reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY);

/** Parameters that the functions share, as numpy names them; these of the end are not followed. */
const LAST = "?initial=None, ?where=True";
const SUMS = `axis=None, dtype=None, out=None, keepdims=False, ${LAST}`;
const EXTREMES = `axis=None, out=None, keepdims=False, ${LAST}`;
const SPREADS =
  "axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, ?where=True, ?mean=None, correction=None";
const PLACES = "axis=None, out=None, *, keepdims=False";
const TESTS = "axis=None, out=None, keepdims=False, *, ?where=True";

interface Reduction {
  readonly params: string;
  /** That of the elements where it is not said. */
  readonly dtype?: string;
  readonly fold: Fold;
}

export const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  sum: { params: SUMS, fold: sum },
  prod: { params: SUMS, fold: (numbers) => numbers.reduce((product, number) => product * number, 1) },
  max: { params: EXTREMES, fold: largest },
  min: { params: EXTREMES, fold: smallest },
  mean: {
    params: "axis=None, dtype=None, out=None, keepdims=False, *, ?where=True",
    dtype: "float64",
    fold: mean,
  },
  std: {
    params: SPREADS,
    dtype: "float64",
    fold: (numbers, freedom) => Math.sqrt(variance(numbers, freedom)),
  },
  var: { params: SPREADS, dtype: "float64", fold: variance },
  argmax: { params: PLACES, dtype: "int64", fold: (numbers) => numbers.indexOf(largest(numbers)) },
  argmin: { params: PLACES, dtype: "int64", fold: (numbers) => numbers.indexOf(smallest(numbers)) },
  any: { params: TESTS, dtype: "bool", fold: (numbers) => Number(numbers.some((number) => number !== 0)) },
  all: { params: TESTS, dtype: "bool", fold: (numbers) => Number(numbers.every((number) => number !== 0)) },
};

/** The axes that an argument names, all of them for None; undefined where it is no axis of the array. */
export function axesOf(value: Value, rank: number): readonly number[] | undefined {
  if (value === null || value === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = (toItems(value) ?? [value]).map((item) => {
    const axis = isUnknown(item) ? undefined : toInt(item);
    return axis === undefined ? undefined : axisFrom(axis, rank);
  });
  return axes.every((axis) => axis !== undefined) ? axes : undefined;
}

/** Undefined where it is not followed. `asked` is the type that the call names. */
export function reduced(
  name: string,
  whole: Elements,
  a: Bound,
  asked: string | undefined,
): Elements | undefined {
  const found = entryOf(REDUCTIONS, name);
  const axes = axesOf(a.axis, whole.shape.length);
  const freedom = toNumber(a.correction ?? a.ddof ?? 0);
  if (!found || !axes || freedom === undefined) return undefined;
  // No number is the largest of none, and a whole number as type would cut every element.
  if (whole.data.length === 0 && !/sum|prod|any|all/.test(name)) return undefined;
  if (asked !== undefined && !/float/.test(asked) && /float/.test(found.dtype ?? whole.dtype))
    return undefined;
  const own = whole.dtype === "bool" && /sum|prod/.test(name) ? "int64" : whole.dtype;
  const kept = /max|min/.test(name) ? whole.dtype : own;
  return reduce(whole, axes, a.keepdims === true, asked ?? found.dtype ?? kept, (numbers) =>
    found.fold(numbers, freedom),
  );
}

/** Totals so far: along an axis, or over all elements in a row. */
export function cumulated(
  whole: Elements,
  axis: Value,
  dtype: string,
  rule: (total: number, x: number) => number,
): Elements | undefined {
  const flat = axis === null || axis === undefined;
  const at = flat ? 0 : axisFrom(toInt(axis) ?? Number.NaN, whole.shape.length);
  if (at === undefined) return undefined;
  const row = flat ? { ...whole, shape: [whole.data.length] } : whole;
  const run = (lane: readonly number[]): readonly number[] => {
    let total: number | undefined;
    return lane.map((x) => {
      total = total === undefined ? x : rule(total, x);
      return total;
    });
  };
  return along(row, at, run, dtype);
}
