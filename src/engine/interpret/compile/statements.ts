/** Statements compiled to closures: one entry a node kind. */
import type { Expr, Pattern, Stmt } from "../../syntax/ast.ts";
import { fork } from "../branches.ts";
import { Raised } from "../control.ts";
import { joinHere } from "../doubts.ts";
import { errorText } from "../errorTexts.ts";
import { mayFill } from "../handed.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import { type Attrs, ClassValue, FunctionValue, Instance, Unknown, type Value } from "../values.ts";
import type { Compiler, Ev, Ex } from "./compiler.ts";
import { BREAK, CONTINUE, type Completion, isSameExit, RETURN } from "./completion.ts";
import { closeNames, earlyNames } from "./deadZone.ts";
import { compileRaise, compileTry, compileWith } from "./exceptions.ts";
import { compileExpr, compileTest } from "./expressions.ts";
import { compileClass, makeDecorated } from "./functions.ts";
import { compileCFor, compileDoWhile, compileFor, compileWhile } from "./loops.ts";
import { compilePattern } from "./patterns.ts";
import { compilePlace, compileStore, compileTarget } from "./targets.ts";

/** Names in annotations need not exist (`from __future__ import annotations`, Python 3.14): nothing that runs needs them. */
function readAnnotation(annotation: Ev, m: Machine, s: Scope): Value {
  const restore = m.checkpoint();
  m.catchers.push((type) => type === "NameError");
  try {
    const value = annotation(m, s);
    m.catchers.pop();
    return value;
  } catch (thrown) {
    restore();
    if (!(thrown instanceof Raised)) throw thrown;
    return m.unknown("an annotation names what is not defined");
  }
}

const isOfSwitch = (exit: Completion): boolean => exit === BREAK;

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
  let early: readonly string[] = [];
  return (m, s) => {
    if (!parts) {
      parts = ordered.map((node) => compileStmt(node, c));
      if (c.language === "typescript") early = earlyNames(ordered);
    }
    m.tick(parts.length >> 4);
    if (early.length > 0) closeNames(m, s, early);
    for (let i = 0; i < parts.length; i++) {
      const completion = parts[i]!(m, s);
      if (completion !== undefined) return completion;
    }
    return undefined;
  };
}

export function hoist(nodes: readonly Stmt[]): readonly Stmt[] {
  const isFunction = (node: Stmt): boolean =>
    node.kind === "functionDef" || (node.kind === "export" && node.declaration?.kind === "functionDef");
  return [...nodes.filter(isFunction), ...nodes.filter((node) => !isFunction(node))];
}

