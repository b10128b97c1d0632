/**
 * Regular expressions of the program that is interpreted. They are never given to the host's matcher, where one hostile
 * pattern runs for ever; results are the same as the host's.
 */
import { type Anchor, runProgram } from "./matcher.ts";
import { type Program, programOf, type Style } from "./program.ts";
import { readPattern, type Tree } from "./syntax.ts";

export type { Anchor } from "./matcher.ts";

export type Tick = (steps: number) => void;

export interface PatternMatch {
  readonly input: string;
  readonly index: number;
  readonly end: number;
  /** The whole first; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[];
  readonly named: ReadonlyMap<string, string | undefined>;
  readonly indices: readonly (readonly [start: number, end: number] | undefined)[];
  readonly namedIndices: ReadonlyMap<string, readonly [start: number, end: number] | undefined>;
}

export interface Request {
  readonly text: string;
  readonly from?: number;
  readonly anchor?: Anchor;
  readonly tick: Tick;
}

const MAX_LENGTH = 20_000;
/** Of what a match holds: many of them are kept at once. */
const STEPS_A_MATCH = 12;
const NO_NAMES: ReadonlyMap<string, undefined> = new Map();
/** Patterns that are kept, for loops that ask for the same ones again. */
const MAX_KEPT = 200;
/** Instructions of a pattern that is kept: the rare larger ones would take the memory of all others. */
const MAX_KEPT_SIZE = 1000;
const kept = new Map<string, Pattern | undefined>();

/**
 * What making a pattern of a text counts, kept or not: whether it is may hang on what ran before, and the same program
 * must cost the same.
 */
export function stepsToMake(source: string): number {
  return 60 + 4 * source.length;
}

/** Undefined when the pattern is not valid, too large, or of a kind that is not followed (`v`). */
export function patternOf(source: string, flags: string, style: Style = "javascript"): Pattern | undefined {
  const key = `${style}/${flags}/${source}`;
  if (kept.has(key)) return kept.get(key);
  if (kept.size >= MAX_KEPT) kept.clear();
  const pattern = compile(source, flags, style);
  if (!pattern || pattern.size <= MAX_KEPT_SIZE) kept.set(key, pattern);
  return pattern;
}

function compile(source: string, flags: string, style: Style): Pattern | undefined {
  if (source.length > MAX_LENGTH || flags.includes("v")) return undefined;
  try {
    // The host compiles an expression when it first runs: making one only checks it. It knows no atomic groups.
    new RegExp(style === "python" ? source.replaceAll("(?>", "(?:") : source, flags);
  } catch {
    return undefined;
  }
  const tree = readPattern(source, flags);
  const program = tree && programOf(tree, style);
  return program && new Pattern(source, flags, tree, program);
}

export class Pattern {
  constructor(
    readonly source: string,
    readonly flags: string,
    private readonly tree: Tree,
    private readonly program: Program,
  ) {}

  get groupCount(): number {
    return this.tree.groupCount;
  }

  get size(): number {
    return this.program.code.length;
  }

  match({ text, from = 0, anchor = "search", tick }: Request): PatternMatch | undefined {
    const isUnicode = this.flags.includes("u");
    const slots = runProgram(this.program, { text, from, anchor, isUnicode, tick });
    if (!slots) return undefined;
    tick(STEPS_A_MATCH + this.tree.groupCount);
    const indices = Array.from({ length: this.tree.groupCount + 1 }, (_, group) => {
      const [start, end] = [slots[2 * group]!, slots[2 * group + 1]!];
      return start < 0 || end < 0 ? undefined : ([start, end] as const);
    });
    const groups = indices.map((pair) => pair && text.slice(...pair));
    const { names } = this.tree;
    const match = { input: text, index: slots[0]!, end: slots[1]!, groups, indices };
    if (names.size === 0) return { ...match, named: NO_NAMES, namedIndices: NO_NAMES };
    const chosen = [...names].map(
      ([name, ways]) => [name, ways.find((way) => indices[way]) ?? ways[0]!] as const,
    );
    return {
      ...match,
      named: new Map(chosen.map(([name, way]) => [name, groups[way]])),
      namedIndices: new Map(chosen.map(([name, way]) => [name, indices[way]])),
    };
  }

  /** All matches from a place on; after an empty one the search goes on a character later. */
  *matches({ text, from = 0, anchor = "search", tick }: Request): Generator<PatternMatch, undefined> {
    for (let start = from; start <= text.length; ) {
      const match = this.match({ text, from: start, anchor, tick });
      if (!match) return undefined;
      yield match;
      start = match.end > match.index ? match.end : this.after(text, match.end);
    }
    return undefined;
  }

  private after(text: string, place: number): number {
    return place + (this.flags.includes("u") && (text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1);
  }
}
