/** Recurrent layers and their cells: one product with the input and one with the state, per gate and time step. */

import { sameOutputSize, validOutputSize } from "../../cost/geometry.ts";
import { product, sum } from "../../cost/lift.ts";
import { type RecurrentCell, recurrentCost } from "../../cost/recurrent.ts";
import type { Count } from "../../interpret/trace.ts";
import { type Dim, isUnknown, type Shape, Unknown } from "../../interpret/values.ts";
import { count, type TakenTable } from "../rules/possible.ts";
import { showShape } from "../shape/dims.ts";
import {
  type Config,
  channelsOf,
  first,
  KERAS,
  type KnownOrNot,
  type LayerRule,
  one,
  type Ruling,
  type WeightSpec,
} from "./rule.ts";

const GATES: Readonly<Record<RecurrentCell, number>> = { lstm: 4, gru: 3, rnn: 1 };
const CELL =
  "units, activation='tanh', recurrent_activation='sigmoid', use_bias=True, reset_after=True, dropout=0.0, recurrent_dropout=0.0";
const LAYER = `${CELL}, return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, time_major=False`;

/** No Keras makes an int of a float here. */
const WIDTHS: TakenTable = { units: count(1), filters: count(1) };

/** A GRU that resets after the product keeps two biases a gate. */
function biases(config: Config, cell: RecurrentCell): 0 | 1 | 2 {
  if (!config.flag("use_bias")) return 0;
  return cell === "gru" && config.flag("reset_after") ? 2 : 1;
}

function weights(cell: RecurrentCell): NonNullable<LayerRule["weights"]> {
  return (c, [input = []]) => {
    const units = c.dim("units");
    const wide = product([GATES[cell], units]);
    const count = biases(c, cell);
    const bias: Shape = count === 2 ? [2, wide] : [wide];
    return [
      {
        name: "kernel",
        shape: [input.at(-1) ?? new Unknown("an input without axes"), wide],
        trainable: true,
      },
      { name: "recurrent_kernel", shape: [units, wide], trainable: true },
      ...(count === 0 ? [] : [{ name: "bias", shape: bias, trainable: true }]),
    ];
  };
}

function macsPerStep(c: Config, cell: RecurrentCell, inputSize: Dim): Count {
  return recurrentCost({ cell, inputSize, hiddenSize: c.dim("units"), biases: 0, layers: 1, directions: 1 })
    .macsPerStep;
}

function layer(cell: RecurrentCell, page: string): LayerRule {
  const name = page;
  return {
    signature: LAYER,
    taken: WIDTHS,
    docs: `${KERAS}/recurrent_layers/${page}/`,
    weights: weights(cell),
    run: (c, inputs) => {
      const input = first(inputs);
      if (isUnknown(input)) return one({ op: "recurrent", name, shape: input, macs: input, elementwise: 0 });
      if (input.length !== 3) {
        const problem = `expects an input with 3 axes (batch, time, features), gets ${input.length}`;
        const lost = new Unknown(problem);
        return one({ op: "recurrent", name, shape: lost, macs: lost, elementwise: 0 }, problem);
      }
      const timeMajor = c.flag("time_major");
      const [outer = 1, inner = 1, features = 1] = input;
      const [batch, time] = timeMajor ? [inner, outer] : [outer, inner];
      const state: Shape = [batch, c.dim("units")];
      const shape = c.flag("return_sequences") ? [outer, inner, c.dim("units")] : state;
      const macs = product([batch, time, macsPerStep(c, cell, features)]);
      const step = {
        op: "recurrent",
        name,
        shape,
        macs,
        elementwise: 0,
        ...(timeMajor && { batchAxis: 1 }),
      } as const;
      return withStates(c, { steps: [step] }, new Array<Shape>(cell === "lstm" ? 2 : 1).fill(state));
    },
  };
}

function withStates(config: Config, ruling: Ruling, states: readonly KnownOrNot[]): Ruling {
  return config.flag("return_state") ? { ...ruling, states } : ruling;
}

function cellRule(cell: RecurrentCell, page: string): LayerRule {
  return {
    signature: CELL,
    taken: WIDTHS,
    docs: `${KERAS}/recurrent_layers/${page}/`,
    weights: weights(cell),
    run: (c, inputs) => {
      const input = first(inputs);
      const batch = isUnknown(input) ? input : (input[0] ?? 1);
      const features = isUnknown(input) ? input : (input.at(-1) ?? 1);
      const state: Shape = [batch, c.dim("units")];
      const macs = product([batch, macsPerStep(c, cell, features)]);
      return {
        steps: [{ op: "recurrent", name: page, shape: state, macs, elementwise: 0 }],
        states: new Array<Shape>(cell === "lstm" ? 2 : 1).fill(state),
      };
    },
  };
}

