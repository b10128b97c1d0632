/** Calls compiled to closures: arguments, `super`, `this`, and the calls that read the scope they stand in. */

import { entryOf } from "../../base/table.ts";
import { mayBind } from "../../languages/python/execText.ts";
import type { Arg, Call, Expr } from "../../syntax/ast.ts";
import { isOptionalChain } from "../../syntax/optionalChain.ts";
import { placed } from "../../syntax/placed.ts";
import { attrsDict } from "../attrsDict.ts";
import { STEPS } from "../bounds.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import type { Site } from "../trace.ts";
import { mayCall } from "../uncalled.ts";
import { addUnknown, changeUnknown } from "../unknownChange.ts";
import {
  ABSENT,
  BoundMethod,
  Dict,
  Instance,
  type Kwargs,
  LargeInt,
  List,
  NativeFunction,
  NO_KWARGS,
  SuperValue,
  Unknown,
  type Value,
} from "../values.ts";
import type { Compiler, Ev } from "./compiler.ts";
import { compileExpr, compileItems } from "./expressions.ts";

export interface CompiledArgs {
  readonly args: (m: Machine, s: Scope) => Value[] | Unknown;
  readonly kwargs: ((m: Machine, s: Scope) => Kwargs | Unknown) | undefined;
}

export function compileArgs(nodes: readonly Arg[], c: Compiler): CompiledArgs {
  const positional: Expr[] = [];
  const named: { readonly name: string | undefined; readonly ev: Ev }[] = [];
  for (const arg of nodes) {
    if (arg.kind === "positional") positional.push(arg.value);
    else if (arg.kind === "spread") positional.push({ kind: "star", value: arg.value, at: arg.value.at });
    else if (arg.kind === "keyword") named.push({ name: arg.name, ev: compileExpr(arg.value, c) });
    else named.push({ name: undefined, ev: compileExpr(arg.value, c) });
  }
  const args = compileItems(positional, c);
  if (named.length === 0) return { args, kwargs: undefined };
  return {
    args,
    kwargs: (m, s) => {
      const kwargs = new Map<string, Value>();
      for (const { name, ev } of named) {
        const value = ev(m, s);
        if (name !== undefined && kwargs.has(name)) return givenTwice(m, name);
        if (name !== undefined) kwargs.set(name, value);
        else if (value instanceof Unknown) return value;
        else {
          const given = mappingOf(m, value);
          m.tick(given.length * STEPS.keyword);
          for (const [key, item] of given) {
            if (key instanceof Unknown) return key;
            if (kwargs.has(String(key))) return givenTwice(m, String(key));
            kwargs.set(String(key), item);
          }
        }
      }
      return kwargs;
    },
  };
}

function givenTwice(m: Machine, name: string): Unknown {
  return m.fail("TypeError", `got multiple values for keyword argument '${name}'`);
}

export function mappingOf(m: Machine, value: Value): [Value, Value][] {
  if (value instanceof Dict) return [...value.entries.values()].map((entry) => [entry.key, entry.value]);
  if (value === null || value === undefined) return [];
  const keys = m.lookup(value, "keys") === ABSENT ? undefined : m.items(m.callMethod(value, "keys"));
  if (keys === undefined || keys instanceof Unknown) return [];
  return keys.map((key) => [key, m.getItem(value, key)]);
}

