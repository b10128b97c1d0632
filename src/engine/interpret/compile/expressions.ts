/**
 * Expressions compiled to closures: one entry a node kind. The tree is walked once; what runs afterwards holds only
 * what evaluation needs.
 */

import { dictSet, setOf } from "../../languages/python/dict.ts";
import type { BinaryOp, Expr } from "../../syntax/ast.ts";
import { isOptionalChain } from "../../syntax/optionalChain.ts";
import { fork, forkValue, perhaps } from "../branches.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import {
  ABSENT,
  Bytes,
  Dict,
  Float,
  LargeInt,
  List,
  RegexValue,
  Slice,
  TRUE_ELLIPSIS,
  Tuple,
  Unknown,
  type Value,
} from "../values.ts";
import { weightMade } from "../weight.ts";
import { compileCall, mappingOf, newTargetOf, superOf, thisOf } from "./calls.ts";
import type { Compiler, Ev } from "./compiler.ts";
import { compileComprehension } from "./comprehension.ts";
import { compileClass, makeFunction } from "./functions.ts";
import { compileProperty, compileTagged, compileTemplate } from "./objects.ts";
import { compilePlace, compileStore, compileTarget } from "./targets.ts";

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
  if (node.kind === "logical" && node.op !== "??") {
    const left = compileTest(node.left, c);
    const right = compileTest(node.right, c);
    const stopsAt = node.op === "or";
    return (m, s) => {
      const truth = left(m, s);
      if (!(truth instanceof Unknown)) return truth === stopsAt ? truth : right(m, s);
      // `unknown and False` is falsy and `unknown or True` truthy whatever the left side is.
      return perhapsRight(m, truth, () => right(m, s)) === stopsAt ? stopsAt : truth;
    };
  }
  const ev = compileExpr(node, c);
  return (m, s) => {
    const value = ev(m, s);
    return typeof value === "boolean" ? value : m.semantics.truthy(m, value);
  };
}

/** What is the same in every language: whole numbers that give a whole number, zero and its sign aside. */
const WHOLE: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
};

