/**
 * Normalisations and layers that change no shape. Running statistics are no parameters.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#normalization
 */
import { product, sum } from "../../../cost/lift.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  type Shape,
  Tensor,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { differ, unevenGroups } from "../../rules/sizes.ts";
import { numel } from "../../shape/dims.ts";
import { stateOf } from "../linen/state.ts";
import type { Layer, LayerTable, Weight } from "./spec.ts";

const FLAGS = "use_bias=True, use_scale=True, bias_init=None, scale_init=None";
const TYPES = "dtype=None, param_dtype=None, promote_dtype=None";

/** Sizes of the axes that have a scale and a bias of their own. */
function featureShape(l: Layer, name: string): Shape {
  if (l.has("num_features")) return [l.dim("num_features")];
  const axes = toItems(l.value(name)) ?? [l.value(name) ?? -1];
  const shape = l.args.x === undefined ? undefined : l.run.tensor(l.args.x).shape;
  if (shape === undefined) return [l.inFeatures];
  if (isUnknown(shape)) return [shape];
  return axes.map((axis) => (typeof axis === "number" ? (shape.at(axis) ?? 1) : 1));
}

function scaleAndBias(l: Layer, axes: string): readonly Weight[] {
  const shape = featureShape(l, axes);
  return [
    ...(l.flag("use_scale", true) ? [{ name: "scale", shape }] : []),
    ...(l.flag("use_bias", true) ? [{ name: "bias", shape }] : []),
  ];
}

function missingAxis(l: Layer, shape: Shape | Unknown): string | undefined {
  if (isUnknown(shape)) return undefined;
  const rank = shape.length;
  for (const name of ["axis", "feature_axes", "reduction_axes"]) {
    const axes = toItems(l.value(name)) ?? [l.value(name)];
    const bad = axes.find((axis) => typeof axis === "number" && (axis >= rank || axis < -rank));
    if (typeof bad === "number") return `has ${name}=${bad}, which must be ${-rank} to ${rank - 1}`;
  }
  return undefined;
}

function groupsProblem(l: Layer, features: Dim): string | undefined {
  if (!l.has("num_groups") && !l.has("group_size")) return "needs either num_groups or group_size";
  const size = l.value("group_size");
  if (typeof size === "number" && typeof features === "number" && features % size !== 0)
    return `has groups of ${size}, which do not divide ${features} channels`;
  return typeof l.value("num_groups") === "number" ? unevenGroups(l.dim("num_groups"), features) : undefined;
}

const groupNorm = (l: Layer): Value => norm(l, groupsProblem);

function norm(l: Layer, more?: (l: Layer, features: Dim) => string | undefined): Value {
  const input = l.input("x");
  const { shape } = input;
  const expected: Dim | undefined = l.has("num_features") ? l.dim("num_features") : undefined;
  const features = isUnknown(shape) ? shape : (shape.at(-1) ?? 1);
  const wrong = expected !== undefined && differ(features, expected);
  return l.run.emit({
    op: "norm",
    inputs: [input],
    weights: l.weights("scale", "bias", "mean", "var"),
    shape,
    elementwise: numel(shape),
    problem: wrong
      ? `expects ${String(expected)} features, gets ${String(features)}`
      : (more?.(l, features) ?? missingAxis(l, shape)),
  });
}

const BATCH = `momentum=0.99, epsilon=1e-05, dtype=None, param_dtype=None, ${FLAGS}, axis_name=None, axis_index_groups=None,
  use_fast_variance=True, force_float32_reductions=True, promote_dtype=None`;
const LAYER = `epsilon=1e-06, dtype=None, param_dtype=None, ${FLAGS}, reduction_axes=-1, feature_axes=-1, axis_name=None,
  axis_index_groups=None, use_fast_variance=True, force_float32_reductions=True, promote_dtype=None`;
const RMS = `epsilon=1e-06, dtype=None, param_dtype=None, use_scale=True, use_bias=False, scale_init=None, reduction_axes=-1,
  feature_axes=-1, axis_name=None, axis_index_groups=None, use_fast_variance=True, force_float32_reductions=True, promote_dtype=None`;
const GROUP = `epsilon=1e-06, dtype=None, param_dtype=None, ${FLAGS}, reduction_axes=None, axis_name=None,
  axis_index_groups=None, use_fast_variance=True, force_float32_reductions=True, promote_dtype=None`;

