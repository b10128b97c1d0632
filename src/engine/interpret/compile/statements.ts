/** Statements compiled to closures: one entry a node kind. */
import type { Expr, Pattern, Stmt } from "../../syntax/ast.ts";
import { Raised, Suppression } from "../control.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import { ABSENT, ClassValue, Dict, Instance, Unknown, type Value } from "../values.ts";
import type { Compiler, Ex } from "./compiler.ts";
import { BREAK, CONTINUE, type Completion, loopStep, RETURN } from "./completion.ts";
import { compileExpr, compileTest } from "./expressions.ts";
import { compileClass, makeDecorated } from "./functions.ts";
import { compilePattern } from "./patterns.ts";
import { compileTarget } from "./targets.ts";

type Compilers = { readonly [K in Stmt["kind"]]: (node: Extract<Stmt, { kind: K }>, c: Compiler) => Ex };

export function compileStmt(node: Stmt, c: Compiler): Ex {
  const compile = compilers[node.kind] as (node: Stmt, c: Compiler) => Ex;
  return compile(node, c);
}

/** A block in the scope it is run in. JS function declarations come first, as they are hoisted. */
export function compileBody(nodes: readonly Stmt[], c: Compiler): Ex {
  const ordered = c.language === "typescript" ? hoist(nodes) : nodes;
  // A branch that is never taken is never compiled.
  let parts: Ex[] | undefined;
  return (m, s) => {
    parts ??= ordered.map((node) => compileStmt(node, c));
    for (let i = 0; i < parts.length; i++) {
      const completion = parts[i]!(m, s);
      if (completion !== undefined) return completion;
    }
    return undefined;
  };
}

/** A block that goes on after a statement that fails: modules and class bodies, where the rest still means something. */
export function compileResilient(nodes: readonly Stmt[], c: Compiler): Ex {
  const ordered = c.language === "typescript" ? hoist(nodes) : nodes;
  const parts = ordered.map((node) => compileStmt(node, c));
  return (m, s) => {
    for (const part of parts) {
      const restore = m.checkpoint();
      try {
        part(m, s);
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        restore();
        reportRaised(m, error);
      }
    }
    return undefined;
  };
}

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

/** `ValueError: kernel size must be odd` */
export function describeRaised(m: Machine, raised: Raised): string {
  const { value } = raised;
  const text = m.str(value);
  const name = value instanceof Instance ? value.cls.name : "error";
  if (text instanceof Unknown || text === "") return name;
  // JavaScript's text of an error has its name already.
  return text.startsWith(`${name}: `) ? text : `${name}: ${text}`;
}

function hoist(nodes: readonly Stmt[]): readonly Stmt[] {
  const isFunction = (node: Stmt): boolean =>
    node.kind === "functionDef" || (node.kind === "export" && node.declaration?.kind === "functionDef");
  return [...nodes.filter(isFunction), ...nodes.filter((node) => !isFunction(node))];
}

/** JS bodies of loops and blocks have a scope of their own; Python's have not. */
function compileBlock(nodes: readonly Stmt[], c: Compiler): Ex {
  const body = compileBody(nodes, c);
  const declares =
    c.language === "typescript" &&
    nodes.some(
      (node) =>
        (node.kind === "varDecl" && node.scope !== "var") ||
        node.kind === "functionDef" ||
        node.kind === "classDef",
    );
  return declares ? (m, s) => body(m, new Scope("block", s)) : body;
}

