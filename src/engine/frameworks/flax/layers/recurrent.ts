/**
 * Recurrent cells, and a cell over a sequence.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#recurrent
 */
import { product, sum } from "../../../cost/lift.ts";
import { type RecurrentCell, recurrentCost } from "../../../cost/recurrent.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { toDim } from "../../rules/sizes.ts";
import { Layer, type LayerSpec, type LayerTable, type Weight } from "./spec.ts";

const OPTIONS = `gate_fn=None, activation_fn=None, kernel_init=None, recurrent_kernel_init=None, bias_init=None, dtype=None,
  param_dtype=None, carry_init=None, residual=False, promote_dtype=None, keep_rngs=True`;

interface CellKind {
  readonly cell: RecurrentCell;
  readonly gates: number;
  /** Bias vectors besides one a gate: a GRU has one for its hidden candidate. */
  readonly extraBiases: number;
  readonly states: 1 | 2;
}

const hidden = (l: Layer): Dim => l.dim(l.has("hidden_features") ? "hidden_features" : "features");

function weights(l: Layer, kind: CellKind): readonly Weight[] {
  const size = hidden(l);
  const wide = product<Unknown>([kind.gates, size]);
  return [
    { name: "input_kernel", shape: [l.inFeatures, wide] },
    { name: "recurrent_kernel", shape: [size, wide] },
    // nnx has one bias a gate.
    {
      name: "bias",
      shape: [
        sum<Unknown>([wide, l.has("hidden_features") ? 0 : product<Unknown>([kind.extraBiases, size])]),
      ],
    },
  ];
}

/** One step, or as many as the running sequence has. */
function step(l: Layer, kind: CellKind): Value {
  const input = l.input();
  const size = hidden(l);
  const { macsPerStep } = recurrentCost<Unknown>({
    cell: kind.cell,
    inputSize: l.inFeatures,
    hiddenSize: size,
    biases: 0,
    layers: 1,
    directions: 1,
  });
  const { shape } = input;
  const rows = isUnknown(shape) ? shape : product<Unknown>(shape.slice(0, -1));
  const out: Shape | Unknown = isUnknown(shape) ? shape : [...shape.slice(0, -1), size];
  const output = l.run.emit({
    op: "recurrent",
    inputs: [input],
    weights: l.weights("input_kernel", "recurrent_kernel", "bias"),
    shape: out,
    macs: product<Unknown>([rows, macsPerStep]),
  });
  const state = l.run.make(out);
  return new Tuple([kind.states === 2 ? new Tuple([state, output]) : output, output]);
}

function carry(l: Layer, states: 1 | 2): Value {
  const items = toItems(l.args.input_shape) ?? [];
  const shape = [...items.slice(0, -1).map(toDim), hidden(l)];
  const one = l.run.make(shape);
  return states === 2 ? new Tuple([one, l.run.make(shape)]) : one;
}

function cell(kind: CellKind): LayerSpec {
  return {
    fn: kind.cell,
    linen: `features, ${OPTIONS}`,
    nnx: `in_features, hidden_features, *, ${OPTIONS}`,
    weights: (l) => weights(l, kind),
    call: ["carry, inputs", (l) => step(l, kind)],
    methods: {
      initialize_carry: ["*args, **kwargs", (l) => carryFrom(l, kind.states)],
    },
  };
}

/** linen: `(rng, input_shape)`; nnx: `(input_shape, rngs)`. */
function carryFrom(l: Layer, states: 1 | 2): Value {
  const given = toItems(l.args.args) ?? [];
  const shape = given.find((value) => toItems(value) !== undefined);
  return carry(new Layer(l.run, l.access, { input_shape: shape }), states);
}

const LSTM: CellKind = { cell: "lstm", gates: 4, extraBiases: 0, states: 2 };

/** Runs its cell over the time axis, the one before the features (or before the batch with `time_major`). */
function sequence(l: Layer): Value {
  const input = l.input();
  const answer = l.interp.call(l.value("cell"), [null, input]);
  const [state, output] = toItems(answer) ?? [null, answer];
  const asked = l.args.return_carry;
  const both =
    l.interp.truthy(asked === null || asked === undefined ? l.value("return_carry") : asked) === true;
  return both ? new Tuple([lastStep(l, state ?? null), output]) : output;
}

/** States of the last step: a sequence's without its time axis. */
function lastStep(l: Layer, state: Value): Value {
  const items = toItems(state);
  if (items) return new Tuple(items.map((item) => lastStep(l, item)));
  if (!(state instanceof Tensor) || isUnknown(state.shape)) return state;
  return l.run.make(state.shape.toSpliced(-2, 1));
}

export const RECURRENT: LayerTable = {
  LSTMCell: cell(LSTM),
  OptimizedLSTMCell: cell(LSTM),
  GRUCell: cell({ cell: "gru", gates: 3, extraBiases: 1, states: 1 }),
  SimpleCell: cell({ cell: "rnn", gates: 1, extraBiases: 0, states: 1 }),
  RNN: {
    fn: "rnn",
    linen: `cell, cell_size=None, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1,
      variable_axes=None, variable_broadcast='params', variable_carry=False, split_rngs=None`,
    nnx: `cell, *, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1, broadcast_rngs=None, state_axes=None`,
    call: [
      "inputs, *, initial_carry=None, init_key=None, seq_lengths=None, return_carry=None, time_major=None, reverse=None, keep_order=None, rngs=None",
      sequence,
    ],
    layer: false,
  },
};
