/** Scopes: chains of name tables. Python has one per module, function and class; JS one per block. */
import {
  ABSENT,
  type Absent,
  type Attrs,
  type ClassValue,
  type FunctionValue,
  type ModuleValue,
  Unknown,
  type Value,
} from "./values.ts";

export type ScopeKind = "builtins" | "module" | "function" | "class" | "block";

/** A name imported but not yet used: the module behind it is evaluated at the first look-up. */
export class LazyName {
  /** It is being resolved: whoever asks now stands in a circle of imports. */
  running = false;
  constructor(
    readonly force: () => Value,
    readonly from?: ModuleValue,
    /** Something is to be said of it (it was not found, or is assumed): every network that looks it up is told so. */
    readonly isTold: () => boolean = () => false,
  ) {}
}

export class Scope {
  /** Python `global x` / `nonlocal x` in this function. */
  declared?: Map<string, "global" | "nonlocal">;
  /** The function whose call this is. */
  owner?: FunctionValue;
  /** The class whose body this is. */
  cls?: ClassValue;
  /** The module whose top scope this is. */
  moduleValue?: ModuleValue;
  /** JS `this`; Python's first argument, for `super()`. */
  self?: Value;
  constructor(
    readonly kind: ScopeKind,
    readonly parent: Scope | undefined,
    readonly vars: Attrs = new Map(),
  ) {}

  /** The nearest scope that has the name. */
  find(name: string): Scope | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      if (scope.vars.has(name)) return scope;
    }
    return undefined;
  }

  get(name: string): Value | Absent {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const value = scope.vars.get(name);
      if (value !== undefined || scope.vars.has(name)) return forced(scope.vars, name, value);
    }
    return ABSENT;
  }

  /** The scope of the module around this one. */
  get module(): Scope {
    let scope: Scope = this;
    while (scope.kind !== "module" && scope.parent) scope = scope.parent;
    return scope;
  }

  /** The nearest scope that assignments of Python go to. */
  get local(): Scope {
    let scope: Scope = this;
    while (scope.kind === "block" && scope.parent) scope = scope.parent;
    return scope;
  }
}

/** The value itself; a lazily imported name is resolved and stored first. */
export function forced(vars: Attrs, name: string, value: Value | LazyName): Value {
  if (typeof value !== "object" || !(value instanceof LazyName)) return value;
  if (value.running) return new Unknown(`${name} is imported in a circle`);
  value.running = true;
  let real: Value;
  try {
    real = value.force();
  } finally {
    // A star import may have put the same lazy name into other modules.
    value.running = false;
  }
  if (!value.isTold()) vars.set(name, real);
  return real;
}
