/** Networks that a file's own statements would have made, had the program not raised on the way. */
import type { Raised } from "../interpret/control.ts";
import type { Machine } from "../interpret/machine.ts";
import type { ModuleValue, Value } from "../interpret/values.ts";
import type { Expr } from "../syntax/ast.ts";
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
  return ending && callee && mentionsMaker(m, module, callee, isMaker, new Set()) ? ending : undefined;
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
