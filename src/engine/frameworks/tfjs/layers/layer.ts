/**
 * `tf.layers.Layer`: names, building, calling, and the graph that `apply` grows. Layers of the program that derive
 * from it run their own `build`, `call` and `computeOutputShape`.
 */

import { sum } from "../../../cost/lift.ts";
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import type { Machine } from "../../../interpret/machine.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  List,
  type Shape,
  Tensor,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type Impl, jsClass, object } from "../../../languages/typescript/core.ts";
import {
  type Config,
  type KnownOrNot,
  type LayerRule,
  missingArguments,
  weightsOf as ruledWeights,
  rulingOf,
} from "../../keraslike/rule.ts";
import { numel } from "../../shape/dims.ts";
import {
  type GraphNode,
  type Library,
  listOf,
  property,
  Symbolic,
  shapeOf,
  shapeValue,
  symbolicOf,
} from "../library.ts";
import { setTrainable, weightsOf } from "./inner.ts";
import { LayerState, stateOf } from "./state.ts";

// ----------------------------------------------------------------- construction

export function initLayer(lib: Library, m: Interp, self: Value, config: Value): LayerState {
  if (!(self instanceof Instance)) return new LayerState();
  const state = new LayerState();
  self.native = state;
  const name = property(config, "name");
  // An empty name is none.
  self.attrs.set("name", name === undefined || name === null || name === "" ? autoName(lib, m, self) : name);
  const trainable = property(config, "trainable");
  if (trainable !== undefined && trainable !== null) state.trainable = m.truthy(trainable);
  const batchShape = property(config, "batchInputShape");
  const inputShape = property(config, "inputShape");
  // An input shape that is written down is the likelier one.
  const isWritten = !isUnknown(batchShape) || inputShape === undefined || isUnknown(inputShape);
  if (isWritten && batchShape !== undefined && batchShape !== null)
    state.batchInputShape = shapeOf(batchShape);
  else if (inputShape !== undefined && inputShape !== null) {
    state.batchInputShape = withBatch(property(config, "batchSize"), inputShape);
  }
  const dtype = property(config, "dtype") ?? property(config, "inputDType");
  if (typeof dtype === "string") state.dtype = dtype;
  if (isUnknown(config)) m.gap(config.reason);
  return state;
}

export function withBatch(batch: Value, shape: Value): Shape | Unknown {
  if (isUnknown(shape)) return shape;
  return shapeOf(new List([batch ?? null, ...listOf(shape)]));
}

/** `conv2d_Conv2D1`: the class in snake case, then the class with its count. */
function autoName(lib: Library, m: Interp, self: Instance): Value {
  const className = m.callMethod(self, "getClassName");
  if (isUnknown(className)) return className;
  const prefix = String(className);
  const spaced = prefix
    .replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
  return `${spaced.startsWith("_") ? "private" : ""}${spaced}_${lib.uid(prefix)}`;
}

export function nameOf(layer: Instance): string {
  const name = layer.attrs.get("name");
  return typeof name === "string" ? name : layer.cls.name;
}

// ---------------------------------------------------------------------- calling

function inputShapes(inputs: readonly Value[]): readonly KnownOrNot[] {
  return inputs.map((input) =>
    input instanceof Tensor
      ? input.shape
      : (symbolicOf(input)?.shape ?? new Unknown("an input that is not known")),
  );
}

function shapesValue(shapes: readonly KnownOrNot[], isList: boolean): Value {
  return isList
    ? new List(shapes.map(shapeValue))
    : shapeValue(shapes[0] ?? new Unknown("a layer without an input"));
}

export function buildLayer(m: Interp, layer: Instance, shapes: readonly KnownOrNot[], isList: boolean): void {
  const state = stateOf(layer);
  if (!state || state.built) return;
  m.callMethod(layer, "build", [shapesValue(shapes, isList)]);
  state.built = true;
}

