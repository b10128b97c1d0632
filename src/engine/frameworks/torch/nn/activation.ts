/**
 * Activations and dropout, as layers and as functions: elementwise, no MACs. Dropout does nothing at inference.
 * https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
 */

import { entryOf } from "../../../base/table.ts";
import { floorDivide } from "../../../cost/lift.ts";
import {
  isUnknown,
  type Shape,
  type Tensor,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { differ, toDim } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { FunctionSpec, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

/** Same shape out as in. In place it writes over its input. */
export function elementwise(
  op: Op,
  value: Value,
  inplace: Value = false,
  weights: readonly (Tensor | undefined)[] = [],
  dim: Value = null,
): Tensor {
  const input = op.tensor(value);
  return op.emit({
    inputs: [input],
    shape: input.shape,
    weights,
    problem: axisProblem(dim, input.shape),
    ...(inplace === true ? { view: true } : {}),
  });
}

function axisProblem(dim: Value, shape: Shape | Unknown): string | undefined {
  if (typeof dim !== "number" || isUnknown(shape)) return undefined;
  const rank = Math.max(shape.length, 1);
  return dim >= -rank && dim < rank
    ? undefined
    : `has dim=${dim}, which must be ${-rank} to ${rank - 1} for ${showShape(shape)}`;
}

/** Layer, its function, constructor signature, and what follows `input` in the function's signature. */
type Row = readonly [layer: string | undefined, fn: string, init: string, args: string];

/** Where a layer has `inplace`, so has its function. */
const ELEMENTWISE: readonly Row[] = [
  ["Threshold", "threshold", "threshold, value, inplace=False", "threshold, value, inplace=False"],
  ["ReLU", "relu", "inplace=False", "inplace=False"],
  [
    "RReLU",
    "rrelu",
    "lower=0.125, upper=0.3333333333333333, inplace=False",
    "lower=0.125, upper=0.3333333333333333, training=False, inplace=False",
  ],
  [
    "Hardtanh",
    "hardtanh",
    "min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None",
    "min_val=-1.0, max_val=1.0, inplace=False",
  ],
  ["ReLU6", "relu6", "inplace=False", "inplace=False"],
  ["Sigmoid", "sigmoid", "", ""],
  ["Hardsigmoid", "hardsigmoid", "inplace=False", "inplace=False"],
  ["Tanh", "tanh", "", ""],
  ["SiLU", "silu", "inplace=False", "inplace=False"],
  ["Mish", "mish", "inplace=False", "inplace=False"],
  ["Hardswish", "hardswish", "inplace=False", "inplace=False"],
  ["ELU", "elu", "alpha=1.0, inplace=False", "alpha=1.0, inplace=False"],
  ["CELU", "celu", "alpha=1.0, inplace=False", "alpha=1.0, inplace=False"],
  ["SELU", "selu", "inplace=False", "inplace=False"],
  ["GELU", "gelu", "approximate='none'", "approximate='none'"],
  ["Hardshrink", "hardshrink", "lambd=0.5", "lambd=0.5"],
  ["LeakyReLU", "leaky_relu", "negative_slope=0.01, inplace=False", "negative_slope=0.01, inplace=False"],
  ["LogSigmoid", "logsigmoid", "", ""],
  ["Softplus", "softplus", "beta=1.0, threshold=20.0", "beta=1.0, threshold=20.0"],
  ["Softshrink", "softshrink", "lambd=0.5", "lambd=0.5"],
  ["Softsign", "softsign", "", ""],
  ["Tanhshrink", "tanhshrink", "", ""],
  ["Softmin", "softmin", "dim=None", "dim=None, _stacklevel=3, dtype=None"],
  ["Softmax", "softmax", "dim=None", "dim=None, _stacklevel=3, dtype=None"],
  ["LogSoftmax", "log_softmax", "dim=None", "dim=None, _stacklevel=3, dtype=None"],
  ["Softmax2d", "softmax", "", ""],
  [undefined, "gumbel_softmax", "", "tau=1, hard=False, eps=1e-10, dim=-1"],
  [undefined, "relu_", "", ""],
  [undefined, "elu_", "", "alpha=1.0"],
  [undefined, "celu_", "", "alpha=1.0"],
  [undefined, "selu_", "", ""],
  [undefined, "rrelu_", "", "lower=0.125, upper=0.3333333333333333, training=False"],
  [undefined, "leaky_relu_", "", "negative_slope=0.01"],
  [undefined, "hardtanh_", "", "min_val=-1.0, max_val=1.0"],
  [undefined, "threshold_", "", "threshold, value"],
];

/** Layer and function pairs that pass their input on at inference. */
const DROPOUTS: readonly (readonly [layer: string, fn: string])[] = [
  ["Dropout", "dropout"],
  ["Dropout1d", "dropout1d"],
  ["Dropout2d", "dropout2d"],
  ["Dropout3d", "dropout3d"],
  ["AlphaDropout", "alpha_dropout"],
  ["FeatureAlphaDropout", "feature_alpha_dropout"],
];

/** Classes that torch derives from another activation. */
const BASES: Readonly<Record<string, string>> = { ReLU6: "Hardtanh" };

function layerOf([name, fn, init]: Row): LayerSpec[] {
  if (name === undefined) return [];
  const base = entryOf(BASES, name);
  return [
    {
      name,
      home: "activation",
      ...(base && { base }),
      init,
      forward: ["input", (op, a) => elementwise(op, a.input, op.attr("inplace"), [], op.attr("dim"))],
      fn,
    },
  ];
}

function halve(op: Op, value: Value, dim: Value): Tensor {
  const input = op.tensor(value);
  if (isUnknown(input.shape)) return op.emit({ inputs: [input], shape: input.shape });
  const wanted = toNumber(dim) ?? -1;
  const axis = wanted < 0 ? wanted + input.shape.length : wanted;
  const size = input.shape[axis];
  const shape = input.shape.map((each, at) => (at === axis ? floorDivide(each, 2) : each));
  const odd = typeof size === "number" && size % 2 !== 0;
  const problem =
    size === undefined
      ? `has dim=${wanted}, gets ${showShape(input.shape)}`
      : odd
        ? `needs an even size to halve, gets ${size}`
        : undefined;
  return op.emit({ inputs: [input], shape, problem });
}

function prelu(op: Op, value: Value, weight: Tensor | undefined): Tensor {
  const input = op.tensor(value);
  const count = weight && !isUnknown(weight.shape) ? weight.shape[0] : undefined;
  const channels = isUnknown(input.shape) ? undefined : (input.shape[1] ?? 1);
  const misfit = count !== undefined && channels !== undefined && count !== 1 && differ(count, channels);
  return op.emit({
    inputs: [input],
    shape: input.shape,
    weights: [weight],
    problem: misfit ? `has ${count} slopes, gets ${channels} channels` : undefined,
  });
}

export const ACTIVATION_LAYERS: readonly LayerSpec[] = [
  ...ELEMENTWISE.flatMap(layerOf),
  {
    name: "GLU",
    home: "activation",
    init: "dim=-1",
    forward: ["input", (op, a) => halve(op, a.input, op.attr("dim"))],
    fn: "glu",
  },
  {
    name: "PReLU",
    home: "activation",
    init: "num_parameters=1, init=0.25, device=None, dtype=None",
    build: (b) => b.parameter("weight", [b.dim("num_parameters")]),
    forward: ["input", (op, a) => prelu(op, a.input, op.weight("weight"))],
    fn: "prelu",
  },
  {
    name: "_DropoutNd",
    home: "dropout",
    init: "p=0.5, inplace=False",
    forward: ["input", (_, a) => a.input],
  },
  ...DROPOUTS.map(([name]): LayerSpec => ({ name, home: "dropout", base: "_DropoutNd" })),
];

export const ACTIVATION_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  ...Object.fromEntries(
    ELEMENTWISE.map(([, fn, , args]): [string, FunctionSpec] => [
      fn,
      {
        signature: args === "" ? "input" : `input, ${args}`,
        rule: (op, a) => elementwise(op, a.input, fn.endsWith("_") || a.inplace, [], a.dim),
      },
    ]),
  ),
  softmax: {
    signature: "input, dim=None, _stacklevel=3, dtype=None",
    rule: (op, a) => elementwise(op, a.input, false, [], a.dim),
  },
  glu: { signature: "input, dim=-1", rule: (op, a) => halve(op, a.input, a.dim) },
  prelu: { signature: "input, weight", rule: (op, a) => prelu(op, a.input, op.optional(a.weight)) },
  ...Object.fromEntries(
    DROPOUTS.map(([, fn]): [string, FunctionSpec] => [
      fn,
      {
        signature: "input, p=0.5, training=True, inplace=False",
        rule: (op, a) => dropout(op, a.input, a.training),
      },
    ]),
  ),
};

/** `training=True` left standing is a common slip; the function then runs at inference too. */
function dropout(op: Op, input: Value, training: Value): Value {
  return toDim(training) === 0 ? input : elementwise(op, input);
}
