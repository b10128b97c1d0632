/** Ops on each element, and reductions. No MACs. */

import { isUnknown, type Shape, Tensor, Unknown } from "../../../interpret/values.ts";
import { object } from "../../../languages/typescript/core.ts";
import { axesOf, broadcast, Misfit, numel, reduce, showShape } from "../../shape/dims.ts";
import type { Call, OpRule, OpSpec, OpTable } from "./op.ts";

const UNARY = [
  "abs",
  "acos",
  "acosh",
  "asin",
  "asinh",
  "atan",
  "atanh",
  "ceil",
  "cos",
  "cosh",
  "elu",
  "erf",
  "exp",
  "expm1",
  "floor",
  "isFinite",
  "isInf",
  "isNaN",
  "log",
  "log1p",
  "logSigmoid",
  "logicalNot",
  "neg",
  "onesLike",
  "reciprocal",
  "relu",
  "relu6",
  "round",
  "rsqrt",
  "selu",
  "sigmoid",
  "sign",
  "sin",
  "sinh",
  "softplus",
  "sqrt",
  "square",
  "tan",
  "tanh",
  "zerosLike",
  "clone",
  "real",
  "imag",
];
/** With parameters that do not change the shape. */
const UNARY_WITH = [
  "clipByValue",
  "leakyRelu",
  "step",
  "softmax",
  "logSoftmax",
  "cumsum",
  "cumprod",
  "reverse",
  "dropout",
  "prelu",
  "localResponseNormalization",
  "reverse1d",
  "reverse2d",
  "reverse3d",
  "reverse4d",
];
const ARITHMETIC = [
  "add",
  "sub",
  "mul",
  "div",
  "divNoNan",
  "floorDiv",
  "maximum",
  "minimum",
  "mod",
  "pow",
  "squaredDifference",
  "atan2",
];
const COMPARISONS = [
  "equal",
  "notEqual",
  "greater",
  "greaterEqual",
  "less",
  "lessEqual",
  "logicalAnd",
  "logicalOr",
  "logicalXor",
];
const REDUCTIONS = ["sum", "mean", "prod", "max", "min", "any", "all", "logSumExp"];

const unary: OpRule = (c) => {
  const x = c.tensor("x");
  return c.emit({ inputs: [x], shape: x.shape });
};

export function joined(shapes: readonly (Shape | Unknown)[]): Shape | Unknown | Misfit {
  const lost = shapes.find(isUnknown);
  return lost ?? broadcast(...(shapes as readonly Shape[]));
}

const binary =
  (dtype?: string): OpRule =>
  (c) => {
    const [a, b] = [c.tensor("a"), c.tensor("b")];
    const inputs = [a, b].filter((tensor) => !isConstant(tensor));
    return c.shaped(inputs.length > 0 ? inputs : [a], joined([a.shape, b.shape]), dtype ? { dtype } : {});
  };

/** A number written in the program. */
function isConstant(tensor: Tensor): boolean {
  return (
    !isUnknown(tensor.shape) &&
    tensor.shape.length === 0 &&
    tensor.maker === undefined &&
    tensor.parameter === undefined
  );
}

const batchNorm: OpRule = (c) => {
  const x = c.tensor("x");
  const weights = ["mean", "variance", "offset", "scale"]
    .map((name) => c.value(name))
    .filter((value) => value instanceof Tensor);
  return c.emit({ op: "norm", name: "batchNorm", inputs: [x, ...weights], shape: x.shape });
};

function reduced(c: Call, shape: Shape | Unknown): Shape | Unknown | Misfit {
  if (isUnknown(shape)) return shape;
  const axes = c.given("axis") ? c.integers("axis") : [];
  if (!axes) return new Unknown("a reduction along axes that are not known");
  const known = axesOf(axes, shape.length);
  return known
    ? reduce(shape, known, c.flag("keepDims"))
    : new Misfit(`cannot reduce axis ${axes.join(", ")} of ${showShape(shape)}`);
}

const reduction =
  (dtype?: string): OpRule =>
  (c) => {
    const x = c.tensor("x");
    return c.shaped([x], reduced(c, x.shape), { elementwise: numel(x.shape), ...(dtype ? { dtype } : {}) });
  };

const moments: OpRule = (c) => {
  const x = c.tensor("x");
  const mean = c.shaped([x], reduced(c, x.shape), { elementwise: numel(x.shape) });
  const variance = c.emit({ inputs: [x], shape: mean.shape, elementwise: numel(x.shape) });
  return object(c.m, [
    ["mean", mean],
    ["variance", variance],
  ]);
};

const where: OpRule = (c) => {
  const tensors = [c.tensor("condition"), c.tensor("a"), c.tensor("b")];
  const dtype = tensors[1]?.dtype ?? "float32";
  return c.shaped(tensors, joined(tensors.map(({ shape }) => shape)), { dtype });
};

const topk: OpRule = (c) => {
  const x = c.tensor("x");
  const shape = isUnknown(x.shape) ? x.shape : [...x.shape.slice(0, -1), c.dim("k")];
  const values = c.emit({ inputs: [x], shape });
  return object(c.m, [
    ["values", values],
    ["indices", c.emit({ inputs: [x], shape, dtype: "int32", elementwise: 0 })],
  ]);
};

const addN: OpRule = (c) => {
  const tensors = c.tensors("tensors");
  return isUnknown(tensors) ? tensors : c.shaped(tensors, joined(tensors.map(({ shape }) => shape)));
};

const table = (names: readonly string[], signature: string, rule: OpRule): Record<string, OpSpec> =>
  Object.fromEntries(names.map((name) => [name, { signature, rule }]));

export const ELEMENTWISE: OpTable = {
  ...table(UNARY, "x", unary),
  ...table(UNARY_WITH, "x, a=undefined, b=undefined", unary),
  ...table(ARITHMETIC, "a, b", binary()),
  ...table(COMPARISONS, "a, b", binary("bool")),
  ...table(REDUCTIONS, "x, axis=undefined, keepDims=false", reduction()),
  ...table(["argMax", "argMin"], "x, axis=0", reduction("int32")),
  norm: { signature: "x, ord='euclidean', axis=undefined, keepDims=false", rule: reduction() },
  euclideanNorm: { signature: "x, axis=undefined, keepDims=false", rule: reduction() },
  moments: { signature: "x, axis=undefined, keepDims=false", rule: moments },
  where: { signature: "condition, a, b", rule: where },
  batchNorm: {
    signature: "x, mean, variance, offset=undefined, scale=undefined, varianceEpsilon=undefined",
    rule: batchNorm,
  },
  batchNorm2d: {
    signature: "x, mean, variance, offset=undefined, scale=undefined, varianceEpsilon=undefined",
    rule: batchNorm,
  },
  batchNorm3d: {
    signature: "x, mean, variance, offset=undefined, scale=undefined, varianceEpsilon=undefined",
    rule: batchNorm,
  },
  batchNorm4d: {
    signature: "x, mean, variance, offset=undefined, scale=undefined, varianceEpsilon=undefined",
    rule: batchNorm,
  },
  topk: { signature: "x, k=1", rule: topk },
  addN: { signature: "tensors", rule: addN },
};
