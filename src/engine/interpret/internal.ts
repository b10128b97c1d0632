/** Faults of the engine itself: what is said of one in the user's words, and who hears of its stack. */

import { visible } from "../base/visible.ts";

/** A line of the user's code. */
interface CodeLine {
  readonly file: string;
  readonly line: number;
}

/**
 * Told of every fault, and of the line that was read or ran where there was one: where it is written down (a log, a
 * terminal) is up to whoever runs the engine.
 */
export type OnFault = (fault: unknown, at?: CodeLine) => void;

/** What a log says of a fault: whose it is, what to do about it, and the stack. */
export function faultForLog(fault: unknown, at?: CodeLine): string {
  const stack = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  const place = at ? ` at ${visible(at.file)}:${at.line}` : "";
  const lines = [
    `a fault of ConvLens${place}, not of this code; please report these lines, and the file if you may:`,
    ...stack.split("\n").map(visible),
  ];
  return lines.join("\n");
}

/** `internal: …`, as diagnostics and reasons say it. */
export function describeFault(fault: unknown): string {
  const text = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
  return `internal: ${text}; a fault of ConvLens, not of this code: please report it with the log`;
}

/** The host's own bounds are bounds like ours: what passed one was too much, and no fault. */
export function passedHostBound(fault: unknown): string | undefined {
  if (!(fault instanceof RangeError)) return undefined;
  if (/call stack/i.test(fault.message)) return "calls nest too deeply";
  return /^invalid (string|array|array buffer|typed array) length|maximum bigint size|^(map|set) maximum size/i.test(
    fault.message,
  )
    ? "a value grows too large"
    : undefined;
}
