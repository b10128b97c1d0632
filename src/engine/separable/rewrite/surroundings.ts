/** What follows a convolution in the trace: the batch norm and the activation that its swapped form repeats. */

import { entryOf } from "../../base/table.ts";
import { isKnown } from "../../frameworks/shape/dims.ts";
import type { OpRecord, Site } from "../../interpret/trace.ts";
import { type Instance, type Tensor, toNumber } from "../../interpret/values.ts";
import type { Language } from "../../syntax/ast.ts";
import { place } from "../../syntax/place.ts";
import type { Span } from "../../syntax/span.ts";
import { type ArgumentText, editCall, readConfigCall, readPythonCall } from "./callText.ts";
import { cutAt, functionAround } from "./place.ts";
import type { Between } from "./site.ts";

const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: "ReLU",
  relu6: "ReLU6",
  silu: "SiLU",
  swish: "SiLU",
  hardswish: "Hardswish",
  hard_swish: "Hardswish",
  hardsigmoid: "Hardsigmoid",
  gelu: "GELU",
  leaky_relu: "LeakyReLU",
  elu: "ELU",
  selu: "SELU",
  mish: "Mish",
  prelu: "PReLU",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};

export type Readers = ReadonlyMap<Tensor, OpRecord>;

export function firstReaders(ops: readonly OpRecord[]): Readers {
  const readers = new Map<Tensor, OpRecord>();
  for (const op of ops) for (const input of op.inputs) if (!readers.has(input)) readers.set(input, op);
  return readers;
}

/** The text of a file. */
type Read = (file: string) => string | undefined;

/** Undefined when no batch norm reads the convolution's output. */
export function betweenOf(
  conv: OpRecord,
  readers: Readers,
  language: Language,
  read: Read,
): Between | undefined {
  const norm = readerOf(conv, readers);
  if (norm?.op !== "norm" || !/batch_?norm/i.test(norm.name)) return undefined;
  const weights = norm.weights.filter(({ parameter }) => parameter && parameter.buffer !== true);
  const after = readerOf(norm, readers);
  const activation = after?.op === "other" ? activationOf(after, language, read) : undefined;
  const made = besideOf(conv, norm, read);
  return {
    norm:
      conv.geometry?.kernel.length === 1
        ? "BatchNorm1d"
        : conv.geometry?.kernel.length === 3
          ? "BatchNorm3d"
          : "BatchNorm2d",
    vectors: weights.length,
    normOptions: normOptions(norm, weights.length, language, read),
    ...(made !== undefined && { made }),
    isTold: (norm.scope?.instance.attrs.get(TOLD) ?? null) !== null,
    ...(made !== undefined && toldByCall(conv, norm, read)),
    ...(activation ?? { activation: "ReLU", options: "" }),
  };
}

/** What makes the norm, where one run of one function makes both: its names mean the same there. */
function besideOf(conv: OpRecord, norm: OpRecord, read: Read): string | undefined {
  const [own, other] = [conv.scope?.instance.site, norm.scope?.instance.site];
  if (!own || !other || own.caller?.at !== other.caller?.at || own.at.file !== other.at.file)
    return undefined;
  const text = read(other.at.file);
  const call = text === undefined ? undefined : cutAt(text, place(other.at))?.inside;
  return text === undefined || call === undefined
    ? undefined
    : movedUp(plainNorm(call), text, own.at, other.at);
}

/** The second batch norm has a name and initial values of its own. */
function plainNorm(text: string): string {
  const call = readPythonCall(text);
  const dropped = call?.args.filter(({ name }) => name !== undefined && OWN_OF_NORM.has(name)) ?? [];
  if (!call || dropped.length === 0) return text;
  return editCall(call, call.callee, new Map(dropped.map((arg) => [arg, null])), []);
}

const OWN_OF_NORM: ReadonlySet<string> = new Set(["name", "scale_init", "bias_init", "offset_init"]);

