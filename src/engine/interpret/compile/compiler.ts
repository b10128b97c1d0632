/** What compiling needs to know: the language and its semantics. */
import type { Language, Stmt } from "../../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import type { Scope } from "../scope.ts";
import type { Semantics } from "../semantics.ts";
import type { Value } from "../values.ts";
import type { Completion } from "./completion.ts";

/** A compiled expression. */
export type Ev = (m: Machine, s: Scope) => Value;
/** A compiled statement or block. */
export type Ex = (m: Machine, s: Scope) => Completion;

export interface Compiler {
  readonly language: Language;
  readonly semantics: Semantics;
  /** Code of statements of modules and class bodies, for as long as the statements live. */
  readonly kept?: WeakMap<Stmt, Ex>;
  readonly missingName: { readonly error: string; message(name: string): string };
}

export function compilerFor(semantics: Semantics): Compiler {
  const { language } = semantics;
  return {
    language,
    semantics,
    missingName:
      language === "python"
        ? { error: "NameError", message: (name) => `name '${name}' is not defined` }
        : { error: "ReferenceError", message: (name) => `${name} is not defined` },
  };
}
