/** Parts of an analysis under way, put together, and put over what was shown before. */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";

/** `before` with what a newer part tells: its networks take the places of those of their names. */
export function withPart(before: FileAnalysis | undefined, part: FileAnalysis): FileAnalysis {
  if (!before) return part;
  const isNew = new Set([...part.reports, ...part.failures].map(({ network }) => network));
  const stays = <T extends { readonly network: string }>(items: readonly T[]): T[] =>
    items.filter(({ network }) => !isNew.has(network));
  const renewed = new Map(part.reports.map((report) => [report.network, report]));
  const reports = before.reports.flatMap((report) => {
    const now = isNew.has(report.network) ? renewed.get(report.network) : report;
    renewed.delete(report.network);
    return now ?? [];
  });
  const all = {
    file: part.file,
    reports: [...reports, ...renewed.values()],
    failures: [...stays(before.failures), ...part.failures],
    sites: [...stays(before.sites), ...part.sites],
    calls: [...stays(before.calls ?? []), ...(part.calls ?? [])],
    parts: [...stays(before.parts ?? []), ...(part.parts ?? [])],
    diagnostics: [...before.diagnostics, ...part.diagnostics],
  };
  const { signatures } = before;
  return { ...all, ...(signatures && { signatures }), ...(part.pending && { pending: part.pending }) };
}

/** What may be shown: networks that have something to show already are none that "…" stands for. */
export function shownPart(
  before: FileAnalysis | undefined,
  part: FileAnalysis,
  order: ReadonlyMap<string, number>,
): FileAnalysis {
  const { pending = [], ...all } = withPart(before, part);
  const known = new Set([...all.reports, ...all.failures].map(({ network }) => network));
  const placeOf = ({ network }: { readonly network: string }): number => order.get(network) ?? -1;
  const isOrdered = all.reports.every((report) => placeOf(report) >= 0);
  return {
    ...all,
    // Lines that several networks share show the first one's figures.
    reports: isOrdered ? [...all.reports].sort((a, b) => placeOf(a) - placeOf(b)) : all.reports,
    pending: pending.filter(({ network }) => !known.has(network)),
  };
}

/** An analysis that was ended, with the networks that were done by then. */
export function withFinished(ended: FileAnalysis, found: FileAnalysis | undefined): FileAnalysis {
  const [problem] = ended.diagnostics;
  if (!found || found.reports.length === 0 || !problem) return ended;
  const { pending = [], ...done } = found;
  const missing = pending.map(({ network, at }) => ({ network, at, reason: problem.message }));
  return {
    ...done,
    failures: [...done.failures, ...missing],
    diagnostics: [...ended.diagnostics, ...done.diagnostics],
  };
}
