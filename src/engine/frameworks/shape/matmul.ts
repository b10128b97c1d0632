/** Shape of matrix products: the last two axes are multiplied, the ones before broadcast. */
import type { Dim, Shape } from "../../interpret/values.ts";
import { broadcast, isMisfit, Misfit, showShape } from "./dims.ts";

/** A vector stands for one row (left) or one column (right), and that axis is dropped from the result. */
export function matmulShape(left: Shape, right: Shape): Shape | Misfit {
  const inner = left.at(-1);
  const rows = right.length > 1 ? right.at(-2) : right.at(-1);
  if (inner === undefined || rows === undefined) {
    return new Misfit(`cannot multiply ${showShape(left)} by ${showShape(right)}`);
  }
  if (!fits(inner, rows)) {
    return new Misfit(`cannot multiply ${showShape(left)} by ${showShape(right)}: ${inner} against ${rows}`);
  }
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  if (isMisfit(batch)) return batch;
  const result: Dim[] = [...batch];
  if (left.length > 1) result.push(left.at(-2)!);
  if (right.length > 1) result.push(right.at(-1)!);
  return result;
}

/** May two axes be summed over together? */
export function fits(a: Dim, b: Dim): boolean {
  return typeof a !== "number" || typeof b !== "number" || a === b;
}
