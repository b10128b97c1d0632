/**
 * Running both sides of a condition that cannot be decided. Every change made on one side is journalled, undone
 * before the other side runs, and joined after it: what both sides agree on stays known.
 */
import { AttrEntries } from "./attrsDict.ts";
import {
  ABSENT,
  type Absent,
  type Attrs,
  asMany,
  births,
  Dict,
  type Heap,
  Instance,
  List,
  NativeState,
  SetValue,
  Tensor,
  Tuple,
  Unknown,
  UnreadAnswer,
  type Value,
} from "./values.ts";

type Contents = readonly Value[] | ReadonlyMap<unknown, unknown> | TensorContents | InstanceContents;

interface TensorContents {
  readonly shape: Tensor["shape"];
  readonly dtype: string;
  readonly data: Tensor["data"];
  readonly parameter: Tensor["parameter"];
}

interface InstanceContents {
  readonly attrs: Attrs;
  readonly open: Unknown | undefined;
  /** What the native state keeps, where there is one. */
  readonly native: unknown;
}

/** The state of everything one side touched. */
export interface Changes {
  readonly vars: ReadonlyMap<Attrs, ReadonlyMap<string, Value | Absent>>;
  readonly heap: ReadonlyMap<Heap, Contents>;
}

export class Journal {
  private readonly vars = new Map<Attrs, Map<string, Value | Absent>>();
  private readonly heap = new Map<Heap, Contents>();
  /** Objects made since are this side's own: the other side knows nothing of them, so that they stay as they are. */
  private readonly since = births.count;
  constructor(private readonly outer: Journal | undefined) {}

  saveVar(vars: Attrs, name: string): void {
    const names = this.vars.get(vars) ?? new Map<string, Value | Absent>();
    this.vars.set(vars, names);
    if (!names.has(name)) names.set(name, vars.has(name) ? vars.get(name) : ABSENT);
    this.outer?.saveVar(vars, name);
  }

  saveHeap(target: Heap): void {
    if (isOwn(target, this.since) || isOfAttributes(target)) return;
    if (!this.heap.has(target)) {
      const contents = snapshot(target);
      if (contents) this.heap.set(target, contents);
    }
    this.outer?.saveHeap(target);
  }

  /** The state now of all that was touched, then puts everything back as it was. */
  rollBack(): Changes {
    const vars = new Map<Attrs, Map<string, Value | Absent>>();
    for (const [table, names] of this.vars) {
      const now = new Map<string, Value | Absent>();
      for (const [name, before] of names) {
        now.set(name, table.has(name) ? table.get(name) : ABSENT);
        write(table, name, before);
      }
      vars.set(table, now);
    }
    const heap = new Map<Heap, Contents>();
    for (const [target, before] of this.heap) {
      const now = snapshot(target);
      if (now) heap.set(target, now);
      restore(target, before);
    }
    return { vars, heap };
  }

  /** Joins the present state (this journal's side) with the other side's changes. */
  join(other: Changes, why: Unknown): void {
    for (const [table, names] of other.vars) {
      for (const [name, theirs] of names) {
        const ours = table.has(name) ? table.get(name) : ABSENT;
        write(table, name, joinBound(ours, theirs, why));
      }
    }
    for (const [table, names] of this.vars) {
      const seen = other.vars.get(table);
      for (const [name, before] of names) {
        if (seen?.has(name)) continue;
        const ours = table.has(name) ? table.get(name) : ABSENT;
        write(table, name, joinBound(ours, before, why));
      }
    }
    for (const [target, theirs] of other.heap) joinHeap(target, theirs, why);
    for (const [target, before] of this.heap) {
      if (!other.heap.has(target)) joinHeap(target, before, why);
    }
  }

  /** Takes the other side's changes alone (this side ended in an exception). */
  static apply(changes: Changes, journal: Journal | undefined): void {
    for (const [table, names] of changes.vars) {
      for (const [name, value] of names) {
        journal?.saveVar(table, name);
        write(table, name, value);
      }
    }
    for (const [target, contents] of changes.heap) {
      journal?.saveHeap(target);
      restore(target, contents);
    }
  }
}

export const NO_CHANGES: Changes = { vars: new Map(), heap: new Map() };

/** What a dict of attributes changes is noted attribute by attribute. */
function isOfAttributes(target: Heap): boolean {
  return target instanceof Dict && target.entries instanceof AttrEntries;
}

function isOwn(target: Heap, since: number): boolean {
  return "born" in target && target.born > since;
}

function write(table: Attrs, name: string, value: Value | Absent): void {
  if (value === ABSENT) table.delete(name);
  else table.set(name, value);
}

function snapshot(target: Heap): Contents | undefined {
  if (target instanceof List) return [...target.items];
  if (target instanceof Dict) return new Map([...target.entries].map(([key, entry]) => [key, { ...entry }]));
  if (target instanceof SetValue) return new Map(target.entries);
  if (target instanceof Instance) {
    const { native } = target;
    return {
      attrs: new Map(target.attrs),
      open: target.open,
      native: native instanceof NativeState ? native.kept() : undefined,
    };
  }
  if (target instanceof Tensor) {
    const { shape, data, dtype, parameter } = target;
    return { shape, data, dtype, parameter };
  }
  return undefined;
}

