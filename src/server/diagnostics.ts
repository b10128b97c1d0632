/**
 * The engine's diagnostics as LSP has them. Syntax errors are left to the language's own server, and a value that the
 * engine does not know is told only where a network's figures suffer from it.
 */
import { type Diagnostic, DiagnosticSeverity, type Range } from "vscode-languageserver";
import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Place, ReportDiagnostic, Severity } from "../engine/contract/report.ts";
import { uriOf } from "./uris.ts";

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Hint,
};

export function lspDiagnostics(analysis: FileAnalysis): Diagnostic[] {
  const suffered = new Set(
    analysis.reports.filter(({ complete }) => !complete).flatMap(({ diagnostics }) => diagnostics.map(key)),
  );
  const matters = (problem: ReportDiagnostic): boolean =>
    isGap(problem.code) ? suffered.has(key(problem)) : problem.code !== "syntax";
  return analysis.diagnostics
    .filter((problem) => problem.at.file === analysis.file && matters(problem))
    .map(({ severity, message, at, code, related }) => ({
      range: rangeOf(at),
      severity: isGap(code) ? DiagnosticSeverity.Hint : SEVERITIES[severity],
      source: "ConvLens",
      code,
      message: visible(message),
      ...(related && {
        relatedInformation: related.map((other) => ({
          message: visible(other.message),
          location: { uri: uriOf(other.at.file), range: rangeOf(other.at) },
        })),
      }),
    }));
}

/** Nothing is wrong with the code: a figure is not known, or an argument is not given. */
function isGap(code: string): boolean {
  return code === "unknown-value" || code === "needs-arguments";
}

function key({ at, message }: ReportDiagnostic): string {
  return `${at.file}:${at.line}:${at.column}:${message}`;
}

/** LSP counts from 0; a place without an end is the rest of its line. */
export function rangeOf(at: Place): Range {
  const start = { line: Math.max(0, at.line - 1), character: Math.max(0, at.column - 1) };
  if (at.end_line === undefined || at.end_column === undefined) {
    return { start, end: { line: start.line + 1, character: 0 } };
  }
  return { start, end: { line: at.end_line - 1, character: at.end_column - 1 } };
}
