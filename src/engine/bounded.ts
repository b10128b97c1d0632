/** Runs code of the program: what it raises and the bounds it passes become a reason, and are said in the trace. */
import type { FailureReason } from "./engine.types.ts";
import { describeRaised } from "./interpret/compile/exceptions.ts";
import { Raised, Stopped } from "./interpret/control.ts";
import type { Machine } from "./interpret/machine.ts";

export function bounded<T>(m: Machine, body: () => T): { readonly value: T } | FailureReason {
  const restore = m.checkpoint();
  try {
    return { value: body() };
  } catch (error) {
    restore();
    if (!(error instanceof Raised || error instanceof Stopped)) throw error;
    const reason = error instanceof Stopped ? error.reason : describeRaised(m, error);
    const at = error instanceof Raised ? error.site?.at : undefined;
    m.diagnose({
      severity: error instanceof Stopped ? "warning" : "error",
      code: error instanceof Stopped ? "limit" : "raises",
      message: reason,
      ...(at ? { at } : {}),
    });
    m.gap(reason);
    return { reason, ...(at ? { at } : {}) };
  }
}
