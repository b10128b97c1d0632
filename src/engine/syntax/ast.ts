/**
 * The model AST: the one small tree that Python and TypeScript/JavaScript lower to.
 * It keeps what evaluation needs and drops types, comments and layout.
 * What the two languages mean differently is decided by their semantics objects, not here.
 */
import type { Span } from "./span.ts";

export type Language = "python" | "typescript";

export interface Node {
  readonly at: Span;
}

// ---------------------------------------------------------------- expressions

export type Expr =
  | Literal
  | FloatLiteral
  | Name
  | Attribute
  | Subscript
  | SliceExpr
  | Call
  | Unary
  | Binary
  | Compare
  | Logical
  | Conditional
  | Sequence
  | DictExpr
  | ObjectExpr
  | Template
  | FunctionExpr
  | ClassExpr
  | Comprehension
  | AssignExpr
  | UpdateExpr
  | Yield
  | Await
  | Star
  | CommaExpr
  | Regex
  | SuperExpr
  | NewTarget
  | Hole;

/** Python int, str, bool, None, Ellipsis (`ellipsis: true`); JS number, string, boolean, null, undefined. */
export interface Literal extends Node {
  readonly kind: "literal";
  readonly value: string | number | boolean | null | undefined;
  /** `b"…"` in Python; `...` in Python; `1j` in Python; `1n` in JS. */
  readonly special?: "bytes" | "ellipsis" | "imaginary" | "bigint";
}
/** A Python float (`1.`, `3e8`): kept apart from int, since `isinstance` and division tell them apart. */
export interface FloatLiteral extends Node {
  readonly kind: "float";
  readonly value: number;
}
export interface Name extends Node {
  readonly kind: "name";
  readonly id: string;
}
export interface Attribute extends Node {
  readonly kind: "attribute";
  readonly object: Expr;
  readonly name: string;
  /** `a?.b` */
  readonly optional?: boolean;
}
export interface Subscript extends Node {
  readonly kind: "subscript";
  readonly object: Expr;
  /** `a[i, j]` in Python is a `sequence` of type `tuple`. */
  readonly index: Expr;
  readonly optional?: boolean;
}
/** `a:b:c` inside a Python subscript. */
export interface SliceExpr extends Node {
  readonly kind: "slice";
  readonly start?: Expr;
  readonly stop?: Expr;
  readonly step?: Expr;
}
export type Arg =
  | { readonly kind: "positional"; readonly value: Expr }
  | { readonly kind: "spread"; readonly value: Expr } // *args, ...args
  | { readonly kind: "keyword"; readonly name: string; readonly value: Expr }
  | { readonly kind: "keywords"; readonly value: Expr }; // **kwargs
export interface Call extends Node {
  readonly kind: "call";
  readonly callee: Expr;
  readonly args: readonly Arg[];
  /** `new C(…)` */
  readonly isNew?: boolean;
  /** `f?.(…)` */
  readonly optional?: boolean;
}
export type UnaryOp = "-" | "+" | "~" | "not" | "typeof" | "void" | "delete";
export interface Unary extends Node {
  readonly kind: "unary";
  readonly op: UnaryOp;
  readonly operand: Expr;
}
export type BinaryOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "//"
  | "%"
  | "**"
  | "@"
  | "&"
  | "|"
  | "^"
  | "<<"
  | ">>"
  | ">>>";
export interface Binary extends Node {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}
export type CompareOp =
  | "=="
  | "!="
  | "==="
  | "!=="
  | "<"
  | "<="
  | ">"
  | ">="
  | "is"
  | "is not"
  | "in"
  | "not in"
  | "instanceof";
