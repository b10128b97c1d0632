/**
 * The most that a network can cost where data decides how much it does. Its code bounds the numbers that data decides:
 * a mask picks no more than it has elements, `nms` keeps no more boxes than it is given, a slice no more than its
 * length. So the network is run with as many as these let through. It is run with fewer, too: where that costs more,
 * the most is not known.
 */

import { sum } from "../cost/lift.ts";
import type { Machine } from "../interpret/machine.ts";
import type { OpRecord, Trace } from "../interpret/trace.ts";
import { isUnknown } from "../interpret/values.ts";
import type { Batch } from "./batchAxis.ts";
import type { Run } from "./runs.ts";

/** Of the most that data can decide on. */
const FEWER = [0.5, 0.01];

/** The run that costs most, and where its samples are. */
export interface Most {
  readonly ops: readonly OpRecord[];
  readonly batch: Batch;
}

export interface MostSource {
  readonly m: Machine;
  /** The run that is told, with all that was missed. */
  readonly trace: Trace;
  readonly batch: Batch;
  readonly rerun: () => Run;
  readonly batchOf: (run: Run) => Batch;
}

/** Undefined where the trace tells all, or no more is known. */
export function costliestRun({ m, trace, batch, rerun, batchOf }: MostSource): Most | undefined {
  const isExact = trace.gaps.length === 0 && trace.ops.every(({ macs }) => !isUnknown(macs));
  if (isExact) return undefined;
  if (!m.hasCounted) return macsOf(trace) === undefined ? undefined : { ops: trace.ops, batch };
  return withShare(m, 1, () => {
    const whole = rerun();
    const most = macsOf(whole.trace);
    if (most === undefined) return undefined;
    const fewer = FEWER.map((share) => withShare(m, share, () => macsOf(rerun().trace)));
    if (!fewer.every((macs) => macs !== undefined && macs <= most)) return undefined;
    // With all sizes known, what is the same for any number of samples can be told from what is not.
    const own = batch.samples === 1 ? batch : batchOf(whole);
    return own.samples === batch.samples ? { ops: whole.trace.ops, batch: own } : undefined;
  });
}

function withShare<T>(m: Machine, share: number, body: () => T): T {
  const { share: outer } = m;
  m.share = share;
  try {
    return body();
  } finally {
    m.share = outer;
  }
}

/** What all that was recorded costs, where no more may run. */
function macsOf({ ops, gaps, diagnostics }: Trace): number | undefined {
  const failed = diagnostics.some(({ severity }) => severity === "error");
  if (failed || gaps.some(({ isMost }) => isMost !== true)) return undefined;
  const macs = sum(ops.map((op) => op.macs));
  return isUnknown(macs) ? undefined : macs;
}
