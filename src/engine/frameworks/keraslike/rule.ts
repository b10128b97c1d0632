/**
 * What a Keras-like layer is made of: one entry a layer, shared by Keras and TensorFlow.js, which have the same
 * mathematics and differ in spelling. An entry speaks Keras' canonical snake_case (`kernel_size`); a framework turns
 * its own arguments into a `Config` of these names (tf.js: camelCase to snake_case) and keeps what is its own, the
 * naming of layers, the graph and the objects of the program. Shapes include the batch axis, which may be unknown.
 *
 * To use it: `configOf(rule, given)`, then `weightsOf(rule, config, inputs)` when the layer is built and
 * `rulingOf(rule, config, inputs)` for each call, which gives the steps to record, the last one making the layer's output.
 */

import type { OpName } from "../../contract/report.ts";
import { type ParsedSignature, parseSignature } from "../../interpret/signature.ts";
import type { ConvGeometry, Count } from "../../interpret/trace.ts";
import {
  type Dim,
  isUnknown,
  type Shape,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { ChannelAxis } from "../rules/convolution.ts";
import type { TakenTable } from "../rules/possible.ts";
import { toDim, toDims } from "../rules/sizes.ts";
import { numel } from "../shape/dims.ts";

export type KnownOrNot = Shape | Unknown;

export interface WeightSpec {
  /** As Keras names it: `kernel`, `bias`, `gamma`, `moving_mean`. */
  readonly name: string;
  readonly shape: Shape;
  /** Moving statistics are weights that are not trained. */
  readonly trainable: boolean;
}

/** One op of a call. Most layers have one; a separable convolution has two. */
export interface Step {
  readonly op: OpName;
  /** `conv2d`, `batch_norm`. */
  readonly name: string;
  readonly shape: KnownOrNot;
  readonly macs: Count;
  readonly elementwise: Count;
  readonly geometry?: ConvGeometry;
  /** The input's axis of samples, where it is another than the first. */
  readonly batchAxis?: number;
  /** Names of the weights it reads; absent: all. */
  readonly weights?: readonly string[];
  /** The output is the input's storage. */
  readonly view?: boolean;
  /** Set where it differs from the input's. */
  readonly dtype?: string;
}

export interface Ruling {
  readonly steps: readonly [Step, ...Step[]];
  /** Outputs behind the first: the states of a recurrent layer. */
  readonly states?: readonly KnownOrNot[];
  /** What does not fit, to be put after the layer's name: `expects 64 channels, gets 32`. */
  readonly problem?: string;
}

export interface LayerRule {
  /** Keras' signature with its defaults; a framework overrides the defaults that it has otherwise. */
  readonly signature: string;
  readonly docs: string;
  readonly weights?: (config: Config, inputs: readonly Shape[]) => readonly WeightSpec[];
  readonly run: (config: Config, inputs: readonly KnownOrNot[]) => Ruling;
  /** What a call with `return_attention_scores` answers besides. */
  readonly scores?: (config: Config, inputs: readonly KnownOrNot[]) => KnownOrNot;
  /** Spatial axes of an input that can enter a network by this layer. */
  readonly spatial?: number;
  /** Besides `KERAS_ARGUMENTS`, or in their place. */
  readonly taken?: TakenTable;
}

const signatures = new WeakMap<LayerRule, ParsedSignature>();

export function parsedSignature(rule: LayerRule): ParsedSignature {
  const known = signatures.get(rule);
  if (known) return known;
  const parsed = parseSignature(rule.signature);
  signatures.set(rule, parsed);
  return parsed;
}

/** Arguments by canonical name, filled up with defaults; what the rule does not name is kept for the framework. */
export function configOf(
  rule: LayerRule,
  given: ReadonlyMap<string, Value>,
  overrides: Readonly<Record<string, Value>> = {},
): Config {
  const values = new Map<string, Value>();
  for (const { name, fallback } of parsedSignature(rule).params) values.set(name, fallback);
  for (const [name, value] of Object.entries(overrides)) values.set(name, value);
  for (const [name, value] of given) {
    // A flag that is null is left at its default.
    const isLeftOut = value === undefined || (value === null && typeof values.get(name) === "boolean");
    if (!isLeftOut) values.set(name, value);
  }
  return new Config(values);
}

/** Names without default that were not given. */
export function missingArguments(rule: LayerRule, config: Config): readonly string[] {
  return parsedSignature(rule)
    .params.filter(({ name, required }) => required && config.value(name) === undefined)
    .map(({ name }) => name);
}

/**
 * A layer's arguments, read as what rules need. A size that is not known is unknown; where an option is not, the
 * reader answers something harmless, and all that the rule says is unknown for that reason (`rulingOf`, `weightsOf`).
 */
export class Config {
  private unread: Unknown | undefined;

  constructor(readonly values: ReadonlyMap<string, Value>) {}

  /** What `rule` says, and the first option that it asked for and that is not known. */
  ask<T>(rule: (config: Config) => T): { readonly answer: T; readonly unread: Unknown | undefined } {
    const before = this.unread;
    this.unread = undefined;
    const answer = rule(this);
    const { unread } = this;
    this.unread = before;
    return { answer, unread };
  }

  private option(name: string): Value {
    const value = this.values.get(name);
    if (isUnknown(value)) this.unread ??= value;
    return value;
  }

  value(name: string): Value {
    return this.values.get(name);
  }
  given(name: string): boolean {
    const value = this.values.get(name);
    return value !== undefined && value !== null;
  }
  dim(name: string): Dim {
    const value = this.values.get(name);
    return value === undefined || value === null ? new Unknown(`needs ${name}`) : toDim(value);
  }
  dims(name: string, axes: number): readonly Dim[] {
    const value = this.values.get(name);
    if (value === undefined || value === null) return new Array<Dim>(axes).fill(new Unknown(`needs ${name}`));
    return isUnknown(value) ? new Array<Dim>(axes).fill(value) : toDims(value, axes);
  }
  number(name: string): number | undefined {
    return toNumber(this.option(name));
  }
  text(name: string): string {
    const value = this.option(name);
    return typeof value === "string" ? value : "";
  }
  /** One that is not known counts as set, so that weights which there may be are among those of unknown size. */
  flag(name: string): boolean {
    const value = this.option(name);
    if (value === undefined || value === null || value === "") return false;
    const number = toNumber(value);
    return number === undefined || (number !== 0 && !Number.isNaN(number));
  }
  /** Whole numbers of a list; undefined when they are not known. */
  integers(name: string): readonly number[] | undefined {
    const value = this.option(name);
    const items = toItems(value) ?? (toNumber(value) === undefined ? undefined : [value]);
    this.unread ??= items?.find(isUnknown);
    const numbers = items?.map(toNumber);
    return numbers?.every((number) => number !== undefined) ? (numbers as number[]) : undefined;
  }
  /** Where the channels are: `channels_last` and `channelsLast` alike. */
  get channels(): ChannelAxis {
    return /first/i.test(this.text("data_format")) ? "first" : "last";
  }
  /** Elements that the layer's own `activation` computes over its output. */
  activated(shape: KnownOrNot): Count {
    const activation = this.values.get("activation");
    const none = activation === undefined || activation === null || activation === "linear";
    return none ? 0 : numel(shape);
  }
}

/** What a rule says of one call, unknown where an option that decides it is. */
export function rulingOf(rule: LayerRule, config: Config, inputs: readonly KnownOrNot[]): Ruling {
  const { answer, unread } = config.ask(() => rule.run(config, inputs));
  if (!unread) return answer;
  const lost = ({ geometry: _, ...step }: Step): Step => ({
    ...step,
    shape: unread,
    macs: step.macs === 0 ? 0 : unread,
    elementwise: step.elementwise === 0 ? 0 : unread,
  });
  const [step, ...more] = answer.steps;
  return {
    steps: [lost(step), ...more.map(lost)],
    ...(answer.states && { states: answer.states.map(() => unread) }),
  };
}

/** The weights that a rule makes, of unknown size where an option that decides on them is not known. */
export function weightsOf(rule: LayerRule, config: Config, inputs: readonly Shape[]): readonly WeightSpec[] {
  const { answer, unread } = config.ask(() => rule.weights?.(config, inputs) ?? []);
  return unread ? answer.map((spec) => ({ ...spec, shape: [unread] })) : answer;
}

/** The shape when its rank is known; else Unknown for every place that asks. */
export function first(inputs: readonly KnownOrNot[]): KnownOrNot {
  return inputs[0] ?? new Unknown("a layer without an input");
}

/** An op that computes each element of `shape` once. */
export function plain(name: string, shape: KnownOrNot, more: Partial<Step> = {}): Step {
  return { op: "other", name, shape, macs: 0, elementwise: numel(shape), ...more };
}

export function one(step: Step, problem?: string): Ruling {
  return problem === undefined ? { steps: [step] } : { steps: [step], problem };
}

export function channelAxis(config: Config, rank: number): number {
  return config.channels === "first" ? 1 : rank - 1;
}

export function channelsOf(config: Config, shape: KnownOrNot): Dim {
  if (isUnknown(shape)) return shape;
  return shape[channelAxis(config, shape.length)] ?? new Unknown("an input without channels");
}

export const KERAS = "https://keras.io/api/layers";
