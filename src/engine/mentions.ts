/** The names that a piece of the model AST uses, dotted ones whole: `nn.Conv2d`, `x`. */
import type { Expr } from "./syntax/ast.ts";

export function mentions(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  collect(node, names);
  return names;
}

function collect(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, names);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { kind } = node as { kind?: string };
  if (kind === "name" || kind === "attribute") {
    const dotted = dottedName(node as Expr);
    if (dotted !== undefined) {
      names.add(dotted);
      return;
    }
  }
  for (const [key, child] of Object.entries(node)) {
    if (key !== "at" && key !== "nameAt" && typeof child === "object") collect(child, names);
  }
}

function dottedName(node: Expr): string | undefined {
  if (node.kind === "name") return node.id;
  if (node.kind !== "attribute") return undefined;
  const object = dottedName(node.object);
  return object === undefined ? undefined : `${object}.${node.name}`;
}