/** `a < b <= c` has two operators and two comparators; JS comparisons always have one. */
export interface Compare extends Node {
  readonly kind: "compare";
  readonly left: Expr;
  readonly ops: readonly CompareOp[];
  readonly comparators: readonly Expr[];
}
export interface Logical extends Node {
  readonly kind: "logical";
  readonly op: "and" | "or" | "??";
  readonly left: Expr;
  readonly right: Expr;
}
export interface Conditional extends Node {
  readonly kind: "conditional";
  readonly test: Expr;
  readonly then: Expr;
  readonly otherwise: Expr;
}
/** Python list, tuple, set displays; a JS array is a `list`. Items may be `star` (spread) or `hole`. */
export interface Sequence extends Node {
  readonly kind: "sequence";
  readonly type: "list" | "tuple" | "set";
  readonly items: readonly Expr[];
}
/** A Python dict display; an entry without key is `**value`. */
export interface DictExpr extends Node {
  readonly kind: "dict";
  readonly entries: readonly { readonly key?: Expr; readonly value: Expr }[];
}
export type PropertyDef =
  | { readonly kind: "value"; readonly key: string | Expr; readonly value: Expr }
  | { readonly kind: "spread"; readonly value: Expr }
  | { readonly kind: "getter" | "setter"; readonly key: string | Expr; readonly value: FunctionExpr };
/** A JS object literal; methods are `value` properties holding a function. */
export interface ObjectExpr extends Node {
  readonly kind: "object";
  readonly properties: readonly PropertyDef[];
}
/** f-string or template literal. A part is text or an expression with its conversion (`!r`) and format spec. */
export interface Template extends Node {
  readonly kind: "template";
  readonly parts: readonly (
    | string
    | { readonly value: Expr; readonly conversion?: "r" | "s" | "a"; readonly format?: Template }
  )[];
  /** JS tagged template: the tag is called with the strings and values. */
  readonly tag?: Expr;
  /** The texts around the values as they are written, escapes and all; kept for a tag. */
  readonly raw?: readonly string[];
}
export interface FunctionExpr extends Node {
  readonly kind: "function";
  readonly fn: FunctionNode;
}
export interface ClassExpr extends Node {
  readonly kind: "classExpr";
  readonly cls: ClassNode;
}
export interface Comprehension extends Node {
  readonly kind: "comprehension";
  readonly type: "list" | "set" | "dict" | "generator";
  /** The element, or the value for a dict. */
  readonly element: Expr;
  readonly key?: Expr;
  readonly clauses: readonly {
    readonly target: Target;
    readonly iterable: Expr;
    readonly conditions: readonly Expr[];
  }[];
}
/** Python `x := v`; JS `a = v`, `a += v`, `a ??= v` as expressions. */
export interface AssignExpr extends Node {
  readonly kind: "assignExpr";
  readonly target: Target;
  /** Absent for a plain assignment. */
  readonly op?: BinaryOp | "and" | "or" | "??";
  readonly value: Expr;
}
/** JS `++i`, `i--`. */
export interface UpdateExpr extends Node {
  readonly kind: "update";
  readonly op: "++" | "--";
  readonly prefix: boolean;
  readonly target: Target;
}
export interface Yield extends Node {
  readonly kind: "yield";
  readonly value?: Expr;
  /** `yield from`, `yield*` */
  readonly delegate: boolean;
}
export interface Await extends Node {
  readonly kind: "await";
  readonly value: Expr;
}
/** `*x` or `...x` inside a sequence or a target. */
export interface Star extends Node {
  readonly kind: "star";
  readonly value: Expr;
}
/** JS `a, b` */
export interface CommaExpr extends Node {
  readonly kind: "comma";
  readonly items: readonly Expr[];
}
export interface Regex extends Node {
  readonly kind: "regex";
  readonly source: string;
  readonly flags: string;
}
/** JS `super` in `super(…)` and `super.x`. Python's `super()` is an ordinary call of a name. */
export interface SuperExpr extends Node {
  readonly kind: "super";
}
export interface NewTarget extends Node {
  readonly kind: "newTarget";
}
/** Text that could not be parsed as an expression; evaluates to Unknown with this reason. */
export interface Hole extends Node {
  readonly kind: "hole";
  readonly reason: string;
}

// -------------------------------------------------------------------- targets

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

// ----------------------------------------------------------------- statements

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
export interface FunctionDef extends Node {
  readonly kind: "functionDef";
  readonly fn: FunctionNode;
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

// -------------------------------------------------------------------- modules

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
}
