/**
 * Layers that run other layers or functions of the program: their ops are one row, the wrapper's.
 * https://keras.io/api/layers/recurrent_layers/ https://keras.io/api/layers/core_layers/lambda/
 */
import { add, product } from "../../../cost/lift.ts";
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  type ClassValue,
  Dict,
  Instance,
  isUnknown,
  List,
  NO_KWARGS,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { one, type Step } from "../../keraslike/rule.ts";
import { toDim } from "../../rules/sizes.ts";
import { build, callLayer, spread } from "../calling.ts";
import { copyOf } from "../clone.ts";
import { tensorsIn } from "../graph.ts";
import { addWeightTo, initLayer } from "../layer.ts";
import { isModelClass, type Keras, nameOf, stateOf } from "../library.ts";
import { emit } from "../ruled.ts";

const self = (a: Bound): Instance => a.self as Instance;

interface WrapperSpec {
  readonly init: string;
  /** After the arguments became attributes. */
  readonly made?: (keras: Keras, interp: Interp, layer: Instance, a: Bound) => void;
  readonly call: (
    keras: Keras,
    interp: Interp,
    layer: Instance,
    inputs: Value,
    rest: ReturnType<typeof spread>,
  ) => Value;
}

function wrapper(keras: Keras, name: string, spec: WrapperSpec): ClassValue {
  const construct: NativeImpl = (a, interp) => {
    const layer = self(a);
    const { kwargs } = spread(a);
    initLayer(keras, interp, layer, kwargs);
    for (const [key, value] of Object.entries(a)) {
      if (key !== "self" && key !== "kwargs" && key !== "weights") layer.attrs.set(key, value);
    }
    spec.made?.(keras, interp, layer, a);
    return null;
  };
  return defineClass(name, {
    bases: [keras.cls("Layer")],
    qualname: `keras.layers.${name}`,
    native: { layer: true },
    methods: {
      __init__: [`self, ${spec.init}, **kwargs`, construct],
      call: [
        "self, *args, **kwargs",
        (a, interp) => {
          const rest = spread(a);
          const inputs = rest.args[0] ?? rest.kwargs.get("inputs") ?? [...rest.kwargs.values()][0] ?? null;
          return spec.call(keras, interp, self(a), inputs, rest);
        },
      ],
    },
  });
}

/** Runs a layer inside a wrapper: a plain layer's ops are the wrapper's row, a network's layers have their own. */
function inner(keras: Keras, interp: Interp, layer: Value, inputs: Value): Value {
  if (!(layer instanceof Instance)) return isUnknown(layer) ? layer : interp.call(layer, [inputs]);
  if (isModelClass(layer.cls)) return callLayer(keras, interp, layer, [inputs], NO_KWARGS);
  build(keras, interp, layer, [inputs], NO_KWARGS);
  return interp.callMethod(layer, "call", [inputs]);
}

function likeInput(keras: Keras, inputs: Value, tensor: Tensor): Tensor {
  return tensorsIn([inputs]).some((input) => keras.graph.isSymbolic(input))
    ? keras.graph.mark(tensor)
    : tensor;
}

/** The output of a layer whose own option is not known. */
function unsure(interp: Interp, keras: Keras, option: Unknown): Tensor {
  interp.gap(option.reason);
  return keras.make(option);
}

// ------------------------------------------------------------------ bidirectional

function joinDirections(
  keras: Keras,
  interp: Interp,
  mode: Value,
  forward: Value,
  backward: Value,
  inputs: Value,
): Value {
  if (forward instanceof Tuple && backward instanceof Tuple) {
    const [a, ...states] = forward.items;
    const [b, ...others] = backward.items;
    return new Tuple([joinDirections(keras, interp, mode, a, b, inputs), ...states, ...others]);
  }
  if (mode === null) return new Tuple([forward, backward]);
  if (isUnknown(mode)) return likeInput(keras, inputs, unsure(interp, keras, mode));
  if (!(forward instanceof Tensor) || mode !== "concat" || !(backward instanceof Tensor)) return forward;
  const { shape } = forward;
  if (isUnknown(shape) || isUnknown(backward.shape)) return forward;
  const width = add(shape.at(-1) ?? 0, backward.shape.at(-1) ?? 0);
  const joined = keras.make([...shape.slice(0, -1), width], forward.dtype);
  if (forward.maker !== undefined) joined.maker = forward.maker;
  const marked = likeInput(keras, inputs, joined);
  tellWhole(keras, interp, "concatenate", [forward, backward], marked);
  return marked;
}

