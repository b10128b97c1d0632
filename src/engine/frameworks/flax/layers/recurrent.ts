/**
 * Recurrent cells, and a cell over a sequence.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#recurrent
 */

import { entryOf } from "../../../base/table.ts";
import { product, sum } from "../../../cost/lift.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  type Kwargs,
  NO_KWARGS,
  type Shape,
  Tensor,
  Tuple,
  toItems,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type ConvRule, convolution } from "../../rules/convolution.ts";
import { toDim } from "../../rules/sizes.ts";
import { sliceAlong, stackedAlong } from "../arrays/sequences.ts";
import { paddingOf } from "./conv.ts";
import { Layer, type LayerSpec, type LayerTable, type Weight } from "./spec.ts";

const OPTIONS = `gate_fn=None, activation_fn=None, kernel_init=None, recurrent_kernel_init=None, bias_init=None, dtype=None,
  param_dtype=None, carry_init=None, residual=False, promote_dtype=None, keep_rngs=True`;

/** A sequence that is run at once says that its samples are not in front. */
const STEP = "carry, inputs, batch_axis=None";

function batchAxis(l: Layer): number | undefined {
  const axis = entryOf(l.args, "batch_axis");
  return typeof axis === "number" ? axis : undefined;
}

interface CellKind {
  readonly cell: string;
  readonly gates: number;
  /** Bias vectors besides one a gate: a GRU has one for its hidden candidate. */
  readonly extraBiases: number;
  readonly states: 1 | 2;
}

