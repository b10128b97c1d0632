/**
 * Patterns in JavaScript's syntax as trees, and Python's atomic groups. The host has checked the syntax, so only valid
 * patterns are read here.
 */
import { type CharacterTest, characterTest, isLiteral } from "./characters.ts";

export type Assertion = "lineStart" | "lineEnd" | "boundary" | "notBoundary";

export type Node =
  | { readonly kind: "character"; readonly test: CharacterTest }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "choice"; readonly parts: readonly Node[] }
  | { readonly kind: "group"; readonly index: number; readonly body: Node }
  | {
      readonly kind: "repeat";
      readonly body: Node;
      readonly least: number;
      readonly most: number;
      readonly isGreedy: boolean;
      /** The groups inside: from, and up to but without. */
      readonly groups: readonly [number, number];
    }
  /** Keeps the first way it matches: `(?>…)`, of Python alone. */
  | { readonly kind: "atomic"; readonly body: Node }
  | { readonly kind: "look"; readonly isAhead: boolean; readonly isNegative: boolean; readonly body: Node }
  | { readonly kind: "reference"; readonly groups: readonly number[]; readonly flags: string }
  | {
      readonly kind: "assertion";
      readonly what: Assertion;
      readonly isMultiline: boolean;
      readonly isWord: CharacterTest;
    };

export interface Tree {
  readonly root: Node;
  readonly groupCount: number;
  /** Two branches may have groups of one name. */
  readonly names: ReadonlyMap<string, readonly number[]>;
}

/** Groups within groups: reading them recurses. */
const MAX_DEPTH = 200;

/** One character or class, escapes included, that stands for exactly one character. */
const ESCAPE = /\\(?:c[A-Za-z]|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[0-3]?[0-7]{1,2}|[\s\S])/y;
const UNICODE_ESCAPE =
  /\\(?:c[A-Za-z]|x[\dA-Fa-f]{2}|u\{[\dA-Fa-f]+\}|u[Dd][89ABab][\dA-Fa-f]{2}\\u[Dd][C-Fc-f][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[pP]\{[^}]*\}|[\s\S])/uy;
