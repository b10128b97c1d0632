/** `jnp.sort`, `cumsum` and `concatenate`: they take all elements in a row where the axis is None. */
import { sum } from "../../../cost/lift.ts";
import { isUnknown } from "../../../interpret/values.ts";
import { numel } from "../../shape/dims.ts";
import { Args } from "../../torch/tensor/args.ts";
import { JOINS } from "../../torch/tensor/joins.ts";
import type { OpSpec } from "../../torch/tensor/op.ts";
import { REDUCTIONS } from "../../torch/tensor/reductions.ts";

/** Sorted along an axis, or all elements in a row where it is None. */
export const sorting = (dtype?: string): OpSpec => ({
  signature: "input, axis=-1, kind=None, ?order=None, *, stable=True, descending=False",
  rule: (a) => {
    const { shape } = a.tensor("input");
    const sorted = a.has("axis") || isUnknown(shape) ? shape : [numel(shape)];
    return { shape: sorted, ...(dtype === undefined ? {} : { dtype }) };
  },
});
/** Totals so far: along an axis, or over all elements in a row. */
export function running(name: "cumsum" | "cumprod"): OpSpec {
  const base = REDUCTIONS[name]!;
  return {
    ...base,
    signature: "input, dim=None, *, dtype=None",
    rule: (a) => {
      if (a.has("dim")) return base.rule(a);
      const shape = a.shape("input");
      const whole = new Args({ ...a.bound, dim: 0 }, a.kit, a.interp);
      return shape.length === 1 ? base.rule(whole) : { shape: [numel(shape)] };
    },
  };
}

/** Along an axis, or all elements one after the other. */
export const CONCATENATE: OpSpec = {
  ...JOINS.cat!,
  signature: "tensors, dim=0, dtype=None",
  rule: (a) => {
    if (a.bound.dim !== null) return JOINS.cat!.rule(a);
    const sizes = a.tensors("tensors").map((tensor) => numel(a.shapeOf(tensor)));
    return { shape: [sum(sizes)] };
  },
};
