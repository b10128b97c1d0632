/**
 * Generators: functions that yield are run by this evaluator, which can stop in the middle of a statement list.
 * Statements without a yield run compiled as everywhere else.
 */
import type { Expr, Stmt, Switch, Try } from "../../syntax/ast.ts";
import { STEPS } from "../bounds.ts";
import { Raised } from "../control.ts";
import { closeDoubts } from "../doubts.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import { ABSENT, type Absent, Iter, Unknown, type Value } from "../values.ts";
import type { Compiler, Ex } from "./compiler.ts";
import { BREAK, type Completion, loopStep, RETURN } from "./completion.ts";
import { catches } from "./exceptions.ts";
import { compileExpr, compileTest } from "./expressions.ts";
import { compileStmt } from "./statements.ts";
import { compileTarget } from "./targets.ts";

type Run = Generator<Value, Completion, Value>;

/** The iterator that a call of a generator function gives. */
export function generatorOf(m: Machine, body: readonly Stmt[], scope: Scope, c: Compiler): Iter {
  m.tick(STEPS.generator);
  const { site } = m;
  const run = block(m, body, scope, c);
  let isRunning = false;
  const entering = (step: () => IteratorResult<Value, Completion>): Value | Absent => {
    if (isRunning) {
      const [error, message] =
        c.language === "python"
          ? ["ValueError", "generator already executing"]
          : ["TypeError", "Generator is already running"];
      return m.fail(error, message);
    }
    isRunning = true;
    try {
      return resumed(step);
    } finally {
      isRunning = false;
    }
  };
  const resumed = (step: () => IteratorResult<Value, Completion>): Value | Absent => {
    const outer = { site: m.site, semantics: m.semantics };
    m.site = site;
    m.semantics = c.semantics;
    const { done, value } = step();
    m.site = outer.site;
    m.semantics = outer.semantics;
    if (!done) return value as Value;
    iter.result = value === RETURN ? m.returned : null;
    return ABSENT;
  };
  const iter = new Iter((sent) => entering(() => run.next(sent)), "generator");
  iter.leave = (how, value) =>
    entering(() => {
      if (how === "throw") return run.throw(new Raised(value, m.site));
      m.returned = value;
      return run.return(RETURN);
    });
  return iter;
}

function* block(m: Machine, nodes: readonly Stmt[], s: Scope, c: Compiler): Run {
  for (const node of nodes) {
    m.tick();
    const completion = yields(node) ? yield* statement(m, node, s, c) : whole(m, node, s, c);
    if (completion !== undefined) return completion;
  }
  return undefined;
}

/** What a statement may have left by cannot stay open while the generator stands still: the gap is said. */
function whole(m: Machine, node: Stmt, s: Scope, c: Compiler): Completion {
  const { doubt } = m;
  const completion = compiled(node, c)(m, s);
  if (m.doubt !== doubt) for (const { why, site } of closeDoubts(m, doubt)) m.gap(why.reason, site?.at);
  return completion;
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
    case "while":
      return yield* loop(m, s, c, { test: node.test, body: node.body, label: node.label });
    case "doWhile":
      return yield* loop(m, s, c, { test: node.test, body: node.body, label: node.label, first: "body" });
    case "cFor": {
      const scope = new Scope("block", s);
      if (node.init) yield* statement(m, node.init, scope, c);
      const { test, update, body, label } = node;
      return yield* loop(m, scope, c, { test, update, body, label });
    }
    case "for": {
      const iterator = m.iterate(yield* expression(m, node.iterable, s, c));
      if (iterator instanceof Unknown) {
        m.gap(iterator.reason);
        return undefined;
      }
      const assign = compileTarget(node.target, c, node.declare ? "declare" : "assign");
      for (let step = iterator.next(); !step.done; step = iterator.next()) {
        const scope = node.declare ? new Scope("block", s) : s;
        assign(m, scope, node.isAwait ? m.semantics.awaitValue(m, step.value) : step.value);
        const completion = yield* block(m, node.body, scope, c);
        const then = loopStep(completion, node.label);
        if (then === "leave") return undefined;
        if (then === "exit") return completion;
      }
      return yield* block(m, node.otherwise, s, c);
    }
    case "switch":
      return yield* choose(m, node, s, c);
    case "with":
      for (const item of node.items) {
        const manager = compileExpr(item.context, c)(m, s);
        const value = manager instanceof Unknown ? manager : m.callMethod(manager, "__enter__");
        if (item.target) compileTarget(item.target, c)(m, s, value);
      }
      return yield* block(m, node.body, s, c);
    case "try":
      return yield* attempt(m, node, s, c);
    case "block":
      return yield* block(m, node.body, c.language === "python" ? s : new Scope("block", s), c);
    default:
      return compiled(node, c)(m, s);
  }
}

