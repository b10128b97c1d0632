/** `convlens sweep --paper`: the network in the columns of MobileNet's tables 4 to 7. */

import { markdownText, visible, visibleJson } from "../engine/base/visible.ts";
import { csvCell } from "../engine/formats/csv.ts";
import { tableLine } from "../engine/formats/markdown.ts";
import { layoutTable } from "../engine/formats/table.ts";
import { type CostUnit, inUnit, UNIT_LABELS } from "../engine/formats/units.ts";
import { besidePaper, inMillions, PAPER_SOURCE, type RowBeside } from "../engine/separable/paper.ts";
import type { Simulate } from "../engine/separable/sweep.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";
import type { SweepCommand } from "./sweepArguments.ts";

const TITLES = {
  swap: "depthwise separable against full convolutions",
  depth: "narrow against shallow",
  width: "width multiplier",
  resolution: "resolution",
} as const;

export function paper(
  simulate: Simulate,
  { file: name, format, unit, options: { round, stem } }: SweepCommand,
  around: Surroundings,
  file: string,
  isOneOfMany: boolean,
): ExitCode {
  const result = besidePaper(simulate, { ...(round && { round }), ...(stem && { stem }) });
  if (!result.ok) {
    around.err(`convlens: ${name}: ${result.reason}\n`);
    return 2;
  }
  const { network, tables } = result;
  switch (format) {
    case "json": {
      const head = { version: 1, tool: `convlens ${around.version}`, file, network, source: PAPER_SOURCE };
      around.out(`${visibleJson({ ...head, tables }, isOneOfMany ? undefined : 1)}\n`);
      return 0;
    }
    case "csv": {
      const titles = [
        "table",
        "name",
        "accuracy_as_published",
        `${unit}_as_published`,
        "params_as_published",
        unit,
      ];
      const lines = tables.flatMap(({ table, rows }) =>
        rows.map((row) => [
          table,
          row.name,
          row.accuracy,
          inUnit(row.macs * 1e6, unit),
          Math.round(row.params * 1e6),
          row.own.macs === null ? null : inUnit(row.own.macs, unit),
          row.own.params,
          row.own.reason ?? null,
        ]),
      );
      const all = [[...titles, "params", "reason"], ...lines.map((line) => line.map(csvCell))];
      around.out(all.map((cells) => `${cells.join(",")}\n`).join(""));
      return 0;
    }
    default: {
      const isMarkdown = format === "markdown";
      const text = tables.flatMap(({ table, title, rows }) => [
        "",
        `${isMarkdown ? "#### " : ""}Table ${table}: ${TITLES[title]}`,
        ...(isMarkdown
          ? ["", ...markdownRows(rows, network, unit)]
          : layoutTable(columns(network, unit), rows, around.width)),
      ]);
      const title = isMarkdown
        ? `### ${markdownText(network)}`
        : `${network} in the columns of MobileNet's tables`;
      const note = `As published: ${PAPER_SOURCE}. The accuracies are those of the paper's networks on ImageNet, not of ${network}.`;
      const why = tables.flatMap(({ rows }) =>
        rows.flatMap(({ name: row, own }) => (own.reason === undefined ? [] : `? ${row}: ${own.reason}`)),
      );
      const lines = [title, ...text, "", ...new Set(why), note];
      const shown = isMarkdown ? lines : lines.map((line) => visible(line).trimEnd());
      around.out(`${isOneOfMany ? `${visible(name)}\n` : ""}${shown.join("\n")}\n`);
      return 0;
    }
  }
}

function columns(network: string, unit: CostUnit) {
  const cost = (millions: number): string => String(inUnit(millions, unit));
  const label = UNIT_LABELS[unit];
  return [
    { title: "as published", align: "left" as const, cell: ({ name }: RowBeside) => name },
    {
      title: "accuracy",
      align: "right" as const,
      cell: ({ accuracy }: RowBeside) => `${accuracy.toFixed(1)} %`,
    },
    { title: `${label} (M)`, align: "right" as const, cell: ({ macs }: RowBeside) => cost(macs) },
    { title: "params (M)", align: "right" as const, cell: ({ params }: RowBeside) => params.toFixed(1) },
    {
      ...{ title: `${network}: ${label} (M)`, align: "right" as const },
      cell: ({ own: { macs } }: RowBeside) => inMillions(macs === null ? null : inUnit(macs, unit), 0),
    },
    {
      ...{ title: "params (M)", align: "right" as const },
      cell: ({ own: { params } }: RowBeside) => inMillions(params, 1),
    },
  ];
}

function markdownRows(rows: readonly RowBeside[], network: string, unit: CostUnit): readonly string[] {
  const shown = columns(network, unit);
  return [
    tableLine(shown.map(({ title }) => markdownText(title))),
    tableLine(shown.map((_, index) => (index === 0 ? "---" : "--:"))),
    ...rows.map((row) => tableLine(shown.map(({ cell }) => markdownText(cell(row))))),
  ];
}
