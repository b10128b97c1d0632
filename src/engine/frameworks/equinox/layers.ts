/**
 * Every layer of `equinox.nn`: channels first, one sample at a time.
 * https://docs.kidger.site/equinox/api/nn/linear/
 */
import { attentionMacs } from "../../cost/contraction.ts";
import { floorDivide, lift, product } from "../../cost/lift.ts";
import { type RecurrentCell, recurrentCost } from "../../cost/recurrent.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  type Dim,
  type Instance,
  isUnknown,
  NO_KWARGS,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { forwardParams } from "../flax/calling.ts";
import { paddingOf } from "../flax/layers/conv.ts";
import type { Layer, Weight } from "../flax/layers/spec.ts";
import { type ConvRule, convolution } from "../rules/convolution.ts";
import { resize, windowPool } from "../rules/pooling.ts";
import { differ, toDim, toDims } from "../rules/sizes.ts";
import { numel, showShape } from "../shape/dims.ts";
import type { EquinoxLayer, EquinoxTable, Find } from "./module.ts";

const RANKS = [1, 2, 3];

function spatialAxes(self: Instance): Value {
  return self.attrs.get("num_spatial_dims") ?? null;
}

function axesOf(l: Layer): number {
  const axes = spatialAxes(l.access.self);
  return typeof axes === "number" ? axes : 2;
}

/** A class for any rank, and one for each that knows its own. */
function ranked(
  name: string,
  suffix: (rank: number) => string,
  entry: EquinoxLayer,
  any = name,
): EquinoxTable {
  const { make, parts, ...rest } = entry;
  const own = RANKS.map((rank): [string, EquinoxLayer] => [
    suffix(rank),
    {
      ...rest,
      make,
      parts: (self, interp, find) => {
        self.attrs.set("num_spatial_dims", rank);
        parts?.(self, interp, find);
      },
    },
  ]);
  return {
    ...Object.fromEntries(own),
    [any]: { ...rest, make: `num_spatial_dims, ${make}`, ...(parts && { parts }) },
  };
}

// -------------------------------------------------------------- convolutions

function ruleOf(l: Layer): ConvRule {
  const spatial = axesOf(l);
  const kernel = l.dims("kernel_size", spatial);
  const dilation = l.dims("dilation", spatial);
  return {
    spatial,
    channels: "first",
    kernel,
    stride: l.dims("stride", spatial),
    dilation,
    padding: paddingOf(l.value("padding"), kernel, dilation),
    inChannels: l.dim("in_channels"),
    outChannels: l.dim("out_channels"),
    groups: l.dim("groups"),
    bias: l.flag("use_bias", true),
    batchAxes: [0, 0],
  };
}

const transposedSize = lift(
  (
    size: number,
    kernel: number,
    stride: number,
    dilation: number,
    low: number,
    high: number,
    extra: number,
  ) => (size - 1) * stride + dilation * (kernel - 1) + 1 - low - high + extra,
);
const sameSize = lift((size: number, stride: number) => size * stride);

/** As PyTorch's: padding takes away, `output_padding` adds. */
function transposedRule(l: Layer): ConvRule {
  const rule = ruleOf(l);
  const extra = l.dims("output_padding", rule.spatial);
  return {
    ...rule,
    transposed: (sizes) =>
      sizes.map((size, axis) => {
        const [kernel, stride, dilation] = [rule.kernel[axis]!, rule.stride[axis]!, rule.dilation[axis]!];
        if (rule.padding === "same") return sameSize(size, stride);
        const [low, high] = typeof rule.padding === "string" ? [0, 0] : (rule.padding[axis] ?? [0, 0]);
        return transposedSize(size, kernel, stride, dilation, low, high, extra[axis] ?? 0);
      }),
  };
}

function conv(op: "conv" | "conv_transpose", rule: (l: Layer) => ConvRule): (l: Layer) => Value {
  return (l) => {
    const input = l.input("x");
    return l.run.emit({
      op,
      inputs: [input],
      weights: l.weights("weight", "bias"),
      ...convolution(input.shape, rule(l)),
    });
  };
}

