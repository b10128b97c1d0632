/** Lowers classes and their members; abstract and declared members are erased. */
import { entryOf } from "../../base/table.ts";
import type { Arg, ClassMember, ClassNode, Expr } from "../ast.ts";
import { field, hasToken, type Lowering, parts, type SyntaxNode } from "../tree.ts";
import { accessorKind, exprField, lowerExpr, lowerKey } from "./expressions.ts";
import { lowerFunction } from "./functions.ts";
import { lowerBlock } from "./statements.ts";

/** `decorators` are those that stand in front of the class's `export`. */
export function lowerClass(
  node: SyntaxNode,
  ctx: Lowering,
  decorators: readonly SyntaxNode[] = [],
): ClassNode {
  const name = field(node, "name");
  const body = field(node, "body");
  const at = ctx.span(node);
  return {
    name: name ? ctx.textOf(name) : "",
    bases: lowerHeritage(node, ctx),
    body: [],
    members: body ? lowerMembers(body, ctx) : [],
    decorators: lowerDecorators([...decorators, ...decoratorsOf(node)], ctx),
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
  const members: ClassMember[] = [];
  // Decorators of methods stand before them in the body.
  let decorators: SyntaxNode[] = [];
  for (const node of parts(body)) {
    if (node.type === "decorator") decorators.push(node);
    else {
      members.push(...(entryOf(MEMBERS, node.type)?.(node, ctx, decorators) ?? []));
      decorators = [];
    }
  }
  return members;
}

function decoratorsOf(node: SyntaxNode): SyntaxNode[] {
  return parts(node).filter((part) => part.type === "decorator");
}

function lowerDecorators(nodes: readonly SyntaxNode[], ctx: Lowering): Expr[] {
  return nodes.flatMap((node) => parts(node).slice(0, 1)).map((value) => lowerExpr(value, ctx));
}

const DECORATED_ACCESSOR = "a decorated accessor is not followed";

type LowerMember = (node: SyntaxNode, ctx: Lowering, decorators: readonly SyntaxNode[]) => ClassMember[];

const MEMBERS: Readonly<Record<string, LowerMember>> = {
  method_definition: (node, ctx, decorators) => {
    const key = lowerKey(field(node, "name"), ctx);
    const isStatic = hasToken(node, "static") || hasToken(node, "static get");
    const form = accessorKind(node) ?? (key === "constructor" && !isStatic ? "constructor" : "method");
    const fn = { ...lowerFunction(node, form, ctx), decorators: lowerDecorators(decorators, ctx) };
    return [{ kind: "method", isStatic, key, fn }];
  },
  public_field_definition: (node, ctx, before) => {
    if (hasToken(node, "declare") || hasToken(node, "abstract")) return [];
    const decorators = lowerDecorators([...before, ...decoratorsOf(node)], ctx);
    const isDecoratedAccessor = decorators.length > 0 && hasToken(node, "accessor");
    return [
      {
        kind: "field",
        isStatic: hasToken(node, "static"),
        key: lowerKey(field(node, "name"), ctx),
        ...(isDecoratedAccessor
          ? { value: { kind: "hole" as const, reason: DECORATED_ACCESSOR, at: ctx.span(node) } }
          : field(node, "value") && { value: exprField(node, "value", ctx) }),
        ...(decorators.length > 0 && !isDecoratedAccessor && { decorators }),
        at: ctx.span(node),
      },
    ];
  },
  class_static_block: (node, ctx) => {
    const block = field(node, "body");
    return [{ kind: "staticBlock", body: block ? lowerBlock(block, ctx) : [] }];
  },
};
