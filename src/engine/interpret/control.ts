/** Control flow that crosses native frames. These are thrown; nothing else in the engine throws. */
import type { Site } from "./trace.ts";
import type { Value } from "./values.ts";

/** An exception of the program on its way to a handler. */
export class Raised {
  constructor(
    readonly value: Value,
    readonly site: Site | undefined,
  ) {}
}

export const CALLS_TOO_DEEP = "calls nest too deeply";

/** A bound was passed: everything stops, what was traced so far stands. */
export class Stopped {
  constructor(
    readonly reason: string,
    /** Nobody wants more, whatever stands behind it. */
    readonly isFinal = false,
  ) {}
}

/** What a `with` of a context manager keeps from its body's callers: `contextlib.suppress(NameError)`. */
export class Suppression {
  constructor(readonly types: Value) {}
}