function convWeights(l: Layer): readonly Weight[] {
  const ones = new Array<Dim>(axesOf(l)).fill(1);
  return [
    {
      name: "weight",
      shape: [
        l.dim("out_channels"),
        floorDivide(l.dim("in_channels"), l.dim("groups")),
        ...l.dims("kernel_size", axesOf(l)),
      ],
    },
    ...(l.flag("use_bias", true) ? [{ name: "bias", shape: [l.dim("out_channels"), ...ones] }] : []),
  ];
}

const CONV = "dilation=1, groups=1, use_bias=True, padding_mode='ZEROS', dtype=None";

// ------------------------------------------------------------------- pooling

function pool(l: Layer): Value {
  const input = l.input("x");
  const spatial = axesOf(l);
  const kernel = l.dims("kernel_size", spatial);
  const dilation = kernel.map(() => 1);
  const ruling = windowPool(
    input.shape,
    { spatial, channels: "first", otherAxes: [1, 1] },
    {
      kernel,
      stride: l.dims("stride", spatial),
      dilation,
      padding: paddingOf(l.value("padding"), kernel, dilation),
      rounding: l.flag("use_ceil", false) ? "up" : "down",
    },
  );
  return l.run.emit({ inputs: [input], dtype: input.dtype, shape: ruling.shape, problem: ruling.problem });
}

function adaptive(l: Layer): Value {
  const input = l.input("x");
  const spatial = axesOf(l);
  const target = toDims(l.value("target_shape"), spatial);
  const ruling = resize(input.shape, { spatial, channels: "first", otherAxes: [1, 1] }, () => ({
    sizes: target,
  }));
  return l.run.emit({ inputs: [input], dtype: input.dtype, shape: ruling.shape, problem: ruling.problem });
}

const POOL: EquinoxLayer = {
  fn: "pool",
  make: "kernel_size, stride=1, padding=0, use_ceil=False",
  call: ["x", pool],
};
const ADAPTIVE: EquinoxLayer = { fn: "adaptive_pool", make: "target_shape", call: ["x", adaptive] };

// --------------------------------------------------------------------- dense

/** `in_features` may be "scalar". */
function features(l: Layer, name: string): Dim | "scalar" {
  return l.value(name) === "scalar" ? "scalar" : l.dim(name);
}

function linear(l: Layer): Value {
  const input = l.input("x");
  const [from, to] = [features(l, "in_features"), features(l, "out_features")];
  const expected: Shape = from === "scalar" ? [] : [from];
  const { shape } = input;
  const wrong =
    !isUnknown(shape) &&
    (shape.length !== expected.length || expected.some((size, axis) => differ(size, shape[axis] ?? 1)));
  return l.run.emit({
    op: "linear",
    inputs: [input],
    weights: l.weights("weight", "bias"),
    shape: to === "scalar" ? [] : [to],
    macs: product<Unknown>([from === "scalar" ? 1 : from, to === "scalar" ? 1 : to]),
    problem: wrong ? `expects ${showShape(expected)} features, gets ${showShape(shape)}` : undefined,
  });
}

function linearWeights(l: Layer): readonly Weight[] {
  const one = (size: Dim | "scalar"): Dim => (size === "scalar" ? 1 : size);
  const to = one(features(l, "out_features"));
  return [
    { name: "weight", shape: [to, one(features(l, "in_features"))] },
    ...(l.flag("use_bias", true) ? [{ name: "bias", shape: [to] }] : []),
  ];
}

function mlpParts(self: Instance, interp: Interp, find: Find): void {
  const own = (name: string): Value => self.attrs.get(name);
  const depth = own("depth");
  const count = typeof depth === "number" ? depth : 0;
  const layers = Array.from({ length: count + 1 }, (_, i) => {
    const from = i === 0 ? own("in_size") : own("width_size");
    const to = i === count ? own("out_size") : own("width_size");
    const bias = i === count ? own("use_final_bias") : own("use_bias");
    return interp.call(find("Linear") ?? null, [from, to, bias]);
  });
  self.attrs.set("layers", new Tuple(layers));
}

function mlp(l: Layer): Value {
  const layers = toItems(l.value("layers")) ?? [];
  let x = l.args.x;
  for (const [i, layer] of layers.entries()) {
    x = l.interp.call(layer, [x]);
    const activation = l.value(i === layers.length - 1 ? "final_activation" : "activation");
    if (activation !== null) x = l.interp.call(activation, [x]);
  }
  return x;
}