const COUNTS = /\{(\d+)(?:(,)(\d*))?\}/y;
const GROUP = /\((?:\?(?:(:|>|<?[=!])|<([^>=!][^>]*)>|([ims]*)(?:-([ims]*))?:))?/y;

/** Undefined for a pattern that is nested too deeply. */
export function readPattern(source: string, flags: string): Tree | undefined {
  const reader = new Reader(source, flags);
  const root = reader.choice(flags, 0);
  return reader.isTooDeep ? undefined : { root, groupCount: reader.groupCount, names: reader.names };
}

class Reader {
  groupCount = 0;
  isTooDeep = false;
  readonly names = new Map<string, number[]>();
  private at = 0;
  private readonly isUnicode: boolean;
  private readonly allGroups: number;
  private readonly allNames: ReadonlyMap<string, readonly number[]>;

  constructor(
    private readonly source: string,
    flags: string,
  ) {
    this.isUnicode = flags.includes("u");
    // A reference may stand before its group.
    const { count, names } = groupsOf(source);
    this.allGroups = count;
    this.allNames = names;
  }

  choice(flags: string, depth: number): Node {
    this.isTooDeep ||= depth > MAX_DEPTH;
    const branches: Node[] = [];
    let parts: Node[] = [];
    while (this.at < this.source.length && this.source[this.at] !== ")" && !this.isTooDeep) {
      if (this.source[this.at] === "|") {
        this.at++;
        branches.push({ kind: "sequence", parts });
        parts = [];
      } else parts.push(this.term(flags, depth));
    }
    const last: Node = { kind: "sequence", parts };
    return branches.length === 0 ? last : { kind: "choice", parts: [...branches, last] };
  }

  private term(flags: string, depth: number): Node {
    const before = this.groupCount;
    const body = this.atom(flags, depth);
    const counts = this.counts();
    if (!counts) return body;
    const isGreedy = this.source[this.at] !== "?";
    if (!isGreedy) this.at++;
    const groups = [before + 1, this.groupCount + 1] as const;
    return { kind: "repeat", body, least: counts[0], most: counts[1], isGreedy, groups };
  }

  private counts(): readonly [number, number] | undefined {
    const char = this.source[this.at];
    const simple =
      char === "*" ? [0, Infinity] : char === "+" ? [1, Infinity] : char === "?" ? [0, 1] : undefined;
    if (simple) {
      this.at++;
      return [simple[0]!, simple[1]!];
    }
    const match = this.read(COUNTS);
    if (!match) return undefined;
    const least = Number(match[1]);
    return [least, match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3])];
  }

  private atom(flags: string, depth: number): Node {
    const char = this.source[this.at]!;
    if (char === "(") return this.group(flags, depth);
    if (char === "^" || char === "$") {
      this.at++;
      return this.assertion(char === "^" ? "lineStart" : "lineEnd", flags);
    }
    if (char === "\\") return this.escape(flags);
    const start = this.at;
    if (char === "[") this.at = endOfClass(this.source, start);
    else this.at += this.isUnicode && this.source.codePointAt(start)! > 0xffff ? 2 : 1;
    return this.character(start, flags);
  }

  private character(start: number, flags: string): Node {
    const text = this.source.slice(start, this.at);
    return { kind: "character", test: characterTest(isLiteral(text) ? `\\${text}` : text, flags) };
  }

  private assertion(what: Assertion, flags: string): Node {
    return { kind: "assertion", what, isMultiline: flags.includes("m"), isWord: characterTest("\\w", flags) };
  }

  private escape(flags: string): Node {
    const start = this.at;
    const next = this.source[start + 1]!;
    if (next === "b" || next === "B") {
      this.at += 2;
      return this.assertion(next === "b" ? "boundary" : "notBoundary", flags);
    }
    const number = /^[1-9]\d*/.exec(this.source.slice(start + 1, start + 8))?.[0];
    if (number !== undefined && (this.isUnicode || Number(number) <= this.allGroups)) {
      this.at += 1 + number.length;
      return { kind: "reference", groups: [Number(number)], flags };
    }
    const name = next === "k" && this.allNames.size > 0 ? this.read(/\\k<([^>]*)>/y)?.[1] : undefined;
    if (name !== undefined) return { kind: "reference", groups: this.allNames.get(name) ?? [], flags };
    // A `\c` without a letter is a backslash.
    if (!this.isUnicode && next === "c" && !/[A-Za-z]/.test(this.source[start + 2] ?? "")) {
      this.at++;
      return { kind: "character", test: characterTest("\\\\", flags) };
    }
    this.read(this.isUnicode ? UNICODE_ESCAPE : ESCAPE);
    return { kind: "character", test: characterTest(this.source.slice(start, this.at), flags) };
  }

  private group(flags: string, depth: number): Node {
    const [, look, name, on, off] = this.read(GROUP)!;
    const isCapturing = look === undefined && on === undefined;
    const index = isCapturing ? ++this.groupCount : 0;
    if (name !== undefined) this.names.set(name, [...(this.names.get(name) ?? []), index]);
    const kept = [...flags].filter((flag) => !off?.includes(flag)).join("");
    const body = this.choice(kept + (on ?? ""), depth + 1);
    this.at++;
    if (isCapturing) return { kind: "group", index, body };
    if (look === undefined || look === ":") return body;
    if (look === ">") return { kind: "atomic", body };
    return { kind: "look", isAhead: !look.startsWith("<"), isNegative: look.endsWith("!"), body };
  }

  private read(what: RegExp): RegExpExecArray | undefined {
    what.lastIndex = this.at;
    const match = what.exec(this.source);
    if (match) this.at += match[0].length;
    return match ?? undefined;
  }
}

/** Where a class that starts here ends. */
function endOfClass(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== "]") at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

function groupsOf(source: string): { count: number; names: ReadonlyMap<string, readonly number[]> } {
  const names = new Map<string, number[]>();
  let count = 0;
  for (let at = 0; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[") at = endOfClass(source, at) - 1;
    else if (
      source[at] === "(" &&
      (source[at + 1] !== "?" || /^\?<[^=!]/.test(source.slice(at + 1, at + 4)))
    ) {
      count++;
      const name = source[at + 1] === "?" ? source.slice(at + 3, source.indexOf(">", at)) : undefined;
      if (name !== undefined) names.set(name, [...(names.get(name) ?? []), count]);
    }
  }
  return { count, names };
}
