/** Rewrites a Python regular expression into JavaScript's syntax. */
import { entryOf } from "../../../table.ts";

export interface TranslatedPattern {
  readonly text: string;
  /** Modes that `(?i)` and its kin switched on. */
  readonly flags: string;
}

/** Escapes that mean something else, or nothing, in JavaScript's syntax. */
const ESCAPES: Readonly<Record<string, string>> = { A: "(?<![\\s\\S])", Z: "(?![\\s\\S])", a: "\\x07" };

/** Openings of groups that are written differently. */
const GROUPS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^\(\?P<(\w+)>/, (match) => `(?<${match[1]}>`],
  [/^\(\?P=(\w+)\)/, (match) => `\\k<${match[1]}>`],
  [/^\(\?#[^)]*\)/, () => ""],
  [/^\(\?>/, () => "(?:"],
  [/^\(\?[a-zA-Z]*(?:-[a-zA-Z]+)?:/, () => "(?:"],
];

export function translatePattern(source: string, isVerbose: boolean): TranslatedPattern {
  let flags = "";
  let verbose = isVerbose;
  const leading = /^\(\?([aiLmsux]+)\)/.exec(source);
  let rest = source;
  if (leading) {
    flags = [...(leading[1] ?? "")].filter((flag) => "ims".includes(flag)).join("");
    verbose ||= (leading[1] ?? "").includes("x");
    rest = source.slice(leading[0].length);
  }
  let text = "";
  for (let i = 0; i < rest.length; ) {
    const [part, length] = piece(rest.slice(i), verbose);
    text += part;
    i += length;
  }
  return { text, flags };
}

/** The translation of what the text starts with, and how much of it that is. */
function piece(text: string, verbose: boolean): readonly [string, number] {
  const char = text[0] ?? "";
  if (char === "\\") {
    const next = text[1] ?? "";
    return [entryOf(ESCAPES, next) ?? char + next, 2];
  }
  if (char === "[") return characterClass(text);
  if (char === "(") {
    for (const [pattern, write] of GROUPS) {
      const match = pattern.exec(text);
      if (match) return [write(match), match[0].length];
    }
  }
  if (char === "$") return ["(?=\\n?$)", 1];
  if (char === "{") {
    const upTo = /^\{,(\d+)\}/.exec(text);
    if (upTo) return [`{0,${upTo[1]}}`, upTo[0].length];
  }
  if (verbose && /\s/.test(char)) return ["", 1];
  if (verbose && char === "#") return ["", /^[^\n]*/.exec(text)?.[0].length ?? 1];
  // Possessive quantifiers are as greedy as plain ones.
  if (char === "+" || char === "*" || char === "?" || char === "}") return [char, text[1] === "+" ? 2 : 1];
  return [char, 1];
}

/** `[...]`: a `]` right after the opening is a character. */
function characterClass(text: string): readonly [string, number] {
  const opening = text.startsWith("[^") ? "[^" : "[";
  let body = "";
  let i = opening.length;
  if (text[i] === "]") {
    body = "\\]";
    i++;
  }
  for (; i < text.length && text[i] !== "]"; i++) {
    body += text[i];
    if (text[i] === "\\") body += text[++i] ?? "";
  }
  return [`${opening}${body}]`, i + 1];
}
