/** `sorted`, `list.sort`, `min` and `max`: stable, by key, with Python's `<`. */
import type { Interp } from "../../interpret/interp.ts";
import { isUnknown, type Unknown, type Value } from "../../interpret/values.ts";
import { compare, truthy } from "./compare.ts";
import { isOpen } from "./integers.ts";

/** The values in order; an order that hangs on something unknown is unknown. */
export function sorted(
  interp: Interp,
  values: readonly Value[],
  key: Value,
  reverse: Value,
): readonly Value[] | Unknown {
  const descending = truthy(interp, reverse ?? false);
  if (isUnknown(descending)) return descending;
  const rows: { readonly value: Value; readonly rank: Value }[] = [];
  for (const value of values) {
    interp.tick();
    const rank = key === null || key === undefined ? value : interp.call(key, [value]);
    if (isOpen(rank)) return rank;
    rows.push({ value, rank });
  }
  let doubt: Unknown | undefined;
  const before = (a: Value, b: Value): boolean => {
    interp.tick();
    const less = truthy(interp, compare(interp, "<", a, b));
    if (isUnknown(less)) doubt ??= less;
    return less === true;
  };
  // Reversing compares the other way round instead of the result: equal elements keep their order.
  rows.sort((a, b) => {
    if (before(a.rank, b.rank)) return descending ? 1 : -1;
    return before(b.rank, a.rank) ? (descending ? -1 : 1) : 0;
  });
  return doubt ?? rows.map((row) => row.value);
}

/** `min` (`<`) or `max` (`>`) of at least one value. */
export function extreme(interp: Interp, op: "<" | ">", values: readonly Value[], key: Value): Value {
  interp.tick(values.length >> 1);
  let best: Value;
  let bestRank: Value;
  for (const [i, value] of values.entries()) {
    const rank = key === null || key === undefined ? value : interp.call(key, [value]);
    if (isOpen(rank)) return rank;
    if (i === 0) {
      best = value;
      bestRank = rank;
      continue;
    }
    const better = truthy(interp, compare(interp, op, rank, bestRank));
    if (isUnknown(better)) return better;
    if (better) {
      best = value;
      bestRank = rank;
    }
  }
  return best;
}
