/**
 * The swap in Flax: two `Conv`, the first with `feature_group_count`. NNX layers know their input channels
 * (`in_features`); Linen's are those of the value that the layer is called on, which its call must show. Linen's batch
 * norm is told whether it trains where it is made or where it is called: in a list it must be told where it is made.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#linear-modules
 * https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/nn/linear.html
 */
import { entryOf } from "../../base/table.ts";
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { guardOf } from "./guard.ts";
import { JAX_ACTIVATIONS } from "./jax.ts";
import { block, guarded, usesTwice } from "./layout.ts";
import { ownModuleForm } from "./ownModule.ts";
import { type Between, type CallSite, type Form, NOT_APART } from "./site.ts";

type Arguments = ReadonlyMap<string, ArgumentText>;

export function flaxForm(site: CallSite): Form {
  if (site.type !== "Conv") return { reason: `${site.type} is not one of Flax' own convolutions` };
  const call = readPythonCall(site.plain);
  if (!call) return { reason: "the call that makes it cannot be read" };
  const nnx = call.args.some(({ name }) => name === "rngs");
  const parameters = nnx
    ? ["in_features", "out_features", "kernel_size", "strides"]
    : ["features", "kernel_size", "strides"];
  const bound = new Map(
    call.args.flatMap((arg, index) =>
      arg.spread ? [] : [[arg.name ?? parameters[index] ?? "", arg] as const],
    ),
  );
  if (!bound.has("kernel_size")) return { reason: "its kernel is not an argument of the call that makes it" };
  const guard = guardOf(site, {
    inChannels: nnx ? bound.get("in_features")?.value : channelsOf(site.behind),
    outChannels: bound.get(nnx ? "out_features" : "features")?.value,
    groups: bound.get("feature_group_count")?.value,
    kernel: bound.get("kernel_size")?.value,
    stride: bound.get("strides")?.value,
    bias: bound.get("use_bias")?.value,
  });
  if (guard === undefined) return NOT_APART;
  const form = (nnx ? nnxForm : linenForm)(site, call, bound, guard);
  return form;
}

function nnxForm(site: CallSite, call: CallText, bound: Arguments, guard: string): Form {
  const [input, output, rngs] = ["in_features", "out_features", "rngs"].map((name) => bound.get(name));
  if (!input || !output || !rngs || !usesTwice(input.value))
    return { reason: "its features are not arguments of the call that makes it" };
  const library = libraryOf(site, call, "nnx");
  const options = site.between?.normOptions ? `, ${site.between.normOptions}` : "";
  const between = site.between
    ? [
        `${library}.BatchNorm(${input.value}${options}, rngs=${rngs.value})`,
        activationOf(site.between, library),
      ]
    : [];
  const parts = [
    depthwise(call, output, input.value, bound),
    ...between,
    `${call.callee}(${input.value}, ${output.value}, kernel_size=${ones(site)}${kept(bound, "use_bias")}, rngs=${rngs.value})`,
  ];
  return { text: guarded(block(`${library}.Sequential(`, parts, ")", site, levelsOf(guard)), guard, site) };
}

function linenForm(site: CallSite, call: CallText, bound: Arguments, guard: string): Form {
  const features = bound.get("features");
  const input = features && inputOf(site, features);
  if (!features || input === undefined)
    return { reason: "its input channels differ from use to use, and Linen's layers do not name them" };
  const library = libraryOf(site, call, "nn");
  const norm = site.between ? normOf(site.between) : undefined;
  const pointwise = `${call.callee}(${features.value}, ${ones(site)}${kept(bound, "use_bias")})`;
  if (site.between && norm === undefined) {
    const untold = normOf({ ...site.between, isTold: true });
    if (untold === undefined) return { reason: TOLD_ELSEWHERE };
    const own = ownModuleForm(site, {
      parts: [depthwise(call, features, input, bound), untold, pointwise],
      guard,
      activation: [site.between.activation, activationOf(site.between, library)],
      flag: "use_running_average",
      define: linenModule(library),
    });
    return own ?? { reason: TOLD_ELSEWHERE };
  }
  const parts = [
    depthwise(call, features, input, bound),
    ...(site.between && norm !== undefined ? [norm, activationOf(site.between, library)] : []),
    pointwise,
  ];
  return { text: guarded(block(`${library}.Sequential([`, parts, "])", site, levelsOf(guard)), guard, site) };
}

