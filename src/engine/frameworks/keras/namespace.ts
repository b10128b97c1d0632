/** What each module of Keras has under each name. https://keras.io/api/ */

import { entryOf } from "../../base/table.ts";
import { def, type NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  FunctionValue,
  List,
  NativeFunction,
  Tensor,
  toItems,
  type Value,
} from "../../interpret/values.ts";
import { makeInert } from "../../languages/python/stdlib/inertness.ts";
import { classesOf } from "../../languages/python/stdlib/labels.ts";
import { toDim } from "../rules/sizes.ts";
import { layerName, layerNames } from "./classes.ts";
import { cloneModel } from "./clone.ts";
import { DATASET_NAMES, loadData } from "./datasets.ts";
import { initializerName } from "./initializers.ts";
import type { Keras } from "./library.ts";
import { BACKEND } from "./ops/backend.ts";
import { CONTROL } from "./ops/control.ts";
import { FURTHER_OPS } from "./ops/further.ts";
import { MATH } from "./ops/math.ts";
import { NN } from "./ops/nn.ts";
import { NUMPY } from "./ops/numpy.ts";
import { defineFunction, type FunctionTable, onShape, sameShape } from "./ops/op.ts";
import { findTensorflow, isTensorflowModule } from "./tensorflow.ts";

type Maker = (keras: Keras) => Value;
type Names = Readonly<Record<string, Maker>>;

const MODULES: ReadonlySet<string> = new Set(
  [
    "",
    "layers",
    "layers.experimental",
    "layers.experimental.preprocessing",
    "models",
    "ops",
    "ops.nn",
    "ops.numpy",
    "ops.image",
    "ops.linalg",
    "ops.core",
    "ops.math",
    "ops.operation_utils",
    "backend",
    "backend.config",
    "activations",
    "initializers",
    "regularizers",
    "constraints",
    "optimizers",
    "optimizers.schedules",
    "losses",
    "metrics",
    "callbacks",
    "datasets",
    ...DATASET_NAMES.map((name) => `datasets.${name}`),
    "utils",
    "utils.file_utils",
    "preprocessing",
    "preprocessing.image",
    "preprocessing.sequence",
    "preprocessing.text",
    "saving",
    "random",
    "config",
    "mixed_precision",
    "api_export",
    "tree",
    "export",
    "distribution",
    "dtype_policies",
    "legacy",
    "quantizers",
  ].map((name) => (name === "" ? "keras" : `keras.${name}`)),
);

export function isModule(path: string): boolean {
  return MODULES.has(path) || isTensorflowModule(path);
}

export function findName(keras: Keras, home: string, name: string): Value | Absent {
  if (home === "tensorflow" || home.startsWith("tensorflow.")) return findTensorflow(keras, home, name);
  const [, family = ""] = home.split(".");
  const own = entryOf(entryOf(NAMES, `${home}`), name) ?? entryOf(entryOf(NAMES, `keras.${family}`), name);
  if (own) return own(keras);
  if (family === "datasets" && name === "load_data")
    return loadData(home.slice("keras.datasets.".length)) ?? ABSENT;
  return (
    entryOf(FAMILIES, family)?.(keras, name) ?? (family === "" ? (topName(keras, name) ?? ABSENT) : ABSENT)
  );
}

// -------------------------------------------------------------------- functions

const fn =
  (name: string, signature: string, impl: (keras: Keras) => NativeImpl): Maker =>
  (keras) =>
    def(name, signature, impl(keras));
const answers = (name: string, value: Value | ((keras: Keras) => Value)): Maker =>
  fn(name, "*args, **kwargs", (keras) => () => (typeof value === "function" ? value(keras) : value));

/** A decorator with arguments, `@register_keras_serializable(package="x")`, or without. */
const decorator = (name: string): Maker =>
  fn(name, "*args, **kwargs", () => (a) => {
    const [first] = toItems(a.args) ?? [];
    const decorated =
      first instanceof FunctionValue ||
      (typeof first === "object" && first !== null && first.kind === "class");
    return decorated ? first : def(name, "fn", (b) => b.fn);
  });

