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

/** What stands at a span of a text, on one line; undefined where the text does not reach there. */
export function spanText(
  text: string | undefined,
  { line, column, endLine, endColumn }: Span,
): string | undefined {
  const lines = text?.split("\n").slice(line - 1, endLine) ?? [];
  if (lines.length === 0) return undefined;
  lines[lines.length - 1] = lines[lines.length - 1]!.slice(0, endColumn - 1);
  lines[0] = lines[0]!.slice(column - 1);
  return lines.join(" ").replace(/\s+/g, " ").trim();
}
