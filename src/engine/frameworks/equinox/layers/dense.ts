/** Dense layers of `equinox.nn`, and the containers of layers. */

import { product } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { noteWalked } from "../../../interpret/leaves.ts";
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
} from "../../../interpret/values.ts";
import { forwardParams } from "../../flax/calling.ts";
import type { Layer, Weight } from "../../flax/layers/spec.ts";
import { differ } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { EquinoxTable, Find } from "../module.ts";

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

/** A layer that is held twice is looked into once. */
function takesState(outermost: Value): boolean {
  const layers = new Set([outermost]);
  for (const layer of layers) {
    if (layer === null || typeof layer !== "object" || layer.kind !== "instance") continue;
    if (["BatchNorm", "SpectralNorm"].includes(layer.cls.name)) return true;
    for (const inner of toItems(layer.attrs.get("layers") ?? null) ?? []) layers.add(inner);
  }
  noteWalked(layers.size);
  return false;
}

export const DENSE: EquinoxTable = {
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
};
