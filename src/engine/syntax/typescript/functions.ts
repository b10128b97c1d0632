/** Lowers functions, arrows, methods and their parameters. */
import type { FunctionNode, Param, Stmt } from "../ast.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import { lowerExpr, lowerKey } from "./expressions.ts";
import { lowerBlock } from "./statements.ts";
import { lowerTarget } from "./targets.ts";

export function lowerFunction(node: SyntaxNode, form: FunctionNode["form"], ctx: Lowering): FunctionNode {
  const name = field(node, "name");
  const key = lowerKey(name, ctx);
  const list = field(node, "parameters");
  const single = field(node, "parameter");
  const at = ctx.span(node);
  const { result } = ctx.inFunction(() => ({
    params: list ? lowerParameters(list, ctx) : single ? [lowerParameter(single, single, ctx)] : [],
    body: lowerBody(field(node, "body"), ctx),
  }));
  return {
    name: typeof key === "string" ? key : "",
    params: result.params,
    body: form === "constructor" && list ? withParameterProperties(result.body, list, ctx) : result.body,
    form,
    isAsync: hasToken(node, "async"),
    isGenerator: hasToken(node, "*"),
    decorators: [],
    nameAt: name ? ctx.span(name) : at,
    at,
  };
}

/** An arrow's expression is its one `return`. */
function lowerBody(body: SyntaxNode | undefined, ctx: Lowering): Stmt[] {
  if (!body) return [];
  if (body.type === "statement_block") return lowerBlock(body, ctx);
  return [{ kind: "return", value: lowerExpr(body, ctx), at: ctx.span(body) }];
}

function lowerParameters(list: SyntaxNode, ctx: Lowering): Param[] {
  return parts(list).flatMap((node) => {
    const pattern = field(node, "pattern") ?? node;
    // TypeScript's `this` parameter is a type annotation.
    return pattern.type === "this" ? [] : [lowerParameter(node, pattern, ctx)];
  });
}

function lowerParameter(node: SyntaxNode, pattern: SyntaxNode, ctx: Lowering): Param {
  const isRest = pattern.type === "rest_pattern";
  const lowered = lowerTarget(pattern, ctx);
  const bound = lowered.kind === "starTarget" || lowered.kind === "defaultTarget" ? lowered.target : lowered;
  const value = field(node, "value");
  const fallback = value
    ? lowerExpr(value, ctx)
    : lowered.kind === "defaultTarget"
      ? lowered.fallback
      : undefined;
  return {
    target: bound,
    name: bound.kind === "name" ? bound.id : "",
    ...(fallback && { fallback }),
    kind: isRest ? "rest" : "normal",
    at: ctx.span(node),
  };
}

const PROPERTY_MARKS: ReadonlySet<string> = new Set([
  "accessibility_modifier",
  "override_modifier",
  "readonly",
]);

/** `constructor(private readonly x: number)` sets `this.x`, after `super(…)` where there is one. */
function withParameterProperties(body: Stmt[], list: SyntaxNode, ctx: Lowering): Stmt[] {
  const assignments = parts(list).flatMap((node): Stmt[] => {
    const pattern = field(node, "pattern");
    if (pattern?.type !== "identifier" || !node.children.some((child) => PROPERTY_MARKS.has(child.type)))
      return [];
    const at = ctx.span(pattern);
    const id = ctx.textOf(pattern);
    return [
      {
        kind: "expr",
        value: {
          kind: "assignExpr",
          target: { kind: "attribute", object: { kind: "name", id: "this", at }, name: id, at },
          value: { kind: "name", id, at },
          at,
        },
        at,
      },
    ];
  });
  if (assignments.length === 0) return body;
  const afterSuper = body.findIndex(isSuperCall) + 1;
  return [...body.slice(0, afterSuper), ...assignments, ...body.slice(afterSuper)];
}

function isSuperCall(statement: Stmt): boolean {
  return (
    statement.kind === "expr" && statement.value.kind === "call" && statement.value.callee.kind === "super"
  );
}
