/** Files of a report as the user knows them: relative to the working directory where they lie in it. */
import path from "node:path";
import type { Place, Report, ReportDiagnostic, ReportLayer } from "../engine/contract/report.ts";

export function relativePlaces(report: Report, cwd: string): Report {
  const known = new Map<string, string>();
  const shorten = (file: string): string => {
    let short = known.get(file);
    if (short === undefined) {
      short = relativeFile(file, cwd);
      known.set(file, short);
    }
    return short;
  };
  const place = <P extends Place>(at: P): P => ({ ...at, file: shorten(at.file) });
  const located = <T extends { readonly at: Place }>(found: T): T => ({ ...found, at: place(found.at) });
  const layer = (found: ReportLayer): ReportLayer => ({
    ...found,
    at: place(found.at),
    path: found.path.map(place),
    called_at: found.called_at && place(found.called_at),
  });
  const diagnostic = (found: ReportDiagnostic): ReportDiagnostic => ({
    ...found,
    at: place(found.at),
    ...(found.related && { related: found.related.map(({ message, at }) => ({ message, at: place(at) })) }),
  });
  return {
    ...report,
    file: shorten(report.file),
    network_at: report.network_at && place(report.network_at),
    ...(report.arguments && { arguments: { ...report.arguments, at: place(report.arguments.at) } }),
    ...(report.width_arguments && { width_arguments: report.width_arguments.map(located) }),
    ...(report.assumptions && {
      assumptions: report.assumptions.map((found) => ({
        ...found,
        ...(found.at && { at: place(found.at) }),
      })),
    }),
    layers: report.layers.map(layer),
    ...(report.never_run && { never_run: report.never_run.map(located) }),
    diagnostics: report.diagnostics.map(diagnostic),
  };
}

/** `net.py:12:9: `, or nothing where there is no place. */
export function placeText(at: Place | undefined, cwd: string): string {
  return at ? `${relativeFile(at.file, cwd)}:${at.line}:${at.column}: ` : "";
}

export function relativeFile(file: string, cwd: string): string {
  if (!path.isAbsolute(file)) return file;
  const way = path.relative(cwd, file);
  return way === "" || way.startsWith("..") || path.isAbsolute(way) ? file : way.replaceAll(path.sep, "/");
}
