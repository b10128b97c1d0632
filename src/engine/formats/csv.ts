/** The report's layers as CSV (RFC 4180), one line a layer, titles first. */

import { visible } from "../base/visible.ts";
import type { Report, ReportLayer } from "../contract/report.ts";
import { type CostUnit, inUnit } from "./units.ts";

export type Cell = string | number | boolean | null;
type CsvColumn = readonly [title: string, cell: (layer: ReportLayer) => Cell];

function columns(unit: CostUnit): readonly CsvColumn[] {
  const cost = (macs: number | null): Cell => (macs === null ? null : inUnit(macs, unit));
  return [
    ["name", (layer) => layer.name],
    ["type", (layer) => layer.type],
    ["op", (layer) => layer.op],
    ["kind", (layer) => layer.kind],
    ["in", (layer) => shapes(layer.in)],
    ["out", (layer) => shapes(layer.out)],
    ["kernel", (layer) => sizes(layer.kernel)],
    ["stride", (layer) => sizes(layer.stride)],
    ["padding", (layer) => sizes(layer.padding)],
    ["dilation", (layer) => sizes(layer.dilation)],
    ["groups", (layer) => layer.groups],
    [unit, (layer) => cost(layer.macs)],
    ["params", (layer) => layer.params],
    ["trainable_params", (layer) => layer.trainable_params],
    ["elementwise", (layer) => layer.elementwise],
    ["activation_bytes", (layer) => layer.activation_bytes],
    ["calls", (layer) => layer.calls],
    ["file", (layer) => layer.at.file],
    ["line", (layer) => layer.at.line],
    ["column", (layer) => layer.at.column],
    ["swappable", (layer) => layer.swappable],
    [`separable_${unit}`, (layer) => cost(layer.separable_macs)],
    ["separable_params", (layer) => layer.separable_params],
    [`${unit}_at_most`, (layer) => cost(layer.macs_at_most ?? null)],
  ];
}

/** A figure that is not known is an empty cell. A network of which no layer is known has a line of its own. */
export function formatCsv(report: Report, unit: CostUnit): string {
  const table = columns(unit);
  const lines = [
    table.map(([title]) => title),
    ...report.layers.map((layer) => table.map(([, cell]) => csvCell(cell(layer)))),
    ...(report.layers.length === 0 && !report.complete ? [unreadLine(report, table)] : []),
  ];
  return lines.map((cells) => `${cells.join(",")}\n`).join("");
}

function unreadLine({ network, network_at: at, diagnostics }: Report, table: readonly CsvColumn[]): string[] {
  const place = diagnostics[0]?.at ?? at;
  const known = new Map<string, Cell>([
    ["name", network],
    ["file", place?.file ?? null],
    ["line", place?.line ?? null],
    ["column", place?.column ?? null],
  ]);
  return table.map(([title]) => csvCell(known.get(title) ?? null));
}

function shapes(list: ReportLayer["in"]): string {
  return list.map((shape) => (shape === null ? "?" : sizes(shape))).join(" ");
}

function sizes(list: readonly (number | null)[] | null): string {
  return list === null ? "" : list.map((size) => size ?? "?").join("x");
}

/** Names come from code: one that a spreadsheet would run as a formula gets an apostrophe, unseen characters escapes. */
export function csvCell(cell: Cell): string {
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  const seen = visible(cell);
  const text = /^\s*[=+\-@＝＋－＠]/.test(seen) ? `'${seen}` : seen;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
