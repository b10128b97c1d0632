/** Ops that models rarely are made of: scatter and gather by index, spectra, linear algebra, losses, metrics. */
import { validOutputSize } from "../../../cost/geometry.ts";
import { floorDivide, multiply, product, subtract, sum } from "../../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  List,
  type Shape,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { object } from "../../../languages/typescript/core.ts";
import { toDim } from "../../rules/sizes.ts";
import { numel } from "../../shape/dims.ts";
import { property, shapeOf } from "../library.ts";
import type { Call, OpRule, OpSpec, OpTable } from "./op.ts";

/** A rule that gives the shape of one output. */
const shaped =
  (rule: (c: Call, shape: Shape) => Shape | Unknown, dtype?: string, first = "x"): OpRule =>
  (c) => {
    const x = c.tensor(first);
    const shape = isUnknown(x.shape) ? x.shape : rule(c, x.shape);
    return c.emit({ inputs: [x], shape, ...(dtype ? { dtype } : {}) });
  };

/** An output whose size the elements decide. */
const decided =
  (what: string): OpRule =>
  (c) =>
    c.lib.tensor(new Unknown(`${what}, decided by the elements of a tensor`));

const same: OpRule = shaped((_c, shape) => shape);
const table = (names: readonly string[], signature: string, rule: OpRule): Record<string, OpSpec> =>
  Object.fromEntries(names.map((name) => [name, { signature, rule }]));

// ------------------------------------------------------------------- by index

const last = (shape: Shape): Dim => shape.at(-1) ?? 1;

function gatherND(c: Call, shape: Shape): Shape | Unknown {
  const indices = c.shape("indices");
  if (isUnknown(indices)) return indices;
  const depth = last(indices);
  return isUnknown(depth) ? depth : [...indices.slice(0, -1), ...shape.slice(depth)];
}

function segments(c: Call, shape: Shape): Shape {
  return [c.dim("numSegments"), ...shape.slice(1)];
}

interface Blocks {
  readonly sizes: readonly Dim[];
  /** What is added to or cut from each spatial axis, both sides together. */
  readonly edges: readonly Dim[];
  readonly around: Dim;
}

const onBlocks = (rule: (shape: Shape, blocks: Blocks) => Shape): OpRule =>
  shaped((c, shape) => {
    const sizes = toItems(c.value("blockShape"))?.map(toDim);
    const edges = toItems(c.value("edges"))?.map((pair) => sum((toItems(pair) ?? []).map(toDim)));
    if (!sizes || !edges) return new Unknown("blocks that are not known");
    return rule(shape, { sizes, edges, around: product(sizes) });
  });

const spaceToBatch = onBlocks(([batch = 1, ...rest], { sizes, edges, around }) => [
  multiply(batch, around),
  ...rest.map((size, i) => floorDivide(sum([size, edges[i] ?? 0]), sizes[i] ?? 1)),
]);
const batchToSpace = onBlocks(([batch = 1, ...rest], { sizes, edges, around }) => [
  floorDivide(batch, around),
  ...rest.map((size, i) => subtract(multiply(size, sizes[i] ?? 1), edges[i] ?? 0)),
]);

const meshgrid: OpRule = (c) => {
  const [x, y] = [c.tensor("x"), c.tensor("y")];
  const shape: Shape = [numel(y.shape), numel(x.shape)];
  const turned = property(c.value("options"), "indexing") === "ij" ? [...shape].reverse() : shape;
  return new List([x, y].map((input) => c.emit({ inputs: [input], shape: turned, elementwise: 0 })));
};

// -------------------------------------------------------------- linear algebra

const outer: OpRule = (c) => {
  const [a, b] = [c.tensor("a"), c.tensor("b")];
  const shape: Shape = [numel(a.shape), numel(b.shape)];
  return c.emit({ op: "matmul", inputs: [a, b], shape, macs: product(shape), elementwise: 0 });
};

const qr: OpRule = (c) => {
  const x = c.tensor("x");
  if (isUnknown(x.shape)) return x.shape;
  const [rows = 1, columns = 1] = x.shape.slice(-2);
  const isFull = c.flag("fullMatrices");
  const least = typeof rows === "number" && typeof columns === "number" ? Math.min(rows, columns) : rows;
  const around = x.shape.slice(0, -2);
  return new List(
    [
      [...around, rows, isFull ? rows : least],
      [...around, isFull ? rows : least, columns],
    ].map((shape) => c.emit({ inputs: [x], shape })),
  );
};

