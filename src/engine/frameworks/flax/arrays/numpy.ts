import { entryOf } from "../../../base/table.ts";
import { product } from "../../../cost/lift.ts";
import type { Count } from "../../../interpret/trace.ts";
import { isUnknown, Tensor, Tuple, toItems, toNumber, Unknown } from "../../../interpret/values.ts";
import { axisOf, broadcast, isMisfit, Misfit, numel, reshape, showShape } from "../../shape/dims.ts";
import { type IndexItem, index } from "../../shape/index.ts";
import { expand, flip, insertAxis, type Layout, permute, read } from "../../shape/layout.ts";
import type { Args } from "../../torch/tensor/args.ts";
import { CONTRACTION_FUNCTIONS, CONTRACTIONS } from "../../torch/tensor/contractions.ts";
import { CREATION } from "../../torch/tensor/creation.ts";
import { categoryOf } from "../../torch/tensor/dtypes.ts";
import { ELEMENTWISE } from "../../torch/tensor/elementwise.ts";
import { filled, TRIANGLES } from "../../torch/tensor/fills.ts";
import { INDEXING, isNoIndex, NO_INDEX, WHERE_FUNCTION } from "../../torch/tensor/indexing.ts";
import { JOINS, SPLITS } from "../../torch/tensor/joins.ts";
import type { Answer, OpSpec, OpTable } from "../../torch/tensor/op.ts";
import { REDUCTIONS } from "../../torch/tensor/reductions.ts";
import { VIEWS } from "../../torch/tensor/views.ts";
import { blurred } from "./activations.ts";
import { arange, linspace, spaced } from "./ranges.ts";
import { CONCATENATE, running, sorting } from "./rows.ts";

export type Renames = Readonly<Record<string, string>>;
export type NumpyEntry = OpSpec | readonly [OpSpec, Renames];
export type NumpyTable = Readonly<Record<string, NumpyEntry>>;

const SHARED: OpTable = {
  ...ELEMENTWISE,
  ...VIEWS,
  ...REDUCTIONS,
  ...SPLITS,
  ...CONTRACTIONS,
  ...INDEXING,
  ...TRIANGLES,
  ...JOINS,
  ...CONTRACTION_FUNCTIONS,
  ...WHERE_FUNCTION,
};

const MATMUL = CONTRACTIONS.matmul!;

/** `jnp.dot` differs from `matmul` where the right operand has three axes or more. */
const DOT: OpSpec = {
  signature: MATMUL.signature,
  rule: dot,
  macs: dotMacs,
  contractions: MATMUL.contractions!,
};

/** Names that mean the same. */
const SAME =
  `exp expm1 exp2 log log2 log10 log1p sqrt reciprocal sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh
  arccosh arctanh deg2rad rad2deg sinc negative positive sign ceil floor trunc fix isnan isinf isfinite isposinf isneginf
  isreal logical_not signbit multiply fmod floor_divide maximum minimum fmax fmin bitwise_and bitwise_or bitwise_xor
  true_divide arctan2 logaddexp not_equal less less_equal greater greater_equal logical_and logical_or logical_xor isclose
  hypot nextafter copysign logaddexp2 heaviside gcd lcm ldexp float_power subtract divide clip square
  ravel swapaxes moveaxis squeeze diagonal broadcast_to fliplr flipud rot90 roll atleast_1d atleast_2d atleast_3d
  real imag sum nansum mean nanmean prod argmax argmin any all count_nonzero var std
  matmul dot outer inner kron tensordot einsum where stack hstack vstack dstack column_stack cross tril triu diag
  meshgrid trace vdot`.split(/\s+/);

/** NumPy's name, and ours. */
const OTHERWISE: Readonly<Record<string, string>> = {
  add: "add",
  abs: "abs",
  absolute: "abs",
  fabs: "abs",
  power: "pow",
  pow: "pow",
  mod: "remainder",
  remainder: "remainder",
  rint: "round",
  round: "round",
  equal: "eq",
  invert: "bitwise_not",
  bitwise_not: "bitwise_not",
  left_shift: "bitwise_left_shift",
  right_shift: "bitwise_right_shift",
  asin: "asin",
  acos: "acos",
  atan: "atan",
  atan2: "atan2",
  max: "amax",
  amax: "amax",
  nanmax: "amax",
  min: "amin",
  amin: "amin",
  nanmin: "amin",
  split: "tensor_split",
  array_split: "tensor_split",
  repeat: "repeat_interleave",
  tile: "tile",
  conj: "conj",
  conjugate: "conj",
  copy: "clone",
};

