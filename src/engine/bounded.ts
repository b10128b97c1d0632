/**
 * Runs code of the program: what it raises, the bounds it passes and the engine's own faults become a reason, and are
 * said in the trace.
 */
import type { FailureReason } from "./engine.types.ts";
import { describeRaised } from "./interpret/compile/exceptions.ts";
import { Raised, Stopped } from "./interpret/control.ts";
import { describeFault, passedHostBound } from "./interpret/internal.ts";
import type { Machine } from "./interpret/machine.ts";
import type { TraceDiagnostic } from "./interpret/trace.ts";
import type { Span } from "./syntax/span.ts";

export function bounded<T>(m: Machine, body: () => T): { readonly value: T } | FailureReason {
  const restore = m.checkpoint();
  try {
    return { value: body() };
  } catch (thrown) {
    const { running } = m;
    restore();
    const { at, ...said } = ending(m, thrown, running);
    m.diagnose({ ...said, ...(at ? { at } : {}) });
    m.gap(said.message);
    return { reason: said.message, code: said.code, ...(at ? { at } : {}) };
  }
}

type Ending = Pick<TraceDiagnostic, "severity" | "message"> & {
  readonly code: NonNullable<FailureReason["code"]>;
  readonly at: Span | undefined;
};

function ending(m: Machine, thrown: unknown, running: Span | undefined): Ending {
  if (thrown instanceof Raised) {
    return { severity: "error", code: "raises", message: describeRaised(m, thrown), at: thrown.site?.at };
  }
  const reason = thrown instanceof Stopped ? thrown.reason : passedHostBound(thrown);
  if (reason !== undefined) return { severity: "warning", code: "limit", message: reason, at: running };
  m.onFault(thrown, running);
  return { severity: "error", code: "internal", message: describeFault(thrown), at: running };
}
