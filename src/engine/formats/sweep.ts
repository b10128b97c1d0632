/** A sweep as tables for people, as Markdown and as CSV. */

import { markdownText } from "../base/visible.ts";
import type { FrontierPoint, Sweep, SweepCell } from "../contract/sweep.ts";
import { type Cell, csvCell } from "./csv.ts";
import { tableLine } from "./markdown.ts";
import { type Column, layoutTable } from "./table.ts";
import { type CostUnit, formatBytes, formatCount, formatSeconds, inUnit, UNIT_LABELS } from "./units.ts";

export interface SweepLook {
  readonly unit: CostUnit;
  readonly width: number;
  readonly color: boolean;
}

interface Measure {
  readonly title: string;
  readonly of: (cell: SweepCell) => number | null;
  readonly text: (figure: number) => string;
}

/** What a sweep measures; the bound only where there is a device. */
function measures({ device }: Sweep, unit: CostUnit): readonly Measure[] {
  return [
    { title: UNIT_LABELS[unit], of: ({ macs }) => macs, text: (macs) => formatCount(inUnit(macs, unit)) },
    { title: "params", of: ({ params }) => params, text: formatCount },
    { title: "peak memory (float32)", of: ({ peak_activation_bytes: bytes }) => bytes, text: formatBytes },
    ...(device
      ? [
          {
            title: `least time on ${device.name}, ${device.dtype}`,
            of: (cell: SweepCell) => cell.bound_seconds,
            text: formatSeconds,
          },
        ]
      : []),
  ];
}

/** Lines of a grid for people, a table a measure, then the curves and the frontier. */
export function sweepText(sweep: Sweep, look: SweepLook): readonly string[] {
  const all = measures(sweep, look.unit);
  const rhos = unique(sweep.grid.map(({ rho }) => rho));
  const rows = rowsOf(sweep.grid);
  const grids = all.flatMap((measure) => {
    const shade = look.color ? shading(sweep.grid.map(measure.of)) : undefined;
    const columns: Column<readonly SweepCell[]>[] = [
      { title: measure.title, align: "left", cell: ([first]) => `α ${factorText(first?.alpha)}` },
      ...rhos.map((rho): Column<readonly SweepCell[]> => {
        const at = (row: readonly SweepCell[]) => row.find((cell) => cell.rho === rho);
        return {
          ...{ title: `ρ ${factorText(rho)}`, align: "right", cell: (row) => figureText(measure, at(row)) },
          ...(shade && { paint: (text, row) => shade(text, figureOf(measure, at(row))) }),
        };
      }),
    ];
    return ["", ...layoutTable(columns, rows, look.width)];
  });
  const list = (title: string, cells: readonly SweepCell[], name: (cell: SweepCell) => string): string[] => {
    if (cells.length === 0) return [];
    const columns: Column<SweepCell>[] = [
      { title, align: "left", shrink: "start", cell: name },
      ...all.map(
        (measure): Column<SweepCell> => ({
          ...{ title: measure.title, align: "right", cell: (cell) => figureText(measure, cell) },
        }),
      ),
    ];
    return ["", ...layoutTable(columns, cells, look.width)];
  };
  return [
    ...grids,
    ...list("input", sweep.sizes, inputText),
    ...list("samples", sweep.batches, ({ samples }) => String(samples)),
    ...list("within the budget", sweep.frontier ?? [], (cell) => changeText(cell as FrontierPoint)),
    ...(sweep.frontier?.length === 0 ? ["", "no swaps, α and ρ of these keep within the budget"] : []),
    ...reasonsOf(sweep),
  ];
}

export function sweepMarkdown(sweep: Sweep, unit: CostUnit): string {
  const all = measures(sweep, unit);
  const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string[] =>
    rows.length === 0
      ? []
      : [
          "",
          tableLine(titles.map(markdownText)),
          tableLine(titles.map((_, i) => (i === 0 ? "---" : "--:"))),
          ...rows.map(tableLine),
        ];
  const rhos = unique(sweep.grid.map(({ rho }) => rho));
  const figures = (cell: SweepCell) => all.map((measure) => figureText(measure, cell));
  const titles = all.map(({ title }) => title);
  const lines = [
    `### ${markdownText(sweep.network)}`,
    ...all.flatMap((measure) =>
      table(
        [measure.title, ...rhos.map((rho) => `ρ ${factorText(rho)}`)],
        rowsOf(sweep.grid).map((row) => [
          `α ${factorText(row[0]?.alpha)}`,
          ...row.map((cell) => figureText(measure, cell)),
        ]),
      ),
    ),
    ...table(
      ["input", ...titles],
      sweep.sizes.map((cell) => [markdownText(inputText(cell)), ...figures(cell)]),
    ),
    ...table(
      ["samples", ...titles],
      sweep.batches.map((cell) => [String(cell.samples), ...figures(cell)]),
    ),
    ...table(
      ["within the budget", ...titles],
      (sweep.frontier ?? []).map((point) => [changeText(point), ...figures(point)]),
    ),
    ...reasonsOf(sweep).map((line) => (line === "" ? "" : `- ${markdownText(line)}`)),
  ];
  return `${lines.join("\n")}\n`;
}

