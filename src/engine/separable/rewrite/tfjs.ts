/**
 * The swap in TensorFlow.js: `separableConv2d` where no batch norm follows; else
 * `depthwiseConv2d`, `batchNormalization`, the activation and a 1×1 `conv2d`, added or applied as the layer was.
 * https://js.tensorflow.org/api/latest/#Layers-Convolutional
 */
import { type ArgumentText, type CallText, closingOf, editCall, readConfigCall } from "./callText.ts";
import { guardFor } from "./guard.ts";
import type { CallSite, Form } from "./site.ts";

const KERNEL = /^kernel(Initializer|Regularizer|Constraint)$/;

export function tfjsForm(site: CallSite): Form {
  if (site.type !== "Conv2D") return { reason: `TensorFlow.js has no depthwise ${site.type}` };
  const call = readConfigCall(site.text);
  if (!call) return { reason: "its configuration is not written in the call that makes it" };
  if (call.args.some(({ spread }) => spread)) return { reason: "its configuration spreads another object" };
  const bound = new Map(call.args.flatMap((arg) => (arg.name ? [[arg.name, arg] as const] : [])));
  const filters = bound.get("filters");
  if (!filters) return { reason: "its filters are not in the call that makes it" };
  const guard = guardFor(site.instances, {
    inChannels: undefined,
    outChannels: filters.value,
    groups: undefined,
    kernel: undefined,
    stride: bound.get("strides")?.value,
  });
  if (guard === undefined)
    return { reason: "the same call makes layers that must stay, and none of its options tells them apart" };
  const layer = (name: string): string => call.callee.replace(/\w+$/, name);
  if (site.between === undefined) {
    const text = separable(call, bound, layer("separableConv2d"));
    return { text: guard === "" ? text : `(${strictly(guard)} ? ${text} : ${site.text})` };
  }
  return guard === ""
    ? inPlace(site, composed(site, call, bound, layer))
    : {
        reason:
          "the same call makes layers that must stay, and several layers cannot stand under a condition",
      };
}

function strictly(guard: string): string {
  return guard.replaceAll(" == ", " === ").replaceAll(" != ", " !== ").replaceAll(" and ", " && ");
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
function inPlace({ before, behind, indent }: CallSite, layers: readonly string[]): Form {
  const added = /(?:^|[\n;{}])[ \t]*([\w.$]+\.add\()\s*$/.exec(before)?.[1];
  if (added && /^\s*\)\s*(;|\n|$)/.test(behind)) return { text: layers.join(`);\n${indent}${added}`) };
  if (/[[,]\s*$/.test(before) && /^\s*[,\]]/.test(behind)) {
    const own = /\n([ \t]*)$/.exec(before)?.[1];
    return { text: layers.join(own === undefined ? ", " : `,\n${own}`) };
  }
  const applied = /^\s*\.apply(?=\()/.exec(behind)?.[0];
  const length = applied === undefined ? undefined : closingOf(behind.slice(applied.length));
  if (applied === undefined || length === undefined)
    return { reason: "several layers can stand only where it is added, listed or applied" };
  const input = behind.slice(applied.length + 1, applied.length + length - 1);
  const text = layers.reduce((value, layer) => `${layer}.apply(${value})`, input);
  return { text, behind: applied.length + length };
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
  const filters = bound.get("filters")?.value ?? "";
  const shorthand = filters === "filters" ? "filters" : `filters: ${filters}`;
  return [
    editCall(call, layer("depthwiseConv2d"), edits, ["useBias: false"]),
    `${layer("batchNormalization")}()`,
    ACTIVATIONS[activation]?.(layer) ??
      `${layer("activation")}({ activation: "${activation.toLowerCase()}" })`,
    `${call.callee}({ ${shorthand}, kernelSize: 1${kept.join("")} })`,
  ];
}

const ACTIVATIONS: Readonly<Record<string, (layer: (name: string) => string) => string>> = {
  ReLU: (layer) => `${layer("reLU")}()`,
  ReLU6: (layer) => `${layer("reLU")}({ maxValue: 6 })`,
};
