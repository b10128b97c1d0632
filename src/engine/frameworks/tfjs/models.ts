/** Models: `tf.input`, `tf.model` over a graph, `tf.sequential`. Running one replays its graph on tensors. */
import type { Interp } from "../../interpret/interp.ts";
import { noteWalked } from "../../interpret/leaves.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  List,
  type Shape,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { promise } from "../../languages/typescript/builtins/promises.ts";
import { fn, type Impl, jsClass } from "../../languages/typescript/core.ts";
import { applyLayer, callLayer, nameOf, replay, symbolicTensor, withBatch } from "./layers/layer.ts";
import { LayerState, type ModelState, stateOf } from "./layers/state.ts";
import {
  type GraphNode,
  type Library,
  listOf,
  property,
  shapeOf,
  shapeValue,
  symbolicOf,
} from "./library.ts";

// ----------------------------------------------------------------------- inputs

/** `tf.input({shape})`: the symbolic tensor of a new input layer. */
export function makeInput(lib: Library, m: Interp, config: Value): Value {
  if (isUnknown(config)) return config;
  const layer = m.newInstance(lib.layerClasses.get("InputLayer") as ClassValue);
  return openInput(lib, m, layer, {
    name: property(config, "name"),
    shape: inputShape(config, "shape", "batchShape"),
    dtype: property(config, "dtype"),
  });
}

function inputShape(config: Value, sample: string, batched: string): Shape | Unknown {
  const whole = property(config, batched);
  if (whole !== undefined && whole !== null) return shapeOf(whole);
  const shape = property(config, sample);
  return shape === undefined || shape === null
    ? new Unknown("an input without a shape")
    : withBatch(property(config, "batchSize"), shape);
}

interface InputSpec {
  readonly name: Value;
  readonly shape: Shape | Unknown;
  readonly dtype: Value;
}

function openInput(lib: Library, m: Interp, layer: Instance, spec: InputSpec): Instance {
  const state = layer.native instanceof LayerState ? layer.native : new LayerState();
  layer.native = state;
  layer.attrs.set("name", spec.name === undefined || spec.name === null ? lib.uid("input") : spec.name);
  state.built = true;
  state.batchInputShape = spec.shape;
  if (typeof spec.dtype === "string") state.dtype = spec.dtype;
  const node: GraphNode = { layer, inputs: [], isList: false, outputs: [], kwargs: undefined, site: m.site };
  state.nodes.push(node);
  const tensor = symbolicTensor(lib, m, node, 0, spec.shape, state.dtype);
  node.outputs.push(tensor);
  return tensor;
}

export function inputLayerClass(lib: Library): ClassValue {
  return jsClass("InputLayer", {
    base: lib.layerClass,
    native: { layer: true },
    init: (m, [config], self) => {
      if (self instanceof Instance) {
        const shape = inputShape(config, "inputShape", "batchInputShape");
        openInput(lib, m, self, { name: property(config, "name"), shape, dtype: property(config, "dtype") });
      }
      return undefined;
    },
    methods: { call: (_m, [input]) => input },
  });
}

// ------------------------------------------------------------------------ graph

/** Layers in the library's order: by depth, the inputs first, then in the order of discovery. */
function layersOf(outputs: readonly Instance[]): Instance[] {
  const order = new Map<Instance, number>();
  const finished = new Set<GraphNode>();
  const nodes: GraphNode[] = [];
  const visit = (tensor: Instance): void => {
    const node = symbolicOf(tensor)?.node;
    if (!node || finished.has(node)) return;
    finished.add(node);
    if (!order.has(node.layer)) order.set(node.layer, order.size);
    node.inputs.forEach(visit);
    nodes.push(node);
  };
  outputs.forEach(visit);
  // They are seen when sources are sought, put in order and sorted.
  noteWalked(nodes.length << 2);
  const nodeDepth = new Map<GraphNode, number>();
  const layerDepth = new Map<Instance, number>();
  for (const node of nodes.reverse()) {
    const depth = Math.max(nodeDepth.get(node) ?? 0, layerDepth.get(node.layer) ?? 0);
    layerDepth.set(node.layer, depth);
    nodeDepth.set(node, depth);
    for (const input of node.inputs) {
      const inbound = symbolicOf(input)?.node;
      if (inbound) nodeDepth.set(inbound, Math.max(depth + 1, nodeDepth.get(inbound) ?? 0));
    }
  }
  return [...order.keys()].sort(
    (a, b) =>
      (layerDepth.get(b) ?? 0) - (layerDepth.get(a) ?? 0) || (order.get(a) ?? 0) - (order.get(b) ?? 0),
  );
}

