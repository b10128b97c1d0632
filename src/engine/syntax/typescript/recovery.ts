/**
 * Lowers TypeScript and JavaScript that does not parse. The text is cut before each line that starts a
 * top-level statement and each piece is parsed by itself, its brackets put right by its indentation;
 * of several readings of a piece, the one with the fewest errors is taken.
 */
import type { Stmt } from "../ast.ts";
import { Lowering, type ModuleState, type ParsePiece, type SyntaxNode } from "../tree.ts";
import { readCodeLines } from "./layout.ts";
import { repairBrackets } from "./repair.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

export function recoverModule(state: ModuleState, text: string, parsePiece: ParsePiece): Stmt[] {
  return pieces(text).flatMap(({ piece, linesAbove }) => recoverPiece(state, piece, linesAbove, parsePiece));
}

interface Piece {
  readonly piece: string;
  readonly linesAbove: number;
}

/** Goes on with the statement above although it stands at the start of its line. */
const CONTINUES = /^(?:[)\]}.?:&|+*/=<>,;]|else\b|catch\b|finally\b|while\b)/;

function pieces(text: string): Piece[] {
  const lines = text.split("\n");
  const code = readCodeLines(text);
  const starts = code.flatMap((line, index) =>
    line.indent === 0 && !CONTINUES.test(text.slice(line.codeStart, line.codeEnd)) ? [index] : [],
  );
  return starts.map((start, index) => ({
    piece: lines.slice(index === 0 ? 0 : start, starts[index + 1]).join("\n"),
    linesAbove: index === 0 ? 0 : start,
  }));
}

function recoverPiece(state: ModuleState, text: string, linesAbove: number, parsePiece: ParsePiece): Stmt[] {
  const asWritten = parsePiece(text, countErrors);
  const repair = asWritten === 0 ? undefined : repairBrackets(text);
  let best = { text, errors: asWritten };
  for (const candidate of repair?.candidates ?? []) {
    if (best.errors === 0) break;
    const errors = parsePiece(candidate, countErrors);
    if (errors < best.errors) best = { text: candidate, errors };
  }
  if (repair && best.text !== text) noteProblems(state, repair.problems, text, linesAbove);
  return parsePiece(best.text, (root) => {
    const ctx = new Lowering(state, best.text, linesAbove);
    ctx.noteErrors(root);
    return lowerStatements(statementNodes(root), ctx);
  });
}

/** How much of the text the parser could not place: the characters in errors, and one for each token it made up. */
function countErrors(root: SyntaxNode): number {
  if (!root.hasError) return 0;
  if (root.isError) return root.endIndex - root.startIndex + 1;
  if (root.isMissing) return 1;
  return root.children.reduce((sum, child) => sum + countErrors(child), 0);
}

function noteProblems(
  state: ModuleState,
  problems: readonly { readonly offset: number; readonly message: string }[],
  text: string,
  linesAbove: number,
): void {
  for (const { offset, message } of problems) {
    const before = text.slice(0, offset).split("\n");
    const line = linesAbove + before.length;
    const column = (before.at(-1)?.length ?? 0) + 1;
    state.errors.push({
      at: { file: state.file, line, column, endLine: line, endColumn: column + 1 },
      message,
    });
  }
}
