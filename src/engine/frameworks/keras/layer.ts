/**
 * `keras.Layer`: names, weights, building and calling; what a program's own layers derive from.
 * https://keras.io/api/layers/base_layer/
 */
import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import { noteWalked } from "../../interpret/leaves.ts";
import { type Bound, def, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  type ClassValue,
  Dict,
  type Instance,
  isUnknown,
  List,
  Property,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { makeInert } from "../../languages/python/stdlib/inertness.ts";
import { toDim } from "../rules/sizes.ts";
import { numel } from "../shape/dims.ts";
import { callLayer, spread } from "./calling.ts";
import { openDim } from "./graph.ts";
import { isLayer, isVariable, type Keras, LAYER_NATIVE, nameOf, stateOf } from "./library.ts";

type Method = readonly [string, NativeImpl];

const self = (a: Bound): Instance => a.self as Instance;

/** What the constructor of every layer takes besides its own arguments. */
export const LAYER_ARGUMENTS: ReadonlySet<string> = new Set([
  "name",
  "dtype",
  "trainable",
  "activity_regularizer",
  "autocast",
  "input_shape",
  "input_dim",
  "batch_input_shape",
  "batch_size",
  "weights",
  "dynamic",
]);

export function defineLayerClass(keras: Keras): ClassValue {
  const cls = defineClass("Layer", {
    qualname: "keras.Layer",
    native: LAYER_NATIVE,
    constants: { supports_masking: true, losses: new List([]), metrics: new List([]), input_spec: null },
    methods: {
      ...construction(keras),
      ...calls(keras),
      ...bookkeeping(keras),
      ...inert(),
      // What subclasses look through their own layers with.
      _flatten_layers: [
        "self, include_self=True, recursive=True",
        (a) => {
          const layer = self(a);
          const below = a.recursive === false ? sublayers(layer) : descendants(layer);
          return new List(a.include_self === false ? [...below] : [layer, ...below]);
        },
      ],
    },
    properties: { ...weightLists(), ...places(keras) },
    classMethods: {
      from_config: [
        "cls, config, custom_objects=None",
        (a, interp) => {
          if (!(a.config instanceof Dict)) return interp.unknown("a layer whose configuration is not known");
          const given = [...a.config.entries.values()].map(({ key, value }) => [String(key), value] as const);
          return interp.call(a.cls, [], new Map(given));
        },
      ],
    },
  });
  cls.attrs.set(
    "trainable",
    new Property(
      def("trainable", "self", (a) => stateOf(self(a)).trainable),
      def("trainable", "self, value", (a, interp) => {
        setTrainable(interp, self(a), interp.truthy(a.value));
        return null;
      }),
    ),
  );
  return cls;
}

/** Freezes or thaws a layer and all below it. */
export function setTrainable(interp: Interp, layer: Instance, trainable: boolean | Unknown): void {
  for (const each of [layer, ...descendants(layer)]) {
    interp.touch(each);
    stateOf(each).trainable = trainable;
  }
}

/** What `Layer.__init__` does with the arguments that all layers share. */
export function initLayer(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  given: ReadonlyMap<string, Value>,
): void {
  interp.touch(layer);
  interp.tick(STEPS.module);
  keras.settleNames(interp);
  const name = given.get("name");
  layer.attrs.set("name", typeof name === "string" ? name : keras.names.auto(layer.cls.name));
  if (!layer.attrs.has("built")) layer.attrs.set("built", false);
  const dtype = given.get("dtype");
  layer.attrs.set("dtype", typeof dtype === "string" ? dtype : keras.floatx);
  const state = stateOf(layer);
  const trainable = given.get("trainable");
  if (trainable !== undefined) state.trainable = interp.truthy(trainable);
  const shape = toItems(given.get("input_shape"));
  const width = given.get("input_dim");
  const whole = toItems(given.get("batch_input_shape"));
  if (whole) state.declared = whole.map(sizeOf);
  else if (shape) state.declared = [openDim(), ...shape.map(sizeOf)];
  else if (width !== undefined && width !== null) state.declared = [openDim(), toDim(width)];
}

/** A size in a shape that may be None. */
export function sizeOf(value: Value): number | Unknown {
  return value === null ? openDim() : toDim(value);
}

/** The shapes in a shape or in a list of shapes. */
export function shapesIn(value: Value): readonly Shape[] {
  if (value instanceof Dict) return [...value.entries.values()].flatMap((entry) => shapesIn(entry.value));
  const items = toItems(value);
  if (!items) return [];
  if (items.some((item) => toItems(item) !== undefined)) return items.flatMap(shapesIn);
  return [items.map(sizeOf)];
}

// -------------------------------------------------------------------- sublayers

/** So many lists and dicts in each other are looked into. */
const MAX_HOLDERS = 3;

/** Layers directly below: those of a network, then attributes in the order they were set. */
export function sublayers(layer: Instance): readonly Instance[] {
  const state = stateOf(layer);
  const found = new Set<Instance>(state.network?.operations.filter((operation) => isLayer(operation)) ?? []);
  for (const child of state.children) found.add(child);
  noteWalked(1 + found.size + state.children.length);
  collect(layer, isLayer, (item) => found.add(item));
  found.delete(layer);
  return [...found];
}

export function descendants(layer: Instance): readonly Instance[] {
  const found = new Set<Instance>();
  const walk = (at: Instance): void => {
    for (const child of sublayers(at)) {
      if (found.has(child) || child === layer) continue;
      found.add(child);
      walk(child);
    }
  };
  walk(layer);
  return [...found];
}

/** What attributes hold, in lists and dicts too, which are not opened again for each that holds them. */
function collect<T extends Value>(
  layer: Instance,
  is: (value: Value) => value is T,
  add: (item: T) => void,
): void {
  const opened = new Map<Value, number>();
  const open = (value: Value, depth: number): void => {
    if (is(value)) add(value);
    else if (depth > MAX_HOLDERS || value === null || typeof value !== "object") return;
    else if (value.kind === "list" || value.kind === "tuple") {
      if (!isNew(value, depth, value.items.length)) return;
      for (const item of value.items) open(item, depth + 1);
    } else if (value.kind === "dict") {
      if (!isNew(value, depth, value.entries.size)) return;
      for (const entry of value.entries.values()) open(entry.value, depth + 1);
    }
  };
  /** What was first met further inside is opened again, for then more of it is. */
  const isNew = (holder: Value, depth: number, size: number): boolean => {
    if ((opened.get(holder) ?? MAX_HOLDERS + 1) <= depth) return false;
    opened.set(holder, depth);
    noteWalked(size);
    return true;
  };
  noteWalked(layer.attrs.size >> 2);
  for (const value of layer.attrs.values()) open(value, 0);
}

/** Weights of the layer itself: made by `add_weight`, and variables that are attributes. */
export function ownWeights(layer: Instance): readonly Tensor[] {
  const found = new Set<Tensor>(stateOf(layer).weights);
  noteWalked(1 + found.size);
  collect(layer, isVariable, (item) => found.add(item));
  return [...found];
}

export function allWeights(layer: Instance): readonly Tensor[] {
  return [...new Set([layer, ...descendants(layer)].flatMap(ownWeights))];
}

/** Weights that training changes, or why they may be frozen. By Keras' rule a frozen layer freezes all below it. */
export function trainableWeights(layer: Instance): ReadonlyMap<Tensor, true | Unknown> {
  const found = new Map<Tensor, true | Unknown>();
  const seen = new Set<Instance>();
  const walk = (at: Instance, outer: true | Unknown): void => {
    const own = stateOf(at).trainable;
    if (seen.has(at) || own === false) return;
    seen.add(at);
    const here = isUnknown(outer) ? outer : own;
    for (const weight of ownWeights(at)) {
      const trainable = weight.parameter?.trainable ?? false;
      if (trainable !== false) found.set(weight, isUnknown(here) ? here : trainable);
    }
    for (const child of sublayers(at)) walk(child, here);
  };
  walk(layer, true);
  return found;
}

// ---------------------------------------------------------------------- methods

function construction(keras: Keras): Record<string, Method> {
  const addWeight: NativeImpl = (a, interp) => {
    const { args, kwargs } = spread(a);
    const named = typeof args[0] === "string";
    const shape = kwargs.get("shape") ?? args[named ? 1 : 0] ?? new Tuple([]);
    const name = kwargs.get("name") ?? (named ? args[0] : undefined);
    const items = toItems(shape);
    const dims = items ? items.map(sizeOf) : isUnknown(shape) ? shape : [toDim(shape)];
    return addWeightTo(keras, interp, self(a), {
      name: typeof name === "string" ? name : "variable",
      shape: dims,
      trainable: interp.truthy(kwargs.get("trainable") ?? true),
    });
  };
  return {
    __init__: [
      "self, *args, **kwargs",
      (a, interp) => {
        initLayer(keras, interp, self(a), spread(a).kwargs);
        return null;
      },
    ],
    add_weight: ["self, *args, **kwargs", addWeight],
    add_variable: ["self, *args, **kwargs", addWeight],
    build: [
      "self, *args, **kwargs",
      (a, interp) => {
        interp.touch(self(a));
        self(a).attrs.set("built", true);
        return null;
      },
    ],
  };
}

/** A variable that belongs to a layer. */
export function addWeightTo(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  spec: { readonly name: string; readonly shape: Shape | Unknown; readonly trainable: boolean | Unknown },
): Tensor {
  // It has attributes of its own, which a parameter of torch has not.
  interp.tick(2 * STEPS.weight);
  const variable = keras.make(spec.shape);
  variable.cls = keras.variableClass;
  variable.parameter = { trainable: spec.trainable };
  variable.attrs = new Map<string, Value>([
    ["name", spec.name],
    ["path", `${nameOf(keras, layer)}/${spec.name}`],
  ]);
  if (interp.site) variable.site = interp.site;
  interp.touch(layer);
  stateOf(layer).weights.push(variable);
  return variable;
}

function calls(keras: Keras): Record<string, Method> {
  return {
    __call__: [
      "self, *args, **kwargs",
      (a, interp) => {
        const { args, kwargs } = spread(a);
        return callLayer(keras, interp, self(a), args, kwargs);
      },
    ],
    compute_output_shape: [
      "self, *args, **kwargs",
      (a, interp) => {
        const { args } = spread(a);
        const inputs = shapesIn(args[0]).map((shape) => keras.graph.mark(keras.make(shape)));
        const given = inputs.length === 1 ? inputs[0] : new List([...inputs]);
        keras.graph.depth++;
        const output = callLayer(keras, interp, self(a), [given], new Map());
        keras.graph.depth--;
        return output instanceof Tensor
          ? keras.shapeValue(interp, output.shape)
          : interp.unknown("an output shape");
      },
    ],
    compute_mask: ["self, *args, **kwargs", () => null],
  };
}

function weightLists(): Record<string, NativeImpl> {
  const list =
    (pick: (layer: Instance) => Iterable<Tensor>): NativeImpl =>
    (a) =>
      new List([...pick(self(a))]);
  const frozen = (layer: Instance): readonly Tensor[] => {
    const trained = trainableWeights(layer);
    return allWeights(layer).filter((weight) => !trained.has(weight));
  };
  return {
    weights: list(allWeights),
    variables: list(allWeights),
    trainable_weights: list((layer) => trainableWeights(layer).keys()),
    trainable_variables: list((layer) => trainableWeights(layer).keys()),
    non_trainable_weights: list(frozen),
    non_trainable_variables: list(frozen),
  };
}

/** The tensors of a layer's first call. */
function places(keras: Keras): Record<string, NativeImpl> {
  const first = (
    a: Bound,
    interp: Interp,
    pick: (inputs: readonly Tensor[], outputs: Value) => Value,
  ): Value => {
    const [node] = keras.graph.nodesOf(self(a));
    if (!node) return interp.fail("AttributeError", `${nameOf(keras, self(a))} was never called`);
    return pick(node.isInput ? node.outputTensors : node.inputs, node.outputs);
  };
  const one = (tensors: readonly Tensor[]): Value =>
    tensors.length === 1 ? tensors[0] : new List([...tensors]);
  const shapeOf = (interp: Interp, value: Value): Value =>
    value instanceof Tensor
      ? keras.shapeValue(interp, value.shape)
      : new List((toItems(value) ?? []).map((item) => shapeOf(interp, item)));
  return {
    input: (a, interp) => first(a, interp, (inputs) => one(inputs)),
    output: (a, interp) => first(a, interp, (_, outputs) => outputs),
    input_shape: (a, interp) => first(a, interp, (inputs) => shapeOf(interp, one(inputs))),
    output_shape: (a, interp) => first(a, interp, (_, outputs) => shapeOf(interp, outputs)),
    path: (a) => nameOf(keras, self(a)),
    dtype_policy: () => makeInert(),
    compute_dtype: () => keras.floatx,
    variable_dtype: () => keras.floatx,
  };
}

function bookkeeping(keras: Keras): Record<string, Method> {
  return {
    count_params: [
      "self",
      (a, interp) => {
        let total = 0;
        for (const weight of allWeights(self(a))) {
          const count = numel(weight.shape);
          if (count instanceof Unknown) return interp.unknown(count.reason);
          total += count;
        }
        return total;
      },
    ],
    get_config: ["self", (a) => configOf(keras, self(a))],
    get_weights: ["self", (a) => new List([...allWeights(self(a))])],
    __repr__: ["self", (a) => `<${self(a).cls.name} name=${nameOf(keras, self(a))}>`],
  };
}

/** The arguments of the base class; a subclass's own `get_config` updates it. */
function configOf(keras: Keras, layer: Instance): Dict {
  const config = new Dict();
  const put = (key: string, value: Value): void => void config.entries.set(key, { key, value });
  put("name", nameOf(keras, layer));
  put("trainable", stateOf(layer).trainable);
  put("dtype", layer.attrs.get("dtype") ?? keras.floatx);
  for (const key of stateOf(layer).config) put(key, layer.attrs.get(key) ?? null);
  return config;
}

/** Methods that change no shape and cost nothing in a trace of inference. */
function inert(): Record<string, Method> {
  const names = [
    "add_loss",
    "add_metric",
    "set_weights",
    "quantize",
    "load_own_variables",
    "save_own_variables",
    "stateless_call",
  ];
  return Object.fromEntries(names.map((name) => [name, ["self, *args, **kwargs", () => null]]));
}
