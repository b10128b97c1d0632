/**
 * What both languages need to lower a tree-sitter tree: spans, child access without comments,
 * and the state that one lowering carries along (errors, the function it stands in, nesting depth).
 */
import type { Node as SyntaxNode } from "web-tree-sitter";
import type { ClassMember, Directive, Expr, Hole, ModuleNode, Stmt } from "./ast.ts";
import { isOptionalChain } from "./optionalChain.ts";
import type { Span } from "./span.ts";

export type { SyntaxNode };
/** Parses a piece of text, hands its root to `read`, and frees the tree. */
export type ParsePiece = <T>(text: string, read: (root: SyntaxNode) => T) => T;
export type SyntaxProblem = ModuleNode["errors"][number];

/** Nodes that may stand anywhere and mean nothing to evaluation; ERROR nodes are listed apart. */
const LAYOUT_TYPES: ReadonlySet<string> = new Set(["comment", "html_comment", "line_continuation", "ERROR"]);

/** A name that stands for text that could not be read; it lowers to a hole. */
export const UNREADABLE = "__unreadable__";

/** Deeper nesting than any program has: lowering, compiling and running it all fit the host's stack. */
export const MAX_DEPTH = 200;
export const NESTED_TOO_DEEPLY = "nested too deeply";
/** From here on, what is long and not deep (`a + b + …`, `x.f().g()…`, `elif`) is laid flat. */
export const FLAT_DEPTH = 60;
const SHORT_CHAIN = 8;

/** State shared by all pieces of text that make up one module. */
export interface ModuleState {
  readonly file: string;
  readonly errors: SyntaxProblem[];
  /** Innermost function last; set when a `yield` is met. */
  readonly functions: { yields: boolean }[];
  /** Set when the parser joined lines that Python keeps apart, without calling it an error. */
  hasJoinedLines: boolean;
  /** Characters of the module's lines, where pieces are read that are longer than what was written. */
  widths?: readonly number[];
}

export function newModuleState(file: string): ModuleState {
  return { file, errors: [], functions: [], hasJoinedLines: false };
}

export function widthsOf(text: string): readonly number[] {
  return text.split("\n").map((line) => line.replace(/\r$/, "").length);
}

/** What stands between a broken statement's head and its end. */
export interface RecoveredBody {
  readonly statements: Stmt[];
  /** Of a class body in braces. */
  readonly members: ClassMember[];
}

export class Lowering {
  private depth = 0;
  /** The link's operand that is lowered already, and what stands for it. */
  private held: { readonly id: number; readonly value: Expr } | undefined;

  constructor(
    readonly module: ModuleState,
    /** The text the tree was parsed from: the module's, or a piece of it that starts at a line start. */
    readonly text: string,
    /** Lines of the module above `text`. */
    readonly linesAbove: number,
    /** Bodies that the recovery lowers itself, by the (module) line of the placeholder in `text`. */
    readonly bodies: ReadonlyMap<number, () => RecoveredBody> = new Map(),
  ) {}

  span(node: SyntaxNode): Span {
    const { row, column } = this.written(node.startPosition);
    const end = this.written(node.endPosition);
    const { file } = this.module;
    return { file, line: row + 1, column: column + 1, endLine: end.row + 1, endColumn: end.column + 1 };
  }

  /** A place in the module, from 0: what a repair put in stands at the end of what was written. */
  private written({ row, column }: SyntaxNode["startPosition"]): SyntaxNode["startPosition"] {
    const { widths } = this.module;
    const line = row + this.linesAbove;
    if (!widths) return { row: line, column };
    const last = Math.min(line, widths.length - 1);
    const width = widths[last] ?? 0;
    return { row: last, column: last < line ? width : Math.min(column, width) };
  }

  textOf(node: SyntaxNode): string {
    return this.text.slice(node.startIndex, node.endIndex);
  }

  hole(node: SyntaxNode, reason: string): Hole {
    return { kind: "hole", reason, at: this.span(node) };
  }

  /** Beyond here nothing more is read. */
  get isDeep(): boolean {
    return this.depth >= MAX_DEPTH;
  }

  deeper<T>(lower: () => T): T {
    this.depth++;
    const result = lower();
    this.depth--;
    return result;
  }

  /** Runs `lower` one level deeper, or gives a hole when the nesting is beyond all reason. */
  nested(node: SyntaxNode, lower: () => Expr): Expr {
    return this.isDeep ? this.hole(node, NESTED_TOO_DEEPLY) : this.deeper(lower);
  }

