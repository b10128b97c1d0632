/** A stretch of source text. Lines and columns are 1-based, the end is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Place of things that no source text made (defaults, built-in modules). */
export const NOWHERE: Span = { file: "", line: 0, column: 0, endLine: 0, endColumn: 0 };

export function showSpan(span: Span): string {
  return `${span.file}:${span.line}:${span.column}`;
}
