/**
 * Sizes that a layer is given are checked before anything is priced with them. What no framework can make a layer of
 * (a negative size, a fraction) is told in the framework's own words, and unknown from there on. Zero passes where some
 * framework makes an empty layer of it; so do whole floats where the framework takes them.
 */

import type { Interp } from "../../interpret/interp.ts";
import type { Bound } from "../../interpret/native.ts";
import { Float, isUnknown, toItems, toNumber, type Value } from "../../interpret/values.ts";
import { emptyTable, entryOf, type Table } from "../../table.ts";

/** Sizes by argument, whatever the framework, with the least that is possible. */
export const LEAST: Readonly<Record<string, number>> = {
  in_channels: 0,
  out_channels: 0,
  in_features: 0,
  out_features: 0,
  num_features: 0,
  num_channels: 0,
  num_embeddings: 0,
  embedding_dim: 0,
  embedding_size: 0,
  normalized_shape: 0,
  input_size: 0,
  hidden_size: 0,
  num_layers: 1,
  num_heads: 1,
  num_groups: 1,
  kernel_size: 1,
  stride: 1,
  dilation: 1,
  groups: 1,
};

/** `size` names the argument, `value` is as the program gives it. */
export type Words = (size: string, value: number, least: number) => string;

export const PLAIN_WORDS: Words = (size, value, least) => {
  if (!Number.isInteger(value)) return `${size} must be an integer, gets ${value}`;
  return `${size} must ${least === 0 && size === "padding" ? "not be negative" : "be positive"}, gets ${value}`;
};

export interface SizeCheck {
  readonly layer: string;
  readonly least: Readonly<Record<string, number>>;
  readonly words: Words;
  /** The error that the framework raises. */
  readonly error: string;
  /** Floats are refused with a TypeError, whole or not. */
  readonly intsOnly?: boolean;
}

/** The arguments with unknowns for sizes that cannot be. */
export function possibleSizes(interp: Interp, given: Bound, check: SizeCheck): Bound {
  let checked: Table<Value> | undefined;
  for (const [name, value] of Object.entries(given)) {
    const size = possibleSize(interp, name, value, check);
    if (size === value) continue;
    checked ??= Object.assign(emptyTable<Value>(), given);
    checked[name] = size;
  }
  return checked ?? given;
}

function possibleSize(interp: Interp, name: string, value: Value, check: SizeCheck): Value {
  const least = entryOf(check.least, name);
  if (least === undefined || isUnknown(value)) return value;
  const sizes = toItems(value) ?? [value];
  const float = check.intsOnly ? sizes.find((size) => size instanceof Float) : undefined;
  if (float instanceof Float && Number.isInteger(float.value)) {
    return refuse(interp, "TypeError", `${check.layer}: ${name} must be an int, gets ${float.value}.0`);
  }
  const bad = sizes
    .map(toNumber)
    .find((size) => size !== undefined && (size < least || !Number.isInteger(size)));
  if (bad === undefined) return value;
  return refuse(interp, check.error, `${check.layer}: ${check.words(name, bad, least)}`);
}

function refuse(interp: Interp, error: string, message: string): Value {
  const lost = interp.fail(error, message, { severity: "error", code: "impossible-size" });
  // The program ends here: what it would have cost is not known, whether the layer runs or not.
  interp.gap(message);
  return lost;
}
