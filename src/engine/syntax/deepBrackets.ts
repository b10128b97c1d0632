/**
 * Blanks before parsing what stands so deep in brackets that it is never read: a parser's stack takes hundreds of bytes
 * for each open bracket, most of a gigabyte for a file of nothing else. Offsets stay.
 */
import { MAX_DEPTH } from "./tree.ts";

/** A bracket is at least one level of what is lowered, so nothing in this many of them is. */
const READ = MAX_DEPTH * 5;
/** Of all brackets, those in texts too, which are looked for fast: less costs little to parse. */
const WORTH = READ * 5;

interface LineOfBrackets {
  readonly brackets: readonly { readonly char: string; readonly offset: number }[];
}

/** `linesOf` tells brackets from characters of texts and comments. */
export function blankDeep(text: string, linesOf: (text: string) => readonly LineOfBrackets[]): string {
  if (!nestsDeeply(text)) return text;
  const pieces: string[] = [];
  let copied = 0;
  let depth = 0;
  let start = text.length;
  const blank = (end: number): void => {
    if (end <= start) return;
    pieces.push(text.slice(copied, start), blanksFor(text.slice(start, end)));
    copied = end;
  };
  for (const { brackets } of linesOf(text)) {
    for (const { char, offset } of brackets) {
      if (isOpener(char)) {
        depth++;
        if (depth === READ) start = offset + 1;
      } else if (depth > 0) {
        if (depth === READ) blank(offset);
        depth--;
      }
    }
  }
  if (depth >= READ) blank(text.length);
  return pieces.join("") + text.slice(copied);
}

function isOpener(char: string): boolean {
  return char === "(" || char === "[" || char === "{";
}

function nestsDeeply(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (isOpener(char)) {
      depth++;
      if (depth > WORTH) return true;
    } else if (depth > 0 && (char === ")" || char === "]" || char === "}")) depth--;
  }
  return false;
}

function blanksFor(text: string): string {
  return text
    .split("\n")
    .map((line) => " ".repeat(line.length))
    .join("\n");
}
