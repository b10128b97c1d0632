/**
 * `Input`, `keras.Model`, functional models and `Sequential`.
 * https://keras.io/api/models/
 */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { mapLeaves } from "../../interpret/leaves.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  type Kwargs,
  List,
  type NativeFunction,
  NO_KWARGS,
  type Shape,
  Tensor,
  toItems,
  toNumber,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { possibleArguments } from "../rules/possible.ts";
import { callLayer, runNetwork, spread } from "./calling.ts";
import { inputOf } from "./data.ts";
import { isOpen, type Network, Node, networkOf, openDim, tensorsIn } from "./graph.ts";
import { initLayer, shapesIn, sizeOf, sublayers } from "./layer.ts";
import { isLayer, type Keras, nameOf, stateOf } from "./library.ts";
import { otherNames } from "./names.ts";
import { INPUT_CHECK } from "./refusal.ts";

const self = (a: Bound): Instance => a.self as Instance;

// ------------------------------------------------------------------------ inputs

const INPUT_ARGUMENTS =
  "shape=None, batch_size=None, dtype=None, sparse=None, batch_shape=None, name=None, tensor=None, optional=False, ragged=None, type_spec=None, batch_input_shape=None, input_shape=None";

/** Arguments of which an `Input` must have one. */
const GIVES_SHAPE = ["shape", "batch_shape", "tensor", "type_spec", "batch_input_shape", "input_shape"];

export function defineInput(keras: Keras): { readonly fn: NativeFunction; readonly cls: ClassValue } {
  const cls = defineClass("InputLayer", {
    bases: [keras.cls("Layer")],
    qualname: "keras.layers.InputLayer",
    methods: {
      __init__: [
        `self, ${INPUT_ARGUMENTS}`,
        (given, interp) => {
          const a = possibleArguments(interp, given, INPUT_CHECK);
          initLayer(keras, interp, self(a), new Map([["name", a.name]]));
          const whole = toItems(a.batch_shape) ?? toItems(a.batch_input_shape);
          const declared = a.shape ?? a.input_shape;
          const items = toItems(declared) ?? (toNumber(declared) === undefined ? [] : [declared]);
          const batch = a.batch_size === null ? openDim() : sizeOf(a.batch_size);
          const shape: Shape = whole ? whole.map(sizeOf) : [batch, ...items.map(sizeOf)];
          const tensor = keras.make(
            isUnknown(declared) ? declared : shape,
            typeof a.dtype === "string" ? a.dtype : keras.floatx,
          );
          tensor.maker = nameOf(keras, self(a));
          if (interp.site) tensor.site = interp.site;
          stateOf(self(a)).declared = shape;
          self(a).attrs.set("batch_shape", keras.shapeValue(interp, shape));
          self(a).attrs.set("built", true);
          keras.graph.add(new Node(self(a), [], NO_KWARGS, tensor, interp.site));
          return null;
        },
      ],
      call: ["self, *args, **kwargs", (a) => toItems(a.args)?.[0] ?? null],
    },
  });
  const fn = def("Input", INPUT_ARGUMENTS, (a, interp) => {
    if (a.tensor instanceof Tensor) return a.tensor;
    if (GIVES_SHAPE.every((name) => entryOf(a, name) === null))
      return interp.fail("ValueError", "an Input without a shape");
    return inputTensor(keras, interp.call(cls, [], new Map(Object.entries(a))), interp);
  });
  return { fn, cls };
}

function inputTensor(keras: Keras, layer: Value, interp: Interp): Value {
  const node = layer instanceof Instance ? keras.graph.nodesOf(layer)[0] : undefined;
  return node?.outputTensors[0] ?? interp.unknown("an input that could not be made");
}

// ------------------------------------------------------------------------ models

function functionalArguments(args: readonly Value[], kwargs: Kwargs): boolean {
  const outputs = kwargs.has("outputs");
  return args.length === 2 || (args.length === 1 && outputs) || (kwargs.has("inputs") && outputs);
}

