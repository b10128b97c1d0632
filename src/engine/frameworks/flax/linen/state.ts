/**
 * What the engine keeps of a linen module: its place in the tree of modules, the names it gave, and the parameters
 * it made. Names are those of Flax: `Conv_0` by class and order in a compact method, the attribute in `setup`.
 * https://flax.readthedocs.io/en/latest/developer_notes/module_lifecycle.html
 */

import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { leavesOf } from "../../../interpret/leaves.ts";
import {
  type ClassValue,
  Dict,
  Instance,
  List,
  Tensor,
  Tuple,
  type Value,
} from "../../../interpret/values.ts";

export class ModuleState {
  parent: Instance | undefined;
  name: string | undefined;
  /** The collection a variable lives in is "params", "batch_stats" or the program's own. */
  readonly variables = new Map<string, { readonly collection: string; value: Value }>();
  readonly children = new Map<string, Instance>();
  /** Names given in the running compact method, by prefix and whole. */
  readonly cursors = new Map<string, number>();
  readonly used = new Set<string>();
  setup: "not yet" | "running" | "done" = "not yet";
  compactDepth = 0;
  /** Has it its variables: by `init`, `apply` or `bind`? */
  isBound = false;
  /** Copies of this module's parameters that a lifted `scan` or `vmap` makes. */
  copies = 1;

  reset(): void {
    this.variables.clear();
    this.children.clear();
    this.cursors.clear();
    this.used.clear();
    this.setup = "not yet";
    this.compactDepth = 0;
  }
}

export function stateOf(value: Value): ModuleState | undefined {
  return value instanceof Instance && value.native instanceof ModuleState ? value.native : undefined;
}

export function isLinenClass(cls: ClassValue): boolean {
  return cls.mro.some((base) => base.qualname === "flax.linen.module.Module");
}

export function isLinen(value: Value): value is Instance {
  return value instanceof Instance && isLinenClass(value.cls);
}

/** The module whose method is running: the parent of what is made now. */
export function runningModule(interp: Interp): Instance | undefined {
  for (let at = interp.scope; at; at = at.parent) if (stateOf(at.instance)) return at.instance;
  return undefined;
}

/** Makes the bare module with its place in the tree; a name that a compact method gives again is the same module. */
export function place(interp: Interp, cls: ClassValue, kwargs: ReadonlyMap<string, Value>): Instance {
  const asked = kwargs.get("parent");
  const parent = asked === null ? undefined : isLinen(asked) ? asked : runningModule(interp);
  const above = stateOf(parent ?? null);
  const given = kwargs.get("name");
  let name = typeof given === "string" ? given : undefined;
  if (above && name === undefined && above.compactDepth > 0) {
    const count = above.cursors.get(cls.name) ?? 0;
    above.cursors.set(cls.name, count + 1);
    name = `${cls.name}_${count}`;
  }
  const known = name === undefined ? undefined : above?.children.get(name);
  if (above && name !== undefined && known && known.cls === cls && !above.used.has(name)) {
    above.used.add(name);
    return known;
  }
  // Its tables are there before anything is in them.
  interp.tick(2 * STEPS.module);
  const made = interp.newInstance(cls);
  const state = new ModuleState();
  made.native = state;
  state.parent = parent;
  state.name = name;
  if (above && parent && name !== undefined) {
    above.used.add(name);
    above.children.set(name, made);
  }
  return made;
}

/** Modules in an attribute become children under its name: `layers_0` for a list, `blocks_a` for a dict. */
export function register(parent: Instance, name: string, value: Value): void {
  if (isLinen(value)) adopt(parent, name, value);
  else if (value instanceof List || value instanceof Tuple) {
    for (const [i, item] of value.items.entries()) register(parent, `${name}_${i}`, item);
  } else if (value instanceof Dict) {
    for (const { key, value: item } of value.entries.values())
      register(parent, `${name}_${String(key)}`, item);
  }
}

function adopt(parent: Instance, name: string, child: Instance): void {
  const own = stateOf(child);
  const above = stateOf(parent);
  // One that has no name yet belongs to whoever holds it; one that a compact method named stays where it is.
  if (!own || !above || (own.parent !== undefined && own.parent !== parent && own.name !== undefined)) return;
  own.parent = parent;
  own.name ??= name;
  above.children.set(own.name, child);
}

/** All modules below and with this one, by path. */
export function walk(root: Instance): ReadonlyMap<Instance, string> {
  const names = new Map<Instance, string>();
  const visit = (module: Instance, path: string): void => {
    if (names.has(module)) return;
    names.set(module, path);
    for (const [name, child] of stateOf(module)?.children ?? [])
      visit(child, path === "" ? name : `${path}.${name}`);
  };
  visit(root, "");
  return names;
}

/** `ResNetBlock_0.Conv_0`; the class for a module without a place. */
export function pathOf(module: Instance): string {
  const names: string[] = [];
  for (let at: Instance | undefined = module; at && names.length < 64; at = stateOf(at)?.parent) {
    const name = stateOf(at)?.name;
    if (name !== undefined) names.push(name);
  }
  return names.length > 0 ? names.reverse().join(".") : module.cls.name;
}

/** Copies that the lifted transforms around a module make of its parameters. */
export function copiesOf(module: Instance): number {
  let copies = 1;
  for (let at: Instance | undefined = module; at; at = stateOf(at)?.parent)
    copies *= stateOf(at)?.copies ?? 1;
  return copies;
}

/** Variables of one collection as the nested dict that `init` answers. */
export function treeOf(interp: Interp, module: Instance, collection: string): Dict {
  const tree = new Dict();
  const state = stateOf(module);
  for (const [name, variable] of state?.variables ?? []) {
    if (variable.collection === collection) interp.dictSet(tree, name, variable.value);
  }
  for (const [name, child] of state?.children ?? []) {
    const below = treeOf(interp, child, collection);
    if (below.entries.size > 0) interp.dictSet(tree, name, below);
  }
  return tree;
}

/** Tensors in what an initialiser answered. */
export function tensorsOf(value: Value): readonly Tensor[] {
  return leavesOf(value)
    .flatMap((leaf) => (leaf instanceof Instance ? [...leaf.attrs.values()] : [leaf]))
    .filter((leaf) => leaf instanceof Tensor);
}
