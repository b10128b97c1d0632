/**
 * Lowers TypeScript and JavaScript that does not parse. The text is cut before each line that starts a statement and
 * each piece is parsed by itself, its brackets put right by its indentation. A piece with blocks that stays broken is
 * cut again: its heads are parsed with empty blocks, and each block is recovered by itself, down to single statements.
 */
import type { Stmt } from "../ast.ts";
import {
  Lowering,
  type ModuleState,
  type ParsePiece,
  type RecoveredBody,
  type SyntaxNode,
  UNREADABLE,
  widthsOf,
} from "../tree.ts";
import { lowerMembers } from "./classes.ts";
import { CLASS_HEAD, compoundOf, type Mode, type Piece, type Section, split } from "./pieces.ts";
import { type Repair, repairBrackets } from "./repair.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

export function recoverModule(state: ModuleState, text: string, parsePiece: ParsePiece): Stmt[] {
  state.widths = widthsOf(text);
  return new Recovery(state, parsePiece).block({ text, linesAbove: 0, mode: "statements" }).statements;
}

/** Lines of a piece that is cut before its less likely readings are tried. */
const LONG = 40;

/** Broken, no one can tell where. */
const UNCLEAR: Repair = {
  candidates: [],
  withoutLine: [],
  problems: [{ offset: 0, message: "invalid syntax" }],
};

const NOTHING: RecoveredBody = { statements: [], members: [] };

class Recovery {
  constructor(
    private readonly state: ModuleState,
    private readonly parsePiece: ParsePiece,
  ) {}

  /** The statements or members of one block, piece by piece. */
  block(whole: Piece): RecoveredBody {
    const found = split(whole).map((piece) => this.piece(piece));
    return {
      statements: found.flatMap(({ statements }) => statements),
      members: found.flatMap(({ members }) => members),
    };
  }

  private piece(piece: Piece): RecoveredBody {
    const asWritten = this.lowerIfSound(piece);
    if (asWritten) return asWritten;
    const repair = repairBrackets(piece.text);
    const { candidates = [], withoutLine = [] } = repair ?? {};
    // Of a long piece it is faster to find the block that is broken than to read the whole again and again.
    const first = linesOf(piece.text) > LONG ? candidates.slice(0, 1) : candidates;
    return (
      this.repaired(piece, repair, first) ??
      this.compound(piece) ??
      this.repaired(piece, repair, [...candidates.slice(first.length), ...withoutLine]) ??
      this.best(piece, repair)
    );
  }

  /** The first of these texts that parses. */
  private repaired(
    piece: Piece,
    repair: Repair | undefined,
    candidates: readonly string[],
  ): RecoveredBody | undefined {
    for (const text of candidates) {
      const lowered = this.lowerIfSound({ ...piece, text });
      if (!lowered) continue;
      this.note(piece, repair);
      return lowered;
    }
    return undefined;
  }

  private lowerIfSound(piece: Piece, bodies?: Lowering["bodies"]): RecoveredBody | undefined {
    return this.read(piece, (root, text, above) =>
      root.hasError
        ? undefined
        : this.lowered(root, new Lowering(this.state, text, above, bodies), piece.mode),
    );
  }

  /** Members are parsed inside a class of their own, which begins a line above them. */
  private read<T>(
    { text, linesAbove, mode }: Piece,
    use: (root: SyntaxNode, text: string, above: number) => T,
  ): T {
    if (mode === "statements") return this.parsePiece(text, (root) => use(root, text, linesAbove));
    const wrapped = `class ${UNREADABLE} {\n${text}\n}`;
    return this.parsePiece(wrapped, (root) => use(root, wrapped, linesAbove - 1));
  }

  private lowered(root: SyntaxNode, ctx: Lowering, mode: Mode): RecoveredBody {
    if (mode === "statements") return { statements: lowerStatements(statementNodes(root), ctx), members: [] };
    const body = root.namedChildren[0]?.childForFieldName("body");
    return body ? { statements: [], members: lowerMembers(body, ctx) } : NOTHING;
  }

