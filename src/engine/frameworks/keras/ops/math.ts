/** `keras.ops` over elements and axes. https://keras.io/api/ops/numpy/ */
import { sum } from "../../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  List,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { noAxis } from "../../rules/axes.ts";
import { toDim } from "../../rules/sizes.ts";
import { axisOf, isMisfit, numel, reshape } from "../../shape/dims.ts";
import { isOpen, OpenSize, openDim } from "../graph.ts";
import { sizeOf } from "../layer.ts";
import { borrow, ELEMENTS, lend } from "./borrow.ts";
import { type FunctionSpec, type FunctionTable, type Op, onShape, withoutData } from "./op.ts";

const each = (names: string, entry: (name: string) => FunctionSpec): FunctionTable =>
  Object.fromEntries(names.split(" ").map((name) => [name, entry(name)]));

/** Elementwise functions of one tensor that torch has by the same name. */
const UNARY = each(
  "exp expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh sigmoid sign floor ceil trunc abs absolute isnan isinf isfinite logical_not square erf erfinv negative",
  (name) => borrow("x", name),
);

const BINARY = each(
  "add subtract multiply divide true_divide floor_divide maximum minimum logical_and logical_or logical_xor equal not_equal less less_equal greater greater_equal bitwise_and bitwise_or",
  (name) => borrow("x1, x2", name === "equal" ? "eq" : name),
);

/** Sums up so far: along an axis, or over all elements in a row. */
export const running: FunctionSpec = {
  signature: "x, axis=None, dtype=None",
  run: (op, a) => {
    const input = op.tensor(a.x);
    const { shape } = input;
    return op.emit({
      inputs: [input],
      shape: a.axis === null && !isUnknown(shape) ? [numel(shape)] : shape,
      problem: noAxis(shape, a.axis),
    });
  },
};

const REDUCTION = {
  ...each("sum mean prod", (name) => borrow("x, axis=None, keepdims=False, dtype=None", name, { dtype: "" })),
  ...each("any all argmax argmin", (name) => borrow("x, axis=None, keepdims=False", name)),
  max: borrow("x, axis=None, keepdims=False, initial=None", "amax", { initial: ELEMENTS }),
  min: borrow("x, axis=None, keepdims=False, initial=None", "amin", { initial: ELEMENTS }),
  var: borrow("x, axis=None, keepdims=False", "var"),
  std: borrow("x, axis=None, keepdims=False", "std"),
  logsumexp: borrow("x, axis=None, keepdims=False", "logsumexp"),
  cumsum: running,
  cumprod: running,
  median: withoutData(borrow("x, axis=None, keepdims=False", "amax")),
  count_nonzero: borrow("x, axis=None", "count_nonzero"),
  norm: borrow("x, ord=None, axis=None, keepdims=False", "norm", { ord: "" }),
} satisfies FunctionTable;

// ------------------------------------------------------------------------- forms

/** The target of a reshape: None keeps what is left open. */
function target(value: Value): readonly (number | Unknown)[] {
  return (toItems(value) ?? [value]).map((item) =>
    item instanceof Tensor ? (item.data?.[0] ?? openDim()) : sizeOf(item),
  );
}

export function reshaped(op: Op, value: Value, newShape: Value): Value {
  const input = op.tensor(value);
  // The open batch of one tensor is that of another, so that the rest can be solved.
  const batch = !("reason" in input.shape) && isOpen(input.shape[0]) ? input.shape[0] : undefined;
  const dims = target(newShape).map((dim) => (isOpen(dim) && batch ? batch : dim));
  const result = reshape(input.shape, dims);
  const shape = isMisfit(result) ? dims.map((dim) => (dim === -1 ? openDim() : dim)) : result;
  return op.emit({
    inputs: [input],
    shape,
    data: input.data,
    view: true,
    ...(isMisfit(result) ? { problem: result.message } : {}),
  });
}

export function transposed(op: Op, value: Value, axes: Value): Value {
  const input = op.tensor(value);
  const rank = "reason" in input.shape ? 0 : input.shape.length;
  const order =
    axes === null || axes === undefined ? Array.from({ length: rank }, (_, i) => rank - 1 - i) : axes;
  return lend(op, "permute", { input, dims: Array.isArray(order) ? new Tuple(order) : order });
}

