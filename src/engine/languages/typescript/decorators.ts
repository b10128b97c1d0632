/** Decorators of classes and their members: the standard's, called with a context, and TypeScript's older ones. */
import { KEPT } from "../../interpret/assumptions.ts";
import type { Machine } from "../../interpret/machine.ts";
import { ClassValue, FunctionValue, isUnknown, type Value } from "../../interpret/values.ts";
import { isFunction, object } from "./core.ts";
import { prototypeOf } from "./prototypes.ts";

export type MemberKind = "method" | "getter" | "setter" | "field";

export interface Decorated {
  readonly kind: MemberKind;
  readonly name: string;
  readonly isStatic: boolean;
}

/** A decorator that gives no class leaves the class as it is. */
export function decorateClass(m: Machine, decorator: Value, cls: Value): Value {
  const name = cls instanceof ClassValue ? cls.name : "";
  const result = m.call(decorator, [cls, context(m, "class", name)]);
  return result instanceof ClassValue || result instanceof FunctionValue ? result : cls;
}

/** The method or accessor that takes the place of `value`; for a field, what its first value goes through. */
export function decorateMember(
  m: Machine,
  decorator: Value,
  cls: ClassValue,
  member: Decorated,
  value: Value,
): Value {
  // What is not known is taken for a registry.
  if (isUnknown(decorator)) {
    m.assume("value", `a decorator is not known (${decorator.reason}): ${KEPT}`);
    return value;
  }
  const { kind, name, isStatic } = member;
  if (takesDescriptor(decorator)) {
    const slot = kind === "getter" ? "get" : kind === "setter" ? "set" : "value";
    const descriptor = object(m, [[slot, value]]);
    const given = m.call(decorator, [isStatic ? cls : prototypeOf(m, cls), name, descriptor]);
    const replaced = m.getAttr(given === undefined ? descriptor : given, slot);
    return isFunction(replaced) ? replaced : value;
  }
  const given = m.call(decorator, [kind === "field" ? undefined : value, context(m, kind, name, isStatic)]);
  return isFunction(given) ? given : value;
}

/** `(target, key, descriptor)` is the form before the standard. */
function takesDescriptor(decorator: Value): boolean {
  return decorator instanceof FunctionValue && decorator.node.params.length >= 3;
}

function context(m: Machine, kind: string, name: string, isStatic = false): Value {
  return object(m, [
    ["kind", kind],
    ["name", name],
    ["static", isStatic],
    ["private", name.startsWith("#")],
  ]);
}
