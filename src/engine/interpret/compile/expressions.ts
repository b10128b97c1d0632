/**
 * Expressions compiled to closures: one entry a node kind. The tree is walked once; what runs afterwards holds only
 * what evaluation needs.
 */
import type { Arg, Call, Expr, PropertyDef, Template } from "../../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { dictSet, setOf } from "../python/dict.ts";
import { Scope } from "../scope.ts";
import {
  ABSENT,
  BoundMethod,
  Bytes,
  Dict,
  Float,
  FunctionValue,
  Instance,
  Iter,
  type Kwargs,
  List,
  NO_KWARGS,
  Property,
  RegexValue,
  Slice,
  SuperValue,
  TRUE_ELLIPSIS,
  Tuple,
  Unknown,
  type Value,
} from "../values.ts";
import type { Compiler, Ev } from "./compiler.ts";
import { compileClass, makeFunction } from "./functions.ts";
import { compileTarget } from "./targets.ts";

type Compilers = { readonly [K in Expr["kind"]]: (node: Extract<Expr, { kind: K }>, c: Compiler) => Ev };

export function compileExpr(node: Expr, c: Compiler): Ev {
  const compile = compilers[node.kind] as (node: Expr, c: Compiler) => Ev;
  return compile(node, c);
}

/** A condition: its truth, or why it cannot be told. */
export type Test = (m: Machine, s: Scope) => boolean | Unknown;
export function compileTest(node: Expr, c: Compiler): Test {
  if (node.kind === "unary" && node.op === "not") {
    const inner = compileTest(node.operand, c);
    return (m, s) => {
      const value = inner(m, s);
      return value instanceof Unknown ? value : !value;
    };
  }
  const ev = compileExpr(node, c);
  return (m, s) => {
    const value = ev(m, s);
    return typeof value === "boolean" ? value : m.semantics.truthy(m, value);
  };
}