function fromTable(keras: Keras, table: FunctionTable, name: string): Value | undefined {
  const spec = entryOf(table, name);
  return spec && defineFunction(keras, name, spec);
}

/** All of `keras.ops`. */
const OPS: FunctionTable = { ...NUMPY, ...FURTHER_OPS, ...CONTROL, ...MATH, ...NN };
const BACKEND_OPS: FunctionTable = { ...OPS, ...BACKEND };

const inertFamily = (): Value => makeInert();

const FAMILIES: Readonly<Record<string, (keras: Keras, name: string) => Value | undefined>> = {
  layers: (keras, name) => layerName(keras, name),
  models: (keras, name) => keras.classes.get(name),
  ops: (keras, name) => fromTable(keras, OPS, name),
  backend: (keras, name) => fromTable(keras, BACKEND_OPS, name),
  random: (keras, name) => fromTable(keras, RANDOM, name),
  activations: (keras, name) => fromTable(keras, OPS, name),
  initializers: initializerName,
  regularizers: inertFamily,
  constraints: inertFamily,
  optimizers: inertFamily,
  losses: inertFamily,
  metrics: inertFamily,
  callbacks: inertFamily,
  mixed_precision: inertFamily,
  dtype_policies: inertFamily,
  utils: (keras, name) => entryOf(keras.datasets.loaders(), name),
  preprocessing: (keras, name) => entryOf(keras.datasets.loaders(), name),
  export: inertFamily,
};

function topName(keras: Keras, name: string): Value | undefined {
  if (["Layer", "Model", "Sequential", "Functional", "Input"].includes(name)) return layerName(keras, name);
  return undefined;
}

const sample = (signature: string) =>
  ({
    signature,
    run: (op, a) =>
      op.emit({
        inputs: [],
        shape: (toItems(a.shape) ?? []).map((dim) =>
          typeof dim === "number" ? dim : op.interp.unknown("a size that is not known"),
        ),
      }),
  }) satisfies FunctionTable[string];

const RANDOM: FunctionTable = {
  normal: sample("shape, mean=0.0, stddev=1.0, dtype=None, seed=None"),
  uniform: sample("shape, minval=0.0, maxval=1.0, dtype=None, seed=None"),
  truncated_normal: sample("shape, mean=0.0, stddev=1.0, dtype=None, seed=None"),
  randint: sample("shape, minval, maxval, dtype='int32', seed=None"),
  beta: sample("shape, alpha, beta, dtype=None, seed=None"),
  binomial: sample("shape, counts, probabilities, dtype=None, seed=None"),
  gamma: sample("shape, alpha, dtype=None, seed=None"),
  shuffle: sameShape("x, axis=0, seed=None"),
  categorical: {
    signature: "logits, num_samples, dtype='int32', seed=None",
    run: (op, a) => onShape(op, a.logits, (shape) => [...shape.slice(0, -1), toDim(a.num_samples)]),
  },
  dropout: {
    signature: "inputs, rate, noise_shape=None, seed=None",
    run: (op, a) => op.tensor(a.inputs),
  },
};

/** An activation by name, always the same object for one name. */
function activation(keras: Keras, value: Value): Value {
  if (typeof value !== "string" && value !== null) return value;
  const name = value ?? "linear";
  const known = keras.activations.get(name);
  if (known !== undefined) return known;
  const made = fromTable(keras, OPS, name) ?? makeInert();
  keras.activations.set(name, made);
  return made;
}

const dataFormat = {
  image_data_format: fn("image_data_format", "", (keras) => () => keras.dataFormat),
  set_image_data_format: fn("set_image_data_format", "data_format", (keras) => (a) => {
    if (typeof a.data_format === "string") keras.dataFormat = a.data_format;
    return null;
  }),
  standardize_data_format: fn(
    "standardize_data_format",
    "data_format",
    (keras) => (a) => a.data_format ?? keras.dataFormat,
  ),
  floatx: fn("floatx", "", (keras) => () => keras.floatx),
  set_floatx: fn("set_floatx", "value", (keras) => (a) => {
    if (typeof a.value === "string") keras.floatx = a.value;
    return null;
  }),
  epsilon: answers("epsilon", 1e-7),
  backend: answers("backend", "tensorflow"),
  // Keras 1's name of the image data format.
  image_dim_ordering: fn(
    "image_dim_ordering",
    "",
    (keras) => () => (keras.dataFormat === "channels_first" ? "th" : "tf"),
  ),
} satisfies Names;

