/**
 * Linear layers and embeddings of the identity kind.
 * https://docs.pytorch.org/docs/stable/nn.functional.html#linear-functions
 */
import { bilinearMacs, linearMacs } from "../../../cost/contraction.ts";
import { product } from "../../../cost/lift.ts";
import { type Dim, isUnknown, type Tensor, type Value } from "../../../interpret/values.ts";
import { differ } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import { type FunctionSpec, type LayerSpec, makeParameter } from "./layer.ts";
import { addTensor } from "./module.ts";
import type { Op } from "./op.ts";

/** `weight` is out × in. */
export function runLinear(
  op: Op,
  inputValue: Value,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
  declared?: { readonly inFeatures: Dim; readonly outFeatures: Dim },
): Tensor {
  const input = op.tensor(inputValue);
  const shape = weight && !isUnknown(weight.shape) ? weight.shape : undefined;
  const weightUnknown = (): Dim =>
    weight && isUnknown(weight.shape)
      ? weight.shape
      : op.interp.unknown("a linear layer's weight is not known");
  const vector = shape?.length === 1;
  const outFeatures = vector ? 1 : (shape?.[0] ?? declared?.outFeatures ?? weightUnknown());
  const inFeatures = shape?.at(-1) ?? declared?.inFeatures ?? weightUnknown();
  const weights = [weight, bias];
  const contractions = [{ tensor: input, axis: -1, size: inFeatures }];
  if (isUnknown(input.shape)) {
    return op.emit({
      op: "linear",
      name: "linear",
      inputs: [input],
      shape: input.shape,
      weights,
      macs: input.shape,
      contractions,
    });
  }
  const rows = input.shape.slice(0, -1);
  const features = input.shape.at(-1);
  const problem =
    features === undefined
      ? `needs ${inFeatures} features, gets a scalar`
      : differ(features, inFeatures)
        ? `expects ${inFeatures} features, gets ${features} (${showShape(input.shape)})`
        : undefined;
  return op.emit({
    op: "linear",
    name: "linear",
    inputs: [input],
    shape: vector ? rows : [...rows, outFeatures],
    weights,
    macs: linearMacs(product(rows), inFeatures, outFeatures),
    contractions,
    problem,
  });
}

function runBilinear(
  op: Op,
  a: Value,
  b: Value,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
): Tensor {
  const left = op.tensor(a);
  const right = op.tensor(b);
  const why = op.interp.unknown("a bilinear layer's weight is not known");
  const [out = why, in1 = why, in2 = why] = weight && !isUnknown(weight.shape) ? weight.shape : [];
  const rows: readonly Dim[] = isUnknown(left.shape) ? [left.shape] : left.shape.slice(0, -1);
  const problem = [
    [left, in1],
    [right, in2],
  ] as const;
  const misfit = problem.find(
    ([input, size]) => !isUnknown(input.shape) && differ(input.shape.at(-1) ?? 0, size),
  );
  return op.emit({
    op: "linear",
    name: "bilinear",
    inputs: [left, right],
    shape: [...rows, out],
    weights: [weight, bias],
    macs: bilinearMacs(product(rows), in1, in2, out),
    problem: misfit && `expects ${misfit[1]} features, gets ${showShape(misfit[0].shape)}`,
  });
}

function layerLinear(op: Op, input: Value): Tensor {
  return runLinear(op, input, op.weight("weight"), op.weight("bias"), {
    inFeatures: op.dim("in_features"),
    outFeatures: op.dim("out_features"),
  });
}

const LINEAR: LayerSpec = {
  name: "Linear",
  home: "linear",
  init: "in_features, out_features, bias=True, device=None, dtype=None",
  hidden: ["bias"],
  build: (b) => {
    b.parameter("weight", [b.dim("out_features"), b.dim("in_features")]);
    b.parameter("bias", b.flag("bias", true) ? [b.dim("out_features")] : null);
  },
  forward: ["input", (op, a) => layerLinear(op, a.input)],
  fn: "linear",
};

export const LINEAR_LAYERS: readonly LayerSpec[] = [
  LINEAR,
  { name: "NonDynamicallyQuantizableLinear", home: "linear", base: "Linear" },
  {
    name: "LazyLinear",
    home: "linear",
    base: "Linear",
    init: "out_features, bias=True, device=None, dtype=None",
    hidden: ["bias"],
    build: (b) => {
      b.set("in_features", 0);
      b.parameter("weight", null);
      b.parameter("bias", b.flag("bias", true) ? [b.dim("out_features")] : null);
    },
    forward: [
      "input",
      (op, a) => {
        const layer = op.layer;
        const { shape } = op.tensor(a.input);
        if (layer && op.attr("weight") === null) {
          const features = isUnknown(shape) ? shape : (shape.at(-1) ?? 0);
          op.interp.touch(layer);
          layer.attrs.set("in_features", features);
          if (layer.cls === op.nn.layer("LazyLinear")) layer.cls = op.nn.layer("Linear");
          const weight = makeParameter(op.nn, [op.dim("out_features"), features]);
          addTensor(op.interp, layer, "_parameters", "weight", weight);
        }
        return layerLinear(op, a.input);
      },
    ],
    fn: "linear",
  },
  {
    name: "Bilinear",
    home: "linear",
    init: "in1_features, in2_features, out_features, bias=True, device=None, dtype=None",
    hidden: ["bias"],
    build: (b) => {
      b.parameter("weight", [b.dim("out_features"), b.dim("in1_features"), b.dim("in2_features")]);
      b.parameter("bias", b.flag("bias", true) ? [b.dim("out_features")] : null);
    },
    forward: [
      "input1, input2",
      (op, a) => runBilinear(op, a.input1, a.input2, op.weight("weight"), op.weight("bias")),
    ],
    fn: "bilinear",
  },
  {
    name: "Identity",
    home: "linear",
    init: "*args, **kwargs",
    hidden: ["args", "kwargs"],
    forward: ["input", (_, a) => a.input],
  },
];

export const LINEAR_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  linear: {
    signature: "input, weight, bias=None",
    rule: (op, a) => runLinear(op, a.input, op.optional(a.weight), op.optional(a.bias)),
  },
  bilinear: {
    signature: "input1, input2, weight, bias=None",
    rule: (op, a) => runBilinear(op, a.input1, a.input2, op.optional(a.weight), op.optional(a.bias)),
  },
};
