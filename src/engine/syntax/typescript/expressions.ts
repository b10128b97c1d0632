/** Lowers TypeScript and JavaScript expressions; types are erased on the way. */
import { entryOf } from "../../base/table.ts";
import type { Arg, AssignExpr, BinaryOp, CompareOp, Expr, PropertyDef, UnaryOp } from "../ast.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode, tokens } from "../tree.ts";
import { lowerClass } from "./classes.ts";
import { lowerFunction } from "./functions.ts";
import { lowerNumber, lowerRegex, lowerTemplate, stringValue } from "./literals.ts";
import { lowerTarget } from "./targets.ts";

type LowerExpr = (node: SyntaxNode, ctx: Lowering) => Expr;

export function lowerExpr(node: SyntaxNode, ctx: Lowering): Expr {
  if (node.isMissing) return ctx.hole(node, "an expression is missing here");
  return ctx.chained(node, leftOf, (link) => {
    const lower = entryOf(EXPRESSIONS, link.type);
    return lower ? lower(link, ctx) : ctx.hole(link, `unexpected ${link.type.replaceAll("_", " ")}`);
  });
}

/** The field of what is evaluated first, of nodes that go on to their left. */
const LEFT: Readonly<Record<string, string>> = {
  binary_expression: "left",
  member_expression: "object",
  subscript_expression: "object",
  call_expression: "function",
};

/** A call and the member that it calls are one: the object is `this`. */
function leftOf(node: SyntaxNode): SyntaxNode | undefined {
  const name = entryOf(LEFT, node.type);
  const left = name === undefined ? undefined : field(node, name);
  if (!left || entryOf(LEFT, left.type) === undefined) return undefined;
  if (node.type !== "call_expression") return left;
  if (field(node, "arguments")?.type === "template_string") return undefined;
  return left.type === "member_expression" || left.type === "subscript_expression" ? leftOf(left) : left;
}

/** The expression of a field, or a hole where broken text left none. */
export function exprField(node: SyntaxNode, name: string, ctx: Lowering): Expr {
  const child = field(node, name);
  return child ? lowerExpr(child, ctx) : ctx.hole(node, `${name} is missing`);
}

/** The first thing inside: wrappers, parentheses and types dropped. */
const inner: LowerExpr = (node, ctx) => {
  const child = parts(node)[0];
  return child ? lowerExpr(child, ctx) : ctx.hole(node, "an expression is missing here");
};

const literal =
  (value: boolean | null | undefined): LowerExpr =>
  (node, ctx) => ({ kind: "literal", value, at: ctx.span(node) });

const name: LowerExpr = (node, ctx) => ({ kind: "name", id: ctx.textOf(node), at: ctx.span(node) });

const jsx: LowerExpr = (node, ctx) => ctx.hole(node, "JSX is not model code");

const functionExpression: LowerExpr = (node, ctx) => {
  const fn = lowerFunction(node, node.type === "arrow_function" ? "arrow" : "function", ctx);
  return { kind: "function", fn, at: fn.at };
};

