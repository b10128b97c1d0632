/**
 * The model AST: the one small tree that Python and TypeScript/JavaScript lower to.
 * It keeps what evaluation needs and drops types, comments and layout.
 * What the two languages mean differently is decided by their semantics objects, not here.
 */
import type { Stmt } from "./ast/statements.ts";
import type { Span } from "./span.ts";

export type * from "./ast/definitions.ts";
export type * from "./ast/expressions.ts";
export type * from "./ast/statements.ts";

export type Language = "python" | "typescript";

/** Comment that speaks to ConvLens: `# convlens: input=1x3x224x224`, by the line it stands on. */
export interface Directive {
  readonly line: number;
  readonly text: string;
}

export interface ModuleNode {
  readonly language: Language;
  readonly file: string;
  readonly body: readonly Stmt[];
  readonly directives: readonly Directive[];
  /** Syntax errors, in order of place. The body holds all that could be understood in spite of them. */
  readonly errors: readonly { readonly at: Span; readonly message: string }[];
  /** Why nothing of the text was read, as what follows the file's name. */
  readonly unread?: string;
}
