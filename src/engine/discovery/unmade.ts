/** Networks that a file's statements or functions would have made, had the program not raised on the way. */
import type { Raised } from "../interpret/control.ts";
import type { Machine } from "../interpret/machine.ts";
import type { Site } from "../interpret/trace.ts";
import type { Instance, ModuleValue, Value } from "../interpret/values.ts";
import type { Call, Expr, FunctionNode } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";
import type { Definition } from "./entryPoints.ts";
import { mentionsMaker } from "./makers.ts";

/** An exception that ended one of the file's own statements. */
export interface Ending {
  readonly reason: string;
  /** Where the statement stood. */
  readonly from: Span;
  /** The line that raised, which may be in another file. */
  readonly at: Span;
}

export function endingOf({ site }: Raised, reason: string): Ending | undefined {
  if (!site) return undefined;
  let outermost = site;
  while (outermost.caller) outermost = outermost.caller;
  return { reason, from: outermost.at, at: site.at };
}

/** What kept the network of a variable from being made: it is no other network of the same name that stands for it. */
export function unmadeBy(
  m: Machine,
  module: ModuleValue,
  definition: Definition,
  isMaker: (value: Value) => boolean,
  endings: readonly Ending[],
): Ending | undefined {
  const value = definition.kind === "variable" ? definition.value : undefined;
  const callee = value && calledFirst(value);
  const ending = value && endings.find(({ from }) => holds(value.at, from));
  return ending && callee && mentionsMaker(m, module, callee, isMaker) ? ending : undefined;
}

/** A call in a function that was to make a network and raised. */
export interface UnmadeInside {
  readonly at: Span;
  readonly ending: Ending;
  /** Was it made on the way, as a part of the network that was never done? */
  readonly holdsPart: (network: Instance) => boolean;
}

/** The call of a function that makes a network, as `makes` tells of a callee, where that raised. */
export function unmadeInside(
  { body }: FunctionNode,
  { site }: Raised,
  reason: string,
  makes: (callee: Expr) => boolean,
): UnmadeInside | undefined {
  const calls = callsIn(body);
  for (let from = site; from; from = from.caller) {
    const call = calls.get(from.at);
    if (!site || !call || !makes(call.callee)) continue;
    const ended = from;
    return {
      at: call.at,
      ending: { reason, from: call.at, at: site.at },
      holdsPart: (network) => isCalledBy(network.site, ended),
    };
  }
  return undefined;
}

function isCalledBy(site: Site | undefined, outer: Site): boolean {
  for (let from = site; from; from = from.caller) if (from === outer) return true;
  return false;
}

/** Calls in a piece of the model AST, by their places. */
function callsIn(piece: unknown, found = new Map<Span, Call>()): ReadonlyMap<Span, Call> {
  if (typeof piece !== "object" || piece === null) return found;
  const node = piece as Partial<Call>;
  if (node.kind === "call" && node.at) found.set(node.at, node as Call);
  for (const [key, child] of Object.entries(piece))
    if (key !== "at" && key !== "nameAt") callsIn(child, found);
  return found;
}

/** What makes the object that the methods of `Net(5).to(device).eval()` are called on. */
function calledFirst(value: Expr): Expr | undefined {
  if (value.kind !== "call") return undefined;
  const { callee } = value;
  return callee.kind === "attribute" && callee.object.kind === "call" ? calledFirst(callee.object) : callee;
}

function holds(outer: Span, inner: Span): boolean {
  return (
    outer.file === inner.file &&
    (outer.line < inner.line || (outer.line === inner.line && outer.column <= inner.column)) &&
    (inner.endLine < outer.endLine || (inner.endLine === outer.endLine && inner.endColumn <= outer.endColumn))
  );
}
