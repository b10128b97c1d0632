/** Elements of reductions, scans and broadcast arithmetic, for the small tensors whose elements are kept. */
import { isKnown, isMisfit, MAX_DATA } from "./dims.ts";
import { contiguous, expand, permute, read } from "./layout.ts";

/** Elements as lists that run along `axes`, one for each element of the reduced tensor. */
export function lanes(
  data: readonly number[],
  shape: readonly number[],
  axes: readonly number[],
): readonly (readonly number[])[] {
  const taken = new Set(axes);
  const rest = shape.map((_, axis) => axis).filter((axis) => !taken.has(axis));
  const turned = permute(contiguous(shape), [...rest, ...axes]);
  const ordered = isMisfit(turned) ? undefined : read(data, turned);
  const length = axes.reduce((size, axis) => size * shape[axis]!, 1);
  const count = rest.reduce((size, axis) => size * shape[axis]!, 1);
  return Array.from({ length: count }, (_, i) => ordered?.slice(i * length, (i + 1) * length) ?? []);
}

/** Replaces the elements along one axis, lane by lane (cumulative sums, sorting); lanes may change length. */
export function mapLanes(
  data: readonly number[],
  shape: readonly number[],
  axis: number,
  change: (lane: readonly number[]) => readonly number[],
): readonly number[] {
  const rest = shape.map((_, i) => i).filter((i) => i !== axis);
  const changed = lanes(data, shape, [axis]).map(change);
  const length = changed[0]?.length ?? 0;
  const turnedShape = [...rest.map((i) => shape[i]!), length];
  const back = shape.map((_, i) => (i === axis ? shape.length - 1 : rest.indexOf(i)));
  const turned = permute(contiguous(turnedShape), back);
  return isMisfit(turned) ? [] : (read(changed.flat(), turned) ?? []);
}

/** Elements stretched to a larger shape. */
export function stretch(
  data: readonly number[],
  shape: readonly number[],
  target: readonly number[],
): readonly number[] | undefined {
  const view = expand(contiguous(shape), target);
  return isMisfit(view) ? undefined : read(data, view);
}

/** Elements of an elementwise operation of broadcast operands. */
export function zip(
  operands: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[],
  target: readonly number[],
  rule: (...values: number[]) => number,
): readonly number[] | undefined {
  if (!isKnown(target) || target.reduce((a, b) => a * b, 1) > MAX_DATA) return undefined;
  const columns = operands.map(({ data, shape }) => stretch(data, shape, target));
  const first = columns[0];
  if (!first || columns.includes(undefined)) return undefined;
  return first.map((_, i) => rule(...columns.map((column) => column![i]!)));
}
