/**
 * The swap in TensorFlow.js: `separableConv2d` where no batch norm follows; else
 * `depthwiseConv2d`, `batchNormalization`, the activation and a 1×1 `conv2d`, added or applied as the layer was.
 * https://js.tensorflow.org/api/latest/#Layers-Convolutional
 */
import { entryOf } from "../../base/table.ts";
import { type ArgumentText, type CallText, closingOf, editCall, readConfigCall } from "./callText.ts";
import { guardOf, TYPESCRIPT } from "./guard.ts";
import type { CallSite, Form } from "./site.ts";
import { tfjsCallForm } from "./tfjsCall.ts";

const KERNEL = /^kernel(Initializer|Regularizer|Constraint)$/;

export function tfjsForm(site: CallSite): Form {
  if (site.type === "conv2d") return tfjsCallForm(site);
  if (site.type !== "Conv2D") return { reason: `TensorFlow.js has no depthwise ${site.type}` };
  const call = readConfigCall(site.plain);
  if (!call) return { reason: "its configuration is not written in the call that makes it" };
  const bound = new Map(call.args.flatMap((arg) => (arg.name ? [[arg.name, arg] as const] : [])));
  const filters = bound.get("filters");
  if (!filters) return { reason: "its filters are not in the call that makes it" };
  const texts = {
    inChannels: bound.has("dataFormat") ? undefined : channelsOf(site.behind),
    outChannels: filters.value,
    groups: undefined,
    kernel: bound.get("kernelSize")?.value,
    stride: bound.get("strides")?.value,
    bias: bound.get("useBias")?.value,
  };
  const guard = guardOf(site, texts, TYPESCRIPT);
  if (guard === undefined)
    return { reason: "the same call makes layers that must stay, and none of its options tells them apart" };
  const prefix = prefixOf(call.callee, site.source);
  if (prefix === undefined) return { reason: "its file has no name for tf.layers" };
  const layer = (name: string): string => prefix + name;
  if (site.between !== undefined) return inPlace(site, composed(site, call, bound, layer), guard);
  const text = separable(call, bound, layer("separableConv2d"));
  return { text: guard === "" ? text : `(${guard} ? ${text} : ${site.text})` };
}

/** The channels of what the layer is applied to, where that has a name: `x.shape[3]`. */
function channelsOf(behind: string): string | undefined {
  const input = /^\s*\.apply\(\s*([A-Za-z_$][\w$]*)(?:\s+as\s+[\w.]+)?\s*\)/.exec(behind)?.[1];
  return input && `${input}.shape[3]`;
}

