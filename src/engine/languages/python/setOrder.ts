/** In which order Python goes over a set: by where its hashes put the items, and hashes of texts differ from run to run. */
import { Float, type SetValue, Unknown, type Value } from "../../interpret/values.ts";

const SMALLEST_TABLE = 8;

/** The least table that so many items are kept in: Python makes it larger when three fifths of it are taken. */
function tableFor(count: number): number {
  let size = SMALLEST_TABLE;
  while (count * 5 >= (size - 1) * 3) size *= 2;
  return size;
}

/** Whole numbers that are smaller than the table stand in it at their own places. */
function place(value: Value, table: number): number | undefined {
  const number = value instanceof Float ? value.value : Number(value);
  const isNumber = typeof value === "number" || typeof value === "boolean" || value instanceof Float;
  return isNumber && Number.isInteger(number) && number >= 0 && number < table ? number : undefined;
}

/** The items in order; where that is not known, in the order in which they were added. */
export function setItems(set: SetValue): Value[] {
  const items = [...set.entries.values()];
  return inOrder(items) ?? (set.isReworked ? undefined : inFewPlaces(items)) ?? items;
}

function inOrder(items: readonly Value[]): Value[] | undefined {
  const table = tableFor(items.length);
  const places: { readonly item: Value; readonly at: number }[] = [];
  for (const item of items) {
    const at = place(item, table);
    if (at === undefined) return undefined;
    places.push({ item, at });
  }
  return places.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** So many items leave the smallest table as it is. */
const MOST_IN_SMALLEST = 4;

/** A few whole numbers, put one by one into the smallest table: where a place is taken, the next free one is. */
function inFewPlaces(items: readonly Value[]): Value[] | undefined {
  if (items.length > MOST_IN_SMALLEST) return undefined;
  const places: (Value | undefined)[] = new Array(SMALLEST_TABLE).fill(undefined);
  for (const item of items) {
    let at = place(item, 2 ** 31);
    if (at === undefined) return undefined;
    let rest = at;
    at %= SMALLEST_TABLE;
    while (places[at] !== undefined) {
      rest = Math.floor(rest / 32);
      at = (at * 5 + 1 + rest) % SMALLEST_TABLE;
    }
    places[at] = item;
  }
  return places.filter((item) => item !== undefined);
}

/** Why the order of the items is not known, where it matters. */
export function unknownOrder(set: SetValue): Unknown | undefined {
  const items = [...set.entries.values()];
  if (items.length < 2 || inOrder(items) || (!set.isReworked && inFewPlaces(items))) return undefined;
  return new Unknown("the order of a set is not known before the program runs");
}
