/** Statement nodes of the model AST, and the patterns of `match`. */
import type { Span } from "../span.ts";
import type { ClassNode, FunctionNode, Node, Target } from "./definitions.ts";
import type { BinaryOp, Expr } from "./expressions.ts";

export type Stmt =
  | ExprStmt
  | Assign
  | AugAssign
  | VarDecl
  | FunctionDef
  | ClassDef
  | If
  | While
  | DoWhile
  | For
  | CFor
  | Return
  | Break
  | Continue
  | Raise
  | Try
  | With
  | Import
  | ImportFrom
  | Export
  | ScopeDecl
  | Delete
  | Assert
  | Match
  | Switch
  | Block
  | EnumDef
  | NamespaceDef
  | Pass
  | Broken;

export interface ExprStmt extends Node {
  readonly kind: "expr";
  readonly value: Expr;
}
/** `a = b = v` has two targets. `annotation` is kept: dataclass fields and named tuples are made of it. */
export interface Assign extends Node {
  readonly kind: "assign";
  readonly targets: readonly Target[];
  readonly value?: Expr;
  readonly annotation?: Expr;
}
export interface AugAssign extends Node {
  readonly kind: "augAssign";
  readonly target: Target;
  readonly op: BinaryOp;
  readonly value: Expr;
}
/** JS `const/let/var`. `var` is hoisted to the function. */
export interface VarDecl extends Node {
  readonly kind: "varDecl";
  readonly scope: "const" | "let" | "var";
  readonly declarations: readonly { readonly target: Target; readonly value?: Expr }[];
}
export interface FunctionDef extends Node {
  readonly kind: "functionDef";
  readonly fn: FunctionNode;
}
export interface ClassDef extends Node {
  readonly kind: "classDef";
  readonly cls: ClassNode;
}
export interface If extends Node {
  readonly kind: "if";
  readonly test: Expr;
  readonly then: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
}
export interface While extends Node {
  readonly kind: "while";
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
  readonly label?: string;
}
export interface DoWhile extends Node {
  readonly kind: "doWhile";
  readonly test: Expr;
  readonly body: readonly Stmt[];
  readonly label?: string;
}
/** Python `for`, JS `for of` (values) and `for in` (keys). */
export interface For extends Node {
  readonly kind: "for";
  readonly over: "values" | "keys";
  readonly target: Target;
  /** JS: the loop declares its target anew each turn. */
  readonly declare?: "const" | "let" | "var";
  /** JS `for await`. */
  readonly isAwait?: boolean;
  readonly iterable: Expr;
  readonly body: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
  readonly label?: string;
}
/** JS `for (init; test; update)`. */
export interface CFor extends Node {
  readonly kind: "cFor";
  readonly init?: Stmt;
  readonly test?: Expr;
  readonly update?: Expr;
  readonly body: readonly Stmt[];
  readonly label?: string;
}
export interface Return extends Node {
  readonly kind: "return";
  readonly value?: Expr;
}
export interface Break extends Node {
  readonly kind: "break";
  readonly label?: string;
}
export interface Continue extends Node {
  readonly kind: "continue";
  readonly label?: string;
}
export interface Raise extends Node {
  readonly kind: "raise";
  readonly value?: Expr;
  readonly cause?: Expr;
}
export interface Try extends Node {
  readonly kind: "try";
  readonly body: readonly Stmt[];
  readonly handlers: readonly {
    /** Absent: catches all (Python bare `except`, JS `catch`). */
    readonly type?: Expr;
    readonly target?: Target;
    readonly body: readonly Stmt[];
    readonly at: Span;
  }[];
  readonly otherwise: readonly Stmt[];
  readonly finalizer: readonly Stmt[];
}
export interface With extends Node {
  readonly kind: "with";
  readonly items: readonly { readonly context: Expr; readonly target?: Target }[];
  readonly body: readonly Stmt[];
}
/**
 * Python `import a.b as c` (`path` "a.b", `bind` "c"; without alias `bind` is "a" and `top` is true);
 * JS `import * as c from "…"` (`bind` "c") and `import "…"` (no `bind`).
 */
