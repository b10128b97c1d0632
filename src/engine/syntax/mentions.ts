/** The names that a piece of the model AST uses, dotted ones whole: `nn.Conv2d`, `x`. */
import type { Call, Expr } from "./ast.ts";

export function mentions(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  collect(node, names, false);
  return names;
}

/** The same of what runs with the statements themselves: bodies of functions are left out. */
export function topMentions(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  collect(node, names, true);
  return names;
}

function collect(node: unknown, names: Set<string>, isTop: boolean): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, names, isTop);
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
  const isFunction = isTop && "params" in node && "isGenerator" in node;
  for (const [key, child] of Object.entries(node)) {
    if (key === "at" || key === "nameAt" || (isFunction && key === "body")) continue;
    if (typeof child === "object") collect(child, names, isTop);
  }
}

/** The attributes that are asked for in a piece of the model AST, of whatever object. */
export function attributeMentions(node: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (piece: unknown): void => {
    if (typeof piece !== "object" || piece === null) return;
    const { kind, name } = piece as { kind?: string; name?: unknown };
    if (kind === "attribute" && typeof name === "string") names.add(name);
    for (const [key, child] of Object.entries(piece)) if (key !== "at" && key !== "nameAt") visit(child);
  };
  visit(node);
  return names;
}

/** A call of a method on a name: `build` of `self` in `self.build()`. */
export interface MethodCall {
  readonly object: string;
  readonly method: string;
}

/** Those of a piece of the model AST, in the order of the source. */
export function methodCalls(node: unknown): readonly MethodCall[] {
  const found: MethodCall[] = [];
  const visit = (piece: unknown): void => {
    if (typeof piece !== "object" || piece === null) return;
    const { kind, callee } = piece as Partial<Call>;
    if (kind === "call" && callee?.kind === "attribute" && callee.object.kind === "name")
      found.push({ object: callee.object.id, method: callee.name });
    for (const [key, child] of Object.entries(piece)) if (key !== "at" && key !== "nameAt") visit(child);
  };
  visit(node);
  return found;
}

function dottedName(node: Expr): string | undefined {
  if (node.kind === "name") return node.id;
  if (node.kind !== "attribute") return undefined;
  const object = dottedName(node.object);
  return object === undefined ? undefined : `${object}.${node.name}`;
}
