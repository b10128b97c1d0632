/**
 * The transformer's layers and stacks: compositions of real submodules, named as torch names them.
 * https://docs.pytorch.org/docs/stable/nn.html#transformer-layers
 */

import { entryOf } from "../../../base/table.ts";
import type { Bound } from "../../../interpret/native.ts";
import { type Kwargs, toItems, toNumber, type Value } from "../../../interpret/values.ts";
import type { Build, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";

const LAYER_INIT =
  "d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None, dtype=None";
const ARGUMENTS = [
  "d_model",
  "nhead",
  "dim_feedforward",
  "dropout",
  "activation",
  "layer_norm_eps",
  "batch_first",
  "norm_first",
  "bias",
];

/** Calls a submodule by name. */
function call(op: Op, name: string, args: readonly Value[], kwargs?: Kwargs): Value {
  return op.interp.call(op.attr(name), args, kwargs);
}

function add(op: Op, a: Value, b: Value): Value {
  return op.interp.binary("+", a, b);
}

function attention(b: Build, name: string): void {
  const kwargs = new Map<string, Value>([
    ["dropout", b.args.dropout],
    ["bias", b.args.bias],
    ["batch_first", b.args.batch_first],
  ]);
  b.module(name, "MultiheadAttention", [b.args.d_model, b.args.nhead], kwargs);
}

function buildLayer(b: Build, attentions: readonly string[]): void {
  const { d_model: width, dim_feedforward: hidden, dropout, layer_norm_eps: eps, bias, activation } = b.args;
  const withBias = new Map([["bias", bias]]);
  for (const name of attentions) attention(b, name);
  b.module("linear1", "Linear", [width, hidden], withBias);
  b.module("dropout", "Dropout", [dropout]);
  b.module("linear2", "Linear", [hidden, width], withBias);
  const count = attentions.length + 1;
  for (let i = 1; i <= count; i++) {
    b.module(
      `norm${i}`,
      "LayerNorm",
      [width],
      new Map([
        ["eps", eps],
        ["bias", bias],
      ]),
    );
  }
  for (let i = 1; i <= count; i++) b.module(`dropout${i}`, "Dropout", [dropout]);
  const fn = activation === "relu" || activation === "gelu" ? b.nn.functional(activation) : activation;
  b.interp.setAttr(b.self, "activation", fn);
}

/** One residual branch: the norm stands before the branch, or after the sum. */
function residual(op: Op, x: Value, norm: string, branch: (x: Value) => Value): Value {
  const first = op.flag(op.attr("norm_first"), false);
  return first ? add(op, x, branch(call(op, norm, [x]))) : call(op, norm, [add(op, x, branch(x))]);
}

function attend(op: Op, name: string, dropout: string, query: Value, memory: Value): Value {
  const answer = call(op, name, [query, memory, memory], new Map([["need_weights", false]]));
  const output = toItems(answer)?.[0];
  return call(op, dropout, [output ?? answer]);
}

function feedForward(op: Op, x: Value, dropout: string): Value {
  const hidden = op.interp.call(op.attr("activation"), [call(op, "linear1", [x])]);
  return call(op, dropout, [call(op, "linear2", [call(op, "dropout", [hidden])])]);
}

function encode(op: Op, a: Bound): Value {
  const x = residual(op, a.src, "norm1", (y) => attend(op, "self_attn", "dropout1", y, y));
  return residual(op, x, "norm2", (y) => feedForward(op, y, "dropout2"));
}

function decode(op: Op, a: Bound): Value {
  let x = residual(op, a.tgt, "norm1", (y) => attend(op, "self_attn", "dropout1", y, y));
  x = residual(op, x, "norm2", (y) => attend(op, "multihead_attn", "dropout2", y, a.memory));
  return residual(op, x, "norm3", (y) => feedForward(op, y, "dropout3"));
}

/** Deep copies of one layer in a ModuleList. */
function buildStack(b: Build, layer: string): void {
  const { interp } = b;
  const copy = interp.getAttr(interp.importModule("copy"), "deepcopy");
  const given = toNumber(b.args.num_layers);
  const count = given !== undefined && interp.allows(given) ? given : undefined;
  if (given === undefined) interp.gap("the number of layers is not known");
  const copies: Value[] = [];
  for (let i = 0; i < (count ?? 1); i++) copies.push(interp.call(copy, [entryOf(b.args, layer)]));
  b.module("layers", "ModuleList", [interp.list(copies)]);
  interp.setAttr(b.self, "norm", b.args.norm);
}

function runStack(op: Op, x: Value, rest: readonly Value[]): Value {
  const layers = op.interp.items(op.attr("layers"));
  let value = x;
  if (Array.isArray(layers)) for (const layer of layers) value = op.interp.call(layer, [value, ...rest]);
  const norm = op.attr("norm");
  return norm === null ? value : op.interp.call(norm, [value]);
}

function buildTransformer(b: Build): void {
  const { interp, nn, args } = b;
  const layerArgs = ARGUMENTS.map((name) => entryOf(args, name));
  for (const side of ["Encoder", "Decoder"] as const) {
    const name = side.toLowerCase();
    const custom = entryOf(args, `custom_${name}`);
    if (custom !== null) {
      interp.setAttr(b.self, name, custom);
      continue;
    }
    const layer = interp.call(nn.layer(`Transformer${side}Layer`), layerArgs);
    const norm = interp.call(
      nn.layer("LayerNorm"),
      [args.d_model],
      new Map([
        ["eps", args.layer_norm_eps],
        ["bias", args.bias],
      ]),
    );
    b.module(name, `Transformer${side}`, [layer, entryOf(args, `num_${name}_layers`), norm]);
  }
}

const composed = { home: "transformer", layer: false } as const;

export const TRANSFORMER_LAYERS: readonly LayerSpec[] = [
  {
    ...composed,
    name: "TransformerEncoderLayer",
    init: LAYER_INIT,
    hidden: ["dropout", "activation", "bias"],
    build: (b) => buildLayer(b, ["self_attn"]),
    forward: ["src, src_mask=None, src_key_padding_mask=None, is_causal=False", encode],
  },
  {
    ...composed,
    name: "TransformerDecoderLayer",
    init: LAYER_INIT,
    hidden: ["dropout", "activation", "bias"],
    build: (b) => buildLayer(b, ["self_attn", "multihead_attn"]),
    forward: [
      "tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False",
      decode,
    ],
  },
  {
    ...composed,
    name: "TransformerEncoder",
    init: "encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True",
    hidden: ["encoder_layer", "norm"],
    build: (b) => buildStack(b, "encoder_layer"),
    forward: [
      "src, mask=None, src_key_padding_mask=None, is_causal=None",
      (op, a) => runStack(op, a.src, []),
    ],
  },
  {
    ...composed,
    name: "TransformerDecoder",
    init: "decoder_layer, num_layers, norm=None",
    hidden: ["decoder_layer", "norm"],
    build: (b) => buildStack(b, "decoder_layer"),
    forward: [
      "tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False",
      (op, a) => runStack(op, a.tgt, [a.memory]),
    ],
  },
  {
    ...composed,
    name: "Transformer",
    init: "d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation='relu', custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None, dtype=None",
    hidden: ["dropout", "activation", "bias", "custom_encoder", "custom_decoder"],
    build: buildTransformer,
    forward: [
      "src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False",
      (op, a) => {
        const memory = call(op, "encoder", [a.src]);
        return call(op, "decoder", [a.tgt, memory]);
      },
    ],
    classMethods: {
      generate_square_subsequent_mask: [
        "cls, sz, **kwargs",
        (a, _, nn) => nn.tensors.make(typeof a.sz === "number" ? [a.sz, a.sz] : [], "float32"),
      ],
    },
  },
];
