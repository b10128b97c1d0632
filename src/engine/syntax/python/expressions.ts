/** Lowers Python expressions, arguments, parameters and assignment targets. */
import { entryOf } from "../../base/table.ts";
import type {
  Arg,
  BinaryOp,
  CompareOp,
  Comprehension,
  Expr,
  Literal,
  Param,
  Sequence,
  Target,
  UnaryOp,
} from "../ast.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode, tokens, UNREADABLE } from "../tree.ts";
import { lowerConcatenatedString, lowerFloat, lowerInteger, lowerString } from "./literals.ts";

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
  binary_operator: "left",
  boolean_operator: "left",
  attribute: "object",
  subscript: "value",
  call: "function",
};

/** A call and the attribute that it calls are one. */
function leftOf(node: SyntaxNode): SyntaxNode | undefined {
  const name = entryOf(LEFT, node.type);
  const left = name === undefined ? undefined : field(node, name);
  if (!left || entryOf(LEFT, left.type) === undefined) return undefined;
  return node.type === "call" && left.type === "attribute" ? leftOf(left) : left;
}

/** The expression of a field, or a hole where broken text left none. */
export function exprField(node: SyntaxNode, name: string, ctx: Lowering): Expr {
  const child = field(node, name);
  return child ? unstarred(lowerExpr(child, ctx)) : ctx.hole(node, `${name} is missing`);
}

function exprPart(node: SyntaxNode, index: number, ctx: Lowering): Expr {
  const child = parts(node)[index];
  return child ? unstarred(lowerExpr(child, ctx)) : ctx.hole(node, "an expression is missing here");
}

/**
 * An item of a display or an argument list. The grammar binds the star of `*f(x)` to `f` alone,
 * while it means the whole item: so a star is dropped where it stands and put around the item.
 */
function lowerItem(node: SyntaxNode, ctx: Lowering): Expr {
  const value = lowerExpr(node, ctx);
  if (value.kind === "star" || ctx.text[node.startIndex] !== "*") return value;
  return { kind: "star", value, at: value.at };
}

/** A star that is the first operand of something larger; see `lowerItem`. */
function unstarred(expr: Expr): Expr {
  return expr.kind === "star" ? expr.value : expr;
}

const literal =
  (value: Literal["value"], special?: "ellipsis"): LowerExpr =>
  (node, ctx) => ({ kind: "literal", value, ...(special && { special }), at: ctx.span(node) });

const sequence =
  (type: Sequence["type"]): LowerExpr =>
  (node, ctx) => ({
    kind: "sequence",
    type,
    items: parts(node).map((item) => lowerItem(item, ctx)),
    at: ctx.span(node),
  });

/** The only thing inside, parentheses and wrappers dropped. */
const inner: LowerExpr = (node, ctx) => {
  const child = parts(node)[0];
  return child ? lowerItem(child, ctx) : ctx.hole(node, "an expression is missing here");
};

