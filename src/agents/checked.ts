/** What `convlens check` says, in few lines: what is over or not known first. */

import type { Place } from "../engine/contract/report.ts";
import { formatBytes, formatCount, formatShare } from "../engine/formats/units.ts";
import { escapeMarkdown } from "../server/markdown.ts";
import type { Answered } from "./command.ts";
import { some } from "./networks.ts";
import type { Places } from "./places.ts";
import { table } from "./table.ts";

interface Checked {
  readonly configuration: string;
  readonly results: readonly Row[];
  readonly unmatched: readonly { readonly budget: string; readonly line: number }[];
}

interface Row {
  readonly file: string;
  readonly network: string;
  readonly at: Place | null;
  readonly figure: "macs" | "params" | "peak_memory" | "share";
  readonly most: number;
  readonly value: number | null;
  readonly at_least: number | null;
  readonly at_most: number | null;
  readonly verdict: "kept" | "exceeded" | "unknown";
  readonly reason?: string;
}

const ORDER: readonly Row["verdict"][] = ["exceeded", "unknown", "kept"];
const MOST_ROWS = 30;

export function checkedText({ out }: Answered, places: Places): string {
  const { configuration, results, unmatched } = JSON.parse(out) as Checked;
  const rows = results.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
  const cells = rows
    .slice(0, MOST_ROWS)
    .map((row) => [
      escapeMarkdown(row.network),
      row.figure,
      now(row),
      shown(row, row.most),
      `**${row.verdict}**${row.reason === undefined ? "" : `: ${escapeMarkdown(row.reason)}`}`,
      row.at ? places.link(row.at) : places.file(row.file),
    ]);
  const counts = ORDER.map((verdict) => [verdict, rows.filter((row) => row.verdict === verdict).length]);
  return [
    `Budgets of ${places.file(configuration)}: ${counts.map(([verdict, count]) => `${count} ${verdict}`).join(", ")}`,
    "",
    ...(cells.length > 0 ? [table(["network", "figure", "now", "budget", "", "place"], cells)] : []),
    ...(rows.length > cells.length ? [`and ${rows.length - cells.length} more`] : []),
    ...some(
      unmatched.map(({ budget, line }) => {
        const at = places.link({ file: configuration, line, column: 1 });
        return `${at} no network is named ${escapeMarkdown(budget)}`;
      }),
      MOST_ROWS,
    ),
  ].join("\n");
}

function now(row: Row): string {
  if (row.value !== null) return shown(row, row.value);
  if (row.at_most !== null) return `at most ${shown(row, row.at_most)}`;
  return row.at_least ? `at least ${shown(row, row.at_least)}` : "?";
}

function shown({ figure }: Row, value: number): string {
  if (figure === "share") return formatShare(value);
  return figure === "peak_memory" ? formatBytes(value) : formatCount(value);
}
