/** Attention layers, each one row: projections, scores and weighted sum. https://keras.io/api/layers/attention_layers/ */
import { attentionMacs, linearMacs } from "../../../cost/contraction.ts";
import { multiply, product, sum } from "../../../cost/lift.ts";
import { type Dim, isUnknown, type Shape, toItems, Unknown } from "../../../interpret/values.ts";
import {
  type Config,
  KERAS,
  type KnownOrNot,
  type LayerRule,
  one,
  plain,
  type WeightSpec,
} from "../../keraslike/rule.ts";
import { SHARE } from "../../rules/possible.ts";
import { differ, toDim } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";

const PAGE = `${KERAS}/attention_layers`;
const NO_INPUT = new Unknown("an attention layer without its inputs");

/** Query, value and key; the key is the value where it is not given. */
function operands(inputs: readonly KnownOrNot[]): readonly [KnownOrNot, KnownOrNot, KnownOrNot] {
  const query = inputs[0] ?? NO_INPUT;
  const value = inputs[1] ?? query;
  return [query, value, inputs[2] ?? value];
}

/** One projection into heads: `width × heads × size`, with a bias of `heads × size`. */
function projection(name: string, width: Dim, heads: Dim, size: Dim, bias: boolean): WeightSpec[] {
  return [
    { name: `${name}_kernel`, shape: [width, heads, size], trainable: true },
    ...(bias ? [{ name: `${name}_bias`, shape: [heads, size], trainable: true }] : []),
  ];
}

interface Heads {
  readonly queryHeads: Dim;
  readonly keyHeads: Dim;
  readonly keySize: Dim;
  readonly valueSize: Dim;
}

const WIDTH_UNKNOWN = new Unknown("an attention over inputs of unknown rank");
const last = (shape: KnownOrNot): Dim => (isUnknown(shape) ? WIDTH_UNKNOWN : (shape.at(-1) ?? 1));

/** Width of the output: that of the query, unless told otherwise. */
function outputShape(config: Config, query: KnownOrNot): readonly Dim[] {
  const given = config.value("output_shape");
  if (given === null || given === undefined) return [last(query)];
  return toItems(given)?.map(toDim) ?? [toDim(given)];
}

/** Each value has its key. */
function keysOf(value: Shape, key: Shape): string | undefined {
  const differs = value.slice(0, -1).some((size, i) => differ(size, key[i] ?? size));
  return differs ? `has keys of ${showShape(key)} for values of ${showShape(value)}` : undefined;
}

function uneven({ queryHeads, keyHeads }: Heads): string | undefined {
  const [queries, keys] = [queryHeads, keyHeads];
  return typeof queries === "number" && typeof keys === "number" && queries % keys !== 0
    ? `has ${queries} query heads, which ${keys} heads of keys do not divide`
    : undefined;
}

function multiHead(signature: string, page: string, headsOf: (config: Config) => Heads): LayerRule {
  return {
    signature,
    docs: `${PAGE}/${page}/`,
    taken: { dropout: SHARE },
    weights: (c, inputs) => {
      const [query, value, key] = operands(inputs);
      const { queryHeads, keyHeads, keySize, valueSize } = headsOf(c);
      const bias = c.flag("use_bias");
      const out = outputShape(c, query);
      return [
        ...projection("query", last(query), queryHeads, keySize, bias),
        ...projection("key", last(key), keyHeads, keySize, bias),
        ...projection("value", last(value), keyHeads, valueSize, bias),
        { name: "output_kernel", shape: [queryHeads, valueSize, ...out], trainable: true },
        ...(bias ? [{ name: "output_bias", shape: out, trainable: true }] : []),
      ];
    },
    scores: (c, inputs) => {
      const [query, value] = operands(inputs);
      if (isUnknown(query)) return query;
      if (isUnknown(value)) return value;
      return [query[0] ?? 1, headsOf(c).queryHeads, ...query.slice(1, -1), ...value.slice(1, -1)];
    },
    run: (c, inputs) => {
      const [query, value, key] = operands(inputs);
      const lost = [query, value, key].find(isUnknown);
      if (lost || isUnknown(query) || isUnknown(value) || isUnknown(key)) {
        const why = lost ?? NO_INPUT;
        return one({ op: "attention", name: page, shape: why, macs: why, elementwise: 0 });
      }
      const { queryHeads, keyHeads, keySize, valueSize } = headsOf(c);
      const out = outputShape(c, query);
      const shape = [...query.slice(0, -1), ...out];
      const [queries, keys] = [product(query.slice(1, -1)), product(value.slice(1, -1))];
      const batch = query[0] ?? 1;
      const rows = (length: Dim): Dim => multiply(batch, length);
      const macs = sum([
        linearMacs(rows(queries), last(query), multiply(queryHeads, keySize)),
        linearMacs(rows(keys), last(key), multiply(keyHeads, keySize)),
        linearMacs(rows(keys), last(value), multiply(keyHeads, valueSize)),
        attentionMacs(multiply(batch, queryHeads), queries, keys, keySize, valueSize),
        linearMacs(rows(queries), multiply(queryHeads, valueSize), product(out)),
      ]);
      const weights = [query, key, value].some((each) => each.length < 3)
        ? `expects inputs of at least 3 axes, gets ${query.length}`
        : undefined;
      const alone =
        inputs.length < 2 ? "is called without a value, which it needs beside the query" : undefined;
      const problem = weights ?? alone ?? keysOf(value, key) ?? uneven(headsOf(c));
      return one({ op: "attention", name: page, shape, macs, elementwise: 0 }, problem);
    },
  };
}

