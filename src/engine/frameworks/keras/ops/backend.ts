/** What `keras.backend` has beside `keras.ops`: the older names of the same functions. */

import { entryOf } from "../../../base/table.ts";
import { product, sum } from "../../../cost/lift.ts";
import {
  isUnknown,
  NO_KWARGS,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import type { ChannelAxis } from "../../rules/convolution.ts";
import { toDim } from "../../rules/sizes.ts";
import { axisOf } from "../../shape/dims.ts";
import { borrow, lend } from "./borrow.ts";
import { mapped } from "./control.ts";
import { castTo, MATH, reshaped, shapeOf } from "./math.ts";
import { type ConvCall, channelsOf, NN, runConv, runPool } from "./nn.ts";
import { type FunctionSpec, type FunctionTable, named, type Op, onShape } from "./op.ts";

const same = (table: FunctionTable, name: string): FunctionSpec => {
  const spec = entryOf(table, name);
  if (!spec) throw new Error(`no function ${name}`);
  return spec;
};

export const BACKEND: FunctionTable = {
  int_shape: {
    signature: "x",
    plain: true,
    run: (op, a) => op.keras.shapeValue(op.interp, op.tensor(a.x).shape),
  },
  shape: { signature: "x", plain: true, run: (op, a) => shapeOf(op, a.x) },
  concatenate: borrow("tensors, axis=-1", "cat"),
  permute_dimensions: {
    signature: "x, pattern",
    run: (op, a) => same(MATH, "transpose").run(op, { x: a.x, axes: a.pattern }),
  },
  batch_dot: { signature: "x, y, axes=None", run: (op, a) => batchDot(op, a.x, a.y, a.axes) },
  expand_dims: {
    signature: "x, axis=-1",
    run: (op, a) => same(MATH, "expand_dims").run(op, a),
  },
  argmax: {
    signature: "x, axis=-1",
    run: (op, a) => same(MATH, "argmax").run(op, { ...a, keepdims: false }),
  },
  argmin: {
    signature: "x, axis=-1",
    run: (op, a) => same(MATH, "argmin").run(op, { ...a, keepdims: false }),
  },
  ...named("cumsum cumprod", () => ({ signature: "x, axis=0", run: (op, a) => onShape(op, a.x, (s) => s) })),
  clip: {
    signature: "x, min_value, max_value",
    run: (op, a) => same(MATH, "clip").run(op, { x: a.x, x_min: a.min_value, x_max: a.max_value }),
  },
  cast_to_floatx: {
    signature: "x",
    run: (op, a) => (a.x instanceof Tensor ? castTo(op, a.x, op.keras.floatx) : a.x),
  },
  flatten: { signature: "x", run: (op, a) => reshaped(op, a.x, new Tuple([-1])) },
  batch_flatten: {
    signature: "x",
    run: (op, a) => onShape(op, a.x, (shape) => [shape[0] ?? 1, product(shape.slice(1))]),
  },
  gather: {
    signature: "reference, indices",
    run: (op, a) => same(MATH, "take").run(op, { x: a.reference, indices: a.indices, axis: 0 }),
  },
  reverse: { signature: "x, axes", run: (op, a) => onShape(op, a.x, (shape) => shape) },
  tile: { signature: "x, n", run: (op, a) => same(MATH, "tile").run(op, { x: a.x, repeats: a.n }) },
  repeat: {
    signature: "x, n",
    run: (op, a) => onShape(op, a.x, (shape) => [shape[0] ?? 1, toDim(a.n), ...shape.slice(1)]),
  },
  repeat_elements: {
    signature: "x, rep, axis",
    run: (op, a) => same(MATH, "repeat").run(op, { x: a.x, repeats: a.rep, axis: a.axis }),
  },
  bias_add: {
    signature: "x, bias, data_format=None",
    run: (op, a) => onShape(op, a.x, (shape) => shape),
  },
  ...convolutions("conv1d conv2d conv3d", "plain", "kernel"),
  ...convolutions("depthwise_conv2d", "depthwise", "depthwise_kernel"),
  separable_conv2d: {
    signature:
      "x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, 1)",
    run: (op, a) => same(NN, "separable_conv").run(op, { ...a, inputs: a.x }),
  },
  conv2d_transpose: {
    signature:
      "x, kernel, output_shape, strides=(1, 1), padding='valid', data_format=None, dilation_rate=(1, 1)",
    run: (op, a) =>
      runConv(op, {
        input: a.x,
        kernel: a.kernel,
        strides: a.strides,
        padding: a.padding,
        dilations: a.dilation_rate,
        channels: channelsOf(op, a.data_format),
        kind: "transposed",
        outputShape: a.output_shape,
      }),
  },
  ...named("pool2d pool3d", () => ({
    signature: "x, pool_size, strides=1, padding='valid', data_format=None, pool_mode='max'",
    run: (op, a) => runPool(op, a.x, a.pool_size, a.strides, a.padding, channelsOf(op, a.data_format)),
  })),
  temporal_padding: {
    signature: "x, padding=(1, 1)",
    run: (op, a) => padded(op, a.x, [a.padding], "last"),
  },
  spatial_2d_padding: {
    signature: "x, padding=((1, 1), (1, 1)), data_format=None",
    run: (op, a) => padded(op, a.x, toItems(a.padding) ?? [], channelsOf(op, a.data_format)),
  },
  map_fn: { signature: "fn, elems, name=None, dtype=None", run: (op, a) => mapped(op, a.fn, a.elems) },
  get_value: { signature: "x", plain: true, run: (_op, a) => a.x },
  ...named("set_value batch_set_value update update_add update_sub moving_average_update", () => ({
    signature: "*args, **kwargs",
    plain: true,
    run: () => null,
  })),
  learning_phase: { signature: "", plain: true, run: () => 0 },
  pow: borrow("x, a", "pow", { x: "input", a: "other" }),
  resize_images: {
    signature: "x, height_factor, width_factor, data_format=None, interpolation='nearest'",
    run: (op, a) => {
      const input = op.tensor(a.x);
      const { shape } = input;
      if ("reason" in shape) return op.emit({ inputs: [input], shape });
      const at = (a.data_format ?? op.keras.dataFormat) === "channels_first" ? 2 : 1;
      const scaled = shape.map((dim, axis) => {
        const factor = axis === at ? a.height_factor : axis === at + 1 ? a.width_factor : 1;
        return typeof dim === "number" && typeof factor === "number" ? dim * factor : dim;
      });
      return op.emit({ inputs: [input], shape: scaled });
    },
  },
  ctc_batch_cost: {
    signature: "y_true, y_pred, input_length, label_length",
    run: (op, a) => onShape(op, a.y_pred, (shape) => [shape[0] ?? 1, 1]),
  },
  ctc_decode: {
    signature: "y_pred, *args, **kwargs",
    run: (op) => op.interp.ofData("ctc_decode depends on the data"),
  },
  ...named("random_normal random_uniform truncated_normal random_bernoulli", () => ({
    signature:
      "shape, mean=0.0, stddev=1.0, dtype=None, seed=None, minval=0.0, maxval=1.0, p=0.0, low=0.0, high=1.0",
    run: (op, a) => op.emit({ inputs: [], shape: toItems(a.shape)?.map(toDim) ?? [toDim(a.shape)] }),
  })),
  l2_normalize: {
    signature: "x, axis=None",
    run: (op, a) => op.emit({ inputs: [op.tensor(a.x)], shape: op.tensor(a.x).shape }),
  },
  in_train_phase: {
    signature: "x, alt, training=None",
    plain: true,
    run: (op, a) => {
      op.interp.assume("branch", "in_train_phase takes its other side, for figures are of inference");
      return callIf(a.alt, (fn) => op.interp.call(fn, [], NO_KWARGS));
    },
  },
  constant: {
    signature: "value, dtype=None, shape=None, name=None",
    plain: true,
    run: (op, a) => {
      const made = op.tensor(same(MATH, "convert_to_tensor").run(op, { x: a.value }));
      const sizes = toItems(a.shape);
      if (isUnknown(a.shape)) return op.keras.make(a.shape, made.dtype);
      return sizes ? op.keras.make(sizes.map(toDim), made.dtype) : made;
    },
  },
  variable: {
    signature: "value, dtype=None, name=None, constraint=None",
    plain: true,
    run: (op, a) => same(MATH, "convert_to_tensor").run(op, { x: a.value }),
  },
};

/** Convolutions under the backend's names, with a kernel that the program gives. */
function convolutions(names: string, kind: ConvCall["kind"], kernel: string): FunctionTable {
  return named(names, () => ({
    signature: `x, ${kernel}, strides=1, padding='valid', data_format=None, dilation_rate=1`,
    run: (op, a) =>
      runConv(op, {
        input: a.x,
        kernel: entryOf(a, kernel),
        strides: a.strides,
        padding: a.padding,
        dilations: a.dilation_rate,
        channels: channelsOf(op, a.data_format),
        kind,
      }),
  }));
}

/** Widths before and after each spatial axis. */
function padded(op: Op, value: Value, pairs: readonly Value[], channels: ChannelAxis): Value {
  return onShape(op, value, (shape) =>
    shape.map((dim, axis) => {
      const pair = toItems(pairs[axis - (channels === "first" ? 2 : 1)]);
      return pair ? sum([dim, toDim(pair[0]), toDim(pair[1])]) : dim;
    }),
  );
}

/** Contracts one axis of each tensor, sample by sample; the last of one with the last but one of the other by default. */
function batchDot(op: Op, left: Value, right: Value, axes: Value): Value {
  const [x, y] = [op.tensor(left), op.tensor(right)];
  if (isUnknown(x.shape) || isUnknown(y.shape)) return same(NN, "matmul").run(op, { x1: x, x2: y });
  const [ranks, given] = [[x.shape.length, y.shape.length] as const, toItems(axes) ?? [axes, axes]];
  const wanted =
    axes === null ? [ranks[0] - 1, ranks[1] === 2 ? 1 : ranks[1] - 2] : given.map((axis) => toNumber(axis));
  const at = ranks.map((rank, i) => axisOf(wanted[i] ?? Number.NaN, rank));
  if (at[0] === undefined || at[1] === undefined)
    return op.emit({ inputs: [x, y], shape: op.interp.unknown("axes of batch_dot that are not known") });
  const letters = [..."abcdefghijklmnopqrstuvwxy"];
  const labels = (rank: number, axis: number): readonly string[] =>
    Array.from({ length: rank }, (_, i) => (i === 0 ? "Z" : i === axis ? "z" : (letters.shift() ?? "")));
  const [first, second] = [labels(ranks[0], at[0]), labels(ranks[1], at[1])];
  const kept = ["Z", ...[...first, ...second].filter((label) => label !== "Z" && label !== "z")];
  const product = lend(op, "einsum", {
    equation: `${first.join("")},${second.join("")}->${kept.join("")}`,
    operands: new Tuple([x, y]),
  });
  return kept.length === 1 ? same(MATH, "expand_dims").run(op, { x: product, axis: 1 }) : product;
}

function callIf(value: Value, call: (fn: Value) => Value): Value {
  return value instanceof Tensor || toItems(value) ? value : call(value);
}
