/** Layers around layers: `timeDistributed`, `bidirectional`; those over cells are in `cells.ts`. */
import { multiply } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  List,
  Tensor,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type Impl, jsClass } from "../../../languages/typescript/core.ts";
import { Config, type KnownOrNot, rulingOf } from "../../keraslike/rule.ts";
import { type Library, listOf, property, shapeValue } from "../library.ts";
import { RNN, STACKED_CELLS } from "./cells.ts";
import { callLayer, initLayer, makeWeights, nameOf, runRule, shapesOf } from "./layer.ts";
import { type LayerState, stateOf } from "./state.ts";

export interface WrapperSpec {
  readonly name: string;
  /** What is inside, out of the config. */
  readonly inner: (config: Value) => readonly Value[];
  readonly build: (wrapper: Wrapped, shapes: readonly KnownOrNot[]) => void;
  readonly outputs: (wrapper: Wrapped, shapes: readonly KnownOrNot[]) => readonly KnownOrNot[];
  readonly call: (wrapper: Wrapped, inputs: readonly Tensor[]) => Value;
}

/** A wrapper in use. */
export interface Wrapped {
  readonly lib: Library;
  readonly m: Interp;
  readonly self: Instance;
  readonly state: LayerState;
  readonly config: Value;
  readonly inner: Instance;
}

/** The batch and time axes as one. */
function folded(shape: KnownOrNot): KnownOrNot {
  return isUnknown(shape) ? shape : [multiply(shape[0] ?? 1, shape[1] ?? 1), ...shape.slice(2)];
}

function unfolded(shape: KnownOrNot, input: KnownOrNot): KnownOrNot {
  if (isUnknown(shape) || isUnknown(input)) return shape;
  return [input[0] ?? 1, input[1] ?? 1, ...shape.slice(1)];
}

/** One time step: the input without its second axis. */
export function oneStep(shape: KnownOrNot): KnownOrNot {
  return isUnknown(shape) ? shape : [shape[0] ?? 1, ...shape.slice(2)];
}

function innerOutputs(w: Wrapped, inner: Instance, shape: KnownOrNot): readonly KnownOrNot[] {
  return shapesOf(w.m.callMethod(inner, "computeOutputShape", [shapeValue(shape)]));
}

const timeDistributed: WrapperSpec = {
  name: "TimeDistributed",
  inner: (config) => [property(config, "layer")],
  build: ({ m, inner }, [shape = new Unknown("no input")]) => {
    m.callMethod(inner, "build", [shapeValue(oneStep(shape))]);
    const state = stateOf(inner);
    if (state) state.built = true;
  },
  outputs: (w, [shape = new Unknown("no input")]) =>
    innerOutputs(w, w.inner, oneStep(shape)).map((each) => unfolded(each, shape)),
  call: ({ lib, m, inner }, [input]) => {
    if (!input) return undefined;
    const flat = lib.tensor(folded(input.shape), input.dtype);
    flat.storage = input.storage;
    const state = stateOf(inner);
    const { rule, config } = state ?? {};
    const result =
      state && rule && config
        ? runRule(lib, m, rule, config, (name) => state.named.get(name), state.weights, [flat])
        : callLayer(m, inner, flat, undefined);
    if (result instanceof Tensor) result.shape = unfolded(result.shape, input.shape);
    return result;
  },
};