const serializable = {
  register_keras_serializable: decorator("register_keras_serializable"),
  serialize_keras_object: answers("serialize_keras_object", null),
  deserialize_keras_object: fn("deserialize_keras_object", "config, *args, **kwargs", () => (a) => a.config),
  get_custom_objects: answers("get_custom_objects", null),
  custom_object_scope: () => makeInert(),
  CustomObjectScope: () => makeInert(),
} satisfies Names;

const files = {
  get_file: fn("get_file", "*args, **kwargs", () => (a) => toItems(a.args)?.[0] ?? "file"),
  exists: answers("exists", false),
  path_to_string: fn("path_to_string", "path", () => (a) => a.path),
} satisfies Names;

const network = {
  load_model: fn(
    "load_model",
    "*args, **kwargs",
    () => (_a, interp) => interp.unknown("saved models are not read"),
  ),
  model_from_json: fn(
    "model_from_json",
    "*args, **kwargs",
    () => (_a, interp) => interp.unknown("saved models are not read"),
  ),
  clone_model: fn(
    "clone_model",
    "model, ?input_tensors=None, ?clone_function=None, ?call_function=None, ?recursive=False, **?",
    (keras) => (a, interp) => cloneModel(keras, interp, a.model),
  ),
} satisfies Names;

/** Rows of one length. */
const padSequences = fn(
  "pad_sequences",
  "sequences, maxlen=None, *args, **kwargs",
  (keras) => (a, interp) => {
    const rows = toItems(a.sequences)?.length;
    const length = a.maxlen === null ? interp.unknown("the longest of the sequences") : toDim(a.maxlen);
    return keras.make([rows ?? interp.unknown("the number of sequences"), length], "int32");
  },
);

/** Pictures from files, of the size they are asked for in. */
const loaded = fn(
  "load_img",
  "path, color_mode='rgb', target_size=None, *args, **kwargs",
  (keras) => (a, interp) => {
    if (a.path instanceof Tensor) return a.path;
    const size = toItems(a.target_size)?.map(toDim);
    if (!size) return interp.unknown("depends on data");
    return keras.make([...size, a.color_mode === "grayscale" ? 1 : 3]);
  },
);

const sources = fn(
  "get_source_inputs",
  "tensor, *args",
  (keras) => (a) => (a.tensor instanceof Tensor ? new List([...keras.graph.sources(a.tensor)]) : a.tensor),
);