export function compileCall(node: Call, c: Compiler): Ev {
  const { at } = node;
  // Its arguments are compiled there: twice would be 2ⁿ times for n of them inside of each other.
  if (c.language === "python" && node.callee.kind === "name" && node.callee.id === "eval") {
    return compileEval(node, c);
  }
  const { args, kwargs } = compileArgs(node.args, c);
  const special =
    c.language === "python" && node.callee.kind === "name" && node.args.length === 0
      ? entryOf(scopeCalls, node.callee.id)
      : undefined;
  if (special) return special;

  const keepsGiven = spreads(node, c);
  const text = textOf(node.callee);
  const isExec = c.language === "python" && text === "exec" && node.args.length === 1;
  // `net.apply(lib.init_weights)` calls what it is given.
  const [first] = node.args;
  const given = first?.kind === "positional" ? textOf(first.value) : "";
  const siteOf = (caller: Site | undefined, args: Value[] | Unknown, kwargs: Kwargs | Unknown): Site =>
    !keepsGiven || args instanceof Unknown || kwargs instanceof Unknown
      ? { at, caller }
      : { at, caller, given: { args, kwargs } };

  const run = (
    m: Machine,
    s: Scope,
    fn: Value,
    call: (args: Value[], kwargs: Kwargs) => Value,
    self?: Value,
  ): Value => {
    const values = args(m, s);
    const named = kwargs ? kwargs(m, s) : NO_KWARGS;
    const { site } = m;
    m.site = siteOf(site, values, named);
    m.calleeText = fn instanceof Unknown ? text : given;
    const result =
      values instanceof Unknown
        ? argumentGap(m, fn, values, self)
        : named instanceof Unknown
          ? argumentGap(m, fn, named)
          : call(values, named);
    m.site = site;
    return result;
  };

  if (c.language === "python") {
    const callee = compileExpr(node.callee, c);
    return (m, s) => {
      const fn = callee(m, s);
      const values = args(m, s);
      const named = kwargs ? kwargs(m, s) : NO_KWARGS;
      const { site } = m;
      m.site = siteOf(site, values, named);
      m.calleeText = fn instanceof Unknown ? text : given;
      const result =
        values instanceof Unknown
          ? argumentGap(m, fn, values)
          : named instanceof Unknown
            ? argumentGap(m, fn, named)
            : m.call(fn, values, named);
      m.site = site;
      if (isExec && !(values instanceof Unknown)) mayBind(m, scopeDict(m, s.module), values[0]);
      return result;
    };
  }

  if (node.isNew) {
    const callee = compileExpr(node.callee, c);
    return (m, s) => {
      const cls = callee(m, s);
      return run(m, s, cls, (values, named) => {
        m.onCall?.(cls, values, named);
        return m.semantics.construct(m, cls, values, named);
      });
    };
  }
  if (node.callee.kind === "super") {
    return (m, s) =>
      run(m, s, undefined, (values) => {
        const parent = superOf(m, s);
        return parent instanceof SuperValue
          ? m.callWithThis(m.getAttr(parent, "constructor"), parent.self, values)
          : parent;
      });
  }
  const optional = node.optional === true || isOptionalChain(node.callee);
  if (node.callee.kind === "attribute" || node.callee.kind === "subscript") {
    const { callee } = node;
    const isSuper = callee.object.kind === "super";
    const object = compileExpr(callee.object, c);
    const key: Ev = callee.kind === "attribute" ? () => callee.name : compileExpr(callee.index, c);
    const optionalObject = callee.optional === true || isOptionalChain(callee.object);
    return (m, s) => {
      const obj = object(m, s);
      if (obj instanceof Unknown && !(obj instanceof LargeInt))
        return run(m, s, obj, (values) => m.call(obj, values));
      if (optionalObject && (obj === null || obj === undefined)) return undefined;
      const name = key(m, s);
      const fn = typeof name === "string" ? m.at(at, () => m.getAttr(obj, name)) : m.getItem(obj, name);
      if (optional && (fn === null || fn === undefined)) return undefined;
      const self = isSuper ? thisOf(s) : obj;
      return run(
        m,
        s,
        fn,
        (values) => (fn instanceof BoundMethod ? m.call(fn, values) : m.callWithThis(fn, self, values)),
        self,
      );
    };
  }
  const callee = compileExpr(node.callee, c);
  return (m, s) => {
    const fn = callee(m, s);
    if (optional && (fn === null || fn === undefined)) return undefined;
    return run(m, s, fn, (values) => m.callWithThis(fn, undefined, values));
  };
}

/** `lib.add_heads` */
function textOf(callee: Expr): string {
  if (callee.kind === "name") return callee.id;
  if (callee.kind !== "attribute") return "a function that is not known";
  return callee.object.kind === "name" ? `${callee.object.id}.${callee.name}` : callee.name;
}

