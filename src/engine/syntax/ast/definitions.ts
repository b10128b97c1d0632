/** Nodes that expressions and statements are both made of: targets, functions and classes. */
import type { Span } from "../span.ts";
import type { Arg, Attribute, Expr, Name, Subscript } from "./expressions.ts";
import type { Stmt } from "./statements.ts";

export interface Node {
  readonly at: Span;
}

/** What can be assigned to. Patterns nest. */
export type Target =
  | Name
  | Attribute
  | Subscript
  | SequenceTarget
  | ObjectTarget
  | DefaultTarget
  | StarTarget;
/** `a, *b = …`; `[a, , b = 1, ...c] = …` (a hole is undefined). */
export interface SequenceTarget extends Node {
  readonly kind: "sequenceTarget";
  readonly items: readonly (Target | undefined)[];
}
/** `{a, b: c = 1, ...rest} = …` */
export interface ObjectTarget extends Node {
  readonly kind: "objectTarget";
  readonly properties: readonly { readonly key: string | Expr; readonly target: Target }[];
  readonly rest?: Target;
}
/** `target = fallback` inside a JS pattern: the fallback stands in for undefined. */
export interface DefaultTarget extends Node {
  readonly kind: "defaultTarget";
  readonly target: Target;
  readonly fallback: Expr;
}
export interface StarTarget extends Node {
  readonly kind: "starTarget";
  readonly target: Target;
}

export interface Param {
  readonly target: Target;
  /** The parameter's name when its target is a plain name, else "". */
  readonly name: string;
  readonly fallback?: Expr;
  readonly annotation?: Expr;
  readonly kind: "positionalOnly" | "normal" | "keywordOnly" | "rest" | "keywords";
  readonly at: Span;
}
export interface FunctionNode extends Node {
  /** "" for lambdas, anonymous functions, and arrows. */
  readonly name: string;
  readonly params: readonly Param[];
  readonly body: readonly Stmt[];
  /** Python lambdas and JS expression arrows have one `return` as body. */
  readonly form: "def" | "lambda" | "function" | "arrow" | "method" | "getter" | "setter" | "constructor";
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly decorators: readonly Expr[];
  readonly returns?: Expr;
  /** Python: the first string of the body. */
  readonly doc?: string;
  /** Python's types of parameters before annotations: `A, B` of `# type: (A, B) -> C`. */
  readonly typeComment?: string;
  /** Span of the name alone, for lenses. */
  readonly nameAt: Span;
}

/** JS class members beyond methods: fields. Python class bodies are plain statements in `body`. */
export type ClassMember =
  | {
      readonly kind: "method";
      readonly isStatic: boolean;
      readonly key: string | Expr;
      readonly fn: FunctionNode;
    }
  | {
      readonly kind: "field";
      readonly isStatic: boolean;
      readonly key: string | Expr;
      readonly value?: Expr;
      readonly decorators?: readonly Expr[];
      readonly at: Span;
    }
  | { readonly kind: "staticBlock"; readonly body: readonly Stmt[] };
export interface ClassNode extends Node {
  readonly name: string;
  /** Python bases (positional or spread) and keywords (`metaclass=…`); JS has at most one positional. */
  readonly bases: readonly Arg[];
  /** Python. */
  readonly body: readonly Stmt[];
  /** JS/TS. TS constructor parameter properties are lowered to assignments in the constructor's body. */
  readonly members: readonly ClassMember[];
  readonly decorators: readonly Expr[];
  readonly doc?: string;
  readonly nameAt: Span;
}
