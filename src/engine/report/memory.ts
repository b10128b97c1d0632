/**
 * Memory of a trace's activations: bytes that ops put out, and the most that is alive at once. A tensor lives from
 * the op that makes it to the last op that reads it; views and in-place results share their storage.
 */
import type { Batch } from "../inputs/batchAxis.ts";
import { bytes, type Tally } from "../interpret/counts.ts";
import type { Count, OpRecord } from "../interpret/trace.ts";
import type { Tensor, Unknown } from "../interpret/values.ts";

/** Bytes that an op's outputs take on their own. */
export function addOutputBytes(tally: Tally, op: OpRecord, { whole }: Batch): void {
  if (op.view === true) return;
  for (const output of op.outputs) {
    if (!op.inputs.some((input) => input.storage === output.storage))
      tally.add(bytes(output), whole.has(output));
  }
}

export interface MemorySource {
  readonly ops: readonly OpRecord[];
  /** The network's inputs: alive before the first op. */
  readonly inputs: readonly Tensor[];
  /** What the network answers: alive to the end. */
  readonly outputs: readonly Tensor[];
  /** What does not grow with the samples counts once for each, for the peak is shared out over them. */
  readonly batch: Batch;
}

/** The largest sum of live tensors in trace order, weights left out. */
export function peakBytes({ ops, inputs, outputs, batch }: MemorySource): Count {
  const lastUse = new Map<object, number>();
  for (const input of inputs) lastUse.set(input.storage, -1);
  ops.forEach((op, index) => {
    for (const tensor of [...op.inputs, ...op.outputs]) lastUse.set(tensor.storage, index);
  });
  for (const output of outputs) lastUse.set(output.storage, ops.length);

  const live = new Map<object, number>();
  let now = 0;
  let peak = 0;
  let unknown: Unknown | undefined;
  const allocate = (tensor: Tensor): void => {
    if (tensor.parameter !== undefined || live.has(tensor.storage)) return;
    const size = bytes(tensor);
    const copies = batch.whole.has(tensor) ? batch.samples : 1;
    if (typeof size !== "number") {
      unknown ??= size;
      return;
    }
    live.set(tensor.storage, size * copies);
    now += size * copies;
    peak = Math.max(peak, now);
  };
  const free = (tensor: Tensor, index: number): void => {
    if ((lastUse.get(tensor.storage) ?? -1) > index) return;
    now -= live.get(tensor.storage) ?? 0;
    live.delete(tensor.storage);
  };

  for (const input of inputs) allocate(input);
  for (const [index, op] of ops.entries()) {
    if (op.view !== true) for (const output of op.outputs) allocate(output);
    for (const tensor of [...op.inputs, ...op.outputs]) free(tensor, index);
  }
  return unknown ?? peak;
}
