/** Answers about a notebook tell places as its reader sees them: the cell, and the line in it. */
import { type Cell, inCell } from "../syntax/notebook.ts";

/** The answer with all places of the notebook moved from the program's lines to its cells'. */
export function withCells<T>(file: string, cells: readonly Cell[], answer: T): T {
  return moved(file, cells, answer) as T;
}

function moved(file: string, cells: readonly Cell[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(file, cells, item));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, moved(file, cells, field)] as const);
  return { ...Object.fromEntries(fields), ...placeIn(file, cells, value) };
}

function placeIn(file: string, cells: readonly Cell[], value: object): object {
  if (!("file" in value && "line" in value && value.file === file && typeof value.line === "number"))
    return {};
  const { cell, line } = inCell(cells, value.line);
  const end =
    "end_line" in value && typeof value.end_line === "number" ? inCell(cells, value.end_line) : undefined;
  return { cell, line, ...(end && { end_line: end.cell === cell ? end.line : line }) };
}
