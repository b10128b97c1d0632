/**
 * RNN, LSTM, GRU and their cells.
 * https://docs.pytorch.org/docs/stable/nn.html#recurrent-layers
 */
import { product } from "../../../cost/lift.ts";
import { type RecurrentCell, type RecurrentSpec, recurrentCost } from "../../../cost/recurrent.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  type Tensor,
  Tuple,
  toNumber,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { differ } from "../../rules/sizes.ts";
import { showShape } from "../../shape/dims.ts";
import type { Build, LayerSpec } from "./layer.ts";
import type { Op } from "./op.ts";
import { tableEntries } from "./tables.ts";

const GATES: Readonly<Record<RecurrentCell, number>> = { lstm: 4, gru: 3, rnn: 1 };

/** Parameters in torch's order and by its names: `weight_ih_l0`, `bias_hh_l1_reverse`, `weight_hr_l0`. */
function buildStack(b: Build, cell: RecurrentCell): void {
  b.set(
    "mode",
    { lstm: "LSTM", gru: "GRU", rnn: `RNN_${String(b.args.nonlinearity ?? "tanh").toUpperCase()}` }[cell],
  );
  if (b.args.proj_size === undefined) b.set("proj_size", 0);
  const hidden = b.dim("hidden_size");
  const declared = b.args.proj_size === undefined ? 0 : b.dim("proj_size");
  const problem = projectionProblem(declared, hidden);
  const projection = problem === undefined ? declared : b.interp.unknown(problem);
  if (problem !== undefined) {
    b.interp.fail("ValueError", problem, { severity: "error", code: "impossible-size" });
    b.interp.gap(problem);
    b.set("proj_size", b.interp.unknown(problem));
  }
  const state = projection === 0 ? hidden : projection;
  const gates = product([GATES[cell], hidden]);
  const directions = b.flag("bidirectional", false) ? 2 : 1;
  const given = toNumber(b.args.num_layers);
  const layers = given !== undefined && b.interp.allows(given) ? given : undefined;
  if (given === undefined) b.interp.gap("the number of recurrent layers is not known");
  for (let layer = 0; layer < (layers ?? 1); layer++) {
    for (let direction = 0; direction < directions; direction++) {
      const suffix = `l${layer}${direction === 1 ? "_reverse" : ""}`;
      const input = layer === 0 ? b.dim("input_size") : product([directions, state]);
      b.parameter(`weight_ih_${suffix}`, [gates, input]);
      b.parameter(`weight_hh_${suffix}`, [gates, state]);
      if (b.flag("bias", true)) {
        b.parameter(`bias_ih_${suffix}`, [gates]);
        b.parameter(`bias_hh_${suffix}`, [gates]);
      }
      if (projection !== 0) b.parameter(`weight_hr_${suffix}`, [projection, hidden]);
    }
  }
}

function projectionProblem(projection: Dim, hidden: Dim): string | undefined {
  if (typeof projection !== "number" || typeof hidden !== "number") return undefined;
  if (projection < 0) return "proj_size should be a positive integer or zero to disable projections";
  return projection >= hidden ? "proj_size has to be smaller than hidden_size" : undefined;
}

function runStack(op: Op, cell: RecurrentCell, value: Value): Value {
  const input = op.tensor(value);
  const hidden = op.dim("hidden_size");
  const inputSize = op.dim("input_size");
  const projection = op.dim("proj_size");
  const projected = projection !== 0;
  const state = projected ? projection : hidden;
  const directions = op.flag(op.attr("bidirectional"), false) ? 2 : 1;
  const layers = op.dim("num_layers");
  const samples = op.sampleAxis();
  const spec: RecurrentSpec<Unknown> = {
    cell,
    inputSize,
    hiddenSize: hidden,
    biases: op.flag(op.attr("bias"), true) ? 2 : 0,
    layers,
    directions,
    ...(projected ? { projection } : {}),
  };
  const { macsPerStep } = recurrentCost(spec);
  const { shape } = input;
  const lead: Shape = isUnknown(shape) ? [shape, shape] : shape.slice(0, -1);
  const batch: Shape = lead.length < 2 ? [] : [isUnknown(samples) ? samples : (lead[samples] ?? 1)];
  const stacked = product([directions, layers]);
  const last = (size: Dim): Tensor => op.make([stacked, ...batch, size]);
  const states = cell === "lstm" ? [last(state), last(hidden)] : [last(state)];
  const features = isUnknown(shape) ? undefined : shape.at(-1);
  const badRank = !isUnknown(shape) && shape.length !== 2 && shape.length !== 3;
  const output = op.emit({
    op: "recurrent",
    inputs: [input],
    batchAxis: lead.length < 2 || isUnknown(samples) ? null : samples,
    shape: [...lead, product([directions, state])],
    extra: states,
    weights: weightsOf(op),
    macs: product([...lead, macsPerStep]),
    problem: badRank
      ? `expects an input with 2 or 3 axes, gets ${showShape(shape)}`
      : features !== undefined && differ(features, inputSize)
        ? `expects ${inputSize} features, gets ${features}`
        : undefined,
  });
  return new Tuple([output, states.length === 2 ? new Tuple(states) : states[0]]);
}