function sequential(l: Layer): Value {
  let { x, state } = l.args;
  const stateful = state !== null && state !== undefined;
  for (const layer of toItems(l.value("layers")) ?? []) {
    const takes = stateful && takesState(layer);
    const answer = l.interp.call(layer, takes ? [x, state] : [x], keyFor(l, layer));
    const pair = takes ? toItems(answer) : undefined;
    x = pair ? pair[0] : answer;
    if (pair) state = pair[1];
  }
  return stateful ? new Tuple([x, state]) : x;
}

/** Layers of the program's own get the random key that they ask for. */
function keyFor(l: Layer, layer: Value): ReadonlyMap<string, Value> {
  const asks = forwardParams(layer).some(({ name }) => name === "key");
  return asks ? new Map([["key", l.args.key ?? l.run.make([2], "uint32")]]) : NO_KWARGS;
}

function takesState(layer: Value): boolean {
  if (layer === null || typeof layer !== "object" || layer.kind !== "instance") return false;
  if (["BatchNorm", "SpectralNorm"].includes(layer.cls.name)) return true;
  return (toItems(layer.attrs.get("layers") ?? null) ?? []).some(takesState);
}

// --------------------------------------------------------------------- norms

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
        : undefined;
  const output = l.run.emit({
    op: "norm",
    inputs: [input],
    weights: l.weights("weight", "bias"),
    shape,
    elementwise: numel(shape),
    problem,
  });
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

// ----------------------------------------------------------------- recurrent

function cell(kind: RecurrentCell, gates: number): EquinoxLayer {
  return {
    fn: kind,
    make: "input_size, hidden_size, use_bias=True, dtype=None",
    weights: (l) => {
      const [size, wide] = [l.dim("hidden_size"), product<Unknown>([gates, l.dim("hidden_size")])];
      const bias = l.flag("use_bias", true);
      return [
        { name: "weight_ih", shape: [wide, l.dim("input_size")] },
        { name: "weight_hh", shape: [wide, size] },
        ...(bias ? [{ name: "bias", shape: [wide] }] : []),
        ...(bias && kind === "gru" ? [{ name: "bias_n", shape: [size] }] : []),
      ];
    },
    call: ["input, hidden", (l) => step(l, kind)],
    entrance: [() => 0, "input_size"],
  };
}

function step(l: Layer, kind: RecurrentCell): Value {
  const input = l.input("input");
  const { macsPerStep } = recurrentCost<Unknown>({
    cell: kind,
    inputSize: l.dim("input_size"),
    hiddenSize: l.dim("hidden_size"),
    biases: 0,
    layers: 1,
    directions: 1,
  });
  const { shape } = input;
  const wrong = !isUnknown(shape) && (shape.length !== 1 || differ(shape[0] ?? 1, l.dim("input_size")));
  const output = l.run.emit({
    op: "recurrent",
    inputs: [input],
    weights: l.weights("weight_ih", "weight_hh", "bias", "bias_n"),
    shape: [l.dim("hidden_size")],
    macs: macsPerStep,
    problem: wrong ? `expects ${String(l.dim("input_size"))} features, gets ${showShape(shape)}` : undefined,
  });
  return kind === "lstm" ? new Tuple([output, l.run.make([l.dim("hidden_size")])]) : output;
}

// ----------------------------------------------------------------- attention

const PROJECTIONS = ["query", "key", "value", "output"] as const;

function attentionParts(self: Instance, interp: Interp, find: Find): void {
  const own = (name: string, fallback: Value): Value => self.attrs.get(name) ?? fallback;
  const query = own("query_size", null);
  const heads = toDim(own("num_heads", 1));
  const each = floorDivide(toDim(query), heads);
  const sizes = {
    query: [query, product<Unknown>([heads, toDim(own("qk_size", each))])],
    key: [own("key_size", query), product<Unknown>([heads, toDim(own("qk_size", each))])],
    value: [own("value_size", query), product<Unknown>([heads, toDim(own("vo_size", each))])],
    output: [product<Unknown>([heads, toDim(own("vo_size", each))]), own("output_size", query)],
  } as const;
  for (const name of PROJECTIONS) {
    const bias = own(`use_${name}_bias`, false);
    self.attrs.set(`${name}_proj`, interp.call(find("Linear") ?? null, [...sizes[name], bias]));
  }
}

