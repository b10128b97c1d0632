/**
 * Dense layers, embeddings, normalisations, attention, pooling and reshaping.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#common-modules
 */

import { entryOf } from "../../base/table.ts";
import { attentionMacs, linearMacs } from "../../cost/contraction.ts";
import { product } from "../../cost/lift.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  Slice,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { Layer, Weight } from "../flax/layers/spec.ts";
import { unevenGroups } from "../rules/sizes.ts";
import { numel } from "../shape/dims.ts";
import { channelsOf, isChannelsFirst } from "./conv.ts";
import type { HaikuTable } from "./entry.ts";
import type { Find } from "./module.ts";
import { poolSizes } from "./pool.ts";

function lastOf(shape: Shape | Unknown): Dim {
  return isUnknown(shape) ? shape : (shape.at(-1) ?? 1);
}

function linear(l: Layer): Value {
  const input = l.input();
  const { shape } = input;
  const weights = l.weights("w", "b");
  if (isUnknown(shape)) return l.run.emit({ op: "linear", inputs: [input], weights, shape, macs: shape });
  const rows = shape.slice(0, -1);
  const size = l.dim("output_size");
  return l.run.emit({
    op: "linear",
    inputs: [input],
    weights,
    shape: [...rows, size],
    macs: linearMacs(product<Unknown>(rows), lastOf(shape), size),
    problem: shape.length === 0 ? "needs an input with an axis, gets a scalar" : undefined,
  });
}

/** A layer of this class made inside a call of another one. */
export function made(
  l: Layer,
  find: Find,
  name: string,
  args: readonly Value[],
  options: Readonly<Record<string, Value>> = {},
): Value {
  const layer = l.interp.call(find(name) ?? null, args, new Map(Object.entries(options)));
  const site = l.access.self.site;
  if (layer !== null && typeof layer === "object" && "site" in layer && site) layer.site = site;
  return layer;
}

function attention(l: Layer, find: Find): Value {
  const own = (name: string, fallback: Value): Value => (l.has(name) ? l.value(name) : fallback);
  const size = l.dim("key_size");
  const width = own("value_size", size);
  const heads = l.dim("num_heads");
  const bias = { with_bias: l.value("with_bias") };
  const project = (name: string, each: Value): Tensor => {
    const sizes = product<Unknown>([heads, typeof each === "number" ? each : size]);
    const layer = made(l, find, "Linear", [sizes], { ...bias, name });
    return l.run.tensor(l.interp.call(layer, [entryOf(l.args, name)]));
  };
  const inputs = [project("query", size), project("key", size), project("value", width)];
  const unknown = inputs.map(({ shape }) => shape).find(isUnknown);
  const [q, k, v] = unknown ? [] : inputs.map(({ shape }) => shape as Shape);
  const batch = product<Unknown>([...(q ?? []).slice(0, -2), heads]);
  const each = typeof width === "number" ? width : size;
  const mixed = l.run.emit({
    op: "attention",
    inputs,
    shape: unknown ?? [...q!.slice(0, -1), v!.at(-1) ?? 1],
    macs: unknown ?? attentionMacs<Unknown>(batch, q!.at(-2) ?? 1, k!.at(-2) ?? 1, size, each),
  });
  const out = made(l, find, "Linear", [own("model_size", product<Unknown>([size, heads]))], bias);
  return l.interp.call(out, [mixed]);
}

// --------------------------------------------------------------------- norms

/** Axes by numbers, a slice or one number; negative ones count from the back. */
function axesOf(value: Value, rank: number): readonly number[] {
  if (value instanceof Slice) {
    const at = (edge: Value, fallback: number): number =>
      typeof edge !== "number" ? fallback : edge < 0 ? edge + rank : edge;
    const [start, stop] = [at(value.start, 0), at(value.stop, rank)];
    return Array.from({ length: Math.max(0, stop - start) }, (_, i) => start + i);
  }
  const items = toItems(value) ?? [value];
  return items.flatMap((axis) => (typeof axis === "number" ? [axis < 0 ? axis + rank : axis] : []));
}

function affine(l: Layer, shape: Shape, flags = true): readonly Weight[] {
  const wants = (name: string): boolean => (flags ? l.flag(name, true) : false);
  return [
    ...(wants("create_scale") ? [{ name: "scale", shape }] : []),
    ...(wants("create_offset") ? [{ name: "offset", shape }] : []),
  ];
}

function norm(name = "inputs"): (l: Layer) => Value {
  return (l) => {
    const input = l.input(name);
    return l.run.emit({
      op: "norm",
      inputs: [input],
      weights: l.weights("scale", "offset"),
      shape: input.shape,
      elementwise: numel(input.shape),
      problem: l.has("groups") ? unevenGroups(l.dim("groups"), channelsOf(l, name)) : undefined,
    });
  };
}

