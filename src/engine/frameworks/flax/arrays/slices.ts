/**
 * `jax.lax`: slices whose place is data, counters, order and choice. Only sizes tell their shapes.
 * https://docs.jax.dev/en/latest/jax.lax.html#operators
 */
import type { Bound } from "../../../interpret/native.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  type Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { showShape, sizedAlong } from "../../shape/dims.ts";
import type { Run } from "../layers/run.ts";

type Rule = (run: Run, a: Bound) => Value;

function dims(run: Run, value: Value): Shape | Unknown {
  return toItems(value)?.map(toDim) ?? (isUnknown(value) ? value : run.interp.unknown("sizes of a slice"));
}

/** The operand with another shape. */
function reshaped(change: (shape: Shape, a: Bound, run: Run) => Shape | Unknown, dtype?: string): Rule {
  return (run, a) => {
    const input = run.tensor(a.operand);
    const { shape } = input;
    return run.emit({
      inputs: [input],
      shape: isUnknown(shape) ? shape : change(shape, a, run),
      dtype: dtype ?? input.dtype,
    });
  };
}

function along(size: (a: Bound, whole: Dim) => Dim): (shape: Shape, a: Bound) => Shape | Unknown {
  return (shape, a) => {
    const axis = toDim(a.axis);
    return typeof axis === "number" ? sizedAlong(shape, axis, size(a, shape.at(axis) ?? 1)) : axis;
  };
}

/** One element of an axis, which is left out with `keepdims=False`. */
const oneOf = reshaped((shape, a) => {
  const one = along(() => 1)(shape, a);
  return a.keepdims === false && !isUnknown(one) ? one.toSpliced(Number(a.axis), 1) : one;
});

function steps(start: Value, limit: Value, stride: Value): Dim {
  const [from, to, by] = [toDim(start), toDim(limit), stride === null ? 1 : toDim(stride)];
  if (typeof from !== "number") return from;
  if (typeof to !== "number") return to;
  return typeof by === "number" ? Math.max(0, Math.ceil((to - from) / by)) : by;
}

/** A place and a size for each axis, and no larger one than the axis. */
function sliced(run: Run, shape: Shape, a: Bound): Shape | Unknown {
  const sizes = dims(run, a.slice_sizes);
  const places = toItems(a.start_indices)?.length ?? shape.length;
  if (isUnknown(sizes)) return sizes;
  const isFitting =
    places === shape.length &&
    sizes.length === shape.length &&
    sizes.every((size, axis) => {
      const whole = shape[axis];
      return typeof size !== "number" || typeof whole !== "number" || size <= whole;
    });
  if (!isFitting) run.problem(`cannot cut ${showShape(sizes)} out of ${showShape(shape)}`);
  return sizes;
}

const kept = reshaped((shape) => shape);

function counter(run: Run, shape: Shape | Unknown, dtype: Value): Tensor {
  return run.make(shape, run.kit.dtypeName(dtype) ?? "int32");
}

export const SLICES: Readonly<Record<string, readonly [string, Rule]>> = {
  dynamic_slice: [
    "operand, start_indices, slice_sizes, *, allow_negative_indices=True",
    reshaped((shape, a, run) => sliced(run, shape, a)),
  ],
  dynamic_slice_in_dim: [
    "operand, start_index, slice_size, axis=0, *, allow_negative_indices=True",
    reshaped(along((a) => toDim(a.slice_size))),
  ],
  dynamic_index_in_dim: ["operand, index, axis=0, keepdims=True, *, allow_negative_indices=True", oneOf],
  index_in_dim: ["operand, index, axis=0, keepdims=True", oneOf],
  dynamic_update_slice: ["operand, update, start_indices, *, allow_negative_indices=True", kept],
  dynamic_update_slice_in_dim: ["operand, update, start_index, axis, *, allow_negative_indices=True", kept],
  dynamic_update_index_in_dim: ["operand, update, index, axis, *, allow_negative_indices=True", kept],
  slice: [
    "operand, start_indices, limit_indices, strides=None",
    reshaped((shape, a) => {
      const [from, to, by] = [a.start_indices, a.limit_indices, a.strides].map((value) =>
        toItems(value ?? null),
      );
      return shape.map((_, i) => steps(from?.[i] ?? 0, to?.[i] ?? 0, by?.[i] ?? null));
    }),
  ],
  slice_in_dim: [
    "operand, start_index, limit_index, stride=1, axis=0",
    reshaped(along((a, whole) => steps(a.start_index ?? 0, a.limit_index ?? whole, a.stride))),
  ],
  rev: ["operand, dimensions", kept],
  sort: ["operand, dimension=-1, is_stable=True, num_keys=1", kept],
  clamp: ["min, x, max", (run, a) => kept(run, { operand: a.x })],
  broadcast: [
    "operand, sizes, *, out_sharding=None",
    reshaped((shape, a, run) => {
      const more = dims(run, a.sizes);
      return isUnknown(more) ? more : [...more, ...shape];
    }),
  ],
  broadcast_in_dim: [
    "operand, shape, broadcast_dimensions, *, out_sharding=None",
    reshaped((_, a, run) => dims(run, a.shape)),
  ],
  select_n: ["which, *cases", (run, a) => run.tensor(toItems(a.cases)?.[0] ?? null)],
  iota: ["dtype, size", (run, a) => counter(run, [toDim(a.size)], a.dtype)],
  broadcasted_iota: [
    "dtype, shape, dimension, *, out_sharding=None",
    (run, a) => counter(run, dims(run, a.shape), a.dtype),
  ],
  axis_index: ["axis_name", (run) => run.make([], "int32")],
  top_k: [
    "operand, k, *, ?axis=-1",
    (run, a) => {
      const values = reshaped((shape) => [...shape.slice(0, -1), toDim(a.k)])(run, a) as Tensor;
      return new Tuple([values, run.make(values.shape, "int32")]);
    },
  ],
};
