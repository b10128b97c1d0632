/** Functions and classes: definitions compiled to closures that make function and class values. */
import type { ClassNode, FunctionNode } from "../../syntax/ast.ts";
import { KEPT } from "../assumptions.ts";
import { STEPS } from "../bounds.ts";
import { closeDoubts } from "../doubts.ts";
import { joinValues } from "../journal.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import type { Semantics } from "../semantics.ts";
import { ABSENT, FunctionValue, Unknown, type Value } from "../values.ts";
import type { Compiler, Ev, Ex } from "./compiler.ts";
import { RETURN } from "./completion.ts";
import { compileExpr } from "./expressions.ts";
import { generatorOf } from "./generators.ts";
import { compileBody } from "./statements.ts";

/** The compiled body of a function; `run` gives what the call gives. */
export interface FunctionCode {
  readonly semantics: Semantics;
  run(m: Machine, scope: Scope): Value;
}

function functionCode(node: FunctionNode, c: Compiler): FunctionCode {
  const { semantics } = c;
  const nothing = c.language === "python" ? null : undefined;
  const only = node.body.length === 1 ? node.body[0] : undefined;
  let ev: Ev | undefined;
  let body: Ex | undefined;

  const runPlain = (m: Machine, scope: Scope): Value => {
    if (only?.kind === "return" && only.value) {
      ev ??= compileExpr(only.value, c);
      return ev(m, scope);
    }
    body ??= compileBody(node.body, c);
    const pending = m.pendingReturns;
    m.pendingReturns = undefined;
    const { doubt } = m;
    let result = body(m, scope) === RETURN ? m.returned : nothing;
    if (m.doubt !== doubt) closeDoubts(m, doubt);
    // `m.pendingReturns` is filled by undecided branches while the body runs.
    const left = m.pendingReturns as Machine["pendingReturns"];
    for (const { value, why } of left ?? []) result = joinValues(result, value, why);
    m.pendingReturns = pending;
    return result;
  };
  const run = node.isGenerator
    ? (m: Machine, scope: Scope): Value => generatorOf(m, node.body, scope, c)
    : runPlain;
  return {
    semantics,
    run: node.isAsync && !node.isGenerator ? (m, scope) => semantics.wrapAsync(m, () => run(m, scope)) : run,
  };
}

/** A function expression: makes the function value each time it is evaluated. */
export function makeFunction(node: FunctionNode, c: Compiler): Ev {
  const code = functionCode(node, c);
  // Python evaluates defaults once, at the definition; JS at each call, in the scope of the call.
  const defaults = node.params.map((param) =>
    c.language === "python" && param.fallback ? compileExpr(param.fallback, c) : undefined,
  );
  return (m, s) => {
    m.tick(STEPS.function);
    const values = defaults.map((ev) => (ev ? ev(m, s) : ABSENT));
    const closure = s.kind === "class" && s.parent ? s.parent : s;
    const fn = new FunctionValue(node, c.language, node.name, closure, values, s.module.moduleValue, code);
    if (s.kind === "class" && s.cls) fn.homeClass = s.cls;
    if (node.form === "arrow") fn.boundThis = s.self;
    m.onFunction?.(fn);
    return fn;
  };
}

/** A function definition with its decorators. */
export function makeDecorated(node: FunctionNode, c: Compiler): Ev {
  const make = makeFunction(node, c);
  const decorate = compileDecorators(node.decorators, c);
  return decorate ? (m, s) => decorate(m, s, make(m, s)) : make;
}

export function compileClass(node: ClassNode, c: Compiler): Ev {
  const decorate = compileDecorators(node.decorators, c);
  const make: Ev = (m, s) => c.semantics.defineClass(m, node, s);
  return decorate ? (m, s) => decorate(m, s, make(m, s)) : make;
}

type Decorate = (m: Machine, s: Scope, value: Value) => Value;

function compileDecorators(
  nodes: readonly FunctionNode["decorators"][number][],
  c: Compiler,
): Decorate | undefined {
  if (nodes.length === 0) return undefined;
  const decorators = nodes.map((node) => ({ ev: compileExpr(node, c), at: node.at }));
  return (m, s, value) => {
    const called = decorators.map(({ ev }) => ev(m, s));
    let result = value;
    for (let i = called.length - 1; i >= 0; i--) {
      const decorator = called[i];
      // What is not known is taken for a registry: it gives back what it decorates.
      if (decorator instanceof Unknown) {
        m.assume("value", `a decorator is not known (${decorator.reason}): ${KEPT}`, decorators[i]?.at);
        continue;
      }
      const { decorate } = c.semantics;
      const decorated = m.at(decorators[i]!.at, () =>
        decorate ? decorate(m, decorator, result) : m.call(decorator, [result]),
      );
      if (!(decorated instanceof Unknown)) result = decorated;
    }
    return result;
  };
}
