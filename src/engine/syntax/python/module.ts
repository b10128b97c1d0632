/** Lowers a whole Python module: statements, directives, errors. */
import type { ModuleNode } from "../ast.ts";
import { directivesOf, Lowering, type ModuleState, type SyntaxNode } from "../tree.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

/** Parses a piece of text, hands its root to `read`, and frees the tree. */
export type ParsePiece = <T>(text: string, read: (root: SyntaxNode) => T) => T;

export function lowerPython(file: string, text: string, root: SyntaxNode, _parsePiece: ParsePiece): ModuleNode {
  const state: ModuleState = { file, errors: [], functions: [] };
  const ctx = new Lowering(state, text, 0);
  ctx.noteErrors(root);
  const body = lowerStatements(statementNodes(root), ctx);
  return { language: "python", file, body, directives: directivesOf(text), errors: state.errors };
}