/** JS bodies of loops and blocks have a scope of their own; Python's have not. */
export function compileBlock(nodes: readonly Stmt[], c: Compiler): Ex {
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

/** Positions of a call's arguments that the program has by a name, too. */
function keptArguments(value: Expr): readonly number[] {
  if (value.kind !== "call" || value.args.some(({ kind }) => kind !== "positional" && kind !== "keyword"))
    return [];
  return value.args
    .filter(({ kind }) => kind === "positional")
    .flatMap((arg, index) => (arg.value.kind === "name" || arg.value.kind === "attribute" ? [index] : []));
}

const compilers: Compilers = {
  expr: (node, c) => {
    const ev = compileExpr(node.value, c);
    const { discard } = c.semantics;
    if (discard) {
      return (m, s) => {
        discard(m, ev(m, s));
        return undefined;
      };
    }
    const kept = keptArguments(node.value);
    if (kept.length > 0) {
      return (m, s) => {
        const value = ev(m, s);
        if (value instanceof Unknown && m.unread?.answer === value) mayFill(m, m.unread, kept);
        return undefined;
      };
    }
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
    const [only] = node.targets;
    if (node.targets.length === 1 && only && value && !annotation) {
      const store = compileStore(only, value, c);
      return (m, s) => {
        store(m, s);
        return undefined;
      };
    }
    return (m, s) => {
      if (annotation && name !== undefined && s.kind === "class" && s.cls) {
        s.cls.annotations ??= new Map();
        s.cls.annotations.set(name, readAnnotation(annotation, m, s));
      }
      if (value) {
        const result = value(m, s);
        for (const assign of targets) assign(m, s, result);
      }
      return undefined;
    };
  },

  augAssign: (node, c) => {
    const place = compilePlace(node.target, c);
    const value = compileExpr(node.value, c);
    const { op, at } = node;
    return (m, s) => {
      const { old, store } = place(m, s);
      const operand = value(m, s);
      store(m.at(at, () => m.semantics.inplace(m, op, old, operand)));
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
          fork(
            m,
            truth,
            () => then(m, s),
            () => otherwise(m, s),
          ),
        );
      return truth ? then(m, s) : otherwise(m, s);
    };
  },

  while: compileWhile,

  doWhile: compileDoWhile,

  for: compileFor,

  cFor: compileCFor,

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

  raise: compileRaise,

  try: compileTry,

  with: compileWith,

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
      const said = message ? m.str(message(m, s)) : undefined;
      const text = typeof said === "string" ? said : "";
      const problem = errorText("AssertionError", text);
      m.at(node.at, () => {
        m.fail("AssertionError", text, { severity: "warning", code: "assertion", message: problem });
        // The program stops here: what follows is read, but belongs to no network that runs.
        m.gap(problem);
      });
      return undefined;
    };
  },

  match: (node, c) => {
    const subject = compileExpr(node.subject, c);
    const cases = node.cases.map((branch) => ({
      matches: compilePattern(branch.pattern as Pattern, c),
      guard: branch.guard && compileTest(branch.guard, c),
      body: compileBlock(branch.body, c),
    }));
    return (m, s) => {
      const value = subject(m, s);
      const from = (start: number): Completion => {
        for (let index = start; index < cases.length; index++) {
          const branch = cases[index]!;
          const matched = branch.matches(m, s, value);
          const truth = matched === true && branch.guard ? branch.guard(m, s) : matched;
          if (truth instanceof Unknown)
            return fork(
              m,
              truth,
              () => branch.body(m, s),
              () => from(index + 1),
            );
          if (truth) return branch.body(m, s);
        }
        return undefined;
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
        const { doubt, doubtOutsideLoop } = m;
        m.doubtOutsideLoop = doubt;
        let completion: Completion;
        for (let i = start; i < cases.length && completion === undefined; i++)
          completion = cases[i]!.body(m, scope);
        m.doubtOutsideLoop = doubtOutsideLoop;
        const ended = joinHere(m, doubt, completion, isOfSwitch);
        return ended === BREAK ? undefined : ended;
      };
      const from = (index: number): Completion => {
        const next = cases.findIndex((branch, i) => i >= index && branch.test !== undefined);
        if (next < 0) {
          const fallback = cases.findIndex((branch) => branch.test === undefined);
          return fallback < 0 ? undefined : run(fallback);
        }
        const equal = m.compare("===", value, cases[next]!.test!(m, scope));
        if (equal instanceof Unknown)
          return fork(
            m,
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
    const { label } = node;
    if (label === undefined) return (m, s) => body(m, new Scope("block", s));
    const isOfBlock = (exit: Completion): boolean => isSameExit(exit, { type: "break", label });
    return (m, s) => {
      const { doubt } = m;
      const completion = joinHere(m, doubt, body(m, new Scope("block", s)), isOfBlock);
      return isOfBlock(completion) ? undefined : completion;
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

  namespaceDef: (node, c) => {
    const body = compileBody(node.body, c);
    return (m, s) => {
      const known = s.vars.get(node.name);
      const target = tableOf(known) ? known : m.newInstance(m.builtinClass("Object"));
      if (target !== known) m.setVar(s, node.name, target);
      // Names live in the object itself: what the body changes later is seen from outside.
      body(m, new Scope("function", s, tableOf(target)));
      return undefined;
    };
  },

  pass: () => () => undefined,

  broken: (node) => (m) => {
    m.at(node.at, () => m.gap(node.reason));
    return undefined;
  },
};

function tableOf(value: Value): Attrs | undefined {
  if (value instanceof Instance || value instanceof FunctionValue) return value.attrs;
  return value instanceof ClassValue ? value.statics : undefined;
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
