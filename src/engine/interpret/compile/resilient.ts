/** Blocks that go on after a statement that fails: modules and class bodies, where the rest still means something. */
import type { Stmt } from "../../syntax/ast.ts";
import { Raised, Stopped } from "../control.ts";
import { passedHostBound } from "../internal.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import { Dict, Instance, List, SetValue, Unknown } from "../values.ts";
import type { Compiler, Ex } from "./compiler.ts";
import { reportRaised } from "./exceptions.ts";
import { compileStmt, hoist } from "./statements.ts";

export function compileResilient(nodes: readonly Stmt[], c: Compiler): Ex {
  const ordered = c.language === "typescript" ? hoist(nodes) : nodes;
  const parts = ordered.map((node) => ({ node, code: compileOnce(node, c) }));
  return (m, s) => {
    for (const { node, code } of parts) {
      const restore = m.checkpoint();
      try {
        code(m, s);
      } catch (error) {
        const { running } = m;
        if (error instanceof Raised) {
          restore();
          m.onRaised?.(error, reportRaised(m, error));
          continue;
        }
        const reason = error instanceof Stopped ? error.reason : passedHostBound(error);
        const isFinal = error instanceof Stopped && error.isFinal;
        if (reason === undefined || isFinal || !m.bounds.goesOn()) throw error;
        restore();
        m.diagnose({
          severity: "warning",
          code: "limit",
          message: reason,
          ...(running && { at: running }),
        });
        m.gap(reason);
        doubt(m, s, node, new Unknown(reason, running));
      }
    }
    return undefined;
  };
}

function compileOnce(node: Stmt, c: Compiler): Ex {
  const known = c.kept?.get(node);
  if (known) return known;
  const code = compileStmt(node, c);
  c.kept?.set(node, code);
  return code;
}

/** What a statement would have made, had it come to its end: its names, and what it had in hands to change. */
function doubt(m: Machine, scope: Scope, node: Stmt, why: Unknown): void {
  const names = namesIn(node);
  for (const name of names.bound) m.setVar(scope, name, why);
  for (const name of names.used) {
    const value = scope.vars.get(name);
    const isChangeable =
      value instanceof List ||
      value instanceof Dict ||
      value instanceof SetValue ||
      value instanceof Instance;
    if (isChangeable) m.setVar(scope, name, why);
  }
}

interface Names {
  readonly bound: Set<string>;
  readonly used: Set<string>;
}

function namesIn(node: Stmt): Names {
  const names: Names = { bound: new Set(), used: new Set() };
  collect(node, false, names);
  return names;
}

const TARGETS: ReadonlySet<string> = new Set(["target", "targets"]);

function collect(node: unknown, isTarget: boolean, names: Names): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, isTarget, names);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const piece = node as Partial<Stmt> & { readonly id?: string };
  // What is inside of a definition has not run.
  if (piece.kind === "functionDef" && piece.fn) names.bound.add(piece.fn.name);
  else if (piece.kind === "classDef" && piece.cls) names.bound.add(piece.cls.name);
  else if (piece.id !== undefined) (isTarget ? names.bound : names.used).add(piece.id);
  else {
    for (const [key, child] of Object.entries(node))
      if (key !== "at") collect(child, isTarget || TARGETS.has(key), names);
  }
}
