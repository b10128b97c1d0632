/**
 * What one operation of the host costs in steps: what it makes and what it reads may be large, and a loop of a program
 * that copies a long list a million times takes few steps of its own.
 */
import { STEPS } from "./bounds.ts";
import {
  Bytes,
  Dict,
  Instance,
  Iter,
  List,
  NativeFunction,
  SetValue,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "./values.ts";

/** Items, entries or characters. */
export function sizeOf(value: Value): number {
  if (typeof value === "string") return value.length;
  if (value instanceof List || value instanceof Tuple) return value.items.length;
  if (value instanceof Dict || value instanceof SetValue) return value.entries.size;
  return value instanceof Bytes ? value.value.length : 0;
}

/** Of a value that was made: so much that all steps of a run fit the memory, were each value of them kept. */
export function weightMade(value: Value): number {
  if (typeof value === "string") return value.length >> 4;
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Bytes) return value.value.length >> 4;
  if (value instanceof Tensor) return (value.data?.length ?? 0) >> 3;
  if (value instanceof List || value instanceof Tuple) return 6 + (value.items.length >> 2);
  if (value instanceof Dict || value instanceof SetValue) return 16 + (value.entries.size << 2);
  if (value instanceof Iter) return 36;
  // What `jax.vmap(f)` makes holds the arguments that it was made with.
  if (value instanceof NativeFunction) return STEPS.function;
  return value instanceof Instance ? 8 + value.attrs.size : 0;
}

/** Of a value that is put under a key: only what was not there takes memory. */
export function weightKept<K>(holder: { has(key: K): boolean }, key: K): number {
  return holder.has(key) ? 0 : STEPS.entry;
}

/** Of items of a list that move because one before them comes or goes. */
export function weightMoved(items: number): number {
  return items >> 8;
}

/** Of a key that is taken out: the host finds a key that comes and goes ever more slowly, until it lays the table anew. */
export function weightTaken({ size }: { readonly size: number }): number {
  return size >> 6;
}

/** Of items that are looked through for one that is not known. */
export function weightSearched(holder: List | Tuple | SetValue): number {
  return holder instanceof SetValue ? holder.entries.size >> 6 : holder.items.length >> 8;
}

/** Of shapes that an op checks, broadcasts and makes: no more than the op itself, unless there are hundreds of axes. */
export function weightOfAxes(tensors: readonly Tensor[]): number {
  let axes = 0;
  for (const { shape } of tensors) if (!(shape instanceof Unknown)) axes += shape.length;
  return axes >> 1;
}

/** Of values that are read, most of them no further than needed: a list that grows item by item must not cost its square. */
export function weightRead(values: readonly Value[]): number {
  let weight = values.length >> 4;
  for (const value of values) {
    if (typeof value === "string") weight += value.length >> 6;
    else if (value instanceof Bytes) weight += value.value.length >> 6;
    else if (value instanceof List || value instanceof Tuple) weight += value.items.length >> 12;
    else if (value instanceof Dict || value instanceof SetValue) weight += value.entries.size >> 12;
    // An array's own functions look at all of its elements, of which few are kept.
    else if (value instanceof Tensor && value.data) weight += value.data.length >> 3;
  }
  return weight;
}
