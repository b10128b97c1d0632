/**
 * Looking up a name in an object that serves as a table. Names come from programs, files and messages, and every plain
 * object answers `constructor` or `__proto__` with what JavaScript gives all objects: only a table's own entries count.
 */

declare const withoutPrototype: unique symbol;

/** A table that has no prototype, and so may be indexed, and written to, by any name. */
export type Table<T> = { [name: string]: T } & { readonly [withoutPrototype]?: never };

export function emptyTable<T>(): Table<T> {
  return Object.create(null) as Table<T>;
}

/** What a table itself has under a name. */
export function entryOf<T>(
  table: { readonly [name: string]: T } | null | undefined,
  name: string,
): T | undefined {
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}
