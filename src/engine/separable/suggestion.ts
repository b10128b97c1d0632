/** What brings a network within a budget: swaps of its report, then all of them simulated at the paper's α and ρ. */
import { buildReport } from "../report/build.ts";
import type { SuggestionOptions, SuggestionResult } from "./contract.ts";
import { simulateNetwork, type TraceNetwork } from "./simulation.ts";
import { paretoOfSwaps, suggest } from "./suggest.ts";

export function suggestNetwork(trace: TraceNetwork, options: SuggestionOptions): SuggestionResult {
  const { budgetMacs, stem = false, round = 1 } = options;
  const traced = trace();
  if ("reason" in traced) return { ok: false, reason: traced.reason };
  const report = buildReport(traced.source);
  const pareto = paretoOfSwaps(report, stem ? "swap" : "keep");
  if (!pareto) return { ok: false, reason: "its cost is not known" };
  const suggestion = suggest(pareto, budgetMacs, (alpha, rho) => {
    const result = simulateNetwork(trace, { swap: "all", stem, alpha, rho, round });
    return result.ok ? result.simulation.after.totals : { macs: null, params: null };
  });
  return { ok: true, network: report.network, suggestion: suggestion ?? null, pareto };
}