const NAMES: Readonly<Record<string, Names>> = {
  keras: {
    KerasTensor: (keras) => keras.kit.cls,
    Variable: (keras) => keras.variableClass,
    InputSpec: () => makeInert(),
    name_scope: () => makeInert(),
    device: () => makeInert(),
    Operation: (keras) => keras.cls("Layer"),
    DTypePolicy: () => makeInert(),
    RematScope: () => makeInert(),
    ...Object.fromEntries(
      "Loss Metric Optimizer Regularizer Quantizer FloatDTypePolicy StatelessScope SymbolicScope visualization wrappers distillation"
        .split(" ")
        .map((name) => [name, () => makeInert()]),
    ),
    Initializer: (keras) => initializerName(keras, "Initializer"),
    remat: fn("remat", "f", () => (a) => a.f),
    version: answers("version", "3.0.0"),
    ...serializable,
  },
  "keras.backend": {
    ...dataFormat,
    is_keras_tensor: fn("is_keras_tensor", "x", (keras) => (a) => keras.graph.isSymbolic(a.x)),
    KerasTensor: (keras) => keras.kit.cls,
    Variable: (keras) => keras.variableClass,
    clear_session: fn("clear_session", "*args, **kwargs", (keras) => () => {
      keras.names.reset();
      return null;
    }),
    get_uid: fn("get_uid", "prefix=''", (keras) => (a) => keras.names.uid(String(a.prefix))),
    name_scope: () => makeInert(),
    get_session: () => makeInert(),
    standardize_dtype: fn("standardize_dtype", "dtype", (keras) => (a) => a.dtype ?? keras.floatx),
    get_keras_mask: fn("get_keras_mask", "x", () => (a, interp) => interp.getAttr(a.x, "_keras_mask")),
    set_keras_mask: answers("set_keras_mask", null),
    learning_phase: answers("learning_phase", 0),
    set_learning_phase: answers("set_learning_phase", null),
  },
  "keras.config": {
    ...dataFormat,
    enable_traceback_filtering: answers("enable_traceback_filtering", null),
    disable_traceback_filtering: answers("disable_traceback_filtering", null),
  },
  "keras.layers": {
    InputSpec: () => makeInert(),
    __all__: (keras) => new List([...layerNames(keras)]),
    deserialize: fn("deserialize", "config, *args, **kwargs", () => (a) => a.config),
    serialize: answers("serialize", null),
  },
  "keras.random": { SeedGenerator: () => makeInert() },
  "keras.preprocessing": { pad_sequences: padSequences, img_to_array: loaded, load_img: loaded },
  "keras.models": {
    ...network,
    Input: (keras) => keras.input,
    __all__: () => new List(["Model", "Sequential", ...Object.keys(network)]),
  },
  "keras.saving": { ...serializable, load_model: network.load_model },
  "keras.activations": {
    get: fn("get", "identifier", (keras) => (a) => activation(keras, a.identifier)),
    serialize: fn(
      "serialize",
      "activation",
      () => (a) => (a.activation instanceof NativeFunction ? a.activation.name : null),
    ),
    deserialize: fn("deserialize", "config, *args, **kwargs", (keras) => (a) => activation(keras, a.config)),
  },
  "keras.ops.operation_utils": { get_source_inputs: sources },
  "keras.utils": {
    ...serializable,
    ...files,
    get_source_inputs: sources,
    set_random_seed: answers("set_random_seed", null),
    plot_model: answers("plot_model", null),
    model_to_dot: answers("model_to_dot", null),
    clear_session: answers("clear_session", null),
    normalize: fn("normalize", "x, *args, **kwargs", () => (a) => a.x),
    to_categorical: fn("to_categorical", "x, num_classes=None", (keras) => (a, interp) => {
      const input = keras.tensor(interp, a.x);
      const classes =
        typeof a.num_classes === "number"
          ? a.num_classes
          : (classesOf(a.x)?.shape[0] ?? interp.unknown("the number of classes in the data"));
      const { shape } = input;
      if ("reason" in shape) return keras.make(shape);
      // A column of labels counts as a row.
      return keras.make([...(shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape), classes]);
    }),
    get_registered_object: answers("get_registered_object", null),
    is_keras_tensor: fn("is_keras_tensor", "x", (keras) => (a) => keras.graph.isSymbolic(a.x)),
    standardize_dtype: fn("standardize_dtype", "dtype", (keras) => (a) => a.dtype ?? keras.floatx),
    get_registered_name: answers("get_registered_name", "layer"),
    pad_sequences: padSequences,
    img_to_array: loaded,
    load_img: loaded,
    FeatureSpace: fn(
      "FeatureSpace",
      "*args, **kwargs",
      () => (_a, interp) => interp.unknown("the features of a FeatureSpace depend on data"),
    ),
    ...Object.fromEntries(
      "Progbar save_img array_to_img disable_interactive_logging enable_interactive_logging bounding_boxes Config"
        .split(" ")
        .map((name) => [name, () => makeInert()]),
    ),
    Sequence: () => makeInert(),
    PyDataset: () => makeInert(),
  },
  "keras.api_export": { keras_export: decorator("keras_export") },
  "keras.export": { keras_export: decorator("keras_export") },
};
