/** Loops compiled to closures. One whose number of turns is not known runs its body once, as a side of a branch. */

import { unknownOrder } from "../../languages/python/setOrder.ts";
import type { CFor, DoWhile, For, While } from "../../syntax/ast.ts";
import { fork, maybeMore } from "../branches.ts";
import { joinHere } from "../doubts.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import { Dict, isMany, isUnknown, SetValue, Unknown, type Value } from "../values.ts";
import type { Compiler, Ex } from "./compiler.ts";
import { type Completion, loopStep } from "./completion.ts";
import { compileExpr, compileTest } from "./expressions.ts";
import { remembering } from "./plainLoops.ts";
import { compileBlock, compileStmt } from "./statements.ts";
import { compileTarget } from "./targets.ts";

export function compileWhile(node: While, c: Compiler): Ex {
  const test = compileTest(node.test, c);
  const body = compileBlock(node.body, c);
  const otherwise = compileBlock(node.otherwise, c);
  const endless = node.test.kind === "literal";
  return whole(node.label, (m, s) => {
    const repeats = m.scripted?.repeats();
    for (;;) {
      m.turn(node.at);
      const truth = test(m, s);
      if (truth instanceof Unknown) return onceOrNot(m, s, truth, body, node.label);
      if (!truth) return otherwise(m, s);
      const { undecidedExits } = m;
      const completion = turnOf(m, s, body, node.label);
      const step = loopStep(completion, node.label);
      if (step === "leave") return undefined;
      if (step === "exit") return completion;
      // `while True` that something unknown may leave, or that only trains, is over when it has shown what it does.
      if (repeats?.() || (endless && m.undecidedExits > undecidedExits)) return over(m, node);
    }
  });
}

export function compileDoWhile(node: DoWhile, c: Compiler): Ex {
  const test = compileTest(node.test, c);
  const body = compileBlock(node.body, c);
  return whole(node.label, (m, s) => {
    for (;;) {
      m.turn(node.at);
      const completion = turnOf(m, s, body, node.label);
      const step = loopStep(completion, node.label);
      if (step === "leave") return undefined;
      if (step === "exit") return completion;
      const truth = test(m, s);
      if (truth instanceof Unknown) return onceOrNot(m, s, truth, body, node.label);
      if (!truth) return undefined;
    }
  });
}

export function compileFor(node: For, c: Compiler): Ex {
  const binding = node.declare === undefined ? "assign" : node.declare === "var" ? "declareVar" : "declare";
  const assign = compileTarget(node.target, c, binding);
  const iterable = compileExpr(node.iterable, c);
  const body = compileBlock(node.body, c);
  const otherwise = compileBlock(node.otherwise, c);
  const fresh = node.declare === "const" || node.declare === "let";
  const closes = c.language === "typescript";
  /** None or any number of turns with values of which nothing is known. */
  const openTurn = (m: Machine, scope: Scope, value: Unknown): Completion =>
    onceOrNot(
      m,
      scope,
      value,
      () => {
        assign(m, scope, value);
        return body(m, scope);
      },
      node.label,
    );
  const turns = (m: Machine, s: Scope, iterator: Iterator<Value>): Completion => {
    const repeats = m.scripted?.repeats();
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      m.turn(node.at);
      const scope = fresh ? new Scope("block", s) : s;
      const { value } = step;
      if (isMany(value)) {
        const left = openTurn(m, scope, value);
        if (left !== undefined) return left;
        continue;
      }
      assign(m, scope, node.isAwait ? m.semantics.awaitValue(m, value) : value);
      const completion = turnOf(m, scope, body, node.label);
      const then = completion === undefined ? "next" : loopStep(completion, node.label);
      if (then === "next" && !repeats?.()) continue;
      if (then === "next") over(m, node);
      if (closes) iterator.return?.();
      return then === "exit" ? completion : undefined;
    }
    return otherwise(m, s);
  };
  const run = whole(node.label, (m, s) => {
    const source = iterable(m, s);
    const iterator = m.at(node.iterable.at, () =>
      node.over === "keys" ? keysOf(m, source) : m.iterate(source),
    );
    if (iterator instanceof Unknown) return openTurn(m, s, iterator);
    if (c.language !== "python" || !(source instanceof SetValue)) return turns(m, s, iterator);
    const order = unknownOrder(source);
    if (!order) return turns(m, s, iterator);
    // What does not hang on the order is the same in both of these.
    const backwards = [...source.entries.values()].reverse();
    return fork(
      m,
      order,
      () => turns(m, s, iterator),
      () => turns(m, s, backwards.values()),
    );
  });
  return c.language === "python" ? remembering(node, run) : run;
}