export function defineModels(keras: Keras): readonly ClassValue[] {
  let functional: ClassValue | undefined;
  const model: ClassValue = defineClass("Model", {
    bases: [keras.cls("Layer")],
    qualname: "keras.Model",
    native: {
      layer: false,
      create: (interp, cls, args, kwargs) =>
        interp.newInstance(
          cls === model && functional && functionalArguments(args, kwargs) ? functional : cls,
        ),
    },
    methods: {
      __init__: ["self, *args, **kwargs", (a, interp) => initModel(keras, interp, a)],
      call: ["self, *args, **kwargs", (a, interp) => callModel(keras, interp, a)],
      build: [
        "self, input_shape=None, **kwargs",
        (a, interp) => {
          const shapes = shapesIn(a.input_shape);
          stateOf(self(a)).declared = shapes[0];
          if (!keras.building) noteShapes(keras, interp, self(a), shapes);
          interp.touch(self(a));
          self(a).attrs.set("built", true);
          return null;
        },
      ],
      get_layer: ["self, name=None, index=None", (a, interp) => getLayer(keras, interp, a)],
      summary: ["self, *args, **kwargs", () => null],
      ...training(keras),
    },
    properties: {
      layers: (a) => new List([...sublayers(self(a))]),
      inputs: (a, interp) => part(interp, a, "inputTensors"),
      outputs: (a, interp) => part(interp, a, "outputTensors"),
      input: (a, interp) => one(part(interp, a, "inputTensors")),
      output: (a, interp) => one(part(interp, a, "outputTensors")),
      input_shape: (a, interp) => shapesOf(keras, interp, one(part(interp, a, "inputTensors"))),
      output_shape: (a, interp) => shapesOf(keras, interp, one(part(interp, a, "outputTensors"))),
      input_names: (a) => names(keras, a, "inputTensors"),
      output_names: (a) => names(keras, a, "outputTensors"),
    },
  });
  functional = defineClass("Functional", { bases: [model], qualname: "keras.Functional" });
  keras.classes.set("Model", model);
  return [model, functional, defineSequential(keras, model)];
}

function initModel(keras: Keras, interp: Interp, a: Bound): Value {
  const { args, kwargs } = spread(a);
  const model = self(a);
  initLayer(keras, interp, model, kwargs);
  const old = ["input", "output"].filter((name) => kwargs.has(name));
  if (model.cls === keras.cls("Model") && old.length > 0) {
    const written = old.map((name) => `${name}=`).join(", ");
    return interp.fail("ValueError", `Model takes inputs= and outputs=, and knows no ${written}`);
  }
  if (!functionalArguments(args, kwargs)) return null;
  const inputs = kwargs.get("inputs") ?? args[0];
  const outputs = kwargs.get("outputs") ?? args[1];
  const network = networkOf(keras.graph, inputs, outputs);
  stateOf(model).network = network;
  model.attrs.set("built", true);
  const lost = lostIn(keras, network);
  if (lost !== undefined) {
    stateOf(model).lost = lost;
    interp.gap(lost);
  }
  return null;
}

/** Why what leads to the outputs is not known; undefined when all of it is. */
function lostIn(keras: Keras, { nodes, outputs }: Network): string | undefined {
  const called = nodes.flatMap((node) =>
    isLayer(node.operation) || node.inputs.length === 0 ? node.args.slice(0, 1) : [],
  );
  let lost: string | undefined;
  for (const value of [outputs, ...called]) {
    mapLeaves(value, (leaf) => {
      const reason = isUnknown(leaf) ? leaf.reason : undefined;
      if (reason !== undefined && !isOpen(leaf)) lost ??= reason;
      else if (value === outputs && leaf instanceof Tensor && !keras.graph.makerOf(leaf))
        lost ??= "an output that is not computed from the inputs";
      return leaf;
    });
  }
  return lost;
}

function callModel(keras: Keras, interp: Interp, a: Bound): Value {
  const { args, kwargs } = spread(a);
  const { network, lost } = stateOf(self(a));
  if (lost !== undefined) interp.gap(lost);
  if (!network) return interp.fail("NotImplementedError", `${self(a).cls.name} has no call method`);
  return runNetwork(keras, interp, network, args[0] ?? kwargs.get("inputs") ?? null);
}

function part(interp: Interp, a: Bound, key: "inputTensors" | "outputTensors"): Value {
  const { network } = stateOf(self(a));
  return network
    ? new List([...network[key]])
    : interp.fail("AttributeError", `${self(a).cls.name} was never called`);
}

function one(list: Value): Value {
  return list instanceof List && list.items.length === 1 ? list.items[0] : list;
}

function shapesOf(keras: Keras, interp: Interp, value: Value): Value {
  if (value instanceof Tensor) return keras.shapeValue(interp, value.shape);
  return value instanceof List ? new List(value.items.map((item) => shapesOf(keras, interp, item))) : value;
}

