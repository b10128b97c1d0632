/** Which functions make networks, told by the names that their text uses. */
import type { Machine } from "../interpret/machine.ts";
import {
  ABSENT,
  BoundMethod,
  FunctionValue,
  type ModuleValue,
  Unknown,
  type Value,
} from "../interpret/values.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import { mentions } from "../syntax/mentions.ts";
import { returnsValue } from "./returns.ts";

/** Does the function give something, and does it or a function it uses name a network class? */
export function buildsNetwork(
  m: Machine,
  module: ModuleValue,
  fn: FunctionNode,
  isMaker: (value: Value) => boolean,
  seen: Set<FunctionNode>,
): boolean {
  if (seen.has(fn) || !returnsValue(fn.body)) return false;
  return namesMaker(m, module, fn, isMaker, seen);
}

export function namesMaker(
  m: Machine,
  module: ModuleValue,
  fn: FunctionNode,
  isMaker: (value: Value) => boolean,
  seen: Set<FunctionNode>,
): boolean {
  seen.add(fn);
  return mentionsMaker(m, module, fn.body, isMaker, seen);
}

/** The same of any piece of the program. */
export function mentionsMaker(
  m: Machine,
  module: ModuleValue,
  piece: unknown,
  isMaker: (value: Value) => boolean,
  seen: Set<FunctionNode>,
): boolean {
  for (const name of mentions(piece)) {
    const [head = "", ...rest] = name.split(".");
    // A page's script finds its library as a global name.
    let value: Value | typeof ABSENT = module.attrs.has(head)
      ? m.tryLookup(module, head)
      : m.language === "typescript"
        ? m.builtinScope.get(head)
        : ABSENT;
    for (const part of rest) {
      if (value === ABSENT || value instanceof Unknown) break;
      value = m.tryLookup(value, part);
    }
    if ((value === ABSENT || value === null) && isHandedMaker(m, module, head, rest)) return true;
    if (value === ABSENT || value instanceof Unknown) continue;
    if (isMaker(value) || (value instanceof BoundMethod && isMaker(value.self))) return true;
    if (value instanceof FunctionValue && value.module) {
      if (buildsNetwork(m, value.module, value.node, isMaker, seen)) return true;
    }
  }
  return false;
}

/** `models.Model` of a module that gets its `models` handed in, where a framework knows how. */
function isHandedMaker(m: Machine, module: ModuleValue, head: string, rest: readonly string[]): boolean {
  return m.frameworks.some((framework) => framework.makesHanded?.(module, `${head}.${rest.join(".")}`));
}
