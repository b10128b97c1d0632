/**
 * Attention: scaled dot products, and MultiheadAttention with its projections as one op.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html
 */

import { entryOf } from "../../../base/table.ts";
import { attentionMacs, linearMacs } from "../../../cost/contraction.ts";
import { lift, product, sum } from "../../../cost/lift.ts";
import type { Bound } from "../../../interpret/native.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  type Shape,
  Tensor,
  Tuple,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { differ, toDim } from "../../rules/sizes.ts";
import { broadcast, isMisfit, showShape } from "../../shape/dims.ts";
import type { Build, FunctionSpec, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";
import { registered } from "./tables.ts";

const divide = lift((a: number, b: number) => a / b);

/** Queries … × L × E, keys … × S × E, values … × S × V: … × L × V. */
function scaledDotProduct(op: Op, a: Bound): Value {
  const [query, key, value] = [op.tensor(a.query), op.tensor(a.key), op.tensor(a.value)];
  const inputs = [query, key, value];
  const unknown = inputs.map((input) => input.shape).find(isUnknown);
  if (unknown) return op.emit({ op: "attention", inputs, shape: query.shape, macs: unknown });
  const [q, k, v] = inputs.map((input) => input.shape as Shape);
  const [queries = 1, size = 1] = q!.slice(-2);
  const [keys = 1, keySize = 1] = k!.slice(-2);
  const [values = 1, width = 1] = v!.slice(-2);
  const grouped = op.flag(a.enable_gqa, false);
  const heads = grouped ? q!.slice(0, -2) : broadcast(q!.slice(0, -2), k!.slice(0, -2), v!.slice(0, -2));
  const lead = isMisfit(heads) ? q!.slice(0, -2) : heads;
  return op.emit({
    op: "attention",
    inputs,
    shape: [...lead, queries, width],
    macs: attentionMacs(product(lead), queries, keys, size, width),
    problem: differ(size, keySize)
      ? `has queries of ${size} features and keys of ${keySize}`
      : differ(keys, values)
        ? `has ${keys} keys and ${values} values`
        : isMisfit(heads)
          ? `has queries of ${showShape(q!)}, keys of ${showShape(k!)}`
          : undefined,
  });
}

interface Attention {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly embed: Dim;
  readonly outFeatures: Dim;
  readonly heads: Dim;
  /** Keys that `bias_k` and `add_zero_attn` put behind the sequence. */
  readonly extraKeys: number;
  readonly sampleAxis: 0 | 1 | Unknown;
  readonly needWeights: boolean;
  readonly averaged: boolean;
  readonly weights: readonly (Tensor | undefined)[];
  /** Features of keys and values, when they are not `embed`. */
  readonly keySize: Dim;
  readonly valueSize: Dim;
}

/** Projections of queries, keys and values, scores, weighted sum, and the output's projection. */
function multihead(op: Op, at: Attention): Value {
  const [query, key, value] = [op.tensor(at.query), op.tensor(at.key), op.tensor(at.value)];
  const inputs = [...new Set([query, key, value])];
  const q = axes(query, at.sampleAxis);
  const k = axes(key, at.sampleAxis);
  const keys = at.extraKeys === 0 ? k.length : sum([k.length, at.extraKeys]);
  const { embed } = at;
  const macs = sum([
    linearMacs(product([q.batch, q.length]), embed, embed),
    linearMacs(product([q.batch, k.length]), at.keySize, embed),
    linearMacs(product([q.batch, k.length]), at.valueSize, embed),
    attentionMacs(
      product([q.batch, at.heads]),
      q.length,
      keys,
      divide(embed, at.heads),
      divide(embed, at.heads),
    ),
    linearMacs(product([q.batch, q.length]), embed, at.outFeatures),
  ]);
  const shape = isUnknown(query.shape) ? query.shape : [...query.shape.slice(0, -1), at.outFeatures];
  const scores: Shape = [
    ...(q.unbatched ? [] : [q.batch]),
    ...(at.averaged ? [] : [at.heads]),
    q.length,
    keys,
  ];
  const extra = at.needWeights ? [op.make(scores)] : [];
  const output = op.emit({
    op: "attention",
    name: "multi_head_attention",
    inputs,
    batchAxis: q.unbatched || isUnknown(at.sampleAxis) ? null : at.sampleAxis,
    shape,
    extra,
    weights: at.weights,
    macs,
    problem: attentionProblem(at, q.features, k.features, embed),
  });
  return new Tuple([output, extra[0] ?? null]);
}

function attentionProblem(at: Attention, query: Dim, key: Dim, embed: Dim): string | undefined {
  if (differ(query, embed)) return `expects queries of ${embed} features, gets ${query}`;
  if (differ(key, at.keySize)) return `expects keys of ${at.keySize} features, gets ${key}`;
  if (typeof embed === "number" && typeof at.heads === "number" && embed % at.heads !== 0) {
    return `has ${at.heads} heads, which do not divide ${embed} features`;
  }
  return undefined;
}

/** Sequence × batch × features, batch first, or unbatched. */
function axes(tensor: Tensor, samples: 0 | 1 | Unknown) {
  const { shape } = tensor;
  if (isUnknown(shape)) return { batch: shape, length: shape, features: shape, unbatched: false };
  const [a = 1, b = 1] = shape;
  const features = shape.at(-1) ?? 1;
  if (shape.length < 3) return { batch: 1, length: a, features, unbatched: true };
  const [batch, length] = isUnknown(samples) ? [samples, samples] : samples === 0 ? [a, b] : [b, a];
  return { batch, length, features, unbatched: false };
}

function buildMultihead(b: Build): void {
  const embed = b.dim("embed_dim");
  const own = (name: string): Dim => (entryOf(b.args, name) === null ? embed : b.dim(name));
  const [keySize, valueSize] = [own("kdim"), own("vdim")];
  const same = !differ(keySize, embed) && !differ(valueSize, embed);
  const bias = b.flag("bias", true);
  b.set("kdim", keySize);
  b.set("vdim", valueSize);
  b.set("_qkv_same_embed_dim", same);
  b.set("head_dim", divide(embed, b.dim("num_heads")));
  b.parameter("in_proj_weight", same ? [product([3, embed]), embed] : null);
  b.parameter("q_proj_weight", same ? null : [embed, embed]);
  b.parameter("k_proj_weight", same ? null : [embed, keySize]);
  b.parameter("v_proj_weight", same ? null : [embed, valueSize]);
  b.parameter("in_proj_bias", bias ? [product([3, embed])] : null);
  b.module("out_proj", "NonDynamicallyQuantizableLinear", [embed, embed], new Map([["bias", bias]]));
  const extra = b.flag("add_bias_kv", false);
  b.parameter("bias_k", extra ? [1, 1, embed] : null);
  b.parameter("bias_v", extra ? [1, 1, embed] : null);
}

const WEIGHTS = [
  "in_proj_weight",
  "q_proj_weight",
  "k_proj_weight",
  "v_proj_weight",
  "in_proj_bias",
  "bias_k",
  "bias_v",
];

function runLayer(op: Op, a: Bound): Value {
  const out = op.attr("out_proj");
  const outWeights = out instanceof Instance ? [registered(out, "weight"), registered(out, "bias")] : [];
  return multihead(op, {
    query: a.query,
    key: a.key,
    value: a.value,
    embed: op.dim("embed_dim"),
    outFeatures: op.dim("embed_dim"),
    heads: op.dim("num_heads"),
    extraKeys: (op.weight("bias_k") ? 1 : 0) + (op.flag(op.attr("add_zero_attn"), false) ? 1 : 0),
    sampleAxis: op.sampleAxis(),
    needWeights: op.flag(a.need_weights, true),
    averaged: op.flag(a.average_attn_weights, true),
    weights: [
      ...WEIGHTS.map((name) => op.weight(name)),
      ...outWeights.filter((value) => value instanceof Tensor),
    ],
    keySize: op.dim("kdim"),
    valueSize: op.dim("vdim"),
  });
}

const FORWARD_SIGNATURE =
  "query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False";

export const ATTENTION_LAYERS: readonly LayerSpec[] = [
  {
    name: "MultiheadAttention",
    home: "activation",
    init: "embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None, batch_first=False, device=None, dtype=None",
    hidden: ["bias", "add_bias_kv"],
    build: buildMultihead,
    forward: [FORWARD_SIGNATURE, runLayer],
    fn: "multi_head_attention",
  },
];

/** Last size of a weight, or the fallback. */
function lastSize(op: Op, value: Value, fallback: Dim): Dim {
  const tensor = op.optional(value);
  return tensor && !isUnknown(tensor.shape) ? (tensor.shape.at(-1) ?? fallback) : fallback;
}

function runFunction(op: Op, a: Bound): Value {
  const embed = toDim(a.embed_dim_to_check);
  const out = op.optional(a.out_proj_weight);
  const names = [
    "in_proj_weight",
    "in_proj_bias",
    "q_proj_weight",
    "k_proj_weight",
    "v_proj_weight",
    "out_proj_weight",
    "out_proj_bias",
  ];
  return multihead(op, {
    query: a.query,
    key: a.key,
    value: a.value,
    embed,
    outFeatures: out && !isUnknown(out.shape) ? (out.shape[0] ?? embed) : embed,
    heads: toNumber(a.num_heads) ?? toDim(a.num_heads),
    extraKeys: (a.bias_k === null ? 0 : 1) + (op.flag(a.add_zero_attn, false) ? 1 : 0),
    sampleAxis: 1,
    needWeights: op.flag(a.need_weights, true),
    averaged: op.flag(a.average_attn_weights, true),
    weights: names.map((name) => op.optional(entryOf(a, name))),
    keySize: lastSize(op, a.k_proj_weight, embed),
    valueSize: lastSize(op, a.v_proj_weight, embed),
  });
}

export const ATTENTION_FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  scaled_dot_product_attention: {
    signature:
      "query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False",
    rule: scaledDotProduct,
  },
  multi_head_attention_forward: {
    signature:
      "query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None, use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None, average_attn_weights=True, is_causal=False",
    rule: runFunction,
  },
};