function symbolics(m: Interp, value: Value): readonly Instance[] {
  const values = listOf(value);
  const tensors = values.filter((each): each is Instance => symbolicOf(each) !== undefined);
  const lost = values.find(isUnknown);
  if (lost) m.gap(lost.reason);
  return tensors;
}

/** Symbolic tensors at the start of what leads here. */
function sources(tensor: Instance, seen = new Set<Instance>()): readonly Instance[] {
  if (seen.has(tensor)) return [];
  seen.add(tensor);
  const inputs = symbolicOf(tensor)?.node.inputs ?? [];
  return inputs.length === 0 ? [tensor] : inputs.flatMap((input) => sources(input, seen));
}

// ----------------------------------------------------------------------- models

function initModel(lib: Library, m: Interp, self: Value, config: Value): void {
  if (!(self instanceof Instance)) return;
  const given = property(config, "name");
  const state = new LayerState();
  self.native = state;
  self.attrs.set("name", typeof given === "string" ? given : lib.uid("model"));
  state.built = true;
  const outputs = symbolics(m, property(config, "outputs"));
  state.model = { inputs: symbolics(m, property(config, "inputs")), outputs, layers: layersOf(outputs) };
  lib.models.push(self);
}

function initSequential(lib: Library, m: Interp, self: Value, config: Value): void {
  if (!(self instanceof Instance)) return;
  const given = property(config, "name");
  const state = new LayerState();
  self.native = state;
  self.attrs.set("name", typeof given === "string" ? given : lib.uid("sequential_"));
  state.built = true;
  state.model = { inputs: [], outputs: [], layers: [] };
  lib.models.push(self);
  const layers = property(config, "layers");
  if (layers !== undefined && layers !== null)
    for (const layer of listOf(layers)) addLayer(lib, m, self, layer);
}

function addLayer(lib: Library, m: Interp, self: Instance, added: Value): void {
  const own = stateOf(self);
  const undecided = own?.undecided;
  if (own && undecided) {
    m.touch(self);
    own.undecided = undefined;
    addLayer(lib, m, self, undecided);
  }
  if (isUnknown(added)) m.gap(added.reason);
  const layer = isUnknown(added) ? lostLayer(lib, added) : added;
  const model = own?.model;
  const state = stateOf(layer);
  if (!model || !state || !(layer instanceof Instance)) {
    m.fail("ValueError", "add() needs a layer");
    return;
  }
  m.touch(self);
  const last = model.outputs[0];
  if (last) model.outputs = symbolics(m, applyLayer(lib, m, layer, last, undefined));
  else if (state.model) {
    model.inputs = state.model.inputs;
    model.outputs = state.model.outputs;
  } else startWith(lib, m, model, layer, state);
  model.layers.push(layer);
}

/** Stands for a layer that is not known: what comes after it gets inputs that are not known either. */
function lostLayer(lib: Library, why: Unknown): Instance {
  const cls = jsClass("Layer", {
    base: lib.layerClass,
    methods: {
      call: (m) => {
        m.gap(why.reason, why.at);
        return lib.tensor(why);
      },
      computeOutputShape: () => why,
    },
  });
  const layer = new Instance(cls);
  const state = new LayerState();
  state.built = true;
  state.batchInputShape = why;
  layer.native = state;
  layer.attrs.set("name", "");
  return layer;
}