  // ------------------------------------------------------------------ blocks

  /** Heads with empty blocks, and the blocks by themselves; undefined for a piece without blocks. */
  private compound(piece: Piece): RecoveredBody | undefined {
    const found = compoundOf(piece);
    if (!found) return undefined;
    const { sections, tail } = found;
    const bodies = new Map(
      sections.map(({ head, body }) => [
        // A block is known by the line of its brace, the last of its head.
        body.linesAbove,
        () =>
          this.block({ ...body, mode: CLASS_HEAD.test(head.text.trimStart()) ? "members" : "statements" }),
      ]),
    );
    const withHeads = (heads: readonly string[]): string =>
      `${sections.map(({ body }, i) => heads[i] + "\n".repeat(linesOf(body.text))).join("\n")}\n${tail}`;
    const skeleton = { ...piece, text: withHeads(sections.map(({ head }) => head.text)) };
    const noted = this.state.errors.length;
    const sound = this.lowerIfSound(skeleton, bodies);
    if (sound) {
      if (this.state.errors.length === noted) this.note(piece, UNCLEAR);
      return sound;
    }
    const repair = repairBrackets(skeleton.text);
    for (const text of [...(repair?.candidates ?? []), withHeads(sections.map(bareHead))]) {
      const lowered = this.lowerIfSound({ ...piece, text }, bodies);
      if (!lowered) continue;
      this.note(piece, repair ?? UNCLEAR);
      return lowered;
    }
    return undefined;
  }

  /** What the parser makes of the reading with the fewest errors. */
  private best(piece: Piece, repair: Repair | undefined): RecoveredBody {
    let best = { text: piece.text, errors: this.read(piece, countErrors) };
    for (const text of [...(repair?.candidates ?? []), ...(repair?.withoutLine ?? [])]) {
      const errors = this.read({ ...piece, text }, countErrors);
      if (errors < best.errors) best = { text, errors };
    }
    if (best.text !== piece.text) this.note(piece, repair);
    return this.read({ ...piece, text: best.text }, (root, text, above) => {
      const ctx = new Lowering(this.state, text, above);
      ctx.noteErrors(root);
      return this.lowered(root, ctx, piece.mode);
    });
  }

  private note({ text, linesAbove }: Piece, repair: Repair | undefined): void {
    for (const { offset, message } of repair?.problems ?? []) {
      const before = text.slice(0, offset).split("\n");
      const line = linesAbove + before.length;
      const column = (before.at(-1)?.length ?? 0) + 1;
      this.state.errors.push({
        at: { file: this.state.file, line, column, endLine: line, endColumn: column + 1 },
        message,
      });
    }
  }
}

const linesOf = (text: string): number => text.split("\n").length;

/** A head that cannot be read, reduced to its keyword and name, on as many lines as before. */
function bareHead({ head }: Section): string {
  const text = head.text.trimStart();
  const [, name = UNREADABLE] = /(?:function\s*\*?|class)\s+([\w$]+)/.exec(text) ?? [];
  const [, method = UNREADABLE] =
    /^(?:(?:public|private|protected|static|async|override|get|set)\s+)*([\w$#]+)/.exec(text) ?? [];
  const bare = CLASS_HEAD.test(text)
    ? `class ${name} {`
    : /^(?:export\s+)?(?:default\s+)?(?:async\s+)?function\b/.test(text)
      ? `function ${name}() {`
      : /^(?:if|while|for|switch)\b/.test(text)
        ? `if (${UNREADABLE}) {`
        : `${method}() {`;
  return "\n".repeat(linesOf(head.text) - 1) + bare;
}

/** How much of the text the parser could not place: the characters in errors, and one for each token it made up. */
function countErrors(root: SyntaxNode): number {
  if (!root.hasError) return 0;
  if (root.isError) return root.endIndex - root.startIndex + 1;
  if (root.isMissing) return 1;
  return root.children.reduce((sum, child) => sum + countErrors(child), 0);
}
