/**
 * What an edit changed in a module: nothing but the insides of some functions, or more than that. And where places
 * of the text before lie in the text after.
 */

import { entryOf } from "../base/table.ts";
import type { Place } from "../contract/report.ts";
import type { FunctionNode, ModuleNode, Stmt } from "../syntax/ast.ts";
import { isSpan } from "../syntax/pieces.ts";
import { type Span, spanText } from "../syntax/span.ts";

/** A module as it was at some time: the places of statements that live on move with their text. */
export interface Outline {
  readonly node: ModuleNode;
  readonly text: string;
  readonly spans: readonly Span[];
}

export function outlineOf(node: ModuleNode, text: string): Outline {
  return { node, text, spans: node.body.map(({ at }) => ({ ...at })) };
}

/** An edit inside functions. */
export interface LocalChanges {
  /** The functions that changed, as they were and as they are. */
  readonly changed: ReadonlySet<FunctionNode>;
  /** Functions that are as before in statements that were lowered anew. */
  readonly renewed: ReadonlyMap<FunctionNode, FunctionNode>;
  /** Nothing outside the changed functions has moved. */
  readonly still: boolean;
  /** The module after the edit. */
  readonly now: ModuleNode;
  /** Where a place of the text before lies now; undefined inside of what changed. */
  place(place: Place): Place | undefined;
}

/** The changes, if they are inside of functions alone. */
export function localChanges(before: Outline, after: Outline): LocalChanges | undefined {
  const old = before.node.body;
  const now = after.node.body;
  if (old.length !== now.length) return undefined;
  const comparison = new Comparison();
  const moved: Moved[] = [];
  for (const [index, from] of before.spans.entries()) {
    const to = after.spans[index];
    const [one, other] = [old[index], now[index]];
    if (!to || !one || !other) return undefined;
    // What was taken over stands as it was, at other lines.
    if (one === other) moved.push({ from, by: to.line - from.line });
    else if (!comparison.same(one, other)) return undefined;
  }
  const { changed, renewed, places } = comparison;
  for (const [from, to] of renewed) {
    if (sameParameters([before.text, from], [after.text, to])) continue;
    changed.add(from);
    changed.add(to);
    renewed.delete(from);
  }
  const still =
    moved.every(({ by }) => by === 0) &&
    [...places].every(([key, now]) => now !== undefined && key === keyOf(now));
  const place = (at: Place): Place | undefined => placeNow(at, places, moved);
  return { changed, renewed, still, place, now: after.node };
}

/** A signature is told as the text has it: where that is broken, the syntax tree leaves some of it out. */
function sameParameters(
  [before, from]: readonly [string, FunctionNode],
  [after, to]: readonly [string, FunctionNode],
): boolean {
  return from.params.every(({ at }, index) => {
    const now = to.params[index];
    return now !== undefined && spanText(before, at) === spanText(after, now.at);
  });
}

// ---------------------------------------------------------------------- places

interface Moved {
  readonly from: Span;
  readonly by: number;
}

function keyOf({ line, column, endLine, endColumn }: Omit<Span, "file">): string {
  return `${line}:${column}:${endLine}:${endColumn}`;
}

function placeNow(
  at: Place,
  places: ReadonlyMap<string, Span | undefined>,
  moved: readonly Moved[],
): Place | undefined {
  const { end_line: toLine = at.line, end_column: toColumn = at.column } = at;
  const key = keyOf({ line: at.line, column: at.column, endLine: toLine, endColumn: toColumn });
  if (places.has(key)) {
    const found = places.get(key);
    if (!found) return undefined;
    const { line, column, endLine, endColumn } = found;
    return { file: at.file, line, column, end_line: endLine, end_column: endColumn };
  }
  const statement = statementAround({ ...at, endLine: toLine, endColumn: toColumn }, moved);
  if (statement?.by === 0) return at;
  if (statement) {
    const end = at.end_line === undefined ? {} : { end_line: toLine + statement.by };
    return { ...at, line: at.line + statement.by, ...end };
  }
  // What has no place of its own is told at the start of the file.
  return at.line <= 1 && at.column <= 1 && toLine <= 1 && toColumn <= 1 ? at : undefined;
}

