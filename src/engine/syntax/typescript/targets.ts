/** Lowers what TypeScript and JavaScript can assign to: names, members, destructuring patterns. */
import { entryOf } from "../../base/table.ts";
import type { ObjectTarget, Target } from "../ast.ts";
import { field, type Lowering, parts, type SyntaxNode, tokens } from "../tree.ts";
import { exprField, lowerExpr, lowerKey } from "./expressions.ts";

type LowerTarget = (node: SyntaxNode, ctx: Lowering) => Target;

/** What cannot be assigned to becomes a nameless name. */
export function lowerTarget(node: SyntaxNode, ctx: Lowering): Target {
  const lower = ctx.isDeep ? undefined : entryOf(TARGETS, node.type);
  if (lower) return ctx.deeper(() => lower(node, ctx));
  const value = lowerExpr(node, ctx);
  return value.kind === "name" || value.kind === "attribute" || value.kind === "subscript"
    ? value
    : { kind: "name", id: "", at: value.at };
}

const name: LowerTarget = (node, ctx) => ({ kind: "name", id: ctx.textOf(node), at: ctx.span(node) });

const inner: LowerTarget = (node, ctx) => {
  const child = parts(node)[0];
  return child ? lowerTarget(child, ctx) : { kind: "name", id: "", at: ctx.span(node) };
};

const withDefault: LowerTarget = (node, ctx) => {
  const left = field(node, "left");
  return {
    kind: "defaultTarget",
    target: left ? lowerTarget(left, ctx) : { kind: "name", id: "", at: ctx.span(node) },
    fallback: exprField(node, "right", ctx),
    at: ctx.span(node),
  };
};

const TARGETS: Readonly<Record<string, LowerTarget>> = {
  shorthand_property_identifier_pattern: name,
  undefined: name,
  parenthesized_expression: inner,
  non_null_expression: inner,
  as_expression: inner,
  satisfies_expression: inner,
  type_assertion: (node, ctx) => lowerTarget(parts(node).at(-1) ?? node, ctx),
  assignment_pattern: withDefault,
  object_assignment_pattern: withDefault,
  rest_pattern: (node, ctx) => ({ kind: "starTarget", target: inner(node, ctx), at: ctx.span(node) }),
  array_pattern: lowerArrayPattern,
  object_pattern: lowerObjectPattern,
};

function lowerArrayPattern(node: SyntaxNode, ctx: Lowering): Target {
  const items: (Target | undefined)[] = [];
  let isEmptyPlace = true;
  for (const token of tokens(node)) {
    if (token.isNamed) {
      items.push(lowerTarget(token, ctx));
      isEmptyPlace = false;
    } else if (token.type === ",") {
      if (isEmptyPlace) items.push(undefined);
      isEmptyPlace = true;
    }
  }
  return { kind: "sequenceTarget", items, at: ctx.span(node) };
}

function lowerObjectPattern(node: SyntaxNode, ctx: Lowering): Target {
  const properties: ObjectTarget["properties"][number][] = [];
  let rest: Target | undefined;
  for (const part of parts(node)) {
    if (part.type === "rest_pattern") rest = inner(part, ctx);
    else if (part.type === "pair_pattern") {
      const value = field(part, "value");
      properties.push({ key: lowerKey(field(part, "key"), ctx), target: lowerTarget(value ?? part, ctx) });
    } else {
      const bound = part.type === "object_assignment_pattern" ? field(part, "left") : part;
      properties.push({ key: bound ? ctx.textOf(bound) : "", target: lowerTarget(part, ctx) });
    }
  }
  return { kind: "objectTarget", properties, ...(rest && { rest }), at: ctx.span(node) };
}

/** The names that a target binds, for exports of declarations. */
export function boundNames(target: Target | undefined): string[] {
  switch (target?.kind) {
    case "name":
      return [target.id];
    case "sequenceTarget":
      return target.items.flatMap(boundNames);
    case "objectTarget":
      return [
        ...target.properties.flatMap((property) => boundNames(property.target)),
        ...boundNames(target.rest),
      ];
    case "defaultTarget":
    case "starTarget":
      return boundNames(target.target);
    default:
      return [];
  }
}
