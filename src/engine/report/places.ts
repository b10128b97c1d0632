/** Places of a text as keys: calls at one place make what one line of source makes. */
import type { Place } from "../contract/report.ts";

export function placeKey({ file, line, column, end_line, end_column }: Place): string {
  return `${file}:${line}:${column}:${end_line}:${end_column}`;
}
