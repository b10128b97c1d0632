/** Expression nodes of the model AST. */
import type { ClassNode, FunctionNode, Node, Target } from "./definitions.ts";

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
  | Chain
  | Held
  | Hole;

/** Python int, str, bool, None, Ellipsis (`ellipsis: true`); JS number, string, boolean, null, undefined. */
export interface Literal extends Node {
  readonly kind: "literal";
  readonly value: string | number | boolean | null | undefined;
  /** `b"…"` in Python; `...` in Python; `1j` in Python; `1n` in JS. */
  /** `large`: an int beyond 2^53, as its text. */
  readonly special?: "bytes" | "ellipsis" | "imaginary" | "bigint" | "large";
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
/**
 * A long run of operators, calls and attributes, `a + b + …` or `x.f().g()…`, laid flat so that no walk over the tree
 * goes as deep as it is long. Each link is an ordinary expression around the `held` value of all before it.
 */
export interface Chain extends Node {
  readonly kind: "chain";
  readonly head: Expr;
  readonly links: readonly Expr[];
}
/** The value of a chain's links so far: the first thing that the next link evaluates. */
export interface Held extends Node {
  readonly kind: "held";
  /** `?.` stands somewhere in what it is the value of: see `optional` of an attribute. */
  readonly optional?: boolean;
}
/** Text that could not be parsed as an expression; evaluates to Unknown with this reason. */
export interface Hole extends Node {
  readonly kind: "hole";
  readonly reason: string;
  /** A name that is declared and has its value elsewhere: nothing is missing until it is used. */
  readonly declared?: string;
}