const EXPRESSIONS: Readonly<Record<string, LowerExpr>> = {
  identifier: (node, ctx) => {
    const id = ctx.textOf(node);
    return id === UNREADABLE ? ctx.hole(node, "invalid syntax") : { kind: "name", id, at: ctx.span(node) };
  },
  true: literal(true),
  false: literal(false),
  none: literal(null),
  ellipsis: literal(null, "ellipsis"),
  integer: lowerInteger,
  float: lowerFloat,
  string: lowerString,
  concatenated_string: lowerConcatenatedString,

  attribute: (node, ctx) => {
    const name = field(node, "attribute");
    return {
      kind: "attribute",
      object: exprField(node, "object", ctx),
      name: name ? ctx.textOf(name) : "",
      at: ctx.span(node),
    };
  },
  subscript: lowerSubscript,
  slice: lowerSlice,
  call: (node, ctx) => {
    const list = field(node, "arguments");
    return {
      kind: "call",
      callee: exprField(node, "function", ctx),
      args: list ? lowerArguments(list, ctx) : [],
      at: ctx.span(node),
    };
  },

  unary_operator: (node, ctx) => ({
    kind: "unary",
    op: operatorOf(node) as UnaryOp,
    operand: exprField(node, "argument", ctx),
    at: ctx.span(node),
  }),
  not_operator: (node, ctx) => ({
    kind: "unary",
    op: "not",
    operand: exprField(node, "argument", ctx),
    at: ctx.span(node),
  }),
  binary_operator: (node, ctx) => ({
    kind: "binary",
    op: operatorOf(node) as BinaryOp,
    left: exprField(node, "left", ctx),
    right: exprField(node, "right", ctx),
    at: ctx.span(node),
  }),
  boolean_operator: (node, ctx) => ({
    kind: "logical",
    op: operatorOf(node) as "and" | "or",
    left: exprField(node, "left", ctx),
    right: exprField(node, "right", ctx),
    at: ctx.span(node),
  }),
  comparison_operator: lowerComparison,
  conditional_expression: (node, ctx) => ({
    kind: "conditional",
    then: exprPart(node, 0, ctx),
    test: exprPart(node, 1, ctx),
    otherwise: exprPart(node, 2, ctx),
    at: ctx.span(node),
  }),
  named_expression: (node, ctx) => ({
    kind: "assignExpr",
    target: targetField(node, "name", ctx),
    value: exprField(node, "value", ctx),
    at: ctx.span(node),
  }),

  list: sequence("list"),
  list_pattern: sequence("list"),
  tuple: sequence("tuple"),
  set: sequence("set"),
  expression_list: sequence("tuple"),
  pattern_list: sequence("tuple"),
  // `(a) = 1` is a pattern of one name, `(a,) = …` one of a tuple.
  tuple_pattern: (node, ctx) =>
    node.namedChildCount === 1 && !hasToken(node, ",") ? inner(node, ctx) : sequence("tuple")(node, ctx),
  dictionary: (node, ctx) => ({
    kind: "dict",
    entries: parts(node).map((entry) =>
      entry.type === "pair"
        ? { key: exprField(entry, "key", ctx), value: exprField(entry, "value", ctx) }
        : { value: inner(entry, ctx) },
    ),
    at: ctx.span(node),
  }),
  list_comprehension: comprehension("list"),
  set_comprehension: comprehension("set"),
  dictionary_comprehension: comprehension("dict"),
  generator_expression: comprehension("generator"),

  parenthesized_expression: inner,
  list_splat: lowerStar,
  list_splat_pattern: lowerStar,
  dictionary_splat: lowerStar,
  dictionary_splat_pattern: lowerStar,
  as_pattern: inner,
  as_pattern_target: inner,

  lambda: lowerLambda,
  await: (node, ctx) => ({ kind: "await", value: exprPart(node, 0, ctx), at: ctx.span(node) }),
  yield: (node, ctx) => {
    ctx.noteYield();
    const value = parts(node)[0];
    return {
      kind: "yield",
      ...(value && { value: lowerExpr(value, ctx) }),
      delegate: hasToken(node, "from"),
      at: ctx.span(node),
    };
  },

  // Type expressions are ordinary ones, written in places where only types may stand.
  type: inner,
  type_parameter: (node, ctx) => oneOrTuple(parts(node), node, ctx, hasTrailingComma(node)),
  generic_type: lowerSubscript,
  union_type: (node, ctx) => ({
    kind: "binary",
    op: "|",
    left: exprPart(node, 0, ctx),
    right: exprPart(node, 1, ctx),
    at: ctx.span(node),
  }),
  member_type: (node, ctx) => {
    const [object, name] = parts(node);
    return {
      kind: "attribute",
      object: object ? lowerExpr(object, ctx) : ctx.hole(node, "object is missing"),
      name: name ? ctx.textOf(name) : "",
      at: ctx.span(node),
    };
  },
  constrained_type: inner,
  splat_type: lowerStar,
  dotted_name: (node, ctx) => lowerDottedName(node, ctx),
};

function operatorOf(node: SyntaxNode): string {
  return field(node, "operator")?.type ?? "+";
}

