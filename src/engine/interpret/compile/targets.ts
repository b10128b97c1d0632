/** Assignment targets compiled to functions that store a value: names, attributes, items, nested patterns. */
import type { Expr, Target } from "../../syntax/ast.ts";
import { unpackingError } from "../errorTexts.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import { ABSENT, Instance, List, manyAmong, Unknown, type Value } from "../values.ts";
import type { Compiler, Ev } from "./compiler.ts";
import { compileExpr } from "./expressions.ts";
import { compileKey } from "./objects.ts";

export type Assigner = (m: Machine, s: Scope, value: Value) => void;
/** How a name in a pattern is stored: assigned, or declared in the present scope. */
export type Binding = "assign" | "declare" | "declareVar";

export function compileTarget(target: Target, c: Compiler, binding: Binding = "assign"): Assigner {
  switch (target.kind) {
    case "name":
      return nameAssigner(target.id, c, binding);
    case "attribute": {
      const object = compileExpr(target.object, c);
      const { name, at } = target;
      return (m, s, value) => {
        const obj = object(m, s);
        if (obj instanceof Unknown) return;
        m.at(at, () => m.setAttr(obj, name, value));
      };
    }
    case "subscript": {
      const object = compileExpr(target.object, c);
      const index = compileExpr(target.index, c);
      const { at } = target;
      return (m, s, value) => {
        const obj = object(m, s);
        const i = index(m, s);
        if (obj instanceof Unknown) return;
        m.at(at, () => m.setItem(obj, i, value));
      };
    }
    case "sequenceTarget":
      return sequenceAssigner(target.items, c, binding, target.at);
    case "objectTarget": {
      const properties = target.properties.map((property) => ({
        key: compileKey(property.key, c),
        assign: compileTarget(property.target, c, binding),
      }));
      const rest = target.rest && compileTarget(target.rest, c, binding);
      return (m, s, value) => {
        const taken = new Set<string>();
        for (const { key, assign } of properties) {
          const name = key(m, s);
          if (name instanceof Unknown || value instanceof Unknown) {
            assign(m, s, name instanceof Unknown ? name : value);
            continue;
          }
          taken.add(name);
          const item = value === null || value === undefined ? ABSENT : m.lookup(value, name);
          assign(m, s, item === ABSENT ? undefined : item);
        }
        if (!rest) return;
        const others = m.newInstance(m.builtinClass("Object"));
        if (value instanceof Instance) {
          for (const [key, item] of m.semantics.entries?.(m, value) ?? [])
            if (!taken.has(key)) others.attrs.set(key, item);
        }
        rest(m, s, value instanceof Unknown ? value : others);
      };
    }
    case "defaultTarget": {
      const assign = compileTarget(target.target, c, binding);
      const fallback = compileExpr(target.fallback, c);
      return (m, s, value) => assign(m, s, value === undefined ? fallback(m, s) : value);
    }
    case "starTarget":
      return compileTarget(target.target, c, binding);
  }
}

/** Stores a value, and gives it. JavaScript knows where it stores before it knows what. */
export function compileStore(target: Target, value: Ev, c: Compiler): Ev {
  if (c.language === "python" || target.kind !== "subscript" || target.index.kind === "literal") {
    const assign = compileTarget(target, c);
    return (m, s) => {
      const result = value(m, s);
      assign(m, s, result);
      return result;
    };
  }
  const object = compileExpr(target.object, c);
  const index = compileExpr(target.index, c);
  const { at } = target;
  return (m, s) => {
    const obj = object(m, s);
    const i = index(m, s);
    const result = value(m, s);
    if (!(obj instanceof Unknown)) m.at(at, () => m.setItem(obj, i, result));
    return result;
  };
}

/** What a target holds and how it gets another value, for `a[i++] += 1`: where it is, is found once. */
export interface Place {
  readonly old: Value;
  readonly store: (value: Value) => void;
}