const compilers: Compilers = {
  expr: (node, c) => {
    const ev = compileExpr(node.value, c);
    return (m, s) => {
      ev(m, s);
      return undefined;
    };
  },

  assign: (node, c) => {
    const targets = node.targets.map((target) => compileTarget(target, c));
    const value = node.value && compileExpr(node.value, c);
    const annotation = node.annotation && compileExpr(node.annotation, c);
    const name = node.targets[0]?.kind === "name" ? node.targets[0].id : undefined;
    const [only] = targets;
    if (targets.length === 1 && only && value && !annotation) {
      return (m, s) => {
        only(m, s, value(m, s));
        return undefined;
      };
    }
    return (m, s) => {
      if (annotation && name !== undefined && s.kind === "class" && s.cls) {
        s.cls.annotations ??= new Map();
        s.cls.annotations.set(name, annotation(m, s));
      }
      if (value) {
        const result = value(m, s);
        for (const assign of targets) assign(m, s, result);
      }
      return undefined;
    };
  },

  augAssign: (node, c) => {
    const assign = compileTarget(node.target, c);
    const current = compileExpr(node.target as Expr, c);
    const value = compileExpr(node.value, c);
    const { op, at } = node;
    return (m, s) => {
      const old = current(m, s);
      const operand = value(m, s);
      assign(
        m,
        s,
        m.at(at, () => m.semantics.inplace(m, op, old, operand)),
      );
      return undefined;
    };
  },

  varDecl: (node, c) => {
    const binding = node.scope === "var" ? "declareVar" : "declare";
    const parts = node.declarations.map(({ target, value }) => ({
      assign: compileTarget(target, c, binding),
      value: value && compileExpr(value, c),
    }));
    return (m, s) => {
      for (const { assign, value } of parts) assign(m, s, value ? value(m, s) : undefined);
      return undefined;
    };
  },

  functionDef: (node, c) => {
    const make = makeDecorated(node.fn, c);
    const assign = compileTarget({ kind: "name", id: node.fn.name, at: node.fn.nameAt }, c, "declare");
    return (m, s) => {
      assign(m, s, make(m, s));
      return undefined;
    };
  },

  classDef: (node, c) => {
    const make = compileClass(node.cls, c);
    const assign = compileTarget({ kind: "name", id: node.cls.name, at: node.cls.nameAt }, c, "declare");
    return (m, s) => {
      assign(m, s, make(m, s));
      return undefined;
    };
  },

  if: (node, c) => {
    const test = compileTest(node.test, c);
    const then = compileBlock(node.then, c);
    const otherwise = compileBlock(node.otherwise, c);
    return (m, s) => {
      const truth = test(m, s);
      if (truth instanceof Unknown)
        return m.at(node.test.at, () =>
          m.fork(
            truth,
            () => then(m, s),
            () => otherwise(m, s),
          ),
        );
      return truth ? then(m, s) : otherwise(m, s);
    };
  },

  while: (node, c) => {
    const test = compileTest(node.test, c);
    const body = compileBlock(node.body, c);
    const otherwise = compileBlock(node.otherwise, c);
    const endless = node.test.kind === "literal";
    return (m, s) => {
      for (;;) {
        m.tick();
        const truth = test(m, s);
        if (truth instanceof Unknown) return onceOrNot(m, truth, () => body(m, s), node.label);
        if (!truth) return otherwise(m, s);
        const repeats = m.scripted?.repeats();
        const { undecidedExits } = m;
        const completion = body(m, s);
        const step = loopStep(completion, node.label);
        if (step === "leave") return undefined;
        if (step === "exit") return completion;
        // `while True` that something unknown may leave, or that only trains, is over when it has shown what it does.
        if (repeats?.() || (endless && m.undecidedExits > undecidedExits)) return undefined;
      }
    };
  },

  doWhile: (node, c) => {
    const test = compileTest(node.test, c);
    const body = compileBlock(node.body, c);
    return (m, s) => {
      for (;;) {
        m.tick();
        const completion = body(m, s);
        const step = loopStep(completion, node.label);
        if (step === "leave") return undefined;
        if (step === "exit") return completion;
        const truth = test(m, s);
        if (truth instanceof Unknown) return onceOrNot(m, truth, () => body(m, s), node.label);
        if (!truth) return undefined;
      }
    };
  },

  for: (node, c) => {
    const binding = node.declare === undefined ? "assign" : node.declare === "var" ? "declareVar" : "declare";
    const assign = compileTarget(node.target, c, binding);
    const iterable = compileExpr(node.iterable, c);
    const body = compileBlock(node.body, c);
    const otherwise = compileBlock(node.otherwise, c);
    const fresh = node.declare === "const" || node.declare === "let";
    return (m, s) => {
      const source = iterable(m, s);
      const iterator = m.at(node.iterable.at, () =>
        node.over === "keys" ? keysOf(m, source) : m.iterate(source),
      );
      if (iterator instanceof Unknown) {
        return onceOrNot(
          m,
          iterator,
          () => {
            assign(m, s, iterator);
            return body(m, s);
          },
          node.label,
        );
      }
      for (let step = iterator.next(); !step.done; step = iterator.next()) {
        m.tick();
        const scope = fresh ? new Scope("block", s) : s;
        assign(m, scope, step.value);
        const repeats = m.scripted?.repeats();
        const completion = body(m, scope);
        const then = completion === undefined ? "next" : loopStep(completion, node.label);
        if (then === "exit") return completion;
        if (then === "leave" || repeats?.()) return undefined;
      }
      return otherwise(m, s);
    };
  },

  cFor: (node, c) => {
    const init = node.init && compileStmt(node.init, c);
    const test = node.test && compileTest(node.test, c);
    const update = node.update && compileExpr(node.update, c);
    const body = compileBlock(node.body, c);
    return (m, s) => {
      let scope = new Scope("block", s);
      init?.(m, scope);
      for (;;) {
        m.tick();
        const truth = test ? test(m, scope) : true;
        if (truth instanceof Unknown) return onceOrNot(m, truth, () => body(m, scope), node.label);
        if (!truth) return undefined;
        const completion = body(m, scope);
        const step = loopStep(completion, node.label);
        if (step === "leave") return undefined;
        if (step === "exit") return completion;
        // Closures made in this turn keep this turn's variables.
        scope = new Scope("block", s, new Map(scope.vars));
        update?.(m, scope);
      }
    };
  },

  return: (node, c) => {
    const value = node.value && compileExpr(node.value, c);
    const nothing = c.language === "python" ? null : undefined;
    return (m, s) => {
      m.returned = value ? value(m, s) : nothing;
      return RETURN;
    };
  },

  break: (node) => (): Completion =>
    node.label === undefined ? BREAK : { type: "break", label: node.label },
  continue: (node) => (): Completion =>
    node.label === undefined ? CONTINUE : { type: "continue", label: node.label },

  raise: (node, c) => {
    const value = node.value && compileExpr(node.value, c);
    return (m, s) => {
      const raised = value ? value(m, s) : currentError(s);
      const site = { at: node.at, caller: m.site };
      throw new Raised(raised instanceof ClassValue ? m.at(node.at, () => m.call(raised)) : raised, site);
    };
  },

  try: (node, c) => {
    const body = compileBlock(node.body, c);
    const otherwise = compileBlock(node.otherwise, c);
    const finalizer = compileBlock(node.finalizer, c);
    const handlers = node.handlers.map((handler) => ({
      type: handler.type && compileExpr(handler.type, c),
      assign: handler.target && compileTarget(handler.target, c, "declare"),
      body: compileBlock(handler.body, c),
    }));
    return (m, s) => {
      const restore = m.checkpoint();
      if (handlers.length > 0) {
        m.catchers.push((type) => {
          const cls = m.builtin(type);
          return handlers.some((handler) => {
            const caught = handler.type?.(m, s);
            return handler.type === undefined || catches(m, caught, cls);
          });
        });
      }
      let completion: Completion;
      try {
        completion = body(m, s);
        if (handlers.length > 0) m.catchers.pop();
        if (completion === undefined) completion = otherwise(m, s);
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        restore();
        const cls = m.typeOf(error.value);
        const handler = handlers.find(({ type }) => type === undefined || catches(m, type(m, s), cls));
        if (!handler) {
          const left = finalizer(m, s);
          if (left !== undefined) return left;
          throw error;
        }
        const scope = c.language === "python" ? s : new Scope("block", s);
        scope.vars.set(CURRENT_ERROR, error.value);
        handler.assign?.(m, scope, error.value);
        completion = handler.body(m, scope);
      }
      const { returned } = m;
      const left = finalizer(m, s);
      if (left !== undefined) return left;
      m.returned = returned;
      return completion;
    };
  },

  with: (node, c) => {
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
      const suppressed =
        manager instanceof Instance && manager.native instanceof Suppression && manager.native;
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
  },

  import: (node, c) => (m, s) => {
    m.at(node.at, () => c.semantics.importModule(m, node, s));
    return undefined;
  },
  importFrom: (node, c) => (m, s) => {
    m.at(node.at, () => c.semantics.importFrom(m, node, s));
    return undefined;
  },

  export: (node, c) => {
    const declaration = node.declaration && compileStmt(node.declaration, c);
    const value = node.defaultValue && compileExpr(node.defaultValue, c);
    return (m, s) => {
      declaration?.(m, s);
      m.at(node.at, () => c.semantics.exportNames(m, node, s, value?.(m, s)));
      return undefined;
    };
  },

  scopeDecl: (node) => (_m, s) => {
    s.declared ??= new Map();
    for (const name of node.names) s.declared.set(name, node.scope);
    return undefined;
  },

  delete: (node, c) => {
    const deletes = node.targets.map((target) => compileDelete(target as Expr, c));
    return (m, s) => {
      for (const remove of deletes) remove(m, s);
      return undefined;
    };
  },

  assert: (node, c) => {
    const test = compileTest(node.test, c);
    const message = node.message && compileExpr(node.message, c);
    return (m, s) => {
      if (test(m, s) !== false) return undefined;
      const text = message ? m.str(message(m, s)) : "an assertion fails";
      m.at(node.at, () => m.fail("AssertionError", typeof text === "string" ? text : "an assertion fails"));
      return undefined;
    };
  },

  match: (node, c) => {
    const subject = compileExpr(node.subject, c);
    const cases = node.cases.map((branch) => ({
      matches: compilePattern(branch.pattern as Pattern, c),
      guard: branch.guard && compileTest(branch.guard, c),
      body: compileBody(branch.body, c),
    }));
    return (m, s) => {
      const value = subject(m, s);
      const from = (index: number): Completion => {
        const branch = cases[index];
        if (!branch) return undefined;
        const matched = branch.matches(m, s, value);
        const truth = matched === true && branch.guard ? branch.guard(m, s) : matched;
        if (truth instanceof Unknown)
          return m.fork(
            truth,
            () => branch.body(m, s),
            () => from(index + 1),
          );
        return truth ? branch.body(m, s) : from(index + 1);
      };
      return from(0);
    };
  },

  switch: (node, c) => {
    const subject = compileExpr(node.subject, c);
    const cases = node.cases.map((branch) => ({
      test: branch.test && compileExpr(branch.test, c),
      body: compileBody(branch.body, c),
    }));
    return (m, s) => {
      const scope = new Scope("block", s);
      const value = subject(m, s);
      const run = (start: number): Completion => {
        for (let i = start; i < cases.length; i++) {
          const completion = cases[i]!.body(m, scope);
          if (completion === BREAK) return undefined;
          if (completion !== undefined) return completion;
        }
        return undefined;
      };
      const from = (index: number): Completion => {
        const next = cases.findIndex((branch, i) => i >= index && branch.test !== undefined);
        if (next < 0) {
          const fallback = cases.findIndex((branch) => branch.test === undefined);
          return fallback < 0 ? undefined : run(fallback);
        }
        const equal = m.compare("===", value, cases[next]!.test!(m, scope));
        if (equal instanceof Unknown)
          return m.fork(
            equal,
            () => run(next),
            () => from(next + 1),
          );
        return equal === true ? run(next) : from(next + 1);
      };
      return from(0);
    };
  },

  block: (node, c) => {
    const body = compileBody(node.body, c);
    return (m, s) => {
      const completion = body(m, new Scope("block", s));
      const left =
        typeof completion === "object" && completion.type === "break" && completion.label === node.label;
      return left && node.label !== undefined ? undefined : completion;
    };
  },

  enumDef: (node, c) => {
    const members = node.members.map(({ name, value }) => ({ name, value: value && compileExpr(value, c) }));
    return (m, s) => {
      const object = m.newInstance(m.builtinClass("Object"));
      m.setVar(s, node.name, object);
      const scope = new Scope("block", s, object.attrs);
      let next: Value = 0;
      for (const { name, value } of members) {
        const member: Value = value ? value(m, scope) : next;
        object.attrs.set(name, member);
        if (typeof member === "number") {
          object.attrs.set(String(member), name);
          next = member + 1;
        }
      }
      return undefined;
    };
  },

  pass: () => () => undefined,

  broken: (node) => (m) => {
    m.at(node.at, () => m.gap(node.reason));
    return undefined;
  },
};