/** Two copies of a recurrent layer, one of them backwards in time. */
const bidirectional: WrapperSpec = {
  name: "Bidirectional",
  inner: (config) => [property(config, "layer")],
  build: ({ lib, state, inner }, shapes) => {
    const { rule, config } = stateOf(inner) ?? {};
    if (!rule || !config) return;
    makeWeights(lib, state, rule, config, shapes, "forward_");
    makeWeights(lib, state, rule, config, shapes, "backward_");
  },
  outputs: (w, [shape = new Unknown("no input")]) => merged(w, innerOutputs(w, w.inner, shape)),
  call: (w, inputs) => {
    const { lib, m, state, inner } = w;
    const { rule, config } = stateOf(inner) ?? {};
    if (!rule || !config) return m.unknown(`${nameOf(inner)} inside Bidirectional is not followed`);
    const ruling = rulingOf(
      rule,
      config,
      inputs.map(({ shape }) => shape),
    );
    const [step] = ruling.steps;
    const [shape = step.shape, ...more] = merged(w, [step.shape, ...(ruling.states ?? [])]);
    const problem = ruling.problem === undefined ? {} : { problem: ruling.problem };
    const outputs = lib.emitAll(m, {
      ...step,
      inputs,
      shape,
      more,
      weights: state.weights,
      macs: multiply(step.macs, 2),
      ...problem,
    });
    return outputs.length > 1 ? new List([...outputs]) : outputs[0];
  },
};

const MERGE_MODES: readonly string[] = ["sum", "mul", "concat", "ave"];

/** Both directions' outputs, joined by `mergeMode`, then the states of both. */
function merged(
  w: Wrapped,
  [output = new Unknown("no output"), ...states]: readonly KnownOrNot[],
): readonly KnownOrNot[] {
  const mode = property(w.config, "mergeMode");
  const both = [...states, ...states];
  if (mode === null) return [output, output, ...both];
  if (isUnknown(mode)) return [mode, ...both];
  if (typeof mode === "string" && !MERGE_MODES.includes(mode)) {
    const message = `${mode} is not a valid BidirectionalMergeMode. Valid values are ${MERGE_MODES.join()} or null/undefined.`;
    return [w.m.fail("ValueError", message, { severity: "error", code: "raises" }), ...both];
  }
  const isJoined = mode === undefined || mode === "concat";
  if (!isJoined || isUnknown(output)) return [output, ...both];
  return [[...output.slice(0, -1), multiply(output.at(-1) ?? 1, 2)], ...both];
}

function wrapperClass(lib: Library, spec: WrapperSpec): ClassValue {
  const used =
    (run: (w: Wrapped, args: readonly Value[]) => Value): Impl =>
    (m, args, self) => {
      const state = stateOf(self);
      const inner = state?.inner[0];
      if (!state || !(self instanceof Instance) || !inner)
        return m.unknown(`${spec.name} without a layer inside`);
      const config = state.config?.value("config");
      return run({ lib, m, self, state, config, inner }, args);
    };
  return jsClass(spec.name, {
    base: lib.layerClass,
    native: { layer: true },
    init: (m, [config], self) => {
      const state = initLayer(lib, m, self, config);
      state.config = new Config(new Map([["config", config]]));
      state.inner = spec.inner(config).filter((value): value is Instance => stateOf(value) !== undefined);
      const first = state.inner[0];
      if (first && self instanceof Instance) self.attrs.set("layer", first);
      return undefined;
    },
    methods: {
      build: used((w, [shape]) => {
        if (!w.state.built) spec.build(w, shapesOf(shape));
        w.state.built = true;
        return undefined;
      }),
      computeOutputShape: used((w, [shape]) => {
        const shapes = spec.outputs(w, shapesOf(shape));
        return shapes.length > 1
          ? new List(shapes.map(shapeValue))
          : shapeValue(shapes[0] ?? new Unknown("no output"));
      }),
      call: used((w, [input]) =>
        spec.call(
          w,
          listOf(input).filter((each) => each instanceof Tensor),
        ),
      ),
    },
  });
}

/** Classes with the functions of tf.layers that make them. */
export function wrapperClasses(lib: Library): readonly (readonly [string, ClassValue])[] {
  return [
    ["timeDistributed", wrapperClass(lib, timeDistributed)],
    ["bidirectional", wrapperClass(lib, bidirectional)],
    ["rnn", wrapperClass(lib, RNN)],
    ["stackedRNNCells", wrapperClass(lib, STACKED_CELLS)],
  ];
}
