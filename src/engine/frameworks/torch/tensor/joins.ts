/**
 * Joining tensors and taking them apart.
 * https://docs.pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops
 */

import { entryOf } from "../../../base/table.ts";
import { type Dim, type Shape, Tensor, Unknown } from "../../../interpret/values.ts";
import {
  axisOf,
  broadcast,
  isKnown,
  isMisfit,
  MAX_DATA,
  Misfit,
  numel,
  showShape,
} from "../../shape/dims.ts";
import {
  addUp,
  chunks,
  concatenate,
  concatenateData,
  evenParts,
  partsAt,
  pieces,
  stack,
} from "../../shape/join.ts";
import { contiguous, expand, type Layout, read, select, slice } from "../../shape/layout.ts";
import type { Args } from "./args.ts";
import { promoteTypes } from "./dtypes.ts";
import type { Answer, Made, OpSpec, OpTable } from "./op.ts";

interface Part {
  readonly shape: Shape;
  readonly data: readonly number[] | undefined;
}

/** Tensors laid end to end. As in torch, an empty list of no elements is left out. */
function join(a: Args, parts: readonly (Part & { readonly dtype: string })[], axis: number): Answer {
  const kept = parts.filter((part) => !(part.shape.length === 1 && part.shape[0] === 0));
  const used = kept.length > 0 ? kept : parts;
  const shape = concatenate(
    used.map((part) => part.shape),
    axis,
  );
  if (isMisfit(shape)) return new Misfit(shape.message, guessJoin(used, axis));
  const dtype = parts.map((part) => part.dtype).reduce(promoteTypes);
  const known = used.flatMap(({ shape: own, data }) => (data && isKnown(own) ? [{ shape: own, data }] : []));
  const small = known.length === used.length && !a.unknown && Number(numel(shape)) <= MAX_DATA;
  return { shape, dtype, data: small ? concatenateData(known, axisOf(axis, shape.length)!) : undefined };
}

/** What the join likely should be: the first tensor's axes, with the sizes along `axis` summed. */
function guessJoin(parts: readonly Part[], axis: number): Shape | undefined {
  const first = parts[0]!.shape;
  const at = axisOf(axis, first.length);
  if (at === undefined || parts.some((part) => part.shape.length !== first.length)) return undefined;
  const total = concatenate(
    parts.map((part) => [part.shape[at]!]),
    0,
  );
  return isMisfit(total) ? undefined : first.with(at, total[0]!);
}

function partsOf(a: Args): readonly (Part & { readonly dtype: string })[] {
  return a.tensors("tensors").map((tensor) => ({
    shape: a.shapeOf(tensor),
    data: a.kit.dataOf(tensor),
    dtype: tensor.dtype,
  }));
}

const CAT: OpSpec = {
  signature: "tensors, dim=0",
  rule: (a) => {
    const parts = partsOf(a);
    if (parts.length === 0) return empty(a);
    return a.unknown ? { shape: a.unknown } : join(a, parts, a.int("dim"));
  },
};

function empty(a: Args): Answer {
  return a.unknown ? { shape: a.unknown } : new Misfit("needs at least one tensor");
}

function stackOf(a: Args, axis: number): Answer {
  const parts = partsOf(a);
  if (parts.length === 0) return empty(a);
  const shape = stack(
    parts.map((part) => part.shape),
    axis,
  );
  if (a.unknown || isMisfit(shape)) return isMisfit(shape) ? shape : { shape };
  const at = axisOf(axis, shape.length)!;
  const grown = parts.map((part) => ({ ...part, shape: part.shape.toSpliced(at, 0, 1) }));
  const joined = join(a, grown, at);
  return isMisfit(joined) || joined instanceof Unknown || !("shape" in joined)
    ? joined
    : { ...joined, shape };
}

/** `hstack`, `vstack`, `dstack`: tensors grown to a rank, joined along an axis. */
function stacker(grow: (shape: Shape) => Shape, axis: (rank: number) => number): OpSpec {
  return {
    signature: "tensors",
    rule: (a) => {
      const parts = partsOf(a).map((part) => ({ ...part, shape: grow(part.shape) }));
      return parts.length === 0 ? empty(a) : join(a, parts, axis(parts[0]!.shape.length));
    },
  };
}

const rank1 = (shape: Shape): Shape => (shape.length === 0 ? [1] : shape);
const rank2 = (shape: Shape): Shape => (shape.length < 2 ? [1, ...rank1(shape)] : shape);
const column = (shape: Shape): Shape => (shape.length < 2 ? [...rank1(shape), 1] : shape);
const rank3 = (shape: Shape): Shape => (shape.length < 3 ? [...rank2(shape), 1] : shape);
const VSTACK = stacker(rank2, () => 0);