const RENAMES: Renames = {
  a_min: "min",
  a_max: "max",
  k: "diagonal",
  shift: "shifts",
  arrays: "tensors",
  reps: "dims",
  ddof: "correction",
  total_repeat_length: "output_size",
  array: "input",
  ary: "input",
  arr: "input",
  tup: "tensors",
  operands: "tensors",
  dimension: "dim",
  axes: "dims",
  A: "input",
  m: "input",
  v: "input",
  b: "other",
  y: "other",
  condition: "condition",
};

const keep = (signature: string, dtype?: string): OpSpec => ({
  signature,
  rule: (a) => ({ shape: a.tensor("input").shape, ...(dtype === undefined ? {} : { dtype }) }),
});

function strided(signature: string, change: (view: Layout, a: Args) => Layout | Misfit): OpSpec {
  return {
    signature,
    view: true,
    rule: (a) => {
      const view = change(a.layout("input"), a);
      if (isMisfit(view)) return view;
      const data = a.data("input");
      return { shape: view.shape, data: data && read(data, view) };
    },
  };
}

/** Axes of `transpose`: several arguments, one tuple, or none for the reverse. */
function transpose(view: Layout, a: Args): Layout | Misfit {
  const given = a.bound.axes;
  const items = given instanceof Tuple ? given.items.filter((item) => item !== null) : [];
  const axes = items.length === 0 ? view.shape.map((_, axis) => axis).reverse() : a.ints("axes");
  return permute(view, axes);
}

function expandDims(view: Layout, a: Args): Layout | Misfit {
  const axes = a.ints("axis");
  const rank = view.shape.length + axes.length;
  const places = axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((x, y) => x - y);
  let result: Layout | Misfit = view;
  for (const at of places) {
    result = insertAxis(result, at);
    if (isMisfit(result)) return result;
  }
  return result;
}

const RESHAPE: OpSpec = {
  signature: "input, *shape, order='C'",
  view: true,
  rule: (a) => {
    const shape = reshape(a.tensor("input").shape, a.dims("shape"));
    return isMisfit(shape) ? shape : { shape, data: a.data("input") };
  },
};

/** `pad_width`: one number, one pair for all axes, or a pair an axis. */
function pad(a: Args): Answer {
  const shape = a.shape("input");
  const width = a.bound.pad_width;
  const items = toItems(width) ?? (width instanceof Tensor ? undefined : [width]);
  if (width instanceof Unknown || !items)
    return { shape: shape.map(() => a.interp.unknown("padding is not known")) };
  const pairs = items.map((item) => toItems(item) ?? [item]);
  const flat = pairs.every((pair) => pair.length === 1) && pairs.length === 2 && shape.length !== 2;
  const padded = shape.map((size, axis) => {
    const pair = flat ? pairs.flat() : pairs.length === 1 ? pairs[0] : pairs[axis];
    const before = pair?.[0];
    const after = pair?.at(-1);
    const [x, y] = [before === undefined ? 0 : a.toDim(before), after === undefined ? 0 : a.toDim(after)];
    if (typeof size !== "number") return size;
    if (typeof x !== "number") return x;
    return typeof y === "number" ? size + x + y : y;
  });
  return { shape: padded };
}

function sized(value?: number): OpSpec {
  return {
    signature: "shape, dtype=None",
    rule: (a) => {
      const shape = a.dims("shape");
      return { shape, dtype: a.dtype("dtype") ?? "float32", data: filled(shape, value) };
    },
  };
}

function like(value?: number): OpSpec {
  return {
    signature: "input, dtype=None, shape=None",
    rule: (a) => {
      const input = a.tensor("input");
      const shape = a.has("shape") ? a.dims("shape") : input.shape;
      return { shape, dtype: a.dtype("dtype") ?? input.dtype, data: filled(shape, value) };
    },
  };
}

function full(a: Args): Answer {
  const shape = a.has("shape") ? a.dims("shape") : a.tensor("input").shape;
  const value = a.bound.fill_value;
  const fallback = typeof value === "boolean" ? "bool" : typeof value === "number" ? "int32" : "float32";
  const own = a.bound.input instanceof Tensor ? a.bound.input.dtype : fallback;
  return { shape, dtype: a.dtype("dtype") ?? own, data: filled(shape, toNumber(value)) };
}

/** Picks along an axis: the indices' shape takes the axis's place. */
function take(a: Args): Answer {
  const whole = a.shape("input");
  const shape = a.has("axis") ? whole : [numel(whole)];
  const at = axisOf(a.has("axis") ? a.int("axis") : 0, shape.length);
  if (at === undefined) return new Misfit(`${showShape(shape)} has no axis ${a.int("axis")}`);
  const items: IndexItem[] = new Array<IndexItem>(at).fill({
    kind: "slice",
    start: undefined,
    stop: undefined,
    step: 1,
  });
  const indices = a.tensor("indices");
  if (isNoIndex(indices)) return new Misfit(NO_INDEX);
  items.push({ kind: "gather", shape: a.shapeOf(indices), data: a.kit.dataOf(indices) });
  return index(shape, items, a.data("input"));
}

