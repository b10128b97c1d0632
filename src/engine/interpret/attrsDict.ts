/** Dicts that are the attributes of something: `self.__dict__`, `globals()`, a class body's `locals()`. */
import type { Interp } from "./interp.ts";
import { forced } from "./scope.ts";
import { type Attrs, type ClassValue, Dict, Instance, type Key, type Value } from "./values.ts";

/** `self.__dict__.update(kwargs)` sets attributes, `globals()["width"] = 8` a name of the module. */
export function attrsDict(interp: Interp, attrs: Attrs, owner?: Value): Dict {
  const note = (name: string): boolean => {
    // What an object holds is kept for undecided branches as a whole, all other tables name by name.
    if (owner instanceof Instance) interp.touch(owner);
    else interp.touchVar(attrs, name);
    return true;
  };
  return shown(attrs, note, owner);
}

/** A class's `__dict__` is only looked at. */
export function readOnlyAttrs(interp: Interp, cls: ClassValue): Dict {
  const refuse = (): boolean => {
    interp.fail("TypeError", "'mappingproxy' object does not support item assignment");
    return false;
  };
  return shown(cls.attrs, refuse, cls);
}

function shown(attrs: Attrs, note: (name: string) => boolean, owner: Value): Dict {
  const dict = new Dict(new AttrEntries(attrs, note));
  if (owner !== undefined) dict.shows = owner;
  return dict;
}

type Entry = { readonly key: Value; value: Value };

/** Each change is told before it is made: another dict may show the same attributes. */
export class AttrEntries extends Map<Key, Entry> {
  constructor(
    private readonly table: Attrs,
    /** False: the name is not to be changed. */
    private readonly note: (name: string) => boolean,
  ) {
    super();
  }
  private entry(key: string): Entry {
    const { table, note } = this;
    return {
      key,
      get value(): Value {
        return forced(table, key, table.get(key));
      },
      set value(value: Value) {
        if (note(key)) table.set(key, value);
      },
    };
  }
  override get(key: Key): Entry | undefined {
    return typeof key === "string" && this.table.has(key) ? this.entry(key) : undefined;
  }
  override has(key: Key): boolean {
    return typeof key === "string" && this.table.has(key);
  }
  override set(key: Key, entry: Entry): this {
    if (typeof key === "string" && this.note(key)) this.table.set(key, entry.value);
    return this;
  }
  override delete(key: Key): boolean {
    return typeof key === "string" && this.table.has(key) && this.note(key) && this.table.delete(key);
  }
  override clear(): void {
    for (const key of [...this.table.keys()]) this.delete(key);
  }
  override get size(): number {
    return this.table?.size ?? 0;
  }
  override *keys(): MapIterator<Key> {
    yield* this.table.keys();
  }
  override *values(): MapIterator<Entry> {
    for (const key of [...this.table.keys()]) yield this.entry(key);
  }
  override *entries(): MapIterator<[Key, Entry]> {
    for (const key of [...this.table.keys()]) yield [key, this.entry(key)];
  }
  override [Symbol.iterator](): MapIterator<[Key, Entry]> {
    return this.entries();
  }
  override forEach(each: (entry: Entry, key: Key, map: Map<Key, Entry>) => void): void {
    for (const [key, entry] of this.entries()) each(entry, key, this);
  }
}