/** An expression moved to an earlier line: names that get their value in between are put into its words. */
function movedUp(
  text: string,
  source: string,
  { endLine: to }: Span,
  { line: from }: Span,
): string | undefined {
  let result = text;
  for (const line of source
    .split("\n")
    .slice(to, Math.max(to, from - 1))
    .toReversed()) {
    const [, name, value = ""] = /^\s*([A-Za-z_]\w*)\s*(?::[^=]+)?=(?!=)\s*([^#]*)/.exec(line) ?? [];
    const mention = new RegExp(`(?<![\\w.])${name}\\b(?!\\s*=(?!=))`, "g");
    if (name === undefined || !mention.test(result)) continue;
    if (!/^[\w.'"() ]+$/.test(value) || !isBalanced(value)) return undefined;
    const atom = /^[\w.]+(\([^()]*\))?$/.test(value.trim()) ? value.trim() : `(${value.trim()})`;
    result = result.replace(mention, () => atom);
  }
  return result;
}

function isBalanced(text: string): boolean {
  return text.split("(").length === text.split(")").length;
}

/** Linen's batch norms are told by it whether they train: where they are made, or by their call. */
const TOLD = "use_running_average";

/** What the norm's call tells it, where that is a name or flag which the function that makes the convolution has. */
function toldByCall(conv: OpRecord, { site }: OpRecord, read: Read): Pick<Between, "told"> {
  const own = conv.scope?.instance.site;
  return own && site?.caller?.at === own.caller?.at ? toldAt(site, own.at, read) : {};
}

/** What the call of the batch norm that follows tells it, where the convolution is called in the same function. */
export function toldBeside(conv: OpRecord, readers: Readers, read: Read): Pick<Between, "told"> {
  const norm = readerOf(conv, readers);
  return norm?.op === "norm" && conv.site ? toldAt(norm.site, conv.site.at, read) : {};
}

function toldAt(site: Site | undefined, beside: Span, read: Read): Pick<Between, "told"> {
  const text = site && site.at.file === beside.file ? read(site.at.file) : undefined;
  if (!site || text === undefined) return {};
  if (functionAround(text, site.at.line) !== functionAround(text, beside.line)) return {};
  const call = cutAt(text, place(site.at))?.inside;
  const args = (call === undefined ? undefined : readPythonCall(call))?.args ?? [];
  const named = args.find(({ name }) => name !== undefined && TELLING.has(name));
  const value = (named ?? args.filter(({ name }) => !name)[1])?.value;
  const told = value !== undefined && FLAG.test(value) ? movedUp(value, text, beside, site.at) : undefined;
  return told === undefined ? {} : { told };
}

/** What batch norms of Linen, Haiku and Equinox are told by. */
const TELLING: ReadonlySet<string> = new Set([TOLD, "is_training", "state"]);

/** `not train`, `self.frozen`, `True` */
const FLAG = /^(not\s+)?[A-Za-z_][\w.]*$/;

/** In torch the channels come first; what a batch norm without weights is told is told in any case. */
function normOptions({ scope }: OpRecord, vectors: number, language: Language, read: Read): string {
  const site = scope?.instance.site;
  const isTorch = /^BatchNorm[123]d$/.test(scope?.instance.cls.name ?? "");
  const written = (site && argumentsAt(site.at, language, read)) ?? [];
  const args = isTorch ? written.map(withName) : written;
  const own = args.filter((arg) => arg.name !== undefined && arg.name !== "name" && isLiteral(arg));
  const plain = isTorch && vectors === 0 && !own.some(({ name }) => name === "affine");
  return [
    optionsText(
      own.filter(({ name }) => name !== "num_features"),
      language,
    ),
    plain ? "affine=False" : "",
  ]
    .filter((text) => text !== "")
    .join(", ");
}

const NORM_PARAMETERS = ["num_features", "eps", "momentum", "affine", "track_running_stats"];

/** A positional argument of torch's batch norm under its name. */
function withName(arg: ArgumentText, index: number): ArgumentText {
  const name = arg.name ?? NORM_PARAMETERS[index];
  return arg.spread || name === undefined ? arg : { ...arg, name };
}

type Activation = Pick<Between, "activation" | "options" | "slopePerChannel">;

function activationOf(op: OpRecord, language: Language, read: Read): Activation | undefined {
  const layer = op.scope?.instance;
  const own = layer?.site && argumentsAt(layer.site.at, language, read);
  if (layer?.cls.name === "Activation") {
    const named =
      own?.find(({ name }) => name === "activation") ?? own?.find(({ name }) => name === undefined);
    const activation = entryOf(ACTIVATIONS, named?.value.replaceAll(/^["']|["']$/g, "").toLowerCase() ?? "");
    return activation === undefined ? undefined : { activation, options: "" };
  }
  const activation = entryOf(ACTIVATIONS, op.name.replace(/_$/, ""));
  if (activation === undefined) return undefined;
  const slopes = op.name === "prelu" ? op.weights[0]?.shape : undefined;
  if (own && slopes && isKnown(slopes) && slopes.length === 1) {
    const kept = own.filter((arg) => arg.name === "init" && isLiteral(arg));
    return { activation, options: optionsText(kept, language), slopePerChannel: slopes[0] !== 1 };
  }
  const isLayer = layer?.cls.name.toLowerCase() === activation.toLowerCase();
  const called = isLayer
    ? own
    : op.site && language === "python"
      ? argumentsAt(op.site.at, language, read)
      : [];
  const args = called ?? [];
  // A function takes the tensor first; as a method of the tensor it does not.
  const options = isLayer || args[0]?.name !== undefined || isLiteral(args[0]) ? args : args.slice(1);
  const text = options.every(isLiteral) ? optionsText(options, language) : slopeText(layer, activation);
  return { activation, options: text };
}

/** What torch's layers keep the one number under that shapes them. */
const SLOPES: Readonly<Record<string, string>> = { LeakyReLU: "negative_slope", ELU: "alpha" };

/** The number itself, where the code gives it by a name that may mean another thing elsewhere. */
function slopeText(layer: Instance | undefined, activation: string): string {
  const name = entryOf(SLOPES, activation);
  const value = name === undefined ? undefined : toNumber(layer?.attrs.get(name) ?? null);
  return value === undefined ? "" : `${name}=${value}`;
}

/** What makes an activation itself: its name is its own, and a variable may mean another thing elsewhere. */
const LITERAL = /^(-?[\d.]+(e-?\d+)?|True|False|true|false|"[^"]*"|'[^']*')$/;

function isLiteral(arg: ArgumentText | undefined): boolean {
  return arg !== undefined && !arg.spread && LITERAL.test(arg.value);
}

function argumentsAt(span: Span, language: Language, read: Read): readonly ArgumentText[] | undefined {
  const text = read(span.file);
  const call = text === undefined ? undefined : cutAt(text, place(span))?.inside;
  if (call === undefined) return undefined;
  return (language === "python" ? readPythonCall(call) : readConfigCall(call))?.args;
}

function optionsText(args: readonly ArgumentText[], language: Language): string {
  const own = args.filter(({ name }) => name !== "name");
  return own.map(({ name, value }) => optionText(name, value, language)).join(", ");
}

function optionText(name: string | undefined, value: string, language: Language): string {
  if (name === undefined) return value;
  return language === "python" ? `${name}=${value}` : `${name}: ${value}`;
}

function readerOf(op: OpRecord, readers: Readers): OpRecord | undefined {
  const [output] = op.outputs;
  return output && readers.get(output);
}