/** Cuts one axis into views of these sizes. */
function cut(a: Args, axis: number, sizes: readonly Dim[], pack: "tuple" | "list" = "tuple"): Answer {
  const view = a.layout("input");
  const at = axisOf(axis, view.shape.length);
  if (at === undefined) return new Misfit(`${showShape(view.shape)} has no axis ${axis}`);
  const data = a.data("input");
  let start: Dim = 0;
  const each: Made[] = [];
  for (const size of sizes) {
    const stop: Dim = typeof start === "number" && typeof size === "number" ? start + size : Number.NaN;
    const piece: Layout = Number.isNaN(stop)
      ? { shape: view.shape.with(at, size), strides: view.strides, offset: Number.NaN }
      : slice(view, at, start, stop, 1);
    each.push({ shape: view.shape.with(at, size), data: data && read(data, piece) });
    start = stop;
  }
  return { each, pack };
}

function sizeAt(a: Args, axis: number): Dim | Misfit {
  const shape = a.shape("input");
  const size = shape.at(axis);
  if (size !== undefined && axisOf(axis, shape.length) !== undefined) return size;
  return a.unknown ?? new Misfit(`${showShape(shape)} has no axis ${axis}`);
}

/** `split`, whose sizes are in the argument `name`: one for all parts, or one of each. */
function splitBy(a: Args, name: "split_size" | "split_size_or_sections"): Answer {
  const axis = a.int("dim");
  const value = entryOf(a.bound, name);
  if (typeof value !== "number" && !(value instanceof Unknown) && !(value instanceof Tensor)) {
    return splitInto(a, axis, a.dims(name));
  }
  const total = sizeAt(a, axis);
  const size = a.dim(name);
  if (isMisfit(total) || total instanceof Unknown) return total;
  if (size instanceof Unknown) return size;
  return tooMany(a, total / size) ?? cut(a, axis, pieces(total, size));
}

function tooMany(a: Args, parts: number): Unknown | undefined {
  return a.interp.allows(Math.ceil(parts)) ? undefined : a.interp.unknown("has too many parts");
}

function splitInto(a: Args, axis: number, sizes: readonly Dim[]): Answer {
  const total = sizeAt(a, axis);
  if (isMisfit(total)) return total;
  if (!addUp(sizes, total)) {
    return new Misfit(
      `cannot split ${showDim(total)} along axis ${axis} of ${showShape(a.shape("input"))} into ${sizes.map(showDim).join(" + ")}`,
    );
  }
  return cut(a, axis, sizes);
}

function showDim(dim: Dim): string {
  return typeof dim === "number" ? String(dim) : "?";
}

function parts(a: Args, axis: number, sizes: (total: number) => readonly number[]): Answer {
  const total = sizeAt(a, axis);
  if (isMisfit(total)) return total;
  return total instanceof Unknown ? total : cut(a, axis, sizes(total));
}

/** As many pieces as asked for, even when the size of the axis is unknown. */
function chunk(a: Args): Answer {
  const axis = a.int("dim");
  const count = a.dim("chunks");
  const total = sizeAt(a, axis);
  if (isMisfit(total)) return total;
  if (count instanceof Unknown) return count;
  const excess = tooMany(a, count);
  if (excess) return excess;
  if (total instanceof Unknown) {
    return a.unknown ?? cut(a, axis, new Array<Dim>(count).fill(total));
  }
  return cut(a, axis, chunks(total, count));
}

function tensorSplit(axisOfShape: (a: Args) => number): OpSpec {
  return {
    signature: "input, indices_or_sections, dim=0",
    view: true,
    rule: (a) => {
      const axis = axisOfShape(a);
      if (typeof a.bound.indices_or_sections === "number") {
        const count = a.int("indices_or_sections");
        return tooMany(a, count) ?? parts(a, axis, (total) => evenParts(total, count));
      }
      const indices = a.ints("indices_or_sections");
      return parts(a, axis, (total) => partsAt(total, indices));
    },
  };
}

function unbind(a: Args): Answer {
  const axis = a.int("dim");
  const total = sizeAt(a, axis);
  if (isMisfit(total)) return total;
  if (total instanceof Unknown) return total;
  if (!a.interp.allows(total)) return a.interp.unknown("has too many elements");
  const view = a.layout("input");
  const data = a.data("input");
  const at = axisOf(axis, view.shape.length)!;
  const each = Array.from({ length: total }, (_, i): Made => {
    const piece = select(view, at, i);
    return isMisfit(piece) ? { shape: [] } : { shape: piece.shape, data: data && read(data, piece) };
  });
  return { each, pack: "tuple" };
}

