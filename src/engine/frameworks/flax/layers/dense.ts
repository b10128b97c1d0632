/**
 * Dense layers, embeddings, and dense layers over several axes.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#linear-modules
 */
import { einsumMacs, einsumShape, linearMacs, parseEinsum } from "../../../cost/contraction.ts";
import { product } from "../../../cost/lift.ts";
import {
  Dict,
  type Dim,
  isUnknown,
  type Shape,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { differ, toDim } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { Layer, LayerTable, Weight } from "./spec.ts";

const COMMON =
  "dtype=None, param_dtype=None, precision=None, kernel_init=None, bias_init=None, dot_general=None, dot_general_cls=None, promote_dtype=None, preferred_element_type=None";

function biasOf(l: Layer, shape: Shape): readonly Weight[] {
  return l.flag("use_bias", true) ? [{ name: "bias", shape }] : [];
}

function dense(l: Layer): Value {
  const input = l.input();
  const { shape } = input;
  const weights = l.weights("kernel", "bias");
  if (isUnknown(shape)) return l.run.emit({ op: "linear", inputs: [input], weights, shape, macs: shape });
  const features = shape.at(-1);
  const expected = l.inFeatures;
  const wrong = features === undefined || differ(features, expected);
  return l.run.emit({
    op: "linear",
    inputs: [input],
    weights,
    shape: [...shape.slice(0, -1), l.outFeatures],
    macs: linearMacs(product<Unknown>(shape.slice(0, -1)), expected, l.outFeatures),
    problem: wrong ? `expects ${String(expected)} features, gets ${showShape(shape)}` : undefined,
  });
}

/** Axes that a general dense layer sums over, counted from the front. */
function summedAxes(l: Layer, rank: number): readonly number[] {
  const axes = toItems(l.value("axis")) ?? [l.value("axis") ?? -1];
  return axes.map((axis) => (typeof axis === "number" ? (axis < 0 ? axis + rank : axis) : rank - 1));
}

function generalSizes(l: Layer): { readonly from: readonly Dim[]; readonly to: readonly Dim[] } {
  const to = l.list(l.has("features") ? "features" : "out_features");
  if (l.has("in_features")) return { from: l.list("in_features"), to };
  const { shape } = l.input();
  if (isUnknown(shape)) return { from: [shape], to };
  return { from: summedAxes(l, shape.length).map((axis) => shape[axis] ?? 1), to };
}

function denseGeneral(l: Layer): Value {
  const input = l.input();
  const { from, to } = generalSizes(l);
  const weights = l.weights("kernel", "bias");
  const { shape } = input;
  if (isUnknown(shape)) return l.run.emit({ op: "linear", inputs: [input], weights, shape, macs: shape });
  const axes = summedAxes(l, shape.length);
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const found = axes.map((axis) => shape[axis] ?? 1);
  const wrong = found.some((size, i) => differ(size, from[i] ?? size));
  return l.run.emit({
    op: "linear",
    inputs: [input],
    weights,
    shape: [...kept, ...to],
    macs: product<Unknown>([...kept, ...from, ...to]),
    problem: wrong ? `expects ${showShape(from)} features, gets ${showShape(found)}` : undefined,
  });
}

function embed(l: Layer): Value {
  const input = l.input();
  const { shape } = input;
  if (!isUnknown(shape) && /float/.test(input.dtype)) l.run.problem("needs whole numbers", input);
  const features = l.outFeatures;
  return l.run.emit({
    op: "embedding",
    inputs: [input],
    weights: l.weights("embedding"),
    shape: isUnknown(shape) ? shape : [...shape, features],
    dtype: "float32",
  });
}

/** The embedding used as an output layer: a product with its transpose. */
function attend(l: Layer): Value {
  const query = l.input("query");
  const count = l.dim("num_embeddings");
  const { shape } = query;
  return l.run.emit({
    op: "linear",
    inputs: [query],
    weights: l.weights("embedding"),
    shape: isUnknown(shape) ? shape : [...shape.slice(0, -1), count],
    macs: isUnknown(shape) ? shape : product<Unknown>([...shape, count]),
  });
}

function einsum(l: Layer): Value {
  const input = l.input();
  const kernel = l.weight("kernel");
  const text = l.args.einsum_str ?? l.value("einsum_str");
  const { shape } = input;
  const own = l.has("kernel_shape") ? l.list("kernel_shape") : kernel?.shape;
  if (typeof text !== "string" || isUnknown(shape) || own === undefined || isUnknown(own)) {
    const why = isUnknown(shape) ? shape : l.interp.unknown("needs an equation");
    return l.run.emit({ op: "matmul", inputs: [input], shape: why, macs: why });
  }
  const equation = parseEinsum(text, [shape.length, own.length]);
  if (typeof equation === "string") {
    const why = l.interp.unknown(equation);
    return l.run.emit({ op: "matmul", inputs: [input], shape: why, macs: why, problem: equation });
  }
  return l.run.emit({
    op: "linear",
    inputs: [input],
    weights: l.weights("kernel", "bias"),
    shape: einsumShape<Unknown>(equation, [shape, own]),
    macs: einsumMacs<Unknown>(equation, [shape, own]),
  });
}

const denseWeights = (l: Layer): readonly Weight[] => [
  { name: "kernel", shape: [l.inFeatures, l.outFeatures] },
  ...biasOf(l, [l.outFeatures]),
];

const generalWeights = (l: Layer): readonly Weight[] => {
  const { from, to } = generalSizes(l);
  const own = ownKernels(l);
  return [{ name: "kernel", shape: [...own, ...from, ...to] }, ...biasOf(l, [...own, ...to])];
};

/** Sizes of the leading axes whose every place has a kernel of its own. */
function ownKernels(l: Layer): readonly Dim[] {
  const sizes = l.value("batch_axis");
  if (sizes instanceof Dict) return [...sizes.entries.values()].map(({ value }) => toDim(value));
  if (isUnknown(sizes)) return [sizes];
  const axes = l.has("batch_dims") ? l.list("batch_dims") : [];
  if (axes.length === 0) return [];
  const { shape } = l.input();
  if (isUnknown(shape)) return [shape];
  return axes.map((axis) => (isUnknown(axis) ? axis : (shape.at(axis) ?? 1)));
}

export const DENSE: LayerTable = {
  Dense: {
    fn: "dense",
    linen: `features, use_bias=True, ${COMMON}`,
    weights: denseWeights,
    call: ["inputs", dense],
  },
  Linear: {
    fn: "linear",
    nnx: `in_features, out_features, *, use_bias=True, ${COMMON}`,
    weights: denseWeights,
    call: ["inputs, out_sharding=None", dense],
    entrance: () => 0,
  },
  DenseGeneral: {
    fn: "dense_general",
    linen: `features, axis=-1, batch_dims=(), use_bias=True, ${COMMON}`,
    weights: generalWeights,
    call: ["inputs", denseGeneral],
  },
  LinearGeneral: {
    fn: "linear_general",
    nnx: `in_features, out_features, *, axis=-1, batch_axis=None, use_bias=True, ${COMMON}`,
    weights: generalWeights,
    call: ["inputs, out_sharding=None", denseGeneral],
  },
  Einsum: {
    fn: "einsum",
    linen: `shape, einsum_str=None, use_bias=True, ${COMMON}`,
    nnx: `einsum_str, kernel_shape, bias_shape=None, *, ${COMMON}`,
    weights: (l) => einsumWeights(l),
    call: ["inputs, einsum_str=None, out_sharding=None", einsum],
  },
  Embed: {
    fn: "embed",
    linen: "num_embeddings, features, dtype=None, param_dtype=None, embedding_init=None, promote_dtype=None",
    nnx: "num_embeddings, features, *, dtype=None, param_dtype=None, embedding_init=None, promote_dtype=None",
    weights: (l) => [{ name: "embedding", shape: [l.dim("num_embeddings"), l.outFeatures] }],
    call: ["inputs, out_sharding=None", embed],
    methods: { attend: ["query, out_sharding=None", attend] },
  },
};

/** linen's bias has the axes of the kernel that the result keeps. */
function einsumWeights(l: Layer): readonly Weight[] {
  const shape = l.list(l.has("kernel_shape") ? "kernel_shape" : "shape");
  const kernel = { name: "kernel", shape };
  if (l.has("bias_shape")) return [kernel, { name: "bias", shape: l.list("bias_shape") }];
  const text = l.args.einsum_str ?? l.value("einsum_str");
  if (!l.has("shape") || !l.flag("use_bias", true) || typeof text !== "string") return [kernel];
  const [inputs = "", result = ""] = text.replaceAll(/\s/g, "").split("->");
  const own = inputs.split(",")[1] ?? "";
  const bias = [...own].flatMap((label, axis) => (result.includes(label) ? [shape[axis] ?? 1] : []));
  return [kernel, { name: "bias", shape: bias }];
}
