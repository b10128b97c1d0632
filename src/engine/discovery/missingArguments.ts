/** Arguments that nothing gives: said once, by their names, and unknown wherever the network uses them. */
import type { Machine } from "../interpret/machine.ts";
import { type Kwargs, Unknown, type Value } from "../interpret/values.ts";
import type { NearRoot, Root } from "./entryPoints.ts";
import { needsOf } from "./requiredArguments.ts";

/** Code of the diagnostic that names them. */
export const NEEDS_ARGUMENTS = "needs-arguments";

/**
 * The keywords of a root's call, with what it still needs as unknown ones, `needed` among it. JavaScript has no keywords
 * to give.
 */
export function withMissing(
  m: Machine,
  root: Root | NearRoot,
  { args, kwargs }: { readonly args: readonly Value[]; readonly kwargs: Kwargs },
  needed: readonly string[],
): Kwargs {
  if (m.language !== "python") return kwargs;
  const needs = "needs" in root ? root.needs : needsOf(root.value, root.fn).map(({ name }) => name);
  const missing = [...needs.slice(args.length).filter((name) => !kwargs.has(name)), ...needed];
  if (missing.length === 0) return kwargs;
  const { at } = root;
  const message = `needs ${missing.join(", ")}`;
  m.diagnose({ severity: "warning", code: NEEDS_ARGUMENTS, message, at });
  m.gap(message, at);
  return new Map([...kwargs, ...missing.map((name) => [name, new Unknown(message, at)] as const)]);
}