/** Before and after of one axis: pairs an axis, one pair for all, one width for all, or a tensor of these. */
function widthsOf(widths: Value, axis: number): readonly [Dim, Dim] {
  if (widths instanceof Tensor) {
    const why = new Unknown("widths of a padding that depend on data");
    const rows = widths.data && !isUnknown(widths.shape) ? (widths.data.length > 2 ? axis : 0) : undefined;
    const at = (i: number): Dim => (rows === undefined ? why : (widths.data?.[rows * 2 + i] ?? why));
    return [at(0), at(1)];
  }
  const pairs = toItems(widths);
  const flat = pairs && pairs.length > 0 && toItems(pairs[0]) === undefined && !(pairs[0] instanceof Tensor);
  const own = pairs && !flat ? pairs[pairs.length === 1 ? 0 : axis] : widths;
  if (own instanceof Tensor) return widthsOf(own, 0);
  const pair = toItems(own) ?? [own, own];
  return [toDim(pair[0]), toDim(pair[1] ?? pair[0])];
}

function padded(op: Op, value: Value, widths: Value): Value {
  return onShape(op, value, (shape) =>
    shape.map((dim, axis) => {
      const [before, after] = widthsOf(widths, axis);
      return before === 0 && after === 0 ? dim : sum([dim, before, after]);
    }),
  );
}

function splitInto(op: Op, value: Value, parts: Value, axis: Value): Value {
  const input = op.tensor(value);
  const at = toNumber(axis) ?? 0;
  if (typeof parts !== "number") {
    const answer = lend(op, "tensor_split", { input, indices_or_sections: parts, dim: at });
    return answer instanceof Tuple ? new List([...answer.items]) : answer;
  }
  const place = "reason" in input.shape ? undefined : axisOf(at, input.shape.length);
  const size = place === undefined || "reason" in input.shape ? undefined : input.shape[place];
  const count = toNumber(parts);
  if (typeof size === "number" && count !== undefined && size % count !== 0)
    op.complain(
      `needs a size on its axis that is divisible by its number of parts, gets ${size} and ${count}`,
    );
  const answer = lend(op, "chunk", { input, chunks: parts, dim: at });
  if (typeof size !== "number") return answer;
  return answer instanceof Tuple ? new List([...answer.items]) : answer;
}

/** Sizes as plain values; those left open are found again when the graph runs. */
export function shapeOf(op: Op, value: Value): Value {
  const input = op.tensor(value);
  if ("reason" in input.shape) return input.shape;
  return new Tuple(input.shape.map((dim, axis) => (isOpen(dim) ? new OpenSize(input, axis) : dim)));
}

/** `axis` may be one or several new axes. */
function expanded(op: Op, value: Value, axis: Value): Value {
  const axes = (toItems(axis) ?? [axis]).map(toNumber);
  const input = op.tensor(value);
  if (axes.includes(undefined))
    return op.emit({ inputs: [input], shape: op.interp.unknown("an axis that is not known") });
  return (axes as number[]).reduce<Value>((input, dim) => lend(op, "unsqueeze", { input, dim }), input);
}

export function castTo(op: Op, value: Value, dtype: Value): Value {
  const input = op.tensor(value);
  const name = typeof dtype === "string" ? dtype : input.dtype;
  return op.emit({ inputs: [input], shape: input.shape, dtype: name, data: input.data });
}

