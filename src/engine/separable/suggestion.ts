/** What brings a network within a budget: swaps of its report, then all of them simulated at the paper's α and ρ. */

import type { RefusedLayer, SuggestionOptions, SuggestionResult } from "../contract/separable.ts";
import { buildReport } from "../report/build.ts";
import { placeKey } from "../report/places.ts";
import { simulateNetwork, type TraceNetwork } from "./simulation.ts";
import { paretoOfSwaps, suggest, swapsOf } from "./suggest.ts";
import { wrongOption } from "./wrongOption.ts";

export function suggestNetwork(
  trace: TraceNetwork,
  options: SuggestionOptions,
  refused: readonly RefusedLayer[] = [],
): SuggestionResult {
  const wrong = wrongOption(options);
  if (wrong !== undefined) return { ok: false, reason: wrong };
  const { budgetMacs, stem = false, round = 1 } = options;
  const traced = trace();
  if ("reason" in traced) return { ok: false, reason: traced.reason };
  const report = buildReport(traced.source);
  const pareto = paretoOfSwaps(report, stem ? "swap" : "keep", report.totals, {
    changeOf: ({ at }) => placeKey(at),
    refused: new Set(refused.map(({ layer }) => layer)),
  });
  if (!pareto) return { ok: false, reason: "its cost is not known" };
  const last = pareto.at(-1);
  const swap = last ? swapsOf(pareto, last) : [];
  const suggestion = suggest(pareto, budgetMacs, (alpha, rho) => {
    const result = simulateNetwork(trace, { swap, alpha, rho, round });
    // One that does not run is no suggestion.
    return result.ok && result.simulation.problems.length === 0
      ? result.simulation.after.totals
      : { macs: null, params: null };
  });
  return { ok: true, network: report.network, suggestion: suggestion ?? null, pareto, refused };
}