function takeAlong(a: Args): Answer {
  const shape = a.shape("input");
  const indices = a.shape("indices");
  const at = axisOf(a.int("axis"), shape.length);
  if (at === undefined || indices.length !== shape.length) return { shape: indices };
  const common = broadcast(shape.with(at, 1), indices.with(at, 1));
  return isMisfit(common) ? common : { shape: common.with(at, indices[at]!) };
}

const NORM: OpSpec = { ...REDUCTIONS.norm!, signature: "input, ord=None, dim=None, keepdim=False" };

const ARRAY: OpSpec = {
  ...CREATION.asarray!,
  signature: "data, dtype=None, copy=None, order=None, ndmin=0",
  rule: (a) => {
    const made = CREATION.asarray!.rule(a);
    if (!("shape" in made) || isUnknown(made.shape)) return made;
    const more = Math.max(0, a.int("ndmin") - made.shape.length);
    return { ...made, shape: [...new Array<number>(more).fill(1), ...made.shape] };
  },
};

const OWN: NumpyTable = {
  reshape: [RESHAPE, { newshape: "shape" }],
  transpose: strided("input, *axes", transpose),
  permute_dims: strided("input, *axes", transpose),
  matrix_transpose: strided("input", (view) =>
    permute(view, [...view.shape.keys()].slice(0, -2).concat([view.shape.length - 1, view.shape.length - 2])),
  ),
  expand_dims: [strided("input, axis", expandDims), { dim: "axis" }],
  flip: strided("input, axis=None", (view, a) =>
    flip(view, a.has("axis") ? a.ints("axis") : [...view.shape.keys()]),
  ),
  broadcast_to: strided("input, shape", (view, a) => expand(view, a.dims("shape"))),
  pad: {
    signature:
      "input, pad_width, mode='constant', constant_values=0, stat_length=None, end_values=None, reflect_type=None",
    rule: pad,
  },
  zeros: sized(0),
  ones: sized(1),
  empty: sized(),
  full: { signature: "shape, fill_value, dtype=None", rule: full },
  full_like: { signature: "input, fill_value, dtype=None, shape=None", rule: full },
  zeros_like: like(0),
  ones_like: like(1),
  empty_like: like(),
  array: [ARRAY, { object: "data", a: "data" }],
  asarray: [ARRAY, { object: "data", a: "data" }],
  eye: [
    {
      signature: "n, m=None, k=0, dtype=None",
      rule: (a) => {
        const made = CREATION.eye!.rule(a);
        return a.bound.k === 0 ? made : blurred(made);
      },
    },
    { N: "n", M: "m" },
  ],
  identity: CREATION.eye!,
  arange: { signature: "start=0, stop=None, step=1, dtype=None", rule: arange },
  linspace: {
    signature: "start, stop, num=50, endpoint=True, retstep=False, dtype=None, ?axis=0",
    rule: spaced,
  },
  logspace: {
    signature: "start, stop, num=50, endpoint=True, base=10.0, dtype=None, ?axis=0",
    rule: (a) => linspace(a, (x) => (a.number("base") ?? 10) ** x),
  },
  take: { signature: "input, indices, axis=None", rule: take, indices: (a) => [a.tensor("indices")] },
  roll: [keep("input, shift, axis=None"), { shift: "shift" }],
  dot: [DOT, { a: "input", b: "other" }],
  tensordot: [CONTRACTION_FUNCTIONS.tensordot ?? CONTRACTIONS.tensordot!, { axes: "dims" }],
  meshgrid: {
    ...JOINS.meshgrid!,
    signature: "*tensors, indexing='xy', sparse=False, copy=True",
    rule: (a) => {
      const made = JOINS.meshgrid!.rule(a);
      if (!a.flag("sparse") || !("each" in made)) return made;
      const turned = a.text("indexing") === "xy" && made.each.length > 1;
      const each = made.each.map(({ shape, dtype = "float32" }, i) => {
        const own = turned && i < 2 ? 1 - i : i;
        return isUnknown(shape)
          ? { shape, dtype }
          : { shape: shape.map((size, axis) => (axis === own ? size : 1)), dtype };
      });
      return { ...made, each };
    },
  },
  flatten: VIEWS.ravel!,
  take_along_axis: { signature: "input, indices, axis=-1", rule: takeAlong },
  cumsum: running("cumsum"),
  cumprod: running("cumprod"),
  concatenate: [CONCATENATE, RENAMES],
  concat: [CONCATENATE, RENAMES],
  median: {
    ...REDUCTIONS.mean!,
    signature: "input, dim=None, keepdim=False",
    rule: (a) => blurred(REDUCTIONS.mean!.rule(a)),
  },
  sort: sorting(),
  argsort: sorting("int32"),
  ptp: {
    ...REDUCTIONS.amax!,
    signature: "input, dim=(), keepdim=False",
    rule: (a) => blurred(REDUCTIONS.amax!.rule(a)),
  },
  average: {
    ...REDUCTIONS.mean!,
    signature: "input, dim=None, weights=None, ?returned=False, keepdim=False, *, dtype=None",
    rule: (a) => {
      const made = REDUCTIONS.mean!.rule(a);
      return a.has("weights") ? blurred(made) : made;
    },
  },
  var: deviation(),
  std: deviation(),
  nan_to_num: keep("input, copy=True, nan=0.0, posinf=None, neginf=None"),
  diff: { signature: "input, n=1, axis=-1, ?prepend=None, ?append=None", rule: diff },
  astype: { signature: "input, dtype, copy=False, device=None", rule: astype },
};