/** `layer.apply(x)`: grows a graph when `x` is symbolic, runs the layer when it is a tensor. */
export function applyLayer(lib: Library, m: Interp, layer: Instance, input: Value, kwargs: Value): Value {
  const isList = input instanceof List;
  const inputs = listOf(input);
  const lost = inputs.find(isUnknown);
  if (lost) {
    m.gap(lost.reason);
    return lost;
  }
  const symbolic = inputs.map(symbolicOf);
  if (symbolic.some((each) => each === undefined)) {
    if (inputs.every((each) => each instanceof Tensor)) return callLayer(m, layer, input, kwargs);
    return m.fail("ValueError", `${nameOf(layer)}: apply() needs tensors`);
  }
  const shapes = inputShapes(inputs);
  buildLayer(m, layer, shapes, isList);
  const outputShape = m.callMethod(layer, "computeOutputShape", [shapesValue(shapes, isList)]);
  const node: GraphNode = {
    layer,
    inputs: inputs as readonly Instance[],
    isList,
    outputs: [],
    kwargs,
    site: m.site,
  };
  stateOf(layer)?.nodes.push(node);
  const dtype = outputDtype(layer, symbolic[0]?.dtype ?? "float32");
  const many = outputShape instanceof List && outputShape.items[0] instanceof List;
  const outputs = (many ? outputShape.items : [outputShape]).map((shape, i) =>
    symbolicTensor(lib, m, node, i, shapeOf(shape), dtype),
  );
  node.outputs.push(...outputs);
  return many ? new List(outputs) : outputs[0];
}

function outputDtype(layer: Instance, input: string): string {
  return layer.cls.name === "Embedding" ? "float32" : input;
}

export function symbolicTensor(
  lib: Library,
  m: Interp,
  node: GraphNode,
  index: number,
  shape: Shape | Unknown,
  dtype: string,
): Instance {
  m.tick(STEPS.op);
  const tensor = m.newInstance(lib.symbolicClass);
  tensor.native = new Symbolic(node, index, shape, dtype);
  const name = nameOf(node.layer);
  const isInput = node.layer.cls.name === "InputLayer";
  tensor.attrs.set("shape", shapeValue(shape));
  tensor.attrs.set("dtype", dtype);
  tensor.attrs.set("name", isInput ? name : `${name}/${name}`);
  tensor.attrs.set("sourceLayer", node.layer);
  if (!isUnknown(shape)) tensor.attrs.set("rank", shape.length);
  return tensor;
}

/** Runs a layer on tensors. */
export function callLayer(m: Interp, layer: Instance, input: Value, kwargs: Value): Value {
  const inputs = listOf(input);
  buildLayer(m, layer, inputShapes(inputs), input instanceof List);
  const given = kwargs === undefined || kwargs === null ? object(m) : kwargs;
  return m.withLayer(layer, () => m.callMethod(layer, "call", [input, given]), inputs);
}

/** Runs the calls of a graph that lead to a symbolic tensor. */
export function replay(m: Interp, tensor: Instance, values: Map<Instance, Value>): Value {
  if (values.has(tensor)) return values.get(tensor);
  const symbolic = symbolicOf(tensor);
  if (!symbolic) return m.unknown("a tensor of no graph");
  const { node, index } = symbolic;
  const inputs = node.inputs.map((input) => replay(m, input, values));
  const lost = inputs.find(isUnknown);
  if (lost) return lost;
  const { site } = m;
  (m as Machine).site = node.site;
  const result = callLayer(m, node.layer, node.isList ? new List(inputs) : inputs[0], node.kwargs);
  (m as Machine).site = site;
  const results = node.outputs.length > 1 && result instanceof List ? result.items : [result];
  node.outputs.forEach((output, i) => {
    const value = results[i];
    if (isUnknown(value)) m.gap(value.reason);
    values.set(output, value);
  });
  return results[index];
}

// ------------------------------------------------------------------------ rules

/** Stands for all weights of a layer whose input is not known. */
const ANY_WEIGHT = "*";

