/**
 * The swap in Flax: two `Conv`, the first with `feature_group_count`. NNX layers know their input channels
 * (`in_features`); Linen's are those of the value that the layer is called on, which its call must show.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/nn/linear.html
 */
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { block, usesTwice } from "./layout.ts";
import type { CallSite, Form } from "./site.ts";

export function flaxForm(site: CallSite): Form {
  if (site.type !== "Conv") return { reason: `${site.type} is not one of Flax' own convolutions` };
  const call = readPythonCall(site.text);
  if (!call || call.args.some(({ spread }) => spread))
    return { reason: "the call that makes it cannot be read" };
  const nnx = call.args.some(({ name }) => name === "rngs");
  const parameters = nnx
    ? ["in_features", "out_features", "kernel_size", "strides"]
    : ["features", "kernel_size", "strides"];
  const bound = new Map(call.args.map((arg, index) => [arg.name ?? parameters[index] ?? "", arg] as const));
  const kernel = bound.get("kernel_size");
  if (!kernel) return { reason: "its kernel is not an argument of the call that makes it" };
  if (site.instances.some(({ wanted }) => !wanted))
    return { reason: "the same call makes layers that must stay" };
  if (!nnx) return linenForm(site, call, bound);
  const [input, output, rngs] = [bound.get("in_features"), bound.get("out_features"), bound.get("rngs")!];
  if (!input || !output || !usesTwice(input.value))
    return { reason: "its features are not arguments of the call that makes it" };
  const layer = (name: string): string => call.callee.replace(/\w+$/, name);
  const between = site.between
    ? [`${layer("BatchNorm")}(${input.value}, rngs=${rngs.value})`, activationOf(site, call)]
    : [];
  const bias = bound.get("use_bias");
  const parts = [
    depthwise(call, bound.get("out_features")!, input.value, bound),
    ...between,
    `${call.callee}(${input.value}, ${output.value}, kernel_size=${ones(site)}${bias ? `, use_bias=${bias.value}` : ""}, rngs=${rngs.value})`,
  ];
  return { text: block(`${layer("Sequential")}(`, parts, ")", site) };
}

function linenForm(site: CallSite, call: CallText, bound: ReadonlyMap<string, ArgumentText>): Form {
  const features = bound.get("features");
  const channels = [...new Set(site.instances.map(({ inChannels }) => inChannels))];
  const [input] = channels;
  if (!features || input === undefined || channels.length > 1)
    return { reason: "its input channels differ from use to use, and Linen's layers do not name them" };
  if (site.between)
    return { reason: "Linen's batch norm needs to be told whether it trains: write it by hand" };
  const bias = bound.get("use_bias");
  const parts = [
    depthwise(call, features, String(input), bound),
    `${call.callee}(${features.value}, ${ones(site)}${bias ? `, use_bias=${bias.value}` : ""})`,
  ];
  const layer = call.callee.replace(/\w+$/, "Sequential");
  return { text: block(`${layer}([`, parts, "])", site) };
}

function depthwise(
  call: CallText,
  features: ArgumentText,
  input: string,
  bound: ReadonlyMap<string, ArgumentText>,
): string {
  const edits = new Map<ArgumentText, string>([
    [features, features.name ? `${features.name}=${input}` : input],
  ]);
  const groups = bound.get("feature_group_count");
  const bias = bound.get("use_bias");
  if (groups) edits.set(groups, `feature_group_count=${input}`);
  if (bias) edits.set(bias, "use_bias=False");
  return editCall(call, call.callee, edits, [
    ...(groups ? [] : [`feature_group_count=${input}`]),
    ...(bias ? [] : ["use_bias=False"]),
  ]);
}

function ones({ rank }: CallSite): string {
  return rank === 1 ? "(1,)" : `(${new Array<number>(rank).fill(1).join(", ")})`;
}

function activationOf({ between }: CallSite, call: CallText): string {
  return call.callee.replace(/\w+$/, (between?.activation ?? "ReLU").toLowerCase());
}