interface Loop {
  readonly test?: Expr | undefined;
  readonly update?: Expr | undefined;
  readonly body: readonly Stmt[];
  readonly label?: string | undefined;
  /** `do` runs its body before the test. */
  readonly first?: "body";
}

function* loop(m: Machine, s: Scope, c: Compiler, { test, update, body, label, first }: Loop): Run {
  const check = test && compileTest(test, c);
  const advance = update && compileExpr(update, c);
  for (let turn = 0; ; turn++) {
    m.tick();
    if (turn > 0) advance?.(m, s);
    const truth = check === undefined || (turn === 0 && first === "body") ? true : check(m, s);
    if (truth instanceof Unknown) m.gap(truth.reason);
    if (truth !== true) return undefined;
    const scope = c.language === "python" ? s : new Scope("block", s);
    const completion = yield* block(m, body, scope, c);
    const step = loopStep(completion, label);
    if (step === "leave") return undefined;
    if (step === "exit") return completion;
  }
}

/** The first case that fits, and those below it until one leaves. */
function* choose(m: Machine, node: Switch, s: Scope, c: Compiler): Run {
  const subject = yield* expression(m, node.subject, s, c);
  const fits = ({ test }: Switch["cases"][number]): boolean =>
    test !== undefined && m.compare("===", subject, compileExpr(test, c)(m, s)) === true;
  const found = node.cases.findIndex(fits);
  const start = found >= 0 ? found : node.cases.findIndex(({ test }) => test === undefined);
  if (start < 0) return undefined;
  const scope = new Scope("block", s);
  for (const { body } of node.cases.slice(start)) {
    const completion = yield* block(m, body, scope, c);
    if (completion === BREAK) return undefined;
    if (completion !== undefined) return completion;
  }
  return undefined;
}

/** The finalizer also runs when the generator is left at a yield of the body. */
function* attempt(m: Machine, node: Try, s: Scope, c: Compiler): Run {
  const restore = m.checkpoint();
  let stopped = false;
  try {
    const completion = yield* block(m, node.body, s, c);
    return completion ?? (yield* block(m, node.otherwise, s, c));
  } catch (error) {
    stopped = !(error instanceof Raised);
    if (!(error instanceof Raised)) throw error;
    restore();
    const handler = handlerFor(m, s, node, error, c);
    if (!handler) throw error;
    const scope = c.language === "python" ? s : new Scope("block", s);
    if (handler.target) compileTarget(handler.target, c, "declare")(m, scope, error.value);
    return yield* block(m, handler.body, scope, c);
  } finally {
    const { returned } = m;
    const left = stopped ? undefined : yield* block(m, node.finalizer, s, c);
    m.returned = left === undefined ? returned : m.returned;
    // biome-ignore lint/correctness/noUnsafeFinally: what a finalizer returns replaces what was under way.
    if (left !== undefined) return left;
  }
}

function handlerFor(
  m: Machine,
  s: Scope,
  node: Try,
  error: Raised,
  c: Compiler,
): Try["handlers"][number] | undefined {
  const cls = m.typeOf(error.value);
  return node.handlers.find(({ type }) => type === undefined || catches(m, compileExpr(type, c)(m, s), cls));
}

/** Runs an expression whose outermost part yields; deeper yields are said to be not followed. */
function* expression(m: Machine, node: Expr, s: Scope, c: Compiler): Generator<Value, Value, Value> {
  if (node.kind === "await") return yield* expression(m, node.value, s, c);
  if (node.kind === "assignExpr" && node.op === undefined && yields(node.value)) {
    const assigned = yield* expression(m, node.value, s, c);
    compileTarget(node.target, c)(m, s, assigned);
    return assigned;
  }
  if (node.kind !== "yield") return compileExpr(node, c)(m, s);
  const value = node.value ? yield* expression(m, node.value, s, c) : null;
  if (!node.delegate) return yield value;
  const iterator = m.iterate(value);
  if (iterator instanceof Unknown) {
    m.gap(iterator.reason);
    return iterator;
  }
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    // Each item passes through all the generators that it is handed on by.
    m.tick();
    yield step.value;
  }
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
