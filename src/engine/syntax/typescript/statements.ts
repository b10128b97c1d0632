/** Lowers TypeScript and JavaScript statements. What is only a type gives no statement at all. */
import { entryOf } from "../../base/table.ts";
import type { Expr, If, Stmt, Switch, VarDecl } from "../ast.ts";
import { ifOf } from "../branches.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import { lowerClass } from "./classes.ts";
import { exprField, lowerExpr, lowerKey } from "./expressions.ts";
import { lowerFunction } from "./functions.ts";
import { lowerExport, lowerImport, lowerImportAlias, lowerNamespace } from "./modules.ts";
import { lowerTarget } from "./targets.ts";

type LowerStmt = (node: SyntaxNode, ctx: Lowering) => Stmt | Stmt[];

export function lowerStatements(nodes: readonly SyntaxNode[], ctx: Lowering): Stmt[] {
  return nodes.flatMap((node) => lowerStatement(node, ctx));
}

function lowerStatement(node: SyntaxNode, ctx: Lowering): Stmt | Stmt[] {
  const lower = entryOf(STATEMENTS, node.type);
  if (lower) return ctx.nestedStatement(node, () => lower(node, ctx));
  if (node.type === "ERROR") return lowerError(node, ctx);
  return { kind: "broken", reason: `unexpected ${node.type.replaceAll("_", " ")}`, at: ctx.span(node) };
}

function elseOf(node: SyntaxNode): SyntaxNode | undefined {
  const alternative = field(node, "alternative");
  return alternative && parts(alternative)[0];
}

/** Text that fits no statement: what is whole inside it is kept, the rest is one `broken`. */
function lowerError(node: SyntaxNode, ctx: Lowering): Stmt[] {
  const inside = node.namedChildren.filter((child) => Object.hasOwn(STATEMENTS, child.type));
  return [{ kind: "broken", reason: "invalid syntax", at: ctx.span(node) }, ...lowerStatements(inside, ctx)];
}

/** The statements of a program or block, errors among them. */
export function statementNodes(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.filter((child) => !SKIPPED.has(child.type));
}

const SKIPPED: ReadonlySet<string> = new Set(["comment", "html_comment", "hash_bang_line"]);

export function lowerBlock(block: SyntaxNode, ctx: Lowering): Stmt[] {
  const recovered = ctx.bodies.get(block.startPosition.row + 1 + ctx.linesAbove);
  if (recovered) return recovered().statements;
  return lowerStatements(statementNodes(block), ctx);
}

/** The statements under an `if` or a loop, with or without braces. */
function lowerBranch(node: SyntaxNode | undefined, ctx: Lowering): Stmt[] {
  if (!node) return [];
  return node.type === "statement_block" ? lowerBlock(node, ctx) : [lowerStatement(node, ctx)].flat();
}

const bodyOf = (node: SyntaxNode, ctx: Lowering): Stmt[] => lowerBranch(field(node, "body"), ctx);

/** Types, and other text without effect at run time. */
const nothing: LowerStmt = () => [];

const functionDeclaration: LowerStmt = (node, ctx) => ({
  kind: "functionDef",
  fn: lowerFunction(node, "function", ctx),
  at: ctx.span(node),
});

const classDeclaration: LowerStmt = (node, ctx) => ({
  kind: "classDef",
  cls: lowerClass(node, ctx),
  at: ctx.span(node),
});