const compilers: Compilers = {
  literal: (node) => {
    if (node.special === "ellipsis") return () => TRUE_ELLIPSIS;
    if (node.special === "bytes") {
      const bytes = new Bytes(String(node.value));
      return () => bytes;
    }
    if (node.special === "imaginary") return (m) => m.unknown("complex numbers are not followed");
    const { value } = node;
    return () => value;
  },

  float: (node) => {
    const value = new Float(node.value);
    return () => value;
  },

  name: (node, c) => {
    const { id } = node;
    const { at } = node;
    if (c.language === "typescript" && id === "undefined") return () => undefined;
    if (c.language === "typescript" && id === "this") return (_m, s) => thisOf(s);
    return (m, s) => {
      const value = s.get(id);
      if (value !== ABSENT) return value;
      return m.at(at, () => m.fail(c.missingName.error, c.missingName.message(id)));
    };
  },

  attribute: (node, c) => {
    const { name, at } = node;
    if (node.object.kind === "super") return (m, s) => m.at(at, () => m.getAttr(superOf(m, s), name));
    const object = compileExpr(node.object, c);
    const optional = node.optional === true || isOptionalChain(node.object);
    return (m, s) => {
      const obj = object(m, s);
      if (obj instanceof Unknown) return obj;
      if (optional && (obj === null || obj === undefined)) return undefined;
      const { site } = m;
      m.site = { at, caller: site };
      const value = m.semantics.getAttr(m, obj, name);
      m.site = site;
      return value;
    };
  },

  subscript: (node, c) => {
    const object = compileExpr(node.object, c);
    const index = compileExpr(node.index, c);
    const { at } = node;
    const optional = node.optional === true || isOptionalChain(node.object);
    return (m, s) => {
      const obj = object(m, s);
      if (optional && (obj === null || obj === undefined)) return undefined;
      const i = index(m, s);
      if (obj instanceof Unknown) return obj;
      const { site } = m;
      m.site = { at, caller: site };
      const value = m.semantics.getItem(m, obj, i);
      m.site = site;
      return value;
    };
  },

  slice: (node, c) => {
    const [start, stop, step] = [node.start, node.stop, node.step].map(
      (part) => part && compileExpr(part, c),
    );
    return (m, s) => new Slice(start?.(m, s) ?? null, stop?.(m, s) ?? null, step?.(m, s) ?? null);
  },

  call: (node, c) => compileCall(node, c),

  unary: (node, c) => {
    if (node.op === "not") {
      const test = compileTest(node.operand, c);
      return (m, s) => {
        const value = test(m, s);
        return value instanceof Unknown ? value : !value;
      };
    }
    if (node.op === "delete") return compileDelete(node.operand, c);
    const operand = compileExpr(node.operand, c);
    const { op } = node;
    if (op === "-" && node.operand.kind === "literal" && typeof node.operand.value === "number") {
      const value = -node.operand.value;
      return () => value;
    }
    return (m, s) => m.semantics.unary(m, op, operand(m, s));
  },

  binary: (node, c) => {
    const left = compileExpr(node.left, c);
    const right = compileExpr(node.right, c);
    const { op, at } = node;
    return (m, s) => {
      const a = left(m, s);
      const b = right(m, s);
      const { site } = m;
      m.site = { at, caller: site };
      const value = m.semantics.binary(m, op, a, b);
      m.site = site;
      return value;
    };
  },

  compare: (node, c) => {
    const left = compileExpr(node.left, c);
    const steps = node.ops.map((op, i) => ({ op, right: compileExpr(node.comparators[i]!, c) }));
    const { at } = node;
    const only = steps.length === 1 ? steps[0] : undefined;
    if (only) {
      return (m, s) => {
        const a = left(m, s);
        const b = only.right(m, s);
        const { site } = m;
        m.site = { at, caller: site };
        const value = m.semantics.compare(m, only.op, a, b);
        m.site = site;
        return value;
      };
    }
    return (m, s) => {
      let a = left(m, s);
      let result: Value = true;
      for (const { op, right } of steps) {
        const b = right(m, s);
        result = m.semantics.compare(m, op, a, b);
        const truth = m.semantics.truthy(m, result);
        if (truth !== true) return result;
        a = b;
      }
      return result;
    };
  },

  logical: (node, c) => {
    const left = compileExpr(node.left, c);
    const right = compileExpr(node.right, c);
    const { op } = node;
    if (op === "??") {
      return (m, s) => {
        const value = left(m, s);
        return value === null || value === undefined ? right(m, s) : value;
      };
    }
    const stopsAt = op === "or";
    return (m, s) => {
      const value = left(m, s);
      const truth = typeof value === "boolean" ? value : m.semantics.truthy(m, value);
      if (truth instanceof Unknown) {
        // `unknown and False` is falsy and `unknown or True` truthy whatever the left side is.
        let other: Value = truth;
        m.fork(
          truth,
          () => {
            other = right(m, s);
            return undefined;
          },
          () => undefined,
        );
        return m.semantics.truthy(m, other) === stopsAt ? stopsAt : truth;
      }
      return truth === stopsAt ? value : right(m, s);
    };
  },

  conditional: (node, c) => {
    const test = compileTest(node.test, c);
    const then = compileExpr(node.then, c);
    const otherwise = compileExpr(node.otherwise, c);
    return (m, s) => {
      const truth = test(m, s);
      if (truth instanceof Unknown)
        return m.forkValue(
          truth,
          () => then(m, s),
          () => otherwise(m, s),
        );
      return truth ? then(m, s) : otherwise(m, s);
    };
  },

  sequence: (node, c) => {
    const items = compileItems(node.items, c);
    if (node.type === "list") return (m, s) => orUnknown(items(m, s), (values) => new List(values));
    if (node.type === "tuple") return (m, s) => orUnknown(items(m, s), (values) => new Tuple(values));
    return (m, s) => orUnknown(items(m, s), (values) => setOf(m, values));
  },

  dict: (node, c) => {
    const entries = node.entries.map(({ key, value }) => ({
      key: key && compileExpr(key, c),
      value: compileExpr(value, c),
    }));
    return (m, s) => {
      const dict = new Dict();
      for (const { key, value } of entries) {
        if (key) {
          const k = key(m, s);
          const v = value(m, s);
          if (k instanceof Unknown) return k;
          dictSet(m, dict, k, v);
          continue;
        }
        const source = value(m, s);
        if (source instanceof Dict)
          for (const [k, entry] of source.entries) dict.entries.set(k, { ...entry });
        else if (source instanceof Unknown) return source;
        else for (const [k, v] of mappingOf(m, source)) dictSet(m, dict, k, v);
      }
      return dict;
    };
  },

  object: (node, c) => {
    const parts = node.properties.map((property) => compileProperty(property, c));
    return (m, s) => {
      const object = m.newInstance(m.builtinClass("Object"));
      for (const part of parts) part(m, s, object);
      return object;
    };
  },

  template: (node, c) => {
    const text = compileTemplate(node, c);
    if (!node.tag) return text;
    const tag = compileExpr(node.tag, c);
    return (m, s) => m.call(tag(m, s), [text(m, s)]);
  },

  function: (node, c) => makeFunction(node.fn, c),
  classExpr: (node, c) => compileClass(node.cls, c),

  comprehension: (node, c) => {
    const element = compileExpr(node.element, c);
    const key = node.key && compileExpr(node.key, c);
    const clauses = node.clauses.map((clause) => ({
      assign: compileTarget(clause.target, c),
      iterable: compileExpr(clause.iterable, c),
      conditions: clause.conditions.map((condition) => compileTest(condition, c)),
      at: clause.iterable.at,
    }));
    type Clause = (typeof clauses)[number];

    function* turns(m: Machine, s: Scope, depth: number): Generator<Unknown | undefined> {
      const clause = clauses[depth] as Clause;
      const iterator = m.at(clause.at, () => m.iterate(clause.iterable(m, s)));
      if (iterator instanceof Unknown) {
        yield iterator;
        return;
      }
      for (let step = iterator.next(); !step.done; step = iterator.next()) {
        m.tick();
        clause.assign(m, s, step.value);
        let keep: boolean | Unknown = true;
        for (const condition of clause.conditions) {
          keep = condition(m, s);
          if (keep !== true) break;
        }
        if (keep instanceof Unknown) yield keep;
        else if (keep) {
          if (depth + 1 < clauses.length) yield* turns(m, s, depth + 1);
          else yield undefined;
        }
      }
    }

    if (node.type === "generator") {
      return (m, s) => {
        const scope = new Scope("block", s);
        const turn = turns(m, scope, 0);
        return new Iter(() => {
          const step = turn.next();
          if (step.done) return ABSENT;
          if (step.value) m.gap(step.value.reason);
          return step.value ?? element(m, scope);
        }, "generator");
      };
    }
    return (m, s) => {
      const scope = new Scope("block", s);
      const values: Value[] = [];
      const dict = new Dict();
      for (const missing of turns(m, scope, 0)) {
        if (missing) return missing;
        if (key) {
          const k = key(m, scope);
          if (k instanceof Unknown) return k;
          dictSet(m, dict, k, element(m, scope));
        } else values.push(element(m, scope));
        if (!m.allows(Math.max(values.length, dict.entries.size))) return m.unknown("too many items");
      }
      if (node.type === "dict") return dict;
      if (node.type === "list") return new List(values);
      return setOf(m, values);
    };
  },

  assignExpr: (node, c) => {
    const assign = compileTarget(node.target, c);
    const value = compileExpr(node.value, c);
    const { op } = node;
    if (op === undefined) {
      return (m, s) => {
        const result = value(m, s);
        // A walrus inside a comprehension binds in the function around it.
        assign(m, c.language === "python" ? s.local : s, result);
        return result;
      };
    }
    const current = compileExpr(node.target as Expr, c);
    return (m, s) => {
      const old = current(m, s);
      if (op === "and" || op === "or" || op === "??") {
        const keep = op === "??" ? old !== null && old !== undefined : m.truthy(old) === (op === "or");
        if (keep) return old;
        const fresh = value(m, s);
        assign(m, s, fresh);
        return fresh;
      }
      const result = m.binary(op, old, value(m, s));
      assign(m, s, result);
      return result;
    };
  },

  update: (node, c) => {
    const assign = compileTarget(node.target, c);
    const current = compileExpr(node.target as Expr, c);
    const op = node.op === "++" ? "+" : "-";
    return (m, s) => {
      const old = current(m, s);
      const fresh = m.binary(op, old, 1);
      assign(m, s, fresh);
      return node.prefix ? fresh : old;
    };
  },

  yield: () => (m) => {
    // Yields are run by the generator evaluator; one in a place that it does not split is not followed.
    const reason = "a yield inside an expression is not followed";
    m.gap(reason);
    return m.unknown(reason);
  },

  await: (node, c) => {
    const value = compileExpr(node.value, c);
    return (m, s) => m.semantics.awaitValue(m, value(m, s));
  },

  star: (node, c) => compileExpr(node.value, c),

  comma: (node, c) => {
    const items = node.items.map((item) => compileExpr(item, c));
    return (m, s) => {
      let last: Value;
      for (const item of items) last = item(m, s);
      return last;
    };
  },

  regex: (node) => () => new RegexValue(node.source, node.flags),
  super: () => (m, s) => superOf(m, s),
  newTarget: () => (m) => m.unknown("new.target is not followed"),
  hole: (node) => (m) => {
    m.at(node.at, () => m.gap(node.reason));
    return new Unknown(node.reason, node.at);
  },
};