function startWith(lib: Library, m: Interp, model: ModelState, layer: Instance, state: LayerState): void {
  if (state.nodes.length === 0) {
    if (state.batchInputShape === undefined) {
      m.fail(
        "ValueError",
        "The first layer in a Sequential model must get an `inputShape` or `batchInputShape` argument.",
      );
    }
    const input = m.newInstance(lib.layerClasses.get("InputLayer") as ClassValue);
    const shape = state.batchInputShape ?? new Unknown(`${nameOf(layer)} needs inputShape`);
    applyLayer(
      lib,
      m,
      layer,
      openInput(lib, m, input, { name: `${nameOf(layer)}_input`, shape, dtype: state.dtype }),
      undefined,
    );
  }
  model.outputs = state.nodes[0]?.outputs ?? [];
  model.inputs = model.outputs.flatMap((tensor) => sources(tensor));
}

/** Runs a model's own graph. */
function runModel(m: Interp, self: Value, inputs: readonly Value[]): Value {
  const { model, undecided } = stateOf(self) ?? {};
  if (!model) return m.unknown("a model that is not known");
  if (undecided) m.gap(undecided.reason, undecided.at);
  const values = new Map<Instance, Value>(model.inputs.map((tensor, i) => [tensor, inputs[i]]));
  const outputs = model.outputs.map((tensor) => replay(m, tensor, values));
  return outputs.length > 1 ? new List(outputs) : outputs[0];
}

/** `predict`, `execute`: inference on what the program gives. */
const predict: Impl = (m, [input], self) => {
  if (!(self instanceof Instance)) return m.unknown("a model that is not known");
  if (isUnknown(input)) return input;
  const tensors =
    input instanceof Instance && symbolicOf(input) === undefined
      ? new List([...input.attrs.values()])
      : input;
  return callLayer(m, self, tensors, undefined);
};

function getLayer(m: Interp, self: Value, name: Value, index: Value): Value {
  const layers = stateOf(self)?.model?.layers ?? [];
  const at = typeof name === "number" ? name : index;
  if (isUnknown(name)) return name;
  m.tick(layers.length >> 2);
  if (typeof at === "number")
    return layers[at] ?? m.fail("ValueError", `the model has only ${layers.length} layers`);
  return (
    layers.find((layer) => nameOf(layer) === name) ?? m.fail("ValueError", `No such layer: ${m.str(name)}`)
  );
}

function names(tensors: readonly Instance[] | undefined): Value {
  return new List((tensors ?? []).map((tensor) => nameOf(symbolicOf(tensor)?.node.layer ?? tensor)));
}

function tensorShapes(tensors: readonly Instance[] | undefined): Value {
  const shapes = (tensors ?? []).map((tensor) => shapeValue(symbolicOf(tensor)?.shape ?? []));
  return shapes.length > 1 ? new List(shapes) : shapes[0];
}

const nothing: Impl = () => undefined;

/** Programs ask a model for its loss to tell whether it is compiled. */
const compile: Impl = (m, [config], self) => {
  if (!(self instanceof Instance)) return undefined;
  m.touch(self);
  for (const key of ["optimizer", "loss", "metrics"]) self.attrs.set(key, property(config, key));
  return undefined;
};

/** Training and its results are decided by data. */
const trained: Impl = (m) => promise(m, m.unknown("the result of training"));

