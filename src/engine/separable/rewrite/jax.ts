/**
 * The swap in Haiku and Equinox: two convolutions in a `Sequential`, the first with as many groups as it has channels.
 * Haiku's batch norm is told in the list what the one that follows is told; Equinox' `Sequential` hands the state of
 * its batch norms on, so that the layer's calls must take and give it.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#haiku.Conv2D
 * https://docs.kidger.site/equinox/api/nn/conv/
 */

import { entryOf } from "../../base/table.ts";
import type { Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import { placeKey } from "../../report/places.ts";
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { guardOf } from "./guard.ts";
import { block, guarded, usesTwice } from "./layout.ts";
import { ownModuleForm } from "./ownModule.ts";
import { cutAt, mentionsOf } from "./place.ts";
import { type Between, type CallSite, type Form, NOT_APART } from "./site.ts";

const HAIKU = ["output_channels", "kernel_shape", "stride"];
const EQUINOX = ["in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"];

type Arguments = ReadonlyMap<string, ArgumentText>;

function readCall(site: CallSite, names: readonly string[]): readonly [CallText, Arguments] | string {
  const call = readPythonCall(site.plain);
  if (!call) return "the call that makes it cannot be read";
  const named = call.args.flatMap((arg, index) =>
    arg.spread ? [] : [[arg.name ?? names[index] ?? "", arg] as const],
  );
  return [call, new Map(named)];
}

/** The call with arguments set: those that are there change, the others come behind. */
function withArguments(call: CallText, bound: Arguments, values: Readonly<Record<string, string>>): string {
  const edits = new Map<ArgumentText, string>();
  const added: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const arg = bound.get(name);
    if (!arg) added.push(`${name}=${value}`);
    else if (arg.value !== value) edits.set(arg, arg.name ? `${name}=${value}` : value);
  }
  return editCall(call, call.callee, edits, added);
}

function kept(bound: Arguments, ...names: readonly string[]): string {
  return names
    .flatMap((name) => {
      const arg = bound.get(name);
      return arg ? [`, ${name}=${arg.value}`] : [];
    })
    .join("");
}

/** The one guard of both: their calls name what tells layers apart as this. */
function guardIn(
  site: CallSite,
  bound: Arguments,
  [inputs, outputs, groups, kernel, bias]: readonly string[],
): string | undefined {
  const value = (name: string | undefined): string | undefined => bound.get(name ?? "")?.value;
  return guardOf(site, {
    inChannels: inputs === undefined ? undefined : (value(inputs) ?? channelsOf(site.behind)),
    outChannels: value(outputs),
    groups: value(groups),
    kernel: value(kernel),
    stride: value("stride"),
    bias: value(bias),
  });
}

/** The channels of what a layer is called on at once, where they stand last. */
function channelsOf(behind: string): string | undefined {
  const input = /^\(\s*([A-Za-z_][\w.]*)\s*\)/.exec(behind)?.[1];
  return input && `${input}.shape[-1]`;
}

export function haikuForm(site: CallSite): Form {
  if (!/^Conv[123]D$/.test(site.type))
    return { reason: `${site.type} is not one of Haiku's own convolutions` };
  const read = readCall(site, HAIKU);
  if (typeof read === "string") return { reason: read };
  const [call, bound] = read;
  const output = bound.get("output_channels");
  const input = output && haikuInput(site, bound, output);
  if (!output || input === undefined)
    return { reason: "its input channels differ from use to use, and Haiku's layers do not name them" };
  const guard = guardIn(site, bound, [
    bound.has("data_format") ? "" : "input_channels",
    "output_channels",
    "feature_group_count",
    "kernel_shape",
    "with_bias",
  ]);
  if (guard === undefined) return NOT_APART;
  const name = bound.get("name");
  const inner = name ? editCall(call, call.callee, new Map([[name, null]]), []) : site.plain;
  const plain = name ? readCall({ ...site, plain: inner }, HAIKU) : read;
  if (typeof plain === "string") return { reason: plain };
  const middle = site.between ? haikuBetween(site.between, site.source) : [];
  if (!middle && site.between) {
    const norm = site.between.made;
    const form =
      norm !== undefined &&
      ownModuleForm(site, {
        parts: [
          withArguments(...plain, {
            output_channels: input,
            feature_group_count: input,
            with_bias: "False",
          }),
          norm,
          `${call.callee}(${output.value}, kernel_shape=1${kept(bound, "with_bias", "data_format")})`,
        ],
        guard,
        activation: [site.between.activation, jaxActivation(site.between.activation, site.source)],
        flag: "is_training",
        define: haikuModule(call.callee.replace(/\w+$/, "Module")),
      });
    if (form) return form;
  }
  if (!middle)
    return {
      reason:
        "Haiku's batch norm is told by its call whether it trains, which the line that makes the convolution does not know: write a module that takes is_training and calls the two convolutions with the batch norm between",
    };
  const parts = [
    withArguments(...plain, {
      output_channels: input,
      feature_group_count: input,
      with_bias: "False",
    }),
    ...middle,
    `${call.callee}(${output.value}, kernel_shape=1${kept(bound, "with_bias", "data_format")})`,
  ];
  const sequential = call.callee.replace(/\w+$/, "Sequential");
  const close = name ? `], name=${name.value})` : "])";
  const text = block(`${sequential}([`, parts, close, site, guard === "" ? 0 : 1);
  return { text: guarded(text, guard, site) };
}

