/** The modules of TensorFlow that models are written with. https://www.tensorflow.org/api_docs/python/tf */

import { entryOf } from "../../base/table.ts";
import { def, type NativeImpl } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  FunctionValue,
  StaticMethod,
  toItems,
  type Value,
} from "../../interpret/values.ts";
import { makeInert, makeRuntime } from "../../languages/python/stdlib/inertness.ts";
import { tensorSpec } from "./data.ts";
import { initializerName } from "./initializers.ts";
import { sizeOf } from "./layer.ts";
import type { Keras } from "./library.ts";
import { branch } from "./ops/control.ts";
import { defineFunction, type FunctionTable } from "./ops/op.ts";
import { TF, TF_IMAGE, TF_LINALG, TF_NN, TF_RANDOM } from "./ops/tensorflow.ts";
import { TF_SIGNAL } from "./ops/tensorflowFurther.ts";

const TABLES: Readonly<Record<string, FunctionTable>> = {
  tensorflow: TF,
  "tensorflow.math": { ...TF_NN, ...TF },
  "tensorflow.nn": { ...TF, ...TF_NN },
  "tensorflow.random": TF_RANDOM,
  "tensorflow.linalg": TF_LINALG,
  "tensorflow.image": TF_IMAGE,
  "tensorflow.signal": TF_SIGNAL,
  // Whether this is TensorFlow 2.
  "tensorflow.python.tf2": { enabled: { signature: "", plain: true, run: () => true } },
};

/** TensorFlow under the names of its versions: what the second has by a name the first is taken to mean too. */
const VERSIONED = /^tensorflow\.(_api\.v2\.)?compat\.v[12](?=\.|$)/;

/** Modules of training, data and devices: nothing in them has a shape. */
const INERT = [
  "config",
  "summary",
  "train",
  "distribute",
  "saved_model",
  "debugging",
  "autograph",
  "errors",
  "test",
  "lite",
  "profiler",
  "estimator",
  "experimental",
  "compat",
  "strings",
  "sparse",
  "ragged",
  "losses",
  "metrics",
  "optimizers",
].map((name) => `tensorflow.${name}`);

const MODULES: ReadonlySet<string> = new Set([
  ...Object.keys(TABLES),
  ...Object.keys(TABLES).flatMap((path) =>
    ["v1", "v2"].map((version) => path.replace("tensorflow", `tensorflow.compat.${version}`)),
  ),
  "tensorflow.python",
  "tensorflow.compat",
  "tensorflow.data",
  "tensorflow.initializers",
]);

const DTYPES: ReadonlySet<string> = new Set([
  "float16",
  "float32",
  "float64",
  "bfloat16",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "bool",
  "string",
  "complex64",
]);

export function isTensorflowModule(path: string): boolean {
  return MODULES.has(path);
}

export function findTensorflow(keras: Keras, home: string, name: string): Value | Absent {
  const plain = home.replace(VERSIONED, "tensorflow");
  if (plain !== home) {
    const known = findTensorflow(keras, plain, name);
    if (known !== ABSENT) return known;
  }
  const spec = entryOf(entryOf(TABLES, home), name);
  if (spec) return defineFunction(keras, name, { ...spec, title: spec.title ?? titleOf(home, name) });
  if (home === "tensorflow.initializers") return initializerName(keras, name);
  if (home === "tensorflow" && name.endsWith("_initializer")) return initializerName(keras, name);
  if (home === "tensorflow.data") return dataName(keras, name);
  if (home === "tensorflow") {
    if (DTYPES.has(name)) return name;
    const special = entryOf(SPECIAL, name);
    if (special) return special(keras);
  }
  const inert = INERT.some(
    (path) => home === path || home.startsWith(`${path}.`) || path === `${home}.${name}`,
  );
  return inert && !MODULES.has(`${home}.${name}`) ? makeInert() : ABSENT;
}

/** `tf.data`: `Dataset` with its constructors, and settings that say nothing of shapes. */
function dataName(keras: Keras, name: string): Value {
  const { datasets } = keras;
  const constructors = datasets.constructors();
  if (name !== "Dataset") return entryOf(constructors, name) ?? makeInert();
  for (const [key, fn] of Object.entries(constructors)) datasets.cls.attrs.set(key, new StaticMethod(fn));
  return datasets.cls;
}

function titleOf(home: string, name: string): string {
  return home === "tensorflow" ? name : `${home.slice("tensorflow.".length)}_${name}`;
}

/** `@tf.function`, with arguments or without. */
const decorate: NativeImpl = (a) => {
  const [first] = toItems(a.args) ?? [];
  return first instanceof FunctionValue ||
    (typeof first === "object" && first !== null && first.kind === "method")
    ? first
    : def("function", "fn", (b) => b.fn);
};

const SPECIAL: Readonly<Record<string, (keras: Keras) => Value>> = {
  function: () => def("function", "*args, **kwargs", decorate),
  custom_gradient: () => def("custom_gradient", "f", (a) => a.f),
  Variable: (keras) => keras.variableClass,
  Tensor: (keras) => keras.kit.cls,
  Module: (keras) => keras.cls("Layer"),
  TensorShape: (keras) =>
    def("TensorShape", "dims", (a, interp) => keras.shapeValue(interp, (toItems(a.dims) ?? []).map(sizeOf))),
  TensorSpec: tensorSpec,
  GradientTape: () => makeInert(),
  // What files hold is decided at run time.
  io: () => makeRuntime("tensorflow.io"),
  name_scope: () => makeInert(),
  device: () => makeInert(),
  control_dependencies: () => makeInert(),
  print: () => makeInert(),
  get_logger: () => makeInert(),

  group: () => makeInert(),
  newaxis: () => null,
  __version__: () => "2.16.1",
  cond: () =>
    def("cond", "pred, true_fn=None, false_fn=None, name=None", (a, interp) =>
      interp.call(branch(interp, a.pred, a.true_fn, a.false_fn), []),
    ),
};
