/** Object literals and templates compiled to closures. */
import type { Expr, PropertyDef, Template } from "../../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import { FunctionValue, Instance, Property, Unknown, type Value } from "../values.ts";
import type { Compiler, Ev } from "./compiler.ts";
import { compileExpr } from "./expressions.ts";

export function compileTemplate(node: Template, c: Compiler): Ev {
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
      m.tick(1);
      const spec = part.format ? part.format(m, s) : "";
      const shown =
        typeof value === "string" && spec === "" && part.conversion === undefined
          ? value
          : m.semantics.format(m, value, part.conversion, typeof spec === "string" ? spec : "");
      if (shown instanceof Unknown) return shown;
      if (!m.allowsText(text.length + shown.length, Math.min(text.length, shown.length)))
        return m.unknown("text too long");
      text += shown;
    }
    return text;
  };
}

/** `` tag`a${b}` ``: the tag gets the texts, once as they read and once as they are written, then the values. */
export function compileTagged(node: Template, tag: Expr, c: Compiler): Ev {
  const member = tag.kind === "attribute" || tag.kind === "subscript" ? tag : undefined;
  const object = member && member.object.kind !== "super" ? compileExpr(member.object, c) : undefined;
  const key = member && (member.kind === "attribute" ? () => member.name : compileExpr(member.index, c));
  const fn = compileExpr(tag, c);
  const cooked: string[] = [];
  const values: Ev[] = [];
  let text = "";
  for (const part of node.parts) {
    if (typeof part === "string") text += part;
    else {
      cooked.push(text);
      values.push(compileExpr(part.value, c));
      text = "";
    }
  }
  cooked.push(text);
  // One place gives the same object every time it runs.
  const made = new WeakMap<Machine, Value>();
  const textsOf = (m: Machine): Value => {
    if (!made.has(m)) made.set(m, m.semantics.templateStrings?.(m, cooked, node.raw ?? cooked));
    return made.get(m);
  };
  return (m, s) => {
    const self = object?.(m, s);
    const callee = object && key ? m.getItem(self, key(m, s)) : fn(m, s);
    const args = [textsOf(m), ...values.map((value) => value(m, s))];
    return m.at(node.at, () => m.callWithThis(callee, self, args));
  };
}

type PropertyCode = (m: Machine, s: Scope, object: Instance) => void;

export function compileProperty(property: PropertyDef, c: Compiler): PropertyCode {
  const value = compileExpr(property.value, c);
  if (property.kind === "spread") {
    return (m, s, object) => {
      const source = value(m, s);
      const lost = source instanceof Unknown ? source : source instanceof Instance ? source.open : undefined;
      if (lost) object.takeUnknown(lost);
      if (source instanceof Unknown) m.gap(source.reason);
      else for (const [key, item] of m.semantics.entries?.(m, source) ?? []) object.attrs.set(key, item);
    };
  }
  const key = compileKey(property.key, c);
  return (m, s, object) => {
    const name = key(m, s);
    const item = value(m, s);
    if (name instanceof Unknown) {
      object.takeUnknown(name);
      return;
    }
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
