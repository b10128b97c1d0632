/** The AST of text that no file holds, put where the text is used: `eval(text)` is the place of all that is in it. */
import type { Expr } from "./ast.ts";
import type { Span } from "./span.ts";

export function placed(node: Expr, at: Span): Expr {
  return place(node, at) as Expr;
}

function place(node: unknown, at: Span): unknown {
  if (Array.isArray(node)) return node.map((item) => place(item, at));
  if (typeof node !== "object" || node === null) return node;
  if (isSpan(node)) return at;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, place(value, at)]));
}

function isSpan(node: object): boolean {
  return "endColumn" in node && "file" in node;
}