/** One line a cell; a figure that is not known is empty, with why. */
export function sweepCsv(sweep: Sweep, unit: CostUnit): string {
  const columns: readonly (readonly [string, (cell: SweepCell) => Cell])[] = [
    ["alpha", ({ alpha }) => alpha],
    ["rho", ({ rho }) => rho],
    ["input", ({ input }) => input.join(" ")],
    ["samples", ({ samples }) => samples],
    [unit, ({ macs }) => (macs === null ? null : inUnit(macs, unit))],
    ["params", ({ params }) => params],
    ["peak_activation_bytes", (cell) => cell.peak_activation_bytes],
    ["bound_seconds", (cell) => cell.bound_seconds],
    ["reason", ({ reason = null }) => reason],
  ];
  const lines = (["grid", "sizes", "batches", "frontier"] as const).flatMap((part) =>
    (sweep[part] ?? []).map((cell) => [
      part,
      ...columns.map(([, value]) => csvCell(value(cell))),
      csvCell("swap" in cell ? (cell as FrontierPoint).swap.join(" ") : sweep.swapped.join(" ")),
    ]),
  );
  const titles = ["part", ...columns.map(([title]) => title), "swapped"];
  return [titles, ...lines].map((cells) => `${cells.join(",")}\n`).join("");
}

function figureOf({ of }: Measure, cell: SweepCell | undefined): number | null {
  return cell ? of(cell) : null;
}

function figureText(measure: Measure, cell: SweepCell | undefined): string {
  const figure = figureOf(measure, cell);
  return figure === null ? "?" : measure.text(figure);
}

export function factorText(factor = 1): string {
  return String(Number(factor.toFixed(3)));
}

function inputText({ input }: SweepCell): string {
  return input.length === 0 ? "?" : input.map((text) => text.replaceAll("x", "×")).join(", ");
}

function changeText({ lines, swap, alpha, rho }: FrontierPoint): string {
  const [line, layer] = [lines === 1 ? "line" : "lines", swap.length === 1 ? "layer" : "layers"];
  return `${lines} ${line} (${swap.length} ${layer}), α ${factorText(alpha)}, ρ ${factorText(rho)}`;
}

/** Each reason once, with the cells that it is about. */
function reasonsOf({ grid, sizes, batches }: Sweep): readonly string[] {
  const cells = new Map<string, string[]>();
  const note = (name: string, { reason }: SweepCell): void => {
    if (reason !== undefined) cells.set(reason, [...(cells.get(reason) ?? []), name]);
  };
  for (const cell of grid) note(`α ${factorText(cell.alpha)}, ρ ${factorText(cell.rho)}`, cell);
  for (const cell of sizes) note(cell.input.length > 0 ? `input ${inputText(cell)}` : "input size", cell);
  for (const cell of batches) note(`${cell.samples} samples`, cell);
  const lines = [...cells].map(
    ([reason, names]) => `? ${names.slice(0, 3).join("; ")}${names.length > 3 ? "; …" : ""}: ${reason}`,
  );
  return lines.length > 0 ? ["", ...lines] : [];
}

function rowsOf(grid: readonly SweepCell[]): readonly (readonly SweepCell[])[] {
  return unique(grid.map(({ alpha }) => alpha)).map((alpha) => grid.filter((cell) => cell.alpha === alpha));
}

function unique(values: readonly number[]): readonly number[] {
  return [...new Set(values)];
}

/** Background and foreground of a 256-colour terminal, from cheap to dear; both are set, so that either theme can be read. */
const SHADES = [
  "48;5;195;38;5;16",
  "48;5;153;38;5;16",
  "48;5;111;38;5;16",
  "48;5;25;38;5;231",
  "48;5;18;38;5;231",
];

/** Where a figure lies between the least and the most, from 0 to 1, by its logarithm: α and ρ multiply. */
export function heatOf(figure: number, figures: readonly (number | null)[]): number {
  const known = figures.flatMap((value) => (value !== null && value > 0 ? Math.log(value) : []));
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return figure > 0 && most > least ? (Math.log(figure) - least) / (most - least) : 0;
}

function shading(figures: readonly (number | null)[]): (text: string, figure: number | null) => string {
  return (text, figure) => {
    if (figure === null) return text;
    const shade = SHADES[Math.min(SHADES.length - 1, Math.floor(heatOf(figure, figures) * SHADES.length))];
    return `\u001b[${shade}m${text}\u001b[0m`;
  };
}