/** The channels of the value that the layer is called on at once, else the one number, else as many as it makes. */
function haikuInput(
  { instances, behind }: CallSite,
  bound: Arguments,
  output: ArgumentText,
): string | undefined {
  const wanted = instances.filter((instance) => instance.wanted);
  const [only, ...others] = new Set(wanted.map(({ inChannels }) => inChannels));
  const called = bound.has("data_format") ? undefined : channelsOf(behind);
  if (called !== undefined || others.length === 0) return called ?? String(only);
  const isSame = wanted.every(({ inChannels, outChannels }) => inChannels === outChannels);
  return isSame && usesTwice(output.value) ? output.value : undefined;
}

/** A batch norm as the one that follows is made, told what its call is told, and the activation. */
function haikuBetween(
  { made, told, activation }: Pick<Between, "made" | "told" | "activation">,
  source: string,
): readonly string[] | undefined {
  if (told === undefined || made === undefined) return undefined;
  return [`lambda x: ${made}(x, ${told})`, jaxActivation(activation, source)];
}

function haikuModule(base: string): (name: string, activation: string) => string {
  return (name, activation) => `class ${name}(${base}):
\t"""A depthwise convolution, batch norm and activation, and a pointwise convolution."""

\tdef __init__(self, depthwise, norm, pointwise, name=None):
\t\tsuper().__init__(name=name)
\t\tself.depthwise = depthwise
\t\tself.norm = norm
\t\tself.pointwise = pointwise

\tdef __call__(self, x, is_training):
\t\tx = self.norm(self.depthwise(x), is_training)
\t\treturn self.pointwise(${activation}(x))


`;
}

/** Activations that `jax.nn` and Flax spell alike, by what the swap calls them. */
export const JAX_ACTIVATIONS: Readonly<Record<string, string>> = {
  ReLU6: "relu6",
  SiLU: "silu",
  Hardswish: "hard_swish",
  Hardsigmoid: "hard_sigmoid",
  GELU: "gelu",
  LeakyReLU: "leaky_relu",
  ELU: "elu",
  SELU: "selu",
  Sigmoid: "sigmoid",
};
const ACTIVATIONS: Readonly<Record<string, string>> = { ...JAX_ACTIVATIONS, Mish: "mish" };