/** `tf.basicLSTMCell`: one product of input and state with the weights of all gates. */
const lstmCell: OpRule = (c) => {
  const [kernel, data, state] = [c.tensor("kernel"), c.tensor("data"), c.tensor("c")];
  const inputs = [data, c.tensor("h"), kernel];
  const weights = isUnknown(kernel.shape) ? kernel.shape : product(kernel.shape);
  const batch = isUnknown(data.shape) ? data.shape : (data.shape[0] ?? 1);
  const next = c.emit({
    op: "recurrent",
    inputs,
    shape: state.shape,
    macs: product([batch, weights]),
    elementwise: 0,
  });
  return new List([next, c.emit({ inputs: [state], shape: state.shape })]);
};

// --------------------------------------------------------------------- signals

const window: OpRule = (c) => c.lib.tensor([c.dim("length")]);

function frames(c: Call, shape: Shape): Shape {
  const [length, step] = [c.dim("frameLength"), c.dim("frameStep")];
  const count = c.flag("padEnd")
    ? floorDivide(sum([last(shape), subtract(step, 1)]), step)
    : validOutputSize(last(shape), length, step, 1);
  return [count, length];
}

function spectrum(c: Call, shape: Shape): Shape {
  const [count = 1] = frames(c, shape);
  const length = c.given("fftLength") ? c.dim("fftLength") : powerOfTwo(c.dim("frameLength"));
  return [count, sum([floorDivide(length, 2), 1])];
}

function powerOfTwo(size: Dim): Dim {
  return isUnknown(size) ? size : 2 ** Math.ceil(Math.log2(size));
}

const half = (shape: Shape): Shape => [...shape.slice(0, -1), sum([floorDivide(last(shape), 2), 1])];
const whole = (shape: Shape): Shape => [...shape.slice(0, -1), multiply(subtract(last(shape), 1), 2)];

export const SPECTRAL: OpTable = {
  ...table(["fft", "ifft"], "x", same),
  rfft: {
    signature: "x, fftLength=undefined",
    rule: shaped(
      (c, shape) => half(c.given("fftLength") ? [...shape.slice(0, -1), c.dim("fftLength")] : shape),
      "complex64",
    ),
  },
  irfft: { signature: "x", rule: shaped((_c, shape) => whole(shape), "float32") },
};

export const SIGNAL: OpTable = {
  ...table(["hammingWindow", "hannWindow"], "length", window),
  frame: { signature: "x, frameLength, frameStep, padEnd=false", rule: shaped(frames) },
  stft: {
    signature: "x, frameLength, frameStep, fftLength=undefined",
    rule: shaped(spectrum, "complex64"),
  },
};

export const LINALG: OpTable = {
  bandPart: { signature: "x, lower, upper", rule: same },
  gramSchmidt: {
    signature: "x",
    rule: (c) => {
      const rows = toItems(c.value("x"));
      if (!rows) return c.emit({ inputs: [c.tensor("x")], shape: c.shape("x") });
      return new List(rows.map((row) => c.emit({ inputs: [c.toTensor(row)], shape: c.toTensor(row).shape })));
    },
  },
  qr: { signature: "x, fullMatrices=false", rule: qr },
};

// ------------------------------------------------------------ losses and metrics

/** A loss is a scalar, unless its reduction is none. */
const loss: OpRule = (c) => {
  const [labels, predictions] = [c.tensor("labels"), c.tensor("predictions")];
  const reduction = c.all.find((value, i) => i > 1 && (value === 0 || value === "NONE"));
  const shape = reduction === undefined ? [] : labels.shape;
  return c.emit({ inputs: [labels, predictions], shape, elementwise: numel(labels.shape) });
};

const LOSS = "labels, predictions, a=undefined, b=undefined";
export const LOSSES: OpTable = {
  ...table(
    [
      "absoluteDifference",
      "cosineDistance",
      "hingeLoss",
      "huberLoss",
      "logLoss",
      "meanSquaredError",
      "sigmoidCrossEntropy",
      "softmaxCrossEntropy",
    ],
    LOSS,
    loss,
  ),
  computeWeightedLoss: { signature: LOSS, rule: loss },
};

/** One figure a sample. */
const metric: OpRule = shaped((_c, shape) => shape.slice(0, -1), "float32", "labels");
const single: OpRule = shaped(() => [], "float32", "labels");
export const METRICS: OpTable = {
  ...table(
    [
      "binaryAccuracy",
      "binaryCrossentropy",
      "categoricalAccuracy",
      "categoricalCrossentropy",
      "cosineProximity",
      "meanAbsoluteError",
      "meanAbsolutePercentageError",
      "meanSquaredError",
      "MAPE",
      "MSE",
      "mape",
      "mse",
      "sparseCategoricalAccuracy",
    ],
    "labels, predictions",
    metric,
  ),
  ...table(["precision", "recall", "r2Score"], "labels, predictions", single),
};

