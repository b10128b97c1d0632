/**
 * Walks over lists, tuples and dicts and all that they hold. A few lines of code make a list that holds a list twice,
 * sixty times over, and a walk opens each one wherever it is held: so every walk has a bound of its own.
 */
import { Stopped } from "./control.ts";
import { Dict, List, Tuple, type Value } from "./values.ts";

const MAX_PARTS = 1_000_000;
const MAX_DEPTH = 500;

/** Parts that walks opened and that no native call has counted yet: a walk is not told who pays for it. */
export const walked = { parts: 0 };

/** Of a walk that opens nothing twice, and so needs no bound of its own. */
export function noteWalked(parts: number): void {
  walked.parts += parts;
}

export class Walk {
  private parts = 0;
  private depth = 0;

  /** Runs `body` over the `count` parts of one value. */
  into<T>(count: number, body: () => T): T {
    this.parts += count + 1;
    noteWalked(count + 1);
    if (this.parts > MAX_PARTS) throw new Stopped(`a value of more than ${MAX_PARTS} parts`);
    if (this.depth >= MAX_DEPTH) throw new Stopped("a value that is nested too deeply");
    this.depth++;
    const result = body();
    this.depth--;
    return result;
  }
}

/** What lists, tuples and dicts hold, and they inside of each other, in order. */
export function leavesOf(...values: readonly Value[]): Value[] {
  const walk = new Walk();
  const leaves: Value[] = [];
  const open = (value: Value): void => {
    if (value instanceof List || value instanceof Tuple) {
      walk.into(value.items.length, () => {
        for (const item of value.items) open(item);
      });
    } else if (value instanceof Dict) {
      walk.into(value.entries.size, () => {
        for (const entry of value.entries.values()) open(entry.value);
      });
    } else leaves.push(value);
  };
  for (const value of values) open(value);
  return leaves;
}

/** The same holders anew around what `change` makes of the leaves; `path` leads to each by index and key. */
export function mapLeaves(
  value: Value,
  change: (leaf: Value, path: readonly (string | number)[]) => Value,
): Value {
  const walk = new Walk();
  const path: (string | number)[] = [];
  const part = (item: Value, key: string | number): Value => {
    path.push(key);
    const made = anew(item);
    path.pop();
    return made;
  };
  const anew = (holder: Value): Value => {
    if (holder instanceof List) return new List(walk.into(holder.items.length, () => holder.items.map(part)));
    if (holder instanceof Tuple) {
      const made = new Tuple(walk.into(holder.items.length, () => holder.items.map(part)));
      if (holder.cls) made.cls = holder.cls;
      return made;
    }
    if (holder instanceof Dict) {
      const entries = walk.into(holder.entries.size, () =>
        Array.from(
          holder.entries,
          ([hash, { key, value: item }]) => [hash, { key, value: part(item, String(key)) }] as const,
        ),
      );
      return new Dict(new Map(entries));
    }
    return change(holder, path);
  };
  return anew(value);
}