/** Does a call's text not name all that it gives: it spreads arguments, or hands on a configuration. */
function spreads({ args, callee }: Call, { language }: Compiler): boolean {
  if (language === "python") return args.some(({ kind }) => kind === "spread" || kind === "keywords");
  const [only] = args;
  if (args.length !== 1 || only?.kind !== "positional" || callee.kind !== "attribute") return false;
  const { value } = only;
  return (
    value.kind === "name" ||
    (value.kind === "object" && value.properties.some(({ kind }) => kind === "spread"))
  );
}

/** Of a text that is parsed and compiled. */
const STEPS_A_CHARACTER = 4;

/** `eval(text)` reads the scope it stands in; what is no text is given back, as code objects are not modelled. */
function compileEval(node: Call, c: Compiler): Ev {
  const source = node.args[0] && compileExpr(node.args[0].value, c);
  const code = new Map<string, Ev>();
  return (m, s) => {
    const text = source?.(m, s);
    if (text instanceof Unknown) return text;
    if (typeof text !== "string") return m.unknown("eval() of this is not followed");
    const parsed = () => placed(m.parseExpression(c.language, text.trim()), node.at);
    let known = code.get(text);
    if (!known) {
      m.tick(STEPS.parsed + text.length * STEPS_A_CHARACTER);
      known = compileExpr(parsed(), c);
      code.set(text, known);
    }
    const run = known;
    return m.at(node.at, () => run(m, s));
  };
}

/** Methods by which lists, dicts and sets of both languages change; those that only add to a list's end stand first. */
const APPENDS: ReadonlySet<string> = new Set(["append", "extend", "push"]);
const CHANGES: ReadonlySet<string> = new Set(
  "insert pop remove sort update setdefault add discard push unshift splice fill set delete".split(" "),
);

/** A call whose spread arguments are not known: a function of the program is run for what else it does. */
function argumentGap(m: Machine, fn: Value, why: Unknown, self?: Value): Unknown {
  if (m.scope) m.gap(why.reason);
  const method = fn instanceof BoundMethod ? fn.fn : fn;
  const owner = fn instanceof BoundMethod ? fn.self : self;
  if (method instanceof NativeFunction) {
    if (owner instanceof List && APPENDS.has(method.name)) addUnknown(m, owner, why);
    else if (CHANGES.has(method.name)) changeUnknown(m, owner, why);
  }
  mayCall(m, why, [fn], NO_KWARGS);
  return why;
}

/** Python calls without arguments that read the scope they stand in. */
const scopeCalls: Readonly<Record<string, Ev>> = {
  super: (m, s) => superOf(m, s),
  locals: (m, s) => scopeDict(m, s.local),
  vars: (m, s) => scopeDict(m, s.local),
  globals: (m, s) => scopeDict(m, s.module),
};

/** A function's names are copied; those of a module or a class body are the dict, and what is written to it is bound. */
function scopeDict(m: Machine, scope: Scope): Dict {
  m.tick(scope.vars.size << 1);
  if (scope.kind !== "function") return attrsDict(m, scope.vars, scope.moduleValue ?? scope.cls);
  const dict = new Dict();
  for (const key of scope.vars.keys()) {
    const value = scope.get(key);
    if (value !== ABSENT) dict.entries.set(key, { key, value });
  }
  return dict;
}

export function superOf(m: Machine, scope: Scope): Value {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const home = s.owner?.homeClass;
    if (!home) continue;
    const first = s.owner!.node.params[0]?.name;
    const self = m.language === "python" ? (first === undefined ? undefined : s.vars.get(first)) : s.self;
    return new SuperValue(home, self);
  }
  return m.fail("RuntimeError", "super() outside a method");
}

/** `new.target`: the class whose object a constructor is making. */
export function newTargetOf(m: Machine, scope: Scope): Value {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const { owner, self } = s;
    if (!owner || owner.node.form === "arrow") continue;
    const isMaking =
      owner.node.form === "constructor" ||
      (self instanceof Instance && owner.prototype !== undefined && self.cls.mro.includes(owner.prototype));
    return isMaking ? m.getAttr(self, "constructor") : undefined;
  }
  return undefined;
}

export function thisOf(scope: Scope): Value {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    if (s.owner && s.owner.node.form !== "arrow") return s.self;
  }
  return undefined;
}
