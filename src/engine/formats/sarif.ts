/**
 * Diagnostics as SARIF 2.1.0, which code hosts show beside the lines they are about.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */

import { visible, visibleJson } from "../base/visible.ts";
import type { Place, Report, Severity } from "../contract/report.ts";
import { where } from "./where.ts";

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/** One run for all reports of a call. A diagnostic that several networks share is written once. */
export function formatSarif(reports: readonly Pick<Report, "tool" | "diagnostics">[]): string {
  const [name = "convlens", version = ""] = (reports[0]?.tool ?? "convlens").split(" ");
  const diagnostics = new Map(
    reports
      .flatMap((report) => report.diagnostics)
      .map((found) => [JSON.stringify([found.at, found.message]), found]),
  );
  const codes = new Set([...diagnostics.values()].map((found) => found.code));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name, ...(version && { version }), rules: [...codes].map((id) => ({ id })) } },
        columnKind: "utf16CodeUnits",
        results: [...diagnostics.values()].map((found) => ({
          ruleId: found.code,
          level: LEVELS[found.severity],
          message: { text: plain(found.message) },
          locations: [location(found.at)],
          ...(found.related && {
            relatedLocations: found.related.map(({ at, message }) => ({
              ...location(at),
              message: { text: plain(message) },
            })),
          }),
        })),
      },
    ],
  };
  return `${visibleJson(log, 2)}\n`;
}

/** Lines of a notebook's cell are none of its file's. */
function location(at: Place): object {
  if (at.cell !== undefined)
    return {
      physicalLocation: { artifactLocation: { uri: uri(at.file) } },
      logicalLocations: [{ fullyQualifiedName: visible(where(at)), kind: "member" }],
    };
  return {
    physicalLocation: {
      artifactLocation: { uri: uri(at.file) },
      region: {
        startLine: at.line,
        startColumn: at.column,
        ...(at.end_line !== undefined && { endLine: at.end_line }),
        ...(at.end_column !== undefined && { endColumn: at.end_column }),
      },
    },
  };
}

/** SARIF's plain messages may hold links (§3.11.6): brackets that would make one are escaped. */
function plain(message: string): string {
  return visible(message).replaceAll(/\[(?=[^\]]*\]\()/g, "\\[");
}

/** A path as a URI reference; what is a URI already stays as it is. */
function uri(file: string): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(file)) return file;
  const slashes = file.replaceAll("\\", "/").replaceAll(/\p{Cs}/gu, "\uFFFD");
  const encoded = slashes.split("/").map(encodeURIComponent).join("/");
  if (/^[a-z]:\//i.test(slashes)) return `file:///${encoded.replace("%3A", ":")}`;
  return slashes.startsWith("/") ? `file://${encoded}` : encoded;
}