function names(keras: Keras, a: Bound, key: "inputTensors" | "outputTensors"): Value {
  const tensors = stateOf(self(a)).network?.[key] ?? [];
  return new List(
    tensors.map((tensor) => {
      const node = keras.graph.makerOf(tensor);
      return node ? nameOf(keras, node.operation) : "";
    }),
  );
}

function getLayer(keras: Keras, interp: Interp, a: Bound): Value {
  const layers = sublayers(self(a));
  const index = toNumber(a.index);
  if (index !== undefined) return layers.at(index) ?? interp.fail("ValueError", `there is no layer ${index}`);
  if (isUnknown(a.name)) return a.name;
  const named = (name: Value): Instance | undefined => layers.find((layer) => nameOf(keras, layer) === name);
  return (
    named(a.name) ??
    renamed(interp, String(a.name), named) ??
    interp.fail("ValueError", `there is no layer named ${String(a.name)}`)
  );
}

/** A layer that another version of Keras names so, for programs seldom say which they were written for. */
function renamed(
  interp: Interp,
  name: string,
  named: (name: string) => Instance | undefined,
): Instance | undefined {
  const other = otherNames(name).find(named);
  if (other === undefined) return undefined;
  interp.assume("value", `${name} is ${other}, by its name in another version of Keras`);
  return named(other);
}

/** The program says the shapes of one network's inputs: others of its class take the same. */
function noteShapes(keras: Keras, interp: Interp, model: Instance, shapes: readonly Shape[]): void {
  const declared = stateOf(model).network?.inputTensors.map(({ shape }) => shape);
  if (declared && !declared.every((shape, i) => isUnknown(shape) || refines(shapes[i], shape))) return;
  const one = shapes.map((shape) => keras.make(shape.map((dim, axis) => (axis === 0 ? 1 : dim))));
  if (one.length > 0) interp.noteCall(model, one);
}

/** The shape says the same as what an `Input` declared, and leaves nothing open that it told. */
function refines(shape: Shape | undefined, declared: Shape): boolean {
  if (shape?.length !== declared.length) return false;
  return declared.every((dim, axis) => axis === 0 || typeof dim !== "number" || shape[axis] === dim);
}

/** What a network is trained on or asked for, one sample of it. */
function noteData(keras: Keras, interp: Interp, a: Bound): void {
  const { args, kwargs } = spread(a);
  const given = inputOf(interp, args[0] ?? kwargs.get("x") ?? null);
  const arrays = given instanceof Tensor ? [given] : tensorsIn([given]);
  const shapes = arrays.flatMap(({ shape }) => (isUnknown(shape) ? [] : [shape]));
  if (shapes.length === arrays.length) noteShapes(keras, interp, self(a), shapes);
}

/** Training, saving and loading: nothing of it changes a shape. */
function training(keras: Keras): Record<string, readonly [string, NativeImpl]> {
  const nothing = [
    "compile",
    "test_on_batch",
    "save",
    "save_weights",
    "load_weights",
    "export",
    "compile_from_config",
    "reset_states",
    "reset_metrics",
    "to_json",
  ];
  const onData: NativeImpl = (a, interp) => {
    noteData(keras, interp, a);
    return interp.unknown("depends on data");
  };
  return {
    ...Object.fromEntries(nothing.map((name) => [name, ["self, *args, **kwargs", () => null] as const])),
    ...Object.fromEntries(
      ["fit", "fit_generator", "evaluate", "predict", "predict_on_batch", "train_on_batch"].map((name) => [
        name,
        ["self, *args, **kwargs", onData] as const,
      ]),
    ),
  };
}

// -------------------------------------------------------------------- Sequential