export interface Import extends Node {
  readonly kind: "import";
  readonly path: string;
  readonly bind?: string;
  /** Python `import a.b`: the name bound is the top package. */
  readonly top?: boolean;
}
/** Python `from ..a import b as c, *`; JS `import d, {b as c} from "…"` (default is imported name "default"). */
export interface ImportFrom extends Node {
  readonly kind: "importFrom";
  /** Python: without its leading dots. JS: the specifier. */
  readonly path: string;
  /** Python: number of leading dots. JS: 0. */
  readonly level: number;
  readonly names: readonly { readonly name: string; readonly bind: string; readonly at: Span }[];
  readonly star: boolean;
}
/** JS exports. `declaration` is run first; `names` then map local to exported names. `from` re-exports. */
export interface Export extends Node {
  readonly kind: "export";
  readonly declaration?: Stmt;
  readonly names: readonly { readonly local: string; readonly exported: string }[];
  /** `export default <expr>` */
  readonly defaultValue?: Expr;
  /** `export … from "x"`; with `star` and no names: `export * from "x"`; `starAs`: `export * as ns from "x"`. */
  readonly from?: string;
  readonly star?: boolean;
  readonly starAs?: string;
}
/** Python `global` and `nonlocal`. */
export interface ScopeDecl extends Node {
  readonly kind: "scopeDecl";
  readonly scope: "global" | "nonlocal";
  readonly names: readonly string[];
}
export interface Delete extends Node {
  readonly kind: "delete";
  readonly targets: readonly Target[];
}
export interface Assert extends Node {
  readonly kind: "assert";
  readonly test: Expr;
  readonly message?: Expr;
}
export interface Match extends Node {
  readonly kind: "match";
  readonly subject: Expr;
  readonly cases: readonly {
    readonly pattern: Pattern;
    readonly guard?: Expr;
    readonly body: readonly Stmt[];
  }[];
}
export type Pattern =
  | { readonly kind: "value"; readonly value: Expr }
  | { readonly kind: "capture"; readonly name: string | undefined } // undefined: `_`
  | { readonly kind: "sequence"; readonly items: readonly Pattern[] }
  | { readonly kind: "star"; readonly name: string | undefined }
  | {
      readonly kind: "mapping";
      readonly entries: readonly { readonly key: Expr; readonly pattern: Pattern }[];
      readonly rest?: string;
    }
  | {
      readonly kind: "class";
      readonly cls: Expr;
      readonly positional: readonly Pattern[];
      readonly keywords: readonly { readonly name: string; readonly pattern: Pattern }[];
    }
  | { readonly kind: "or"; readonly options: readonly Pattern[] }
  | { readonly kind: "as"; readonly pattern: Pattern; readonly name: string };
/** JS switch, with fall-through. A case without test is `default`. */
export interface Switch extends Node {
  readonly kind: "switch";
  readonly subject: Expr;
  readonly cases: readonly { readonly test?: Expr; readonly body: readonly Stmt[] }[];
}
/** A JS block `{ … }` with its own scope; a label on it is kept for `break label`. */
export interface Block extends Node {
  readonly kind: "block";
  readonly body: readonly Stmt[];
  readonly label?: string;
}
/** TS enum: members without value count up from the one before. */
export interface EnumDef extends Node {
  readonly kind: "enumDef";
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly value?: Expr }[];
}
/** TS `namespace N { … }`: adds to an object, function or class of that name, or makes an object. */
export interface NamespaceDef extends Node {
  readonly kind: "namespaceDef";
  readonly name: string;
  readonly body: readonly Stmt[];
}
export interface Pass extends Node {
  readonly kind: "pass";
}
/** Text that could not be parsed as a statement. Running it does nothing but mark the trace partial. */
export interface Broken extends Node {
  readonly kind: "broken";
  readonly reason: string;
}
