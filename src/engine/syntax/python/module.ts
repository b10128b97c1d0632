/** Lowers a whole Python module: statements, directives, errors. */
import type { ModuleNode } from "../ast.ts";
import type { PieceLowering } from "../pieces.ts";
import { directivesOf, Lowering, newModuleState, type ParsePiece, type SyntaxNode } from "../tree.ts";
import { recoverModule } from "./recovery.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

export function lowerPython(
  file: string,
  text: string,
  root: SyntaxNode,
  parsePiece: ParsePiece,
  pieces: PieceLowering,
): ModuleNode {
  let state = newModuleState(file);
  let body = root.hasError
    ? undefined
    : pieces.statements(statementNodes(root), new Lowering(state, text, 0), (node, ctx) =>
        lowerStatements([node], ctx),
      );
  const isWhole = body !== undefined && !state.hasJoinedLines;
  if (!body || !isWhole) {
    state = newModuleState(file);
    body = recoverModule(state, text, parsePiece);
  }
  const errors = state.errors.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const module: ModuleNode = { language: "python", file, body, directives: directivesOf(text), errors };
  if (isWhole) pieces.keep(module);
  return module;
}
