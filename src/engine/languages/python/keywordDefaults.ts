/** `f.__kwdefaults__`: what parameters that are given by name alone are when they are not given. */
import { parseSignature } from "../../interpret/signature.ts";
import { ABSENT, FunctionValue, NativeFunction, type Value } from "../../interpret/values.ts";
import { dictOf } from "./dict.ts";

/** Undefined for what is no function. */
export function keywordDefaults(fn: Value): Value {
  const found = fn instanceof FunctionValue ? written(fn) : declared(fn);
  return found && (found.length > 0 ? dictOf(found) : null);
}

function written({ node, defaults }: FunctionValue): readonly (readonly [string, Value])[] {
  return node.params.flatMap(({ name, kind }, i) => {
    const value = defaults[i] ?? ABSENT;
    return kind === "keywordOnly" && defaults.length > i && value !== ABSENT ? [[name, value] as const] : [];
  });
}

function declared(fn: Value): readonly (readonly [string, Value])[] | undefined {
  if (!(fn instanceof NativeFunction) || fn.signature === undefined) return undefined;
  return parseSignature(fn.signature)
    .params.filter(({ keywordOnly, required }) => keywordOnly && !required)
    .map(({ name, fallback }) => [name, fallback] as const);
}
