/** The module `tf.layers`: classes and the functions that make their instances. */

import { entryOf } from "../../../base/table.ts";
import {
  type ClassValue,
  Instance,
  isUnknown,
  List,
  Property,
  type Value,
} from "../../../interpret/values.ts";
import { fn, type Impl, jsClass } from "../../../languages/typescript/core.ts";
import { axesOfLayer, CAUSAL, KERAS_ARGUMENTS } from "../../keraslike/arguments.ts";
import { configOf, type LayerRule, parsedSignature } from "../../keraslike/rule.ts";
import {
  type ArgumentCheck,
  counts,
  type Fault,
  possibleArguments,
  type TakenTable,
} from "../../rules/possible.ts";
import { type Library, snakeCase } from "../library.ts";
import { inputLayerClass, makeInput } from "../models.ts";
import { initLayer, withBatch } from "./layer.ts";
import { stateOf } from "./state.ts";
import { TF_LAYERS, type TfLayer } from "./table.ts";
import { wrapperClasses } from "./wrappers.ts";

/** How TensorFlow.js refuses a size (`assertPositiveInteger`), by the name that programs write. */
function refusal(size: string, { what, taken, shown }: Fault): string {
  const name = size.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  if (size === "data_format")
    return `${shown} is not a valid DataFormat.  Valid values are channelsFirst,channelsLast or null/undefined.`;
  if (taken.of === "text")
    return `${shown} is not a valid PaddingMode.  Valid values are valid,same,causal or null/undefined.`;
  if (what === "length") return `Expected ${name} to have one size for each axis, but got ${shown}.`;
  const wanted =
    taken.of === "real"
      ? "a number"
      : taken.list
        ? "an array of integers"
        : (taken.least ?? -1) >= 1
          ? "a positive integer"
          : "an integer";
  return `Expected ${name} to be ${wanted}, but got ${shown}.`;
}

/** TensorFlow.js looks at no number that is no size, and moves rates into their bounds. */
const SIZES: TakenTable = {
  ...Object.fromEntries(
    Object.entries(KERAS_ARGUMENTS).filter(([name, { of }]) => of === "int" || name === "padding"),
  ),
  data_format: { of: "text", texts: ["channelsfirst", "channelslast"], none: true },
};

/** Otherwise than in Keras, what pads may crop, and noise may have any spread. */
function takenBy(name: string, rule: LayerRule): TakenTable {
  if (name === "ZeroPadding2D") return { padding: { of: "int", depth: 2, perAxis: true } };
  if (name === "GaussianNoise") return SIZES;
  const own = { ...SIZES, ...CAUSAL, ...rule.taken };
  return name === "UpSampling2D" ? { ...own, size: { ...counts(1), list: true, perAxis: true } } : own;
}

/** A cell's units, one for each state. */
const stateSize: Impl = (_m, _args, self) => {
  const { config } = stateOf(self) ?? {};
  const units = config?.value("units");
  return self instanceof Instance && self.cls.name.startsWith("LSTM") ? new List([units, units]) : units;
};

/** A number that stands for an input shape. */
const INPUT_WIDTHS: Readonly<Record<string, string>> = { Dense: "input_dim", Embedding: "input_length" };

function ruleClass(lib: Library, name: string, { rule, defaults }: TfLayer): ClassValue {
  const taken = takenBy(name, rule);
  const signature = parsedSignature(rule);
  const { params, names } = signature;
  const check: ArgumentCheck = {
    layer: name,
    taken,
    words: refusal,
    error: "ValueError",
    noBools: true,
    notesUnknown: true,
    axes: axesOfLayer(name),
    signature,
  };
  const required = new Set(params.filter((param) => param.required).map((param) => param.name));
  return jsClass(name, {
    base: lib.layerClass,
    native: { layer: true },
    init: (m, [config], self) => {
      const state = initLayer(lib, m, self, config);
      const given = new Map<string, Value>();
      if (config instanceof Instance)
        for (const [key, value] of config.attrs) {
          // What is null counts as not given, where it has a default.
          if (value !== null || required.has(snakeCase(key))) given.set(snakeCase(key), value);
        }
      if (config instanceof Instance && config.open)
        for (const key of names) if (!given.has(key)) given.set(key, config.open);
      // The library computes shapes of "causal" as those of "valid", and cannot run it.
      if (given.get("padding") === "causal") given.set("padding", "valid");
      state.rule = rule;
      const sizes = possibleArguments(m, Object.fromEntries(given), check);
      state.config = configOf(rule, new Map(Object.entries(sizes)), defaults);
      if (state.config.channels === "first") lib.channelsFirst = true;
      if (self instanceof Instance && config instanceof Instance) {
        for (const [key, value] of config.attrs) if (names.has(snakeCase(key))) self.attrs.set(key, value);
      }
      const width = given.get(entryOf(INPUT_WIDTHS, name) ?? "");
      if (typeof width === "number") state.batchInputShape ??= withBatch(null, new List([width]));
      return undefined;
    },
  });
}

export function layerModule(lib: Library): Map<string, Value> {
  const names = new Map<string, Value>();
  const classes = new Map<string, ClassValue>();
  const add = (cls: ClassValue, makers: readonly string[]): void => {
    classes.set(cls.name, cls);
    for (const maker of makers) {
      names.set(
        maker,
        fn(maker, (m, args) => (isUnknown(args[0]) ? args[0] : m.call(cls, args))),
      );
    }
  };
  for (const [name, layer] of TF_LAYERS) add(ruleClass(lib, name, layer), layer.makers);
  for (const [maker, cls] of wrapperClasses(lib)) add(cls, [maker]);
  add(inputLayerClass(lib), ["inputLayer"]);
  lib.layerClasses = classes;
  names.set(
    "input",
    fn("input", (m, [config]) => makeInput(lib, m, config)),
  );
  names.set("Layer", lib.layerClass);
  names.set("RNNCell", lib.layerClass);
  for (const name of ["LSTMCell", "GRUCell", "SimpleRNNCell"])
    classes.get(name)?.attrs.set("stateSize", new Property(fn("stateSize", stateSize)));
  const recurrent = classes.get("RNN");
  if (recurrent) names.set("RNN", recurrent);
  return names;
}
