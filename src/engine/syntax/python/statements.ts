/** Lowers Python statements, functions and classes. */
import { entryOf } from "../../base/table.ts";
import type {
  Assign,
  BinaryOp,
  ClassNode,
  Expr,
  FunctionNode,
  If,
  ImportFrom,
  Stmt,
  Target,
  Try,
  With,
} from "../ast.ts";
import { ifOf } from "../branches.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import {
  exprField,
  lowerArguments,
  lowerExpr,
  lowerParameters,
  oneOrTuple,
  targetField,
  toTarget,
} from "./expressions.ts";
import { hasOpenEnd } from "./layout.ts";
import { lowerCasePatterns } from "./patterns.ts";

/** A statement may give several (`import a, b`). */
type LowerStmt = (node: SyntaxNode, ctx: Lowering) => Stmt | Stmt[];

export function lowerStatements(nodes: readonly SyntaxNode[], ctx: Lowering): Stmt[] {
  const lowered: Stmt[] = [];
  for (const node of nodes) {
    const result = lowerStatement(node, ctx);
    if (Array.isArray(result)) for (const statement of result) lowered.push(statement);
    else lowered.push(result);
  }
  return lowered;
}

function lowerStatement(node: SyntaxNode, ctx: Lowering): Stmt | Stmt[] {
  const lower = entryOf(STATEMENTS, node.type);
  if (lower) return ctx.nestedStatement(node, () => lower(node, ctx));
  if (node.type === "ERROR") return lowerError(node, ctx);
  return { kind: "broken", reason: `unexpected ${node.type.replaceAll("_", " ")}`, at: ctx.span(node) };
}

/** Text that fits no statement: what is whole inside it is kept, the rest is one `broken`. */
function lowerError(node: SyntaxNode, ctx: Lowering): Stmt[] {
  const inside = node.namedChildren.filter((child) => Object.hasOwn(STATEMENTS, child.type));
  return [{ kind: "broken", reason: "invalid syntax", at: ctx.span(node) }, ...lowerStatements(inside, ctx)];
}

/** The statements of a module or block, errors among them. */
export function statementNodes(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.filter((child) => child.type !== "comment" && child.type !== "line_continuation");
}

function lowerBlock(block: SyntaxNode | undefined, ctx: Lowering): Stmt[] {
  if (!block) return [];
  const nodes = statementNodes(block);
  const first = nodes[0];
  if (first && ctx.bodies.size > 0) {
    const recovered = ctx.bodies.get(first.startPosition.row + 1 + ctx.linesAbove);
    if (recovered) return recovered().statements;
  }
  return lowerStatements(nodes, ctx);
}

const bodyOf = (node: SyntaxNode, ctx: Lowering): Stmt[] => lowerBlock(field(node, "body"), ctx);

/** The block of a clause whose grammar gives it no field. */
const lastBlock = (node: SyntaxNode, ctx: Lowering): Stmt[] =>
  lowerBlock(
    parts(node).findLast((part) => part.type === "block"),
    ctx,
  );

function elseBody(node: SyntaxNode, ctx: Lowering): Stmt[] {
  const clause = field(node, "alternative");
  return clause ? bodyOf(clause, ctx) : [];
}