/** Each position is projected by itself, as a mapped call does. */
function project(l: Layer, name: string, value: Tensor): Tensor {
  const layer = l.value(name) as Instance;
  const [rows] = isUnknown(value.shape) ? [undefined] : value.shape;
  const to = toDim(layer.attrs.get("out_features") ?? null);
  const from = toDim(layer.attrs.get("in_features") ?? null);
  const got = isUnknown(value.shape) ? value.shape : (value.shape.at(-1) ?? 1);
  const weights = ["weight", "bias"].map((weight) => layer.attrs.get(weight));
  let output = value;
  l.interp.withLayer(layer, () => {
    output = l.run.emit({
      op: "linear",
      name: "linear",
      inputs: [value],
      weights: weights.filter((weight) => weight instanceof Tensor),
      shape: rows === undefined ? (value.shape as Unknown) : [rows, to],
      macs: product<Unknown>([rows ?? (value.shape as Unknown), from, to]),
      problem: differ(from, got) ? `expects ${String(from)} features, gets ${String(got)}` : undefined,
    });
    return output;
  }, [value]);
  return output;
}

function attention(l: Layer): Value {
  const [q, k, v] = [
    project(l, "query_proj", l.input("query")),
    project(l, "key_proj", l.input("key_")),
    project(l, "value_proj", l.input("value")),
  ];
  const unknown = [q, k, v].map(({ shape }) => shape).find(isUnknown);
  const heads = l.dim("num_heads");
  const width = (of: Tensor): Dim => floorDivide((of.shape as Shape).at(-1) ?? 1, heads);
  const rows = (of: Tensor): Dim => (of.shape as Shape)[0] ?? 1;
  const mixed = l.run.emit({
    op: "attention",
    inputs: [q, k, v],
    shape: unknown ?? [rows(q), (v.shape as Shape).at(-1) ?? 1],
    macs: unknown ?? attentionMacs<Unknown>(heads, rows(q), rows(k), width(q), width(v)),
  });
  return project(l, "output_proj", mixed);
}

// --------------------------------------------------------------------- table

const own = (l: Layer, name: string): Value => l.value(name);
const same = (l: Layer): Value => l.args.x;

