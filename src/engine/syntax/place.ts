/** A piece of source text, as reports tell it. */
import type { Place } from "../contract/report.ts";
import type { Span } from "./span.ts";

export function place(span: Span): Place {
  return {
    file: span.file,
    line: span.line,
    column: span.column,
    end_line: span.endLine,
    end_column: span.endColumn,
  };
}
