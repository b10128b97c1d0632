/**
 * Calling a layer: it is built from the shapes it first sees; on tensors it runs in its own scope, on symbolic ones
 * it answers symbols and becomes a node of the graph. Replaying a network calls its nodes again on tensors.
 */

import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import { mapLeaves } from "../../interpret/leaves.ts";
import type { Bound } from "../../interpret/native.ts";
import {
  ABSENT,
  BoundMethod,
  Dict,
  FunctionValue,
  type Instance,
  isUnknown,
  type Kwargs,
  List,
  NO_KWARGS,
  Tensor,
  Tuple,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { isOpen, mapKwargs, type Network, Node, OpenSize, tensorsIn } from "./graph.ts";
import { sublayers } from "./layer.ts";
import { isLayerClass, isModelClass, type Keras, OPERATION_NATIVE, stateOf } from "./library.ts";

/** Arguments that Keras hands to a layer's `call` only where it takes them. */
const OPTIONAL: ReadonlySet<string> = new Set(["training", "mask"]);

export function callLayer(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  args: readonly Value[],
  kwargs: Kwargs,
): Value {
  const own = (leaf: Value): Value => (leaf instanceof Tensor ? keras.tensor(interp, leaf) : leaf);
  const given = args.map((arg) => mapLeaves(arg, own));
  build(keras, interp, layer, given, kwargs);
  markRow(layer);
  const run = (): Value => runCall(interp, layer, given, kwargs);
  // What is not known outside of any call stands for a symbol: the layers after it are still part of the graph.
  const lost = interp.scope === undefined && given.some((arg) => arg instanceof Unknown);
  if (lost || tensorsIn([...given, ...kwargs.values()]).some((tensor) => keras.graph.isSymbolic(tensor))) {
    interp.tick(STEPS.op);
    return symbolically(keras, interp, { operation: layer, args: given, kwargs }, run);
  }
  return interp.withLayer(layer, run, hasOtherRank(layer, given) ? [] : given);
}

/** A call that a network's own `Input`s contradict is no word on its input. */
function hasOtherRank(layer: Instance, given: readonly Value[]): boolean {
  if (!isModelClass(layer.cls)) return false;
  const declared = stateOf(layer).network?.inputTensors ?? [];
  return tensorsIn(given).some(({ shape }, i) => {
    const own = declared[i]?.shape;
    return Array.isArray(own) && Array.isArray(shape) && own.length !== shape.length;
  });
}

/** A program's own layer without layers in it is one row, as a layer of Keras is. */
function markRow(layer: Instance): void {
  const { cls } = layer;
  if (cls.native || isModelClass(cls) || sublayers(layer).length > 0) return;
  cls.native = OPERATION_NATIVE;
}

function runCall(interp: Interp, layer: Instance, args: readonly Value[], kwargs: Kwargs): Value {
  const call = interp.lookup(layer, "call");
  if (call === ABSENT) return interp.fail("NotImplementedError", `${layer.cls.name} has no call method`);
  return interp.call(call, args, accepted(call, kwargs));
}

function accepted(call: Value, kwargs: Kwargs): Kwargs {
  const fn = call instanceof BoundMethod ? call.fn : call;
  if (kwargs.size === 0 || !(fn instanceof FunctionValue)) return kwargs;
  const { params } = fn.node;
  if (params.some((param) => param.kind === "keywords")) return kwargs;
  const names = new Set(params.map((param) => param.name));
  return new Map([...kwargs].filter(([name]) => !OPTIONAL.has(name) || names.has(name)));
}

// ---------------------------------------------------------------------- building

export function build(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  args: readonly Value[],
  kwargs: Kwargs,
): void {
  if (layer.attrs.get("built") === true) return;
  const method = interp.lookup(layer, "build");
  const told = builtFrom(keras, layer, args, kwargs);
  const tensors = told.filter((value) => tensorsIn([value]).length > 0);
  // Sizes that an input which is not known would tell are not known either.
  const shapes = tensors.length > 0 ? tensors : told.slice(0, 1).filter(isUnknown);
  const shapeOf = (value: Value): Value =>
    mapLeaves(value, (leaf) => (leaf instanceof Tensor ? keras.shapeValue(interp, leaf.shape) : leaf));
  if (method !== ABSENT) {
    const named = shapesByName(interp, layer, method, args, kwargs);
    const wanted = buildParameters(method);
    const count = Math.min(wanted ?? shapes.length, shapes.length);
    const before = keras.building;
    keras.building = true;
    if (named) interp.call(method, [], mapKwargs(named, shapeOf));
    else if (count > 0) interp.call(method, shapes.slice(0, count).map(shapeOf));
    keras.building = before;
  }
  interp.touch(layer);
  layer.attrs.set("built", true);
}

/** What tells the shapes of the weights: all that a layer is called with, or its tensors by name without a mask. */
function builtFrom(keras: Keras, layer: Instance, args: readonly Value[], kwargs: Kwargs): readonly Value[] {
  const names = layer.cls.mro.map((cls) => keras.calledWith.get(cls)).find((found) => found !== undefined);
  return names ? names.map((name, i) => args[i] ?? kwargs.get(name)) : [...args, ...kwargs.values()];
}

/**
 * What a program's own `build` of several shapes is given: `x_shape` is that of the argument `x` of `call`, and an
 * argument that is no tensor has none. Undefined where its names are not of that form.
 */
function shapesByName(
  interp: Interp,
  layer: Instance,
  method: Value,
  args: readonly Value[],
  kwargs: Kwargs,
): Kwargs | undefined {
  const wanted = parametersOf(method);
  const taken = parametersOf(interp.lookup(layer, "call"));
  if (!wanted || !taken || wanted.length < 2) return undefined;
  const found = new Map<string, Value>();
  for (const name of wanted) {
    const place = taken.indexOf(name.replace(/_shape$/, ""));
    if (place < 0 || !name.endsWith("_shape")) return undefined;
    const value = args[place] ?? kwargs.get(taken[place] ?? "");
    if (isUnknown(value) || tensorsIn([value]).length > 0) found.set(name, value);
  }
  return found;
}

/** Names that a method of the program takes, without `self`. */
function parametersOf(method: Value | typeof ABSENT): readonly string[] | undefined {
  const fn = method instanceof BoundMethod ? method.fn : method;
  if (!(fn instanceof FunctionValue)) return undefined;
  const named = fn.node.params.filter(({ kind }) => kind !== "rest" && kind !== "keywords");
  return named.slice(1).map(({ name }) => name);
}

/** How many shapes a program's own `build` takes; undefined for the engine's. */
function buildParameters(method: Value): number | undefined {
  const fn = method instanceof BoundMethod ? method.fn : method;
  if (!(fn instanceof FunctionValue)) return undefined;
  const positional = fn.node.params.filter(({ kind }) => kind === "normal" || kind === "positionalOnly");
  const open = fn.node.params.some(({ kind }) => kind === "rest");
  return open ? 1 : positional.length - 1;
}

// ---------------------------------------------------------------- symbolic calls

/** Runs a call on symbols. The outermost one becomes a node, with outputs of its own. */
export function symbolically(
  keras: Keras,
  interp: Interp,
  call: { readonly operation: Instance; readonly args: readonly Value[]; readonly kwargs: Kwargs },
  run: () => Value,
): Value {
  const { graph } = keras;
  graph.depth++;
  const before = graph.problems;
  let answer: Value;
  try {
    // What symbols go through is recorded when the network runs.
    answer = interp.unrecorded(run);
  } finally {
    graph.depth--;
  }
  const fresh = (leaf: Value): Value => {
    if (!(leaf instanceof Tensor)) return leaf;
    const copy = keras.make(leaf.shape, leaf.dtype);
    if (leaf.maker !== undefined) copy.maker = leaf.maker;
    if (leaf.site) copy.site = leaf.site;
    return graph.mark(copy);
  };
  const lost = answer instanceof Unknown ? keras.make(answer) : answer;
  const outputs = mapLeaves(lost, fresh);
  if (graph.depth > 0) return outputs;
  const node = new Node(call.operation, call.args, call.kwargs, outputs, interp.site);
  node.failed = graph.problems > before;
  graph.add(node);
  return outputs;
}

// ------------------------------------------------------------------------ replay

/** What runs when an op that is no layer is replayed. */
export class OperationCode {
  constructor(readonly run: (interp: Interp, args: readonly Value[], kwargs: Kwargs) => Value) {}
}

function perform(
  keras: Keras,
  interp: Interp,
  operation: Instance,
  args: readonly Value[],
  kwargs: Kwargs,
): Value {
  if (isLayerClass(operation.cls)) return callLayer(keras, interp, operation, args, kwargs);
  const { native } = operation;
  if (!(native instanceof OperationCode)) return interp.unknown("an op that is not known");
  return interp.withLayer(operation, () => native.run(interp, args, kwargs), args);
}

/** Runs a network on inputs in the structure of its own, a list of them, or a dict by name. */
export function runNetwork(keras: Keras, interp: Interp, network: Network, given: Value): Value {
  const values = new Map<Tensor, Value>();
  const inputs = fitInputs(keras, network, given);
  for (const [i, tensor] of network.inputTensors.entries()) {
    values.set(tensor, inputs[i] ?? interp.unknown("an input that was not given"));
  }
  const batch = firstSize(inputs);
  const change = (leaf: Value): Value => {
    if (leaf instanceof Tensor) return values.get(leaf) ?? leaf;
    if (leaf instanceof OpenSize) {
      const now = values.get(leaf.of);
      return now instanceof Tensor && !(now.shape instanceof Unknown) ? (now.shape[leaf.axis] ?? leaf) : leaf;
    }
    return isOpen(leaf) && batch !== undefined ? batch : leaf;
  };
  for (const node of network.nodes) {
    const wanted = node.outputTensors;
    if (node.isInput || wanted.every((tensor) => values.has(tensor))) continue;
    const args = node.args.map((arg) => mapLeaves(arg, change));
    const kwargs = mapKwargs(node.kwargs, change);
    const run = (): Value =>
      keras.graph.quietly(node.failed, () => perform(keras, interp, node.operation, args, kwargs));
    const answer = node.site ? interp.at(node.site.at, run) : run();
    const outputs = tensorsIn([answer]);
    for (const [i, tensor] of wanted.entries()) {
      values.set(
        tensor,
        outputs[i] ??
          keras.make(answer instanceof Unknown ? answer : interp.unknown("an output that is not known")),
      );
    }
  }
  return mapLeaves(network.outputs, change);
}

function firstSize(values: readonly Value[]): Value {
  const [first] = values;
  return first instanceof Tensor && !(first.shape instanceof Unknown) ? first.shape[0] : undefined;
}

function fitInputs(keras: Keras, network: Network, given: Value): readonly Value[] {
  if (given instanceof Dict) {
    const byName = new Map([...given.entries.values()].map(({ key, value }) => [key, value] as const));
    if (network.inputs instanceof Dict) {
      const keys = [...network.inputs.entries.values()].map(({ key }) => key);
      return keys.map((key) => byName.get(key));
    }
    return network.inputTensors.map((tensor) =>
      byName.get(String(keras.graph.makerOf(tensor)?.operation.attrs.get("name"))),
    );
  }
  const items = toItems(given);
  if (items?.length === network.inputTensors.length && items.some(isUnknown)) return items;
  const tensors = tensorsIn([given]);
  return tensors.length > 0 ? tensors : (items ?? [given]);
}

/** Arguments of a native method with `*args, **kwargs`. */
export function spread(a: Bound): { readonly args: readonly Value[]; readonly kwargs: Kwargs } {
  const args = a.args instanceof Tuple || a.args instanceof List ? a.args.items : [];
  if (!(a.kwargs instanceof Dict) || a.kwargs.entries.size === 0) return { args, kwargs: NO_KWARGS };
  return {
    args,
    kwargs: new Map([...a.kwargs.entries.values()].map(({ key, value }) => [String(key), value])),
  };
}