export const LAYERS: EquinoxTable = {
  ...ranked("Conv", (rank) => `Conv${rank}d`, {
    fn: "conv",
    make: `in_channels, out_channels, kernel_size, stride=1, padding=0, ${CONV}`,
    weights: convWeights,
    call: ["x", conv("conv", ruleOf)],
    entrance: [spatialAxes, "in_channels"],
  }),
  ...ranked("ConvTranspose", (rank) => `ConvTranspose${rank}d`, {
    fn: "conv_transpose",
    make: `in_channels, out_channels, kernel_size, stride=1, output_padding=0, padding=0, ${CONV}`,
    weights: convWeights,
    call: ["x", conv("conv_transpose", transposedRule)],
    entrance: [spatialAxes, "in_channels"],
  }),
  ...ranked("AvgPool", (rank) => `AvgPool${rank}d`, POOL),
  ...ranked("MaxPool", (rank) => `MaxPool${rank}d`, POOL),
  ...ranked("AdaptiveAvgPool", (rank) => `AdaptiveAvgPool${rank}d`, ADAPTIVE),
  ...ranked("AdaptiveMaxPool", (rank) => `AdaptiveMaxPool${rank}d`, ADAPTIVE),
  Pool: { ...POOL, make: `init, operation, num_spatial_dims, ${POOL.make}` },
  AdaptivePool: { ...ADAPTIVE, make: "target_shape, num_spatial_dims, operation" },
  Linear: {
    fn: "linear",
    make: "in_features, out_features, use_bias=True, dtype=None",
    weights: linearWeights,
    call: ["x", linear],
    entrance: [() => 0, "in_features"],
  },
  MLP: {
    fn: "mlp",
    make: "in_size, out_size, width_size, depth, activation=None, final_activation=None, use_bias=True, use_final_bias=True, dtype=None, *, scan=False",
    layer: false,
    parts: mlpParts,
    call: ["x", mlp],
  },
  Sequential: {
    fn: "sequential",
    make: "layers",
    layer: false,
    parts: (self, interp) => {
      const items = interp.items(self.attrs.get("layers") ?? null);
      self.attrs.set("layers", isUnknown(items) ? items : new Tuple(items));
    },
    call: ["x, state=None", sequential],
    methods: {
      __getitem__: ["self, i", (a, interp) => interp.getItem((a.self as Instance).attrs.get("layers"), a.i)],
      __iter__: [
        "self",
        (a, interp) => interp.callMethod((a.self as Instance).attrs.get("layers"), "__iter__"),
      ],
      __len__: ["self", (a, interp) => interp.length((a.self as Instance).attrs.get("layers"))],
      is_stateful: ["self", (a) => takesState(a.self)],
    },
  },
  Embedding: {
    fn: "embedding",
    make: "num_embeddings=None, embedding_size=None, weight=None, dtype=None",
    parts: (self) => {
      const given = self.attrs.get("weight");
      if (!(given instanceof Tensor) || isUnknown(given.shape)) return;
      self.attrs.set("num_embeddings", given.shape[0]);
      self.attrs.set("embedding_size", given.shape[1]);
    },
    weights: (l) => [{ name: "weight", shape: [l.dim("num_embeddings"), l.dim("embedding_size")] }],
    call: [
      "x",
      (l) => {
        const input = l.input("x");
        return l.run.emit({
          op: "embedding",
          inputs: [input],
          weights: l.weights("weight"),
          shape: isUnknown(input.shape) ? input.shape : [...input.shape, l.dim("embedding_size")],
          dtype: "float32",
        });
      },
    ],
  },
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
  LSTMCell: cell("lstm", 4),
  GRUCell: cell("gru", 3),
  MultiheadAttention: {
    fn: "dot_product_attention",
    make: `num_heads, query_size, key_size=None, value_size=None, output_size=None, qk_size=None, vo_size=None,
      use_query_bias=False, use_key_bias=False, use_value_bias=False, use_output_bias=False, dropout_p=0.0, inference=False, dtype=None`,
    parts: attentionParts,
    call: ["query, key_, value, mask=None, *, deterministic=None, process_heads=None", attention],
  },
  RotaryPositionalEmbedding: {
    fn: "rotary",
    make: "embedding_size, theta=10000.0, dtype=None",
    call: ["x", (l) => l.run.emit({ inputs: [l.input("x")], shape: l.input("x").shape })],
  },
  PReLU: {
    fn: "prelu",
    make: "init_alpha=0.25",
    weights: () => [{ name: "negative_slope", shape: [] }],
    call: [
      "x",
      (l) => {
        const input = l.input("x");
        return l.run.emit({ inputs: [input], weights: l.weights("negative_slope"), shape: input.shape });
      },
    ],
  },
  Lambda: {
    fn: "lambda",
    make: "fn",
    layer: false,
    call: ["x", (l) => l.interp.call(own(l, "fn"), [l.args.x])],
  },
  Identity: { fn: "identity", make: "*args", call: ["x", same] },
  Dropout: {
    fn: "dropout",
    make: "p=0.5, inference=False, *, deterministic=None",
    call: ["x, *, deterministic=None", same],
  },
  /** Wrap another layer's parameters: their call is that layer's. */
  SpectralNorm: {
    fn: "spectral_norm",
    make: "layer, weight_name, num_power_iterations=1, eps=1e-12, inference=False",
    layer: false,
    call: ["x, state=None", (l) => withState(l, l.interp.call(own(l, "layer"), [l.args.x]))],
  },
  WeightNorm: {
    fn: "weight_norm",
    make: "layer, weight_name='weight', axis=0",
    weights: (l) => weightNormScale(l),
    layer: false,
    call: ["x", (l) => l.interp.call(own(l, "layer"), [l.args.x])],
  },
};

function withState(l: Layer, output: Value): Value {
  const state = l.args.state ?? null;
  return state === null ? output : new Tuple([output, state]);
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
