/**
 * Keeps the last good picture while the text is broken: networks that an edit made unreadable stay, moved to where
 * their lines are now. Lines inside the edit are dropped, since what they say is no longer what was measured.
 */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Place } from "../engine/contract/report.ts";

export interface GoodAnalysis {
  readonly text: string;
  readonly analysis: FileAnalysis;
}

/** `fresh` with the networks it lost through broken text filled in; without `fresh` the engine failed entirely. */
export function carry(good: GoodAnalysis, text: string, fresh: FileAnalysis | undefined): FileAnalysis {
  if (fresh && !isBroken(fresh)) return fresh;
  const present = new Set(fresh?.reports.map(({ network }) => network));
  const move = mover(good.text, text, good.analysis.file);
  const reports = good.analysis.reports
    .filter(({ network }) => !present.has(network))
    .map((report) => ({ ...report, network_at: report.network_at && (move(report.network_at) ?? null) }));
  const kept = new Set(reports.map(({ network }) => network));
  const carried = <T extends { readonly network: string; readonly at: Place }>(all: readonly T[] = []): T[] =>
    all.flatMap((each) => {
      const at = kept.has(each.network) ? move(each.at) : undefined;
      return at ? [{ ...each, at }] : [];
    });
  return {
    file: good.analysis.file,
    calls: [...(fresh?.calls ?? []), ...carried(good.analysis.calls)],
    parts: [...(fresh?.parts ?? []), ...carried(good.analysis.parts)],
    reports: [...(fresh?.reports ?? []), ...reports],
    failures: (fresh?.failures ?? []).filter(({ network }) => !kept.has(network)),
    sites: [...(fresh?.sites ?? []), ...carried(good.analysis.sites)],
    diagnostics: fresh?.diagnostics ?? [],
  };
}

/**
 * An analysis of a text that was edited meanwhile, for the text as it is now. A line that the edit changed stays where
 * it is while the text has as many lines as before, so that its lens does not blink as somebody types in it.
 */
export function follow(analysis: FileAnalysis, before: string, after: string): FileAnalysis {
  if (before === after) return analysis;
  const { file } = analysis;
  const isSameLines = before.split("\n").length === after.split("\n").length;
  const move = isSameLines ? (at: Place) => at : mover(before, after, file);
  const followed = <T extends { readonly at: Place }>(items: readonly T[]): T[] =>
    items.flatMap((item) => {
      const at = move(item.at);
      return at ? [{ ...item, at }] : [];
    });
  return {
    file,
    reports: analysis.reports.map((report) => ({
      ...report,
      network_at: report.network_at && (move(report.network_at) ?? null),
    })),
    failures: followed(analysis.failures),
    sites: followed(analysis.sites),
    ...(analysis.calls && { calls: followed(analysis.calls) }),
    ...(analysis.parts && { parts: followed(analysis.parts) }),
    diagnostics: followed(analysis.diagnostics).map(({ related, ...problem }) => ({
      ...problem,
      ...(related && { related: followed(related) }),
    })),
    ...(analysis.pending && { pending: followed(analysis.pending) }),
  };
}

/** Networks may be lost: the text is broken, or its analysis was ended before it told any. */
export function isBroken(analysis: FileAnalysis): boolean {
  return isMisread(analysis) || (analysis.reports.length === 0 && says(analysis, "limit"));
}

/** Its text could not be read whole. */
export function isMisread(analysis: FileAnalysis): boolean {
  return says(analysis, "syntax");
}

function says({ file, diagnostics }: FileAnalysis, wanted: string): boolean {
  return diagnostics.some(({ code, at }) => code === wanted && at.file === file);
}

/** Lines before the first difference stay, lines after the last one shift. */
function mover(before: string, after: string, file: string): (at: Place) => Place | undefined {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const shift = now.length - old.length;
  return (at) => {
    if (at.file !== file || (at.end_line ?? at.line) <= head) return at;
    if (at.line <= old.length - tail) return undefined;
    return {
      ...at,
      line: at.line + shift,
      ...(at.end_line === undefined ? {} : { end_line: at.end_line + shift }),
    };
  };
}