/** Does `?.` stand somewhere in front? Then all that follows is left out with it. */
function isOptionalChain(node: Expr): boolean {
  if (node.kind === "attribute" || node.kind === "subscript")
    return node.optional === true || isOptionalChain(node.object);
  return node.kind === "call" && (node.optional === true || isOptionalChain(node.callee));
}

function orUnknown(items: Value[] | Unknown, make: (items: Value[]) => Value): Value {
  return items instanceof Unknown ? items : make(items);
}

/** Items of a display or call, spreads unrolled. */
export function compileItems(
  nodes: readonly Expr[],
  c: Compiler,
): (m: Machine, s: Scope) => Value[] | Unknown {
  const parts = nodes.map((node) => ({ spread: node.kind === "star", ev: compileExpr(node, c) }));
  if (!parts.some((part) => part.spread)) {
    const evs = parts.map((part) => part.ev);
    return (m, s) => {
      const values: Value[] = new Array(evs.length);
      for (let i = 0; i < evs.length; i++) values[i] = evs[i]!(m, s);
      return values;
    };
  }
  return (m, s) => {
    const values: Value[] = [];
    for (const { spread, ev } of parts) {
      const value = ev(m, s);
      if (!spread) values.push(value);
      else {
        const items = m.items(value);
        if (items instanceof Unknown) return items;
        values.push(...items);
      }
    }
    return values;
  };
}