const EXPRESSIONS: Readonly<Record<string, LowerExpr>> = {
  identifier: name,
  this: name,
  import: name,
  shorthand_property_identifier: name,
  property_identifier: name,
  private_property_identifier: name,
  super: (node, ctx) => ({ kind: "super", at: ctx.span(node) }),
  true: literal(true),
  false: literal(false),
  null: literal(null),
  undefined: literal(undefined),
  number: lowerNumber,
  string: (node, ctx) => ({ kind: "literal", value: stringValue(node, ctx), at: ctx.span(node) }),
  template_string: lowerTemplate,
  regex: lowerRegex,
  meta_property: (node, ctx) => {
    const at = ctx.span(node);
    return ctx.textOf(node).startsWith("new")
      ? { kind: "newTarget", at }
      : { kind: "attribute", object: { kind: "name", id: "import", at }, name: "meta", at };
  },

  member_expression: (node, ctx) => {
    const property = field(node, "property");
    return {
      kind: "attribute",
      object: exprField(node, "object", ctx),
      name: property ? ctx.textOf(property) : "",
      ...(isOptional(node) && { optional: true }),
      at: ctx.span(node),
    };
  },
  subscript_expression: (node, ctx) => ({
    kind: "subscript",
    object: exprField(node, "object", ctx),
    index: exprField(node, "index", ctx),
    ...(isOptional(node) && { optional: true }),
    at: ctx.span(node),
  }),
  call_expression: lowerCall,
  new_expression: (node, ctx) => {
    const list = field(node, "arguments");
    return {
      kind: "call",
      callee: exprField(node, "constructor", ctx),
      args: list ? lowerArguments(list, ctx) : [],
      isNew: true,
      at: ctx.span(node),
    };
  },

  unary_expression: (node, ctx) => ({
    kind: "unary",
    op: unaryOp(operatorOf(node)),
    operand: exprField(node, "argument", ctx),
    at: ctx.span(node),
  }),
  update_expression: (node, ctx) => {
    const argument = field(node, "argument");
    return {
      kind: "update",
      op: operatorOf(node) === "--" ? "--" : "++",
      prefix: node.firstChild?.type !== argument?.type,
      target: lowerTarget(argument ?? node, ctx),
      at: ctx.span(node),
    };
  },
  binary_expression: lowerBinary,
  ternary_expression: (node, ctx) => ({
    kind: "conditional",
    test: exprField(node, "condition", ctx),
    then: exprField(node, "consequence", ctx),
    otherwise: exprField(node, "alternative", ctx),
    at: ctx.span(node),
  }),
  sequence_expression: (node, ctx) => ({
    kind: "comma",
    items: parts(node).map((item) => lowerExpr(item, ctx)),
    at: ctx.span(node),
  }),
  assignment_expression: (node, ctx) => lowerAssignment(node, undefined, ctx),
  augmented_assignment_expression: (node, ctx) => lowerAssignment(node, operatorOf(node).slice(0, -1), ctx),
  await_expression: (node, ctx) => ({ kind: "await", value: inner(node, ctx), at: ctx.span(node) }),
  yield_expression: (node, ctx) => {
    ctx.noteYield();
    const value = parts(node)[0];
    return {
      kind: "yield",
      ...(value && { value: lowerExpr(value, ctx) }),
      delegate: hasToken(node, "*"),
      at: ctx.span(node),
    };
  },

  array: lowerArray,
  object: (node, ctx) => ({
    kind: "object",
    properties: parts(node).map((property) => lowerProperty(property, ctx)),
    at: ctx.span(node),
  }),
  spread_element: (node, ctx) => ({ kind: "star", value: inner(node, ctx), at: ctx.span(node) }),

  function_expression: functionExpression,
  generator_function: functionExpression,
  arrow_function: functionExpression,
  class: (node, ctx) => ({ kind: "classExpr", cls: lowerClass(node, ctx), at: ctx.span(node) }),

  parenthesized_expression: inner,
  as_expression: inner,
  satisfies_expression: inner,
  non_null_expression: inner,
  instantiation_expression: inner,
  type_assertion: (node, ctx) => {
    const value = parts(node).at(-1);
    return value ? lowerExpr(value, ctx) : ctx.hole(node, "an expression is missing here");
  },
  jsx_element: jsx,
  jsx_self_closing_element: jsx,
};

function operatorOf(node: SyntaxNode): string {
  return field(node, "operator")?.type ?? "+";
}

function isOptional(node: SyntaxNode): boolean {
  return node.children.some((child) => child.type === "optional_chain" || child.type === "?.");
}

function unaryOp(op: string): UnaryOp {
  return op === "!" ? "not" : (op as UnaryOp);
}

const LOGICAL: Readonly<Record<string, "and" | "or" | "??">> = { "&&": "and", "||": "or", "??": "??" };
const COMPARE: ReadonlySet<string> = new Set([
  "==",
  "!=",
  "===",
  "!==",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "instanceof",
]);

const ORDER: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

