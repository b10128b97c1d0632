/** Rewrites a Python regular expression into JavaScript's syntax. */
import { entryOf } from "../../../base/table.ts";
import { SPACES } from "../characters.ts";

export interface TranslatedPattern {
  readonly text: string;
  readonly flags: string;
}

/** What a pattern is compiled with. */
export interface Modes {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
}

/** How a pattern is written down: letters and digits of all scripts, or those of ASCII. */
interface Writing {
  readonly modes: Modes;
  readonly isUnicode: boolean;
}

/** Escapes that mean something else, or nothing, in JavaScript's syntax. */
const ESCAPES: Readonly<Record<string, string>> = { A: "(?<![\\s\\S])", Z: "(?![\\s\\S])", a: "\\x07" };

/** Openings of groups that are written differently. */
const GROUPS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^\(\?P<(\w+)>/, (match) => `(?<${match[1]}>`],
  [/^\(\?P=(\w+)\)/, (match) => `\\k<${match[1]}>`],
  [/^\(\?#[^)]*\)/, () => ""],
];

/** `(?i)` and its kin at the start. */
export function modesOf(source: string, given: Modes): readonly [modes: Modes, rest: string] {
  const leading = /^\(\?([aiLmsux]+)\)/.exec(source);
  if (!leading) return [given, source];
  const letters = leading[1] ?? "";
  const modes = {
    ignoreCase: given.ignoreCase || letters.includes("i"),
    multiline: given.multiline || letters.includes("m"),
    dotAll: given.dotAll || letters.includes("s"),
    verbose: given.verbose || letters.includes("x"),
    ascii: given.ascii || letters.includes("a"),
  };
  return [modes, source.slice(leading[0].length)];
}

/** How often: greedy, lazy, or possessive (`a*+`), which gives nothing back of what it took. */
const REPETITION = /^([*+?]|\{\d+(?:,\d*)?\}|\{,\d+\})(\+)?/;

/** `(?a:…)`, `(?s-i:…)`: modes for one group. */
const SCOPED = /^\(\?([aiLmsux]*)(?:-([imsx]+))?:/;

function scopedModes(outer: Modes, [, on = "", off = ""]: readonly string[]): Modes {
  const holds = (before: boolean, letter: string) => (before || on.includes(letter)) && !off.includes(letter);
  return {
    ignoreCase: outer.ignoreCase,
    multiline: holds(outer.multiline, "m"),
    dotAll: holds(outer.dotAll, "s"),
    verbose: holds(outer.verbose, "x"),
    ascii: on.includes("u") ? false : holds(outer.ascii, "a"),
  };
}

/** Only the case is left to JavaScript's own modes. */
function scopedGroup([, on = "", off = ""]: readonly string[]): string {
  return `(?${on.includes("i") ? "i" : ""}${off.includes("i") ? "-i" : ""}:`;
}

/** What begins like a group and is written as a whole: a comment, a reference to a group by its name. */
function isWholeGroup(text: string): boolean {
  return text.startsWith("(?#") || text.startsWith("(?P=");
}

/** What Python's syntax has alone, and nothing here stands for, is left as it is: the host refuses it. */
export function translatePattern(source: string, modes: Modes, isUnicode: boolean): TranslatedPattern {
  let writing: Writing = { modes, isUnicode };
  let text = "";
  /** Groups that are open: where each starts in the translation, and how what follows it is written. */
  const open: { start: number; after: Writing }[] = [];
  /** Where what a repetition repeats starts in the translation. */
  let repeated = 0;
  for (let i = 0; i < source.length; ) {
    const rest = source.slice(i);
    const times = REPETITION.exec(rest);
    if (times) {
      const written = piece(times[1] ?? "", writing)[0];
      const isPossessive = times[2] !== undefined;
      text = isPossessive
        ? `${text.slice(0, repeated)}(?>${text.slice(repeated)}${written})`
        : text + written;
      i += times[0].length;
      continue;
    }
    const scoped = SCOPED.exec(rest);
    const [part, length] = scoped ? [scopedGroup(scoped), scoped[0].length] : piece(rest, writing);
    const opensGroup = rest[0] === "(" && !isWholeGroup(rest);
    const closed = rest[0] === ")" ? open.pop() : undefined;
    if (opensGroup) open.push({ start: text.length, after: writing });
    if (scoped) writing = { ...writing, modes: scopedModes(writing.modes, scoped) };
    if (closed) writing = closed.after;
    if (part !== "") repeated = closed?.start ?? text.length;
    text += part;
    i += length;
  }
  return { text, flags: (modes.ignoreCase ? "i" : "") + (isUnicode ? "u" : "") };
}

/** The translation of what the text starts with, and how much of it that is. */
function piece(text: string, writing: Writing): readonly [string, number] {
  const { modes, isUnicode } = writing;
  const char = text[0] ?? "";
  if (char === "\\") return [escapeSequence(text.slice(1, 12), writing), escapeLength(text)];
  if (char === "[") return characterClass(text, writing);
  if (char === "(") {
    for (const [pattern, write] of GROUPS) {
      const match = pattern.exec(text);
      if (match) return [write(match), match[0].length];
    }
  }
  // JavaScript knows more ends of lines than Python.
  if (char === "^") return [modes.multiline ? "(?<![^\\n])" : "^", 1];
  if (char === "$") return [modes.multiline ? "(?![^\\n])" : "(?=\\n?(?![\\s\\S]))", 1];
  if (char === ".") return [modes.dotAll ? "[\\s\\S]" : "[^\\n]", 1];
  if (char === "{") {
    const upTo = /^\{,(\d+)\}/.exec(text);
    if (upTo) return [`{0,${upTo[1]}}`, upTo[0].length];
    const counts = /^\{\d+(?:,\d*)?\}/.exec(text);
    return counts ? [counts[0], counts[0].length] : ["\\{", 1];
  }
  if (char === "}" || char === "]") return [`\\${char}`, 1];
  if (modes.verbose && /\s/.test(char)) return ["", 1];
  if (modes.verbose && char === "#") return ["", /^[^\n]*/.exec(text)?.[0].length ?? 1];
  if (isUnicode && text.codePointAt(0)! > 0xffff) return [text.slice(0, 2), 2];
  return [char, 1];
}

const LONG_ESCAPE =
  /^\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|0[0-7]{0,2}|[1-3][0-7]{2}|\d{1,2}|[\s\S])/u;

function escapeLength(text: string): number {
  return LONG_ESCAPE.exec(text)?.[0].length ?? 2;
}

const ASCII_WORD = "A-Za-z0-9_";
const WORD = "\\p{L}\\p{N}_";

/** What stands after a backslash, outside of classes. */
function escapeSequence(text: string, { modes, isUnicode }: Writing): string {
  const next = text[0] ?? "";
  const letters = isUnicode && !modes.ascii ? WORD : ASCII_WORD;
  switch (next) {
    case "w":
      return `[${letters}]`;
    case "W":
      return `[^${letters}]`;
    case "d":
    case "D":
      if (isUnicode && !modes.ascii) return next === "d" ? "\\p{Nd}" : "\\P{Nd}";
      return `\\${next}`;
    case "s":
      return modes.ascii ? "[\\t-\\r\\x20]" : `[${SPACES}]`;
    case "S":
      return modes.ascii ? "[^\\t-\\r\\x20]" : `[^${SPACES}]`;
    case "b":
      return `(?:(?<=[${letters}])(?![${letters}])|(?<![${letters}])(?=[${letters}]))`;
    case "B":
      return `(?:(?<=[${letters}])(?=[${letters}])|(?<![${letters}])(?![${letters}]))`;
  }
  return entryOf(ESCAPES, next) ?? sameEverywhere(text);
}

/** Escapes that mean the same inside of classes and outside. */
function sameEverywhere(text: string): string {
  const next = text[0] ?? "";
  const code = /^(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/.exec(text);
  if (code) return unit(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? "", 16));
  const octal = /^(?:0[0-7]{0,2}|[1-3][0-7]{2})/.exec(text)?.[0];
  if (octal !== undefined) return unit(Number.parseInt(octal, 8));
  if (/^[1-9]/.test(next)) return `(?:\\${/^\d{1,2}/.exec(text)?.[0]})`;
  if (/[nrtfv]/.test(next)) return `\\${next}`;
  if (/[A-Za-z]/.test(next)) return `(?P${next}`;
  if (/[\^$\\.*+?()[\]{}|/-]/.test(next)) return escapedMark(next);
  return text === "" ? "\\" : String.fromCodePoint(text.codePointAt(0)!);
}

/** A `-` outside of a class needs no escape, and may have none. */
function escapedMark(mark: string): string {
  return mark === "-" ? "\\x2d" : `\\${mark}`;
}

function unit(code: number): string {
  if (code > 0xffff) return String.fromCodePoint(code);
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

/** `[...]`: a `]` right after the opening is a character. */
function characterClass(text: string, writing: Writing): readonly [string, number] {
  const opening = text.startsWith("[^") ? "[^" : "[";
  let body = "";
  let i = opening.length;
  if (text[i] === "]") {
    body = "\\]";
    i++;
  }
  while (i < text.length && text[i] !== "]") {
    if (text[i] === "\\") {
      body += classEscape(text.slice(i + 1, i + 12), writing);
      i += escapeLength(text.slice(i, i + 12));
    } else {
      const char = String.fromCodePoint(text.codePointAt(i)!);
      const isRange =
        char === "-" && !/^\\[wWdDsS]/.test(text.slice(i + 1)) && !/\\[wWdDsS]$/.test(text.slice(0, i));
      body += char === "[" ? "\\[" : char === "-" && !isRange ? "\\x2d" : char;
      i += char.length;
    }
  }
  const isWide = writing.isUnicode && !writing.modes.ascii;
  if (!isWide || !hasNotWord(text.slice(0, i))) return [`${opening}${body}]`, i + 1];
  // No class says "none of these" of other scripts: what else is asked for stands beside it.
  return [opening === "[^" ? `(?:(?=[${WORD}])[^${body}])` : `(?:[^${WORD}]|[${body}])`, i + 1];
}

function hasNotWord(text: string): boolean {
  return /\\W/.test(text.replace(/\\[^W]/g, ""));
}

function classEscape(text: string, { modes, isUnicode }: Writing): string {
  const next = text[0] ?? "";
  const isWide = isUnicode && !modes.ascii;
  switch (next) {
    case "w":
      return isWide ? WORD : ASCII_WORD;
    case "d":
      return isWide ? "\\p{Nd}" : "\\d";
    case "D":
      return isWide ? "\\P{Nd}" : "\\D";
    case "s":
      return modes.ascii ? "\\t-\\r\\x20" : SPACES;
    case "W":
      return isWide ? "" : "\\W";
    case "S":
      return "\\S";
    case "b":
      return "\\x08";
    case "a":
      return "\\x07";
  }
  return /[1-9]/.test(next)
    ? unit(Number.parseInt(/^[0-7]{1,3}/.exec(text)?.[0] ?? "0", 8))
    : sameEverywhere(text);
}