  /**
   * The expression that `lower` makes of a node. Where a deep one only goes on to its left, it is laid flat: `leftOf`
   * gives the operand that a node evaluates first.
   */
  chained(
    node: SyntaxNode,
    leftOf: (node: SyntaxNode) => SyntaxNode | undefined,
    lower: (node: SyntaxNode) => Expr,
  ): Expr {
    if (this.held?.id === node.id) return this.held.value;
    if (this.depth < FLAT_DEPTH) return this.nested(node, () => lower(node));
    const links: SyntaxNode[] = [];
    let head = node;
    for (let left = leftOf(node); left && left.id !== this.held?.id; left = leftOf(left)) {
      links.push(head);
      head = left;
    }
    if (links.length < SHORT_CHAIN) return this.nested(node, () => lower(node));
    return this.nested(node, () => this.flat(head, links.reverse(), lower));
  }

  /** `nodes` are around the head and each other, innermost first. The last one stays, what is assigned to or called. */
  private flat(head: SyntaxNode, nodes: readonly SyntaxNode[], lower: (node: SyntaxNode) => Expr): Expr {
    const { held } = this;
    const first = this.nested(head, () => lower(head));
    // A star in front of the first operand means the whole item that it starts.
    const start = first.kind === "star" ? first.value : first;
    const links: Expr[] = [];
    for (const [index, node] of nodes.entries()) {
      const inside = nodes[index - 1] ?? head;
      const at = this.span(inside);
      const optional = isOptionalChain(links.at(-1) ?? start);
      const isLast = index === nodes.length - 1;
      const value: Expr = isLast
        ? { kind: "chain", head: start, links: [...links], at }
        : { kind: "held", ...(optional && { optional }), at };
      this.held = { id: inside.id, value };
      links.push(lower(node));
    }
    this.held = held;
    return links.at(-1) ?? start;
  }

  /** The same of statements inside of statements. */
  nestedStatement(node: SyntaxNode, lower: () => Stmt | Stmt[]): Stmt | Stmt[] {
    return this.isDeep
      ? { kind: "broken", reason: NESTED_TOO_DEEPLY, at: this.span(node) }
      : this.deeper(lower);
  }

  /** Runs `lower` inside a new function and says whether that function yields. */
  inFunction<T>(lower: () => T): { readonly result: T; readonly yields: boolean } {
    const scope = { yields: false };
    this.module.functions.push(scope);
    const result = lower();
    this.module.functions.pop();
    return { result, yields: scope.yields };
  }

  noteYield(): void {
    const innermost = this.module.functions.at(-1);
    if (innermost) innermost.yields = true;
  }

  /** Lists the ERROR and MISSING nodes below `root`. */
  noteErrors(root: SyntaxNode): void {
    // By a list, not by recursion: brackets may nest without end.
    const open = [root];
    for (let node = open.pop(); node; node = open.pop()) {
      if (!node.hasError) continue;
      if (node.isMissing || node.isError)
        this.module.errors.push({ at: this.span(node), message: describeError(node, this.textOf(node)) });
      else for (const child of node.children.toReversed()) open.push(child);
    }
  }
}

function describeError(node: SyntaxNode, text: string): string {
  if (node.isMissing) return `expected ${node.isNamed ? node.type.replaceAll("_", " ") : `"${node.type}"`}`;
  const firstLine = text.trim().split("\n", 1)[0] ?? "";
  return firstLine === "" ? "invalid syntax" : `invalid syntax near "${firstLine.slice(0, 40)}"`;
}

/** The named children that carry meaning. */
export function parts(node: SyntaxNode): SyntaxNode[] {
  const children = node.namedChildren;
  return children.some((child) => LAYOUT_TYPES.has(child.type))
    ? children.filter((child) => !LAYOUT_TYPES.has(child.type))
    : children;
}

/** All children, with operators and punctuation, without comments. */
export function tokens(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => !LAYOUT_TYPES.has(child.type));
}

export function field(node: SyntaxNode, name: string): SyntaxNode | undefined {
  return node.childForFieldName(name) ?? undefined;
}

export function hasToken(node: SyntaxNode, type: string): boolean {
  return node.children.some((child) => child.type === type);
}

/** Comments that speak to ConvLens, in either language. */
export function directivesOf(text: string): Directive[] {
  return text.split("\n").flatMap((line, index) => {
    const found = /(?:#|\/\/)\s*convlens:\s*(.*?)\s*$/.exec(line);
    return found ? [{ line: index + 1, text: found[1] ?? "" }] : [];
  });
}
