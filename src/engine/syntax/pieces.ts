/**
 * The top-level statements of a module, each with its text. After an edit, a statement whose text is as before is
 * taken over from the module before, moved to its new lines: it is neither lowered nor compiled again.
 */
import type { ModuleNode, Stmt } from "./ast.ts";
import type { Span } from "./span.ts";
import type { Lowering, SyntaxNode } from "./tree.ts";

interface Piece {
  readonly type: string;
  readonly text: string;
  readonly column: number;
  /** Line of the text's first character. */
  line: number;
  readonly statements: readonly Stmt[];
  /** Every span in the statements, once it was needed. */
  spans?: readonly Movable[];
}

type Movable = { -readonly [K in keyof Span]: Span[K] };

/** Pieces of modules, kept as long as the modules are. */
export class Pieces {
  private readonly of = new WeakMap<ModuleNode, readonly Piece[]>();

  /** A lowering that takes over what `before` still has; `keep` notes its pieces for the module that comes of it. */
  begin(before: ModuleNode | undefined): PieceLowering {
    const known = before && this.of.get(before);
    if (before) this.of.delete(before);
    return new PieceLowering(known ?? [], (module, pieces) => this.of.set(module, pieces));
  }
}

export class PieceLowering {
  private readonly before = new Map<string, Piece[]>();
  private pieces: Piece[] = [];

  constructor(
    before: readonly Piece[],
    private readonly store: (module: ModuleNode, pieces: readonly Piece[]) => void,
  ) {
    for (const piece of before) {
      const alike = this.before.get(piece.text);
      if (alike) alike.push(piece);
      else this.before.set(piece.text, [piece]);
    }
  }

  /** Lowers a module's statements, each by itself. */
  statements(
    nodes: readonly SyntaxNode[],
    ctx: Lowering,
    lower: (node: SyntaxNode, ctx: Lowering) => readonly Stmt[],
  ): Stmt[] {
    return nodes.flatMap((node) => {
      const { row, column } = node.startPosition;
      const line = row + 1 + ctx.linesAbove;
      const { type } = node;
      const text = ctx.textOf(node);
      const known = this.taken(type, text, column);
      if (known) move(known, line);
      const piece = known ?? { type, text, column, line, statements: lower(node, ctx) };
      this.pieces.push(piece);
      return piece.statements;
    });
  }

  /** Each piece serves once: equal statements stand at places of their own. */
  private taken(type: string, text: string, column: number): Piece | undefined {
    const alike = this.before.get(text);
    const index = alike?.findIndex((piece) => piece.type === type && piece.column === column) ?? -1;
    return index < 0 ? undefined : alike?.splice(index, 1)[0];
  }

  /** Only of a module that was lowered whole: what was recovered from broken text depends on its surroundings. */
  keep(module: ModuleNode): void {
    this.store(module, this.pieces);
  }
}

function move(piece: Piece, line: number): void {
  const by = line - piece.line;
  if (by === 0) return;
  piece.spans ??= spansIn(piece.statements);
  for (const span of piece.spans) {
    span.line += by;
    span.endLine += by;
  }
  piece.line = line;
}

function spansIn(statements: readonly Stmt[]): readonly Movable[] {
  const spans = new Set<Movable>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (isSpan(node)) spans.add(node);
    else if (typeof node === "object" && node !== null) Object.values(node).forEach(visit);
  };
  visit(statements);
  return [...spans];
}

/** What a syntax node holds that has an end is a span. */
export function isSpan(node: unknown): node is Span {
  return typeof node === "object" && node !== null && "endLine" in node;
}
