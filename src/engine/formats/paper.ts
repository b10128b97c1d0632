/** A network in the columns of MobileNet's tables: for people, as Markdown and as CSV. */

import { markdownText } from "../base/visible.ts";
import { inMillions, PAPER_SOURCE, type RowBeside, type TableBeside } from "../separable/paper.ts";
import { csvCell } from "./csv.ts";
import { tableLine } from "./markdown.ts";
import { layoutTable } from "./table.ts";
import { type CostUnit, inUnit, UNIT_LABELS } from "./units.ts";

export interface PaperLook {
  readonly unit: CostUnit;
  readonly width: number;
}

const TITLES = {
  swap: "depthwise separable against full convolutions",
  depth: "narrow against shallow",
  width: "width multiplier",
  resolution: "resolution",
} as const;

export function paperText(
  network: string,
  tables: readonly TableBeside[],
  look: PaperLook,
): readonly string[] {
  return [
    `${network} in the columns of MobileNet's tables`,
    ...tables.flatMap((table) => [
      "",
      titleOf(table),
      ...layoutTable(columns(network, look.unit), table.rows, look.width),
    ]),
    "",
    ...notes(network, tables),
  ];
}

export function paperMarkdown(network: string, tables: readonly TableBeside[], unit: CostUnit): string {
  const shown = columns(network, unit);
  const lines = [
    `### ${markdownText(network)}`,
    ...tables.flatMap((table) => [
      "",
      `#### ${titleOf(table)}`,
      "",
      tableLine(shown.map(({ title }) => markdownText(title))),
      tableLine(shown.map((_, index) => (index === 0 ? "---" : "--:"))),
      ...table.rows.map((row) => tableLine(shown.map(({ cell }) => markdownText(cell(row))))),
    ]),
    "",
    ...notes(network, tables).map((note) => `- ${markdownText(note)}`),
  ];
  return `${lines.join("\n")}\n`;
}

export function paperCsv(tables: readonly TableBeside[], unit: CostUnit): string {
  const published = ["accuracy_as_published", `${unit}_as_published`, "params_as_published"];
  const lines = tables.flatMap(({ table, rows }) =>
    rows.map(({ name, accuracy, macs, params, own }) => [
      ...[table, name, accuracy, inUnit(macs * 1e6, unit), Math.round(params * 1e6)],
      ...[own.macs === null ? null : inUnit(own.macs, unit), own.params, own.reason ?? null],
    ]),
  );
  const all = [
    ["table", "name", ...published, unit, "params", "reason"],
    ...lines.map((line) => line.map(csvCell)),
  ];
  return all.map((cells) => `${cells.join(",")}\n`).join("");
}

function titleOf({ table, title }: TableBeside): string {
  return `Table ${table}: ${TITLES[title]}`;
}

/** Why figures are missing, each reason once, and whose the others are. */
function notes(network: string, tables: readonly TableBeside[]): readonly string[] {
  const why = tables.flatMap(({ rows }) =>
    rows.flatMap(({ name, own }) => (own.reason === undefined ? [] : `? ${name}: ${own.reason}`)),
  );
  return [
    ...new Set(why),
    `As published: ${PAPER_SOURCE}. The accuracies are those of the paper's networks on ImageNet, not of ${network}.`,
  ];
}

function columns(network: string, unit: CostUnit) {
  const label = UNIT_LABELS[unit];
  const number = (title: string, cell: (row: RowBeside) => string) =>
    ({ title, align: "right", cell }) as const;
  return [
    { title: "as published", align: "left", cell: ({ name }: RowBeside) => name } as const,
    number("accuracy", ({ accuracy }) => `${accuracy.toFixed(1)} %`),
    number(`${label} (M)`, ({ macs }) => String(inUnit(macs, unit))),
    number("params (M)", ({ params }) => params.toFixed(1)),
    number(`${network}: ${label} (M)`, ({ own: { macs } }) =>
      inMillions(macs === null ? null : inUnit(macs, unit), 0),
    ),
    number("params (M)", ({ own: { params } }) => inMillions(params, 1)),
  ];
}