export function compilePlace(target: Target, c: Compiler): (m: Machine, s: Scope) => Place {
  if (target.kind !== "subscript" || !changes(target)) {
    const assign = compileTarget(target, c);
    const current = compileExpr(target as Expr, c);
    return (m, s) => ({ old: current(m, s), store: (value) => assign(m, s, value) });
  }
  const object = compileExpr(target.object, c);
  const index = compileExpr(target.index, c);
  const { at } = target;
  return (m, s) => {
    const obj = object(m, s);
    const i = index(m, s);
    return {
      old: obj instanceof Unknown ? obj : m.at(at, () => m.getItem(obj, i)),
      store: (value) => {
        if (!(obj instanceof Unknown)) m.at(at, () => m.setItem(obj, i, value));
      },
    };
  };
}

const CHANGING: ReadonlySet<unknown> = new Set(["update", "assignExpr", "call"]);

/** May finding this place twice do something twice? */
function changes(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(changes);
  if (typeof node !== "object" || node === null) return false;
  return "kind" in node && CHANGING.has(node.kind)
    ? true
    : Object.entries(node).some(([key, child]) => key !== "at" && changes(child));
}

function nameAssigner(name: string, c: Compiler, binding: Binding): Assigner {
  if (c.language === "python") {
    return (m, s, value) => {
      const declared = s.declared?.get(name);
      if (declared === "global") return m.setVar(s.module, name, value);
      if (declared === "nonlocal") return m.setVar(s.parent?.find(name) ?? s, name, value);
      m.setVar(s, name, value);
    };
  }
  if (binding === "declare") return (m, s, value) => m.setVar(s, name, value);
  if (binding === "declareVar") return (m, s, value) => m.setVar(s.local, name, value);
  return (m, s, value) => m.setVar(s.find(name) ?? s.module, name, value);
}

function sequenceAssigner(
  items: readonly (Target | undefined)[],
  c: Compiler,
  binding: Binding,
  at: Target["at"],
): Assigner {
  const star = items.findIndex((item) => item?.kind === "starTarget");
  const assigners = items.map((item) => item && compileTarget(item, c, binding));
  const python = c.language === "python";
  return (m, s, value) => {
    const values =
      value instanceof Unknown
        ? value
        : m.at(at, () => firstItems(m, value, python || star >= 0 ? undefined : items.length));
    if (values instanceof Unknown) {
      for (const assign of assigners) assign?.(m, s, values);
      return;
    }
    const many = python ? manyAmong(values) : undefined;
    if (many) {
      for (const assign of assigners) assign?.(m, s, many);
      return;
    }
    const after = star < 0 ? 0 : items.length - star - 1;
    const fits = star < 0 ? values.length === items.length : values.length >= items.length - 1;
    // What takes any call (a plot) also gives as many parts as are asked for.
    const part = value instanceof Instance ? value.cls.native?.missing : undefined;
    if (part && !fits) {
      for (const assign of assigners) assign?.(m, s, part());
      return;
    }
    if (python && !fits) {
      const problem = m.at(at, () =>
        m.fail("ValueError", unpackingError(values.length, items.length, star >= 0)),
      );
      for (const assign of assigners) assign?.(m, s, problem);
      return;
    }
    assigners.forEach((assign, i) => {
      if (!assign) return;
      if (i === star) assign(m, s, new List(values.slice(star, values.length - after)));
      else assign(m, s, star >= 0 && i > star ? values[values.length - (items.length - i)] : values[i]);
    });
  };
}

/** All items, or the first `count` of an iterator that may be endless. */
function firstItems(m: Machine, value: Value, count: number | undefined): readonly Value[] | Unknown {
  if (count === undefined) return m.items(value);
  const iterator = m.iterate(value);
  if (iterator instanceof Unknown) return iterator;
  const items: Value[] = [];
  while (items.length < count) {
    const step = iterator.next();
    if (step.done) return items;
    items.push(step.value);
  }
  iterator.return?.();
  return items;
}