/** `jnp.var` and `jnp.std`: as wide as `dtype` says, where it does. */
function deviation(): OpSpec {
  return {
    signature:
      "input, dim=None, dtype=None, ?out=None, correction=0, keepdim=False, *, ?where=None, ?mean=None",
    rule: (a) => {
      const made = REDUCTIONS.var!.rule(a);
      const dtype = a.dtype("dtype");
      return dtype !== undefined && "shape" in made ? { ...made, dtype } : made;
    },
  };
}

/** Sums over the last axis of one and the last but one of the other, whose other axes stay: `(2,3)·(4,3,5)` is `2×4×5`. */
function dot(a: Args): Answer {
  const [x, y] = [a.tensor("input"), a.tensor("other")];
  if (isUnknown(x.shape) || isUnknown(y.shape) || y.shape.length < 3) return MATMUL.rule(a);
  const summed = x.shape.at(-1);
  const met = y.shape.at(-2);
  if (typeof summed === "number" && typeof met === "number" && summed !== met)
    return new Misfit(`cannot multiply ${showShape(x.shape)} with ${showShape(y.shape)}`);
  return { shape: [...x.shape.slice(0, -1), ...y.shape.slice(0, -2), y.shape.at(-1) ?? 1], dtype: x.dtype };
}

function dotMacs(a: Args, outputs: readonly Tensor[]): Count {
  const [x, y] = [a.tensor("input").shape, a.tensor("other").shape];
  if (isUnknown(x) || isUnknown(y) || y.length < 3) return MATMUL.macs?.(a, outputs) ?? 0;
  return product<Unknown>([...x, ...y.slice(0, -2), y.at(-1) ?? 1]);
}

/** Differences of neighbours along an axis. */
function diff(a: Args): Answer {
  const shape = a.shape("input");
  const at = axisOf(a.int("axis"), shape.length);
  const size = at === undefined ? undefined : shape[at];
  if (at === undefined || typeof size !== "number") return { shape };
  const times = a.int("n");
  const data = shape.length === 1 && times === 1 ? a.data("input") : undefined;
  return {
    shape: shape.with(at, Math.max(0, size - times)),
    data: data?.slice(1).map((value, i) => value - (data[i] ?? 0)),
  };
}

function astype(a: Args): Answer {
  const input = a.tensor("input");
  const dtype = a.dtype("dtype") ?? input.dtype;
  const data = a.data("input");
  return { shape: input.shape, dtype, data: categoryOf(dtype) === "int" ? data?.map(Math.trunc) : data };
}

/** Functions of `jax.numpy`. */
export const NUMPY: NumpyTable = {
  ...Object.fromEntries(
    SAME.flatMap((name): [string, NumpyEntry][] => {
      const shared = entryOf(SHARED, name);
      return shared ? [[name, [shared, RENAMES]]] : [];
    }),
  ),
  ...Object.fromEntries(
    Object.entries(OTHERWISE).map(([name, ours]): [string, NumpyEntry] => [
      name,
      [entryOf(SHARED, ours)!, RENAMES],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(OWN).map(([name, entry]): [string, NumpyEntry] => [
      name,
      "rule" in entry ? [entry, RENAMES] : [entry[0], { ...RENAMES, ...entry[1] }],
    ]),
  ),
};

/** `jax.lax.split` is given the sizes of the parts, not the places of the cuts. */
export const LAX_SPLIT: NumpyEntry = [
  SPLITS.split_with_sizes!,
  { operand: "input", sizes: "split_sizes", axis: "dim" },
];

export const LINALG: NumpyTable = { norm: [NORM, { axis: "dim", keepdims: "keepdim" }] };

/** Methods of `jax.Array`, which take their first argument as self. */
export const METHODS: readonly string[] =
  `reshape flatten transpose ravel swapaxes squeeze diagonal sum mean prod max min argmax argmin
  any all var std cumsum cumprod clip round repeat dot take astype sort argsort conj conjugate copy trace ptp`.split(
    /\s+/,
  );
