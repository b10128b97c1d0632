/** `re`: Python's regular expressions, translated to JavaScript's syntax. */
import type { Interp } from "../../../interpret/interp.ts";
import { defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  type Pattern,
  type PatternMatch,
  patternOf,
  stepsToMake,
} from "../../../interpret/patterns/pattern.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  List,
  Tuple,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { pointOf, unitOf } from "../characters.ts";
import { strictTable, toInt, toText } from "../core.ts";
import { dictOf } from "../dict.ts";
import { iterOf } from "../sequences.ts";
import { exceptionClass } from "../types/exceptions.ts";
import { argsOf, OBJECT } from "../types/object.ts";
import { type Modes, modesOf, translatePattern } from "./regexsyntax.ts";
import { type Module, strictModule } from "./table.ts";

/** What a compiled pattern keeps. */
interface Compiled {
  /** As the program writes it. */
  readonly whole: string;
  readonly groups: number;
  /** Without the modes at its start. */
  readonly source: string;
  readonly modes: Modes;
  /** For texts of ASCII alone, if the pattern is so too. */
  readonly pattern: Pattern | undefined;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** The pattern as it is written for a text: letters and digits of all scripts count where there are others than ASCII's. */
function patternFor(interp: Interp, { source, modes, pattern }: Compiled, text: string): Pattern | Unknown {
  if (pattern && !NOT_ASCII.test(text)) return pattern;
  interp.tick(stepsToMake(source));
  const { text: wide, flags } = translatePattern(source, modes, true);
  return (
    patternOf(wide, flags, "python") ??
    interp.unknown(`the pattern ${shortened(source)} is not followed on this text`)
  );
}

/** A pattern as a message shows it: verbose ones have many lines. */
function shortened(source: string): string {
  const line = source.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

type Anchor = keyof typeof ANCHORS;

const FLAGS = {
  I: 2,
  IGNORECASE: 2,
  M: 8,
  MULTILINE: 8,
  S: 16,
  DOTALL: 16,
  X: 64,
  VERBOSE: 64,
  A: 256,
  ASCII: 256,
  U: 32,
  UNICODE: 32,
  L: 4,
  LOCALE: 4,
  NOFLAG: 0,
  DEBUG: 128,
};

function compile(interp: Interp, pattern: Value, flags: number): Compiled | ReturnType<Interp["unknown"]> {
  if (isUnknown(pattern)) return pattern;
  if (pattern instanceof Instance && pattern.cls === PATTERN) return pattern.native as Compiled;
  const source = toText(pattern);
  if (source === undefined) return interp.unknown("this pattern is not followed");
  interp.tick(stepsToMake(source));
  const [modes, rest] = modesOf(source, {
    ignoreCase: (flags & FLAGS.I) !== 0,
    multiline: (flags & FLAGS.M) !== 0,
    dotAll: (flags & FLAGS.S) !== 0,
    verbose: (flags & FLAGS.X) !== 0,
    ascii: (flags & FLAGS.A) !== 0,
  });
  const isWide = NOT_ASCII.test(rest);
  const { text, flags: letters } = translatePattern(rest, modes, isWide);
  const compiled = patternOf(text, letters, "python");
  if (!compiled) return interp.unknown(`the pattern ${shortened(source)} is not followed`);
  interp.tick(compiled.size >> 4);
  return {
    whole: source,
    groups: compiled.groupCount,
    source: rest,
    modes,
    pattern: isWide ? undefined : compiled,
  };
}

/** What `match` and its kin ask for in the terms of a pattern. */
const ANCHORS = { search: "search", match: "start", fullmatch: "whole" } as const;

/** Runs from a place; a match at the start only, or to the end, when the anchor says so. */
function run(
  interp: Interp,
  compiled: Compiled,
  text: string,
  anchor: Anchor,
  from = 0,
): PatternMatch | undefined | Unknown {
  if (from > text.length) return undefined;
  const pattern = patternFor(interp, compiled, text);
  if (isUnknown(pattern)) return pattern;
  return pattern.match({ text, from, anchor: ANCHORS[anchor], tick: (steps) => interp.tick(steps) });
}

function makeMatch(interp: Interp, compiled: Compiled, found: PatternMatch | undefined | Unknown): Value {
  if (!found) return null;
  if (isUnknown(found)) return found;
  const match = interp.newInstance(MATCH);
  match.native = found;
  match.attrs.set("string", found.input);
  match.attrs.set("re", makePattern(interp, compiled));
  match.attrs.set("lastindex", lastIndex(interp, found));
  return match;
}

/** The group that closed last. */
function lastIndex(interp: Interp, { indices }: PatternMatch): Value {
  const ends = indices.slice(1).map((pair) => pair?.[1] ?? -1);
  const last = Math.max(-1, ...ends);
  if (last < 0) return null;
  const at = ends.indexOf(last);
  return ends.indexOf(last, at + 1) < 0 ? at + 1 : interp.unknown("which group closed last is not followed");
}

function makePattern(interp: Interp, compiled: Compiled): Instance {
  const pattern = interp.newInstance(PATTERN);
  pattern.native = compiled;
  pattern.attrs.set("pattern", compiled.whole);
  pattern.attrs.set("groups", compiled.groups);
  return pattern;
}

function found(match: Value): PatternMatch | undefined {
  return match instanceof Instance ? (match.native as PatternMatch) : undefined;
}

function group(interp: Interp, match: Value, which: Value, missing: Value = null): Value {
  const caught = found(match);
  const name = toText(which);
  if (name !== undefined) {
    if (!caught?.named.has(name)) return interp.fail("IndexError", "no such group");
    return caught.named.get(name) ?? missing;
  }
  const index = toInt(which) ?? 0;
  if (!caught || index >= caught.groups.length) return interp.fail("IndexError", "no such group");
  return caught.groups[index] ?? missing;
}

function place(match: Value, which: Value, end: 0 | 1): number {
  const caught = found(match);
  const name = toText(which);
  const pair = name !== undefined ? caught?.namedIndices.get(name) : caught?.indices[toInt(which) ?? 0];
  return pair ? pointOf(caught?.input ?? "", pair[end]) : -1;
}

export const MATCH: ClassValue = defineClass("Match", {
  bases: [OBJECT],
  qualname: "re.Match",
  methods: strictTable({
    group: [
      "self, *groups",
      (a, interp) => {
        const asked = argsOf(a.groups);
        if (asked.length <= 1) return group(interp, a.self, asked[0] ?? 0);
        return new Tuple(asked.map((which) => group(interp, a.self, which)));
      },
    ],
    __getitem__: ["self, which", (a, interp) => group(interp, a.self, a.which)],
    groups: [
      "self, default=None",
      (a) => new Tuple((found(a.self)?.groups ?? []).slice(1).map((part) => part ?? a.default)),
    ],
    groupdict: [
      "self, default=None",
      (a) =>
        dictOf([...(found(a.self)?.named ?? [])].map(([key, part]) => [key, part ?? a.default] as const)),
    ],
    start: ["self, which=0", (a) => place(a.self, a.which, 0)],
    end: ["self, which=0", (a) => place(a.self, a.which, 1)],
    span: ["self, which=0", (a) => new Tuple([place(a.self, a.which, 0), place(a.self, a.which, 1)])],
    expand: ["self, template", (a) => expand(found(a.self), toText(a.template) ?? "")],
    __bool__: ["self", () => true],
  }),
});

/** `\1` and `\g<name>` in a replacement. */
function expand(match: PatternMatch | undefined, template: string): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|(.))/gs,
    (_whole, name: string | undefined, digit: string | undefined, char: string) => {
      const which = name ?? digit;
      if (which === undefined)
        return char === "n" ? "\n" : char === "t" ? "\t" : char === "\\" ? "\\" : `\\${char}`;
      return (/^\d+$/.test(which) ? match?.groups[Number(which)] : match?.named.get(which)) ?? "";
    },
  );
}