interface CompiledArgs {
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
        if (name !== undefined) kwargs.set(name, value);
        else if (value instanceof Unknown) return value;
        else for (const [key, item] of mappingOf(m, value)) kwargs.set(String(key), item);
      }
      return kwargs;
    },
  };
}

function mappingOf(m: Machine, value: Value): [Value, Value][] {
  if (value instanceof Dict) return [...value.entries.values()].map((entry) => [entry.key, entry.value]);
  if (value === null || value === undefined) return [];
  const keys = m.lookup(value, "keys") === ABSENT ? undefined : m.items(m.callMethod(value, "keys"));
  if (keys === undefined || keys instanceof Unknown) return [];
  return keys.map((key) => [key, m.getItem(value, key)]);
}

function compileCall(node: Call, c: Compiler): Ev {
  const { at } = node;
  const { args, kwargs } = compileArgs(node.args, c);
  if (c.language === "python" && node.callee.kind === "name" && node.callee.id === "eval") {
    return compileEval(node, c);
  }
  const special =
    c.language === "python" && node.callee.kind === "name" && node.args.length === 0
      ? scopeCalls[node.callee.id]
      : undefined;
  if (special) return special;

  const run = (m: Machine, s: Scope, call: (args: Value[], kwargs: Kwargs) => Value): Value => {
    const values = args(m, s);
    const named = kwargs ? kwargs(m, s) : NO_KWARGS;
    const { site } = m;
    m.site = { at, caller: site };
    const result =
      values instanceof Unknown
        ? argumentGap(m, values)
        : named instanceof Unknown
          ? argumentGap(m, named)
          : call(values, named);
    m.site = site;
    return result;
  };

  if (c.language === "python") {
    const callee = compileExpr(node.callee, c);
    return (m, s) => {
      const fn = callee(m, s);
      return run(m, s, (values, named) => m.call(fn, values, named));
    };
  }

  if (node.isNew) {
    const callee = compileExpr(node.callee, c);
    return (m, s) => {
      const cls = callee(m, s);
      return run(m, s, (values, named) => m.semantics.construct(m, cls, values, named));
    };
  }
  if (node.callee.kind === "super") {
    return (m, s) =>
      run(m, s, (values) => {
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
      if (obj instanceof Unknown) return run(m, s, () => m.call(obj));
      if (optionalObject && (obj === null || obj === undefined)) return undefined;
      const name = key(m, s);
      const fn = typeof name === "string" ? m.at(at, () => m.getAttr(obj, name)) : m.getItem(obj, name);
      if (optional && (fn === null || fn === undefined)) return undefined;
      const self = isSuper ? thisOf(s) : obj;
      return run(m, s, (values) =>
        fn instanceof BoundMethod ? m.call(fn, values) : m.callWithThis(fn, self, values),
      );
    };
  }
  const callee = compileExpr(node.callee, c);
  return (m, s) => {
    const fn = callee(m, s);
    if (optional && (fn === null || fn === undefined)) return undefined;
    return run(m, s, (values) => m.callWithThis(fn, undefined, values));
  };
}

/** `eval(text)` reads the scope it stands in; what is no text is given back, as code objects are not modelled. */
function compileEval(node: Call, c: Compiler): Ev {
  const source = node.args[0] && compileExpr(node.args[0].value, c);
  const code = new Map<string, Ev>();
  return (m, s) => {
    const text = source?.(m, s);
    if (text instanceof Unknown) return text;
    if (typeof text !== "string") return m.unknown("eval() of this is not followed");
    const known = code.get(text) ?? compileExpr(m.parseExpression(c.language, text.trim()), c);
    code.set(text, known);
    return m.at(node.at, () => known(m, s));
  };
}

/** A call whose spread arguments are not known is not made. */
function argumentGap(m: Machine, why: Unknown): Unknown {
  if (m.scope) m.gap(why.reason);
  return why;
}

/** Python calls without arguments that read the scope they stand in. */
const scopeCalls: Readonly<Record<string, Ev>> = {
  super: (m, s) => superOf(m, s),
  locals: (_m, s) => scopeDict(s.local),
  vars: (_m, s) => scopeDict(s.local),
  globals: (_m, s) => scopeDict(s.module),
};

function scopeDict(scope: Scope): Dict {
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

export function thisOf(scope: Scope): Value {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    if (s.owner && s.owner.node.form !== "arrow") return s.self;
  }
  return undefined;
}

function compileDelete(operand: Expr, c: Compiler): Ev {
  if (operand.kind === "attribute") {
    const object = compileExpr(operand.object, c);
    return (m, s) => {
      m.deleteAttr(object(m, s), operand.name);
      return true;
    };
  }
  if (operand.kind === "subscript") {
    const object = compileExpr(operand.object, c);
    const index = compileExpr(operand.index, c);
    return (m, s) => {
      m.deleteItem(object(m, s), index(m, s));
      return true;
    };
  }
  return () => true;
}

function compileTemplate(node: Template, c: Compiler): Ev {
  const parts = node.parts.map((part) =>
    typeof part === "string"
      ? part
      : {
          value: compileExpr(part.value, c),
          conversion: part.conversion,
          format: part.format && compileTemplate(part.format, c),
        },
  );
  return (m, s) => {
    let text = "";
    for (const part of parts) {
      if (typeof part === "string") {
        text += part;
        continue;
      }
      const value = part.value(m, s);
      const spec = part.format ? part.format(m, s) : "";
      const shown =
        typeof value === "string" && spec === "" && part.conversion === undefined
          ? value
          : m.semantics.format(m, value, part.conversion, typeof spec === "string" ? spec : "");
      if (shown instanceof Unknown) return shown;
      text += shown;
    }
    return text;
  };
}

type PropertyCode = (m: Machine, s: Scope, object: Instance) => void;

function compileProperty(property: PropertyDef, c: Compiler): PropertyCode {
  const value = compileExpr(property.value, c);
  if (property.kind === "spread") {
    return (m, s, object) => {
      const source = value(m, s);
      if (source instanceof Instance) for (const [key, item] of source.attrs) object.attrs.set(key, item);
      else if (source instanceof List)
        for (const [i, item] of source.items.entries()) object.attrs.set(String(i), item);
      else if (source instanceof Unknown) m.gap(source.reason);
    };
  }
  const key = compileKey(property.key, c);
  return (m, s, object) => {
    const name = key(m, s);
    if (name instanceof Unknown) return m.gap(name.reason);
    const item = value(m, s);
    if (property.kind === "value") object.attrs.set(name, item);
    else {
      const old = object.attrs.get(name);
      const known = old instanceof Property ? old : new Property(undefined);
      object.attrs.set(
        name,
        property.kind === "getter" ? new Property(item, known.setter) : new Property(known.getter, item),
      );
    }
    if (item instanceof FunctionValue && item.attrs.size === 0 && item.name === "")
      item.attrs.set("name", name);
  };
}

export function compileKey(key: string | Expr, c: Compiler): (m: Machine, s: Scope) => string | Unknown {
  if (typeof key === "string") return () => key;
  const ev = compileExpr(key, c);
  return (m, s) => {
    const value = ev(m, s);
    return typeof value === "string" ? value : m.str(value);
  };
}