/** What a wrapper makes of its layers' outputs is the output of its row, and costs nothing. */
function tellWhole(
  keras: Keras,
  interp: Interp,
  name: string,
  parts: readonly Tensor[],
  whole: Tensor,
  view = false,
): void {
  if (keras.graph.isSymbolic(whole)) return;
  interp.record({
    op: "other",
    name,
    inputs: parts,
    outputs: [whole],
    weights: [],
    macs: 0,
    elementwise: 0,
    ...(view && { view }),
  });
}

const MERGE_MODES: readonly string[] = ["sum", "mul", "ave", "concat"];

const BIDIRECTIONAL: WrapperSpec = {
  init: "layer, merge_mode='concat', weights=None, backward_layer=None",
  made: (keras, interp, layer, a) => {
    if (typeof a.merge_mode === "string" && !MERGE_MODES.includes(a.merge_mode)) {
      const message = `Invalid merge mode. Received: ${a.merge_mode}. Merge mode should be one of sum, mul, ave, concat or None`;
      interp.fail("ValueError", message, { severity: "error", code: "impossible-size" });
      interp.gap(message);
    }
    if (!(a.layer instanceof Instance)) return;
    const name = nameOf(keras, a.layer);
    layer.attrs.delete("layer");
    a.layer.attrs.set("name", `forward_${name}`);
    layer.attrs.set("forward_layer", a.layer);
    const backward =
      a.backward_layer instanceof Instance
        ? a.backward_layer
        : copyOf(keras, interp, a.layer, `backward_${name}`);
    layer.attrs.set("backward_layer", backward);
  },
  call: (keras, interp, layer, inputs) => {
    const forward = inner(keras, interp, layer.attrs.get("forward_layer"), inputs);
    const backward = inner(keras, interp, layer.attrs.get("backward_layer"), inputs);
    return joinDirections(keras, interp, layer.attrs.get("merge_mode"), forward, backward, inputs);
  },
};

// --------------------------------------------------------------- time distributed

/** The time axis joins the batch while the wrapped layer runs. */
const TIME_DISTRIBUTED: WrapperSpec = {
  init: "layer",
  call: (keras, interp, layer, given) => {
    const input = keras.tensor(interp, tensorsIn([given])[0] ?? given);
    const wrapped = layer.attrs.get("layer");
    if (isUnknown(input.shape)) return input;
    const [batch = 1, time = 1, ...rest] = input.shape;
    const merged = likeInput(keras, given, keras.make([product([batch, time]), ...rest], input.dtype));
    if (input.maker !== undefined) merged.maker = input.maker;
    if (input.site) merged.site = input.site;
    const answer = inner(keras, interp, wrapped, merged);
    if (!(answer instanceof Tensor) || isUnknown(answer.shape)) return answer;
    const output = keras.make([batch, time, ...answer.shape.slice(1)], answer.dtype);
    output.maker = nameOf(keras, layer);
    output.storage = answer.storage;
    const whole = likeInput(keras, given, output);
    tellWhole(keras, interp, "reshape", [answer], whole, true);
    return whole;
  },
};

// --------------------------------------------------------------------------- cells

