/** Faults of the engine itself: what is said of one in the user's words, and who hears of its stack. */

/** Told of every fault: where it is written down (a log, a terminal) is up to whoever runs the engine. */
export type OnFault = (fault: unknown) => void;

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
