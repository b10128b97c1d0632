/**
 * The swap in TensorFlow.js: `separableConv2d` where no batch norm follows; else a `tf.sequential` of
 * `depthwiseConv2d`, `batchNormalization`, the activation and a 1×1 `conv2d`, which is added or applied as the layer was.
 * https://js.tensorflow.org/api/latest/#Layers-Convolutional
 */
import { type ArgumentText, type CallText, editCall, readConfigCall } from "./callText.ts";
import { guardFor } from "./guard.ts";
import { block } from "./layout.ts";
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
  const text = site.between
    ? composed(site, call, bound, layer)
    : separable(call, bound, layer("separableConv2d"));
  if (guard === "") return { text };
  return { text: `(${guard.replace(/==/g, "===").replace(/!=(?!=)/g, "!==")} ? ${text} : ${site.text})` };
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

function composed(site: CallSite, call: CallText, bound: Bound, layer: (name: string) => string): string {
  const moved = new Set(["filters", "activation", "useBias", "name", "biasInitializer", "biasRegularizer"]);
  const edits = new Map<ArgumentText, string | null>();
  for (const [name, arg] of bound) {
    const kernel = KERNEL.exec(name);
    if (moved.has(name)) edits.set(arg, null);
    else if (kernel) edits.set(arg, `depthwise${kernel[1]}: ${arg.value}`);
  }
  const activation = site.between?.activation ?? "ReLU";
  const middle =
    activation === "ReLU"
      ? `${layer("reLU")}()`
      : activation === "ReLU6"
        ? `${layer("reLU")}({ maxValue: 6 })`
        : `${layer("activation")}({ activation: "${activation.toLowerCase()}" })`;
  const kept = ["activation", "useBias", "biasInitializer", "kernelInitializer", "dataFormat"].flatMap(
    (name) => {
      const arg = bound.get(name);
      return arg ? [`, ${name}: ${arg.value}`] : [];
    },
  );
  const own = bound.get("filters")!;
  const shorthand = own.value === "filters" ? "filters" : `filters: ${own.value}`;
  const parts = [
    editCall(call, layer("depthwiseConv2d"), edits, ["useBias: false"]),
    `${layer("batchNormalization")}()`,
    middle,
    `${call.callee}({ ${shorthand}, kernelSize: 1${kept.join("")} })`,
  ];
  const sequential = call.callee.replace(/layers\.\w+$/, "sequential");
  const name = bound.get("name");
  return block(`${sequential}({${name ? ` name: ${name.value},` : ""} layers: [`, parts, "] })", site);
}