export const MATH: OpTable = {
  confusionMatrix: {
    signature: "labels, predictions, numClasses",
    rule: (c) => c.emit({ inputs: [c.tensor("labels")], shape: [c.dim("numClasses"), c.dim("numClasses")] }),
  },
};

export const FURTHER_IMAGES: OpTable = {
  rgbToGrayscale: { signature: "x", rule: shaped((_c, shape) => [...shape.slice(0, -1), 1]) },
  threshold: { signature: "x, method='binary'", rule: same },
  transform: {
    signature:
      "x, transforms, interpolation='nearest', fillMode='constant', fillValue=0, outputShape=undefined",
    rule: shaped((c, shape) =>
      c.given("outputShape") ? [shape[0] ?? 1, ...c.dims("outputShape", 2), last(shape)] : shape,
    ),
  },
  ...table(
    ["nonMaxSuppression", "nonMaxSuppressionAsync"],
    "boxes, scores",
    decided("how many boxes are kept"),
  ),
};

const BLOCKS = "x, blockShape, edges";
const BINCOUNT = "x, weights, size";
const byIndices: OpRule = shaped((c) => shapeOf(c.value("shape")), undefined, "indices");

export const FURTHER: OpTable = {
  ...SPECTRAL,
  outerProduct: { signature: "a, b", rule: outer },
  basicLSTMCell: { signature: "forgetBias, kernel, bias, data, c, h", rule: lstmCell },
  dilation2d: { signature: "x, filter, strides, pad", rule: decided("a dilation") },
  gatherND: { signature: "x, indices", rule: shaped(gatherND) },
  scatterND: { signature: "indices, updates, shape", rule: byIndices },
  sparseToDense: {
    signature: "indices, values, shape, defaultValue=0",
    rule: byIndices,
  },
  tensorScatterUpdate: { signature: "x, indices, updates", rule: same },
  unsortedSegmentSum: { signature: "x, ids, numSegments", rule: shaped(segments) },
  spaceToBatchND: { signature: BLOCKS, rule: spaceToBatch },
  batchToSpaceND: { signature: BLOCKS, rule: batchToSpace },
  bincount: { signature: BINCOUNT, rule: shaped((c) => [c.dim("size")]) },
  denseBincount: {
    signature: BINCOUNT,
    rule: shaped((c, shape) => [...shape.slice(0, -1), c.dim("size")]),
  },
  meshgrid: { signature: "x, y, options=undefined", rule: meshgrid },
  diag: { signature: "x", rule: shaped((_c, shape) => [...shape, ...shape]) },
  ensureShape: { signature: "x, shape", rule: same },
  complex: { signature: "x, imag", rule: shaped((_c, shape) => shape, "complex64") },
  bitwiseAnd: { signature: "x, y", rule: same },
  movingAverage: { signature: "x, y, decay", rule: same },
  multinomial: {
    signature: "x, numSamples",
    rule: shaped((c, shape) => [...shape.slice(0, -1), c.dim("numSamples")], "int32"),
  },
  rand: { signature: "shape", rule: (c) => c.lib.tensor(shapeOf(c.value("shape"))) },
  randomStandardNormal: { signature: "shape", rule: (c) => c.lib.tensor(shapeOf(c.value("shape"))) },
  cosineWindow: { signature: "length, a, b", rule: window },
  ...table(
    ["searchSorted", "lowerBound", "upperBound"],
    "sorted, x",
    shaped((_c, shape) => shape, "int32"),
  ),
  broadcastArgs: {
    signature: "a, b",
    rule: (c) => {
      const [a, b] = [c.shape("a"), c.shape("b")];
      const rank = [a, b].map((shape) => (isUnknown(shape) ? shape : numel(shape)));
      return c.lib.tensor([rank.find(isUnknown) ?? Math.max(...(rank as number[]))], "int32");
    },
  },
  sumOutType: { signature: "x", rule: same },
  maxPoolWithArgmax: {
    signature: "x, filterSize, strides, pad",
    rule: (c) => {
      const pooled = c.m.callMethod(c.tensor("x"), "maxPool", c.all.slice(1));
      return object(c.m, [
        ["result", pooled],
        ["indexes", pooled],
      ]);
    },
  },
  unique: {
    signature: "x",
    rule: (c): Value =>
      object(c.m, [
        ["values", decided("how many elements differ")(c)],
        ["indices", c.emit({ inputs: [c.tensor("x")], shape: c.shape("x"), dtype: "int32" })],
      ]),
  },
  ...table(["booleanMaskAsync", "whereAsync"], "x", decided("how many elements are taken")),
};