const CONV_CELL =
  "filters, kernel_size, strides=1, padding='valid', data_format=None, dilation_rate=1, activation='tanh', recurrent_activation='sigmoid', use_bias=True";

function convWeights(c: Config, spatial: number, image: Shape): readonly WeightSpec[] {
  const filters = c.dim("filters");
  const gates = product([4, filters]);
  const kernel = c.dims("kernel_size", spatial);
  const specs: WeightSpec[] = [
    { name: "kernel", shape: [...kernel, channelsOf(c, image), gates], trainable: true },
    { name: "recurrent_kernel", shape: [...kernel, filters, gates], trainable: true },
  ];
  return c.flag("use_bias") ? [...specs, { name: "bias", shape: [gates], trainable: true }] : specs;
}

/** One step on images: the state, and the MACs of both products, which are convolutions of all four gates. */
function convStep(c: Config, spatial: number, image: Shape): { readonly state: Shape; readonly macs: Count } {
  const [batch = 1] = image;
  const start = c.channels === "first" ? 2 : 1;
  const [kernel, stride, dilation] = [
    c.dims("kernel_size", spatial),
    c.dims("strides", spatial),
    c.dims("dilation_rate", spatial),
  ];
  const same = c.text("padding") === "same";
  const sizes = image
    .slice(start, start + spatial)
    .map((size, axis) =>
      same
        ? sameOutputSize(size, stride[axis] ?? 1)
        : validOutputSize(size, kernel[axis] ?? 1, stride[axis] ?? 1, dilation[axis] ?? 1),
    );
  const filters = c.dim("filters");
  return {
    state: [batch, ...(c.channels === "first" ? [filters, ...sizes] : [...sizes, filters])],
    macs: product([batch, ...sizes, ...kernel, 4, filters, sum([channelsOf(c, image), filters])]),
  };
}

function misfit(input: KnownOrNot, axes: number, name: string): Ruling {
  const lost = isUnknown(input)
    ? input
    : new Unknown(`expects an input with ${axes} axes, gets ${input.length}`);
  const problem = isUnknown(input) ? undefined : lost.reason;
  return one({ op: "recurrent", name, shape: lost, macs: lost, elementwise: 0 }, problem);
}

/** Convolutional LSTM over images (batch, time, …). */
const convLstm = (spatial: number): LayerRule => {
  const name = `conv_lstm${spatial}d`;
  const imageOf = ([batch = 1, , ...rest]: Shape): Shape => [batch, ...rest];
  return {
    signature: `${CONV_CELL}, return_sequences=False, return_state=False`,
    taken: WIDTHS,
    docs: `${KERAS}/recurrent_layers/${name}/`,
    weights: (c, [input = []]) => convWeights(c, spatial, imageOf(input)),
    run: (c, inputs) => {
      const input = first(inputs);
      if (isUnknown(input) || input.length !== spatial + 3) return misfit(input, spatial + 3, name);
      const [batch = 1, time = 1] = input;
      const { state, macs } = convStep(c, spatial, imageOf(input));
      const shape = c.flag("return_sequences") ? [batch, time, ...state.slice(1)] : state;
      const step = { op: "recurrent", name, shape, macs: product([time, macs]), elementwise: 0 } as const;
      const isEmpty = state.some((size) => typeof size === "number" && size <= 0);
      const problem = isEmpty ? `cannot slide its kernel over ${showShape(imageOf(input))}` : undefined;
      return withStates(c, { steps: [step], ...(problem !== undefined && { problem }) }, [state, state]);
    },
  };
};

const convLstmCell = (spatial: number): LayerRule => {
  const name = `conv_lstm${spatial}d_cell`;
  return {
    signature: CONV_CELL,
    taken: WIDTHS,
    docs: `${KERAS}/recurrent_layers/conv_lstm${spatial}d/`,
    weights: (c, [input = []]) => convWeights(c, spatial, input),
    run: (c, inputs) => {
      const input = first(inputs);
      if (isUnknown(input) || input.length !== spatial + 2) return misfit(input, spatial + 2, name);
      const { state, macs } = convStep(c, spatial, input);
      return {
        steps: [{ op: "recurrent", name, shape: state, macs, elementwise: 0 }],
        states: [state, state],
      };
    },
  };
};

export const RECURRENT: Readonly<Record<string, LayerRule>> = {
  LSTM: layer("lstm", "lstm"),
  GRU: layer("gru", "gru"),
  SimpleRNN: layer("rnn", "simple_rnn"),
  LSTMCell: cellRule("lstm", "lstm_cell"),
  GRUCell: cellRule("gru", "gru_cell"),
  SimpleRNNCell: cellRule("rnn", "simple_rnn_cell"),
  ConvLSTM2DCell: convLstmCell(2),
  ConvLSTM1D: convLstm(1),
  ConvLSTM2D: convLstm(2),
  ConvLSTM3D: convLstm(3),
};