function lowerBinary(node: SyntaxNode, ctx: Lowering): Expr {
  const op = operatorOf(node);
  const written = field(node, "left");
  // `#x in object` asks for the private name itself.
  const left: Expr =
    written?.type === "private_property_identifier"
      ? { kind: "literal", value: ctx.textOf(written), at: ctx.span(written) }
      : exprField(node, "left", ctx);
  const right = exprField(node, "right", ctx);
  const at = ctx.span(node);
  const logical = entryOf(LOGICAL, op);
  if (logical) return { kind: "logical", op: logical, left, right, at };
  if (COMPARE.has(op)) {
    const comparison = (a: Expr, by: string, b: Expr): Expr => ({
      kind: "compare",
      left: a,
      ops: [by as CompareOp],
      comparators: [b],
      at,
    });
    // The grammar reads `a < b < c` from the right.
    const [next] =
      right.kind === "compare" && ORDER.has(op) && field(node, "right")?.type === "binary_expression"
        ? right.ops
        : [];
    return next !== undefined && ORDER.has(next) && right.kind === "compare"
      ? comparison(comparison(left, op, right.left), next, right.comparators[0] as Expr)
      : comparison(left, op, right);
  }
  return { kind: "binary", op: op as BinaryOp, left, right, at };
}

function lowerAssignment(node: SyntaxNode, op: string | undefined, ctx: Lowering): Expr {
  const left = field(node, "left");
  const operator = op === undefined ? undefined : ((entryOf(LOGICAL, op) ?? op) as AssignExpr["op"]);
  return {
    kind: "assignExpr",
    target: lowerTarget(left ?? node, ctx),
    ...(operator && { op: operator }),
    value: exprField(node, "right", ctx),
    at: ctx.span(node),
  };
}

function lowerCall(node: SyntaxNode, ctx: Lowering): Expr {
  const callee = exprField(node, "function", ctx);
  const list = field(node, "arguments");
  if (list?.type === "template_string")
    return { ...lowerTemplate(list, ctx), tag: callee, at: ctx.span(node) };
  return {
    kind: "call",
    callee,
    args: list ? lowerArguments(list, ctx) : [],
    ...(isOptional(node) && { optional: true }),
    at: ctx.span(node),
  };
}

export function lowerArguments(list: SyntaxNode, ctx: Lowering): Arg[] {
  return parts(list).map((argument) =>
    argument.type === "spread_element"
      ? { kind: "spread", value: inner(argument, ctx) }
      : { kind: "positional", value: lowerExpr(argument, ctx) },
  );
}

/** `[a, , b]` leaves a place out: it reads as undefined. */
function lowerArray(node: SyntaxNode, ctx: Lowering): Expr {
  const items: Expr[] = [];
  let isEmptyPlace = true;
  for (const token of tokens(node)) {
    if (token.isNamed) {
      items.push(lowerExpr(token, ctx));
      isEmptyPlace = false;
    } else if (token.type === ",") {
      if (isEmptyPlace) items.push({ kind: "literal", value: undefined, at: ctx.span(token) });
      isEmptyPlace = true;
    }
  }
  return { kind: "sequence", type: "list", items, at: ctx.span(node) };
}

// ----------------------------------------------------------------- properties

/** A property's name: its text when it is written out, the expression in `[…]` otherwise. */
export function lowerKey(node: SyntaxNode | undefined, ctx: Lowering): string | Expr {
  if (!node) return "";
  switch (node.type) {
    case "string":
      return stringValue(node, ctx);
    case "number":
      return String(lowerNumber(node, ctx).value);
    case "computed_property_name":
      return inner(node, ctx);
    default:
      return ctx.textOf(node);
  }
}

function lowerProperty(node: SyntaxNode, ctx: Lowering): PropertyDef {
  switch (node.type) {
    case "pair":
      return { kind: "value", key: lowerKey(field(node, "key"), ctx), value: exprField(node, "value", ctx) };
    case "spread_element":
      return { kind: "spread", value: inner(node, ctx) };
    case "method_definition": {
      const key = lowerKey(field(node, "name"), ctx);
      const kind = accessorKind(node);
      const fn = lowerFunction(node, kind ?? "method", ctx);
      return { kind: kind ?? "value", key, value: { kind: "function", fn, at: fn.at } };
    }
    default:
      return { kind: "value", key: ctx.textOf(node), value: lowerExpr(node, ctx) };
  }
}

/** `get` or `set` in front of a method's name. */
export function accessorKind(method: SyntaxNode): "getter" | "setter" | undefined {
  if (hasToken(method, "get") || hasToken(method, "static get")) return "getter";
  return hasToken(method, "set") ? "setter" : undefined;
}
