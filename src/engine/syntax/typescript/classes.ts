/** Lowers classes and their members; decorators, abstract and declared members are erased. */
import type { Arg, ClassMember, ClassNode } from "../ast.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import { accessorKind, exprField, lowerExpr, lowerKey } from "./expressions.ts";
import { lowerFunction } from "./functions.ts";
import { lowerBlock } from "./statements.ts";

export function lowerClass(node: SyntaxNode, ctx: Lowering): ClassNode {
  const name = field(node, "name");
  const body = field(node, "body");
  const at = ctx.span(node);
  return {
    name: name ? ctx.textOf(name) : "",
    bases: lowerHeritage(node, ctx),
    body: [],
    members: body ? lowerMembers(body, ctx) : [],
    decorators: [],
    nameAt: name ? ctx.span(name) : at,
    at,
  };
}

function lowerHeritage(node: SyntaxNode, ctx: Lowering): Arg[] {
  const heritage = parts(node).find((part) => part.type === "class_heritage");
  const clause = heritage && parts(heritage).find((part) => part.type === "extends_clause");
  const base = clause ? field(clause, "value") : undefined;
  return base ? [{ kind: "positional", value: lowerExpr(base, ctx) }] : [];
}

export function lowerMembers(body: SyntaxNode, ctx: Lowering): ClassMember[] {
  const recovered = ctx.bodies.get(body.startPosition.row + 1 + ctx.linesAbove);
  if (recovered) return recovered().members;
  return parts(body).flatMap((node) => {
    const lower = MEMBERS[node.type];
    return lower ? lower(node, ctx) : [];
  });
}

const MEMBERS: Readonly<Record<string, (node: SyntaxNode, ctx: Lowering) => ClassMember[]>> = {
  method_definition: (node, ctx) => {
    const key = lowerKey(field(node, "name"), ctx);
    const isStatic = hasToken(node, "static") || hasToken(node, "static get");
    const form = accessorKind(node) ?? (key === "constructor" && !isStatic ? "constructor" : "method");
    return [{ kind: "method", isStatic, key, fn: lowerFunction(node, form, ctx) }];
  },
  public_field_definition: (node, ctx) => {
    if (hasToken(node, "declare") || hasToken(node, "abstract")) return [];
    return [
      {
        kind: "field",
        isStatic: hasToken(node, "static"),
        key: lowerKey(field(node, "name"), ctx),
        ...(field(node, "value") && { value: exprField(node, "value", ctx) }),
        at: ctx.span(node),
      },
    ];
  },
  class_static_block: (node, ctx) => {
    const block = field(node, "body");
    return [{ kind: "staticBlock", body: block ? lowerBlock(block, ctx) : [] }];
  },
};
