/** All ops of `tf`: as functions, as methods of tensors, and the small modules beside them. */

import {
  type ClassValue,
  isUnknown,
  List,
  Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { promise } from "../../../languages/typescript/builtins/promises.ts";
import {
  fn,
  type Impl,
  isFunction,
  jsClass,
  method,
  num,
  RUN_TIME,
  strict,
} from "../../../languages/typescript/core.ts";
import { numel } from "../../shape/dims.ts";
import { type Library, shapeValue } from "../library.ts";
import { CONTRACTIONS, FUSED } from "./contractions.ts";
import { CREATION } from "./creation.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { FURTHER, FURTHER_IMAGES, LINALG, LOSSES, MATH, METRICS, SIGNAL, SPECTRAL } from "./further.ts";
import { defineOp, type OpTable } from "./op.ts";
import { IMAGES, METHODS_ONLY, SHAPES } from "./shapes.ts";

export interface OpModules {
  readonly functions: ReadonlyMap<string, Value>;
  readonly tensorClass: ClassValue;
  /** `tf.<module>` by name. */
  readonly modules: Readonly<Record<string, ReadonlyMap<string, Value>>>;
}

const FUNCTIONS: OpTable = { ...CONTRACTIONS, ...ELEMENTWISE, ...SHAPES, ...CREATION, ...FURTHER };

/** Calls of the runtime that give nothing a network is made of. */
const INERT = [
  "dispose",
  "disposeVariables",
  "engine",
  "enableProdMode",
  "enableDebugMode",
  "env",
  "registerBackend",
  "setBackend",
  "print",
  "removeBackend",
  "registerKernel",
  "registerGradient",
  "setPlatform",
  "deprecationWarn",
  "setWasmPaths",
  "setThreadsCount",
  "disableDeprecationWarnings",
  "registerOp",
  "deregisterOp",
  "registerCallbackConstructor",
  "copyRegisteredKernels",
  "forceHalfFloat",
  "unregisterKernel",
  "unregisterGradient",
];
const SETTLED = ["ready", "nextFrame", "setBackend"];

/** `tf.tidy(f)` and `tf.tidy(name, f)` run `f`. */
const tidy: Impl = (m, args) => {
  const body = args.at(-1);
  return isUnknown(body) ? body : m.call(body);
};

const elements: Impl = (m) => m.unknown(`the elements of a tensor, ${RUN_TIME}`);
const settledElements: Impl = (m) => promise(m, m.unknown(`the elements of a tensor, ${RUN_TIME}`));
const self: Impl = (_m, _args, tensor) => tensor;
const nothing: Impl = () => undefined;

function tensorClass(lib: Library, base: ClassValue): ClassValue {
  const chained: Record<string, Impl> = {};
  for (const [name, spec] of Object.entries({ ...FUNCTIONS, ...METHODS_ONLY })) {
    const op = defineOp(lib, name, spec);
    chained[name] = (m, args, tensor) => m.call(op, [tensor, ...args]);
  }
  return jsClass("Tensor", {
    base,
    methods: {
      ...chained,
      data: settledElements,
      array: settledElements,
      buffer: settledElements,
      dataSync: elements,
      arraySync: elements,
      bufferSync: elements,
      read: self,
      toTensor: self,
      set: nothing,
      get: elements,
      bytes: settledElements,
      dataToGPU: (m) => m.unknown(`the elements of a tensor, ${RUN_TIME}`),
      throwIfDisposed: nothing,
      write: nothing,
      assign: nothing,
      dispose: nothing,
      print: nothing,
      toString: method(() => "Tensor"),
    },
    getters: {
      shape: (_m, _args, tensor) => (tensor instanceof Tensor ? shapeValue(tensor.shape) : undefined),
      rank: (_m, _args, tensor) => {
        if (!(tensor instanceof Tensor)) return undefined;
        return isUnknown(tensor.shape) ? tensor.shape : tensor.shape.length;
      },
      size: (_m, _args, tensor) => (tensor instanceof Tensor ? numel(tensor.shape) : undefined),
      dtype: (_m, _args, tensor) => (tensor instanceof Tensor ? tensor.dtype : undefined),
      val: self,
      isDisposed: () => false,
      trainable: (_m, _args, tensor) =>
        tensor instanceof Tensor ? (tensor.parameter?.trainable ?? false) : false,
    },
    setters: {
      trainable: (m, [value], tensor) => {
        if (!(tensor instanceof Tensor) || !tensor.parameter) return undefined;
        m.touch(tensor);
        tensor.parameter = { ...tensor.parameter, trainable: m.truthy(value) };
        return undefined;
      },
    },
  });
}

function ops(lib: Library, table: OpTable): Map<string, Value> {
  return new Map(Object.entries(table).map(([name, spec]) => [name, defineOp(lib, name, spec)]));
}

/** A module whose every name is a function that answers an inert object: initializers, losses, optimizers. */
function settings(names: readonly string[]): ReadonlyMap<string, Value> {
  return new Map(names.map((name) => [name, fn(name, () => name)]));
}

const INITIALIZERS = [
  "constant",
  "glorotNormal",
  "glorotUniform",
  "heNormal",
  "heUniform",
  "identity",
  "leCunNormal",
  "leCunUniform",
  "ones",
  "orthogonal",
  "randomNormal",
  "randomUniform",
  "truncatedNormal",
  "varianceScaling",
  "zeros",
];

const kindOf = (test: (value: Value) => boolean): Value => strict("is", (_m, [value]) => test(value));

const util: ReadonlyMap<string, Value> = new Map([
  ["assert", fn("assert", nothing)],
  ["assertShapesMatch", fn("assertShapesMatch", nothing)],
  ["shuffle", fn("shuffle", nothing)],
  [
    "sizeFromShape",
    fn("sizeFromShape", (m, [shape]) => {
      const items = toItems(shape);
      return items
        ? items.reduce<Value>((size, item) => m.binary("*", size, item), 1)
        : m.unknown("a size that is not known");
    }),
  ],
  [
    "arraysEqual",
    fn("arraysEqual", (m, [a, b]) => {
      const [left, right] = [toItems(a), toItems(b)];
      if (!left || !right) return m.unknown("arrays that are not known");
      return left.length === right.length && left.every((item, i) => item === right[i]);
    }),
  ],
  ["flatten", fn("flatten", (_m, [value]) => new List(flat(value)))],
  ["now", fn("now", (m) => m.unknown(RUN_TIME))],
  ["isString", kindOf((value) => typeof value === "string")],
  ["isNumber", kindOf((value) => typeof value === "number")],
  ["isBoolean", kindOf((value) => typeof value === "boolean")],
  ["isInt", kindOf((value) => typeof value === "number" && Number.isInteger(value))],
  ["isFunction", kindOf(isFunction)],
  ["isScalarShape", kindOf((value) => toItems(value)?.length === 0)],
  ["assertNonNull", fn("assertNonNull", nothing)],
  ["assertNonNegativeIntegerDimensions", fn("assertNonNegativeIntegerDimensions", nothing)],
  [
    "clamp",
    strict("clamp", (_m, [least, value, most]) => Math.max(num(least), Math.min(num(value), num(most)))),
  ],
]);

function flat(value: Value): Value[] {
  return value instanceof List ? value.items.flatMap(flat) : [value];
}

export function createOps(lib: Library, base: ClassValue): OpModules {
  const functions = ops(lib, FUNCTIONS);
  for (const name of INERT) functions.set(name, fn(name, nothing));
  for (const name of SETTLED)
    functions.set(
      name,
      fn(name, (m) => promise(m, undefined)),
    );
  functions.set("tidy", fn("tidy", tidy));
  functions.set(
    "keep",
    fn("keep", (_m, [tensor]) => tensor),
  );
  functions.set(
    "customGrad",
    fn("customGrad", (_m, [body]) => body),
  );
  functions.set(
    "getBackend",
    fn("getBackend", (interp) => {
      interp.assume("value", "tf.getBackend: the program runs on a CPU");
      return "cpu";
    }),
  );
  const image = ops(lib, { ...IMAGES, ...FURTHER_IMAGES });
  return {
    functions,
    tensorClass: tensorClass(lib, base),
    modules: {
      image,
      fused: ops(lib, FUSED),
      util,
      initializers: settings(INITIALIZERS),
      regularizers: settings(["l1", "l2", "l1l2"]),
      constraints: settings(["maxNorm", "minMaxNorm", "nonNeg", "unitNorm"]),
      train: settings(["adam", "adadelta", "adagrad", "adamax", "momentum", "rmsprop", "sgd"]),
      serialization: new Map([["registerClass", fn("registerClass", nothing)]]),
      callbacks: settings(["earlyStopping"]),
      Reduction: new Map<string, Value>([
        ["NONE", 0],
        ["MEAN", 1],
        ["SUM", 2],
        ["SUM_BY_NONZERO_WEIGHTS", 3],
      ]),
      losses: ops(lib, LOSSES),
      metrics: ops(lib, METRICS),
      browser: new Map<string, Value>(
        ["fromPixels", "fromPixelsAsync", "toPixels", "draw"].map((name) => [
          name,
          fn(name, () => new Unknown(`the pixels of an image, ${RUN_TIME}`)),
        ]),
      ),
      data: new Map<string, Value>(),
      io: new Map<string, Value>(),
      linalg: ops(lib, LINALG),
      signal: ops(lib, SIGNAL),
      spectral: ops(lib, SPECTRAL),
      math: ops(lib, MATH),
    },
  };
}
