/**
 * Views and other rearrangements of one tensor: the elements stay, their places change.
 * https://docs.pytorch.org/docs/stable/tensor_view.html
 */

import { entryOf } from "../../../base/table.ts";
import { type Shape, Tensor, Tuple } from "../../../interpret/values.ts";
import {
  axesMisfit,
  axisOf,
  flatten,
  isKnown,
  isMisfit,
  Misfit,
  numel,
  reshape,
  showShape,
  unflatten,
} from "../../shape/dims.ts";
import {
  diagonal,
  expand,
  flip,
  insertAxis,
  type Layout,
  moveAxes,
  permute,
  read,
  squeeze,
  swap,
  tile,
  tileData,
  unfold,
} from "../../shape/layout.ts";
import { mapLanes } from "../../shape/reduce.ts";
import type { Args } from "./args.ts";
import { complexOf, DTYPES, dtypeName, realOf } from "./dtypes.ts";
import type { Answer, OpSpec, OpTable } from "./op.ts";

/** A view by strides. */
function strided(signature: string, change: (view: Layout, a: Args) => Layout | Misfit): OpSpec {
  return {
    signature,
    view: true,
    inPlace: true,
    rule: (a) => {
      const view = change(a.layout("input"), a);
      if (isMisfit(view)) return view;
      const data = a.data("input");
      return { shape: view.shape, data: data && read(data, view), axes: orderOf(a.layout("input"), view) };
    },
  };
}

/** The input's axes in the order of the view's, told by their strides; undefined when it does more than order them. */
function orderOf(input: Layout, view: Layout): readonly number[] | undefined {
  if (input.shape.length !== view.shape.length || view.offset !== input.offset) return undefined;
  const left = input.shape.map((size, axis) => ({ axis, size, stride: input.strides[axis] }));
  const order = view.shape.map((size, axis) => {
    const at = left.findIndex(
      (one) => one.size === size && (one.stride === view.strides[axis] || size === 1),
    );
    return at < 0 ? undefined : left.splice(at, 1)[0]?.axis;
  });
  return order.every((axis) => axis !== undefined) ? order : undefined;
}

/** A view that keeps the order of the elements. */
function reshaped(signature: string, change: (shape: Shape, a: Args) => Shape | Misfit): OpSpec {
  return {
    signature,
    view: true,
    inPlace: true,
    rule: (a) => {
      const shape = change(a.shape("input"), a);
      return isMisfit(shape) ? shape : { shape, data: a.data("input") };
    },
  };
}

/** The tensor itself, or a copy of it. */
function identity(signature: string, view: boolean): OpSpec {
  return {
    signature,
    view,
    rule: (a) => ({ shape: a.tensor("input").shape, data: a.data("input") }),
  };
}

/** `view`, `reshape`: sizes, a dtype, or (for `view`) nothing known of the input but its name. */
function toShape(a: Args): Answer {
  const input = a.tensor("input");
  const sizes = a.bound.shape;
  const dtype = sizes instanceof Tuple ? dtypeName(sizes.items[0]) : undefined;
  if (dtype !== undefined) return viewDtype(a.shapeOf(input), input.dtype, dtype);
  const shape = reshape(input.shape, a.dims("shape"));
  return isMisfit(shape) ? shape : { shape, data: a.data("input") };
}

function viewDtype(shape: Shape, from: string, to: string): Answer {
  const last = shape.at(-1);
  const factor = (entryOf(DTYPES, from)?.bytes ?? 4) / (entryOf(DTYPES, to)?.bytes ?? 4);
  if (factor === 1 || typeof last !== "number") return { shape, dtype: to };
  return { shape: shape.with(-1, last * factor), dtype: to };
}

const RESHAPE: OpSpec = { signature: "input, *shape", view: true, rule: toShape };
const FLIP_AXES: Readonly<Record<string, readonly number[]>> = { fliplr: [1], flipud: [0] };

function flipped(signature: string, axes: (a: Args) => readonly number[]): OpSpec {
  return { ...strided(signature, (view, a) => flip(view, axes(a))), view: false, inPlace: false };
}

/** `x.T` of `torch.t`: at most two axes. */
function transposed(view: Layout): Layout | Misfit {
  if (view.shape.length > 2) return new Misfit(`t needs at most 2 axes, gets ${showShape(view.shape)}`);
  return view.shape.length < 2 ? view : swap(view, 0, 1);
}