/** As the file spells it: `jax.nn.relu`, `nn.relu`. */
function jaxActivation(activation: string, source: string): string {
  const alias =
    /^[ \t]*import[ \t]+jax\.nn[ \t]+as[ \t]+(\w+)/m.exec(source)?.[1] ??
    /^[ \t]*from[ \t]+jax[ \t]+import[ \t](?:[^\n#]*\W)?nn[ \t]+as[ \t]+(\w+)/m.exec(source)?.[1] ??
    (/^[ \t]*from[ \t]+jax[ \t]+import[ \t](?:[^\n#]*\W)?nn\b/m.test(source) ? "nn" : "jax.nn");
  return `${alias}.${entryOf(ACTIVATIONS, activation) ?? "relu"}`;
}

export function equinoxForm(site: CallSite): Form {
  if (!/^Conv[123]d$/.test(site.type))
    return { reason: `${site.type} is not one of Equinox' own convolutions` };
  const read = readCall(site, EQUINOX);
  if (typeof read === "string") return { reason: read };
  const [call, bound] = read;
  const [input, output, key] = ["in_channels", "out_channels", "key"].map((name) => bound.get(name));
  if (!input || !output || !key)
    return { reason: "its channels are not arguments of the call that makes it" };
  if (!usesTwice(input.value) || !usesTwice(key.value))
    return { reason: "its arguments would be evaluated several times" };
  const guard = guardIn(site, bound, ["in_channels", "out_channels", "groups", "kernel_size", "use_bias"]);
  if (guard === undefined) return NOT_APART;
  const sequential = call.callee.replace(/\w+$/, "Sequential");
  const middle = site.between ? equinoxBetween(site.between, input.value, call.callee, site.source) : [];
  const threaded = site.between ? threadState(site, guard) : { edits: [] };
  if (!middle || "reason" in threaded)
    return {
      reason: `Equinox' batch norm takes a state and gives it back: make ${sequential}([depthwise, batch norm, activation, pointwise]) and call it as x, state = layer(x, state)`,
    };
  const parts = [
    withArguments(call, bound, { out_channels: input.value, groups: input.value, use_bias: "False" }),
    ...middle,
    `${call.callee}(${input.value}, ${output.value}, kernel_size=1${kept(bound, "use_bias", "dtype")}, key=${key.value})`,
  ];
  const text = block(`${sequential}([`, parts, "])", site, guard === "" ? 0 : 1);
  return { text: guarded(text, guard, site), edits: threaded.edits };
}

/** Of `BatchNorm(64, axis_name="batch")`, the number of channels is the one that differs. */
function equinoxBetween(
  { made, activation }: Between,
  input: string,
  callee: string,
  source: string,
): readonly string[] | undefined {
  const norm = made === undefined ? undefined : readPythonCall(made);
  const size = norm?.args.find(({ name }) => name === "input_size") ?? norm?.args[0];
  if (!norm || !size || size.spread || !/BatchNorm$/.test(norm.callee)) return undefined;
  const again = editCall(norm, norm.callee, new Map([[size, size.name ? `input_size=${input}` : input]]), []);
  return [again, `${callee.replace(/\w+$/, "Lambda")}(${jaxActivation(activation, source)})`];
}

/** The calls of the layer take the state of the batch norm between and give it back, as that of the one behind does. */
function threadState(site: CallSite, guard: string): { edits: TextEdit[] } | { reason: "by hand" } {
  const edits: TextEdit[] = [];
  const seen = new Set<string>();
  for (const { use, wanted } of site.instances) {
    if (use?.inSequence) continue;
    if (!use || !wanted || guard !== "" || use.shared || use.elsewhere || use.told === undefined)
      return { reason: "by hand" };
    const { at, text, told } = use;
    if (seen.has(placeKey(at))) continue;
    seen.add(placeKey(at));
    const edit = threadCall(site, at, text, told);
    if (!edit) return { reason: "by hand" };
    edits.push(...edit);
  }
  return { edits };
}

function threadCall({ unit }: CallSite, at: Place, source: string, state: string): TextEdit[] | undefined {
  const cut = cutAt(source, at);
  const call = cut && readPythonCall(cut.inside);
  if (!cut || !call || !/^[A-Za-z_][\w.]*$/.test(call.callee) || call.args.length !== 1) return undefined;
  if (mentionsOf(source, call.callee) !== 1) return undefined;
  const threaded = editCall(call, call.callee, new Map(), [state]);
  const head = cut.before.slice(cut.before.lastIndexOf("\n") + 1);
  const assigned = /^\s*([A-Za-z_]\w*)\s*=\s*$/.exec(head);
  if (assigned && /^[ \t]*(#|\r?\n|$)/.test(cut.behind)) {
    const name = head.indexOf(assigned[1]!) + assigned[1]!.length;
    return [{ at: { ...at, column: name + 1 }, text: `, ${state}${head.slice(name)}${threaded}` }];
  }
  // The argument of the batch norm: its value gets a line of its own in front.
  const inNorm = /^(\s*)[A-Za-z_]\w*\s*,\s*\w+\s*=\s*[\w.]+\(\s*$/.exec(head);
  if (!inNorm || unit === "" || /\bfiltered\b/.test(source)) return undefined;
  const text = `${inNorm[1]}filtered, ${state} = ${threaded}\n${head}filtered`;
  return [{ at: { ...at, column: 1 }, text }];
}