const STATEMENTS: Readonly<Record<string, LowerStmt>> = {
  expression_statement: (node, ctx) => {
    const value = parts(node)[0];
    if (value?.type === "internal_module") return lowerNamespace(value, ctx);
    return {
      kind: "expr",
      value: value ? lowerExpr(value, ctx) : ctx.hole(node, "an expression is missing here"),
      at: ctx.span(node),
    };
  },
  lexical_declaration: (node, ctx) =>
    lowerDeclaration(node, field(node, "kind")?.type === "let" ? "let" : "const", ctx),
  variable_declaration: (node, ctx) => lowerDeclaration(node, "var", ctx),
  function_declaration: functionDeclaration,
  generator_function_declaration: functionDeclaration,
  class_declaration: classDeclaration,
  abstract_class_declaration: classDeclaration,
  enum_declaration: lowerEnum,
  internal_module: lowerNamespace,
  module: lowerNamespace,

  statement_block: (node, ctx) => ({ kind: "block", body: lowerBlock(node, ctx), at: ctx.span(node) }),
  if_statement: (node, ctx) => {
    const branch = (clause: SyntaxNode): Omit<If, "otherwise"> => ({
      kind: "if",
      test: exprField(clause, "condition", ctx),
      then: lowerBranch(field(clause, "consequence"), ctx),
      at: ctx.span(clause),
    });
    const more: SyntaxNode[] = [];
    let last = elseOf(node);
    for (; last?.type === "if_statement"; last = elseOf(last)) more.push(last);
    return ifOf(branch(node), more.map(branch), last ? lowerBranch(last, ctx) : []);
  },
  while_statement: (node, ctx) => ({
    kind: "while",
    test: exprField(node, "condition", ctx),
    body: bodyOf(node, ctx),
    otherwise: [],
    at: ctx.span(node),
  }),
  do_statement: (node, ctx) => ({
    kind: "doWhile",
    body: bodyOf(node, ctx),
    test: exprField(node, "condition", ctx),
    at: ctx.span(node),
  }),
  for_statement: lowerFor,
  for_in_statement: (node, ctx) => {
    const kind = field(node, "kind")?.type;
    const left = field(node, "left");
    return {
      kind: "for",
      over: field(node, "operator")?.type === "in" ? "keys" : "values",
      target: lowerTarget(left ?? node, ctx),
      ...((kind === "const" || kind === "let" || kind === "var") && { declare: kind }),
      ...(hasToken(node, "await") && { isAwait: true }),
      iterable: exprField(node, "right", ctx),
      body: bodyOf(node, ctx),
      otherwise: [],
      at: ctx.span(node),
    };
  },
  switch_statement: lowerSwitch,
  labeled_statement: lowerLabelled,
  try_statement: lowerTry,
  with_statement: (node, ctx) => ({
    kind: "broken",
    reason: "the with statement is not allowed in modules",
    at: ctx.span(node),
  }),

  return_statement: (node, ctx) => ({ kind: "return", ...returned(node, ctx), at: ctx.span(node) }),
  throw_statement: (node, ctx) => ({ kind: "raise", ...returned(node, ctx), at: ctx.span(node) }),
  break_statement: (node, ctx) => ({ kind: "break", ...labelOf(node, ctx), at: ctx.span(node) }),
  continue_statement: (node, ctx) => ({ kind: "continue", ...labelOf(node, ctx), at: ctx.span(node) }),

  import_statement: lowerImport,
  import_alias: lowerImportAlias,
  export_statement: lowerExport,

  empty_statement: nothing,
  debugger_statement: nothing,
  interface_declaration: nothing,
  type_alias_declaration: nothing,
  ambient_declaration: lowerAmbient,
  function_signature: nothing,
};

/** `declare const x: T` and `declare function f(): T`: names whose values come from elsewhere. */
function lowerAmbient(node: SyntaxNode, ctx: Lowering): Stmt[] {
  return parts(node).flatMap((declared): Stmt[] => {
    const names = AMBIENT_FUNCTION.test(declared.type)
      ? [declared]
      : parts(declared).filter((part) => part.type === "variable_declarator");
    const declarations = names.flatMap((part) => {
      const name = field(part, "name");
      if (!name) return [];
      const reason = `${ctx.textOf(name)} is declared here, its value comes from elsewhere`;
      const value = { kind: "hole", reason, declared: ctx.textOf(name), at: ctx.span(name) } as const;
      return [{ target: lowerTarget(name, ctx), value }];
    });
    return declarations.length === 0
      ? []
      : [{ kind: "varDecl", scope: "var", declarations, at: ctx.span(node) }];
  });
}

const AMBIENT_FUNCTION = /^(function_signature|function_declaration)$/;

function returned(node: SyntaxNode, ctx: Lowering): { readonly value?: Expr } {
  const value = parts(node)[0];
  return value ? { value: lowerExpr(value, ctx) } : {};
}

function labelOf(node: SyntaxNode, ctx: Lowering): { readonly label?: string } {
  const label = field(node, "label");
  return label ? { label: ctx.textOf(label) } : {};
}

