/** How a statement ends: normally (undefined), or by leaving a function or loop. */
export const RETURN = Symbol("return");
export const BREAK = Symbol("break");
export const CONTINUE = Symbol("continue");

/** JS `break label` and `continue label`. */
export interface Labelled {
  readonly type: "break" | "continue";
  readonly label: string;
}

/** A `return`'s value is left in `machine.returned`. */
export type Completion = undefined | typeof RETURN | typeof BREAK | typeof CONTINUE | Labelled;

/** How far an exit leads: control goes on nearer by where it may have left by one of two. */
export function reach(completion: Completion): number {
  if (completion === undefined) return 0;
  if (completion === CONTINUE) return 1;
  if (completion === BREAK) return 2;
  if (completion === RETURN) return 5;
  return completion.type === "continue" ? 3 : 4;
}

export function isSameExit(a: Completion, b: Completion): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.type === b.type && a.label === b.label;
}

/** What a loop does with the completion of its body. */
export function loopStep(completion: Completion, label: string | undefined): "next" | "leave" | "exit" {
  if (completion === undefined || completion === CONTINUE) return "next";
  if (completion === BREAK) return "leave";
  if (completion === RETURN) return "exit";
  if (completion.label !== label) return "exit";
  return completion.type === "continue" ? "next" : "leave";
}