function atLeast(rank: number): OpSpec {
  const grow = (shape: Shape): Shape => {
    if (shape.length >= rank) return shape;
    if (rank === 1) return [1];
    if (rank === 2) return [1, shape[0] ?? 1];
    if (shape.length === 2) return [...shape, 1];
    return [1, shape[0] ?? 1, 1];
  };
  return {
    signature: "*tensors",
    view: true,
    rule: (a) => {
      const each = a
        .tensors("tensors")
        .map((tensor) => ({ shape: grow(a.shapeOf(tensor)), data: a.kit.dataOf(tensor) }));
      return each.length === 1 ? each[0]! : { each, pack: "tuple" };
    },
  };
}

const MOVE: OpSpec = strided("input, source, destination", (view, a) =>
  moveAxes(view, a.ints("source"), a.ints("destination")),
);
const SWAP: OpSpec = strided("input, dim0, dim1", (view, a) => swap(view, a.int("dim0"), a.int("dim1")));

function repeat(a: Args): Answer {
  const shape = a.shape("input");
  const counts = a.dims("repeats");
  const result = tile(shape, counts);
  if (isMisfit(result)) return result;
  const data = a.data("input");
  const small = data && isKnown(shape) && isKnown(counts) && (numel(result) as number) <= 4096;
  return { shape: result, data: small ? tileData(data, shape, counts) : undefined };
}

/** `repeat_interleave`: each element several times, along one axis or of the flattened tensor. */
function repeatEach(a: Args): Answer {
  const shape = a.has("dim") ? a.shape("input") : [numel(a.shape("input"))];
  const axis = a.has("dim") ? a.int("dim") : 0;
  const size = shape.at(axis);
  if (size === undefined) return new Misfit(`${showShape(shape)} has no axis ${axis}`);
  const counts = a.bound.repeats instanceof Tensor ? a.kit.dataOf(a.bound.repeats) : undefined;
  const total = counts && counts.length > 1 ? counts.reduce((x, y) => x + y, 0) : undefined;
  const count =
    a.bound.repeats instanceof Tensor && !counts
      ? a.interp.ofData("depends on the data of repeats")
      : a.dim("repeats");
  // The program may say how much they come to: JAX cuts or fills up to that, torch refuses any other number.
  const said = a.has("output_size") ? a.dim("output_size") : undefined;
  const result = said ?? total ?? tile([size], [count]);
  if (isMisfit(result)) return result;
  const grown = shape.with(axis, Array.isArray(result) ? result[0]! : result);
  const data = a.data("input");
  const each = counts && counts.length > 1 ? counts : undefined;
  const known =
    data &&
    said === undefined &&
    isKnown(shape) &&
    typeof count === "number" &&
    isKnown(grown) &&
    (numel(grown) as number) <= 4096;
  return {
    shape: grown,
    data: known
      ? mapLanes(data, shape, axis < 0 ? axis + shape.length : axis, (lane) =>
          lane.flatMap((x, i) => new Array<number>(each?.[i] ?? count).fill(x)),
        )
      : undefined,
  };
}

function roll(a: Args): Answer {
  const shape = a.shape("input");
  const shifts = a.dims("shifts");
  const axes = a.axes("dims");
  let data = a.data("input");
  const wrong = axes.find((axis) => axisOf(axis, shape.length) === undefined);
  if (wrong !== undefined) return axesMisfit(`${showShape(shape)} has no axis ${wrong}`);
  if (!isKnown(shape) || !isKnown(shifts)) return { shape };
  const rotate = (shift: number) => (lane: readonly number[]) =>
    lane.map((_, i) => lane[(((i - shift) % lane.length) + lane.length) % lane.length]!);
  if (axes.length === 0) data = data && rotate(shifts[0] ?? 0)(data);
  for (const [i, axis] of axes.entries()) {
    const at = axis < 0 ? axis + shape.length : axis;
    data = data && mapLanes(data, shape, at, rotate(shifts[i] ?? 0));
  }
  return { shape, data };
}

/** Complex numbers as pairs of real ones and back; a part of a complex number. */
const COMPLEX: OpTable = {
  view_as_real: {
    signature: "input",
    view: true,
    rule: (a) => ({ shape: [...a.shape("input"), 2], dtype: realOf(a.tensor("input").dtype) }),
  },
  view_as_complex: {
    signature: "input",
    view: true,
    rule: (a) => {
      const shape = a.shape("input");
      if (shape.at(-1) !== 2)
        return new Misfit(`view_as_complex needs a last axis of 2, gets ${showShape(shape)}`);
      return { shape: shape.slice(0, -1), dtype: complexOf(a.tensor("input").dtype) };
    },
  },
  real: { signature: "input", view: true, rule: part },
  imag: { signature: "input", view: true, rule: part },
};

function part(a: Args): Answer {
  const input = a.tensor("input");
  return { shape: input.shape, dtype: realOf(input.dtype) };
}