function defineSequential(keras: Keras, model: ClassValue): ClassValue {
  return defineClass("Sequential", {
    bases: [model],
    qualname: "keras.Sequential",
    methods: {
      __init__: [
        "self, layers=None, trainable=True, name=None",
        (a, interp) => {
          initLayer(
            keras,
            interp,
            self(a),
            new Map([
              ["name", a.name],
              ["trainable", a.trainable],
            ]),
          );
          const layers = a.layers === null ? [] : interp.items(a.layers);
          if (isUnknown(layers)) interp.gap(layers.reason);
          else for (const layer of layers) addLayer(keras, interp, self(a), layer);
          rebuild(keras, interp, self(a));
          return null;
        },
      ],
      add: [
        "self, layer, rebuild=True",
        (a, interp) => {
          addLayer(keras, interp, self(a), a.layer);
          rebuild(keras, interp, self(a));
          return null;
        },
      ],
      pop: [
        "self, rebuild=True",
        (a, interp) => {
          interp.touch(self(a));
          const gone = stateOf(self(a)).children.pop();
          stateOf(self(a)).network = undefined;
          rebuild(keras, interp, self(a));
          return gone ?? null;
        },
      ],
      build: [
        "self, input_shape=None",
        (a, interp) => {
          const [shape] = shapesIn(a.input_shape);
          if (shape && !keras.building) noteShapes(keras, interp, self(a), [shape]);
          if (shape) startWith(keras, interp, self(a), shape);
          return null;
        },
      ],
      call: [
        "self, inputs, training=None, mask=None, **kwargs",
        (a, interp) => {
          const { network, children, undecided } = stateOf(self(a));
          if (undecided) interp.gap(undecided.reason, undecided.at);
          if (network) return runNetwork(keras, interp, network, a.inputs);
          return children.reduce<Value>(
            (value, layer) =>
              isInputLayer(layer) ? value : callLayer(keras, interp, layer, [value], NO_KWARGS),
            a.inputs,
          );
        },
      ],
    },
    properties: {
      layers: (a) => new List(stateOf(self(a)).children.filter((layer) => !isInputLayer(layer))),
    },
  });
}

function isInputLayer(layer: Instance): boolean {
  return layer.cls.qualname === "keras.layers.InputLayer";
}

function addLayer(keras: Keras, interp: Interp, model: Instance, value: Value): void {
  const state = stateOf(model);
  const { children, undecided } = state;
  interp.touch(model);
  if (undecided) {
    children.push(lostLayer(keras, undecided));
    state.undecided = state.network = undefined;
  }
  if (isUnknown(value)) {
    interp.gap(value.reason);
    children.push(lostLayer(keras, value));
    return;
  }
  if (keras.graph.isSymbolic(value)) {
    const origin = keras.graph.makerOf(value)?.operation;
    if (origin) children.push(origin);
    return;
  }
  if (!isLayer(value)) {
    interp.fail("ValueError", "only layers can be added to a Sequential model");
    return;
  }
  const { declared } = stateOf(value);
  if (children.length === 0 && declared && !isInputLayer(value))
    children.push(inputLayer(keras, interp, declared));
  children.push(value);
}

/** Stands for a layer that is not known: what comes after it gets inputs that are not known either. */
function lostLayer(keras: Keras, why: Unknown): Instance {
  const cls = defineClass("Layer", {
    bases: [keras.cls("Layer")],
    methods: {
      call: [
        "self, *args, **kwargs",
        (_a, interp) => {
          interp.gap(why.reason, why.at);
          return why;
        },
      ],
    },
  });
  const layer = new Instance(cls);
  layer.attrs.set("name", "");
  return layer;
}

function inputLayer(keras: Keras, interp: Interp, shape: Shape): Instance {
  const layer = interp.call(
    keras.cls("InputLayer"),
    [],
    new Map([["batch_shape", keras.shapeValue(interp, shape)]]),
  );
  return layer as Instance;
}

/** A Sequential whose input is known is a functional network as well. */
function rebuild(keras: Keras, interp: Interp, model: Instance): void {
  const state = stateOf(model);
  const [first, ...rest] = state.children;
  const before = state.network;
  state.network = undefined;
  if (!first || rest.length === 0) return;
  if (!isInputLayer(first)) {
    const shape = stateOf(first).network?.inputTensors[0]?.shape;
    if (shape && !isUnknown(shape)) startWith(keras, interp, model, shape);
    return;
  }
  const input = inputTensor(keras, first, interp);
  // Layers that were called by the last rebuild keep their outputs.
  const kept =
    before && before.inputTensors[0] === input && rest.length > 1 ? before.outputTensors[0] : undefined;
  const last = rest.at(-1);
  const steps = kept && last ? [last] : rest;
  const output = keras.graph.apart(() =>
    steps.reduce<Value>((value, layer) => callLayer(keras, interp, layer, [value], NO_KWARGS), kept ?? input),
  );
  if (tensorsIn([output]).length === 0) return;
  if (keras.names.version === undefined || keras.names.version === "3") keras.names.auto("Functional");
  state.network = networkOf(keras.graph, input, output);
  interp.touch(model);
  model.attrs.set("built", true);
}

function startWith(keras: Keras, interp: Interp, model: Instance, shape: Shape): void {
  const { children } = stateOf(model);
  const [first] = children;
  if (!first || isInputLayer(first)) return;
  children.unshift(inputLayer(keras, interp, [openDim(), ...shape.slice(1)]));
  rebuild(keras, interp, model);
}
