/** What functions of the program give, by their text alone. */
import type { Expr, FunctionNode, Stmt } from "../syntax/ast.ts";

/** `CNN().init(key, x)["params"]` gives parameters. */
function givesVariables(node: Expr): boolean {
  if (node.kind === "subscript") return givesVariables(node.object);
  if (node.kind !== "call" || node.callee.kind !== "attribute") return false;
  return node.args.length > 1 && INITIALISING.test(node.callee.name);
}

const INITIALISING = /^(init|init_with_output|lazy_init)$/;

export function returnsValue(body: readonly Stmt[]): boolean {
  return returnedValues(body).some(
    (value) =>
      // A component's markup is no value of model code.
      value.kind !== "literal" && value.kind !== "hole" && !givesVariables(value),
  );
}

/** Does a function give no more than functions of its own, as `make_train` of JAX does: `return train`? */
export function returnsFunctions({ body }: FunctionNode): boolean {
  const own = new Set(body.flatMap((node) => (node.kind === "functionDef" ? [node.fn.name] : [])));
  const given = returnedValues(body);
  return given.length > 0 && given.every((value) => value.kind === "name" && own.has(value.id));
}

/** What the `return` statements of a body give. */
function returnedValues(body: readonly Stmt[]): readonly Expr[] {
  return body.flatMap((node): readonly Expr[] => {
    switch (node.kind) {
      case "return":
        return node.value ? [node.value] : [];
      case "if":
        return [...returnedValues(node.then), ...returnedValues(node.otherwise)];
      case "for":
      case "while":
      case "with":
      case "block":
        return returnedValues(node.body);
      case "try":
        return [node.body, node.otherwise, ...node.handlers.map((each) => each.body)].flatMap(returnedValues);
      case "switch":
      case "match":
        return node.cases.flatMap((each) => returnedValues(each.body));
      default:
        return [];
    }
  });
}
