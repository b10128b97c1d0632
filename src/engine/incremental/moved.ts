/** Reports and other findings as they are after an edit that left them alone: only places have moved. */

import { entryOf } from "../base/table.ts";
import type { Place, Report, ReportDiagnostic } from "../contract/report.ts";
import type { LocalChanges } from "./changes.ts";

type Moves = Pick<LocalChanges, "still" | "place">;

/** What the file says besides: its syntax errors and its networks. */
interface Surroundings {
  readonly syntax: readonly ReportDiagnostic[];
  readonly networks: readonly string[];
}

/** Undefined when the report cannot be carried over. */
export function movedReport(
  report: Report,
  moves: Moves,
  { syntax, networks }: Surroundings,
): Report | undefined {
  const now = moved(report, report.file, moves);
  if (!now) return undefined;
  const own = now.diagnostics.filter(({ code }) => code !== "syntax");
  const isSame =
    syntax.length === 0 &&
    own.length === now.diagnostics.length &&
    networks.join("\n") === now.networks.join("\n");
  return isSame ? now : { ...now, networks, diagnostics: [...syntax, ...own] };
}

/** The same data with the places of one file as they are now; undefined when one of them is lost. */
export function moved<T>(data: T, file: string, { still, place }: Moves): T | undefined {
  if (still) return data;
  let isLost = false;
  const carry = (part: unknown): unknown => {
    // A message that tells a line would tell a wrong one.
    if (typeof part === "string") isLost ||= part.includes("line ") && /\bline \d/.test(part);
    if (isLost || typeof part !== "object" || part === null) return part;
    if (Array.isArray(part)) return typeof part[0] === "number" ? part : changedItems(part, carry);
    if (isPlace(part)) {
      if (part.file !== file) return part;
      const now = place(part);
      isLost ||= now === undefined;
      return now;
    }
    return changedFields(part as Readonly<Record<string, unknown>>, carry);
  };
  const now = carry(data) as T;
  return isLost ? undefined : now;
}

function isPlace(data: object): data is Place {
  return "file" in data && "line" in data && "column" in data;
}

/** What holds nothing that moves is shared: a report is large and most of it is figures. */
function changedItems(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const now = change(item);
    if (now === item) continue;
    copy ??= [...items];
    copy[index] = now;
  }
  return copy ?? items;
}

function changedFields(
  fields: Readonly<Record<string, unknown>>,
  change: (field: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined;
  for (const key in fields) {
    const now = change(entryOf(fields, key));
    if (now === entryOf(fields, key)) continue;
    copy ??= { ...fields };
    copy[key] = now;
  }
  return copy ?? fields;
}