/** `Attention` and `AdditiveAttention`: no heads, no projections. */
function dotAttention(
  name: string,
  signature: string,
  scale: (config: Config, query: Shape) => readonly WeightSpec[],
): LayerRule {
  return {
    signature,
    docs: `${PAGE}/${name}/`,
    weights: (c, [query = []]) => scale(c, query),
    scores: (_c, inputs) => {
      const [query, value] = operands(inputs);
      if (isUnknown(query)) return query;
      return isUnknown(value) ? value : [...query.slice(0, -1), value.at(-2) ?? 1];
    },
    taken: { score_mode: { of: "text", texts: ["dot", "concat"] } },
    run: (_c, inputs) => {
      const [query, value, key] = operands(inputs);
      const problem =
        inputs.length === 2 || inputs.length === 3
          ? undefined
          : `must be called on a list of inputs, namely [query, value] or [query, value, key], gets ${inputs.length}`;
      if (isUnknown(query) || isUnknown(value) || isUnknown(key))
        return one(plain(name, query, { op: "attention" }));
      const shape = [...query.slice(0, -1), last(value)];
      const macs = attentionMacs(
        product(query.slice(0, -2)),
        query.at(-2) ?? 1,
        value.at(-2) ?? 1,
        last(key),
        last(value),
      );
      return one({ op: "attention", name, shape, macs, elementwise: 0 }, problem ?? keysOf(value, key));
    },
  };
}

const scaleOf = (shape: Shape): readonly WeightSpec[] => [{ name: "scale", shape, trainable: true }];

export const ATTENTION: Readonly<Record<string, LayerRule>> = {
  MultiHeadAttention: multiHead(
    "num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None, attention_axes=None, flash_attention=None, seed=None",
    "multi_head_attention",
    (c) => ({
      queryHeads: c.dim("num_heads"),
      keyHeads: c.dim("num_heads"),
      keySize: c.dim("key_dim"),
      valueSize: c.given("value_dim") ? c.dim("value_dim") : c.dim("key_dim"),
    }),
  ),
  GroupedQueryAttention: multiHead(
    "head_dim, num_query_heads, num_key_value_heads, dropout=0.0, use_bias=True, flash_attention=None, use_gate=False, seed=None",
    "group_query_attention",
    (c) => ({
      queryHeads: c.dim("num_query_heads"),
      keyHeads: c.dim("num_key_value_heads"),
      keySize: c.dim("head_dim"),
      valueSize: c.dim("head_dim"),
    }),
  ),
  Attention: dotAttention("attention", "use_scale=False, score_mode='dot', dropout=0.0, seed=None", (c) =>
    c.flag("use_scale") ? scaleOf([]) : [],
  ),
  AdditiveAttention: dotAttention("additive_attention", "use_scale=True, dropout=0.0", (c, query) =>
    c.flag("use_scale") ? scaleOf([query.at(-1) ?? 1]) : [],
  ),
};