function statementAround(at: Span, moved: readonly Moved[]): Moved | undefined {
  let low = 0;
  let high = moved.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = moved[middle] as Moved;
    const { from } = candidate;
    if (isBefore(at.line, at.column, from.line, from.column)) high = middle - 1;
    else if (isBefore(from.endLine, from.endColumn, at.endLine, at.endColumn)) low = middle + 1;
    else return candidate;
  }
  return undefined;
}

function isBefore(line: number, column: number, otherLine: number, otherColumn: number): boolean {
  return line < otherLine || (line === otherLine && column < otherColumn);
}

// ------------------------------------------------------------------ comparison

class Comparison {
  readonly changed = new Set<FunctionNode>();
  readonly renewed = new Map<FunctionNode, FunctionNode>();
  /** Where stretches of the text before are now; undefined where nodes that shared one have parted. */
  readonly places = new Map<string, Span | undefined>();
  private pairs: (readonly [Span, Span])[] = [];
  private functions: (readonly [FunctionNode, FunctionNode])[] = [];
  private insideFunction = false;

  /** Are two statements the same but for the bodies of functions? Their places are noted. */
  same(one: Stmt, other: Stmt): boolean {
    if (!this.alike(one, other)) return false;
    for (const [from, to] of this.pairs) this.note(from, to);
    for (const [from, to] of this.functions) this.renewed.set(from, to);
    this.pairs = [];
    this.functions = [];
    return true;
  }

  private note(from: Span, to: Span): void {
    const key = keyOf(from);
    const known = this.places.get(key);
    if (!this.places.has(key)) this.places.set(key, { ...to });
    else if (known && keyOf(known) !== keyOf(to)) this.places.set(key, undefined);
  }

  private alike(one: unknown, other: unknown): boolean {
    if (Object.is(one, other)) return true;
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
    if (Array.isArray(one)) {
      return (
        Array.isArray(other) &&
        one.length === other.length &&
        one.every((item, index) => this.alike(item, other[index]))
      );
    }
    if (isSpan(one) && isSpan(other)) {
      this.pairs.push([one, other]);
      return true;
    }
    return isFunction(one) && isFunction(other)
      ? this.alikeFunctions(one, other)
      : this.alikeNodes(one, other);
  }

  private alikeNodes(one: object, other: object, apart: ReadonlySet<string> = NONE): boolean {
    const keys = Object.keys(one);
    if (keys.length !== Object.keys(other).length && apart === NONE) return false;
    const theirs = other as Readonly<Record<string, unknown>>;
    for (const [key, value] of Object.entries(one)) {
      if (!apart.has(key) && !(Object.hasOwn(theirs, key) && this.alike(value, entryOf(theirs, key))))
        return false;
    }
    return Object.keys(other).every((key) => Object.hasOwn(one, key) || apart.has(key));
  }

  /** The outermost function whose body differs is what changed; its signature and decorators must be the same. */
  private alikeFunctions(one: FunctionNode, other: FunctionNode): boolean {
    if (this.insideFunction) {
      this.functions.push([one, other]);
      return this.alikeNodes(one, other);
    }
    if (!this.alikeNodes(one, other, BODY)) return false;
    const { pairs, functions } = this;
    this.pairs = [];
    this.functions = [];
    this.insideFunction = true;
    const isSame = one.doc === other.doc && this.alike(one.body, other.body);
    this.insideFunction = false;
    if (isSame) {
      this.pairs = pairs.concat(this.pairs);
      this.functions = functions.concat(this.functions, [[one, other]]);
    } else {
      this.pairs = pairs;
      this.functions = functions;
      this.changed.add(one).add(other);
    }
    return true;
  }
}

const NONE: ReadonlySet<string> = new Set();
const BODY: ReadonlySet<string> = new Set(["body", "doc"]);

function isFunction(node: object): node is FunctionNode {
  return "params" in node && "body" in node && "form" in node;
}
