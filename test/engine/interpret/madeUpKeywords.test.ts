/** No function of the engine's tables takes a keyword that it does not know of and answers as if it were not there. */
import { expect, test } from "vitest";
import { NUMPY as JAX_NUMPY } from "../../../src/engine/frameworks/flax/arrays/numpy.ts";
import { SLICES } from "../../../src/engine/frameworks/flax/arrays/slices.ts";
import { BACKEND } from "../../../src/engine/frameworks/keras/ops/backend.ts";
import { FURTHER_OPS } from "../../../src/engine/frameworks/keras/ops/further.ts";
import { MATH } from "../../../src/engine/frameworks/keras/ops/math.ts";
import { NN } from "../../../src/engine/frameworks/keras/ops/nn.ts";
import { NUMPY as KERAS_NUMPY } from "../../../src/engine/frameworks/keras/ops/numpy.ts";
import {
  TF,
  TF_IMAGE,
  TF_LINALG,
  TF_NN,
  TF_RANDOM,
} from "../../../src/engine/frameworks/keras/ops/tensorflow.ts";
import { TF_SIGNAL } from "../../../src/engine/frameworks/keras/ops/tensorflowFurther.ts";
import { ACTIVATION_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/activation.ts";
import { ATTENTION_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/attention.ts";
import { CONV_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/conv.ts";
import { DISTANCE_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/distance.ts";
import { EMBEDDING_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/embedding.ts";
import { LINEAR_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/linear.ts";
import { NORM_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/norm.ts";
import { PAD_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/pad.ts";
import { POOL_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/pool.ts";
import { VISION_FUNCTIONS } from "../../../src/engine/frameworks/torch/nn/vision.ts";
import { CONTRACTIONS } from "../../../src/engine/frameworks/torch/tensor/contractions.ts";
import { CREATION } from "../../../src/engine/frameworks/torch/tensor/creation.ts";
import { ELEMENTWISE } from "../../../src/engine/frameworks/torch/tensor/elementwise.ts";
import { INDEXING } from "../../../src/engine/frameworks/torch/tensor/indexing.ts";
import { JOINS, SPLITS } from "../../../src/engine/frameworks/torch/tensor/joins.ts";
import { LINALG } from "../../../src/engine/frameworks/torch/tensor/linalg.ts";
import { REDUCTIONS } from "../../../src/engine/frameworks/torch/tensor/reductions.ts";
import { SORTING } from "../../../src/engine/frameworks/torch/tensor/sorting.ts";
import { VIEWS } from "../../../src/engine/frameworks/torch/tensor/views.ts";
import { Raised } from "../../../src/engine/interpret/control.ts";
import { parseSignature } from "../../../src/engine/interpret/signature.ts";
import {
  BoundMethod,
  ClassValue,
  isUnknown,
  NativeFunction,
  Tensor,
  type Value,
} from "../../../src/engine/interpret/values.ts";
import { createBuiltins } from "../../../src/engine/languages/python/builtins.ts";
import { stdlib } from "../../../src/engine/languages/python/stdlib/index.ts";
import { run } from "./run.ts";

const TABLES: Readonly<Record<string, readonly object[]>> = {
  torch: [ELEMENTWISE, REDUCTIONS, VIEWS, JOINS, SPLITS, CONTRACTIONS, CREATION, INDEXING, SORTING],
  "torch.linalg": [LINALG],
  "torch.nn.functional": [
    ACTIVATION_FUNCTIONS,
    ATTENTION_FUNCTIONS,
    CONV_FUNCTIONS,
    DISTANCE_FUNCTIONS,
    EMBEDDING_FUNCTIONS,
    LINEAR_FUNCTIONS,
    NORM_FUNCTIONS,
    PAD_FUNCTIONS,
    POOL_FUNCTIONS,
    VISION_FUNCTIONS,
  ],
  "keras.ops": [MATH, NN, KERAS_NUMPY, FURTHER_OPS],
  "keras.backend": [BACKEND],
  tensorflow: [TF],
  "tensorflow.nn": [TF_NN],
  "tensorflow.image": [TF_IMAGE],
  "tensorflow.linalg": [TF_LINALG],
  "tensorflow.random": [TF_RANDOM],
  "tensorflow.signal": [TF_SIGNAL],
  "jax.numpy": [JAX_NUMPY],
  "jax.lax": [SLICES],
};

/** They hand keywords on, keep them, or do nothing that a network could see, whatever they are given. */
const ANY_KEYWORD: ReadonlySet<string> = new Set(
  `FileType ForwardRef ParamSpec TypeVar TypeVarTuple __call__ add_argument add_argument_group
  add_mutually_exclusive_group add_subparsers bind bind_partial callback dataclass_transform deprecated
  executing_eagerly format learning_phase make_dataclass methodcaller partialmethod rearrange replace tqdm
  tqdm_notebook trange`.split(/\s+/),
);

const { machine } = run("x = 1");
const MADE_UP = "zzz_not_a_keyword";

/** What is wrong with a function that is given a keyword that nobody knows, nothing if it answers an unknown or fails. */
function answerOf(fn: NativeFunction): string | undefined {
  const { params, keywords } = parseSignature(fn.signature ?? "");
  const args = params
    .filter((param) => param.required && !param.keywordOnly)
    .map((param) => made(param.name));
  try {
    const answer = fn.code(machine, args, new Map([[MADE_UP, 1]]));
    const isLost = isUnknown(answer) || (answer instanceof Tensor && !isKnown(answer.shape));
    return isLost || (answer === null && keywords !== undefined) ? undefined : `${fn.name}(${fn.signature})`;
  } catch (error) {
    if (error instanceof Raised) return undefined;
    throw error;
  }
}

function isKnown(shape: Tensor["shape"]): boolean {
  return !isUnknown(shape) && shape.every((size) => typeof size === "number");
}

function made(name: string): Value {
  if (/^(self|cls)$/.test(name)) return 1;
  if (/tensors|arrays|xs|values|iterable/.test(name)) return machine.list([new Tensor([2, 3], "float32")]);
  return new Tensor([2, 3], "float32");
}

function expectNone(functions: readonly Value[]): void {
  const natives = functions.flatMap((value): NativeFunction[] => {
    const fn = value instanceof BoundMethod ? value.fn : value;
    if (fn instanceof ClassValue)
      return [...fn.attrs.values()].filter((each): each is NativeFunction => each instanceof NativeFunction);
    return fn instanceof NativeFunction ? [fn] : [];
  });
  const found = natives
    .filter((fn) => fn.signature !== undefined)
    .flatMap((fn) => answerOf(fn) ?? [])
    .filter((text) => !ANY_KEYWORD.has(text.slice(0, text.indexOf("("))));
  expect([...new Set(found)], found.join("; ")).toEqual([]);
}

test.each(Object.entries(TABLES))("%s has no function that takes a made-up keyword", (module, tables) => {
  const names = tables.flatMap((table) => Object.keys(table));
  const functions = names.map((name) => {
    const framework = machine.frameworks.find((each) => each.hasModule(module));
    return framework?.lookup(module, name) as Value;
  });
  expect(functions.filter((fn) => fn instanceof NativeFunction).length).toBeGreaterThan(3);
  expectNone(functions);
});

test.each(Object.keys(stdlib))(
  "the module %s of Python has no function that takes a made-up keyword",
  (name) => {
    expectNone([...(stdlib[name]?.() ?? new Map<string, Value>()).values()]);
  },
);

test("no built-in function takes a made-up keyword", () => {
  expectNone([...createBuiltins().values()]);
});
