/**
 * A class of `keras.layers` made of its entry in a table: constructor arguments become attributes, weights are made
 * when the layer is built, and the rule is asked for each call.
 */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { mapLeaves } from "../../interpret/leaves.ts";
import { type Bound, bind, defineClass, type NativeImpl } from "../../interpret/native.ts";
import {
  BoundMethod,
  type ClassValue,
  FunctionValue,
  type Instance,
  isFloat,
  isUnknown,
  type Shape,
  Tensor,
  Tuple,
  toNumber,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { axesOfLayer, KERAS_ARGUMENTS } from "../keraslike/arguments.ts";
import {
  Config,
  type LayerRule,
  parsedSignature,
  type Ruling,
  rulingOf,
  type WeightSpec,
  weightsOf,
} from "../keraslike/rule.ts";
import { diagnoseMismatch } from "../rules/mismatch.ts";
import { type ArgumentCheck, count, possibleArguments } from "../rules/possible.ts";
import { toDims } from "../rules/sizes.ts";
import { showShape } from "../shape/dims.ts";
import { spread } from "./calling.ts";
import { tensorsIn } from "./graph.ts";
import { addWeightTo, initLayer, LAYER_ARGUMENTS, shapesIn } from "./layer.ts";
import { currentName, WITHOUT_SHAPE } from "./legacy.ts";
import { type Keras, nameOf, stateOf } from "./library.ts";
import { refusal } from "./refusal.ts";
import type { KerasVersion } from "./version.ts";

/** Arguments that Keras makes tuples with one size an axis. */
const PER_AXIS: readonly string[] = ["kernel_size", "strides", "dilation_rate", "pool_size"];

/** Layers whose convolution a program may put its own in place of. */
const CONVOLUTION = /^Conv\dD$/;

export interface RuledClass {
  readonly name: string;
  readonly rule: LayerRule;
  readonly base?: ClassValue;
  /** Names of the tensors that `call` takes, where it takes several. */
  readonly tensors?: readonly string[];
  /** Layers inside that Keras names by itself when this one is built. */
  readonly inside?: readonly string[];
  /** Besides a layer's own. */
  readonly methods?: Readonly<Record<string, readonly [string, NativeImpl]>>;
}

export function defineRuled(
  keras: Keras,
  { name, rule, base, tensors, inside = [], methods = {} }: RuledClass,
): ClassValue {
  const cls = defineClass(name, {
    bases: [base ?? keras.cls("Layer")],
    qualname: `keras.layers.${name}`,
    native: { layer: true },
    methods: {
      ...methods,
      __init__: ["self, *args, **kwargs", construct(keras, name, rule)],
      build: [
        "self, input_shape=None, *args, **kwargs",
        (a, interp) => buildRuled(keras, interp, rule, a, { inside, tensors }),
      ],
      call: ["self, *args, **kwargs", (a, interp) => callRuled(keras, interp, rule, a, tensors)],
      ...(CONVOLUTION.test(name) ? { convolution_op: convolve(keras, rule) } : {}),
    },
  });
  if (tensors) keras.calledWith.set(cls, tensors);
  return cls;
}

const WIDTHS = ["filters", "units"] as const;

/** What the layer's arguments are checked against, for the Keras that the program runs on. */
function checkOf(layer: string, rule: LayerRule, version: KerasVersion | undefined): ArgumentCheck {
  const ofVersion = version === "3" ? { filters: count(1), units: count(1) } : {};
  return {
    layer,
    taken: { ...KERAS_ARGUMENTS, ...ofVersion, ...rule.taken },
    words: refusal,
    error: "ValueError",
    intsOnly: true,
    notesUnknown: true,
    axes: axesOfLayer(layer),
    signature: parsedSignature(rule),
  };
}

function construct(keras: Keras, name: string, rule: LayerRule): NativeImpl {
  return (a, interp) => {
    const layer = a.self as Instance;
    const { args, kwargs } = spread(a);
    const parsed = parsedSignature(rule);
    const own = new Map<string, Value>();
    const shared = new Map<string, Value>();
    for (const [given, value] of kwargs) {
      const key = currentName(name, given, parsed.names);
      const known = parsed.names.has(key);
      if (!known && LAYER_ARGUMENTS.has(key)) shared.set(key, value);
      else if (known || !WITHOUT_SHAPE.test(key)) own.set(key, value);
    }
    initLayer(keras, interp, layer, shared);
    const bound = bind(interp, name, parsed, args, own);
    if (typeof bound === "string") interp.fail("TypeError", bound);
    if (bound instanceof Unknown) interp.gap(bound.reason);
    const isBound = typeof bound !== "string" && !(bound instanceof Unknown);
    const { version } = keras.names;
    const values = possibleArguments(
      interp,
      isBound ? bound : Object.fromEntries(own),
      checkOf(name, rule, version),
    );
    if (version === undefined) assumeWholeWidths(interp, name, values);
    stateOf(layer).config = parsed.params.map(({ name: key }) => key);
    for (const { name: key, fallback } of parsed.params) {
      const value = entryOf(values, key);
      layer.attrs.set(key, value === undefined ? fallback : value);
    }
    normalise(keras, interp, layer, rule, parsed.names);
    return null;
  };
}

/** Keras 2 makes an int of a float, Keras 3 refuses it: which of them it is, the program does not say. */
function assumeWholeWidths(interp: Interp, layer: string, values: Bound): void {
  for (const name of WIDTHS) {
    const value = entryOf(values, name);
    if (!isFloat(value)) continue;
    const text = `${layer}: ${name}=${toNumber(value)}.0 is taken for an int, as Keras 2 does; Keras 3 refuses it`;
    interp.assume("value", text);
  }
}

function normalise(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  rule: LayerRule,
  names: ReadonlySet<string>,
): void {
  const { attrs } = layer;
  if (names.has("data_format") && (attrs.get("data_format") ?? null) === null)
    attrs.set("data_format", keras.dataFormat);
  const spatial = rule.spatial ?? 0;
  if (spatial > 0) {
    for (const key of PER_AXIS) {
      const value = attrs.get(key);
      if (value !== undefined && value !== null) attrs.set(key, new Tuple(toDims(value, spatial)));
    }
  }
  const activation = attrs.get("activation");
  if (typeof activation === "string") attrs.set("activation", activation === "linear" ? null : activation);
  interp.touch(layer);
}

// ---------------------------------------------------------------------- building

function buildRuled(
  keras: Keras,
  interp: Interp,
  rule: LayerRule,
  a: Bound,
  {
    inside,
    tensors = [],
  }: { readonly inside: readonly string[]; readonly tensors?: readonly string[] | undefined },
): Value {
  const layer = a.self as Instance;
  for (const name of inside) keras.names.auto(name);
  const named = spread(a).kwargs;
  // `build(query_shape=…, value_shape=…)`: in the order in which the layer is called with them.
  const told = tensors.flatMap((name) => named.get(`${name}_shape`) ?? []);
  const [first, ...more] =
    named.size > 0 && a.input_shape === null ? told : [a.input_shape, ...spread(a).args];
  const shapes = [first, ...more].flatMap(shapesIn);
  const lost = isUnknown(first) ? first : undefined;
  for (const spec of weightsOf(rule, new Config(layer.attrs), shapes)) {
    // Sizes that an input of unknown shape would tell are unknown for its reason.
    const shape = lost ? spec.shape.map((dim) => (isUnknown(dim) ? lost : dim)) : spec.shape;
    const weight = addWeightTo(keras, interp, layer, { ...spec, shape });
    layer.attrs.set(spec.name, weight);
  }
  layer.attrs.set("built", true);
  return null;
}

/** The layer's convolution of an input with a kernel that the program gives: its own in another form. */
function convolve(keras: Keras, rule: LayerRule): readonly [string, NativeImpl] {
  return [
    "self, inputs, kernel",
    (a, interp) => applyRule(keras, interp, a.self as Instance, rule, [keras.tensor(interp, a.inputs)]),
  ];
}

// ----------------------------------------------------------------------- calling

function callRuled(
  keras: Keras,
  interp: Interp,
  rule: LayerRule,
  a: Bound,
  tensors: readonly string[] | undefined,
): Value {
  const layer = a.self as Instance;
  const { args, kwargs } = spread(a);
  const named = tensors
    ?.map((name, i) => args[i] ?? kwargs.get(name))
    .filter((value) => value !== undefined && value !== null);
  const given = named ?? (args.length > 0 ? args.slice(0, 1) : [...kwargs.values()].slice(0, 1));
  const inputs = inputsOf(keras, interp, given);
  const scores = rule.scores && kwargs.get("return_attention_scores");
  const withScores = scores === undefined ? false : interp.truthy(scores);
  if (isUnknown(withScores)) {
    interp.gap(withScores.reason);
    return withScores;
  }
  const own = interp.lookup(layer, "convolution_op");
  const run = (): Value =>
    own instanceof BoundMethod && own.fn instanceof FunctionValue
      ? biased(interp, layer, interp.call(own, [inputs[0], layer.attrs.get("kernel")]))
      : applyRule(keras, interp, layer, withScores ? scoring(rule) : rule, inputs);
  const outside = interp.scope?.instance !== layer && !inputs.some((input) => keras.graph.isSymbolic(input));
  return outside && !insideWrapper(interp) ? interp.withLayer(layer, run) : run();
}

function scoring(rule: LayerRule): LayerRule {
  const run: LayerRule["run"] = (config, inputs) => {
    const scores = rule.scores?.(config, inputs);
    const ruling = rule.run(config, inputs);
    return scores === undefined ? ruling : { ...ruling, states: [scores] };
  };
  return { ...rule, run };
}

/** The bias that a layer adds to what the program's own convolution gives. */
function biased(interp: Interp, layer: Instance, output: Value): Value {
  const bias = layer.attrs.get("bias");
  if (output instanceof Tensor && bias instanceof Tensor)
    interp.record({
      op: "other",
      name: "bias_add",
      inputs: [output],
      outputs: [output],
      weights: [bias],
      macs: 0,
      elementwise: 0,
    });
  return output;
}

/** A wrapper's ops are its own row, those of the layer in it included. */
function insideWrapper(interp: Interp): boolean {
  return interp.scope?.instance.cls.native?.layer === true;
}

function inputsOf(keras: Keras, interp: Interp, given: readonly Value[]): readonly Tensor[] {
  const [first] = given;
  const known = (leaf: Value): Value => (isUnknown(leaf) ? keras.make(leaf) : leaf);
  // One that is not known keeps its place among several.
  const tensors = tensorsIn(given.map((value) => mapLeaves(value, known)));
  if (tensors.length > 0) return tensors.map((tensor) => keras.tensor(interp, tensor));
  return [
    keras.tensor(interp, first === undefined ? interp.unknown("a layer called without an input") : first),
  ];
}

/** Asks the rule, reports what does not fit, makes the outputs and records the steps. */
export function applyRule(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  rule: LayerRule,
  inputs: readonly Tensor[],
  weights: readonly Tensor[] = stateOf(layer).weights,
): Value {
  const config = new Config(layer.attrs);
  const shapes = inputs.map((input) => input.shape);
  const ruling = rulingOf(rule, config, shapes);
  const problem = ruling.problem ?? misbuilt(rule, config, shapes, weights);
  if (problem !== undefined) complain(keras, interp, layer, problem, inputs[0]);
  return emit(keras, interp, layer, ruling, inputs, weights);
}

export function emit(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  ruling: Ruling,
  inputs: readonly Tensor[],
  weights: readonly Tensor[],
): Value {
  const symbolic = inputs.some((input) => keras.graph.isSymbolic(input));
  const name = nameOf(keras, layer);
  const make = (shape: Shape | Unknown, dtype?: string): Tensor => {
    const tensor = keras.make(shape, dtype ?? inputs[0]?.dtype);
    tensor.maker = name;
    const site = layer.site ?? interp.site;
    if (site) tensor.site = site;
    return symbolic ? keras.graph.mark(tensor) : tensor;
  };
  const states = (ruling.states ?? []).map((shape) => make(shape));
  let current = inputs;
  for (const [i, step] of ruling.steps.entries()) {
    const output = make(step.shape, step.dtype);
    if (step.view && current[0]) output.storage = current[0].storage;
    const read = step.weights
      ? weights.filter((weight) => step.weights?.includes(String(weight.attrs?.get("name"))))
      : weights;
    if (!symbolic) {
      const last = i === ruling.steps.length - 1;
      interp.record({
        op: step.op,
        name: step.name,
        inputs: current,
        outputs: last ? [output, ...states] : [output],
        weights: read,
        macs: step.macs,
        elementwise: step.elementwise,
        ...(step.geometry ? { geometry: step.geometry } : {}),
        ...(step.batchAxis === undefined ? {} : { batchAxis: step.batchAxis }),
        ...(step.view ? { view: true } : {}),
      });
    }
    current = [output];
  }
  return states.length === 0 ? current[0] : new Tuple([...current, ...states]);
}

/** A layer that was built for another input than the one it gets. */
function misbuilt(
  rule: LayerRule,
  config: Config,
  shapes: readonly (Shape | Unknown)[],
  built: readonly Tensor[],
): string | undefined {
  const known = shapes.filter((shape): shape is Shape => !(shape instanceof Unknown));
  if (!rule.weights || known.length !== shapes.length) return undefined;
  for (const spec of weightsOf(rule, config, known)) {
    const own = built.find((weight) => weight.attrs?.get("name") === spec.name);
    if (own && !(own.shape instanceof Unknown) && differs(own.shape, spec)) {
      return `was built with a ${spec.name} of ${showShape(own.shape)}, but this input needs ${showShape(spec.shape)}`;
    }
  }
  return undefined;
}

function differs(own: Shape, spec: WeightSpec): boolean {
  return own.some((dim, axis) => {
    const other = spec.shape[axis];
    return typeof dim === "number" && typeof other === "number" && dim !== other;
  });
}

/** A diagnostic where the layer was made, with where it was called and where its input comes from. */
export function complain(
  keras: Keras,
  interp: Interp,
  layer: Instance,
  problem: string,
  input: Tensor | undefined,
): void {
  if (!keras.graph.complain()) return;
  const made = layer.site?.at;
  const now = interp.site?.at;
  // A layer called where it is made (`Conv2D(8, 3)(x)`) has one place.
  const called = made === now ? undefined : now;
  diagnoseMismatch(interp, { who: nameOf(keras, layer), problem, made, called, raises: "ValueError", input });
}
