/** The network in focus, in the files that it runs through: a file of parts shows what the network makes of them. */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import { sitesOf } from "../engine/report/sites.ts";

export interface Focused {
  /** Of the file that has the network. */
  readonly analysis: FileAnalysis;
  readonly network: string;
}

/** What a file shows with a network of another file in focus; undefined where that does not run through it. */
export function withFocus(own: FileAnalysis, { analysis, network }: Focused): FileAnalysis | undefined {
  const { file } = own;
  const report = analysis.reports.find((each) => each.network === network);
  if (!report) return undefined;
  const isHere = (each: { readonly at: { readonly file: string }; readonly network: string }) =>
    each.network === network && each.at.file === file;
  const sites = sitesOf(report, file);
  const calls = (analysis.calls ?? []).filter(isHere);
  const parts = (analysis.parts ?? []).filter(isHere);
  if (sites.length + calls.length + parts.length === 0) return undefined;
  // A network of the file that has the same name gives way: names tell networks apart.
  const others = <T extends { readonly network: string }>(all: readonly T[] = []): T[] =>
    all.filter((each) => each.network !== network);
  return {
    ...own,
    reports: [report, ...others(own.reports)],
    sites: [...sites, ...others(own.sites)],
    calls: [...calls, ...others(own.calls)],
    parts: [...parts, ...others(own.parts)],
    failures: own.failures.filter((failure) => failure.network !== network),
  };
}

/** An analysis of a file that has no network of its own. */
export function emptyAnalysis(file: string): FileAnalysis {
  return { file, reports: [], failures: [], sites: [], diagnostics: [] };
}
