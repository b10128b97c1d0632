/** Joining tensors along an axis and taking them apart again. */

import { add } from "../../cost/lift.ts";
import { type Dim, type Shape, Unknown } from "../../interpret/values.ts";
import { axisOf, derived, Misfit, showShape } from "./dims.ts";

/** Shape of tensors laid end to end along `axis`; the other axes must be equal. */
export function concatenate(shapes: readonly Shape[], axis: number): Shape | Misfit {
  const first = shapes[0];
  if (first === undefined) return new Misfit("needs at least one tensor");
  const at = axisOf(axis, first.length);
  if (at === undefined) return new Misfit(`${showShape(first)} has no axis ${axis}`);
  const result: Dim[] = [...first];
  for (const shape of shapes.slice(1)) {
    if (shape.length !== first.length) {
      return new Misfit(`${showShape(first)} and ${showShape(shape)} have different numbers of axes`);
    }
    for (const [i, dim] of shape.entries()) {
      const known = result[i]!;
      if (i === at) result[i] = known === 0 ? dim : dim === 0 ? known : derived(add(known, dim));
      else if (typeof known !== "number") result[i] = dim;
      else if (typeof dim === "number" && dim !== known) {
        return new Misfit(
          `${showShape(result)} and ${showShape(shape)} differ at axis ${i}: ${known} against ${dim}`,
        );
      }
    }
  }
  return result;
}

/** Elements of tensors laid end to end; every one must be fully known. */
export function concatenateData(
  parts: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[],
  axis: number,
): number[] {
  const first = parts[0]!;
  const outer = first.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const result: number[] = [];
  for (let i = 0; i < outer; i++) {
    for (const part of parts) {
      const run = outer === 0 ? 0 : part.data.length / outer;
      for (let j = 0; j < run; j++) result.push(part.data[i * run + j]!);
    }
  }
  return result;
}

/** Shape of tensors of equal shape stacked along a new axis. */
export function stack(shapes: readonly Shape[], axis: number): Shape | Misfit {
  const first = shapes[0];
  if (first === undefined) return new Misfit("needs at least one tensor");
  const at = axisOf(axis, first.length + 1);
  if (at === undefined) return new Misfit(`${showShape(first)} has no place for axis ${axis}`);
  const common: Dim[] = [...first];
  for (const shape of shapes) {
    const differs = shape.some(
      (dim, i) => typeof dim === "number" && typeof common[i] === "number" && dim !== common[i],
    );
    if (shape.length !== first.length || differs) {
      return new Misfit(`${showShape(first)} and ${showShape(shape)} are not equal`);
    }
    for (const [i, dim] of shape.entries()) if (typeof dim === "number") common[i] = dim;
  }
  return common.toSpliced(at, 0, shapes.length);
}

/** Sizes of pieces of `size` elements; the last one may be smaller. */
export function pieces(total: number, size: number): readonly number[] {
  if (size <= 0) return total === 0 ? [0] : [];
  const count = Math.max(1, Math.ceil(total / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

/** torch's `chunk`: pieces of `⌈total / count⌉`, so there may be fewer than asked for. */
export function chunks(total: number, count: number): readonly number[] {
  const size = Math.ceil(total / count);
  return size === 0 ? new Array<number>(count).fill(0) : pieces(total, size);
}

/** `tensor_split` into `count` pieces whose sizes differ by at most one. */
export function evenParts(total: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(total / count) + (i < total % count ? 1 : 0));
}

/** `tensor_split` at indices. */
export function partsAt(total: number, indices: readonly number[]): readonly number[] {
  const cuts = indices.map((at) => Math.min(Math.max(at < 0 ? at + total : at, 0), total));
  return [...cuts, total].map((cut, i) => Math.max(0, cut - (i === 0 ? 0 : cuts[i - 1]!)));
}

/** Do these sizes add up? Unknown ones always might. */
export function addUp(sizes: readonly Dim[], total: Dim): boolean {
  const sum = sizes.reduce<Dim>((a, b) => add(a, b), 0);
  return typeof sum !== "number" || typeof total !== "number" || sum === total;
}

/** Number of pieces of `size` in an axis that may be unknown. */
export function pieceCount(total: Dim, size: Dim): Dim {
  if (total instanceof Unknown) return total;
  return typeof size === "number" ? pieces(total, size).length : size;
}
