/** In which order Python goes over a set: by where its hashes put the items, and hashes of texts differ from run to run. */
import { Float, type SetValue, Unknown, type Value } from "../values.ts";

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
  return inOrder(items) ?? items;
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

/** Why the order of the items is not known, where it matters. */
export function unknownOrder(set: SetValue): Unknown | undefined {
  if (set.entries.size < 2 || inOrder([...set.entries.values()])) return undefined;
  return new Unknown("the order of a set is not known before the program runs");
}
