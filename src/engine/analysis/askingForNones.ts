/** Arguments that are `None` where they are not given, and that a network cannot do without. */
import type { FailureReason } from "../interpret/bounded.ts";
import type { TracedNetwork } from "../separable/simulation.ts";

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
