/** Places in a text: what stands there, and what the text is once edits are made. */

import type { ModelHost } from "../../contract/engine.types.ts";
import type { Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import { escapePattern } from "../../interpret/patterns/escape.ts";

const LINE_END = /\r\n|\r|\n/g;

/** A text cut at a place. */
export interface Cut {
  readonly before: string;
  readonly inside: string;
  readonly behind: string;
}

export function cutAt(text: string, at: Place): Cut | undefined {
  if (at.line < 1 || at.end_line === undefined || at.end_column === undefined) return undefined;
  const lines = lineStarts(text);
  const [start, end] = [offset(lines, at.line, at.column), offset(lines, at.end_line, at.end_column)];
  if (start === undefined || end === undefined) return undefined;
  return { before: text.slice(0, start), inside: text.slice(start, end), behind: text.slice(end) };
}

/** The place with so many characters of the text behind it. */
export function longer(at: Place, { behind }: Cut, characters: number): Place {
  const more = behind.slice(0, characters).split("\n");
  const last = more.at(-1)?.length ?? 0;
  const { end_line: line = at.line, end_column: column = at.column } = at;
  return {
    ...at,
    end_line: line + more.length - 1,
    end_column: more.length === 1 ? column + last : last + 1,
  };
}

/** The empty place in front of the text's character with this offset. */
export function placeAt(text: string, file: string, at: number): Place {
  const before = text.slice(0, at).split("\n");
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  return { file, line, column, end_line: line, end_column: column };
}

/** The line (from 0) of the `def` that a line stands in. */
export function functionAround(text: string, line: number): number | undefined {
  return headAround(text, line, /^\s*(async\s+)?def\b/);
}

export function headAround(text: string, line: number, head: RegExp): number | undefined {
  const lines = text.split("\n");
  const depth = (at: number): number => /^\s*/.exec(lines[at] ?? "")![0].length;
  let outer = depth(line - 1);
  for (let at = line - 2; at >= 0; at--) {
    if (lines[at]!.trim() === "" || depth(at) >= outer) continue;
    if (head.test(lines[at]!)) return at;
    outer = depth(at);
  }
  return undefined;
}

/** How often a text names this, assignments and annotations aside. */
export function mentionsOf(text: string, name: string): number {
  return text.match(new RegExp(`(?<![\\w.])${escapePattern(name)}\\b(?!\\s*(?:=(?!=)|:))`, "g"))?.length ?? 0;
}

/** Blanks at the start of the line. */
export function indentOf(text: string, { line }: Place): string {
  return /^[ \t]*/.exec(text.split("\n")[line - 1] ?? "")?.[0] ?? "";
}

/** What the file indents by: its smallest step. */
export function unitOf(text: string, language: "python" | "typescript"): string {
  const blanks = [...text.matchAll(/^(\t+| +)(?=[\w@}])/gm)].map(([, blank]) => blank!);
  if (blanks.some((blank) => blank.startsWith("\t"))) return "\t";
  const sizes = blanks.map(({ length }) => length).filter((length) => length > 1);
  const smallest = sizes.length > 0 ? sizes.reduce((least, size) => Math.min(least, size)) : 0;
  return " ".repeat(smallest || (language === "python" ? 4 : 2));
}

/** The text of one file with its edits made, their line ends those of the lines around them. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const lines = lineStarts(text);
  let result = text;
  const places = withLineEnds(text, edits)
    .map((edit) => ({
      start: offset(lines, edit.at.line, edit.at.column) ?? 0,
      end: offset(lines, edit.at.end_line ?? edit.at.line, edit.at.end_column ?? edit.at.column) ?? 0,
      text: edit.text,
    }))
    .sort((a, b) => b.start - a.start);
  for (const edit of places) result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  return result;
}

/** A place of the edited text, in the text as it was: what an edit put there stands at the line that it changed. */
export function placeBefore(at: Place, edits: readonly TextEdit[]): Place {
  let more = 0;
  for (const { at: own, text } of edits
    .filter((edit) => edit.at.file === at.file)
    .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)) {
    const start = own.line + more;
    const lines = text.split(LINE_END).length - 1;
    if (at.line < start) break;
    if (at.line <= start + lines) return own;
    more += lines - ((own.end_line ?? own.line) - own.line);
  }
  const { file, line, column, end_line: last } = at;
  if (more === 0) return at;
  return {
    ...{ file, line: line - more, column },
    ...(last !== undefined && { end_line: last - more }),
    ...(at.end_column !== undefined && { end_column: at.end_column }),
  };
}

/** A file may mix line ends: an edit takes that of the line where it starts, or of the line above the last. */
export function withLineEnds(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const ends = text.match(LINE_END) ?? [];
  return edits.map((edit) => {
    const own = ends[edit.at.line - 1] ?? ends.at(-1) ?? "\n";
    return { ...edit, text: edit.text.replaceAll(LINE_END, own) };
  });
}

/** The same text with one sort of line end; lines and columns stay what they are. */
export function withPlainLines(text: string): string {
  return text.replaceAll(LINE_END, "\n");
}

/** The same files with these edits made. */
export function withEdits(host: ModelHost, edits: readonly TextEdit[]): ModelHost {
  const texts = new Map<string, string>();
  for (const file of new Set(edits.map(({ at }) => at.file))) {
    const text = host.read(file);
    if (text !== undefined)
      texts.set(
        file,
        applyEdits(
          text,
          edits.filter(({ at }) => at.file === file),
        ),
      );
  }
  const { searchPaths } = host;
  return {
    read: (file) => texts.get(file) ?? host.read(file),
    version: (file) => (texts.has(file) ? "edited" : host.version(file)),
    isFile: (file) => host.isFile(file),
    isDirectory: (file) => host.isDirectory(file),
    list: (directory) => host.list(directory),
    searchPaths,
    ...(host.stubs && { stubs: host.stubs }),
    ...(host.kept && { kept: host.kept }),
    ...(host.resolve && { resolve: (specifier: string, from: string) => host.resolve?.(specifier, from) }),
  };
}

function lineStarts(text: string): readonly number[] {
  return [0, ...[...text.matchAll(LINE_END)].map(({ 0: end, index }) => index + end.length)];
}

function offset(lines: readonly number[], line: number, column: number): number | undefined {
  const start = lines[line - 1];
  return start === undefined ? undefined : start + column - 1;
}
