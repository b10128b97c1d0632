/**
 * Parameters that a function only picks from or reshapes (`self.gamma[:, None, None]`, `table[index].view(…)`): an index
 * is no layer, so they are told at the function that computes with what was picked.
 */
import type { OpRecord } from "../interpret/trace.ts";
import type { Tensor } from "../interpret/values.ts";

/** The parameters of each op that are not those that it reads itself. */
export type MovedParameters = ReadonlyMap<OpRecord, readonly Tensor[]>;

/** `isFunction` says of an op that it belongs to no layer. */
export function movedParameters(
  ops: readonly OpRecord[],
  isFunction: (op: OpRecord) => boolean,
): MovedParameters {
  const moved = new Map<OpRecord, readonly Tensor[]>();
  const picked = new Map<
    Tensor,
    { readonly parameters: readonly Tensor[]; readonly picks: readonly OpRecord[] }
  >();
  for (const op of ops) {
    if (!isFunction(op)) continue;
    const sources = op.inputs.flatMap((tensor) => picked.get(tensor) ?? []);
    const own = op.weights.filter(({ parameter }) => parameter !== undefined && parameter.buffer !== true);
    const parameters = [...new Set([...own, ...sources.flatMap((source) => source.parameters)])];
    if (parameters.length === 0) continue;
    const picks = sources.flatMap((source) => source.picks);
    if (isPick(op)) {
      for (const output of op.outputs) picked.set(output, { parameters, picks: [...picks, op] });
    } else if (picks.length > 0) {
      moved.set(op, parameters);
      for (const pick of picks) moved.set(pick, []);
    }
  }
  return moved;
}

/** It computes nothing, and has one tensor to take from. */
function isPick({ op, inputs, weights, indices = [], macs, elementwise }: OpRecord): boolean {
  const values = new Set([...inputs, ...weights]);
  for (const index of indices) values.delete(index);
  return op === "other" && macs === 0 && (elementwise === 0 || indices.length > 0) && values.size === 1;
}