function lowerStar(node: SyntaxNode, ctx: Lowering): Expr {
  return { kind: "star", value: inner(node, ctx), at: ctx.span(node) };
}

export function lowerDottedName(node: SyntaxNode, ctx: Lowering): Expr {
  const [first, ...rest] = parts(node);
  if (!first) return ctx.hole(node, "a name is missing here");
  const at = ctx.span(node);
  return rest.reduce<Expr>((object, part) => ({ kind: "attribute", object, name: ctx.textOf(part), at }), {
    kind: "name",
    id: ctx.textOf(first),
    at: ctx.span(first),
  });
}

/** One expression stays itself; several, or one before a trailing comma, are a tuple. */
export function oneOrTuple(
  nodes: readonly SyntaxNode[],
  around: SyntaxNode,
  ctx: Lowering,
  trailingComma = false,
): Expr {
  const [only] = nodes;
  if (nodes.length === 1 && only && !trailingComma) return lowerItem(only, ctx);
  return {
    kind: "sequence",
    type: "tuple",
    items: nodes.map((node) => lowerItem(node, ctx)),
    at: only ? { ...ctx.span(only), ...endOf(nodes.at(-1) ?? only, ctx) } : ctx.span(around),
  };
}

function endOf(node: SyntaxNode, ctx: Lowering): { endLine: number; endColumn: number } {
  const { endLine, endColumn } = ctx.span(node);
  return { endLine, endColumn };
}

function lowerSubscript(node: SyntaxNode, ctx: Lowering): Expr {
  const [object, ...indices] = parts(node);
  return {
    kind: "subscript",
    object: object ? unstarred(lowerExpr(object, ctx)) : ctx.hole(node, "object is missing"),
    index: starredIndex(oneOrTuple(indices, node, ctx, hasTrailingComma(node))),
    at: ctx.span(node),
  };
}

function hasTrailingComma(node: SyntaxNode): boolean {
  return tokens(node).at(-2)?.type === ",";
}

/** `a[*b]` is `a[(*b,)]`. */
function starredIndex(index: Expr): Expr {
  return index.kind === "star" ? { kind: "sequence", type: "tuple", items: [index], at: index.at } : index;
}

const SLICE_PARTS = ["start", "stop", "step"] as const;

function lowerSlice(node: SyntaxNode, ctx: Lowering): Expr {
  const found: { start?: Expr; stop?: Expr; step?: Expr } = {};
  let place = 0;
  for (const token of tokens(node)) {
    const name = SLICE_PARTS[place];
    if (token.type === ":") place++;
    else if (name) found[name] = lowerExpr(token, ctx);
  }
  return { kind: "slice", ...found, at: ctx.span(node) };
}

function lowerComparison(node: SyntaxNode, ctx: Lowering): Expr {
  const operands: Expr[] = [];
  const ops: CompareOp[] = [];
  for (const token of tokens(node)) {
    if (token.isNamed) operands.push(unstarred(lowerExpr(token, ctx)));
    else ops.push(token.type === "<>" ? "!=" : (token.type as CompareOp));
  }
  const [left = ctx.hole(node, "an operand is missing"), ...comparators] = operands;
  while (comparators.length < ops.length) comparators.push(ctx.hole(node, "an operand is missing"));
  return { kind: "compare", left, ops, comparators, at: ctx.span(node) };
}

function comprehension(type: Comprehension["type"]): LowerExpr {
  return (node, ctx) => {
    const clauses: { target: Target; iterable: Expr; conditions: Expr[] }[] = [];
    for (const clause of parts(node)) {
      if (clause.type === "for_in_clause") {
        const sources = clause.childrenForFieldName("right").filter((source) => source.isNamed);
        clauses.push({
          target: targetField(clause, "left", ctx),
          iterable: oneOrTuple(sources, clause, ctx),
          conditions: [],
        });
      } else if (clause.type === "if_clause") {
        clauses.at(-1)?.conditions.push(exprPart(clause, 0, ctx));
      }
    }
    const body = field(node, "body");
    const isPair = body?.type === "pair";
    return {
      kind: "comprehension",
      type,
      ...(isPair && { key: exprField(body, "key", ctx) }),
      element: isPair ? exprField(body, "value", ctx) : exprField(node, "body", ctx),
      clauses,
      at: ctx.span(node),
    };
  };
}