function allMatches(interp: Interp, compiled: Compiled, text: string): Iterable<PatternMatch> | Unknown {
  const pattern = patternFor(interp, compiled, text);
  return isUnknown(pattern) ? pattern : pattern.matches({ text, tick: (steps) => interp.tick(steps) });
}

function findAll(interp: Interp, compiled: Compiled, text: string): Value {
  const all = allMatches(interp, compiled, text);
  if (isUnknown(all)) return all;
  const rows = [...all].map(({ groups: [whole, ...parts] }) => {
    if (parts.length === 0) return whole;
    const groups = parts.map((part) => part ?? "");
    return groups.length === 1 ? groups[0] : new Tuple(groups);
  });
  return new List(rows);
}

function substitute(
  interp: Interp,
  compiled: Compiled,
  replacement: Value,
  text: string,
  most: number,
): { text: Value; count: Value } {
  let result = "";
  let end = 0;
  let count = 0;
  const all = allMatches(interp, compiled, text);
  if (isUnknown(all)) return { text: all, count: all };
  for (const match of all) {
    if (most > 0 && count >= most) break;
    const template = toText(replacement);
    const part =
      template === undefined
        ? interp.call(replacement, [makeMatch(interp, compiled, match)])
        : expand(match, template);
    if (isUnknown(part)) return { text: part, count };
    result += text.slice(end, match.index) + (toText(part) ?? "");
    end = match.end;
    count++;
  }
  return { text: result + text.slice(end), count };
}

