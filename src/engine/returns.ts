/** What functions of the program give, by their text alone. */
import type { Expr, Stmt } from "./syntax/ast.ts";

/** `CNN().init(key, x)["params"]` gives parameters. */
function givesVariables(node: Expr): boolean {
  if (node.kind === "subscript") return givesVariables(node.object);
  if (node.kind !== "call" || node.callee.kind !== "attribute") return false;
  return node.args.length > 1 && INITIALISING.test(node.callee.name);
}

const INITIALISING = /^(init|init_with_output|lazy_init)$/;

export function returnsValue(body: readonly Stmt[]): boolean {
  return body.some((node) => {
    switch (node.kind) {
      case "return":
        // A component's markup is no value of model code.
        return (
          node.value !== undefined &&
          node.value.kind !== "literal" &&
          node.value.kind !== "hole" &&
          !givesVariables(node.value)
        );
      case "if":
        return returnsValue(node.then) || returnsValue(node.otherwise);
      case "for":
      case "while":
      case "with":
      case "block":
        return returnsValue(node.body);
      case "try":
        return (
          returnsValue(node.body) ||
          returnsValue(node.otherwise) ||
          node.handlers.some((h) => returnsValue(h.body))
        );
      case "switch":
      case "match":
        return node.cases.some((branch) => returnsValue(branch.body));
      default:
        return false;
    }
  });
}
