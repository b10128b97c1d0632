/** Arguments by which a network sets its own width, as model code calls them. */

import type { WidthArgument } from "../contract/report.ts";
import { ABSENT, ClassValue, FunctionValue, Instance, toNumber, type Value } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";

/** `depth_multiplier` is a width too; other factors of depth are numbers of layers. */
const NAMES =
  /^(alpha|(width|channel)_?(mult(iplier)?|factor|coeff?(icient)?|scale|ratio)|widen_?factor|(width|channel)(Mult(iplier)?|Factor|Coefficient)|depth_?[mM]ultiplier|multiplier|net_?width|channels_?mult)$/;

/** Those of a builder, of a network's class, and of the class of a network. */
export function widthArguments(values: readonly Value[]): WidthArgument[] {
  const found = new Map<string, WidthArgument>();
  for (const fn of values.flatMap(constructors)) {
    fn.node.params.forEach(({ name, at }, index) => {
      if (!NAMES.test(name) || found.has(name)) return;
      const fallback = fn.defaults[index];
      const known = fallback === undefined || fallback === ABSENT ? undefined : toNumber(fallback);
      found.set(name, { name, default: known ?? null, at: place(at) });
    });
  }
  return [...found.values()];
}

function constructors(value: Value): FunctionValue[] {
  if (value instanceof FunctionValue) return [value];
  const cls = value instanceof ClassValue ? value : value instanceof Instance ? value.cls : undefined;
  for (const ancestor of cls?.mro ?? []) {
    const made = ["__init__", "constructor", "setup"]
      .map((name) => ancestor.attrs.get(name))
      .find((method) => method instanceof FunctionValue);
    if (made) return [made];
  }
  return [];
}