const FORMS: FunctionTable = {
  reshape: { signature: "x, newshape", run: (op, a) => reshaped(op, a.x, a.newshape) },
  transpose: { signature: "x, axes=None", run: (op, a) => transposed(op, a.x, a.axes) },
  concatenate: borrow("xs, axis=0", "cat"),
  stack: borrow("x, axis=0", "stack", { x: "tensors" }),
  unstack: {
    signature: "x, num=None, axis=0",
    run: (op, a) => {
      const answer = lend(op, "unbind", { input: op.tensor(a.x), dim: a.axis });
      return answer instanceof Tuple ? new List([...answer.items]) : answer;
    },
  },
  split: {
    signature: "x, indices_or_sections, axis=0",
    run: (op, a) => splitInto(op, a.x, a.indices_or_sections, a.axis),
  },
  squeeze: {
    signature: "x, axis=None",
    run: (op, a) => {
      const input = op.tensor(a.x);
      const shape = isUnknown(input.shape) ? [] : input.shape;
      const wrong = (toItems(a.axis) ?? [a.axis]).find((axis) => {
        const at = axisOf(toNumber(axis) ?? Number.NaN, shape.length);
        const size = at === undefined ? undefined : shape[at];
        return typeof size === "number" && size !== 1 && !isOpen(size);
      });
      if (wrong !== undefined)
        op.complain(`cannot squeeze axis ${toNumber(wrong)}, because the dimension is not 1`);
      return lend(op, "squeeze", { input, dim: a.axis });
    },
  },
  expand_dims: { signature: "x, axis", run: (op, a) => expanded(op, a.x, a.axis) },
  swapaxes: borrow("x, axis1, axis2", "swapaxes", { axis1: "dim0", axis2: "dim1" }),
  moveaxis: borrow("x, source, destination", "moveaxis"),
  ravel: borrow("x", "ravel"),
  flip: {
    signature: "x, axis=None",
    run: (op, a) => {
      const input = op.tensor(a.x);
      return op.emit({ inputs: [input], shape: input.shape, problem: noAxis(input.shape, a.axis) });
    },
  },
  tile: borrow("x, repeats", "tile", { repeats: "dims" }),
  repeat: borrow("x, repeats, axis=None", "repeat_interleave"),
  roll: borrow("x, shift, axis=None", "roll", { shift: "shifts", axis: "dims" }),
  pad: {
    signature: "x, pad_width, mode='constant', constant_values=None",
    run: (op, a) => padded(op, a.x, a.pad_width),
  },
  broadcast_to: borrow("x, shape", "broadcast_to", { shape: "size" }),
  where: borrow("condition, x1=None, x2=None", "where", { condition: "condition", x1: "input", x2: "other" }),
  clip: borrow("x, x_min, x_max", "clamp", { x_min: "min", x_max: "max" }),
  power: borrow("x1, x2", "pow"),
  mod: borrow("x1, x2", "remainder"),
  round: borrow("x, decimals=0", "round"),
  cast: { signature: "x, dtype", run: (op, a) => castTo(op, a.x, a.dtype) },
  stop_gradient: { signature: "variable", run: (op, a) => op.tensor(a.variable) },
  copy: { signature: "x", run: (op, a) => op.tensor(a.x) },
  tril: borrow("x, k=0", "tril", { k: "diagonal" }),
  triu: borrow("x, k=0", "triu", { k: "diagonal" }),
  sort: {
    signature: "x, axis=-1",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.x)], shape: op.tensor(a.x).shape }),
  },
  top_k: borrow("x, k, sorted=True", "topk"),
  take: {
    signature: "x, indices, axis=None",
    run: (op, a) => {
      const input = op.tensor(a.x);
      const indices = op.tensor(a.indices);
      const axis = toNumber(a.axis);
      if ("reason" in input.shape || "reason" in indices.shape || a.axis === null) {
        return op.emit({ inputs: [input], indices: [indices], shape: indices.shape });
      }
      if (axis === undefined)
        return op.emit({
          inputs: [input],
          indices: [indices],
          shape: op.interp.unknown("an axis that is not known"),
        });
      const at = axisOf(axis, input.shape.length) ?? 0;
      return op.emit({
        inputs: [input],
        indices: [indices],
        shape: input.shape.toSpliced(at, 1, ...indices.shape),
      });
    },
  },
};

const CREATION: FunctionTable = {
  zeros: borrow("shape, dtype=None", "zeros", { shape: "size" }),
  ones: borrow("shape, dtype=None", "ones", { shape: "size" }),
  full: borrow("shape, fill_value, dtype=None", "full", { shape: "size" }),
  zeros_like: borrow("x, dtype=None", "zeros_like"),
  ones_like: borrow("x, dtype=None", "ones_like"),
  full_like: borrow("x, fill_value, dtype=None", "full_like"),
  eye: borrow("N, M=None, k=0, dtype=None", "eye", { N: "n", M: "m", k: ELEMENTS }),
  linspace: borrow("start, stop, num=50, endpoint=True, ?retstep=False, dtype=None, ?axis=0", "linspace", {
    stop: "end",
    num: "steps",
    endpoint: ELEMENTS,
  }),
  arange: {
    signature: "start, stop=None, step=1, dtype=None",
    run: (op, a) =>
      lend(
        op,
        "arange",
        a.stop === null ? { end: a.start, step: a.step } : { start: a.start, end: a.stop, step: a.step },
      ),
  },
  convert_to_tensor: {
    signature: "x, dtype=None, sparse=None, ragged=None",
    plain: true,
    run: (op, a) => asTensor(op, a.x),
  },
  convert_to_numpy: { signature: "x", plain: true, run: (op, a) => asTensor(op, a.x) },
  array: { signature: "x, dtype=None", plain: true, run: (op, a) => asTensor(op, a.x) },
};

function asTensor(op: Op, value: Value): Value {
  if (value instanceof Tensor) return op.tensor(value);
  const made = lend(op, "tensor", { data: value });
  return made;
}

const PLAIN: FunctionTable = {
  shape: { signature: "x", plain: true, run: (op, a) => shapeOf(op, a.x) },
  ndim: {
    signature: "x",
    plain: true,
    run: (op, a) => {
      const { shape } = op.tensor(a.x);
      return "reason" in shape ? shape : shape.length;
    },
  },
  is_tensor: { signature: "x", plain: true, run: (_, a) => a.x instanceof Tensor },
};

export const MATH: FunctionTable = { ...UNARY, ...BINARY, ...REDUCTION, ...FORMS, ...CREATION, ...PLAIN };
