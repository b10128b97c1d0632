/** Exceptions compiled to closures: raise, try, with; and what an exception of the program says. */
import type { Raise, Try, With } from "../../syntax/ast.ts";
import { STEPS } from "../bounds.ts";
import { fork, type MayRaise, orHandled } from "../branches.ts";
import { Raised, Suppression } from "../control.ts";
import { closeDoubts, doubtsSince, mayLeave } from "../doubts.ts";
import { Journal } from "../journal.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import { ABSENT, ClassValue, Instance, Unknown, type Value } from "../values.ts";
import type { Compiler, Ex } from "./compiler.ts";
import type { Completion } from "./completion.ts";
import { compileExpr } from "./expressions.ts";
import { compileBlock } from "./statements.ts";
import { compileTarget } from "./targets.ts";

export function compileRaise(node: Raise, c: Compiler): Ex {
  const value = node.value && compileExpr(node.value, c);
  return (m, s) => {
    const raised = value ? value(m, s) : currentError(s);
    const site = { at: node.at, caller: m.site };
    m.tick(STEPS.exception);
    throw new Raised(raised instanceof ClassValue ? m.at(node.at, () => m.call(raised)) : raised, site);
  };
}

const BINDS_NOTHING: ReadonlySet<string> = new Set(["pass", "expr", "raise"]);

export function compileTry(node: Try, c: Compiler): Ex {
  const body = compileBlock(node.body, c);
  const otherwise = compileBlock(node.otherwise, c);
  const finalizer = compileBlock(node.finalizer, c);
  const handlers = node.handlers.map((handler) => ({
    type: handler.type && compileExpr(handler.type, c),
    assign: handler.target && compileTarget(handler.target, c, "declare"),
    body: compileBlock(handler.body, c),
  }));
  const goesOnWithout = node.handlers.every((handler) =>
    handler.body.every(({ kind }) => BINDS_NOTHING.has(kind)),
  );
  /** The exception's value is kept for a bare `raise`, and bound to the handler's name. */
  const handle = (m: Machine, s: Scope, handler: (typeof handlers)[number], value: Value): Completion => {
    const scope = c.language === "python" ? s : new Scope("block", s);
    scope.vars.set(CURRENT_ERROR, value);
    handler.assign?.(m, scope, value);
    return handler.body(m, scope);
  };
  /** Any of them, for it is not known what was raised. */
  const handleAny = (
    m: Machine,
    s: Scope,
    why: Unknown,
    [handler, ...others]: readonly (typeof handlers)[number][],
  ): Completion => {
    if (!handler || others.length === 0) return handler && handle(m, s, handler, why);
    return fork(
      m,
      why,
      () => handle(m, s, handler, why),
      () => handleAny(m, s, why, others),
    );
  };
  return (m, s) => {
    const { doubt, tried, journal: outer } = m;
    const restore = m.checkpoint();
    const own = { mayRaise: undefined as MayRaise | undefined };
    if (handlers.length > 0) {
      m.tried = own;
      m.journal = new Journal(outer);
      const catcher = (type: string): boolean => {
        const cls = m.builtin(type);
        return handlers.some((handler) => {
          const caught = handler.type?.(m, s);
          return handler.type === undefined || catches(m, caught, cls);
        });
      };
      m.catchers.push(Object.assign(catcher, { goesOnWithout }));
    }
    let completion: Completion;
    try {
      const { journal } = m;
      completion = body(m, s);
      m.tried = tried;
      if (handlers.length > 0) m.catchers.pop();
      if (completion === undefined) completion = otherwise(m, s);
      if (journal && journal !== outer) {
        const perhapsLeft = closeDoubts(m, doubt);
        m.journal = outer;
        const { mayRaise } = own;
        const meant = mayRaise ? handlers.filter(({ type }) => !isOfUser(type?.(m, s))) : [];
        if (mayRaise && meant.length > 0) {
          const { why } = mayRaise;
          const ran = { completion: completion as Completion, journal, perhapsLeft };
          completion = orHandled(m, mayRaise, ran, () => handleAny(m, s, why, meant));
        } else for (const left of perhapsLeft) mayLeave(m, left);
      }
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      // What ran before it raised may have left, as far as is known.
      const open = doubtsSince(m, doubt);
      restore();
      for (const left of open) mayLeave(m, left);
      const cls = m.typeOf(error.value);
      const handler = handlers.find(({ type }) => type === undefined || catches(m, type(m, s), cls));
      if (!handler) {
        const left = finalizer(m, s);
        if (left !== undefined) return left;
        throw error;
      }
      completion = handle(m, s, handler, error.value);
    }
    const { returned } = m;
    const left = finalizer(m, s);
    if (left !== undefined) return left;
    m.returned = returned;
    return completion;
  };
}

