/** What the side bar shows of a file's networks: totals, whose figures they are, and the dearest layers. */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";
import { batchText, knownOf } from "../present/cost.ts";
import type { Translate } from "../present/l10n.ts";
import { wholeNetworks } from "../present/parts.ts";
import { needsArguments, reasonText } from "../present/reason.ts";
import { openFailures } from "../present/sites.ts";
import { inputShapes } from "../present/text.ts";
import type { SidebarNetwork } from "../protocol/messages.ts";

const DEAREST = 5;

/** The networks of a file as the side bar shows them: those that are known, then those that say what they lack. */
export function dashboardNetworks(
  analysis: FileAnalysis,
  earlierOf: (report: Report) => NonNullable<SidebarNetwork["earlier"]>,
  t: Translate,
  active?: string,
): SidebarNetwork[] {
  const known = wholeNetworks(analysis, active).map((report) => ({
    name: report.network,
    at: report.network_at,
    ...(report.network === active && { isInFocus: true }),
    macs: report.totals.macs,
    macsAtMost: report.totals.macs_at_most ?? null,
    params: report.totals.params,
    known: { macs: knownOf(report, "macs"), params: knownOf(report, "params") },
    complete: report.complete,
    input: [inputShapes(report.input), ...batchText(report.input, t)].join(" · "),
    dearest: dearest(report),
    earlier: earlierOf(report),
  }));
  const unknown = openFailures(analysis).map(({ network, at, reason }) => ({
    ...{ name: network, at, macs: null, params: null, complete: false, input: "", dearest: [] },
    reason: reasonText(reason, t),
    needsArguments: needsArguments(reason),
  }));
  return [...known, ...unknown];
}

function dearest({ layers, totals }: Report): SidebarNetwork["dearest"] {
  return layers
    .flatMap(({ name, macs, kind, at }) =>
      macs ? [{ name, macs, kind, at, share: totals.macs ? macs / totals.macs : null }] : [],
    )
    .sort((a, b) => b.macs - a.macs)
    .slice(0, DEAREST);
}
