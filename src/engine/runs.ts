/** One run of a network on an input: what came of it, and whether the input fits. */
import type { Framework } from "./frameworks/framework.ts";
import type { ChosenInput, InputSpec } from "./inputs.ts";
import type { OpRecord, Trace } from "./interpret/trace.ts";
import { Dict, Instance, isUnknown, List, Tensor, Tuple, Unknown, type Value } from "./interpret/values.ts";

export interface Run {
  readonly trace: Trace;
  readonly inputs: readonly Tensor[];
  /** Samples in the inputs. */
  readonly batch: number;
  readonly output: Value;
}

/** Was the input a single sample, without a batch axis, to the first convolution? */
export function startsUnbatched({ ops }: Trace, { shape }: InputSpec): boolean {
  const first = ops.find(({ geometry }) => geometry !== undefined);
  const seen = first?.inputs[0]?.shape;
  const rank = (first?.geometry?.kernel.length ?? 0) + 1;
  if (seen === undefined || isUnknown(seen) || seen.length !== rank) return false;
  return shape.length === rank && shape[0] === seen[0];
}

export function hasFailed(run: Run): boolean {
  return run.trace.diagnostics.some(({ code }) => code === "raises" || code === "shape-mismatch");
}

export function hasMismatch(run: Run): boolean {
  return run.trace.diagnostics.some(({ code }) => code === "shape-mismatch");
}

export function firstMismatch(run: Run): string | undefined {
  return run.trace.diagnostics.find(({ code }) => code === "shape-mismatch")?.message;
}

/** An input of our own choice that does not fit makes figures of no network: they are not complete. */
export function misfits(run: Run, { origin, borrowed }: ChosenInput): Trace["gaps"] {
  if (origin !== "default" && origin !== "declared" && borrowed !== true) return [];
  const found = run.trace.diagnostics.find(({ code }) => code === "shape-mismatch");
  const apart = origin === "default" ? takenApart(run) : undefined;
  return [
    ...(found ? [{ reason: found.message, at: found.at }] : []),
    ...(apart ? [{ reason: LIST_WANTED, at: apart.site?.at }] : []),
  ];
}

const LIST_WANTED =
  "needs its input: what it is given is taken apart piece by piece, as a list of feature maps would be";

/** Where a batch of images is taken apart into its samples, as no image is. */
function takenApart({ trace, inputs }: Run): OpRecord | undefined {
  return trace.ops.find(({ name, inputs: [whole], outputs: [piece] }) => {
    if (name !== "unbind" || whole === undefined || !inputs.includes(whole)) return false;
    const [shape, inner] = [whole.shape, piece?.shape];
    if (isUnknown(shape) || inner === undefined || isUnknown(inner) || shape.length < 4) return false;
    return shape[0] !== shape[1] && shape.slice(1).every((dim, axis) => dim === inner[axis]);
  });
}

/** Why there may be parameters that nothing tells of: what making the network met, and its parts that were not read. */
export function unreadParameters(
  framework: Framework,
  network: Value,
  building: Trace["gaps"],
  running: Trace["gaps"],
): readonly Unknown[] {
  const unread = framework.unread?.(network);
  const doubtful = new Set(unread?.attributes.map(({ reason }) => reason));
  // Where running makes no parameters, it may still have called an attribute that has some.
  const met = unread ? running.filter(({ reason }) => doubtful.has(reason)) : running;
  return [
    ...[...building, ...met].map(({ reason, at }) => new Unknown(reason, at)),
    ...(unread?.parts ?? []),
  ];
}

/** All tensors in a network's answer: tuples, lists, dicts and objects of them. */
export function tensorsIn(value: Value, depth = 0): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (depth > 4) return [];
  if (value instanceof Tuple || value instanceof List)
    return value.items.flatMap((item) => tensorsIn(item, depth + 1));
  if (value instanceof Dict)
    return [...value.entries.values()].flatMap((entry) => tensorsIn(entry.value, depth + 1));
  if (value instanceof Instance)
    return [...value.attrs.values()].flatMap((item) => tensorsIn(item, depth + 1));
  return [];
}
