/** JavaScript's `let`, `const` and `class` names before their declaration has run: using one is an error. */
import type { Expr, Stmt, Target } from "../../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { LazyName, type Scope } from "../scope.ts";
import type { Value } from "../values.ts";

/**
 * Names of a block that its own code mentions before they are declared. Elsewhere no look-up can come too early, and a
 * block need not say that its names are not there yet.
 */
export function earlyNames(nodes: readonly Stmt[]): readonly string[] {
  const early: string[] = [];
  const mentioned = new Set<string>();
  for (const node of nodes) {
    const names = declaredBy(node);
    // What is declared may be used by its own initial value.
    mentions(node.kind === "varDecl" ? node.declarations.map(({ value }) => value) : node, mentioned);
    for (const name of names) if (mentioned.has(name)) early.push(name);
  }
  return early;
}

/** Says of each name that it must not be used yet. */
export function closeNames(m: Machine, s: Scope, names: readonly string[]): void {
  for (const name of names) {
    const message = `Cannot access '${name}' before initialization`;
    const fail = (): Value => {
      m.gap(message);
      return m.fail("ReferenceError", message);
    };
    (s.vars as Map<string, Value | LazyName>).set(name, new LazyName(fail, undefined, () => true));
  }
}

function declaredBy(node: Stmt): readonly string[] {
  if (node.kind === "varDecl" && node.scope !== "var")
    return node.declarations.flatMap(({ target }) => namesOf(target));
  return [];
}

function namesOf(target: Target): readonly string[] {
  return target.kind === "name" ? [target.id] : [];
}

function mentions(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const part of node) mentions(part, found);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { kind, id } = node as Partial<Expr & { id: string }>;
  if (kind === "name" && id !== undefined) found.add(id);
  for (const [key, part] of Object.entries(node)) if (key !== "at") mentions(part, found);
}
