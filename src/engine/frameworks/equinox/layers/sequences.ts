/** Recurrent cells and attention of `equinox.nn`. */
import { attentionMacs } from "../../../cost/contraction.ts";
import { floorDivide, product } from "../../../cost/lift.ts";
import { type RecurrentCell, recurrentCost } from "../../../cost/recurrent.ts";
import type { Interp } from "../../../interpret/interp.ts";
import {
  type Dim,
  type Instance,
  isUnknown,
  type Shape,
  Tensor,
  Tuple,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import type { Layer } from "../../flax/layers/spec.ts";
import { differ, toDim } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { EquinoxLayer, EquinoxTable, Find } from "../module.ts";

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

export const SEQUENCES: EquinoxTable = {
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
};
