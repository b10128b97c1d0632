/**
 * Multi-head attention: projections as dense layers of their own, scores and weighted sums as the layer's op.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#attention
 */

import { entryOf } from "../../../base/table.ts";
import { attentionMacs } from "../../../cost/contraction.ts";
import { floorDivide, product } from "../../../cost/lift.ts";
import { type Dim, isUnknown, type Shape, type Unknown, type Value } from "../../../interpret/values.ts";
import type { Layer, LayerSpec, LayerTable, Projection, Weight } from "./spec.ts";

const OPTIONS = `broadcast_dropout=True, dropout_rate=0.0, deterministic=None, precision=None, kernel_init=None,
  out_kernel_init=None, bias_init=None, out_bias_init=None, use_bias=True, attention_fn=None, decode=False,
  normalize_qk=False, force_fp32_for_softmax=False, qkv_dot_general=None, out_dot_general=None,
  qkv_dot_general_cls=None, out_dot_general_cls=None, keep_rngs=True, promote_dtype=None`;
const LINEN = `num_heads, dtype=None, param_dtype=None, qkv_features=None, out_features=None, ${OPTIONS}`;
const CALL = `inputs_q, inputs_k=None, inputs_v=None, *, inputs_kv=None, mask=None, deterministic=None, dropout_rng=None,
  rngs=None, sow_weights=False, decode=None, is_causal=False, out_sharding=None, qkv_sharding=None`;

const NORMS = ["query_ln_scale", "key_ln_scale"] as const;

function given(l: Layer, ...names: readonly string[]): Value {
  return names.map((name) => entryOf(l.args, name)).find((value) => value !== null && value !== undefined);
}

function last(l: Layer, value: Value): Dim {
  const { shape } = l.run.tensor(value);
  return isUnknown(shape) ? shape : (shape.at(-1) ?? 1);
}

const queryFeatures = (l: Layer): Dim =>
  l.has("in_features") ? l.dim("in_features") : last(l, l.args.inputs_q);
const memoryFeatures = (l: Layer): Dim => (l.has("qkv_features") ? l.dim("qkv_features") : queryFeatures(l));

function projections(l: Layer): readonly Projection[] {
  const query = queryFeatures(l);
  const other = given(l, "inputs_k", "inputs_kv");
  const kv = l.has("in_kv_features")
    ? l.dim("in_kv_features")
    : l.has("in_features") || other === undefined
      ? query
      : last(l, other);
  const qkv = memoryFeatures(l);
  const out = l.has("out_features") ? l.dim("out_features") : query;
  const heads = l.dim("num_heads");
  const split = [heads, floorDivide(qkv, heads)];
  const bias = l.flag("use_bias", true);
  return [
    { name: "query", from: [query], to: split, bias },
    { name: "key", from: [kv], to: split, bias },
    { name: "value", from: [kv], to: split, bias },
    { name: "out", from: split, to: [out], bias },
  ];
}

/** Layer norms, without biases, of the queries and keys of each head. */
function normWeights(l: Layer): readonly Weight[] {
  if (!l.flag("normalize_qk", false)) return [];
  const size = floorDivide(memoryFeatures(l), l.dim("num_heads"));
  return NORMS.map((name) => ({ name, shape: [size] }));
}

function normalized(l: Layer, name: string, input: Value): Value {
  const scale = l.weight(name);
  if (scale === undefined) return input;
  const tensor = l.run.tensor(input);
  return l.run.emit({ inputs: [tensor], weights: [scale], shape: tensor.shape, dtype: tensor.dtype });
}

function attention(l: Layer): Value {
  const [memory, parts] = [memoryFeatures(l), l.dim("num_heads")];
  if (typeof memory === "number" && typeof parts === "number" && memory % parts !== 0)
    l.run.problem(
      `has a memory dimension (${memory}) that must be divisible by its number of heads (${parts})`,
    );
  const query = l.args.inputs_q;
  const key = given(l, "inputs_k", "inputs_kv") ?? query;
  const value = given(l, "inputs_v") ?? key;
  const [q, k, v] = [
    normalized(l, NORMS[0], l.access.project("query", query)),
    normalized(l, NORMS[1], l.access.project("key", key)),
    l.access.project("value", value),
  ];
  const inputs = [l.run.tensor(q), l.run.tensor(k), l.run.tensor(v)];
  const unknown = inputs.map(({ shape }) => shape).find(isUnknown);
  const shape = (inputs[0]!.shape as Shape) ?? [];
  const [queries = 1, heads = 1, size = 1] = unknown ? [] : shape.slice(-3);
  const keys = unknown ?? (inputs[1]!.shape as Shape).at(-3) ?? 1;
  const batch = unknown ?? product<Unknown>([...shape.slice(0, -3), heads]);
  const mixed = l.run.emit({
    op: "attention",
    inputs,
    shape: unknown ?? shape,
    macs: unknown ?? attentionMacs<Unknown>(batch, queries, keys, size, size),
  });
  return l.access.project("out", mixed);
}

const LAYER: LayerSpec = {
  fn: "dot_product_attention",
  linen: LINEN,
  nnx: `num_heads, in_features, qkv_features=None, out_features=None, in_kv_features=None, *, dtype=None, param_dtype=None, ${OPTIONS}`,
  projections,
  weights: normWeights,
  call: [CALL, attention],
};

export const ATTENTION: LayerTable = {
  MultiHeadDotProductAttention: LAYER,
  MultiHeadAttention: LAYER,
  SelfAttention: {
    ...LAYER,
    call: ["inputs_q, mask=None, deterministic=None, dropout_rng=None, sow_weights=False", attention],
  },
};
