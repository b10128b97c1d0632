/** Comprehensions and generator expressions compiled to closures. */

import { dictSet, setOf } from "../../languages/python/dict.ts";
import { unknownOrder } from "../../languages/python/setOrder.ts";
import type { Comprehension } from "../../syntax/ast.ts";
import { perhaps } from "../branches.ts";
import type { Machine } from "../machine.ts";
import { Scope } from "../scope.ts";
import { ABSENT, Dict, Iter, isMany, LargeInt, List, SetValue, Unknown, type Value } from "../values.ts";
import type { Compiler, Ev } from "./compiler.ts";
import { compileExpr, compileTest } from "./expressions.ts";
import { compileTarget } from "./targets.ts";

/** An item that stands for many, if there was one: what is made of one such is one of many. */
interface Found {
  many?: Unknown;
}

export function compileComprehension(node: Comprehension, c: Compiler): Ev {
  const element = compileExpr(node.element, c);
  const key = node.key && compileExpr(node.key, c);
  const clauses = node.clauses.map((clause) => ({
    assign: compileTarget(clause.target, c),
    iterable: compileExpr(clause.iterable, c),
    conditions: clause.conditions.map((condition) => compileTest(condition, c)),
    at: clause.iterable.at,
  }));
  type Clause = (typeof clauses)[number];

  const open = (m: Machine, s: Scope, { at, iterable }: Clause): Iterator<Value> | Unknown =>
    m.at(at, () => m.iterate(iterable(m, s)));

  /** Targets of clauses that are not gone through: their items are not known. */
  const assignUnknown = (m: Machine, s: Scope, depth: number, why: Unknown): void => {
    for (const { assign } of clauses.slice(depth)) assign(m, s, why);
  };

  /** Each turn to take; Unknown for those of which it is not known whether, or how many times. */
  function* turns(
    m: Machine,
    s: Scope,
    depth: number,
    found: Found,
    opened?: Iterator<Value> | Unknown,
  ): Generator<Unknown | undefined> {
    const clause = clauses[depth] as Clause;
    const iterator = opened ?? open(m, s, clause);
    if (iterator instanceof Unknown) {
      assignUnknown(m, s, depth, iterator);
      yield iterator;
      return;
    }
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      m.tick();
      clause.assign(m, s, step.value);
      if (isMany(step.value)) found.many = step.value;
      let keep: boolean | Unknown = true;
      for (const condition of clause.conditions) {
        keep = condition(m, s);
        if (keep !== true) break;
      }
      if (keep instanceof Unknown) {
        assignUnknown(m, s, depth + 1, keep);
        yield keep;
      } else if (keep) {
        if (depth + 1 < clauses.length) yield* turns(m, s, depth + 1, found);
        else yield undefined;
      }
    }
  }

  if (node.type === "generator") {
    return (m, s) => {
      const scope = new Scope("block", s);
      const found: Found = {};
      // What the first clause goes over is found at once: `g = (a for a in g)` reads the `g` before.
      const turn = turns(m, scope, 0, found, open(m, s, clauses[0] as Clause));
      return new Iter(() => {
        const step = turn.next();
        if (step.done) {
          const { many } = found;
          delete found.many;
          return many ?? ABSENT;
        }
        if (!step.value) return element(m, scope);
        m.gap(step.value.reason);
        perhaps(m, step.value, () => element(m, scope));
        return step.value;
      }, "generator");
    };
  }
  return (m, s) => {
    const scope = new Scope("block", s);
    const values: Value[] = [];
    const dict = new Dict();
    const found: Found = {};
    const first = clauses[0] as Clause;
    const source = m.at(first.at, () => first.iterable(m, scope));
    const order = node.type === "list" && source instanceof SetValue ? unknownOrder(source) : undefined;
    const opened = m.at(first.at, () => m.iterate(source));
    for (const missing of turns(m, scope, 0, found, opened)) {
      if (missing) {
        perhaps(m, missing, () => element(m, scope));
        return missing;
      }
      if (key) {
        const k = key(m, scope);
        if (k instanceof Unknown && !(k instanceof LargeInt)) return k;
        dictSet(m, dict, k, element(m, scope));
      } else values.push(element(m, scope));
      if (!m.allows(Math.max(values.length, dict.entries.size))) return m.unknown("too many items");
    }
    if (found.many) {
      if (key) dictSet(m, dict, found.many, found.many);
      else values.push(found.many);
    }
    if (node.type === "dict") return dict;
    if (node.type === "list") {
      const isOpen = order && values.some((value) => value !== values[0]);
      return new List(isOpen ? values.map(() => order) : values);
    }
    return setOf(m, values);
  };
}