/** Names of both the module and the class. */
export const VIEWS: OpTable = {
  ...COMPLEX,
  reshape: RESHAPE,
  flatten: reshaped("input, start_dim=0, end_dim=-1", (shape, a) =>
    flatten(shape, a.int("start_dim"), a.int("end_dim")),
  ),
  ravel: reshaped("input", (shape) => [numel(shape)]),
  unflatten: reshaped("input, dim, sizes", (shape, a) => unflatten(shape, a.int("dim"), a.dims("sizes"))),
  permute: strided("input, *dims", (view, a) => permute(view, a.ints("dims"))),
  transpose: SWAP,
  swapaxes: SWAP,
  swapdims: SWAP,
  movedim: MOVE,
  moveaxis: MOVE,
  t: strided("input", transposed),
  adjoint: strided("input", (view) => swap(view, -2, -1)),
  squeeze: strided("input, dim=None", (view, a) => squeeze(view, a.has("dim") ? a.ints("dim") : undefined)),
  unsqueeze: strided("input, dim", (view, a) => insertAxis(view, a.int("dim"))),
  diagonal: strided("input, offset=0, dim1=0, dim2=1", (view, a) =>
    diagonal(view, a.int("offset"), a.int("dim1"), a.int("dim2")),
  ),
  broadcast_to: strided("input, size", (view, a) => expand(view, a.dims("size"))),
  flip: flipped("input, *dims", (a) => a.ints("dims")),
  fliplr: flipped("input", () => FLIP_AXES.fliplr!),
  flipud: flipped("input", () => FLIP_AXES.flipud!),
  rot90: {
    signature: "input, k=1, dims=(0, 1)",
    rule: (a) => {
      const [first = 0, second = 1] = a.ints("dims");
      const turned = a.int("k") % 2 === 0 ? a.layout("input") : swap(a.layout("input"), first, second);
      return isMisfit(turned) ? turned : { shape: turned.shape };
    },
  },
  tile: {
    signature: "input, *dims",
    rule: (a) => {
      const shape = a.shape("input");
      const counts = a.dims("dims");
      const result = tile(shape, [
        ...new Array<number>(Math.max(0, shape.length - counts.length)).fill(1),
        ...counts,
      ]);
      return isMisfit(result) ? result : { shape: result };
    },
  },
  repeat_interleave: { signature: "input, repeats, dim=None, *, output_size=None", rule: repeatEach },
  roll: { signature: "input, shifts, dims=None", rule: roll },
  clone: identity("input", false),
  detach: { ...identity("input", true), inPlace: true },
  conj: identity("input", true),
  resolve_conj: identity("input", true),
  resolve_neg: identity("input", true),
  as_strided: {
    signature: "input, size, stride, storage_offset=None",
    view: true,
    rule: (a) => {
      const input = a.data("input");
      const shape = a.dims("size");
      const view = { shape, strides: a.ints("stride"), offset: a.number("storage_offset") ?? 0 };
      if (view.strides.length !== shape.length)
        return new Misfit(`as_strided has ${view.strides.length} strides for ${shape.length} axes`);
      a.tensor("input");
      return { shape, data: input && read(input, view) };
    },
  },
  atleast_1d: atLeast(1),
  atleast_2d: atLeast(2),
  atleast_3d: atLeast(3),
};

/** Names of the class alone. */
export const VIEW_METHODS: OpTable = {
  view: RESHAPE,
  view_as: reshaped("input, other", (shape, a) => reshape(shape, a.shape("other"))),
  reshape_as: reshaped("input, other", (shape, a) => reshape(shape, a.shape("other"))),
  expand: strided("input, *size", (view, a) => expand(view, a.dims("size"))),
  expand_as: strided("input, other", (view, a) => expand(view, a.shape("other"))),
  unfold: strided("input, dimension, size, step", (view, a) =>
    unfold(view, a.int("dimension"), a.int("size"), a.int("step")),
  ),
  repeat: { signature: "input, *repeats", rule: repeat },
  contiguous: identity("input", true),
  resize: {
    signature: "input, *sizes",
    inPlace: true,
    view: true,
    rule: (a) => ({ shape: a.dims("sizes"), dtype: a.tensor("input").dtype }),
  },
  resize_as: {
    signature: "input, other",
    inPlace: true,
    view: true,
    rule: (a) => ({ shape: a.shape("other"), dtype: a.tensor("input").dtype }),
  },
};

/** Views that are read as attributes. */
export const VIEW_PROPERTIES: OpTable = {
  T: strided("input", (view) => permute(view, view.shape.map((_, axis) => axis).reverse())),
  mT: strided("input", (view) => swap(view, -2, -1)),
  H: strided("input", transposed),
  mH: strided("input", (view) => swap(view, -2, -1)),
  real: COMPLEX.real!,
  imag: COMPLEX.imag!,
};