/** What stands before the names of layers: `tf.layers.`; undefined where the file has only single layers' names. */
function prefixOf(callee: string, source: string): string | undefined {
  const dot = callee.lastIndexOf(".");
  if (dot >= 0) return callee.slice(0, dot + 1);
  const whole =
    /import\s+\*\s+as\s+(\w+)\s+from\s+["']@tensorflow\/tfjs["']/.exec(source) ??
    /(?:const|let|var)\s+(\w+)\s*=\s*require\(\s*["']@tensorflow\/tfjs/.exec(source);
  return whole ? `${whole[1]}.layers.` : undefined;
}

type Bound = ReadonlyMap<string, ArgumentText>;

function separable(call: CallText, bound: Bound, callee: string): string {
  const edits = new Map<ArgumentText, string>();
  for (const [name, arg] of bound) {
    const kernel = KERNEL.exec(name);
    if (kernel) edits.set(arg, `depthwise${kernel[1]}: ${arg.value}, pointwise${kernel[1]}: ${arg.value}`);
  }
  return editCall(call, callee, edits, []);
}

/** Several layers where there was one: added one after the other, listed, or applied to each other's result. */
function inPlace(site: CallSite, layers: readonly string[], condition: string): Form {
  const { before, behind } = site;
  const added = /(?:^|[\n;{}])[ \t]*([\w.$]+\.add\()\s*$/.exec(before)?.[1];
  const end = /^\s*\)\s*?(;|(?=\n)|$)/.exec(behind)?.[0];
  if (added && end !== undefined) return addedOnes(site, layers, condition, added, end);
  if (/[[,]\s*(?:\/\/[^\n]*\n\s*)*$/.test(before) && /^\s*[,\]]/.test(behind))
    return listedOnes(site, layers, condition);
  const applied = /^\s*\.apply(?=\()/.exec(behind)?.[0];
  const length = applied === undefined ? undefined : closingOf(behind.slice(applied.length));
  if (applied === undefined || length === undefined)
    return { reason: "several layers can stand only where it is added, listed or applied" };
  const whole = applied.length + length;
  const text = chain(site, layers, behind.slice(applied.length + 1, whole - 1));
  if (condition === "") return { text, behind: whole };
  return { text: `(${condition} ? ${text} : ${site.text}${behind.slice(0, whole)})`, behind: whole };
}

function addedOnes(
  { text, indent, unit }: CallSite,
  layers: readonly string[],
  condition: string,
  add: string,
  end: string,
): Form {
  if (condition === "") return { text: layers.join(`);\n${indent}${add}`) };
  const [first = "", ...more] = layers;
  const rest = more.map((layer) => `${indent}${unit}${add}${layer});\n`).join("");
  return {
    text: `${condition} ? ${first} : ${text});\n${indent}if (${condition}) {\n${rest}${indent}}`,
    behind: end.length,
  };
}

function listedOnes({ before, text }: CallSite, layers: readonly string[], condition: string): Form {
  if (condition !== "") return { text: `...(${condition} ? [${layers.join(", ")}] : [${text}])` };
  const own = /\n([ \t]*)$/.exec(before)?.[1];
  return { text: layers.join(own === undefined ? ", " : `,\n${own}`) };
}

/** What a line may be long in TypeScript. */
const WIDTH = 120;

/** Each layer applied to the one before it: on one line where it fits, else one a line. */
function chain({ indent, unit }: CallSite, layers: readonly string[], input: string): string {
  const short = layers.reduce((value, layer) => `${layer}.apply(${value})`, input);
  if (indent.length + short.length <= WIDTH && !short.includes("\n")) return short;
  const deepest = layers.length - 1;
  return layers.reduce((value, layer, place) => {
    const margin = indent + unit.repeat(deepest - place);
    return place === 0
      ? `${layer}.apply(${value})`
      : `${layer}.apply(\n${margin}${unit}${value},\n${margin})`;
  }, input);
}

/** The layers of the swapped form, in order. */
function composed(
  site: CallSite,
  call: CallText,
  bound: Bound,
  layer: (name: string) => string,
): readonly string[] {
  const moved = new Set(["filters", "activation", "useBias", "name", "biasInitializer", "biasRegularizer"]);
  const edits = new Map<ArgumentText, string | null>();
  for (const [name, arg] of bound) {
    const kernel = KERNEL.exec(name);
    if (moved.has(name)) edits.set(arg, null);
    else if (kernel) edits.set(arg, `depthwise${kernel[1]}: ${arg.value}`);
  }
  const activation = site.between?.activation ?? "ReLU";
  const kept = [
    "activation",
    "useBias",
    "biasInitializer",
    "kernelInitializer",
    "dataFormat",
    "name",
  ].flatMap((name) => {
    const arg = bound.get(name);
    return arg ? [`, ${name}: ${arg.value}`] : [];
  });
  const norm = site.between?.normOptions ?? "";
  const filters = bound.get("filters")?.value ?? "";
  const shorthand = filters === "filters" ? "filters" : `filters: ${filters}`;
  return [
    editCall(call, layer("depthwiseConv2d"), edits, ["useBias: false"]),
    `${layer("batchNormalization")}(${norm === "" ? "" : `{ ${norm} }`})`,
    activationLayer(activation, site.between?.options ?? "", layer),
    `${call.callee}({ ${shorthand}, kernelSize: 1${kept.join("")} })`,
  ];
}

const ACTIVATION_LAYERS: Readonly<Record<string, string>> = {
  ReLU: "reLU",
  LeakyReLU: "leakyReLU",
  PReLU: "prelu",
  ELU: "elu",
};

function activationLayer(activation: string, options: string, layer: (name: string) => string): string {
  if (activation === "ReLU6") return `${layer("reLU")}({ maxValue: 6 })`;
  const own = entryOf(ACTIVATION_LAYERS, activation);
  return own === undefined
    ? `${layer("activation")}({ activation: "${activation.toLowerCase()}" })`
    : `${layer(own)}(${options === "" ? "" : `{ ${options} }`})`;
}
