/**
 * The image size that a builder's published weights were made for: its `weights` parameter is annotated with an enum
 * of weights, whose default entry names the transforms with their `crop_size`.
 */

import type { Machine } from "../interpret/machine.ts";
import {
  ABSENT,
  ClassValue,
  Dict,
  isUnknown,
  type ModuleValue,
  toItems,
  type Value,
} from "../interpret/values.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import { mentions } from "../syntax/mentions.ts";

export function weightsSize(
  m: Machine,
  module: ModuleValue,
  fn: FunctionNode | undefined,
): number | undefined {
  for (const { annotation } of fn?.params ?? []) {
    if (annotation === undefined) continue;
    for (const name of mentions(annotation)) {
      const cls = module.attrs.has(name) ? m.lookup(module, name) : ABSENT;
      const size = cls instanceof ClassValue && cls.members ? cropSize(m, cls) : undefined;
      if (size !== undefined) return size;
    }
  }
  return undefined;
}

function cropSize(m: Machine, weights: ClassValue): number | undefined {
  const transforms = path(m, weights, ["DEFAULT", "value", "transforms"]);
  const keywords = path(m, transforms, ["keywords"]);
  if (!(keywords instanceof Dict)) return undefined;
  const size = m.dictGet(keywords, "crop_size");
  const side = size === ABSENT ? undefined : (toItems(size)?.at(-1) ?? size);
  return typeof side === "number" ? side : undefined;
}

function path(m: Machine, start: Value, names: readonly string[]): Value {
  let value = start;
  for (const name of names) {
    if (value === undefined || value === null || isUnknown(value)) return undefined;
    const next = m.lookup(value, name);
    if (next === ABSENT) return undefined;
    value = next;
  }
  return value;
}