function meshgrid(a: Args): Answer {
  const axes = a.tensors("tensors").map((tensor) => ({ tensor, size: numel(a.shapeOf(tensor)) }));
  const xy = a.text("indexing") === "xy" && axes.length > 1;
  const order = axes.map((_, i) => (xy && i < 2 ? 1 - i : i));
  const shape = order.map((i) => axes[i]!.size);
  const each = axes.map(({ tensor }, i): Made => {
    const data = a.kit.dataOf(tensor);
    const own = shape.map((_, axis) => (order[axis] === i ? shape[axis]! : 1));
    const view = expand(contiguous(own), shape);
    return { shape, dtype: tensor.dtype, data: data && !isMisfit(view) ? read(data, view) : undefined };
  });
  return a.unknown ?? { each, pack: "tuple" };
}

function broadcastAll(a: Args): Answer {
  const tensors = a.tensors("tensors");
  const shape = broadcast(...tensors.map((tensor) => a.shapeOf(tensor)));
  if (isMisfit(shape)) return shape;
  return { each: tensors.map((tensor) => ({ shape, dtype: tensor.dtype })), pack: "tuple" };
}

/** Names of the module alone. */
export const JOINS: OpTable = {
  cat: CAT,
  concat: CAT,
  concatenate: CAT,
  stack: { signature: "tensors, dim=0", rule: (a) => stackOf(a, a.int("dim")) },
  hstack: stacker(rank1, (rank) => (rank === 1 ? 0 : 1)),
  vstack: VSTACK,
  row_stack: VSTACK,
  dstack: stacker(rank3, () => 2),
  column_stack: stacker(column, () => 1),
  meshgrid: { signature: "*tensors, indexing='ij'", view: true, rule: meshgrid },
  broadcast_tensors: { signature: "*tensors", view: true, rule: broadcastAll },
  cartesian_prod: {
    signature: "*tensors",
    rule: (a) => {
      const shapes = a.tensors("tensors").map((tensor) => a.shapeOf(tensor));
      const rows = numel(shapes.flat());
      return { shape: shapes.length === 1 ? [rows] : [rows, shapes.length] };
    },
  },
  block_diag: {
    signature: "*tensors",
    rule: (a) => {
      const shapes = a.tensors("tensors").map((tensor) => rank2(a.shapeOf(tensor)));
      const sizes = [0, 1].map((axis) =>
        concatenate(
          shapes.map((shape) => [shape[axis]!]),
          0,
        ),
      );
      return { shape: sizes.map((size) => (isMisfit(size) ? 0 : size[0]!)) };
    },
  },
  combinations: {
    signature: "input, r=2, with_replacement=False",
    rule: (a) => {
      const size = numel(a.shape("input"));
      const count = a.int("r");
      if (typeof size !== "number") return { shape: [size, count] };
      const pool = a.flag("with_replacement") ? size + count - 1 : size;
      let rows = 1;
      for (let i = 0; i < count; i++) rows = (rows * (pool - i)) / (i + 1);
      return { shape: [Math.max(0, Math.round(rows)), count] };
    },
  },
};

/** The method calls the sizes by another name than the function. */
export const SPLIT_METHOD: OpTable = {
  split: {
    signature: "input, split_size, dim=0",
    view: true,
    rule: (a) => splitBy(a, "split_size"),
  },
};

/** Names of both the module and the class. */
export const SPLITS: OpTable = {
  split: {
    signature: "input, split_size_or_sections, dim=0",
    view: true,
    rule: (a) => splitBy(a, "split_size_or_sections"),
  },
  split_with_sizes: {
    signature: "input, split_sizes, dim=0",
    view: true,
    rule: (a) => splitInto(a, a.int("dim"), a.dims("split_sizes")),
  },
  chunk: { signature: "input, chunks, dim=0", view: true, rule: chunk },
  unsafe_chunk: { signature: "input, chunks, dim=0", view: true, rule: chunk },
  tensor_split: tensorSplit((a) => a.int("dim")),
  hsplit: tensorSplit((a) => (a.shape("input").length === 1 ? 0 : 1)),
  vsplit: tensorSplit(() => 0),
  dsplit: tensorSplit(() => 2),
  unbind: { signature: "input, dim=0", view: true, rule: unbind },
};