const STATEMENTS: Readonly<Record<string, LowerStmt>> = {
  expression_statement: lowerExpressionStatement,
  pass_statement: (node, ctx) => ({ kind: "pass", at: ctx.span(node) }),
  break_statement: (node, ctx) => ({ kind: "break", at: ctx.span(node) }),
  continue_statement: (node, ctx) => ({ kind: "continue", at: ctx.span(node) }),
  return_statement: (node, ctx) => {
    const value = parts(node)[0];
    return { kind: "return", ...(value && { value: lowerExpr(value, ctx) }), at: ctx.span(node) };
  },
  raise_statement: (node, ctx) => {
    const cause = field(node, "cause");
    const value = parts(node).find((part) => part.id !== cause?.id);
    return {
      kind: "raise",
      ...(value && { value: lowerExpr(value, ctx) }),
      ...(cause && { cause: lowerExpr(cause, ctx) }),
      at: ctx.span(node),
    };
  },
  assert_statement: (node, ctx) => {
    const [test, message] = parts(node);
    return {
      kind: "assert",
      test: test ? lowerExpr(test, ctx) : ctx.hole(node, "condition is missing"),
      ...(message && { message: lowerExpr(message, ctx) }),
      at: ctx.span(node),
    };
  },
  delete_statement: (node, ctx) => {
    const value = lowerExpr(parts(node)[0] ?? node, ctx);
    const deleted = value.kind === "sequence" ? value.items : [value];
    return { kind: "delete", targets: deleted.map(toTarget), at: ctx.span(node) };
  },
  global_statement: scopeDeclaration("global"),
  nonlocal_statement: scopeDeclaration("nonlocal"),
  // `print x` of Python 2; the call `print(x)` is an ordinary expression.
  print_statement: (node, ctx) => ({
    kind: "expr",
    value: {
      kind: "call",
      callee: { kind: "name", id: "print", at: ctx.span(node) },
      args: node
        .childrenForFieldName("argument")
        .map((argument) => ({ kind: "positional", value: lowerExpr(argument, ctx) })),
      at: ctx.span(node),
    },
    at: ctx.span(node),
  }),
  exec_statement: (node, ctx) => ({
    kind: "broken",
    reason: "the exec statement is not Python 3",
    at: ctx.span(node),
  }),
  type_alias_statement: lowerTypeAlias,

  import_statement: lowerImport,
  import_from_statement: lowerImportFrom,
  future_import_statement: (node, ctx) => importFrom(node, "__future__", 0, ctx),

  if_statement: lowerIf,
  while_statement: (node, ctx) => ({
    kind: "while",
    test: exprField(node, "condition", ctx),
    body: bodyOf(node, ctx),
    otherwise: elseBody(node, ctx),
    at: ctx.span(node),
  }),
  for_statement: (node, ctx) => ({
    kind: "for",
    over: "values",
    target: targetField(node, "left", ctx),
    iterable: exprField(node, "right", ctx),
    body: bodyOf(node, ctx),
    otherwise: elseBody(node, ctx),
    at: ctx.span(node),
  }),
  try_statement: lowerTry,
  with_statement: lowerWith,
  match_statement: (node, ctx) => {
    const body = field(node, "body");
    const subjects = node.childrenForFieldName("subject");
    return {
      kind: "match",
      subject: oneOrTuple(subjects, node, ctx, hasToken(node, ",")),
      cases: (body ? parts(body) : [])
        .filter((clause) => clause.type === "case_clause")
        .map((clause) => {
          const guard = field(clause, "guard");
          return {
            pattern: lowerCasePatterns(clause, ctx),
            ...(guard && { guard: lowerExpr(parts(guard)[0] ?? guard, ctx) }),
            body: lowerBlock(field(clause, "consequence"), ctx),
          };
        }),
      at: ctx.span(node),
    };
  },
  function_definition: (node, ctx) => lowerFunction(node, [], ctx.span(node), ctx),
  class_definition: (node, ctx) => lowerClass(node, [], ctx.span(node), ctx),
  decorated_definition: (node, ctx) => {
    const at = ctx.span(node);
    const decorators = parts(node)
      .filter((part) => part.type === "decorator")
      .map((decorator) => lowerExpr(parts(decorator)[0] ?? decorator, ctx));
    const definition = field(node, "definition");
    if (!definition) return { kind: "broken", reason: "a decorator without a definition", at };
    return definition.type === "class_definition"
      ? lowerClass(definition, decorators, at, ctx)
      : lowerFunction(definition, decorators, at, ctx);
  },
};

// --------------------------------------------------------- simple statements

function lowerExpressionStatement(node: SyntaxNode, ctx: Lowering): Stmt {
  if (node.endPosition.row > node.startPosition.row && hasOpenEnd(ctx.textOf(node)))
    ctx.module.hasJoinedLines = true;
  const values = parts(node);
  const [only] = values;
  if (values.length === 1 && only) {
    if (only.type === "assignment") return lowerAssignment(only, ctx);
    if (only.type === "augmented_assignment") {
      return {
        kind: "augAssign",
        target: targetField(only, "left", ctx),
        op: (field(only, "operator")?.type ?? "+=").slice(0, -1) as BinaryOp,
        value: exprField(only, "right", ctx),
        at: ctx.span(only),
      };
    }
  }
  return { kind: "expr", value: oneOrTuple(values, node, ctx, hasToken(node, ",")), at: ctx.span(node) };
}

