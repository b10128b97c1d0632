/** A report crosses from a worker once: what a part of an analysis told is in the answer by its number. */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Report } from "../engine/contract/report.ts";

export interface ShortAnalysis extends Omit<FileAnalysis, "reports"> {
  readonly reports: readonly (Report | number)[];
}

/** `told` are the reports of all parts, in their order. */
export function shortened(analysis: FileAnalysis, told: readonly Report[]): ShortAnalysis {
  const numbers = new Map(told.map((report, index) => [report, index]));
  return { ...analysis, reports: analysis.reports.map((report) => numbers.get(report) ?? report) };
}

export function restored({ reports, ...analysis }: ShortAnalysis, told: readonly Report[]): FileAnalysis {
  return {
    ...analysis,
    reports: reports.flatMap((report) => (typeof report === "number" ? (told[report] ?? []) : report)),
  };
}