/** Weights of a rule as parameters. */
export function makeWeights(
  lib: Library,
  state: LayerState,
  rule: LayerRule,
  config: Config,
  shapes: readonly KnownOrNot[],
  prefix = "",
): void {
  const known = shapes.filter((shape): shape is Shape => !isUnknown(shape));
  const unknown = shapes.find(isUnknown);
  if (unknown) {
    if (!rule.weights) return;
    const weights = lib.parameter(unknown, state.trainable);
    state.weights.push(weights);
    state.named.set(prefix + ANY_WEIGHT, weights);
    return;
  }
  for (const spec of ruledWeights(rule, config, known)) {
    const weight = lib.parameter(spec.shape, spec.trainable ? state.trainable : false);
    state.weights.push(weight);
    state.named.set(prefix + spec.name, weight);
  }
}

/** Records the ops of one call of a rule, in the scope that is running. */
export function runRule(
  lib: Library,
  m: Interp,
  rule: LayerRule,
  config: Config,
  weightOf: (name: string) => Tensor | undefined,
  allWeights: readonly Tensor[],
  inputs: readonly Tensor[],
): Value {
  const ruling = rulingOf(
    rule,
    config,
    inputs.map(({ shape }) => shape),
  );
  let current: readonly Tensor[] = inputs;
  let outputs: readonly Tensor[] = [];
  ruling.steps.forEach((step, i) => {
    const isLast = i === ruling.steps.length - 1;
    const weights = step.weights?.map(weightOf).filter((weight) => weight !== undefined) ?? allWeights;
    outputs = lib.emitAll(m, {
      ...step,
      inputs: current,
      weights,
      ...(isLast && ruling.states ? { more: ruling.states } : {}),
      ...(isLast && ruling.problem !== undefined ? { problem: ruling.problem } : {}),
    });
    current = outputs;
  });
  return outputs.length > 1 ? new List([...outputs]) : outputs[0];
}

function outputShapes(rule: LayerRule, config: Config, shapes: readonly KnownOrNot[]): Value {
  const ruling = rulingOf(rule, config, shapes);
  const last = ruling.steps[ruling.steps.length - 1] ?? ruling.steps[0];
  return ruling.states ? new List([last.shape, ...ruling.states].map(shapeValue)) : shapeValue(last.shape);
}

/** Shapes out of `[null, 8]` or `[[null, 8], [null, 4]]`. */
export function shapesOf(value: Value): readonly KnownOrNot[] {
  if (value instanceof List && value.items[0] instanceof List) return value.items.map(shapeOf);
  return [shapeOf(value)];
}

// ------------------------------------------------------------------------ class

const build =
  (lib: Library): Impl =>
  (m, [shape], self) => {
    const state = stateOf(self);
    if (!state || state.built) return undefined;
    state.built = true;
    const { rule, config } = state;
    if (!rule || !config) return undefined;
    const missing = missingArguments(rule, config);
    if (missing.length > 0 && self instanceof Instance) {
      m.diagnose({
        severity: "warning",
        code: "unknown-value",
        message: `${nameOf(self)} needs ${missing.join(", ")}`,
        ...(self.site ? { at: self.site.at } : {}),
      });
    }
    makeWeights(lib, state, rule, config, shapesOf(shape));
    return undefined;
  };

const call =
  (lib: Library): Impl =>
  (m, [input], self) => {
    const state = stateOf(self);
    // A layer of the program that does not say what it does passes its input on.
    if (!state?.rule || !state.config) return input;
    const inputs = listOf(input).filter((each) => each instanceof Tensor);
    const { named, weights } = state;
    const weightOf = (name: string): Tensor | undefined => named.get(name) ?? named.get(ANY_WEIGHT);
    return runRule(lib, m, state.rule, state.config, weightOf, weights, inputs);
  };

const addWeight =
  (lib: Library): Impl =>
  (m, [name, shape, dtype, , , trainable], self) => {
    const state = stateOf(self);
    if (self instanceof Instance) m.touch(self);
    const known = isUnknown(shape) ? shape : shapeOf(shape);
    const weight = lib.parameter(
      known,
      trainable === false ? false : isUnknown(trainable) ? trainable : (state?.trainable ?? true),
      typeof dtype === "string" ? dtype : "float32",
    );
    state?.weights.push(weight);
    if (typeof name === "string") state?.named.set(name, weight);
    return weight;
  };

function output(self: Value, pick: "inputs" | "outputs"): Value {
  const node = stateOf(self)?.nodes.at(-1);
  const tensors = node?.[pick] ?? [];
  return tensors.length > 1 ? new List([...tensors]) : tensors[0];
}