/** The axes that are not normalised over keep parameters of their own. */
function batchWeights(l: Layer): readonly Weight[] {
  const { shape } = l.input();
  if (isUnknown(shape)) return affine(l, [shape]);
  const rank = shape.length;
  const channel = isChannelsFirst(l) ? 1 : rank - 1;
  const axes = l.has("axis") ? axesOf(l.value("axis"), rank) : undefined;
  const kept = (axis: number): boolean => (axes ? !axes.includes(axis) : axis === channel);
  return affine(
    l,
    shape.map((size, axis) => (kept(axis) ? size : 1)),
  );
}

/** Parameters along `param_axis`, the last one unless told otherwise. */
function layerShape(l: Layer): Shape {
  const { shape } = l.input();
  if (isUnknown(shape)) return [shape];
  const axes = l.has("param_axis") ? axesOf(l.value("param_axis"), shape.length) : [shape.length - 1];
  return axes.map((axis) => shape[axis] ?? 1);
}

const NORM_INITS = "eps=1e-05, scale_init=None, offset_init=None";
const LAYER = `axis=-1, create_scale=True, create_offset=True, ${NORM_INITS}, use_fast_variance=False, *, param_axis=None`;
const NORM_CALL = "scale=None, offset=None";

// ----------------------------------------------------------------- reshaping

function reshaped(l: Layer, sizes: (shape: Shape, kept: number) => readonly Value[]): Value {
  const input = l.input();
  if (isUnknown(input.shape)) return l.run.make(input.shape, input.dtype);
  const asked = l.value("preserve_dims");
  const count = typeof asked === "number" ? asked : 1;
  const kept = count < 0 ? input.shape.length + count : count;
  const shape = [...input.shape.slice(0, kept), ...sizes(input.shape, kept)];
  return l.interp.callMethod(input, "reshape", [new Tuple(shape)]);
}

function pool(l: Layer): Value {
  const { window_shape, strides, padding, channel_axis } = Object.fromEntries(
    ["window_shape", "strides", "padding", "channel_axis"].map((name) => [name, l.value(name)]),
  );
  return poolSizes(l.run, l.args.value, { window_shape, strides, padding, channel_axis });
}

function sequential(l: Layer): Value {
  const more = toItems(l.args.args) ?? [];
  let result = l.args.inputs;
  for (const [i, layer] of (toItems(l.value("layers")) ?? []).entries())
    result = l.interp.call(layer, i === 0 ? [result, ...more] : [result]);
  return result;
}

/** Runs a function with the first axes as one. */
function batchApply(l: Layer): Value {
  const count = l.value("num_dims");
  const merged = typeof count === "number" ? count : 2;
  let leading: Shape = [];
  const args = (toItems(l.args.args) ?? []).map((arg) => {
    if (!(arg instanceof Tensor) || isUnknown(arg.shape) || arg.shape.length < merged) return arg;
    leading = arg.shape.slice(0, merged);
    const shape = [product<Unknown>(leading), ...arg.shape.slice(merged)];
    return l.interp.callMethod(arg, "reshape", [new Tuple(shape)]);
  });
  const spread = (value: Value): Value => {
    const items = toItems(value);
    if (items) return new Tuple(items.map(spread));
    if (!(value instanceof Tensor) || isUnknown(value.shape)) return value;
    return l.interp.callMethod(value, "reshape", [new Tuple([...leading, ...value.shape.slice(1)])]);
  };
  return spread(l.interp.call(l.value("f"), args));
}

const POOL = "window_shape, strides, padding, channel_axis=-1";
const passed = (name: string) => (l: Layer) => entryOf(l.args, name);

