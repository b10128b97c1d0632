/** Lays out a table in a given width: columns that matter less are dropped first, then the flexible one shrinks. */
import { visible } from "../base/visible.ts";

export interface Column<R> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (row: R) => string;
  /** Colours a finished cell; what it adds takes no room. */
  readonly paint?: (text: string, row: R) => string;
  /** Dropped for want of room, the smallest number first; absent: kept. */
  readonly drop?: number;
  /** Loses characters from its start when all that can be dropped is gone. */
  readonly shrink?: "start";
  /** Characters that the shrunk column keeps. */
  readonly least?: number;
}

const GAP = "  ";

/** The title line and one line a row, without trailing spaces. */
export function layoutTable<R>(columns: readonly Column<R>[], rows: readonly R[], width: number): string[] {
  let kept = columns.map((column) => {
    const cells = rows.map((row) => visible(column.cell(row)));
    return { column, cells, size: Math.max(length(column.title), ...cells.map(length)) };
  });
  const total = (): number => kept.reduce((sum, { size }) => sum + size, GAP.length * (kept.length - 1));

  for (const { column } of [...kept].sort((a, b) => (a.column.drop ?? 0) - (b.column.drop ?? 0))) {
    if (total() <= width) break;
    if (column.drop !== undefined) kept = kept.filter((other) => other.column !== column);
  }
  kept = kept.map((entry) => {
    const spare = total() - width;
    if (entry.column.shrink === undefined || spare <= 0) return entry;
    return { ...entry, size: Math.max(entry.column.least ?? 1, entry.size - spare) };
  });

  const line = (text: (entry: (typeof kept)[number]) => string, row?: { readonly value: R }): string =>
    kept
      .map((entry, i) => {
        const cell = fill(text(entry), entry.size, entry.column.align, i === kept.length - 1);
        return row && entry.column.paint ? entry.column.paint(cell, row.value) : cell;
      })
      .join(GAP)
      .trimEnd();
  return [
    line(({ column }) => column.title),
    ...rows.map((value, index) => line(({ cells }) => cells[index] ?? "", { value })),
  ];
}

function fill(text: string, size: number, align: "left" | "right", last: boolean): string {
  const over = length(text) - size;
  const short = over > 0 ? `…${[...text].slice(over + 1).join("")}` : text;
  const padding = " ".repeat(Math.max(0, size - length(short)));
  if (align === "right") return padding + short;
  return last ? short : short + padding;
}

function length(text: string): number {
  return [...text].length;
}
