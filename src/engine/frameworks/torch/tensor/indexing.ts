/**
 * Subscripts (`x[…]`, `x[…] = y`) and ops that pick or place elements by index.
 * https://docs.pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops
 */
import { BY_NAME } from "../../../interpret/trace.ts";
import {
  type Dim,
  Ellipsis,
  List,
  Range,
  type Shape,
  Slice,
  Tensor,
  Tuple,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { axisOf, broadcast, isKnown, isMisfit, Misfit, numel, showShape } from "../../shape/dims.ts";
import { type IndexItem, index } from "../../shape/index.ts";
import { contiguous, read, select, slice } from "../../shape/layout.ts";
import { stretch } from "../../shape/reduce.ts";
import { type Args, nestedNumbers, resultType } from "./args.ts";
import { combine } from "./elementwise.ts";
import type { Answer, OpSpec, OpTable } from "./op.ts";
import { dataReason } from "./reasons.ts";

/** A list that holds what no list of indices does, slices among them, is read as a tuple of as many subscripts. */
function partsOf(subscript: Value): readonly Value[] {
  if (subscript instanceof Tuple) return subscript.items;
  const isSubscripts =
    subscript instanceof List &&
    subscript.items.some((item) => item instanceof Slice || item instanceof Ellipsis || item === null);
  return isSubscripts ? subscript.items : [subscript];
}

/** The parts of a subscript; an Unknown when its form cannot be known. */
export function indexItems(a: Args, subscript: Value): readonly IndexItem[] | Unknown {
  const parts = partsOf(subscript);
  const items: IndexItem[] = [];
  if (typeof subscript === "string" && a.tensor("input").maker === "the input") {
    a.interp.gap(BY_NAME);
    return a.interp.unknown(BY_NAME);
  }
  for (const part of parts) {
    const item = indexItem(a, part);
    if (item instanceof Unknown) return item;
    items.push(item);
  }
  return items;
}

function indexItem(a: Args, part: Value): IndexItem | Unknown {
  if (part === null || part === true) return { kind: "newAxis" };
  if (part instanceof Ellipsis) return { kind: "ellipsis" };
  // It may be an integer, a mask or a list of indices: each gives another rank.
  if (part instanceof Unknown) return part;
  if (part instanceof Slice) {
    const step = bound(a, part.step) ?? 1;
    if (step instanceof Unknown) return step;
    return { kind: "slice", start: bound(a, part.start), stop: bound(a, part.stop), step };
  }
  if (part instanceof Tensor) return tensorItem(a, part);
  const number = toNumber(part);
  if (number !== undefined) return { kind: "at", index: Math.trunc(number) };
  const list = part instanceof Range ? a.interp.items(part) : part;
  const nested = nestedNumbers(a, Array.isArray(list) ? new List([...list]) : part);
  if (!nested) return a.interp.unknown("needs an index");
  if (nested.dtype !== "bool") return { kind: "gather", shape: nested.shape, data: nested.data };
  return maskItem(a, nested.shape, nested.data, "the mask");
}

function bound(a: Args, value: Value): Dim | undefined {
  return value === null || value === undefined ? undefined : a.toDim(value);
}

function tensorItem(a: Args, tensor: Tensor): IndexItem | Unknown {
  if (tensor.shape instanceof Unknown) return tensor.shape;
  const data = a.kit.dataOf(tensor);
  if (tensor.dtype === "bool") return maskItem(a, tensor.shape, data, tensor.maker ?? "the mask");
  if (tensor.shape.length === 0) {
    return { kind: "at", index: data?.[0] ?? a.interp.ofData("depends on the data of an index") };
  }
  return { kind: "gather", shape: tensor.shape, data };
}

function maskItem(a: Args, shape: Shape, data: readonly number[] | undefined, name: string): IndexItem {
  const count =
    data?.filter((x) => x !== 0).length ?? a.interp.counted(numel(shape), `depends on the data of ${name}`);
  return { kind: "mask", shape, count, data };
}

/** `x[subscript]`: a view for integers, slices and new axes, a copy for the rest; `forwards`: with no slice that runs backwards. */
export function getItem(viewing: boolean, forwards = false): OpSpec {
  return {
    signature: "input, subscript",
    view: viewing,
    indices: (a) => subscriptTensors(a.bound.subscript),
    rule: (a) => {
      const input = a.tensor("input");
      const wrong = subscriptTensors(a.bound.subscript).find(isNoIndex);
      if (wrong) return new Misfit(NO_INDEX);
      const items = indexItems(a, a.bound.subscript);
      if (items instanceof Unknown) return { shape: items };
      if (forwards && items.some((item) => item.kind === "slice" && item.step < 1))
        return new Misfit("a slice's step must be greater than zero");
      const shape = a.shapeOf(input);
      const data = a.data("input");
      if (!viewing || !data) return index(shape, items, data);
      const places = index(shape, items, [...data.keys()]);
      if (isMisfit(places)) return places;
      return { shape: places.shape, data: places.data?.map((at) => data[at]!), positions: places.data };
    },
  };
}

/** Arrays of whole numbers, or of truth values, in a subscript. */
function subscriptTensors(subscript: Value): readonly Tensor[] {
  const parts = partsOf(subscript);
  return parts.filter((part) => part instanceof Tensor);
}

/** The network's input as an index; other tensors may have been cast in ways that are not followed. */
export function isNoIndex({ maker, dtype, shape }: Tensor): boolean {
  return maker === "the input" && /^(b?float|complex)/.test(dtype) && !(shape instanceof Unknown);
}

export const NO_INDEX = "an index must be whole numbers or truth values, gets the input, which is not";

/** Is a subscript made of integers, slices and new axes alone? */
export function isView(subscript: Value): boolean {
  const parts = partsOf(subscript);
  return parts.every(
    (part) =>
      !(part instanceof List) && !(part instanceof Tuple) && !(part instanceof Tensor && notScalar(part)),
  );
}

function notScalar(tensor: Tensor): boolean {
  return tensor.dtype === "bool" || tensor.shape instanceof Unknown || tensor.shape.length > 0;
}

/** `x[subscript] = value`: the value must broadcast to the place; small known tensors are written element by element. */
export const SET_ITEM: OpSpec = {
  signature: "input, subscript, value",
  rule: (a) => {
    const input = a.tensor("input");
    const items = indexItems(a, a.bound.subscript);
    const value = a.operand("value");
    if (items instanceof Unknown || input.shape instanceof Unknown) return { shape: input.shape };
    const data = a.data("input");
    const place = index(input.shape, items, data && [...data.keys()]);
    if (isMisfit(place)) return new Misfit(place.message, input.shape);
    if (value.shape instanceof Unknown) return { shape: input.shape };
    const fitting = value.shape.slice(Math.max(0, value.shape.length - place.shape.length));
    const filled = broadcast(place.shape, fitting);
    const differs =
      isMisfit(filled) || (isKnown(filled) && isKnown(place.shape) && numel(filled) !== numel(place.shape));
    if (differs) {
      return new Misfit(
        `cannot put ${showShape(value.shape)} into a place of ${showShape(place.shape)}`,
        input.shape,
      );
    }
    if (!data || !place.data || !value.data || !isKnown(place.shape) || !isKnown(fitting))
      return { shape: input.shape };
    const values = stretch(value.data, fitting, place.shape);
    const written = [...data];
    for (const [i, at] of place.data.entries()) written[at] = values?.[i] ?? Number.NaN;
    return { shape: input.shape, data: values && written };
  },
};

interface OneAxis {
  readonly shape: Shape;
  readonly axis: number;
}

/** Some ops take a tensor without axes as one of a single element. */
function oneAxis(a: Args, scalars: "scalars too" | "no scalars" = "scalars too"): OneAxis | Misfit {
  const shape = a.shape("input");
  const axis = axisOf(a.int("dim"), scalars === "no scalars" ? shape.length : Math.max(shape.length, 1));
  return axis === undefined ? new Misfit(`${showShape(shape)} has no axis ${a.int("dim")}`) : { shape, axis };
}

/** `gather`, `take_along_dim`: the shape of the index. */
function gathered(name: string): OpSpec {
  return {
    signature: `input, ${name}, index, *, sparse_grad=False`,
    rule: (a) => {
      const { shape: from, dtype } = a.tensor("input");
      const { shape } = a.tensor("index");
      if (from instanceof Unknown || shape instanceof Unknown) return { shape, dtype };
      const axis = a.int(name);
      if (axisOf(axis, Math.max(from.length, 1)) === undefined)
        return new Misfit(`${showShape(from)} has no axis ${axis}`);
      if (Math.max(from.length, 1) !== Math.max(shape.length, 1))
        return new Misfit(`${showShape(from)} and the index ${showShape(shape)} have not as many axes`);
      return { shape, dtype };
    },
  };
}

const TAKE_ALONG: OpSpec = {
  signature: "input, indices, dim=None",
  rule: (a) => {
    const input = a.shape("input");
    const indices = a.shape("indices");
    if (!a.has("dim")) return { shape: [numel(indices)] };
    const at = axisOf(a.int("dim"), input.length);
    if (at === undefined) return new Misfit(`${showShape(input)} has no axis ${a.int("dim")}`);
    if (indices.length !== input.length)
      return new Misfit(`${showShape(input)} and the indices ${showShape(indices)} have not as many axes`);
    const shape = broadcast(input.with(at, 1), indices.with(at, 1));
    return isMisfit(shape) ? shape : { shape: shape.with(at, indices[at]!) };
  },
};

const INDEX_SELECT: OpSpec = {
  signature: "input, dim, index",
  indices: (a) => [a.tensor("index")],
  rule: (a) => {
    const found = oneAxis(a);
    if (isMisfit(found)) return found;
    const { shape, axis } = found;
    const positions = a.tensor("index");
    const size = numel(positions.shape);
    const items: IndexItem[] = new Array<IndexItem>(axis).fill({
      kind: "slice",
      start: undefined,
      stop: undefined,
      step: 1,
    });
    items.push({ kind: "gather", shape: [size], data: a.kit.dataOf(positions) });
    const made = shape.length === 0 ? { shape: [] } : index(shape, items, a.data("input"));
    return isMisfit(made) ? made : { shape: made.shape, data: "data" in made ? made.data : undefined };
  },
};

/** Writes that keep the shape of their first argument. */
function written(signature: string): OpSpec {
  return {
    signature,
    inPlace: true,
    rule: (a) => {
      const { shape } = a.tensor("input");
      if (shape instanceof Unknown || !a.has("dim")) return { shape };
      const axis = a.int("dim");
      if (axisOf(axis, Math.max(shape.length, 1)) === undefined)
        return new Misfit(`${showShape(shape)} has no axis ${axis}`, shape);
      return { shape };
    },
  };
}

const MASKED_FILL: OpSpec = {
  signature: "input, mask, value",
  inPlace: true,
  rule: (a) => {
    const operands = [a.operand("input"), a.operand("mask"), a.operand("value")];
    return combine(a, operands, operands[0]!.dtype, (x, mask, value) => (mask ? value! : x!));
  },
};

const WHERE: OpSpec = {
  signature: "condition, input=None, other=None",
  rule: (a) => {
    const condition = a.operand("condition");
    if (!a.has("input") && !a.has("other")) return positions(a, "condition", "tuple");
    const operands = [a.operand("input"), a.operand("other")];
    return combine(a, [condition, ...operands], resultType(operands), (c, x, y) => (c ? x! : y!));
  },
};

const NONZERO: OpSpec = {
  signature: "input, *, as_tuple=False",
  rule: (a) => positions(a, "input", a.flag("as_tuple") ? "tuple" : "matrix"),
};

/** Places of the elements that are not zero. */
function positions(a: Args, name: string, form: "tuple" | "matrix"): Answer {
  const shape = a.shape(name);
  const data = a.data(name);
  const found = data && [...data.keys()].filter((i) => data[i] !== 0);
  const count: Dim = found?.length ?? a.interp.counted(numel(shape), dataReason(a.tensor(name)));
  const strides = contiguous(shape).strides;
  const along = (axis: number): number[] | undefined =>
    found?.map((at) => Math.floor(at / strides[axis]!) % (shape[axis] as number));
  if (form === "tuple") {
    return {
      each: shape.map((_, axis) => ({ shape: [count], dtype: "int64", data: along(axis) })),
      pack: "tuple",
    };
  }
  const columns = shape.map((_, axis) => along(axis));
  const data2 = found?.flatMap((_, i) => columns.map((column) => column![i]!));
  return { shape: [count, shape.length], dtype: "int64", data: data2 };
}

function selected(a: Args): Answer {
  const found = oneAxis(a, "no scalars");
  if (isMisfit(found)) return found;
  const view = select(contiguous(found.shape), found.axis, a.dim("index"));
  const data = a.data("input");
  return isMisfit(view) ? view : { shape: view.shape, data: data && read(data, view) };
}

function narrowed(a: Args): Answer {
  const found = oneAxis(a, "no scalars");
  if (isMisfit(found)) return found;
  const { shape, axis } = found;
  if (shape.length === 0) return new Misfit("narrow() cannot be applied to a 0-dim tensor");
  const start = a.dim("start");
  const length = a.dim("length");
  const size = shape[axis];
  const first = typeof start === "number" && typeof size === "number" && start < 0 ? start + size : start;
  if (typeof first !== "number" || typeof length !== "number") return { shape: shape.with(axis, length) };
  if (typeof size === "number" && (first < 0 || first > size || first + length > size)) {
    return new Misfit(`cannot take ${length} elements from ${first} of axis ${axis} of ${showShape(shape)}`);
  }
  const view = slice(contiguous(shape), axis, first, first + length, 1);
  const data = a.data("input");
  return { shape: shape.with(axis, length), data: data && read(data, view) };
}

/** The mask and what it picks from are broadcast against each other. */
function maskedPlaces(a: Args): Shape | Unknown {
  const [input, mask] = [a.shape("input"), a.shape("mask")];
  const places = broadcast(input, mask);
  return isMisfit(places) ? input : places;
}

/** Names of both the module and the class. */
export const INDEXING: OpTable = {
  gather: gathered("dim"),
  take_along_dim: TAKE_ALONG,
  take: {
    signature: "input, index",
    rule: (a) => ({ dtype: a.tensor("input").dtype, shape: a.tensor("index").shape }),
  },
  index_select: INDEX_SELECT,
  select: { signature: "input, dim, index", view: true, rule: selected },
  narrow: { signature: "input, dim, start, length", view: true, rule: narrowed },
  masked_fill: MASKED_FILL,
  masked_select: {
    signature: "input, mask",
    rule: (a) => {
      const input = a.tensor("input");
      const mask = a.data("mask");
      const whole = mask && numel(input.shape) === mask.length;
      const count = whole
        ? mask.filter((x) => x !== 0).length
        : a.interp.counted(numel(maskedPlaces(a)), "depends on the data of the mask");
      return { shape: [count], dtype: input.dtype };
    },
  },
  masked_scatter: written("input, mask, source"),
  scatter: written("input, dim, index, src=None, *, value=None, reduce=None"),
  scatter_add: written("input, dim, index, src"),
  scatter_reduce: written("input, dim, index, src, reduce, *, include_self=True"),
  index_add: written("input, dim, index, source, *, alpha=1"),
  index_copy: written("input, dim, index, source"),
  index_fill: written("input, dim, index, value"),
  index_put: written("input, indices, values, accumulate=False"),
  index_reduce: written("input, dim, index, source, reduce, *, include_self=True"),
  slice_scatter: written("input, src, dim=0, start=None, end=None, step=1"),
  select_scatter: written("input, src, dim, index"),
  diagonal_scatter: written("input, src, offset=0, dim1=0, dim2=1"),
  nonzero: NONZERO,
  argwhere: { signature: "input", rule: (a) => positions(a, "input", "matrix") },
};

/** `torch.where`, whose first argument is the condition. */
export const WHERE_FUNCTION: OpTable = { where: WHERE };

/** `Tensor.where(condition, other)`. */
export const WHERE_METHOD: OpTable = {
  where: {
    signature: "input, condition, other",
    rule: (a) => {
      const operands = [a.operand("input"), a.operand("other")];
      return combine(a, [a.operand("condition"), ...operands], resultType(operands), (c, x, y) =>
        c ? x! : y!,
      );
    },
  },
};
