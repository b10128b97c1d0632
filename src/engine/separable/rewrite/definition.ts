/** Functions and classes of a Python file as text: where they start and end, and what they are called. */
import { headAround } from "./place.ts";
import { withoutWords } from "./uses.ts";

export interface Definition {
  readonly file: string;
  readonly name: string;
  readonly kind: "function" | "class";
  /** Lines, from 1. */
  readonly first: number;
  readonly last: number;
}

const HEAD = /^\s*(async\s+def|def|class)\b/;

/** The innermost definition that a line stands in; of a method its class. Decorated ones are none. */
export function definitionAround(file: string, text: string, line: number): Definition | undefined {
  const code = withoutWords(text);
  let head = headAround(code, line, HEAD);
  if (head === undefined) return undefined;
  const lines = code.split("\n");
  const around = headAround(code, head + 1, HEAD);
  if (around !== undefined && /^\s*class\b/.test(lines[around]!)) head = around;
  const [, word, name] = /^\s*(async\s+def|def|class)\s+(\w+)/.exec(lines[head]!) ?? [];
  if (name === undefined || /^\s*@/.test(lines[head - 1] ?? "")) return undefined;
  const kind = word === "class" ? "class" : "function";
  return { file, name, kind, first: head + 1, last: lastLine(text, lines, head) };
}

function lastLine(text: string, code: readonly string[], head: number): number {
  const depth = /^\s*/.exec(code[head]!)![0].length;
  const next = code.findIndex(
    (each, at) =>
      at > head && each.trim() !== "" && !/^\s*[)\]}]/.test(each) && /^\s*/.exec(each)![0].length <= depth,
  );
  const lines = text.split("\n");
  let last = next < 0 ? lines.length : next;
  while (last > head + 1 && /^\s*(#|$)/.test(lines[last - 1]!)) last--;
  return last;
}

export function isInside({ file, first, last }: Definition, at: { file: string; line: number }): boolean {
  return at.file === file && at.line >= first && at.line <= last;
}