export const NORMS: LayerTable = {
  BatchNorm: {
    fn: "batch_norm",
    linen: `use_running_average=None, axis=-1, ${BATCH}`,
    nnx: `num_features, *, use_running_average=False, axis=-1, ${BATCH}`,
    weights: (l) => {
      const shape = featureShape(l, "axis");
      return [
        ...scaleAndBias(l, "axis"),
        { name: "mean", shape, statistic: true },
        { name: "var", shape, statistic: true },
      ];
    },
    call: ["x, use_running_average=None, *, mask=None", (l) => norm(l)],
  },
  LayerNorm: {
    fn: "layer_norm",
    linen: LAYER,
    nnx: `num_features, *, ${LAYER}`,
    weights: (l) => scaleAndBias(l, "feature_axes"),
    call: ["x, *, mask=None", (l) => norm(l)],
  },
  InstanceNorm: {
    fn: "instance_norm",
    linen: LAYER,
    nnx: `num_features, *, ${LAYER}`,
    weights: (l) => scaleAndBias(l, "feature_axes"),
    call: ["x, *, mask=None", (l) => norm(l)],
  },
  RMSNorm: {
    fn: "rms_norm",
    linen: RMS,
    nnx: `num_features, *, ${RMS}`,
    weights: (l) => scaleAndBias(l, "feature_axes"),
    call: ["x, mask=None", (l) => norm(l)],
  },
  GroupNorm: {
    fn: "group_norm",
    linen: `num_groups=32, group_size=None, ${GROUP}`,
    nnx: `num_features, num_groups=32, group_size=None, *, ${GROUP}`,
    weights: (l) => scaleAndBias(l, "axis"),
    call: ["x, *, mask=None", groupNorm],
  },
  /** Wraps another layer's parameters: its call is that layer's. */
  SpectralNorm: {
    fn: "spectral_norm",
    linen: `layer_instance, n_steps=1, epsilon=1e-12, ${TYPES}, error_on_non_matrix=False, collection_name='batch_stats'`,
    nnx: `layer_instance, *, n_steps=1, epsilon=1e-12, ${TYPES}, error_on_non_matrix=False, update_stats=True`,
    call: ["*args, **kwargs", spectral],
    layer: false,
  },
  WeightNorm: {
    fn: "weight_norm",
    linen: `layer_instance, epsilon=1e-12, ${TYPES}, use_scale=True, scale_init=None, feature_axes=-1, variable_filter=None`,
    nnx: `layer_instance, *, epsilon=1e-12, ${TYPES}, use_scale=True, scale_init=None, feature_axes=-1, variable_filter=None`,
    call: ["*args, **kwargs", weightNormed],
    layer: false,
  },
  Dropout: {
    fn: "dropout",
    linen: "rate, broadcast_dims=(), deterministic=None, rng_collection='dropout'",
    nnx: "rate, *, broadcast_dims=(), deterministic=False, rng_collection='dropout'",
    call: ["inputs, deterministic=None, rng=None, rngs=None", (l) => l.input()],
  },
  PReLU: {
    fn: "prelu",
    linen: "negative_slope_init=0.01, param_dtype=None",
    nnx: "negative_slope_init=0.01, param_dtype=None",
    weights: () => [{ name: "negative_slope", shape: [] }],
    call: [
      "inputs",
      (l) => {
        const input = l.input();
        return l.run.emit({ inputs: [input], weights: l.weights("negative_slope"), shape: input.shape });
      },
    ],
  },
};

function wrapped(l: Layer): Value {
  return l.interp.call(l.value("layer_instance"), toItems(l.args.args) ?? []);
}

/** The kernel of the layer that is wrapped, as it is once the layer has run. */
function kernelOf(l: Layer): Shape | undefined {
  const layer = l.value("layer_instance");
  if (!(layer instanceof Instance)) return undefined;
  const found = layer.attrs.get("kernel") ?? stateOf(layer)?.variables.get("kernel")?.value;
  return found instanceof Tensor && !isUnknown(found.shape) ? found.shape : undefined;
}

/** Each call takes steps of the power iteration with the kernel as a matrix, and its norm from them. */
function spectral(l: Layer): Value {
  const output = wrapped(l);
  const shape = kernelOf(l);
  if (shape === undefined) l.interp.gap("the power iteration of SpectralNorm is not counted");
  else {
    const columns = shape.at(-1) ?? 1;
    const matrix = product<Unknown>(shape);
    const iteration = product<Unknown>([2, l.dim("n_steps"), matrix]);
    l.run.emit({
      op: "matmul",
      inputs: [],
      shape: [1, columns],
      macs: sum<Unknown>([iteration, matrix, columns]),
    });
  }
  return output;
}

/** One scale for each feature of the kernel: a parameter in linen, an array that is no `nnx.Param` in nnx. */
function weightNormed(l: Layer): Value {
  const output = wrapped(l);
  const shape = kernelOf(l);
  if (shape === undefined) l.interp.gap("the scales of WeightNorm are not counted");
  else if (l.flag("use_scale", true)) {
    const scale = l.access.create?.("kernel/scale", [shape.at(-1) ?? 1]);
    l.run.emit({ inputs: [], weights: scale ? [scale] : [], shape });
  }
  return output;
}
