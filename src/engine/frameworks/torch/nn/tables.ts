/**
 * The tables of a module: `_modules`, `_parameters` and `_buffers`, dicts of the program that are made on demand,
 * so that a module whose `super().__init__()` was forgotten still works. And the walks over them.
 */
import type { Interp } from "../../../interpret/interp.ts";
import { ABSENT, Dict, type Instance, Iter, Tensor, type Value } from "../../../interpret/values.ts";
import { isModule } from "./library.ts";

export type TableName = "_modules" | "_parameters" | "_buffers";
export const TABLES: readonly TableName[] = ["_parameters", "_buffers", "_modules"];

export function peekTable(module: Instance, name: TableName): Dict | undefined {
  const table = module.attrs.get(name);
  return table instanceof Dict ? table : undefined;
}

export function table(interp: Interp, module: Instance, name: TableName): Dict {
  const known = peekTable(module, name);
  if (known) return known;
  const made = new Dict();
  interp.touch(module);
  module.attrs.set(name, made);
  return made;
}

/** What the tables hold under a name; ABSENT when none has it. */
export function registered(module: Instance, name: string): Value | typeof ABSENT {
  for (const key of TABLES) {
    const entry = peekTable(module, key)?.entries.get(name);
    if (entry) return entry.value;
  }
  return ABSENT;
}

/** Names and values in order, None left out. */
export function tableEntries(module: Instance, name: TableName): [string, Value][] {
  const entries: [string, Value][] = [];
  for (const { key, value } of peekTable(module, name)?.entries.values() ?? []) {
    if (value !== null && value !== undefined) entries.push([String(key), value]);
  }
  return entries;
}

/** What counts the steps of a walk; undefined for those of the engine itself, which are once a report. */
type Meter = Pick<Interp, "tick"> | undefined;

/** All modules below and with this one, in `named_modules` order: each once, under its first name. */
export function walkModules(meter: Meter, root: Instance, prefix = ""): [string, Instance][] {
  const seen = new Set<Instance>();
  const found: [string, Instance][] = [];
  const open: [string, Instance][] = [[prefix, root]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [name, module] = next;
    meter?.tick(1);
    if (seen.has(module)) continue;
    seen.add(module);
    found.push(next);
    // A stack: the last child goes in first.
    for (const [key, child] of tableEntries(module, "_modules").reverse()) {
      if (isModule(child)) open.push([name === "" ? key : `${name}.${key}`, child]);
    }
  }
  return found;
}

/** Parameters or buffers with their names, each tensor once. */
export function walkTensors(
  meter: Meter,
  root: Instance,
  name: "_parameters" | "_buffers",
  prefix = "",
  recurse = true,
): [string, Tensor][] {
  const seen = new Set<Value>();
  const found: [string, Tensor][] = [];
  const modules: [string, Instance][] = recurse ? walkModules(meter, root, prefix) : [[prefix, root]];
  for (const [path, module] of modules) {
    meter?.tick(1);
    for (const [key, value] of tableEntries(module, name)) {
      meter?.tick(1);
      if (!(value instanceof Tensor) || seen.has(value)) continue;
      seen.add(value);
      found.push([path === "" ? key : `${path}.${key}`, value]);
    }
  }
  return found;
}

export function iterator(values: readonly Value[]): Iter {
  let at = 0;
  return new Iter(() => (at < values.length ? values[at++] : ABSENT), "generator");
}
