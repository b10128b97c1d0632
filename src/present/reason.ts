/** Why a network or a file has no figure, in the reader's language. */
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { ReportDiagnostic } from "../engine/contract/report.ts";

/** The engine speaks English; its commonest reason has a form that can be told in other languages. */
export function reasonText(reason: string, t: (message: string, needed: string) => string): string {
  const needed = /^needs (.+)$/.exec(reason)?.[1];
  return needed ? t("needs {0}", needed) : reason;
}

/** Whether the network only waits for arguments. */
export function needsArguments(reason: string): boolean {
  return reason.startsWith("needs ");
}

/** Where a file as a whole has no answer, for reading it was more than it may be: what says so, and at which place. */
export function tooMuch(analysis: FileAnalysis | null | undefined): ReportDiagnostic | undefined {
  if (!analysis || analysis.reports.length > 0) return undefined;
  return analysis.diagnostics.find(({ code }) => code === "limit");
}
