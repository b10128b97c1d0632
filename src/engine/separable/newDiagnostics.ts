/** What a changed network says and the network did not, or says more often. */
import type { Report, ReportDiagnostic } from "../contract/report.ts";

export function newDiagnostics(before: Report, after: Report): readonly ReportDiagnostic[] {
  const known = new Map<string, number>();
  const textOf = ({ code, message }: ReportDiagnostic): string => `${code} ${message}`;
  for (const said of before.diagnostics) known.set(textOf(said), (known.get(textOf(said)) ?? 0) + 1);
  return after.diagnostics.filter((said) => {
    const left = known.get(textOf(said)) ?? 0;
    known.set(textOf(said), left - 1);
    return left <= 0;
  });
}
