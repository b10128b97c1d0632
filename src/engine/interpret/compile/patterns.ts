/** Patterns of Python's `match`: each compiles to a test that binds its names as it succeeds. */
import type { Pattern } from "../../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import { ABSENT, Dict, List, Tuple, Unknown, type Value } from "../values.ts";
import type { Compiler } from "./compiler.ts";
import { compileExpr } from "./expressions.ts";

type Matcher = (m: Machine, s: Scope, value: Value) => boolean | Unknown;

export function compilePattern(pattern: Pattern, c: Compiler): Matcher {
  switch (pattern.kind) {
    case "value": {
      const expected = compileExpr(pattern.value, c);
      return (m, s, value) => (value instanceof Unknown ? value : m.equals(value, expected(m, s)));
    }
    case "capture":
      return (m, s, value) => {
        if (pattern.name !== undefined) m.setVar(s, pattern.name, value);
        return true;
      };
    case "star":
      return (m, s, value) => {
        if (pattern.name !== undefined) m.setVar(s, pattern.name, value);
        return true;
      };
    case "sequence":
      return sequenceMatcher(pattern.items, c);
    case "mapping": {
      const entries = pattern.entries.map(({ key, pattern: inner }) => ({
        key: compileExpr(key, c),
        matches: compilePattern(inner, c),
      }));
      return (m, s, value) => {
        if (!(value instanceof Dict)) return value instanceof Unknown ? value : false;
        m.tick(value.entries.size << 2);
        const rest = new Dict(new Map(value.entries));
        for (const { key, matches } of entries) {
          const k = key(m, s);
          const item = m.dictGet(value, k);
          if (item === ABSENT) return false;
          m.dictDelete(rest, k);
          const truth = matches(m, s, item);
          if (truth !== true) return truth;
        }
        if (pattern.rest !== undefined) m.setVar(s, pattern.rest, rest);
        return true;
      };
    }
    case "class": {
      const cls = compileExpr(pattern.cls, c);
      const positional = pattern.positional.map((inner) => compilePattern(inner, c));
      const keywords = pattern.keywords.map(({ name, pattern: inner }) => ({
        name,
        matches: compilePattern(inner, c),
      }));
      return (m, s, value) => {
        const wanted = cls(m, s);
        const is = m.isInstance(value, wanted);
        if (is !== true) return is;
        const names = positional.length > 0 ? m.lookup(wanted, "__match_args__") : ABSENT;
        const fields = names === ABSENT ? undefined : m.items(names);
        for (const [i, matches] of positional.entries()) {
          // Builtin classes (`int(x)`) match their only positional pattern against the value itself.
          const item =
            fields === undefined || fields instanceof Unknown ? value : m.getAttr(value, String(fields[i]));
          const truth = matches(m, s, item);
          if (truth !== true) return truth;
        }
        for (const { name, matches } of keywords) {
          const item = m.lookup(value, name);
          if (item === ABSENT) return false;
          const truth = matches(m, s, item);
          if (truth !== true) return truth;
        }
        return true;
      };
    }
    case "or": {
      const options = pattern.options.map((option) => compilePattern(option, c));
      return (m, s, value) => {
        let last: boolean | Unknown = false;
        for (const matches of options) {
          last = matches(m, s, value);
          if (last !== false) return last;
        }
        return last;
      };
    }
    case "as": {
      const matches = compilePattern(pattern.pattern, c);
      return (m, s, value) => {
        const truth = matches(m, s, value);
        if (truth !== false) m.setVar(s, pattern.name, value);
        return truth;
      };
    }
  }
}

function sequenceMatcher(items: readonly Pattern[], c: Compiler): Matcher {
  const star = items.findIndex((item) => item.kind === "star");
  const matchers = items.map((item) => compilePattern(item, c));
  return (m, s, value) => {
    if (value instanceof Unknown) return value;
    if (!(value instanceof List || value instanceof Tuple)) return false;
    const values = value.items;
    if (star < 0 ? values.length !== items.length : values.length < items.length - 1) return false;
    const after = items.length - star - 1;
    if (star >= 0) m.tick(values.length >> 2);
    for (const [i, matches] of matchers.entries()) {
      const item =
        i === star
          ? new List(values.slice(star, values.length - after))
          : star >= 0 && i > star
            ? values[values.length - (items.length - i)]
            : values[i];
      const truth = matches(m, s, item);
      if (truth !== true) return truth;
    }
    return true;
  };
}