function split(interp: Interp, compiled: Compiled, text: string, most: number): Value {
  const parts: Value[] = [];
  let end = 0;
  let count = 0;
  const all = allMatches(interp, compiled, text);
  if (isUnknown(all)) return all;
  for (const match of all) {
    if (most > 0 && count++ >= most) break;
    parts.push(text.slice(end, match.index), ...match.groups.slice(1).map((part) => part ?? null));
    end = match.end;
  }
  return new List([...parts, text.slice(end)]);
}

type Work = (interp: Interp, compiled: Compiled, a: Parameters<NativeImpl>[0]) => Value;

const text = (a: Parameters<NativeImpl>[0]) => toText(a.string) ?? "";
const matching =
  (anchor: Anchor): Work =>
  (interp, compiled, a) => {
    const from = unitOf(text(a), Math.max(0, toInt(a.pos) ?? 0));
    return makeMatch(interp, compiled, run(interp, compiled, text(a), anchor, from));
  };

/** What both the module's functions and a pattern's methods do: signature after the pattern, and the work. */
const WORK: Readonly<Record<string, readonly [string, Work]>> = {
  match: ["string, pos=0, flags=0", matching("match")],
  fullmatch: ["string, pos=0, flags=0", matching("fullmatch")],
  search: ["string, pos=0, flags=0", matching("search")],
  findall: ["string, flags=0", (interp, compiled, a) => findAll(interp, compiled, text(a))],
  finditer: [
    "string, flags=0",
    (interp, compiled, a) => {
      const all = allMatches(interp, compiled, text(a));
      return isUnknown(all) ? all : iterOf([...all].map((match) => makeMatch(interp, compiled, match)));
    },
  ],
  sub: [
    "repl, string, count=0, flags=0",
    (interp, compiled, a) => substitute(interp, compiled, a.repl, text(a), toInt(a.count) ?? 0).text,
  ],
  subn: [
    "repl, string, count=0, flags=0",
    (interp, compiled, a) => {
      const { text: result, count } = substitute(interp, compiled, a.repl, text(a), toInt(a.count) ?? 0);
      return new Tuple([result, count]);
    },
  ],
  split: [
    "string, maxsplit=0, flags=0",
    (interp, compiled, a) => split(interp, compiled, text(a), toInt(a.maxsplit) ?? 0),
  ],
};

function methodTable(self: "self" | "pattern"): Readonly<Record<string, readonly [string, NativeImpl]>> {
  return Object.fromEntries(
    Object.entries(WORK).map(([name, [signature, work]]) => {
      // The module's functions take flags where a pattern's methods take a place.
      const params = self === "pattern" ? signature.replace("pos=0, ", "") : signature;
      const impl: NativeImpl = (a, interp) => {
        const compiled = compile(interp, a[self], toInt(a.flags) ?? 0);
        return isUnknown(compiled) ? compiled : work(interp, compiled, a);
      };
      return [name, [`${self}, ${params}`, impl] as const];
    }),
  );
}

export const PATTERN: ClassValue = defineClass("Pattern", {
  bases: [OBJECT],
  qualname: "re.Pattern",
  methods: strictTable(methodTable("self")),
});

export const re = (): Module =>
  strictModule({
    values: {
      ...FLAGS,
      Pattern: PATTERN,
      Match: MATCH,
      error: exceptionClass("ValueError"),
      RegexFlag: FLAGS.NOFLAG,
    },
    functions: {
      ...methodTable("pattern"),
      compile: [
        "pattern, flags=0",
        (a, interp) => {
          const compiled = compile(interp, a.pattern, toInt(a.flags) ?? 0);
          return isUnknown(compiled) ? compiled : makePattern(interp, compiled);
        },
      ],
      escape: [
        "pattern",
        (a) => (toText(a.pattern) ?? "").replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, "\\$&"),
      ],
      purge: ["", () => null],
    },
  });
