/**
 * Recurrent cores and their unrolling. As in Haiku, an LSTM is one dense layer over input and state, a convolutional
 * one two convolutions.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#recurrent
 */

import { product, sum } from "../../cost/lift.ts";
import { recurrentCost } from "../../cost/recurrent.ts";
import type { Interp } from "../../interpret/interp.ts";
import { leavesOf } from "../../interpret/leaves.ts";
import type { Bound } from "../../interpret/native.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { slice, stacked } from "../flax/arrays/sequences.ts";
import type { Layer } from "../flax/layers/spec.ts";
import { toDim } from "../rules/sizes.ts";
import type { HaikuLayer, HaikuTable } from "./entry.ts";
import { made } from "./layers.ts";
import type { Find } from "./module.ts";

/** `LSTMState(hidden, cell)`. */
export function stateClass(interp: Interp): Value {
  const namedtuple = interp.getAttr(interp.importModule("collections"), "namedtuple");
  return interp.call(namedtuple, ["LSTMState", "hidden cell"]);
}

function lstmState(l: Layer, hidden: Value, cell: Value): Value {
  return l.interp.call(stateClass(l.interp), [hidden, cell]);
}

/** Zeros of one sample, or of a batch. */
function zeros(l: Layer, sizes: Shape): Tensor {
  const batch = l.args.batch_size;
  return l.run.make(batch === null || batch === undefined ? sizes : [toDim(batch), ...sizes]);
}

function split(value: Tensor, parts: number): Shape | Unknown {
  const { shape } = value;
  if (isUnknown(shape)) return shape;
  const last = shape.at(-1);
  return [...shape.slice(0, -1), typeof last === "number" ? last / parts : (last ?? 1)];
}

function lstm(l: Layer, find: Find): Value {
  const hidden = l.dim("hidden_size");
  const input = l.input();
  const { shape } = input;
  const joined: Shape | Unknown = isUnknown(shape)
    ? shape
    : [...shape.slice(0, -1), sum<Unknown>([shape.at(-1) ?? 1, hidden])];
  const both = l.run.make(joined);
  const gates = l.interp.call(made(l, find, "Linear", [product<Unknown>([4, hidden])]), [both]);
  const output = l.run.emit({ inputs: [l.run.tensor(gates)], shape: split(l.run.tensor(gates), 4) });
  return new Tuple([output, lstmState(l, output, l.run.make(output.shape))]);
}

function convLstm(l: Layer, find: Find): Value {
  const state = l.args.state;
  const hidden = state === null || state === undefined ? null : l.interp.getAttr(state, "hidden");
  const conv = (name: string): Value =>
    made(l, find, "ConvND", [l.value("num_spatial_dims")], {
      output_channels: product<Unknown>([4, l.dim("output_channels")]),
      kernel_shape: l.value("kernel_shape"),
      name,
    });
  const fromInput = l.interp.call(conv("input_to_hidden"), [l.args.inputs]);
  const fromState = l.interp.call(conv("hidden_to_hidden"), [hidden]);
  const gates = [l.run.tensor(fromInput), l.run.tensor(fromState)];
  const output = l.run.emit({ inputs: gates, shape: split(gates[0]!, 4) });
  return new Tuple([output, lstmState(l, output, l.run.make(output.shape))]);
}

function gru(l: Layer): Value {
  const input = l.input();
  const hidden = l.dim("hidden_size");
  const { shape } = input;
  const { macsPerStep } = recurrentCost<Unknown>({
    cell: "gru",
    inputSize: isUnknown(shape) ? shape : (shape.at(-1) ?? 1),
    hiddenSize: hidden,
    biases: 0,
    layers: 1,
    directions: 1,
  });
  const output = l.run.emit({
    op: "recurrent",
    inputs: [input],
    weights: l.weights("w_i", "w_h", "b"),
    shape: isUnknown(shape) ? shape : [...shape.slice(0, -1), hidden],
    macs: isUnknown(shape) ? shape : product<Unknown>([...shape.slice(0, -1), macsPerStep]),
  });
  return new Tuple([output, output]);
}

function vanilla(l: Layer, find: Find): Value {
  const size = l.value("hidden_size");
  const input = l.interp.call(made(l, find, "Linear", [size]), [l.args.inputs]);
  const state = l.interp.call(made(l, find, "Linear", [size], { with_bias: l.value("double_bias") }), [
    l.args.prev_state,
  ]);
  const output = l.interp.binary("+", input, state);
  return new Tuple([output, output]);
}

/** Cores take a state and give one; other layers and functions stand between them. */
function isCore(value: Value): value is Instance {
  return value instanceof Instance && value.cls.mro.some(({ qualname }) => qualname === "haiku.RNNCore");
}

function deep(l: Layer): Value {
  const states = toItems(l.args.state) ?? [];
  const next: Value[] = [];
  let current = l.args.inputs;
  for (const layer of toItems(l.value("layers")) ?? []) {
    const answer = l.interp.call(layer, isCore(layer) ? [current, states[next.length] ?? null] : [current]);
    const pair = isCore(layer) ? toItems(answer) : undefined;
    current = pair ? pair[0] : answer;
    if (isCore(layer)) next.push(pair?.[1] ?? null);
  }
  return new Tuple([current, new Tuple(next)]);
}

