/**
 * Runs code of the program: what it raises, the bounds it passes and the engine's own faults become a reason, and are
 * said in the trace.
 */
import type { Span } from "../syntax/span.ts";
import { describeRaised } from "./compile/exceptions.ts";
import { Raised, Stopped } from "./control.ts";
import { describeFault, passedHostBound } from "./internal.ts";
import type { Machine } from "./machine.ts";
import type { TraceDiagnostic } from "./trace.ts";

/** Why a network has no report, and where. */
export interface FailureReason {
  readonly reason: string;
  readonly at?: Span;
  /** A bound that was passed, a fault of the engine's own, what the program raised, or that it makes something else. */
  readonly code?: "limit" | "internal" | "raises" | "no-network";
}

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