function lowerLambda(node: SyntaxNode, ctx: Lowering): Expr {
  const parameters = field(node, "parameters");
  const at = ctx.span(node);
  const params = parameters ? lowerParameters(parameters, ctx) : [];
  const { result: value, yields } = ctx.inFunction(() => exprField(node, "body", ctx));
  return {
    kind: "function",
    fn: {
      name: "",
      params,
      body: [{ kind: "return", value, at: value.at }],
      form: "lambda",
      isAsync: false,
      isGenerator: yields,
      decorators: [],
      nameAt: at,
      at,
    },
    at,
  };
}

// ------------------------------------------------------------------ arguments

export function lowerArguments(list: SyntaxNode, ctx: Lowering): Arg[] {
  if (list.type === "generator_expression") return [{ kind: "positional", value: lowerExpr(list, ctx) }];
  return parts(list).map((arg): Arg => {
    switch (arg.type) {
      case "keyword_argument": {
        const name = field(arg, "name");
        return { kind: "keyword", name: name ? ctx.textOf(name) : "", value: exprField(arg, "value", ctx) };
      }
      case "dictionary_splat":
        return { kind: "keywords", value: inner(arg, ctx) };
      default: {
        const value = lowerItem(arg, ctx);
        return value.kind === "star" ? { kind: "spread", value: value.value } : { kind: "positional", value };
      }
    }
  });
}

// ----------------------------------------------------------------- parameters

/** Parameters of a `def` or a lambda; `/` and `*` decide the kind of those around them. */
export function lowerParameters(list: SyntaxNode, ctx: Lowering): Param[] {
  const params: Param[] = [];
  let plainKind: "normal" | "keywordOnly" = "normal";
  for (const node of parts(list)) {
    if (node.type === "positional_separator") {
      for (const [index, before] of params.entries()) params[index] = { ...before, kind: "positionalOnly" };
    } else if (node.type === "keyword_separator") {
      plainKind = "keywordOnly";
    } else {
      const param = lowerParameter(node, plainKind, ctx);
      if (param.kind === "rest") plainKind = "keywordOnly";
      params.push(param);
    }
  }
  return params;
}

const SPLAT_KINDS: Readonly<Record<string, Param["kind"]>> = {
  list_splat_pattern: "rest",
  dictionary_splat_pattern: "keywords",
};

function lowerParameter(node: SyntaxNode, plainKind: Param["kind"], ctx: Lowering): Param {
  const bound = field(node, "name") ?? (node.type === "typed_parameter" ? parts(node)[0] : node) ?? node;
  const splat = entryOf(SPLAT_KINDS, bound.type);
  const target = toTarget(splat ? inner(bound, ctx) : lowerExpr(bound, ctx));
  const fallback = field(node, "value");
  const annotation = field(node, "type");
  return {
    target,
    name: target.kind === "name" ? target.id : "",
    ...(fallback && { fallback: lowerExpr(fallback, ctx) }),
    ...(annotation && { annotation: lowerExpr(annotation, ctx) }),
    kind: splat ?? plainKind,
    at: ctx.span(node),
  };
}

// -------------------------------------------------------------------- targets

export function targetField(node: SyntaxNode, name: string, ctx: Lowering): Target {
  return toTarget(exprField(node, name, ctx));
}

/** What an expression means on the left of `=`. What cannot be assigned to becomes a nameless name. */
export function toTarget(expr: Expr): Target {
  switch (expr.kind) {
    case "name":
    case "attribute":
    case "subscript":
      return expr;
    case "sequence":
      return { kind: "sequenceTarget", items: expr.items.map(toTarget), at: expr.at };
    case "star":
      return { kind: "starTarget", target: toTarget(expr.value), at: expr.at };
    default:
      return { kind: "name", id: "", at: expr.at };
  }
}
