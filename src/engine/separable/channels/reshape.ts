/** Where the channels go when a tensor's elements are laid out anew: views, flattening, splitting an axis in two. */
import { cut, demand, fixed, isFixed, keep, multiply, resolve, type Size, total, unify } from "./widths.ts";

/** Axes of both shapes that cover the same elements: their products are equal. */
interface Block {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Sizes after a reshape. An axis that is split keeps its outer parts (groups, heads) and varies in the innermost one,
 * or in `channelAxis` when what reads the result has its channels there.
 */
export function reshapeSizes(
  sizes: readonly Size[],
  shape: readonly number[],
  channelAxis: number | undefined,
): Size[] {
  const result: Size[] = shape.map(fixed);
  for (const { from, to } of blocks(sizes.map(total), shape)) {
    const whole = merge(from.map((axis) => sizes[axis]!));
    if (whole === undefined) continue;
    const wide = to.filter((axis) => shape[axis] !== 1);
    const varying =
      wide.find((axis) => axis === channelAxis) ?? sameSize(from, to, sizes, shape) ?? wide.at(-1);
    if (varying === undefined) continue;
    const others = wide.reduce((count, axis) => (axis === varying ? count : count * shape[axis]!), 1);
    result[varying] = split(whole, others) ?? kept(whole, shape[varying]!);
  }
  return result;
}

/** Equal parts: a width is shared out, and parts of a sum become one. */
function split(whole: Size, parts: number): Size | undefined {
  if (parts === 1) return whole;
  demand(whole, parts);
  const length = total(whole) / parts;
  const first = cut(whole, 0, length);
  if (!first || resolve(whole).length === 1) return first;
  for (let part = 1; part < parts; part++) {
    const next = cut(whole, part * length, length);
    if (!next || !unify(first, next)) return undefined;
  }
  return first;
}

function kept(size: Size, length: number): Size {
  keep(size, "it is split in a way that its channels cannot be followed through");
  return fixed(length);
}

/** The product of sizes of which at most one varies; undefined when none does. */
function merge(sizes: readonly Size[]): Size | undefined {
  const varying = sizes.filter((size) => !isFixed(size));
  const layers = varying.filter((size) => resolve(size).some(({ width }) => width.scales));
  const chosen = layers.length > 0 ? layers : varying;
  for (const size of varying) if (!chosen.includes(size)) keep(size, undefined);
  const [first, ...more] = chosen;
  if (!first) return undefined;
  for (const size of more) keep(size, "it is laid out in one axis with other channels");
  return multiply(
    first,
    sizes.reduce((count, size) => (size === first ? count : count * total(size)), 1),
  );
}

/** An axis that only moved past others of its block. */
function sameSize(
  from: readonly number[],
  to: readonly number[],
  sizes: readonly Size[],
  shape: readonly number[],
): number | undefined {
  if (from.length === 1) return undefined;
  const varying = from.find((axis) => !isFixed(sizes[axis]!));
  return varying === undefined ? undefined : to.find((axis) => shape[axis] === total(sizes[varying]!));
}

function blocks(before: readonly number[], after: readonly number[]): Block[] {
  const found: Block[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const from: number[] = [];
    const to: number[] = [];
    let [a, b] = [1, 1];
    do {
      if ((a <= b && i < before.length) || j >= after.length) {
        if (i >= before.length) break;
        a *= before[i]!;
        from.push(i++);
      } else {
        b *= after[j]!;
        to.push(j++);
      }
    } while (a !== b || from.length === 0 || to.length === 0);
    found.push({ from, to });
  }
  return found;
}
