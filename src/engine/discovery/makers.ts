/** Which functions make networks, told by the names that their text uses. */
import type { Machine } from "../interpret/machine.ts";
import {
  ABSENT,
  type Absent,
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
): boolean {
  return returnsValue(fn.body) && namesMaker(m, module, fn, isMaker);
}

export function namesMaker(
  m: Machine,
  module: ModuleValue,
  fn: FunctionNode,
  isMaker: (value: Value) => boolean,
): boolean {
  return mentionsMaker(m, module, fn.body, isMaker);
}

/** What is known of bodies of functions, for each way to tell a network class: asked of each function of a file. */
const answers = new WeakMap<(value: Value) => boolean, Map<unknown, boolean>>();

interface Search {
  readonly module: ModuleValue;
  readonly piece: unknown;
  /** What names the function whose body the piece is. */
  readonly from?: Search;
}

/** The same of any piece of the program. */
export function mentionsMaker(
  m: Machine,
  module: ModuleValue,
  piece: unknown,
  isMaker: (value: Value) => boolean,
): boolean {
  const known = answers.get(isMaker) ?? new Map<unknown, boolean>();
  answers.set(isMaker, known);
  const before = known.get(piece);
  if (before !== undefined) return before;
  // A program may have more functions that call each other than the host's stack has room for.
  const left: Search[] = [{ module, piece }];
  const seen = new Set<unknown>([piece]);
  for (let next = left.pop(); next; next = left.pop()) {
    const used = namesOrUses(m, next, isMaker, known);
    if (used === true) {
      for (let step: Search | undefined = next; step; step = step.from) known.set(step.piece, true);
      return true;
    }
    for (const search of used) {
      if (seen.has(search.piece)) continue;
      seen.add(search.piece);
      left.push(search);
    }
  }
  for (const each of seen) known.set(each, false);
  return false;
}

/** True where a piece names a maker itself; else the functions that it names, of which nothing is known. */
function namesOrUses(
  m: Machine,
  from: Search,
  isMaker: (value: Value) => boolean,
  known: ReadonlyMap<unknown, boolean>,
): true | readonly Search[] {
  const used: Search[] = [];
  for (const name of mentions(from.piece)) {
    const [head = "", ...rest] = name.split(".");
    const value = mentioned(m, from.module, head, rest);
    if ((value === ABSENT || value === null) && isHandedMaker(m, from.module, head, rest)) return true;
    if (value === ABSENT || value instanceof Unknown) continue;
    if (isMaker(value) || (value instanceof BoundMethod && isMaker(value.self))) return true;
    if (!(value instanceof FunctionValue) || !value.module) continue;
    const { body } = value.node;
    const answer = known.get(body);
    if (answer === false || !returnsValue(body)) continue;
    if (answer === true) return true;
    used.push({ module: value.module, piece: body, from });
  }
  return used;
}

function mentioned(m: Machine, module: ModuleValue, head: string, rest: readonly string[]): Value | Absent {
  // A page's script finds its library as a global name.
  let value: Value | Absent = module.attrs.has(head)
    ? m.tryLookup(module, head)
    : m.language === "typescript"
      ? m.builtinScope.get(head)
      : ABSENT;
  for (const part of rest) {
    if (value === ABSENT || value instanceof Unknown) break;
    value = m.tryLookup(value, part);
  }
  return value;
}

/** `models.Model` of a module that gets its `models` handed in, where a framework knows how. */
function isHandedMaker(m: Machine, module: ModuleValue, head: string, rest: readonly string[]): boolean {
  return m.frameworks.some((framework) => framework.makesHanded?.(module, `${head}.${rest.join(".")}`));
}