function restore(target: Heap, contents: Contents): void {
  if (target instanceof List) target.items = [...(contents as readonly Value[])];
  else if (target instanceof Dict) refill(target.entries, contents as typeof target.entries);
  else if (target instanceof SetValue) refill(target.entries, contents as typeof target.entries);
  else if (target instanceof Instance) {
    const { attrs, open, native } = contents as InstanceContents;
    refill(target.attrs, attrs);
    target.open = open;
    if (target.native instanceof NativeState && native !== undefined) target.native.putBack(native);
  } else if (target instanceof Tensor) {
    const { shape, data, dtype, parameter } = contents as TensorContents;
    target.shape = shape;
    if (parameter) target.parameter = parameter;
    target.dtype = dtype;
    if (data) target.data = data;
    else delete target.data;
  }
}

function refill<K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void {
  // As little as can be is changed: loops over the map may be under way.
  for (const key of target.keys()) if (!source.has(key)) target.delete(key);
  for (const [key, value] of source) target.set(key, value);
  const keys = target.keys();
  let isInOrder = true;
  for (const key of source.keys()) isInOrder &&= keys.next().value === key;
  if (isInOrder) return;
  target.clear();
  for (const [key, value] of source) target.set(key, value);
}

function joinHeap(target: Heap, theirs: Contents, why: Unknown): void {
  if (target instanceof List) {
    const other = theirs as readonly Value[];
    const length = Math.max(target.items.length, other.length);
    const many = asMany(why);
    target.items = Array.from({ length }, (_, i) =>
      i < target.items.length && i < other.length ? joinValues(target.items[i], other[i], why) : many,
    );
  } else if (target instanceof Dict) {
    const other = theirs as Dict["entries"];
    for (const [key, entry] of target.entries) {
      const match = other.get(key);
      entry.value = match ? joinValues(entry.value, match.value, why) : why;
    }
    for (const [key, entry] of other) {
      if (!target.entries.has(key)) target.entries.set(key, { key: entry.key, value: why });
    }
  } else if (target instanceof SetValue) {
    const other = theirs as SetValue["entries"];
    const isSame =
      target.entries.size === other.size && [...other.keys()].every((key) => target.entries.has(key));
    for (const [key, value] of other) target.entries.set(key, value);
    if (!isSame) target.entries.set(why, why);
  } else if (target instanceof Instance) {
    const { attrs: other, open, native } = theirs as InstanceContents;
    target.open ??= open;
    for (const name of new Set([...target.attrs.keys(), ...other.keys()])) {
      const ours = target.attrs.has(name) ? target.attrs.get(name) : ABSENT;
      const match = other.has(name) ? other.get(name) : ABSENT;
      write(target.attrs, name, joinBound(ours, match, why));
    }
    if (target.native instanceof NativeState && native !== undefined) target.native.join(native, why);
  } else if (target instanceof Tensor) {
    const { shape, parameter } = theirs as TensorContents;
    target.shape = joinShapes(target.shape, shape, why);
    delete target.data;
    if (target.parameter && parameter && target.parameter.trainable !== parameter.trainable)
      target.parameter = { ...target.parameter, trainable: why };
  }
}

/** A name bound on one side only: code after the branch that uses it can only have come from there. */
function joinBound(a: Value | Absent, b: Value | Absent, why: Unknown): Value | Absent {
  if (a === ABSENT && b === ABSENT) return ABSENT;
  if (a === ABSENT) return b;
  if (b === ABSENT) return a;
  return joinValues(a, b, why);
}

function joinShapes(a: Tensor["shape"], b: Tensor["shape"], why: Unknown): Tensor["shape"] {
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a.length !== b.length) return why;
  return a.map((dim, i) => (dim === b[i] ? dim : dim instanceof Unknown ? dim : why));
}

/** What is known of a value that is one or the other. */
export function joinValues(a: Value, b: Value, why: Unknown): Value {
  if (a === b) return a;
  if (a instanceof Unknown) return b instanceof UnreadAnswer ? b : a;
  if (b instanceof Unknown) return b;
  if (a instanceof Tensor && b instanceof Tensor) {
    const joined = new Tensor(joinShapes(a.shape, b.shape, why), a.dtype);
    if (a.cls) joined.cls = a.cls;
    if (a.site) joined.site = a.site;
    if (a.maker) joined.maker = a.maker;
    return joined;
  }
  if (a instanceof Tuple && b instanceof Tuple && a.items.length === b.items.length) {
    const joined = new Tuple(a.items.map((item, i) => joinValues(item, b.items[i], why)));
    if (a.cls) joined.cls = a.cls;
    return joined;
  }
  if (a instanceof List && b instanceof List && a.items.length === b.items.length) {
    return new List(a.items.map((item, i) => joinValues(item, b.items[i], why)));
  }
  if (isFloatEqual(a, b)) return a;
  return why;
}

function isFloatEqual(a: Value, b: Value): boolean {
  return (
    typeof a === "object" &&
    a !== null &&
    typeof b === "object" &&
    b !== null &&
    a.kind === "float" &&
    b.kind === "float" &&
    a.value === b.value
  );
}
