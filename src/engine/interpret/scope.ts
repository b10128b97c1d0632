/** Scopes: chains of name tables. Python has one per module, function and class; JS one per block. */
import { ABSENT, type Absent, type Value } from "./values.ts";

export type ScopeKind = "builtins" | "module" | "function" | "class" | "block";

export class Scope {
  readonly vars = new Map<string, Value>();
  /** Python `global x` / `nonlocal x` in this function. */
  declared?: Map<string, "global" | "nonlocal">;
  constructor(
    readonly kind: ScopeKind,
    readonly parent: Scope | undefined,
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
      if (value !== undefined || scope.vars.has(name)) return value;
    }
    return ABSENT;
  }

  /** The scope of the module around this one. */
  get module(): Scope {
    let scope: Scope = this;
    while (scope.kind !== "module" && scope.parent) scope = scope.parent;
    return scope;
  }
}
