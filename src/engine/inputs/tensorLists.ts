/** Networks whose forward takes a list of tensors (`images: list[Tensor]`), as annotations and type comments say. */
import { FunctionValue, Instance, NativeFunction, type Value } from "../interpret/values.ts";
import type { Expr, FunctionNode } from "../syntax/ast.ts";

const LIST_OF_TENSORS = /^(?:\w+\.)*(?:[Ll]ist|Sequence|Iterable)\[(?:\w+\.)*Tensor\]$/;

/** Is one list of tensors all that the network's forward must be given? */
export function takesTensorList(network: Value, forwardNames: readonly string[]): boolean {
  const fn = forwardOf(network, forwardNames);
  if (!fn) return false;
  const [first, ...others] = fn.params.slice(1);
  if (!first || others.some(({ kind, fallback }) => kind === "normal" && !fallback)) return false;
  const type = first.annotation ? typeText(first.annotation) : firstType(fn.typeComment ?? "");
  return LIST_OF_TENSORS.test(type.replace(/\s/g, ""));
}

/** The source of a network's forward method. */
export function forwardOf(network: Value, names: readonly string[]): FunctionNode | undefined {
  if (!(network instanceof Instance)) return undefined;
  for (const { attrs } of network.cls.mro) {
    for (const name of names) {
      const method = attrs.get(name);
      const fn = method instanceof NativeFunction ? method.attrs.get("__wrapped__") : method;
      if (fn instanceof FunctionValue) return fn.node;
    }
  }
  return undefined;
}

/** An annotation as it is written, as far as types of tensors go. */
function typeText(type: Expr): string {
  switch (type.kind) {
    case "name":
      return type.id;
    case "attribute":
      return `${typeText(type.object)}.${type.name}`;
    case "subscript":
      return `${typeText(type.object)}[${typeText(type.index)}]`;
    case "literal":
      return typeof type.value === "string" ? type.value : "";
    default:
      return "";
  }
}

/** The first of `A[B, C], D`. */
function firstType(types: string): string {
  let depth = 0;
  for (const [index, char] of [...types].entries()) {
    if (char === "[") depth += 1;
    if (char === "]") depth -= 1;
    if (char === "," && depth === 0) return types.slice(0, index);
  }
  return types;
}
