/** Partial functions by their name in a module: `ResNet50 = partial(ResNet, block_cls=Bottleneck)` is a builder, too. */

import { ClassValue, Dict, FunctionValue, Instance, toItems, type Value } from "../interpret/values.ts";
import { PARTIAL } from "../languages/python/stdlib/functools.ts";

/** What a partial function calls, and the arguments that it has of its own. */
export interface Partial {
  readonly callee: ClassValue | FunctionValue;
  /** How many are given by their place. */
  readonly positional: number;
  readonly names: ReadonlySet<string>;
}

export function partialOf(value: Value): Partial | undefined {
  if (!(value instanceof Instance) || value.cls !== PARTIAL) return undefined;
  const callee = value.attrs.get("func");
  if (!(callee instanceof ClassValue || callee instanceof FunctionValue)) return undefined;
  const keywords = value.attrs.get("keywords");
  const names = keywords instanceof Dict ? [...keywords.entries.values()].map(({ key }) => String(key)) : [];
  return { callee, positional: toItems(value.attrs.get("args"))?.length ?? 0, names: new Set(names) };
}
