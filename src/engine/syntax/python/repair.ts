/**
 * Guesses at what a statement with wrong brackets was meant to be: copies of its text with the
 * missing closers put in, likeliest first. Stray closers become blanks, so that columns stay.
 */
import { UNREADABLE } from "../tree.ts";
import { type Bracket, closerOf, isCloser, type Line, pushBracket, readLines } from "./layout.ts";

export interface Repair {
  /** Likely texts, in the order to try. */
  readonly candidates: readonly string[];
  readonly problems: readonly { readonly offset: number; readonly message: string }[];
}

/** A closer that is missing: it belongs somewhere between its opener and `latest`. */
interface Insertion {
  readonly opener: Bracket;
  readonly latest: number;
}

const MAX_CANDIDATES = 12;

/** `isHeader`: the text is a compound statement's first lines, whose closers stand before `->` or `:`. */
export function repairBrackets(text: string, { isHeader }: { readonly isHeader: boolean }): Repair {
  const lines = readLines(text).filter((line) => line.codeEnd > line.start);
  const { insertions, strays } = findDamage(text, lines, isHeader);
  const blanked = strays.reduce(
    (kept, { offset }) => `${kept.slice(0, offset)} ${kept.slice(offset + 1)}`,
    text,
  );
  const problems = [
    ...insertions.map(({ opener }) => ({
      offset: opener.offset,
      message: `"${opener.char}" was never closed`,
    })),
    ...strays.map(({ char, offset }) => ({ offset, message: `unmatched "${char}"` })),
  ];
  return { candidates: candidatesOf(blanked, insertions, isHeader, strays.length > 0), problems };
}

function candidatesOf(
  text: string,
  insertions: readonly Insertion[],
  isHeader: boolean,
  hasStrays: boolean,
): string[] {
  const candidates: string[] = [];
  const [only, ...more] = insertions;
  if (!only) {
    if (hasStrays) candidates.push(text);
  } else if (more.length === 0) {
    for (const place of placesFor(text, only, isHeader))
      candidates.push(insertAll(text, [{ ...only, latest: place }]));
  } else {
    candidates.push(insertAll(text, insertions));
  }
  if (!isHeader) return candidates.slice(0, MAX_CANDIDATES);
  // A header that lacks its colon, and one whose last parameter is being typed.
  const closed = [...candidates, ...[text, ...candidates].map(withColon)].slice(0, MAX_CANDIDATES);
  const filled = [text, ...closed].map(withoutHoles);
  return [...closed, ...filled.filter((each) => each !== text && !closed.includes(each))];
}

/** `def f(a, width=, depth: ):` with a value that cannot be read where one is missing, and without empty annotations. */
function withoutHoles(text: string): string {
  return text
    .replaceAll(/:(?=\s*[=,)][^:]*:)/g, " ")
    .replaceAll(/(?<![=!<>])=(?=\s*[,)])/g, () => `=${UNREADABLE}`);
}

function withColon(text: string): string {
  const last = readLines(text).findLast((line) => line.codeEnd > line.start);
  return last ? `${text.slice(0, last.codeEnd)}:${text.slice(last.codeEnd)}` : text;
}

/** Places where the closer may stand: the last one, then before each separator, from right to left. */
function placesFor(text: string, { opener, latest }: Insertion, isHeader: boolean): number[] {
  const between = text.slice(opener.offset + 1, latest);
  const separators = [...between.matchAll(/\s*->|\s+=\s|\s*[,:=)\]}]|\s+(?:for|if|else|in|and|or)\s/g)];
  const places = separators.map((found) => opener.offset + 1 + found.index);
  const ordered = [latest, ...places.reverse()];
  // `def f(x: int -> None:` was closed before its arrow, `class A(B:` before its colon.
  const arrow = isHeader ? between.lastIndexOf("->") : -1;
  if (arrow >= 0) ordered.unshift(opener.offset + 1 + between.slice(0, arrow).trimEnd().length);
  return [...new Set(ordered)];
}

function insertAll(text: string, insertions: readonly Insertion[]): string {
  let result = text;
  // From the back, the outer ones first where several stand at one place.
  const ordered = [...insertions].sort((a, b) => b.latest - a.latest || a.opener.offset - b.opener.offset);
  for (const { opener, latest } of ordered)
    result = result.slice(0, latest) + closerOf(opener.char) + result.slice(latest);
  return result;
}

interface OpenBracket extends Bracket {
  readonly line: Line;
}

/** Finds closers that are missing, by indentation: what a line opens beside its code ends above the next line left of it. */
function findDamage(
  text: string,
  lines: readonly Line[],
  isHeader: boolean,
): { insertions: Insertion[]; strays: Bracket[] } {
  const insertions: Insertion[] = [];
  const strays: Bracket[] = [];
  const open: OpenBracket[] = [];
  let previous: Line | undefined;
  for (const line of lines) {
    const startsWithCloser = isCloser(text.slice(line.start).trimStart()[0]);
    for (let top = open.at(-1); top && previous && line.indent >= 0; top = open.at(-1)) {
      const isHanging = top.offset === top.line.codeEnd - 1;
      const endsAbove = line.indent <= top.line.indent && !(isHanging && startsWithCloser);
      if (!endsAbove) break;
      insertions.push({ opener: top, latest: beforeSeparator(text, previous, isHeader) });
      open.pop();
    }
    for (const bracket of line.brackets) {
      const before = [...open];
      if (pushBracket(open, bracket) === "stray") strays.push(bracket);
      else if (isCloser(bracket.char)) {
        // Closing an outer bracket leaves the inner ones without theirs.
        for (const lost of before.slice(open.length + 1).reverse())
          insertions.push({ opener: lost, latest: bracket.offset });
      } else {
        open[open.length - 1] = { ...bracket, line };
      }
    }
    previous = line;
  }
  const last = lines.findLast((line) => line.codeEnd > line.start);
  const end = last?.codeEnd ?? text.length;
  for (const opener of open.reverse())
    insertions.push({ opener, latest: isHeader && text[end - 1] === ":" ? end - 1 : end });
  return { insertions, strays };
}

/** The end of a line's code, before the comma or colon that goes on with what stands around. */
function beforeSeparator(text: string, line: Line, isHeader: boolean): number {
  const last = text[line.codeEnd - 1];
  return last === "," || (isHeader && last === ":") ? line.codeEnd - 1 : line.codeEnd;
}
