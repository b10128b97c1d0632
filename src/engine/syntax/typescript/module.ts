/** Lowers a whole TypeScript or JavaScript module: statements, directives, errors. */
import type { ModuleNode } from "../ast.ts";
import type { PieceLowering } from "../pieces.ts";
import { directivesOf, Lowering, newModuleState, type ParsePiece, type SyntaxNode } from "../tree.ts";
import { recoverModule } from "./recovery.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

export function lowerTypeScript(
  file: string,
  text: string,
  root: SyntaxNode,
  parsePiece: ParsePiece,
  pieces: PieceLowering,
): ModuleNode {
  const state = newModuleState(file);
  const body = root.hasError
    ? recoverModule(state, text, parsePiece)
    : pieces.statements(statementNodes(root), new Lowering(state, text, 0), (node, ctx) =>
        lowerStatements([node], ctx),
      );
  const errors = state.errors.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const module: ModuleNode = { language: "typescript", file, body, directives: directivesOf(text), errors };
  if (!root.hasError) pieces.keep(module);
  return module;
}