/** Where a handler's exception is kept for a bare `raise`; no program can name it. */
const CURRENT_ERROR = "<error>";

function currentError(scope: Scope): Value {
  const value = scope.get(CURRENT_ERROR);
  return value === ABSENT ? null : value;
}

/** Code that is followed raises classes that are known: a handler of an unknown one is for something else. */
function catches(m: Machine, handler: Value, cls: Value): boolean {
  if (cls instanceof Unknown) return true;
  if (handler instanceof Unknown) return false;
  if (handler instanceof ClassValue) return cls instanceof ClassValue && m.isSubclass(cls, handler);
  const options = m.items(handler);
  return !(options instanceof Unknown) && options.some((option) => catches(m, option, cls));
}

/** A loop whose number of turns is not known: its body is run once, as one side of a branch. */
function onceOrNot(m: Machine, why: Unknown, body: () => Completion, label: string | undefined): Completion {
  if (m.scope) m.gap(why.reason);
  return m.fork(
    why,
    () => {
      const completion = body();
      return loopStep(completion, label) === "exit" ? completion : undefined;
    },
    () => undefined,
  );
}

function keysOf(m: Machine, source: Value): Iterator<Value> | Unknown {
  if (source instanceof Unknown) return source;
  if (source instanceof Instance) return [...source.attrs.keys()][Symbol.iterator]();
  if (source instanceof Dict)
    return [...source.entries.values()].map((entry) => entry.key)[Symbol.iterator]();
  const length = m.length(source);
  if (length instanceof Unknown) return length;
  return Array.from({ length }, (_, i) => String(i))[Symbol.iterator]();
}

function compileDelete(target: Expr, c: Compiler): (m: Machine, s: Scope) => void {
  if (target.kind === "name") {
    return (m, s) => {
      m.journal?.saveVar(s.vars, target.id);
      s.vars.delete(target.id);
    };
  }
  const ev = compileExpr({ kind: "unary", op: "delete", operand: target, at: target.at }, c);
  return (m, s) => void ev(m, s);
}