export function compileWith(node: With, c: Compiler): Ex {
  const items = node.items.map((item) => ({
    context: compileExpr(item.context, c),
    assign: item.target && compileTarget(item.target, c),
    at: item.context.at,
  }));
  const body = compileBlock(node.body, c);
  const enter = (m: Machine, s: Scope, index: number): Completion => {
    const item = items[index];
    if (!item) return body(m, s);
    const manager = item.context(m, s);
    const value =
      manager instanceof Unknown ? manager : m.at(item.at, () => m.callMethod(manager, "__enter__"));
    item.assign?.(m, s, value);
    const exit = (error: Value): boolean =>
      !(manager instanceof Unknown) &&
      m.truthy(
        m.at(item.at, () =>
          m.callMethod(manager, "__exit__", [error === null ? null : m.typeOf(error), error, null]),
        ),
      ) === true;
    const restore = m.checkpoint();
    const suppressed = manager instanceof Instance && manager.native instanceof Suppression && manager.native;
    if (suppressed) m.catchers.push((type) => catches(m, suppressed.types, m.builtin(type)));
    try {
      const completion = enter(m, s, index + 1);
      if (suppressed) m.catchers.pop();
      const { returned } = m;
      exit(null);
      m.returned = returned;
      return completion;
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      restore();
      if (exit(error.value)) return undefined;
      throw error;
    }
  };
  return (m, s) => enter(m, s, 0);
}

/** Exceptions of whoever ends the program: no call raises them of itself. */
const OF_USER: ReadonlySet<string> = new Set(["KeyboardInterrupt", "SystemExit", "GeneratorExit"]);

function isOfUser(handler: Value): boolean {
  return handler instanceof ClassValue && OF_USER.has(handler.name);
}

/** Where a handler's exception is kept for a bare `raise`; no program can name it. */
const CURRENT_ERROR = "<error>";

function currentError(scope: Scope): Value {
  const value = scope.get(CURRENT_ERROR);
  return value === ABSENT ? null : value;
}

/** Code that is followed raises classes that are known: a handler of an unknown one is for something else. */
export function catches(m: Machine, handler: Value, cls: Value): boolean {
  if (cls instanceof Unknown) return true;
  if (handler instanceof Unknown) return false;
  if (handler instanceof ClassValue) return cls instanceof ClassValue && m.isSubclass(cls, handler);
  const options = m.items(handler);
  return (
    !(options instanceof Unknown) &&
    m.nested(() => options.some((option) => catches(m, option, cls))) === true
  );
}

/** `ValueError: kernel size must be odd` */
export function describeRaised(m: Machine, raised: Raised): string {
  const { value } = raised;
  const text = m.str(value);
  const name = value instanceof Instance ? value.cls.name : "error";
  if (text instanceof Unknown || text === "") return name;
  // JavaScript's text of an error has its name already.
  const whole = text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
  return whole.length > LONGEST_MESSAGE ? `${whole.slice(0, LONGEST_MESSAGE)}…` : whole;
}

/** A program may raise a text of a million characters, which no one reads and a terminal takes a while to show. */
const LONGEST_MESSAGE = 1000;

export function reportRaised(m: Machine, raised: Raised): string {
  const message = describeRaised(m, raised);
  m.diagnose({
    severity: "warning",
    code: "raises",
    message,
    ...(raised.site ? { at: raised.site.at } : {}),
  });
  return message;
}
