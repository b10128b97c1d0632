/**
 * Recurrent layers over cells: `rnn({cell})` and `stackedRNNCells`. Where all cells are the library's, one row has
 * the whole sequence; a cell of the program is called for each time step, as the library does.
 */
import { product, sum } from "../../../cost/lift.ts";
import type { Count } from "../../../interpret/trace.ts";
import {
  type Dim,
  Instance,
  isUnknown,
  List,
  type Shape,
  Tensor,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type KnownOrNot, rulingOf } from "../../keraslike/rule.ts";
import { toDim } from "../../rules/sizes.ts";
import { listOf, property, shapeValue } from "../library.ts";
import { weightsOf } from "./inner.ts";
import { callLayer, nameOf } from "./layer.ts";
import { stateOf } from "./state.ts";
import { oneStep, type Wrapped, type WrapperSpec } from "./wrappers.ts";

/** Longer sequences are not run step by step. */
const MAX_STEPS = 2000;
const NO_INPUT = new Unknown("no input");

interface Step {
  readonly output: KnownOrNot;
  /** What the cell keeps from one step to the next. */
  readonly states: readonly KnownOrNot[];
  /** Unknown for a cell of the program, which is run instead. */
  readonly macs: Count;
}

function cellsIn(cell: Value): readonly Value[] {
  const stacked = stateOf(cell);
  if (stacked && stacked.inner.length > 0) return stacked.inner;
  return listOf(cell);
}

/** One step of a cell on a shape. */
function stepOf(w: Wrapped, cell: Instance, input: KnownOrNot): Step {
  const { rule, config } = stateOf(cell) ?? {};
  if (rule && config) {
    const { steps, states } = rulingOf(rule, config, [input]);
    return { output: steps[0].shape, states: states ?? [], macs: steps[0].macs };
  }
  const batch = isUnknown(input) ? input : (input[0] ?? 1);
  const states = listOf(w.m.getAttr(cell, "stateSize")).map((size): Shape => [batch, ...sizesOf(size)]);
  const own = new Unknown(`${nameOf(cell)} is a cell of the program`);
  return { output: states[0] ?? own, states, macs: own };
}

/** A state is a vector, or has the axes of a list. */
function sizesOf(size: Value): readonly Dim[] {
  return toItems(size)?.map(toDim) ?? [toDim(size)];
}

/** The cells one after the other in one time step. */
function stepsOf(w: Wrapped, input: KnownOrNot): readonly Step[] {
  let current = input;
  return w.state.inner.map((cell) => {
    const step = stepOf(w, cell, current);
    current = step.output;
    return step;
  });
}

const isOwn = (cell: Instance): boolean => stateOf(cell)?.rule === undefined;

/** What the layer gives for what its last cell gives; a stack lists the states of its last cell first. */
function outputsOf(w: Wrapped, input: KnownOrNot, steps: readonly Step[]): readonly KnownOrNot[] {
  const last = steps.at(-1)?.output ?? NO_INPUT;
  const time = isUnknown(input) ? input : (input[1] ?? 1);
  const [isSequence, hasState] = ["returnSequences", "returnState"].map((option) =>
    w.m.truthy(property(w.config, option)),
  );
  const unread = [isSequence, hasState].find(isUnknown);
  if (unread) return [unread];
  const shape: KnownOrNot = isSequence && !isUnknown(last) ? [last[0] ?? 1, time, ...last.slice(1)] : last;
  if (!hasState) return [shape];
  return [shape, ...[...steps].reverse().flatMap(({ states }) => states)];
}

/** All cells are the library's: their products of one step, as often as there are steps. */
function wholeSequence(w: Wrapped, input: Tensor): Value {
  const steps = stepsOf(w, oneStep(input.shape));
  const time = isUnknown(input.shape) ? input.shape : (input.shape[1] ?? 1);
  const [shape = NO_INPUT, ...more] = outputsOf(w, input.shape, steps);
  const outputs = w.lib.emitAll(w.m, {
    op: "recurrent",
    name: "rnn",
    inputs: [input],
    shape,
    more,
    weights: weightsOf(w.m, w.self),
    elementwise: 0,
    macs: product([time, sum(steps.map(({ macs }) => macs))]),
  });
  return outputs.length > 1 ? new List([...outputs]) : outputs[0];
}

/** Calls the cells step by step with their states, which are zeros at first. */
function stepByStep(w: Wrapped, input: Tensor): Value {
  const { m, lib } = w;
  const time = isUnknown(input.shape) ? input.shape : toNumber(input.shape[1] as Value);
  if (typeof time !== "number" || time > MAX_STEPS) {
    const reason = `the number of time steps of ${nameOf(w.self)}`;
    m.gap(reason);
    return m.unknown(reason);
  }
  const shapes = stepsOf(w, oneStep(input.shape));
  const states = shapes.map((step) => step.states.map((shape): Value => lib.tensor(shape)));
  for (let i = 0; i < time; i++) {
    let current: Value = lib.tensor(oneStep(input.shape), input.dtype);
    for (const [at, cell] of w.state.inner.entries()) {
      const given = callLayer(m, cell, new List([current, ...(states[at] ?? [])]), undefined);
      const [output, ...next] = toItems(given) ?? [given];
      if (isUnknown(output)) return output;
      current = output;
      states[at] = next;
    }
  }
  const [shape = NO_INPUT, ...more] = outputsOf(w, input.shape, shapes);
  const outputs = [shape, ...more].map((each) => lib.tensor(each, input.dtype));
  return outputs.length > 1 ? new List(outputs) : outputs[0];
}

export const RNN: WrapperSpec = {
  name: "RNN",
  inner: (config) => cellsIn(property(config, "cell")),
  build: (w, [shape = NO_INPUT]) => {
    const { m, state } = w;
    let current = oneStep(shape);
    for (const cell of state.inner) {
      m.callMethod(cell, "build", [shapeValue(current)]);
      const own = stateOf(cell);
      if (own) own.built = true;
      current = stepOf(w, cell, current).output;
    }
  },
  outputs: (w, [shape = NO_INPUT]) => outputsOf(w, shape, stepsOf(w, oneStep(shape))),
  call: (w, [input]) => {
    if (!(input instanceof Tensor)) return undefined;
    return w.state.inner.some(isOwn) ? stepByStep(w, input) : wholeSequence(w, input);
  },
};

export const STACKED_CELLS: WrapperSpec = {
  name: "StackedRNNCells",
  inner: (config) => listOf(property(config, "cells")).filter((cell) => cell instanceof Instance),
  build: () => undefined,
  outputs: (_w, shapes) => shapes,
  call: ({ m }) => m.unknown("cells are called by their RNN"),
};