export function modelClass(lib: Library): ClassValue {
  return jsClass("LayersModel", {
    base: lib.layerClass,
    native: { layer: false },
    constants: { className: "Model" },
    init: (m, [config], self) => {
      initModel(lib, m, self, config);
      return undefined;
    },
    methods: {
      build: nothing,
      call: (m, [input], self) => runModel(m, self, listOf(input)),
      predict,
      predictOnBatch: predict,
      execute: predict,
      computeOutputShape: (m, [shape], self) => computeOutputShape(m, self, shape),
      getLayer: (m, [name, index], self) => getLayer(m, self, name, index),
      compile,
      summary: nothing,
      fit: trained,
      fitDataset: trained,
      trainOnBatch: trained,
      evaluate: trained,
      evaluateDataset: trained,
      save: trained,
      loadWeights: nothing,
      setUserDefinedMetadata: nothing,
      getUserDefinedMetadata: nothing,
    },
    getters: {
      layers: (_m, _args, self) => new List([...(stateOf(self)?.model?.layers ?? [])]),
      inputs: (_m, _args, self) => new List([...(stateOf(self)?.model?.inputs ?? [])]),
      outputs: (_m, _args, self) => new List([...(stateOf(self)?.model?.outputs ?? [])]),
      input: (_m, _args, self) => one(stateOf(self)?.model?.inputs),
      output: (_m, _args, self) => one(stateOf(self)?.model?.outputs),
      inputNames: (_m, _args, self) => names(stateOf(self)?.model?.inputs),
      outputNames: (_m, _args, self) => names(stateOf(self)?.model?.outputs),
      outputShape: (_m, _args, self) => tensorShapes(stateOf(self)?.model?.outputs),
      inputLayers: (_m, _args, self) =>
        new List((stateOf(self)?.model?.inputs ?? []).map((tensor) => symbolicOf(tensor)?.node.layer)),
    },
  });
}

function one(tensors: readonly Instance[] | undefined): Value {
  return (tensors?.length ?? 0) > 1 ? new List([...(tensors ?? [])]) : tensors?.[0];
}

/** A model on inputs of other sizes than its own: its graph is run on shapes alone. */
function computeOutputShape(m: Interp, self: Value, shape: Value): Value {
  const model = stateOf(self)?.model;
  if (!model) return m.unknown("a model that is not known");
  const given = shape instanceof List && shape.items[0] instanceof List ? shape.items : [shape];
  const known = new Map<Instance, Value>(model.inputs.map((tensor, i) => [tensor, given[i]]));
  const of = (tensor: Instance): Value => {
    if (known.has(tensor)) return known.get(tensor);
    const symbolic = symbolicOf(tensor);
    if (!symbolic) return m.unknown("a tensor of no graph");
    const { node } = symbolic;
    const inputs = node.inputs.map(of);
    const result = m.callMethod(node.layer, "computeOutputShape", [
      node.isList ? new List(inputs) : inputs[0],
    ]);
    const many = result instanceof List && result.items[0] instanceof List;
    for (const [i, output] of node.outputs.entries()) known.set(output, many ? result.items[i] : result);
    return known.get(tensor);
  };
  const shapes = model.outputs.map(of);
  return shapes.length > 1 ? new List(shapes) : shapes[0];
}

export function sequentialClass(lib: Library): ClassValue {
  return jsClass("Sequential", {
    base: lib.modelClass,
    native: { layer: false },
    constants: { className: "Sequential" },
    init: (m, [config], self) => {
      initSequential(lib, m, self, config);
      return undefined;
    },
    methods: {
      add: (m, [layer], self) => {
        if (self instanceof Instance) addLayer(lib, m, self, layer);
        return undefined;
      },
      pop: (m, _args, self) => {
        if (self instanceof Instance) m.touch(self);
        const model = stateOf(self)?.model;
        model?.layers.pop();
        const last = model?.layers.at(-1);
        if (model) model.outputs = last ? (stateOf(last)?.nodes[0]?.outputs ?? []) : [];
        return undefined;
      },
    },
  });
}

/** `tf.model`, `tf.sequential` and their kin, which make networks. */
export function modelFunctions(lib: Library): ReadonlyMap<string, Value> {
  // A model whose ends are not known is not known itself.
  const lost = (config: Value): Value =>
    [config, property(config, "inputs"), property(config, "outputs")].flatMap(listOf).find(isUnknown);
  const make = (name: string, cls: () => ClassValue) =>
    fn(name, (m, args) => lost(args[0]) ?? m.call(cls(), args));
  const functions = new Map<string, Value>([
    ["model", make("model", () => lib.modelClass)],
    ["sequential", make("sequential", () => lib.sequentialClass)],
    ["input", fn("input", (m, [config]) => makeInput(lib, m, config))],
  ]);
  for (const value of functions.values()) lib.makers.add(value);
  return functions;
}