/** linen's cells are as wide as the state that they are given. */
function hidden(l: Layer): Dim {
  if (l.has("hidden_features")) return l.dim("hidden_features");
  const { carry: state } = l.args;
  const given = toItems(state ?? null)?.at(-1) ?? state;
  const last = given instanceof Tensor && !isUnknown(given.shape) ? given.shape.at(-1) : undefined;
  return typeof last === "number" ? last : l.dim("features");
}

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
  const macsPerStep = product<Unknown>([kind.gates, size, sum<Unknown>([l.inFeatures, size])]);
  const { shape } = input;
  const rows = isUnknown(shape) ? shape : product<Unknown>(shape.slice(0, -1));
  const out: Shape | Unknown = isUnknown(shape) ? shape : [...shape.slice(0, -1), size];
  const output = l.run.emit({
    op: "recurrent",
    inputs: [input],
    weights: l.weights("input_kernel", "recurrent_kernel", "bias"),
    shape: out,
    macs: product<Unknown>([rows, macsPerStep]),
    batchAxis: batchAxis(l),
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
    call: [STEP, (l) => step(l, kind)],
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

/** Cells of Flax take a whole sequence at once; the program's own run once a step. */
function isOwn(cell: Value): boolean {
  return cell instanceof Instance && /^flax\.(linen|nnx)\.\w+Cell$/.test(cell.cls.qualname ?? "");
}

/** Axes of one sample of one step: a convolution's besides the channels. */
function featureAxes(cell: Value): number {
  const kernel = cell instanceof Instance ? toItems(cell.attrs.get("kernel_size") ?? null) : undefined;
  return (kernel?.length ?? 0) + 1;
}

function option(l: Layer, name: string): boolean {
  const asked = entryOf(l.args, name);
  const truth = l.interp.truthy(asked === null || asked === undefined ? l.value(name) : asked);
  if (isUnknown(truth)) l.interp.gap(truth.reason);
  return truth === true;
}

/** Runs its cell over the time axis, the one before the features (or before the batch with `time_major`). */
function sequence(l: Layer): Value {
  const input = l.input();
  const cell = l.value("cell");
  const { shape } = input;
  const before = isUnknown(shape) ? 0 : shape.length - featureAxes(cell) - 1;
  const isTimeMajor = option(l, "time_major");
  const axis = isTimeMajor ? 0 : before;
  const told: Kwargs = isTimeMajor ? new Map([["batch_axis", 1]]) : NO_KWARGS;
  const [state, output] =
    isOwn(cell) || isUnknown(shape)
      ? (toItems(l.interp.call(cell, [l.args.initial_carry ?? null, input], told)) ?? [null, null])
      : stepwise(l, cell, input, shape, axis);
  const carry = isOwn(cell) ? lastStep(l, state ?? null, axis) : (state ?? null);
  return option(l, "return_carry") ? new Tuple([carry, output]) : output;
}

function stepwise(l: Layer, cell: Value, input: Tensor, shape: Shape, axis: number): readonly Value[] {
  const { interp } = l;
  const steps = shape[axis];
  if (typeof steps !== "number" || !interp.allows(steps)) {
    interp.gap("a cell runs over a sequence of unknown length");
    return [null, interp.unknown("a sequence of unknown length")];
  }
  const given = l.args.initial_carry;
  const sample = new Tuple(shape.toSpliced(axis, 1));
  const key = l.run.make([2], "uint32");
  const isLinen = l.access.self.cls.qualname?.startsWith("flax.linen") === true;
  let state =
    given === null || given === undefined
      ? interp.callMethod(cell, "initialize_carry", isLinen ? [key, sample] : [sample, null])
      : given;
  let output: Value = null;
  for (let i = 0; i < steps; i++) {
    const answer = toItems(interp.call(cell, [state, sliceAlong(interp, input, axis, i)]));
    if (!answer) return [state, interp.unknown("a cell that gives no state and output")];
    [state, output] = answer;
  }
  return [state, stackedAlong(output, steps, axis)];
}

/** States of the last step: a sequence's without its time axis. */
function lastStep(l: Layer, state: Value, axis: number): Value {
  const items = toItems(state);
  if (items) return new Tuple(items.map((item) => lastStep(l, item, axis)));
  if (!(state instanceof Tensor) || isUnknown(state.shape)) return state;
  return l.run.make(state.shape.toSpliced(axis, 1));
}

/** One over the sequence and one from its end, their outputs joined. */
function bidirectional(l: Layer): Value {
  const parts = ["forward_rnn", "backward_rnn"].map((name) => {
    const options = new Map<string, Value>([
      ["return_carry", true],
      ["time_major", option(l, "time_major")],
    ]);
    return toItems(l.interp.call(l.value(name), [l.args.inputs], options)) ?? [null, null];
  });
  const [forward, backward] = parts.map(([, output]) => l.run.tensor(output));
  const merge = l.value("merge_fn");
  const shape = isUnknown(forward!.shape)
    ? forward!.shape
    : isUnknown(backward!.shape)
      ? backward!.shape
      : [
          ...forward!.shape.slice(0, -1),
          sum<Unknown>([forward!.shape.at(-1) ?? 0, backward!.shape.at(-1) ?? 0]),
        ];
  const output =
    merge === null
      ? l.run.emit({ inputs: [forward!, backward!], shape })
      : l.interp.call(merge, [forward, backward]);
  return option(l, "return_carry") ? new Tuple([new Tuple(parts.map(([carry]) => carry)), output]) : output;
}

// ------------------------------------------------------------- convolutional

function convRule(l: Layer, inChannels: Dim): ConvRule {
  const spatial = l.list("kernel_size").length;
  const kernel = l.dims("kernel_size", spatial);
  const dilation = kernel.map(() => 1);
  return {
    spatial,
    channels: "last",
    kernel,
    stride: l.dims("strides", spatial),
    dilation,
    padding: paddingOf(l.value("padding"), kernel, dilation),
    inChannels,
    outChannels: product<Unknown>([4, l.dim("features")]),
    groups: 1,
    bias: l.flag("use_bias", true),
    batchAxes: [0, 6],
  };
}

function convWeights(l: Layer): readonly Weight[] {
  const wide = product<Unknown>([4, l.dim("features")]);
  return (
    [
      ["ih", l.inFeatures],
      ["hh", l.dim("features")],
    ] as const
  ).flatMap(([name, channels]) => [
    { name: `${name}_kernel`, shape: [...l.list("kernel_size"), channels, wide] },
    ...(l.flag("use_bias", true) ? [{ name: `${name}_bias`, shape: [wide] }] : []),
  ]);
}

/** Two convolutions, over the input and over the state. */
function convStep(l: Layer): Value {
  const input = l.input();
  const fromInput = convolution(input.shape, convRule(l, l.inFeatures));
  const own = (shape: Shape | Unknown): Shape | Unknown =>
    isUnknown(shape) ? shape : [...shape.slice(0, -1), l.dim("features")];
  const fromState = convolution(own(fromInput.shape), convRule(l, l.dim("features")));
  const output = l.run.emit({
    op: "recurrent",
    inputs: [input],
    weights: l.weights("ih_kernel", "ih_bias", "hh_kernel", "hh_bias"),
    shape: own(fromInput.shape),
    macs: sum<Unknown>([fromInput.macs, fromState.macs]),
    problem: fromInput.problem,
    batchAxis: batchAxis(l),
  });
  return new Tuple([new Tuple([l.run.make(output.shape), output]), output]);
}

const SEQUENCE =
  "inputs, *, initial_carry=None, init_key=None, seq_lengths=None, return_carry=None, time_major=None, reverse=None, keep_order=None, rngs=None";

export const RECURRENT: LayerTable = {
  /** The base of the program's own cells. */
  RNNCellBase: {
    fn: "cell",
    linen: "",
    nnx: "",
    call: ["*args, **kwargs", (l) => l.interp.unknown("an abstract cell")],
    layer: false,
  },
  LSTMCell: cell(LSTM),
  OptimizedLSTMCell: cell(LSTM),
  GRUCell: cell({ cell: "gru", gates: 3, extraBiases: 1, states: 1 }),
  MGUCell: cell({ cell: "mgu", gates: 2, extraBiases: 1, states: 1 }),
  SimpleCell: cell({ cell: "rnn", gates: 1, extraBiases: 0, states: 1 }),
  ConvLSTMCell: {
    fn: "conv_lstm",
    linen: `features, kernel_size, strides=None, padding='SAME', use_bias=True, dtype=None, param_dtype=None, carry_init=None`,
    weights: convWeights,
    call: [STEP, convStep],
    methods: {
      initialize_carry: [
        "rng, input_shape",
        (l) => {
          const shape = [...(toItems(l.args.input_shape) ?? []).slice(0, -1).map(toDim), l.dim("features")];
          return new Tuple([l.run.make(shape), l.run.make(shape)]);
        },
      ],
    },
  },
  RNN: {
    fn: "rnn",
    linen: `cell, cell_size=None, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1,
      variable_axes=None, variable_broadcast='params', variable_carry=False, split_rngs=None`,
    nnx: `cell, *, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1, broadcast_rngs=None, state_axes=None`,
    call: [SEQUENCE, sequence],
    layer: false,
  },
  Bidirectional: {
    fn: "bidirectional",
    linen: "forward_rnn, backward_rnn, merge_fn=None, time_major=False, return_carry=False",
    nnx: "forward_rnn, backward_rnn, *, merge_fn=None, time_major=False, return_carry=False",
    call: [SEQUENCE, bidirectional],
    layer: false,
  },
};