const compilers: Compilers = {
  literal: (node) => {
    if (node.special === "ellipsis") return () => TRUE_ELLIPSIS;
    if (node.special === "bytes") {
      const bytes = new Bytes(String(node.value));
      return () => bytes;
    }
    if (node.special === "bigint") return (m) => m.unknown("whole numbers without bounds are not followed");
    if (node.special === "imaginary") return (m) => m.unknown("complex numbers are not followed");
    if (node.special === "large") {
      const large = new LargeInt(BigInt(String(node.value)));
      return () => large;
    }
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
      const { open } = s.module.moduleValue ?? {};
      if (open) return m.opened(open);
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
      if (obj instanceof Unknown && !(obj instanceof LargeInt)) return m.opened(obj);
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
      if (obj instanceof Unknown && !(obj instanceof LargeInt)) return m.opened(obj);
      const { site } = m;
      m.site = { at, caller: site };
      const value = m.semantics.getItem(m, obj, i);
      if (i instanceof Slice) m.tick(weightMade(value));
      m.site = site;
      return value instanceof Unknown ? m.opened(value) : value;
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
    if (op === "typeof" && node.operand.kind === "name" && !RESERVED.has(node.operand.id)) {
      const { id } = node.operand;
      return (m, s) => {
        const value = s.get(id);
        return m.semantics.unary(m, op, value === ABSENT ? undefined : value);
      };
    }
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
    const whole = WHOLE[op];
    return (m, s) => {
      const a = left(m, s);
      const b = right(m, s);
      if (whole && typeof a === "number" && typeof b === "number") {
        const result = whole(a, b);
        if (result !== 0 && Number.isSafeInteger(result)) return result;
      }
      const { site } = m;
      m.site = { at, caller: site };
      const value = m.semantics.binary(m, op, a, b);
      m.tick(weightMade(value));
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
        if (value instanceof Unknown) perhaps(m, value, () => right(m, s));
        return value === null || value === undefined ? right(m, s) : value;
      };
    }
    const stopsAt = op === "or";
    return (m, s) => {
      const value = left(m, s);
      const truth = typeof value === "boolean" ? value : m.semantics.truthy(m, value);
      if (truth instanceof Unknown) {
        // Only its truth may be told, not its value: `unknown or 4` need not be 4.
        return perhapsRight(m, truth, () => right(m, s)) === stopsAt ? stopsAt : truth;
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
        return forkValue(
          m,
          truth,
          () => then(m, s),
          () => otherwise(m, s),
        );
      return truth ? then(m, s) : otherwise(m, s);
    };
  },

  sequence: (node, c) => {
    const items = compileItems(node.items, c);
    const make = { list: listOf, tuple: tupleOf, set: setOf }[node.type];
    return (m, s) => {
      const values = items(m, s);
      return values instanceof Unknown ? values : weighed(m, make(m, values));
    };
  },

  dict: (node, c) => {
    const entries = node.entries.map(({ key, value }) => ({
      key: key && compileExpr(key, c),
      value: compileExpr(value, c),
    }));
    return (m, s) => {
      m.tick(1 + entries.length);
      const dict = new Dict();
      for (const { key, value } of entries) {
        if (key) {
          const k = key(m, s);
          const v = value(m, s);
          if (k instanceof Unknown && !(k instanceof LargeInt)) return k;
          dictSet(m, dict, k, v);
          continue;
        }
        const source = value(m, s);
        if (source instanceof Dict)
          for (const [k, entry] of source.entries) dict.entries.set(k, { ...entry });
        else if (source instanceof Unknown) return source;
        else for (const [k, v] of mappingOf(m, source)) dictSet(m, dict, k, v);
      }
      return weighed(m, dict);
    };
  },

  object: (node, c) => {
    const parts = node.properties.map((property) => compileProperty(property, c));
    return (m, s) => {
      const object = m.newInstance(m.builtinClass("Object"));
      for (const part of parts) part(m, s, object);
      return weighed(m, object);
    };
  },

  template: (node, c) => (node.tag ? compileTagged(node, node.tag, c) : compileTemplate(node, c)),

  function: (node, c) => {
    const { name, form, at, nameAt } = node.fn;
    const make = makeFunction(node.fn, c);
    if (form !== "function" || nameAt === at) return make;
    // A function expression finds itself by its own name.
    return (m, s) => {
      const scope = new Scope("block", s);
      const made = make(m, scope);
      scope.vars.set(name, made);
      return made;
    };
  },
  classExpr: (node, c) => compileClass(node.cls, c),

  comprehension: compileComprehension,

  assignExpr: (node, c) => {
    const value = compileExpr(node.value, c);
    const { op } = node;
    if (op === undefined && c.language === "typescript") return compileStore(node.target, value, c);
    if (op === undefined) {
      const assign = compileTarget(node.target, c);
      return (m, s) => {
        const result = value(m, s);
        // A walrus inside a comprehension binds in the function around it.
        assign(m, s.local, result);
        return result;
      };
    }
    const place = compilePlace(node.target, c);
    return (m, s) => {
      const { old, store } = place(m, s);
      if (op === "and" || op === "or" || op === "??") {
        const truth =
          op !== "??" ? m.truthy(old) : old instanceof Unknown ? old : old !== null && old !== undefined;
        if (!(truth instanceof Unknown) && truth === (op !== "and")) return old;
        const fresh =
          truth instanceof Unknown
            ? forkValue(
                m,
                truth,
                () => old,
                () => value(m, s),
              )
            : value(m, s);
        store(fresh);
        return fresh;
      }
      const result = m.binary(op, old, value(m, s));
      store(result);
      return result;
    };
  },

  update: (node, c) => {
    const place = compilePlace(node.target, c);
    const op = node.op === "++" ? "+" : "-";
    return (m, s) => {
      const { old, store } = place(m, s);
      const fresh = m.binary(op, old, 1);
      store(fresh);
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

  chain: (node, c) => {
    const head = compileExpr(node.head, c);
    const links = node.links.map((link) => compileExpr(link, c));
    return (m, s) => {
      m.tick(links.length >> 4);
      let value = head(m, s);
      for (const link of links) {
        m.held = value;
        value = link(m, s);
      }
      return value;
    };
  },
  held: () => (m) => m.held,

  regex: (node) => () => new RegexValue(node.source, node.flags),
  super: () => (m, s) => superOf(m, s),
  newTarget: () => (m, s) => newTargetOf(m, s),
  hole: (node) => (m, s) => {
    const known = node.declared === undefined ? ABSENT : (s.module.parent?.get(node.declared) ?? ABSENT);
    if (known !== ABSENT) return known;
    if (node.declared === undefined) m.at(node.at, () => m.gap(node.reason));
    return new Unknown(node.reason, node.at);
  },
};

/** Names that are no variables of a scope. */
const RESERVED: ReadonlySet<string> = new Set(["this", "undefined"]);

const listOf = (_m: Machine, items: Value[]): Value => new List(items);
const tupleOf = (_m: Machine, items: Value[]): Value => new Tuple(items);

/** A value that was made, its cost counted. */
function weighed(m: Machine, value: Value): Value {
  m.tick(weightMade(value));
  return value;
}

/** The right side of `and` and `or` whose left side is not known: it may not run. */
function perhapsRight(m: Machine, why: Unknown, right: () => Value): Value {
  let value: Value = why;
  fork(
    m,
    why,
    () => {
      value = right();
      return undefined;
    },
    () => undefined,
  );
  return value;
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
        if (!m.allows(values.length + items.length)) return m.unknown("too many items");
        // One by one: the host's own calls do not hold so many arguments.
        for (const item of items) values.push(item);
      }
    }
    return values;
  };
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