const RNN: WrapperSpec = {
  init: "cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, zero_output_for_mask=False, time_major=False",
  call: (keras, interp, layer, given) => {
    const input = keras.tensor(interp, tensorsIn([given])[0] ?? given);
    if (isUnknown(input.shape)) return input;
    const timeMajor = layer.attrs.get("time_major") === true;
    const [outer = 1, inner = 1, ...rest] = input.shape;
    const [batch, time] = timeMajor ? [inner, outer] : [outer, inner];
    const cell = layer.attrs.get("cell");
    const cells = toItems(cell) ?? [cell];
    // A step that is symbolic costs nothing: one stands for all.
    const symbolic = keras.graph.isSymbolic(input);
    const steps = symbolic || typeof time !== "number" ? 1 : time;
    if (typeof time !== "number" && !symbolic)
      interp.gap("the number of steps of a recurrent layer is not known");
    if (timeMajor && !symbolic) tellTimeMajor(keras, interp, input, rest);
    let output: Value = input;
    let states: Value[] = [];
    for (let i = 0; i < steps; i++) {
      const step = likeInput(keras, given, keras.make([batch, ...rest], input.dtype));
      [output, states] = runCells(keras, interp, cells, step, states);
    }
    if (!(output instanceof Tensor) || isUnknown(output.shape)) return output;
    const [hasSequence, hasState] = ["return_sequences", "return_state"].map((option) =>
      interp.truthy(layer.attrs.get(option)),
    );
    const unread = [hasSequence, hasState].find(isUnknown);
    if (unread) return likeInput(keras, given, unsure(interp, keras, unread));
    const shape: Shape = hasSequence ? [outer, inner, ...output.shape.slice(1)] : output.shape;
    const whole = likeInput(keras, given, keras.make(shape));
    whole.maker = nameOf(keras, layer);
    if (hasSequence) tellWhole(keras, interp, "stack", [output], whole);
    return hasState ? new Tuple([whole, ...tensorsIn(states)]) : whole;
  },
};

/** Cells see one step each, and so cannot tell that the sequence has its samples in its second axis. */
function tellTimeMajor(keras: Keras, interp: Interp, input: Tensor, features: Shape): void {
  if (isUnknown(input.shape)) return;
  const step = keras.make([input.shape[1] ?? 1, ...features], input.dtype);
  step.storage = input.storage;
  interp.record({
    op: "other",
    name: "unstack",
    inputs: [input],
    outputs: [step],
    weights: [],
    macs: 0,
    elementwise: 0,
    batchAxis: 1,
    view: true,
  });
}

function runCells(
  keras: Keras,
  interp: Interp,
  cells: readonly Value[],
  input: Tensor,
  before: readonly Value[],
): [Value, Value[]] {
  let value: Value = input;
  const states: Value[] = [];
  for (const [i, cell] of cells.entries()) {
    if (!(cell instanceof Instance)) continue;
    build(keras, interp, cell, [value], NO_KWARGS);
    const state = before[i] ?? new List(initialStates(keras, interp, cell, input));
    const answer = interp.callMethod(cell, "call", [value, state]);
    const items = toItems(answer) ?? [answer];
    value = items[0];
    states.push(items[1] instanceof Tensor ? new List(items.slice(1)) : (items[1] ?? state));
  }
  return [value, states];
}

function initialStates(keras: Keras, interp: Interp, cell: Instance, input: Tensor): Value[] {
  const size = interp.lookup(cell, "state_size");
  const units = typeof size === "symbol" ? cell.attrs.get("units") : size;
  const batch = isUnknown(input.shape) ? 1 : (input.shape[0] ?? 1);
  return (toItems(units) ?? [units]).map((each) => {
    interp.tick(STEPS.weight);
    const dims = toItems(each)?.map((dim) => toNumber(dim) ?? 1) ?? [toNumber(each) ?? 1];
    return likeInput(keras, input, keras.make([batch, ...dims]));
  });
}

const STACKED: WrapperSpec = {
  init: "cells",
  call: (keras, interp, layer, inputs) => {
    const input = keras.tensor(interp, inputs);
    const [output, states] = runCells(keras, interp, toItems(layer.attrs.get("cells")) ?? [], input, []);
    return new Tuple([output, new List(states)]);
  },
};

// ------------------------------------------------------------------------- others

