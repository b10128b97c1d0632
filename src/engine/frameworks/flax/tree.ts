/** Modules that are plain objects, as in NNX and Equinox: a walk over attributes, lists and dicts that hold them. */
import { leavesOf, noteWalked } from "../../interpret/leaves.ts";
import { Dict, Instance, List, Tensor, Tuple, toItems, type Value } from "../../interpret/values.ts";

export interface TreeStyle {
  readonly isModule: (value: Value) => value is Instance;
  /** The path of an attribute, of an item of a list, of a dict's value. */
  readonly attribute: (path: string, name: string) => string;
  readonly item: (path: string, key: string) => string;
  /** An attribute that is no part of the tree. */
  readonly isLeftOut?: (module: Instance, name: string) => boolean;
}

/** Everything below a module by path, each once: modules, and arrays with `onTensor`. */
export function walkTree(
  root: Instance,
  { isModule, attribute, item, isLeftOut = () => false }: TreeStyle,
  onTensor: (tensor: Tensor) => void = () => {},
): ReadonlyMap<Instance, string> {
  const names = new Map<Instance, string>();
  const seen = new Set<object>();
  const visit = (value: Value, path: string): void => {
    if (value instanceof Tensor) onTensor(value);
    if (value === null || typeof value !== "object" || seen.has(value)) return;
    if (isModule(value)) {
      seen.add(value);
      names.set(value, path);
      for (const [name, inside] of value.attrs)
        if (!isLeftOut(value, name)) visit(inside, attribute(path, name));
    } else if (value instanceof List || value instanceof Tuple) {
      seen.add(value);
      for (const [i, inside] of value.items.entries()) visit(inside, item(path, String(i)));
    } else if (value instanceof Dict) {
      seen.add(value);
      for (const { key, value: inside } of value.entries.values()) visit(inside, item(path, String(key)));
    }
  };
  visit(root, "");
  noteWalked(seen.size);
  return names;
}

/** How many copies a module stands for whose maker was mapped over an axis. */
const COPIES = new WeakMap<Instance, number>();

export function copiesOf(value: Value): number | undefined {
  const copied = leavesOf(value).find((leaf) => leaf instanceof Instance && COPIES.has(leaf));
  return copied instanceof Instance ? COPIES.get(copied) : undefined;
}

export function markCopies(value: Instance, count: number): void {
  COPIES.set(value, count);
}

/**
 * Makes a module stand for `count` of its kind. Layers keep parameters of them all; what a program made itself keeps
 * the shape that one copy has, beside the others.
 */
export function multiply(module: Instance, count: number, make: (shape: Tensor["shape"]) => Tensor): void {
  const seen = new Set<object>();
  const more = (tensor: Tensor, copies: number): Tensor["shape"] =>
    Array.isArray(tensor.shape) ? [copies, ...tensor.shape] : tensor.shape;
  const visit = (value: Value): void => {
    if (value instanceof Instance && !seen.has(value)) {
      seen.add(value);
      COPIES.set(value, (COPIES.get(value) ?? 1) * count);
      const isLayer = value.cls.mro.some((cls) => cls.native?.layer === true);
      for (const [name, inside] of [...value.attrs]) {
        if (!(inside instanceof Tensor)) visit(inside);
        else if (isLayer) inside.shape = more(inside, count);
        else if (/float/.test(inside.dtype)) {
          const rest = make(more(inside, count - 1));
          if (inside.parameter) rest.parameter = inside.parameter;
          value.attrs.set(`${name} (stacked)`, rest);
        }
      }
      return;
    }
    const items =
      toItems(value) ?? (value instanceof Dict ? [...value.entries.values()].map((e) => e.value) : []);
    for (const item of items) visit(item);
  };
  visit(module);
}
