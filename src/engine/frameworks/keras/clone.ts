/** `keras.models.clone_model`: the same layers by the same names with weights of their own. */

import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import { leavesOf, mapLeaves } from "../../interpret/leaves.ts";
import {
  Instance,
  isUnknown,
  type Kwargs,
  List,
  NO_KWARGS,
  Tensor,
  type Value,
} from "../../interpret/values.ts";
import { callLayer, OperationCode, symbolically } from "./calling.ts";
import { mapKwargs, type Network, networkOf } from "./graph.ts";
import { isLayer, isModel, type Keras, nameOf, stateOf } from "./library.ts";

export function cloneModel(keras: Keras, interp: Interp, model: Value): Value {
  if (!isModel(model))
    return isUnknown(model) ? model : interp.fail("ValueError", "only models can be cloned");
  const { network, children } = stateOf(model);
  if (children.length > 0) {
    const layers = children.map((layer) => cloneOf(keras, interp, layer));
    return interp.call(
      keras.cls("Sequential"),
      [new List(layers)],
      new Map([["name", nameOf(keras, model)]]),
    );
  }
  if (!network) return copyOf(keras, interp, model, nameOf(keras, model));
  const { inputs, outputs } = keras.graph.apart(() => replayed(keras, interp, network));
  const copy = interp.newInstance(model.cls);
  if (model.site) copy.site = model.site;
  for (const [key, value] of model.attrs) copy.attrs.set(key, value);
  stateOf(copy).network = networkOf(keras.graph, inputs, outputs);
  return copy;
}

/** A second layer of the same arguments, not built yet. */
export function copyOf(keras: Keras, interp: Interp, layer: Instance, name: string): Instance {
  interp.tick(STEPS.module + STEPS.entry * layer.attrs.size);
  const copy = interp.newInstance(layer.cls);
  if (layer.site) copy.site = layer.site;
  const weights = new Set<Value>(stateOf(layer).weights);
  for (const [key, value] of layer.attrs) {
    if (!weights.has(value))
      copy.attrs.set(
        key,
        mapLeaves(value, (leaf) => innerCopy(keras, interp, leaf)),
      );
  }
  copy.attrs.set("built", false);
  copy.attrs.set("name", name);
  stateOf(copy).config = stateOf(layer).config;
  stateOf(copy).declared = stateOf(layer).declared;
  stateOf(copy).trainable = stateOf(layer).trainable;
  return copy;
}

/** Layers inside of a layer are copied with it. */
function innerCopy(keras: Keras, interp: Interp, value: Value): Value {
  return isLayer(value) ? cloneOf(keras, interp, value) : value;
}

function cloneOf(keras: Keras, interp: Interp, layer: Instance): Value {
  if (layer.cls.qualname === "keras.layers.InputLayer") return inputLike(keras, interp, layer);
  return isModel(layer)
    ? cloneModel(keras, interp, layer)
    : copyOf(keras, interp, layer, nameOf(keras, layer));
}

function inputLike(keras: Keras, interp: Interp, layer: Instance): Value {
  const shape = layer.attrs.get("batch_shape") ?? null;
  const given = new Map<string, Value>([
    ["batch_shape", shape],
    ["name", nameOf(keras, layer)],
  ]);
  return interp.call(keras.cls("InputLayer"), [], given);
}

/** Every node once more, on copies of its layer. */
function replayed(
  keras: Keras,
  interp: Interp,
  network: Network,
): { readonly inputs: Value; readonly outputs: Value } {
  const tensors = new Map<Tensor, Value>();
  const copies = new Map<Instance, Value>();
  const change = (leaf: Value): Value => (leaf instanceof Tensor ? (tensors.get(leaf) ?? leaf) : leaf);
  const copied = (operation: Instance): Value => {
    const known = copies.get(operation);
    if (known !== undefined) return known;
    const made = isLayer(operation) ? cloneOf(keras, interp, operation) : operation;
    copies.set(operation, made);
    return made;
  };
  for (const tensor of network.inputTensors) {
    const origin = keras.graph.makerOf(tensor)?.operation;
    const made = origin && copied(origin);
    const [node] = made instanceof Instance ? keras.graph.nodesOf(made) : [];
    tensors.set(tensor, node?.outputTensors[0] ?? tensor);
  }
  for (const node of network.nodes) {
    if (node.isInput || node.outputTensors.every((tensor) => tensors.has(tensor))) continue;
    const args = node.args.map((arg) => mapLeaves(arg, change));
    const kwargs = node.kwargs.size > 0 ? mapKwargs(node.kwargs, change) : NO_KWARGS;
    const layer = copied(node.operation);
    const answer = isLayer(layer)
      ? callLayer(keras, interp, layer, args, kwargs)
      : operated(keras, interp, node.operation, args, kwargs);
    const outputs = answer instanceof Tensor ? [answer] : leavesOf(answer);
    for (const [i, tensor] of node.outputTensors.entries()) tensors.set(tensor, outputs[i] ?? tensor);
  }
  return { inputs: mapLeaves(network.inputs, change), outputs: mapLeaves(network.outputs, change) };
}

function operated(
  keras: Keras,
  interp: Interp,
  operation: Instance,
  args: readonly Value[],
  kwargs: Kwargs,
): Value {
  const { native } = operation;
  if (!(native instanceof OperationCode)) return interp.unknown("an op that is not known");
  return symbolically(keras, interp, { operation, args, kwargs }, () => native.run(interp, args, kwargs));
}
