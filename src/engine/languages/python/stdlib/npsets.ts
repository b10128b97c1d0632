/** numpy's functions that sort, count and repeat elements. */
import type { Interp } from "../../../interpret/interp.ts";
import type { Bound } from "../../../interpret/native.ts";
import { Tuple, type Value } from "../../../interpret/values.ts";
import { toInt } from "../core.ts";
import {
  along,
  axisFrom,
  type Elements,
  elementsOf,
  MOST_ELEMENTS,
  makeArray,
  permuted,
  show,
  sizeOf,
} from "./ndarray.ts";
import { ARRAY, on, onClasses, shown } from "./nparray.ts";
import type { Entry } from "./table.ts";

/** What is not a number comes last. */
function ascending(x: number, y: number): number {
  return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : Number.isNaN(y) ? -1 : x - y;
}

const places = (lane: readonly number[]): readonly number[] =>
  [...lane.keys()].sort((i, j) => ascending(lane[i] ?? 0, lane[j] ?? 0));

/** The array along an axis, or all elements in a row where the axis is None; the last axis unless it is said. */
function ranged(
  whole: Elements,
  axis: Value,
  rule: Parameters<typeof along>[2],
  dtype?: string,
): Elements | undefined {
  if (axis === null) return along({ ...whole, shape: [whole.data.length] }, 0, rule, dtype);
  const at = axisFrom(toInt(axis) ?? Number.NaN, whole.shape.length);
  return at === undefined ? undefined : along(whole, at, rule, dtype);
}

/** Different elements, or different parts along an axis, in order; with where they were and how often. */
function unique(whole: Elements, a: Bound, interp: Interp): Value {
  const rank = whole.shape.length;
  const at = a.axis === null ? undefined : axisFrom(toInt(a.axis) ?? Number.NaN, rank);
  if (a.axis !== null && at === undefined) return interp.unknown("this axis of numpy.unique is not followed");
  const turned =
    at === undefined
      ? whole
      : permuted(
          whole,
          [at, ...whole.shape.keys()].filter((axis, i) => i === 0 || axis !== at),
        );
  const rest = at === undefined ? [] : turned.shape.slice(1);
  const width = sizeOf(rest);
  const count = at === undefined ? whole.data.length : (turned.shape[0] ?? 0);
  const rows = Array.from({ length: count }, (_, i) => turned.data.slice(i * width, (i + 1) * width));
  interp.tick(whole.data.length >> 2);
  const compare = (i: number, j: number): number => {
    for (let k = 0; k < width; k++) {
      const order = ascending(rows[i]?.[k] ?? 0, rows[j]?.[k] ?? 0);
      if (order !== 0) return order;
    }
    return 0;
  };
  const sorted = [...rows.keys()].sort(compare);
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Array<number>(count).fill(0);
  for (const [place, row] of sorted.entries()) {
    const before = sorted[place - 1];
    if (before === undefined || compare(before, row) !== 0) {
      firsts.push(row);
      counts.push(0);
    }
    inverse[row] = firsts.length - 1;
    counts[counts.length - 1]! += 1;
  }
  const found = { ...whole, shape: [firsts.length, ...rest], data: firsts.flatMap((row) => rows[row] ?? []) };
  // The axis goes back to where it was.
  const order = at === undefined ? [0] : [...rest.keys()].map((axis) => axis + 1).toSpliced(at, 0, 0);
  const values = show(ARRAY, at === undefined ? found : permuted(found, order));
  const numbers = (data: readonly number[]): Value => makeArray(ARRAY, [data.length], "int64", data);
  const answers = [values];
  if (a.return_index === true) answers.push(numbers(firsts));
  // Releases of numpy differ in the shape of these where the array has several axes.
  if (a.return_inverse === true)
    answers.push(rank > 1 ? interp.unknown("what numpy.unique inverts has several axes") : numbers(inverse));
  if (a.return_counts === true) answers.push(numbers(counts));
  return answers.length === 1 ? values : new Tuple(answers);
}

/** How often each of several classes is there is not known, nor where. */
function onUnique(a: Bound, interp: Interp): Value {
  const plain = [a.return_index, a.return_inverse, a.return_counts].every((asked) => asked === false);
  return (plain ? onClasses : on)("ar", unique)(a, interp);
}

/** Every element so often: one number for all, or one for each. */
function repeated(whole: Elements, a: Bound, interp: Interp): Value {
  const times = elementsOf(interp, a.repeats);
  if (!times || times.shape.length > 1) return interp.unknown("how often numpy.repeat repeats is not known");
  if (times.data.some((count) => count < 0))
    return interp.fail("ValueError", "repeats may not contain negative values.");
  const often = (i: number): number => times.data[times.data.length === 1 ? 0 : i] ?? 0;
  const shape = a.axis === null ? [whole.data.length] : whole.shape;
  const at = a.axis === null ? 0 : axisFrom(toInt(a.axis) ?? Number.NaN, shape.length);
  const length = at === undefined ? undefined : shape[at];
  if (at === undefined || length === undefined) return shown(undefined, interp);
  let count = 0;
  for (let i = 0; i < length; i++) count += often(i);
  const longer = shape.with(at, count);
  if (sizeOf(longer) > MOST_ELEMENTS) return makeArray(ARRAY, longer, whole.dtype);
  const rule = (lane: readonly number[]): readonly number[] =>
    lane.flatMap((x, i) => new Array<number>(often(i)).fill(x));
  return shown(ranged(whole, a.axis, rule), interp);
}

function differences(whole: Elements, a: Bound, interp: Interp): Value {
  // Nothing is left to take differences of once it has been taken as often as there are elements.
  const times = Math.min(toInt(a.n) ?? Number.NaN, whole.data.length);
  let made: Elements | undefined = Number.isNaN(times) || whole.shape.length === 0 ? undefined : whole;
  for (let i = 0; i < times && made; i++)
    made = ranged(made, a.axis, (lane) => lane.slice(1).map((x, at) => x - (lane[at] ?? 0)));
  return shown(made, interp);
}

export const SETS: Readonly<Record<string, Entry>> = {
  unique: [
    "ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, ?equal_nan=True, **?",
    onUnique,
  ],
  sort: [
    "a, axis=-1, kind=None, ?order=None, *, stable=None",
    on("a", (whole, a, interp) =>
      shown(
        ranged(whole, a.axis, (lane) => lane.toSorted(ascending)),
        interp,
      ),
    ),
  ],
  argsort: [
    "a, axis=-1, kind=None, ?order=None, *, stable=None",
    on("a", (whole, a, interp) => shown(ranged(whole, a.axis, places, "int64"), interp)),
  ],
  repeat: ["a, repeats, axis=None", on("a", repeated)],
  diff: ["a, n=1, axis=-1, ?prepend=None, ?append=None", on("a", differences)],
};