function weightsOf(op: Op): Tensor[] {
  const weights = op.layer ? tableEntries(op.layer, "_parameters").map(([, value]) => value) : [];
  return weights.filter((value): value is Tensor => typeof value === "object" && value?.kind === "tensor");
}

function buildCell(b: Build, cell: RecurrentCell): void {
  const gates = product([GATES[cell], b.dim("hidden_size")]);
  b.parameter("weight_ih", [gates, b.dim("input_size")]);
  b.parameter("weight_hh", [gates, b.dim("hidden_size")]);
  const bias = b.flag("bias", true);
  b.parameter("bias_ih", bias ? [gates] : null);
  b.parameter("bias_hh", bias ? [gates] : null);
}

function runCell(op: Op, cell: RecurrentCell, value: Value): Value {
  const input = op.tensor(value);
  const hiddenSize = op.dim("hidden_size");
  const inputSize = op.dim("input_size");
  const { macsPerStep } = recurrentCost<Unknown>({
    cell,
    inputSize,
    hiddenSize,
    biases: 2,
    layers: 1,
    directions: 1,
  });
  const lead: Shape = isUnknown(input.shape) ? [input.shape] : input.shape.slice(0, -1);
  const features = isUnknown(input.shape) ? undefined : input.shape.at(-1);
  const shape = [...lead, hiddenSize];
  const extra = cell === "lstm" ? [op.make(shape)] : [];
  const output = op.emit({
    op: "recurrent",
    inputs: [input],
    batchAxis: lead.length < 1 ? null : 0,
    shape,
    extra,
    weights: weightsOf(op),
    macs: product([...lead, macsPerStep]),
    problem:
      features !== undefined && differ(features, inputSize)
        ? `expects ${inputSize} features, gets ${features}`
        : undefined,
  });
  return cell === "lstm" ? new Tuple([output, ...extra]) : output;
}

const COMMON = "bias=True, batch_first=False, dropout=0.0, bidirectional=False";

function stack(name: string, cell: RecurrentCell, init: string): LayerSpec {
  return {
    name,
    home: "rnn",
    base: "RNNBase",
    init: `${init}, device=None, dtype=None`,
    build: (b) => buildStack(b, cell),
    forward: ["input, hx=None", (op, a) => runStack(op, cell, a.input)],
    fn: cell,
  };
}

function cellLayer(name: string, cell: RecurrentCell, extra = ""): LayerSpec {
  return {
    name,
    home: "rnn",
    base: "RNNCellBase",
    init: `input_size, hidden_size, bias=True${extra}, device=None, dtype=None`,
    hidden: [],
    build: (b) => buildCell(b, cell),
    forward: ["input, hx=None", (op, a) => runCell(op, cell, a.input)],
    fn: `${cell}_cell`,
  };
}

export const RECURRENT_LAYERS: readonly LayerSpec[] = [
  { name: "RNNBase", home: "rnn", methods: { flatten_parameters: ["", () => null] } },
  { name: "RNNCellBase", home: "rnn" },
  stack("RNN", "rnn", `input_size, hidden_size, num_layers=1, nonlinearity='tanh', ${COMMON}`),
  stack("LSTM", "lstm", `input_size, hidden_size, num_layers=1, ${COMMON}, proj_size=0`),
  stack("GRU", "gru", `input_size, hidden_size, num_layers=1, ${COMMON}`),
  cellLayer("RNNCell", "rnn", ", nonlinearity='tanh'"),
  cellLayer("LSTMCell", "lstm"),
  cellLayer("GRUCell", "gru"),
];