export function compileCFor(node: CFor, c: Compiler): Ex {
  const init = node.init && compileStmt(node.init, c);
  const test = node.test && compileTest(node.test, c);
  const update = node.update && compileExpr(node.update, c);
  const body = compileBlock(node.body, c);
  return whole(node.label, (m, s) => {
    let scope = new Scope("block", s);
    init?.(m, scope);
    for (;;) {
      m.turn(node.at);
      const truth = test ? test(m, scope) : true;
      if (truth instanceof Unknown) return onceOrNot(m, scope, truth, body, node.label);
      if (!truth) return undefined;
      const completion = turnOf(m, scope, body, node.label);
      const step = loopStep(completion, node.label);
      if (step === "leave") return undefined;
      if (step === "exit") return completion;
      // Closures made in this turn keep this turn's variables.
      scope = new Scope("block", s, new Map(scope.vars));
      update?.(m, scope);
    }
  });
}

/** What may have left the loop joins at its end. */
function whole(label: string | undefined, loop: Ex): Ex {
  return (m, s) => {
    const { doubt, doubtOutsideLoop } = m;
    m.doubtOutsideLoop = doubt;
    const completion = loop(m, s);
    m.doubtOutsideLoop = doubtOutsideLoop;
    return m.doubt === doubt
      ? completion
      : joinHere(m, doubt, completion, (exit) => loopStep(exit, label) === "leave");
  };
}

/** What may have left the turn joins at its end. */
function turnOf(m: Machine, s: Scope, body: Ex, label: string | undefined): Completion {
  const { doubt } = m;
  const completion = body(m, s);
  return m.doubt === doubt
    ? completion
    : joinHere(m, doubt, completion, (exit) => loopStep(exit, label) === "next");
}

/** A loop is left before its end, for its turns do the same over and over. */
function over(m: Machine, { at }: For | While): undefined {
  m.assume("branch", "the loop is left when its turns repeat what they did", at);
}

/**
 * A loop whose number of turns is not known: its body is run once, as one side of a branch. Where all its ops work on
 * sizes that are not known (boxes by class), their own figures say so and no more is missed.
 */
function onceOrNot(m: Machine, s: Scope, why: Unknown, body: Ex, label: string | undefined): Completion {
  let isOpen = false;
  const opsBefore = m.recorder.count;
  const completion = fork(
    m,
    why,
    () => {
      let open = 0;
      let counted = 0;
      const unwatch = m.watchOps(({ elementwise }) => {
        if (isUnknown(elementwise)) open++;
        else if (elementwise > 0) counted++;
      });
      try {
        const ended = turnOf(m, s, body, label);
        isOpen = open > 0 && counted === 0;
        return loopStep(ended, label) === "exit" ? ended : undefined;
      } finally {
        unwatch();
      }
    },
    () => undefined,
    true,
  );
  if (m.scope && !isOpen) maybeMore(m, why, opsBefore);
  return completion;
}

function keysOf(m: Machine, source: Value): Iterator<Value> | Unknown {
  if (source instanceof Unknown) return source;
  const entries = m.semantics.entries?.(m, source);
  if (entries) {
    const own = entries.map(([key]) => key);
    return new Set([...own, ...(m.semantics.inheritedKeys?.(source) ?? [])])[Symbol.iterator]();
  }
  if (source instanceof Dict)
    return [...source.entries.values()].map((entry) => entry.key)[Symbol.iterator]();
  const length = m.length(source);
  if (length instanceof Unknown) return length;
  return Array.from({ length }, (_, i) => String(i))[Symbol.iterator]();
}