const LAMBDA: WrapperSpec = {
  init: "function, output_shape=None, mask=None, arguments=None",
  call: (_keras, interp, layer, inputs) => {
    const given = layer.attrs.get("arguments");
    const named =
      given instanceof Dict
        ? [...given.entries.values()].map(({ key, value }) => [String(key), value] as const)
        : [];
    return interp.call(layer.attrs.get("function"), [inputs], new Map(named));
  },
};

/** An embedding that `reverse=True` runs from the vectors to the words, by default with the same weights. */
const REVERSIBLE: WrapperSpec = {
  init: "input_dim, output_dim, tie_weights=True, embeddings_initializer='uniform', embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, reverse_dtype=None, logit_soft_cap=None",
  call: (keras, interp, layer, inputs, { args, kwargs }) => {
    const [words, width] = ["input_dim", "output_dim"].map((name) => toDim(layer.attrs.get(name)));
    const { weights } = stateOf(layer);
    if (weights.length === 0 && words !== undefined && width !== undefined) {
      addWeightTo(keras, interp, layer, { name: "embeddings", shape: [words, width], trainable: true });
      const turned = { name: "reverse_embeddings", shape: [width, words], trainable: true };
      const isTied = interp.truthy(layer.attrs.get("tie_weights"));
      if (isUnknown(isTied)) addWeightTo(keras, interp, layer, { ...turned, shape: isTied });
      else if (!isTied) addWeightTo(keras, interp, layer, turned);
    }
    const input = keras.tensor(interp, tensorsIn([inputs])[0] ?? inputs);
    const back = (args[1] ?? kwargs.get("reverse")) === true;
    const { shape } = input;
    const step: Step = isUnknown(shape)
      ? { op: "embedding", name: "embedding", shape, macs: back ? shape : 0, elementwise: 0 }
      : back
        ? {
            op: "linear",
            name: "matmul",
            shape: [...shape.slice(0, -1), words ?? 1],
            macs: product([...shape, words ?? 1]),
            elementwise: 0,
          }
        : {
            op: "embedding",
            name: "embedding",
            shape: [...shape, width ?? 1],
            macs: 0,
            elementwise: 0,
            dtype: "float32",
          };
    return emit(keras, interp, layer, one(step), [input], weights);
  },
};

/** Preprocessing layers one behind the other. */
const PIPELINE: WrapperSpec = {
  init: "layers",
  call: (keras, interp, layer, inputs) =>
    (toItems(layer.attrs.get("layers")) ?? []).reduce<Value>(
      (value, each) => inner(keras, interp, each, value),
      inputs,
    ),
};

/** Keeps one vector for the largest singular value of the wrapped layer's kernel. */
const SPECTRAL: WrapperSpec = {
  init: "layer, power_iterations=1",
  call: (keras, interp, layer, inputs) => {
    const answer = inner(keras, interp, layer.attrs.get("layer"), inputs);
    const wrapped = layer.attrs.get("layer");
    const kernel =
      wrapped instanceof Instance
        ? (wrapped.attrs.get("kernel") ?? wrapped.attrs.get("embeddings"))
        : undefined;
    if (kernel instanceof Tensor && !isUnknown(kernel.shape) && stateOf(layer).weights.length === 0) {
      const shape = [1, kernel.shape.at(-1) ?? 1];
      addWeightTo(keras, interp, layer, { name: "vector_u", shape, trainable: false });
    }
    return answer;
  },
};

const WRAPPERS: Readonly<Record<string, WrapperSpec>> = {
  Bidirectional: BIDIRECTIONAL,
  TimeDistributed: TIME_DISTRIBUTED,
  RNN,
  StackedRNNCells: STACKED,
  Lambda: LAMBDA,
  SpectralNormalization: SPECTRAL,
  ReversibleEmbedding: REVERSIBLE,
  Pipeline: PIPELINE,
  Wrapper: {
    init: "layer",
    call: (keras, interp, layer, inputs) => inner(keras, interp, layer.attrs.get("layer"), inputs),
  },
};

export function defineWrappers(keras: Keras): readonly ClassValue[] {
  return Object.entries(WRAPPERS).map(([name, spec]) => wrapper(keras, name, spec));
}