export function layerClass(lib: Library, base: ClassValue): ClassValue {
  return jsClass("Layer", {
    base,
    native: { layer: true },
    init: (m, [config], self) => {
      initLayer(lib, m, self, config);
      return undefined;
    },
    methods: {
      getClassName: (m, _args, self) => {
        const cls = self instanceof Instance ? self.cls : undefined;
        const own = cls ? m.getAttr(cls, "className") : undefined;
        return own === undefined ? (cls?.name ?? "Layer") : own;
      },
      apply: (m, [input, kwargs], self) =>
        self instanceof Instance ? applyLayer(lib, m, self, input, kwargs) : undefined,
      build: build(lib),
      call: call(lib),
      invokeCallHook: () => undefined,
      setFastWeightInitDuringBuild: () => undefined,
      computeMask: () => null,
      computeOutputShape: (_m, [shape], self) => {
        const state = stateOf(self);
        if (isUnknown(shape)) return shape;
        return state?.rule && state.config ? outputShapes(state.rule, state.config, shapesOf(shape)) : shape;
      },
      addWeight: addWeight(lib),
      addLoss: () => undefined,
      getConfig: (m, _args, self) =>
        m.unknown(`the configuration of ${self instanceof Instance ? nameOf(self) : "a layer"}`),
      getWeights: (m, _args, self) => new List(self instanceof Instance ? [...weightsOf(m, self)] : []),
      setWeights: () => undefined,
      countParams: (m, _args, self) =>
        self instanceof Instance
          ? sum(weightsOf(m, self).map(({ shape }) => (isUnknown(shape) ? shape : numel(shape))))
          : 0,
      dispose: () => undefined,
      calculateLosses: () => new List([]),
      resetStates: () => undefined,
      getInputAt: (_m, [index], self) => stateOf(self)?.nodes[toNumber(index) ?? 0]?.inputs[0],
      getOutputAt: (_m, [index], self) => stateOf(self)?.nodes[toNumber(index) ?? 0]?.outputs[0],
    },
    getters: {
      output: (_m, _args, self) => output(self, "outputs"),
      input: (_m, _args, self) => output(self, "inputs"),
      outputShape: (_m, _args, self) => {
        const shapes = (stateOf(self)?.nodes[0]?.outputs ?? []).map((tensor) =>
          shapeValue(symbolicOf(tensor)?.shape ?? []),
        );
        return shapes.length > 1 ? new List(shapes) : shapes[0];
      },
      batchInputShape: (_m, _args, self) => {
        const shape = stateOf(self)?.batchInputShape;
        return shape === undefined ? undefined : shapeValue(shape);
      },
      weights: (m, _args, self) => new List(self instanceof Instance ? [...weightsOf(m, self)] : []),
      trainableWeights: (m, _args, self) =>
        new List(
          self instanceof Instance ? weightsOf(m, self).filter((weight) => weight.parameter?.trainable) : [],
        ),
      nonTrainableWeights: (m, _args, self) =>
        new List(
          self instanceof Instance ? weightsOf(m, self).filter((weight) => !weight.parameter?.trainable) : [],
        ),
      built: (_m, _args, self) => stateOf(self)?.built ?? false,
      trainable: (_m, _args, self) => stateOf(self)?.trainable ?? true,
      dtype: (_m, _args, self) => stateOf(self)?.dtype ?? "float32",
      losses: () => new List([]),
    },
    setters: {
      built: (_m, [value], self) => {
        const state = stateOf(self);
        if (state) state.built = value === true;
        return undefined;
      },
      trainable: (m, [value], self) => {
        if (self instanceof Instance) setTrainable(m, self, m.truthy(value));
        return undefined;
      },
      batchInputShape: (_m, [value], self) => {
        const state = stateOf(self);
        if (state) state.batchInputShape = shapeOf(value);
        return undefined;
      },
      dtype: (_m, [value], self) => {
        const state = stateOf(self);
        if (state && typeof value === "string") state.dtype = value;
        return undefined;
      },
    },
  });
}
