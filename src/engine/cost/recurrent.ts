/**
 * MACs and parameters of recurrent layers. A cell multiplies its input and its last state by one matrix each per
 * gate; MACs are per time step and sample.
 */
import { product, sum } from "./lift.ts";

export type RecurrentCell = "lstm" | "gru" | "rnn";

/** Bias vectors per gate: torch and a Keras GRU with `reset_after` keep two, other Keras layers one. */
export type GateBiases = 0 | 1 | 2;

export interface RecurrentSpec<U = never> {
  readonly cell: RecurrentCell;
  readonly inputSize: number | U;
  readonly hiddenSize: number | U;
  /** torch's `proj_size`: the state that is fed back and put out is this wide. */
  readonly projection?: number | U;
  readonly biases: GateBiases;
  readonly layers: number | U;
  readonly directions: 1 | 2;
}

export interface RecurrentCost<U = never> {
  /** Per time step and sample, all layers and directions. */
  readonly macsPerStep: number | U;
  readonly params: number | U;
}

const GATES: Readonly<Record<RecurrentCell, number>> = { lstm: 4, gru: 3, rnn: 1 };

/**
 * Stacked layers: each above the first reads the states of all directions of the one below.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 * https://keras.io/api/layers/recurrent_layers/gru/
 */
export function recurrentCost<U = never>(spec: RecurrentSpec<U>): RecurrentCost<U> {
  const { hiddenSize: hidden, layers } = spec;
  const state = spec.projection ?? hidden;
  const gates = GATES[spec.cell];
  const projection = spec.projection === undefined ? 0 : product([spec.projection, hidden]);
  const biases = product([spec.biases, gates, hidden]);
  const weights = (input: number | U): number | U =>
    sum([product([gates, hidden, input]), product([gates, hidden, state]), projection]);

  const first = weights(spec.inputSize);
  const above = weights(product([spec.directions, state]));
  const layersAbove = typeof layers === "number" ? layers - 1 : layers;
  return {
    macsPerStep: product([spec.directions, sum([first, product([layersAbove, above])])]),
    params: product([
      spec.directions,
      sum([first, product([layersAbove, above]), product([layers, biases])]),
    ]),
  };
}
