import type { Expr } from "./ast.ts";

/** Does `?.` stand somewhere in front? Then all that follows is left out with it. */
export function isOptionalChain(node: Expr): boolean {
  switch (node.kind) {
    case "attribute":
    case "subscript":
      return node.optional === true || isOptionalChain(node.object);
    case "call":
      return node.optional === true || isOptionalChain(node.callee);
    case "chain":
      return node.links.some(isOptionalChain);
    case "held":
      return node.optional === true;
    default:
      return false;
  }
}
