/** Lowers a whole TypeScript or JavaScript module: statements, directives, errors. */
import type { ModuleNode } from "../ast.ts";
import { directivesOf, Lowering, newModuleState, type SyntaxNode } from "../tree.ts";
import { lowerStatements, statementNodes } from "./statements.ts";

export function lowerTypeScript(file: string, text: string, root: SyntaxNode): ModuleNode {
  const state = newModuleState(file);
  const ctx = new Lowering(state, text, 0);
  ctx.noteErrors(root);
  const body = lowerStatements(statementNodes(root), ctx);
  return { language: "typescript", file, body, directives: directivesOf(text), errors: state.errors };
}
