/** Norms of `equinox.nn`, and the norms of weights, which wrap a layer. */
import {
  type Instance,
  isUnknown,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import type { Layer, Weight } from "../../flax/layers/spec.ts";
import { differ, toDim, unevenGroups } from "../../rules/sizes.ts";
import { numel, showShape } from "../../shape/dims.ts";
import type { EquinoxTable } from "../module.ts";

/** Older releases keep the state of a batch norm themselves: what is given none answers none. */
function norm(l: Layer): Value {
  const input = l.input("x");
  const { shape } = input;
  const own = l.has("input_size") ? l.dim("input_size") : l.has("channels") ? l.dim("channels") : undefined;
  const channels = isUnknown(shape) ? shape : (shape[0] ?? 1);
  const whole = l.has("shape") ? shapeOf(l) : undefined;
  const problem =
    own !== undefined && differ(own, channels)
      ? `expects ${String(own)} channels, gets ${String(channels)}`
      : whole &&
          !isUnknown(shape) &&
          (shape.length !== whole.length || whole.some((size, i) => differ(size, shape[i]!)))
        ? `expects ${showShape(whole)}, gets ${showShape(shape)}`
        : l.has("groups")
          ? unevenGroups(l.dim("groups"), channels)
          : undefined;
  const output = l.run.emit({
    op: "norm",
    inputs: [input],
    weights: l.weights("weight", "bias"),
    shape,
    elementwise: numel(shape),
    problem,
  });
  return withState(l, output);
}

function withState(l: Layer, output: Value): Value {
  const state = l.args.state ?? null;
  return state === null ? output : new Tuple([output, state]);
}

function shapeOf(l: Layer): Shape {
  return (toItems(l.value("shape")) ?? [l.value("shape")]).map(toDim);
}

function affine(l: Layer, shape: Shape): readonly Weight[] {
  return [
    ...(l.flag("use_weight", true) ? [{ name: "weight", shape }] : []),
    ...(l.flag("use_bias", true) ? [{ name: "bias", shape }] : []),
  ];
}

function channelwise(l: Layer, name: string): readonly Weight[] {
  if (!l.flag("channelwise_affine", true)) return [];
  return [
    { name: "weight", shape: [l.dim(name)] },
    { name: "bias", shape: [l.dim(name)] },
  ];
}

/** One scale for each index of the axis. */
function weightNormScale(l: Layer): readonly Weight[] {
  const layer = l.value("layer") as Instance | null;
  const weight = layer?.attrs?.get(String(l.value("weight_name")));
  if (!(weight instanceof Tensor) || isUnknown(weight.shape)) return [];
  const axis = l.value("axis");
  const shape = weight.shape.map((size, at) => (axis === null || at !== axis ? 1 : size));
  return [{ name: "g", shape }];
}

export const NORMS: EquinoxTable = {
  BatchNorm: {
    fn: "batch_norm",
    make: "input_size, axis_name, eps=1e-05, channelwise_affine=True, momentum=0.99, inference=False, dtype=None, mode='legacy'",
    weights: (l) => channelwise(l, "input_size"),
    call: ["x, state=None", norm],
    methods: { is_stateful: ["self", () => true] },
  },
  LayerNorm: {
    fn: "layer_norm",
    make: "shape, eps=1e-05, use_weight=True, use_bias=True, dtype=None, *, elementwise_affine=None",
    weights: (l) => affine(l, shapeOf(l)),
    call: ["x, state=None", norm],
  },
  RMSNorm: {
    fn: "rms_norm",
    make: "shape, eps=1e-05, use_weight=True, use_bias=True, dtype=None",
    weights: (l) => affine(l, shapeOf(l)),
    call: ["x, state=None", norm],
  },
  GroupNorm: {
    fn: "group_norm",
    make: "groups, channels=None, eps=1e-05, channelwise_affine=True, dtype=None",
    weights: (l) => channelwise(l, "channels"),
    call: ["x, state=None", norm],
  },
  /** Wrap another layer's parameters: their call is that layer's. */
  SpectralNorm: {
    fn: "spectral_norm",
    make: "layer, weight_name, num_power_iterations=1, eps=1e-12, inference=False",
    layer: false,
    call: ["x, state=None", (l) => withState(l, l.interp.call(l.value("layer"), [l.args.x]))],
  },
  WeightNorm: {
    fn: "weight_norm",
    make: "layer, weight_name='weight', axis=0",
    weights: weightNormScale,
    layer: false,
    call: ["x", (l) => l.interp.call(l.value("layer"), [l.args.x])],
  },
};