function lowerDeclaration(node: SyntaxNode, scope: VarDecl["scope"], ctx: Lowering): VarDecl {
  return {
    kind: "varDecl",
    scope,
    declarations: parts(node)
      .filter((part) => part.type === "variable_declarator")
      .map((declarator) => ({
        target: lowerTarget(field(declarator, "name") ?? declarator, ctx),
        ...(field(declarator, "value") && {
          value: named(exprField(declarator, "value", ctx), field(declarator, "name"), ctx),
        }),
      })),
    at: ctx.span(node),
  };
}

/** A nameless function or class goes by the name of its variable. */
function named(value: Expr, variable: SyntaxNode | undefined, ctx: Lowering): Expr {
  if (variable?.type !== "identifier") return value;
  const name = ctx.textOf(variable);
  if (value.kind === "function" && value.fn.name === "") return { ...value, fn: { ...value.fn, name } };
  if (value.kind === "classExpr" && value.cls.name === "") return { ...value, cls: { ...value.cls, name } };
  return value;
}

function lowerEnum(node: SyntaxNode, ctx: Lowering): Stmt {
  const name = field(node, "name");
  const body = field(node, "body");
  const keyText = (key: SyntaxNode | undefined): string => {
    const lowered = lowerKey(key, ctx);
    return typeof lowered === "string" ? lowered : "";
  };
  return {
    kind: "enumDef",
    name: name ? ctx.textOf(name) : "",
    members: (body ? parts(body) : []).map((member) =>
      member.type === "enum_assignment"
        ? { name: keyText(field(member, "name")), value: exprField(member, "value", ctx) }
        : { name: keyText(member) },
    ),
    at: ctx.span(node),
  };
}

function lowerFor(node: SyntaxNode, ctx: Lowering): Stmt {
  const initializer = field(node, "initializer");
  const condition = field(node, "condition");
  const increment = field(node, "increment");
  return {
    kind: "cFor",
    ...(initializer &&
      initializer.type !== "empty_statement" && { init: lowerInitializer(initializer, ctx) }),
    ...(condition?.isNamed && condition.type !== "empty_statement" && { test: lowerExpr(condition, ctx) }),
    ...(increment && { update: lowerExpr(increment, ctx) }),
    body: bodyOf(node, ctx),
    at: ctx.span(node),
  };
}

function lowerInitializer(node: SyntaxNode, ctx: Lowering): Stmt {
  if (node.type === "lexical_declaration")
    return lowerDeclaration(node, field(node, "kind")?.type === "let" ? "let" : "const", ctx);
  if (node.type === "variable_declaration") return lowerDeclaration(node, "var", ctx);
  return { kind: "expr", value: lowerExpr(node, ctx), at: ctx.span(node) };
}

function lowerSwitch(node: SyntaxNode, ctx: Lowering): Switch {
  const body = field(node, "body");
  return {
    kind: "switch",
    subject: exprField(node, "value", ctx),
    cases: (body ? parts(body) : []).map((clause) => ({
      ...(clause.type === "switch_case" && { test: exprField(clause, "value", ctx) }),
      body: lowerStatements(
        clause.childrenForFieldName("body").filter((part) => part.isNamed && !SKIPPED.has(part.type)),
        ctx,
      ),
    })),
    at: ctx.span(node),
  };
}

function lowerLabelled(node: SyntaxNode, ctx: Lowering): Stmt {
  const label = field(node, "label");
  const text = label ? ctx.textOf(label) : "";
  const body = field(node, "body");
  const [only, ...more] = body ? [lowerStatement(body, ctx)].flat() : [];
  const at = ctx.span(node);
  switch (only?.kind) {
    case "while":
    case "doWhile":
    case "for":
    case "cFor":
    case "block":
      return { ...only, label: text };
    default:
      return { kind: "block", body: only ? [only, ...more] : [], label: text, at };
  }
}

function lowerTry(node: SyntaxNode, ctx: Lowering): Stmt {
  const handler = field(node, "handler");
  const parameter = handler && field(handler, "parameter");
  const finalizer = field(node, "finalizer");
  return {
    kind: "try",
    body: bodyOf(node, ctx),
    handlers: handler
      ? [
          {
            ...(parameter && { target: lowerTarget(parameter, ctx) }),
            body: bodyOf(handler, ctx),
            at: ctx.span(handler),
          },
        ]
      : [],
    otherwise: [],
    finalizer: finalizer ? bodyOf(finalizer, ctx) : [],
    at: ctx.span(node),
  };
}
