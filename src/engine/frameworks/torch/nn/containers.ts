/**
 * Containers: Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict.
 * https://docs.pytorch.org/docs/stable/nn.html#containers
 */

import { entryOf } from "../../../base/table.ts";
import { noteWalked } from "../../../interpret/leaves.ts";
import type { Bound } from "../../../interpret/native.ts";
import {
  Dict,
  Instance,
  isUnknown,
  manyAmong,
  Slice,
  Tensor,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { weightKept } from "../../../interpret/weight.ts";
import type { LayerRule, LayerSpec } from "./layer.ts";
import { isModule, isParameter } from "./library.ts";
import { addModule, initModule } from "./module.ts";
import { rememberName } from "./naming.ts";
import type { Op } from "./op.ts";
import { iterator, type TableName, table } from "./tables.ts";

/** A container in use: its entries in order, and changes to them. */
class Entries {
  constructor(
    readonly op: Op,
    readonly self: Instance,
    readonly kind: TableName,
  ) {}

  static modules(op: Op): Entries {
    return new Entries(op, op.layer as Instance, "_modules");
  }

  get list(): readonly { readonly key: Value; readonly value: Value }[] {
    noteWalked(this.size >> 3);
    return [...this.dict.entries.values()];
  }

  get dict(): Dict {
    return table(this.op.interp, this.self, this.kind);
  }

  get values(): readonly Value[] {
    return this.list.map((entry) => entry.value);
  }

  get size(): number {
    return this.dict.entries.size;
  }

  /** Why the number of entries is not known; undefined where it is. */
  get open(): Unknown | undefined {
    return manyAmong(this.values);
  }

  put(key: string, value: Value): void {
    const { interp } = this.op;
    interp.touch(this.dict);
    interp.tick(weightKept(this.dict.entries, key));
    this.dict.entries.set(key, { key, value });
    if (this.kind === "_modules") rememberName(this.self, key, value);
  }

  append(value: Value): void {
    if (this.kind === "_modules" && !isModule(value) && !isUnknown(value) && value !== null) {
      this.op.interp.fail("TypeError", `${this.self.cls.name} takes modules, not a ${kindOf(value)}`);
    } else this.put(String(this.size), owned(this.op, this.kind, value));
  }

  /** An entry whose place or name is not known was set or taken out: those that are known may not be all, or too many. */
  changed({ reason, at }: Unknown): void {
    this.op.interp.gap(reason, at);
    this.put(UNKNOWN_NAME, new Unknown(reason, at, true));
  }

  /** Puts an entry under a name that may not be known. */
  set(name: Value, value: Value): void {
    if (isUnknown(name)) this.changed(name);
    else if (!this.refuses(name, value)) this.put(String(name), owned(this.op, this.kind, value));
  }

  /** Names of modules are texts without dots, and nothing else is kept with them. */
  refuses(name: Value, value: Value): boolean {
    if (this.kind !== "_modules") return false;
    const { interp } = this.op;
    if (typeof name !== "string") interp.fail("TypeError", "module name should be a string");
    else if (name.includes(".")) interp.fail("KeyError", `module name can't contain ".", got: ${name}`);
    else if (isModule(value) || isUnknown(value) || value === null) return false;
    else interp.fail("TypeError", `${this.self.cls.name} takes modules, not a ${kindOf(value)}`);
    return true;
  }

  /** All entries anew, numbered from 0. */
  renumber(values: readonly Value[]): void {
    this.op.interp.tick(values.length);
    this.op.interp.touch(this.dict);
    this.dict.entries.clear();
    for (const [at, value] of values.entries()) this.put(String(at), value);
  }

  /** The place of an index; undefined (after failing) when there is none. */
  place(index: Value): number | undefined {
    const at = toNumber(index);
    const place = at !== undefined && at < 0 ? at + this.size : at;
    if (place !== undefined && place >= 0 && place < this.size) return place;
    if (at !== undefined)
      this.op.interp.fail("IndexError", `index ${at} is out of range of ${this.size} entries`);
    return undefined;
  }

  key(place: number): string {
    return String(this.list[place]?.key);
  }
}

/** No name of a module, for a name has no dots. */
const UNKNOWN_NAME = ".";

function kindOf(value: Value): string {
  return typeof value === "object" && value !== null ? value.kind : typeof value;
}

/** What iterating over an argument gives; after a gap, any number of items when it is not known. */
function itemsOf(op: Op, value: Value): readonly Value[] {
  if (value === null || value === undefined) return [];
  const items = op.interp.items(value);
  if (!isUnknown(items)) return items;
  op.interp.gap(items.reason);
  return [new Unknown(items.reason, items.at, true)];
}

export function sliceRange(slice: Slice, length: number): readonly number[] | undefined {
  const number = (value: Value): number | null | undefined => (value === null ? null : toNumber(value));
  const [start, stop, step = 1] = [number(slice.start), number(slice.stop), number(slice.step) ?? 1];
  if (start === undefined || stop === undefined || step === 0) return undefined;
  const clamp = (at: number | null, fallback: number): number => {
    if (at === null) return fallback;
    const place = at < 0 ? at + length : at;
    return step > 0 ? Math.min(Math.max(place, 0), length) : Math.min(Math.max(place, -1), length - 1);
  };
  const from = clamp(start, step > 0 ? 0 : length - 1);
  const to = clamp(stop, step > 0 ? length : -1);
  const places: number[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) places.push(at);
  return places;
}

/** A container of the same class, made without running its constructor. */
function sameClass(op: Op, kind: TableName): Entries {
  const self = op.layer as Instance;
  const made = op.interp.newInstance(self.cls);
  initModule(op.interp, made);
  return new Entries(op, made, kind);
}

/** Of an entry that is put into another container. */
const STEPS_AN_ENTRY = 4;

/** Indexing of what is numbered. A slice of a Sequential keeps its names, one of a list is numbered anew. */
const getItem =
  (kind: TableName, keepNames: boolean): LayerRule =>
  (op, a) => {
    const entries = new Entries(op, op.layer as Instance, kind);
    const { idx } = a;
    if (isUnknown(idx)) return idx;
    if (entries.open) return new Unknown(entries.open.reason, entries.open.at);
    if (idx instanceof Slice) {
      const places = sliceRange(idx, entries.size);
      if (!places) return op.interp.unknown("a slice with unknown bounds");
      const part = sameClass(op, kind);
      const { list } = entries;
      op.interp.tick(places.length * STEPS_AN_ENTRY);
      for (const place of places) {
        const entry = list[place];
        if (!entry) continue;
        if (keepNames) part.put(String(entry.key), entry.value);
        else part.append(entry.value);
      }
      return part.self;
    }
    const place = entries.place(idx);
    return place === undefined
      ? op.interp.unknown("an index that is not known")
      : (entries.list[place]?.value ?? null);
  };

const setItem =
  (kind: TableName): LayerRule =>
  (op, a) => {
    const entries = new Entries(op, op.layer as Instance, kind);
    const place = entries.place(a.idx);
    if (isUnknown(a.idx)) entries.changed(a.idx);
    else if (place !== undefined) entries.put(entries.key(place), a.value);
    return null;
  };

const deleteItem =
  (kind: TableName): LayerRule =>
  (op, a) => {
    const entries = new Entries(op, op.layer as Instance, kind);
    if (isUnknown(a.idx)) {
      entries.changed(a.idx);
      return null;
    }
    const gone =
      a.idx instanceof Slice
        ? (sliceRange(a.idx, entries.size) ?? [])
        : [entries.place(a.idx)].filter((at) => at !== undefined);
    entries.renumber(entries.values.filter((_, at) => !gone.includes(at)));
    return null;
  };

const append =
  (kind: TableName, argument: string): LayerRule =>
  (op, a) => {
    new Entries(op, op.layer as Instance, kind).append(entryOf(a, argument));
    return op.layer;
  };

const extend =
  (kind: TableName, argument: string): LayerRule =>
  (op, a) => {
    const entries = new Entries(op, op.layer as Instance, kind);
    for (const value of itemsOf(op, entryOf(a, argument))) entries.append(value);
    return op.layer;
  };

function insert(op: Op, a: Bound): Value {
  const entries = Entries.modules(op);
  if (isUnknown(a.index)) {
    entries.changed(a.index);
    return op.layer;
  }
  const values = [...entries.values];
  values.splice(toNumber(a.index) ?? values.length, 0, a.module);
  entries.renumber(values);
  return op.layer;
}

function pop(op: Op, a: Bound): Value {
  const entries = Entries.modules(op);
  const place = entries.place(a.key);
  if (isUnknown(a.key)) entries.changed(a.key);
  if (place === undefined) return op.interp.unknown("an index that is not known");
  const value = entries.values[place];
  entries.renumber(entries.values.filter((_, at) => at !== place));
  return value;
}

function concatenate(op: Op, a: Bound): Value {
  const made = sameClass(op, "_modules");
  for (const value of [...Entries.modules(op).values, ...itemsOf(op, a.other)]) made.append(value);
  return made.self;
}

function repeat(op: Op, a: Bound): Value {
  const made = sameClass(op, "_modules");
  if (isUnknown(a.other)) {
    made.changed(a.other);
    return made.self;
  }
  const times = toNumber(a.other) ?? 1;
  const { values } = Entries.modules(op);
  if (!op.interp.allows(times * values.length)) return op.interp.unknown("more modules than may be made");
  for (let i = 0; i < times; i++) for (const value of values) made.append(value);
  return made.self;
}

function lengthOf({ open, size }: Entries): Value {
  return open ? new Unknown(open.reason, open.at) : size;
}

/** Length and iteration over values; `kind` is the table they lie in. */
function sequence(kind: TableName): NonNullable<LayerSpec["methods"]> {
  const entries = (op: Op): Entries => new Entries(op, op.layer as Instance, kind);
  return {
    __len__: ["", (op) => lengthOf(entries(op))],
    __iter__: ["", (op) => iterator(entries(op).values)],
    __setitem__: ["idx, value", setItem(kind)],
    __delitem__: ["idx", deleteItem(kind)],
  };
}

/** The methods that a container by name has in common with a dict. */
function mapping(kind: TableName, argument: string): NonNullable<LayerSpec["methods"]> {
  const entries = (op: Op): Entries => new Entries(op, op.layer as Instance, kind);
  const view =
    (name: string): LayerRule =>
    (op) =>
      op.interp.callMethod(entries(op).dict, name);
  return {
    __len__: ["", (op) => lengthOf(entries(op))],
    __iter__: ["", (op) => iterator(entries(op).list.map((entry) => entry.key))],
    __contains__: [
      "key",
      (op, a) =>
        isUnknown(a.key) ? a.key : entries(op).dict.entries.has(String(a.key)) || (entries(op).open ?? false),
    ],
    __getitem__: [
      "key",
      (op, a) => {
        if (isUnknown(a.key)) return a.key;
        const entry = entries(op).dict.entries.get(String(a.key));
        return entry ? entry.value : (entries(op).open ?? op.interp.fail("KeyError", `'${String(a.key)}'`));
      },
    ],
    __setitem__: [
      "key, value",
      (op, a) => {
        entries(op).set(a.key, a.value);
        return null;
      },
    ],
    __delitem__: [
      "key",
      (op, a) => {
        if (isUnknown(a.key)) entries(op).changed(a.key);
        else op.interp.dictDelete(entries(op).dict, a.key);
        return null;
      },
    ],
    keys: ["", view("keys")],
    values: ["", view("values")],
    items: ["", view("items")],
    get: [
      "key, default=None",
      (op, a) =>
        isUnknown(a.key)
          ? a.key
          : (entries(op).dict.entries.get(String(a.key))?.value ?? entries(op).open ?? a.default),
    ],
    clear: ["", view("clear")],
    pop: ["key", (op, a) => op.interp.callMethod(entries(op).dict, "pop", [a.key])],
    update: [argument, filled(kind, argument)],
  };
}

/** Puts a dict's or a list of pairs' entries into a container by name. */
function fill(op: Op, kind: TableName, source: Value): void {
  const entries = new Entries(op, op.layer as Instance, kind);
  const from = source instanceof Instance ? op.interp.callMethod(source, "items") : source;
  if (from instanceof Dict) {
    for (const { key, value } of from.entries.values()) entries.set(key, value);
    return;
  }
  for (const pair of itemsOf(op, from)) {
    const [key, value] = isUnknown(pair) ? [pair] : (toItems(pair) ?? []);
    if (typeof key === "string" || isUnknown(key)) entries.set(key, value);
  }
}

/** A plain tensor in a container of parameters becomes one. */
function owned(op: Op, kind: TableName, value: Value): Value {
  if (kind !== "_parameters" || !(value instanceof Tensor) || isParameter(value)) return value;
  return op.interp.call(op.nn.parameter, [value]);
}

/** Containers take their entries in the constructor. */
const madeBy =
  (take: LayerRule): LayerRule =>
  (op, a) => {
    initModule(op.interp, op.layer as Instance);
    take(op, a);
    return null;
  };

const container = (name: string, extra: Omit<LayerSpec, "name" | "home" | "layer" | "init">): LayerSpec => ({
  name,
  home: "container",
  layer: false,
  ...extra,
});

const filled =
  (kind: TableName, argument: string): LayerRule =>
  (op, a) => {
    fill(op, kind, entryOf(a, argument));
    return null;
  };

function fillSequential(op: Op, a: Bound): Value {
  const self = op.layer as Instance;
  const args = toItems(a.args) ?? [];
  const only = args.length === 1 ? args[0] : undefined;
  if (only instanceof Dict) {
    const entries = Entries.modules(op);
    for (const { key, value } of only.entries.values()) {
      if (isUnknown(key)) entries.changed(key);
      else if (!entries.refuses(key, value)) addModule(op.interp, self, String(key), value);
    }
  } else for (const value of args) Entries.modules(op).append(value);
  return null;
}

function runSequential(op: Op, a: Bound): Value {
  let value = a.input;
  for (const module of Entries.modules(op).values) value = op.interp.call(module, [value]);
  return value;
}

export const CONTAINERS: readonly LayerSpec[] = [
  container("Sequential", {
    forward: ["input", runSequential],
    methods: {
      __init__: ["*args", madeBy(fillSequential)],
      ...sequence("_modules"),
      __getitem__: ["idx", getItem("_modules", true)],
      __add__: ["other", concatenate],
      __iadd__: ["other", extend("_modules", "other")],
      __mul__: ["other", repeat],
      append: ["module", append("_modules", "module")],
      insert: ["index, module", insert],
      extend: ["sequential", extend("_modules", "sequential")],
      pop: ["key", pop],
    },
  }),
  container("ModuleList", {
    methods: {
      __init__: ["modules=None", madeBy(extend("_modules", "modules"))],
      ...sequence("_modules"),
      __getitem__: ["idx", getItem("_modules", false)],
      __add__: ["other", concatenate],
      __iadd__: ["other", extend("_modules", "other")],
      append: ["module", append("_modules", "module")],
      insert: ["index, module", insert],
      extend: ["modules", extend("_modules", "modules")],
      pop: ["key", pop],
    },
  }),
  container("ModuleDict", {
    methods: {
      __init__: ["modules=None", madeBy(filled("_modules", "modules"))],
      ...mapping("_modules", "modules"),
    },
  }),
  container("ParameterList", {
    methods: {
      __init__: ["values=None", madeBy(extend("_parameters", "values"))],
      ...sequence("_parameters"),
      __getitem__: ["idx", getItem("_parameters", false)],
      __iadd__: ["other", extend("_parameters", "other")],
      append: ["value", append("_parameters", "value")],
      extend: ["values", extend("_parameters", "values")],
    },
  }),
  container("ParameterDict", {
    methods: {
      __init__: ["parameters=None", madeBy(filled("_parameters", "parameters"))],
      ...mapping("_parameters", "parameters"),
    },
  }),
];