function lowerAssignment(node: SyntaxNode, ctx: Lowering): Assign {
  const targets: Target[] = [];
  let annotation: Expr | undefined;
  let value: SyntaxNode | undefined = node;
  // `a = b = v` nests to the right.
  while (value?.type === "assignment") {
    targets.push(targetField(value, "left", ctx));
    const type = field(value, "type");
    if (type) annotation = lowerExpr(type, ctx);
    value = field(value, "right");
  }
  return {
    kind: "assign",
    targets,
    ...(value && { value: lowerExpr(value, ctx) }),
    ...(annotation && { annotation }),
    at: ctx.span(node),
  };
}

/**
 * `type Pair[T] = …` binds the name; its type parameters stay open.
 * The grammar reads `type(self).count = 1` as an alias too, so that is undone here.
 */
function lowerTypeAlias(node: SyntaxNode, ctx: Lowering): Stmt {
  const left = field(node, "left");
  const lowered = exprField(node, "left", ctx);
  const isCall = left !== undefined && ctx.text[left.startIndex] === "(";
  const target = isCall
    ? callType(left, lowered, ctx)
    : lowered.kind === "subscript"
      ? lowered.object
      : lowered;
  return {
    kind: "assign",
    targets: [toTarget(target)],
    value: exprField(node, "right", ctx),
    at: ctx.span(node),
  };
}

/** Turns the parenthesis that `node` starts with into a call of `type`. */
function callType(node: SyntaxNode, lowered: Expr, ctx: Lowering): Expr {
  const first = parts(node)[0];
  if (first && node.type === "type") return callType(first, lowered, ctx);
  if (first && (lowered.kind === "attribute" || lowered.kind === "subscript") && node.type === lowered.kind)
    return { ...lowered, object: callType(first, lowered.object, ctx) };
  const callee: Expr = { kind: "name", id: "type", at: lowered.at };
  return { kind: "call", callee, args: [{ kind: "positional", value: lowered }], at: lowered.at };
}

function scopeDeclaration(scope: "global" | "nonlocal"): LowerStmt {
  return (node, ctx) => ({
    kind: "scopeDecl",
    scope,
    names: parts(node).map((name) => ctx.textOf(name)),
    at: ctx.span(node),
  });
}

// -------------------------------------------------------------------- imports

function dottedText(node: SyntaxNode | undefined, ctx: Lowering): string {
  return node ? ctx.textOf(node).replace(/\s+/g, "") : "";
}

function lowerImport(node: SyntaxNode, ctx: Lowering): Stmt[] {
  return node.childrenForFieldName("name").map((name): Stmt => {
    const at = ctx.span(name);
    if (name.type === "aliased_import") {
      const path = dottedText(field(name, "name"), ctx);
      return { kind: "import", path, bind: dottedText(field(name, "alias"), ctx), at };
    }
    const path = dottedText(name, ctx);
    return { kind: "import", path, bind: path.split(".", 1)[0] ?? path, top: true, at };
  });
}

function lowerImportFrom(node: SyntaxNode, ctx: Lowering): Stmt {
  const written = dottedText(field(node, "module_name"), ctx);
  const path = written.replace(/^\.+/, "");
  return importFrom(node, path, written.length - path.length, ctx);
}

function importFrom(node: SyntaxNode, path: string, level: number, ctx: Lowering): ImportFrom {
  return {
    kind: "importFrom",
    path,
    level,
    names: node.childrenForFieldName("name").map((name) => {
      const imported = dottedText(field(name, "name") ?? name, ctx);
      const alias = field(name, "alias");
      return { name: imported, bind: alias ? ctx.textOf(alias) : imported, at: ctx.span(name) };
    }),
    star: parts(node).some((part) => part.type === "wildcard_import"),
    at: ctx.span(node),
  };
}

// -------------------------------------------------------- compound statements

function lowerIf(node: SyntaxNode, ctx: Lowering): Stmt {
  const clauses = node.childrenForFieldName("alternative");
  const last = clauses.at(-1);
  const elifs = clauses.filter((clause) => clause.type === "elif_clause");
  const otherwise = last?.type === "else_clause" ? bodyOf(last, ctx) : [];
  const branch = (clause: SyntaxNode): Omit<If, "otherwise"> => ({
    kind: "if",
    test: exprField(clause, "condition", ctx),
    then: lowerBlock(field(clause, "consequence"), ctx),
    at: ctx.span(clause),
  });
  return ifOf(branch(node), elifs.map(branch), otherwise);
}

