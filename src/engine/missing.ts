/** Arguments that nothing gives: said once, by their names, and unknown wherever the network uses them. */
import type { FailureReason } from "./engine.types.ts";
import type { Machine } from "./interpret/machine.ts";
import { type Kwargs, Unknown, type Value } from "./interpret/values.ts";
import { needsOf } from "./needs.ts";
import type { NearRoot, Root } from "./roots.ts";
import type { TracedNetwork } from "./separable/simulation.ts";

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

type Traced = TracedNetwork | FailureReason;

/**
 * A network that fails for an argument that is `None` where it is not given needs that argument: `attempt` makes and runs
 * it with arguments that are unknown instead, `nones` are those that may be meant.
 */
export function askingForNones(
  attempt: (needed: readonly string[]) => Traced,
  nones: () => readonly string[],
): Traced {
  const usual = attempt([]);
  const errors = errorsOfNone(usual);
  if (errors.size === 0) return usual;
  const needed = nones()
    .slice(0, MOST_NONES)
    .filter((name) => {
      const left = errorsOfNone(attempt([name]));
      return [...errors].some((error) => !left.has(error));
    });
  return needed.length === 0 ? usual : attempt(needed);
}

/** Arguments that are tried: each takes a run of the network. */
const MOST_NONES = 12;

const OF_NONE = /\bNone(Type)?\b/;

/** What went wrong with `None`, with its places. */
function errorsOfNone(traced: Traced): ReadonlySet<string> {
  if ("reason" in traced) return new Set(OF_NONE.test(traced.reason) ? [traced.reason] : []);
  const { diagnostics } = traced.source.trace;
  return new Set(
    diagnostics.flatMap(({ message, at }) =>
      OF_NONE.test(message) ? [`${at.file}:${at.line}:${at.column} ${message}`] : [],
    ),
  );
}