export const LAYERS: HaikuTable = {
  Linear: {
    fn: "linear",
    make: "output_size, with_bias=True, w_init=None, b_init=None",
    weights: (l) => {
      const size = l.dim("output_size");
      return [
        { name: "w", shape: [lastOf(l.input().shape), size] },
        ...(l.flag("with_bias", true) ? [{ name: "b", shape: [size] }] : []),
      ];
    },
    call: ["inputs, *, precision=None", linear],
  },
  Bias: {
    fn: "bias",
    make: "output_size=None, bias_dims=None, b_init=None",
    weights: (l) => {
      const { shape } = l.input();
      if (isUnknown(shape)) return [{ name: "b", shape: [shape] }];
      const axes = l.has("bias_dims") ? axesOf(l.value("bias_dims"), shape.length) : undefined;
      const own = shape.filter((_, axis) => (axes ? axes.includes(axis) : axis > 0));
      return [{ name: "b", shape: own }];
    },
    call: [
      "inputs, multiplier=None",
      (l) => {
        const input = l.input();
        return l.run.emit({ inputs: [input], weights: l.weights("b"), shape: input.shape });
      },
    ],
  },
  Embed: {
    fn: "embed",
    make: "vocab_size=None, embed_dim=None, embedding_matrix=None, w_init=None, lookup_style='ARRAY_INDEX', precision=None",
    weights: (l) => [{ name: "embeddings", shape: embeddingShape(l) }],
    call: [
      "ids, lookup_style=None, precision=None",
      (l) => {
        const input = l.input("ids");
        const { shape } = input;
        return l.run.emit({
          op: "embedding",
          inputs: [input],
          weights: l.weights("embeddings"),
          shape: isUnknown(shape) ? shape : [...shape, embeddingShape(l)[1] ?? 1],
          dtype: "float32",
          macs: lookupMacs(l, shape),
        });
      },
    ],
  },
  BatchNorm: {
    fn: "batch_norm",
    make: `create_scale, create_offset, decay_rate, ${NORM_INITS}, axis=None, cross_replica_axis=None,
      cross_replica_axis_index_groups=None, data_format='channels_last'`,
    weights: batchWeights,
    call: [`inputs, is_training=False, test_local_stats=False, ${NORM_CALL}`, norm()],
  },
  LayerNorm: {
    fn: "layer_norm",
    make: LAYER,
    weights: (l) => affine(l, layerShape(l)),
    call: [`inputs, ${NORM_CALL}`, norm()],
  },
  InstanceNorm: {
    fn: "instance_norm",
    make: `create_scale, create_offset, ${NORM_INITS}, data_format='channels_last'`,
    weights: (l) => affine(l, [channelsOf(l)]),
    call: [`inputs, ${NORM_CALL}`, norm()],
  },
  GroupNorm: {
    fn: "group_norm",
    make: `groups, axis=None, create_scale=True, create_offset=True, ${NORM_INITS}, data_format='channels_last'`,
    weights: (l) => affine(l, [channelsOf(l, "x")]),
    call: [`x, ${NORM_CALL}`, norm("x")],
  },
  RMSNorm: {
    fn: "rms_norm",
    make: "axis=-1, eps=1e-05, scale_init=None, create_scale=True, *, param_axis=None",
    weights: (l) => (l.flag("create_scale", true) ? [{ name: "scale", shape: layerShape(l) }] : []),
    call: ["inputs", norm()],
  },
  MultiHeadAttention: {
    fn: "dot_product_attention",
    make: "num_heads, key_size, w_init_scale=None, *, w_init=None, with_bias=True, b_init=None, value_size=None, model_size=None",
    parts: (self) => {
      const [size, heads] = ["key_size", "num_heads"].map((name) => self.attrs.get(name));
      const both = typeof size === "number" && typeof heads === "number" ? size * heads : size;
      if (!self.attrs.get("value_size")) self.attrs.set("value_size", size ?? null);
      if (!self.attrs.get("model_size")) self.attrs.set("model_size", both ?? null);
    },
    call: ["query, key, value, mask=None", attention],
  },
  AvgPool: { fn: "avg_pool", make: POOL, call: ["value", pool] },
  MaxPool: { fn: "max_pool", make: POOL, call: ["value", pool] },
  Sequential: {
    fn: "sequential",
    make: "layers",
    layer: false,
    call: ["inputs, *args, **kwargs", sequential],
  },
  BatchApply: {
    fn: "batch_apply",
    make: "f, num_dims=2",
    layer: false,
    call: ["*args, **kwargs", batchApply],
  },
  Reshape: {
    fn: "reshape",
    make: "output_shape, preserve_dims=1",
    call: ["inputs", (l) => reshaped(l, () => toItems(l.value("output_shape")) ?? [l.value("output_shape")])],
  },
  Flatten: {
    fn: "flatten",
    make: "preserve_dims=1",
    call: ["inputs", (l) => reshaped(l, (shape, kept) => (shape.length > kept ? [-1] : []))],
  },
  /** Keep statistics, and give back what they are given. */
  ExponentialMovingAverage: {
    fn: "ema",
    make: "decay, zero_debias=True, warmup_length=0",
    call: ["value, update_stats=True", passed("value")],
    methods: { initialize: ["shape, dtype=None", () => null] },
  },
  EMAParamsTree: {
    fn: "ema",
    make: "decay, zero_debias=True, warmup_length=0, ignore_regex=''",
    call: ["tree, update_stats=True", passed("tree")],
  },
  SpectralNorm: {
    fn: "spectral_norm",
    make: "eps=0.0001, n_steps=1",
    call: ["value, update_stats=True, error_on_non_matrix=False", passed("value")],
  },
  SNParamsTree: {
    fn: "spectral_norm",
    make: "eps=0.0001, n_steps=1, ignore_regex=''",
    call: ["tree, update_stats=True", passed("tree")],
  },
};

function embeddingShape(l: Layer): Shape {
  const matrix = l.value("embedding_matrix");
  if (matrix instanceof Tensor && !isUnknown(matrix.shape)) return matrix.shape;
  return [l.dim("vocab_size"), l.dim("embed_dim")];
}

/** A table that is looked up by `ONE_HOT` is multiplied with a row of zeros and a one for each index. */
function lookupMacs(l: Layer, ids: Shape | Unknown): Dim {
  const style = l.args.lookup_style ?? l.value("lookup_style");
  if (isUnknown(style)) return style;
  if (typeof style === "string" && style.toUpperCase() === "ARRAY_INDEX") return 0;
  return isUnknown(ids) ? ids : product<Unknown>([...ids, ...embeddingShape(l)]);
}