function lowerTry(node: SyntaxNode, ctx: Lowering): Try {
  const handlers: Try["handlers"][number][] = [];
  let otherwise: Stmt[] = [];
  let finalizer: Stmt[] = [];
  for (const clause of parts(node)) {
    if (clause.type === "except_clause") handlers.push(lowerHandler(clause, ctx));
    else if (clause.type === "else_clause") otherwise = bodyOf(clause, ctx);
    else if (clause.type === "finally_clause") finalizer = lastBlock(clause, ctx);
  }
  return { kind: "try", body: bodyOf(node, ctx), handlers, otherwise, finalizer, at: ctx.span(node) };
}

function lowerHandler(clause: SyntaxNode, ctx: Lowering): Try["handlers"][number] {
  const values = clause.childrenForFieldName("value").filter((value) => value.isNamed);
  const [only] = values;
  // The grammar reads `E as e` either as a field of the clause or as a pattern of its own.
  const alias = field(clause, "alias") ?? (only?.type === "as_pattern" ? field(only, "alias") : undefined);
  return {
    ...(only && { type: oneOrTuple(values, clause, ctx) }),
    ...(alias && { target: toTarget(lowerExpr(alias, ctx)) }),
    body: lastBlock(clause, ctx),
    at: ctx.span(clause),
  };
}

function lowerWith(node: SyntaxNode, ctx: Lowering): With {
  const clause = parts(node).find((part) => part.type === "with_clause");
  const values = (clause ? parts(clause) : []).flatMap((item) => withValues(field(item, "value") ?? item));
  return {
    kind: "with",
    items: values.map((value) => {
      const alias = value.type === "as_pattern" ? field(value, "alias") : undefined;
      return { context: lowerExpr(value, ctx), ...(alias && { target: toTarget(lowerExpr(alias, ctx)) }) };
    }),
    body: bodyOf(node, ctx),
    at: ctx.span(node),
  };
}

/** Parentheses around items with `as` belong to the statement, although they look like an expression's. */
function withValues(value: SyntaxNode): SyntaxNode[] {
  if (value.type !== "parenthesized_expression" && value.type !== "tuple") return [value];
  const inside = parts(value);
  return inside.some((item) => item.type === "as_pattern") ? inside : [value];
}

// ------------------------------------------------------ functions and classes

function lowerFunction(node: SyntaxNode, decorators: Expr[], at: Stmt["at"], ctx: Lowering): Stmt {
  const name = field(node, "name");
  const parameters = field(node, "parameters");
  const returns = field(node, "return_type");
  const params = parameters ? lowerParameters(parameters, ctx) : [];
  const { result: body, yields } = ctx.inFunction(() => bodyOf(node, ctx));
  const doc = docOf(body);
  const typeComment = typeCommentOf(node, ctx);
  const fn: FunctionNode = {
    name: name ? ctx.textOf(name) : "",
    params,
    body,
    form: "def",
    isAsync: node.firstChild?.type === "async",
    isGenerator: yields,
    decorators,
    ...(returns && { returns: lowerExpr(returns, ctx) }),
    ...(doc !== undefined && { doc }),
    ...(typeComment !== undefined && { typeComment }),
    nameAt: ctx.span(name ?? node),
    at: ctx.span(node),
  };
  return { kind: "functionDef", fn, at };
}

function lowerClass(node: SyntaxNode, decorators: Expr[], at: Stmt["at"], ctx: Lowering): Stmt {
  const name = field(node, "name");
  const bases = field(node, "superclasses");
  const body = bodyOf(node, ctx);
  const doc = docOf(body);
  const cls: ClassNode = {
    name: name ? ctx.textOf(name) : "",
    bases: bases ? lowerArguments(bases, ctx) : [],
    body,
    members: [],
    decorators,
    ...(doc !== undefined && { doc }),
    nameAt: ctx.span(name ?? node),
    at: ctx.span(node),
  };
  return { kind: "classDef", cls, at };
}

/** `A, B` of a comment `# type: (A, B) -> C` between a function's head and its first statement. */
function typeCommentOf(node: SyntaxNode, ctx: Lowering): string | undefined {
  const parameters = field(node, "parameters");
  const first = field(node, "body")?.namedChildren.find((child) => child.type !== "comment");
  if (!parameters || !first) return undefined;
  const between = ctx.text.slice(parameters.endIndex, first.startIndex);
  return /#\s*type:\s*\((.*)\)\s*->/.exec(between)?.[1];
}

function docOf(body: readonly Stmt[]): string | undefined {
  const first = body[0];
  if (first?.kind !== "expr" || first.value.kind !== "literal" || first.value.special) return undefined;
  return typeof first.value.value === "string" ? first.value.value : undefined;
}
