/**
 * Generators: functions that yield are run by this evaluator, which can stop in the middle of a statement list.
 * Statements without a yield run compiled as everywhere else.
 */
import type { Expr, Stmt } from "../../syntax/ast.ts";
import { Raised } from "../control.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import { ABSENT, Iter, Unknown, type Value } from "../values.ts";
import type { Compiler, Ex } from "./compiler.ts";
import { type Completion, loopStep, RETURN } from "./completion.ts";
import { compileExpr, compileTest } from "./expressions.ts";
import { compileStmt } from "./statements.ts";
import { compileTarget } from "./targets.ts";

type Run = Generator<Value, Completion, Value>;

/** The iterator that a call of a generator function gives. */
export function generatorOf(m: Machine, body: readonly Stmt[], scope: Scope, c: Compiler): Iter {
  const { site } = m;
  const run = block(m, body, scope, c);
  const iter = new Iter((sent) => {
    const outer = { site: m.site, semantics: m.semantics };
    m.site = site;
    m.semantics = c.semantics;
    const step = run.next(sent);
    m.site = outer.site;
    m.semantics = outer.semantics;
    if (!step.done) return step.value;
    iter.result = step.value === RETURN ? m.returned : null;
    return ABSENT;
  }, "generator");
  return iter;
}

function* block(m: Machine, nodes: readonly Stmt[], s: Scope, c: Compiler): Run {
  for (const node of nodes) {
    m.tick();
    const completion = yields(node) ? yield* statement(m, node, s, c) : compiled(node, c)(m, s);
    if (completion !== undefined) return completion;
  }
  return undefined;
}

const code = new WeakMap<Stmt, Ex>();
function compiled(node: Stmt, c: Compiler): Ex {
  const known = code.get(node);
  if (known) return known;
  const ex = compileStmt(node, c);
  code.set(node, ex);
  return ex;
}

function* statement(m: Machine, node: Stmt, s: Scope, c: Compiler): Run {
  switch (node.kind) {
    case "expr":
      yield* expression(m, node.value, s, c);
      return undefined;
    case "assign": {
      const value = node.value ? yield* expression(m, node.value, s, c) : undefined;
      for (const target of node.targets) compileTarget(target, c)(m, s, value);
      return undefined;
    }
    case "varDecl":
      for (const { target, value } of node.declarations) {
        const result = value ? yield* expression(m, value, s, c) : undefined;
        compileTarget(target, c, "declare")(m, s, result);
      }
      return undefined;
    case "return":
      m.returned = node.value ? yield* expression(m, node.value, s, c) : null;
      return RETURN;
    case "if": {
      const truth = compileTest(node.test, c)(m, s);
      // An undecided branch of a generator cannot be run twice: the body is taken, and the gap said.
      if (truth instanceof Unknown) m.gap(truth.reason);
      return yield* block(m, truth === false ? node.otherwise : node.then, s, c);
    }
    case "while": {
      const test = compileTest(node.test, c);
      for (;;) {
        m.tick();
        const truth = test(m, s);
        if (truth instanceof Unknown) m.gap(truth.reason);
        if (truth !== true) return undefined;
        const completion = yield* block(m, node.body, s, c);
        const step = loopStep(completion, node.label);
        if (step === "leave") return undefined;
        if (step === "exit") return completion;
      }
    }
    case "for": {
      const iterator = m.iterate(yield* expression(m, node.iterable, s, c));
      if (iterator instanceof Unknown) {
        m.gap(iterator.reason);
        return undefined;
      }
      const assign = compileTarget(node.target, c, node.declare ? "declare" : "assign");
      for (let step = iterator.next(); !step.done; step = iterator.next()) {
        assign(m, s, step.value);
        const completion = yield* block(m, node.body, s, c);
        const then = loopStep(completion, node.label);
        if (then === "leave") return undefined;
        if (then === "exit") return completion;
      }
      return yield* block(m, node.otherwise, s, c);
    }
    case "with":
      for (const item of node.items) {
        const manager = compileExpr(item.context, c)(m, s);
        const value = manager instanceof Unknown ? manager : m.callMethod(manager, "__enter__");
        if (item.target) compileTarget(item.target, c)(m, s, value);
      }
      return yield* block(m, node.body, s, c);
    case "try": {
      const restore = m.checkpoint();
      try {
        const completion = yield* block(m, node.body, s, c);
        return completion ?? (yield* block(m, node.finalizer, s, c));
      } catch (error) {
        if (!(error instanceof Raised) || node.handlers.length === 0) throw error;
        restore();
        return yield* block(m, node.handlers[0]!.body, s, c);
      }
    }
    case "block":
      return yield* block(m, node.body, s, c);
    default:
      return compiled(node, c)(m, s);
  }
}

/** Runs an expression whose outermost part yields; deeper yields are said to be not followed. */
function* expression(m: Machine, node: Expr, s: Scope, c: Compiler): Generator<Value, Value, Value> {
  if (node.kind === "await") return yield* expression(m, node.value, s, c);
  if (node.kind !== "yield") return compileExpr(node, c)(m, s);
  const value = node.value ? yield* expression(m, node.value, s, c) : null;
  if (!node.delegate) return yield value;
  const iterator = m.iterate(value);
  if (iterator instanceof Unknown) {
    m.gap(iterator.reason);
    return iterator;
  }
  for (let step = iterator.next(); !step.done; step = iterator.next()) yield step.value;
  return value instanceof Iter ? value.result : null;
}

/** Does this statement yield, outside nested functions? */
function yields(node: Stmt | Expr): boolean {
  const known = yielding.get(node);
  if (known !== undefined) return known;
  const found = search(node);
  yielding.set(node, found);
  return found;
}
const yielding = new WeakMap<object, boolean>();

function search(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(search);
  if (typeof node !== "object" || node === null) return false;
  const { kind } = node as { kind?: string };
  if (kind === "yield") return true;
  if (kind === "function" || kind === "functionDef" || kind === "classDef" || kind === "classExpr")
    return false;
  return Object.entries(node).some(([key, value]) => key !== "at" && search(value));
}