const deepState = (l: Layer): Value =>
  new Tuple(
    (toItems(l.value("layers")) ?? [])
      .filter(isCore)
      .map((core) => l.interp.callMethod(core, "initial_state", [l.args.batch_size ?? null])),
  );

function core(entry: Omit<HaikuLayer, "methods">, state: (l: Layer) => Value): HaikuLayer {
  return { base: "RNNCore", ...entry, methods: { initial_state: ["batch_size=None", state] } };
}

function convCore(rank: number | undefined): HaikuLayer {
  const own = "input_shape, output_channels, kernel_shape";
  return core(
    {
      fn: "conv_lstm",
      make: rank === undefined ? `num_spatial_dims, ${own}` : own,
      layer: false,
      ...(rank !== undefined && { parts: (self: Instance) => void self.attrs.set("num_spatial_dims", rank) }),
      call: ["inputs, state", convLstm],
    },
    (l) => {
      const shape = [...(toItems(l.value("input_shape")) ?? []).map(toDim), l.dim("output_channels")];
      return lstmState(l, zeros(l, shape), zeros(l, shape));
    },
  );
}

const hidden = (l: Layer): Shape => [l.dim("hidden_size")];

export const RECURRENT: HaikuTable = {
  RNNCore: {
    fn: "rnn_core",
    make: "",
    layer: false,
    call: ["*args", (l) => l.interp.unknown("an abstract core")],
  },
  LSTM: core({ fn: "lstm", make: "hidden_size", layer: false, call: ["inputs, prev_state", lstm] }, (l) =>
    lstmState(l, zeros(l, hidden(l)), zeros(l, hidden(l))),
  ),
  GRU: core(
    {
      fn: "gru",
      make: "hidden_size, w_i_init=None, w_h_init=None, b_init=None",
      weights: (l) => {
        const { shape } = l.input();
        const gates: Dim = product<Unknown>([3, l.dim("hidden_size")]);
        return [
          { name: "w_i", shape: [isUnknown(shape) ? shape : (shape.at(-1) ?? 1), gates] },
          { name: "w_h", shape: [l.dim("hidden_size"), gates] },
          { name: "b", shape: [gates] },
        ];
      },
      call: ["inputs, state", gru],
    },
    (l) => zeros(l, hidden(l)),
  ),
  VanillaRNN: core(
    { fn: "rnn", make: "hidden_size, double_bias=True", layer: false, call: ["inputs, prev_state", vanilla] },
    (l) => zeros(l, hidden(l)),
  ),
  ConvNDLSTM: convCore(undefined),
  Conv1DLSTM: convCore(1),
  Conv2DLSTM: convCore(2),
  Conv3DLSTM: convCore(3),
  DeepRNN: core({ fn: "deep_rnn", make: "layers", layer: false, call: ["inputs, state", deep] }, deepState),
  ResetCore: core(
    {
      fn: "reset_core",
      make: "core",
      layer: false,
      call: [
        "inputs, state",
        (l) => l.interp.call(l.value("core"), [toItems(l.args.inputs)?.[0] ?? l.args.inputs, l.args.state]),
      ],
    },
    (l) => l.interp.callMethod(l.value("core"), "initial_state", [l.args.batch_size ?? null]),
  ),
  IdentityCore: core(
    {
      fn: "identity_core",
      make: "",
      layer: false,
      call: ["inputs, state", (l) => new Tuple([l.args.inputs, l.args.state])],
    },
    () => new Tuple([]),
  ),
};

/** `hk.dynamic_unroll` and `hk.static_unroll`: the core once a step of the sequence. */
export function unroll(a: Bound, interp: Interp): Value {
  const sequence = a.input_sequence;
  const timeAxis = a.time_major === false ? 1 : 0;
  const first = firstTensor(sequence);
  const steps = first && !isUnknown(first.shape) ? first.shape[timeAxis] : undefined;
  if (typeof steps !== "number" || !interp.allows(steps)) {
    interp.gap("a core is unrolled over a sequence of unknown length");
    return interp.unknown("a sequence of unknown length");
  }
  const everyBatch = interp.call(interp.builtin("slice"), [null]);
  const step = (value: Value, index: number): Value => {
    if (timeAxis === 0 || !(value instanceof Tensor)) return slice(interp, value, index);
    return interp.getItem(value, new Tuple([everyBatch, index]));
  };
  let state = a.initial_state;
  let output: Value = null;
  for (let i = 0; i < steps; i++) {
    const answer = toItems(interp.call(a.core, [step(sequence, i), state]));
    if (!answer) return interp.unknown("a core that gives no output and state");
    [output, state] = answer;
  }
  return new Tuple([
    alongTime(output, steps, timeAxis),
    a.return_all_states === true ? stacked(state, steps) : state,
  ]);
}

function firstTensor(value: Value): Tensor | undefined {
  return leavesOf(value).find((leaf) => leaf instanceof Tensor);
}

function alongTime(value: Value, steps: number, axis: number): Value {
  const whole = stacked(value, steps);
  if (axis === 0 || !(whole instanceof Tensor) || isUnknown(whole.shape)) return whole;
  const [time = 1, batch = 1, ...rest] = whole.shape;
  whole.shape = [batch, time, ...rest];
  return whole;
}