const TOLD_ELSEWHERE =
  "Linen's batch norm is told where it is called whether it trains, which not all calls of the convolution know: write a module that takes use_running_average and calls the two convolutions with the batch norm between";

function levelsOf(guard: string): 0 | 1 {
  return guard === "" ? 0 : 1;
}

function linenModule(library: string): (name: string, activation: string) => string {
  return (name, activation) => `class ${name}(${library}.Module):
\t"""A depthwise convolution, batch norm and activation, and a pointwise convolution."""

\tdepthwise: ${library}.Module
\tnorm: ${library}.Module
\tpointwise: ${library}.Module

\tdef __call__(self, x, use_running_average):
\t\tx = self.norm(self.depthwise(x), use_running_average=use_running_average)
\t\treturn self.pointwise(${activation}(x))


`;
}

/** The channels of the value that the layer is called on at once, else the one number, else as many as it makes. */
function inputOf({ instances, behind }: CallSite, features: ArgumentText): string | undefined {
  const wanted = instances.filter((instance) => instance.wanted);
  const [only, ...others] = new Set(wanted.map(({ inChannels }) => inChannels));
  const called = channelsOf(behind);
  if (called !== undefined || others.length === 0) return called ?? String(only);
  const isSame = wanted.every(({ inChannels, outChannels }) => inChannels === outChannels);
  return isSame && usesTwice(features.value) ? features.value : undefined;
}

function channelsOf(behind: string): string | undefined {
  const value = /^\(\s*([A-Za-z_][\w.]*)\s*\)/.exec(behind)?.[1];
  return value === undefined ? undefined : `${value}.shape[-1]`;
}

/** A second batch norm as the first one is made, told what that is told. */
function normOf({ made, isTold, told }: Between): string | undefined {
  const call = made === undefined || (!isTold && told === undefined) ? undefined : readPythonCall(made);
  if (!call) return undefined;
  const added = isTold || told === undefined ? [] : [`use_running_average=${told}`];
  return editCall(call, call.callee, new Map(), added);
}

/** What the file calls `flax.linen` or `flax.nnx`: a layer's class may come from elsewhere, as `self.conv`. */
function libraryOf({ source }: CallSite, call: CallText, usual: "nn" | "nnx"): string {
  const module = usual === "nn" ? "linen" : "nnx";
  const named =
    new RegExp(`^\\s*from\\s+flax\\s+import\\s[^\\n]*\\b${module}\\s+as\\s+(\\w+)`, "m").exec(source)?.[1] ??
    new RegExp(`^\\s*import\\s+flax\\.${module}\\s+as\\s+(\\w+)`, "m").exec(source)?.[1];
  if (named !== undefined) return named;
  const plain = new RegExp(`^\\s*from\\s+flax\\s+import\\s[^\\n]*\\b${module}\\b`, "m").test(source);
  return plain ? module : (/^(.+)\.Conv$/.exec(call.callee)?.[1] ?? usual);
}

function depthwise(call: CallText, features: ArgumentText, input: string, bound: Arguments): string {
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

function kept(bound: Arguments, name: string): string {
  const arg = bound.get(name);
  return arg ? `, ${name}=${arg.value}` : "";
}

function ones({ rank }: CallSite): string {
  return rank === 1 ? "(1,)" : `(${new Array<number>(rank).fill(1).join(", ")})`;
}

/** Activations as functions of the library, by what the swap calls them. */
const ACTIVATIONS: Readonly<Record<string, string>> = { ...JAX_ACTIVATIONS, Tanh: "tanh" };

function activationOf({ activation }: Between, library: string): string {
  return `${library}.${entryOf(ACTIVATIONS, activation) ?? "relu"}`;
}
