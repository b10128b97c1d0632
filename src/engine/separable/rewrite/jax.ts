/**
 * The swap in Haiku and Equinox: two convolutions in a `Sequential`, the first with as many groups as it has channels.
 * Their batch norms must be told whether they train, or take a state: no call in a list can.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#haiku.Conv2D
 * https://docs.kidger.site/equinox/api/nn/conv/
 */
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { block, usesTwice } from "./layout.ts";
import type { CallSite, Form } from "./site.ts";

const HAIKU = ["output_channels", "kernel_shape", "stride"];
const EQUINOX = ["in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"];

type Arguments = ReadonlyMap<string, ArgumentText>;

function readCall(site: CallSite, names: readonly string[]): readonly [CallText, Arguments] | string {
  const call = readPythonCall(site.text);
  if (!call || call.args.some(({ spread }) => spread)) return "the call that makes it cannot be read";
  if (site.instances.some(({ wanted }) => !wanted)) return "the same call makes layers that must stay";
  return [call, new Map(call.args.map((arg, index) => [arg.name ?? names[index] ?? "", arg]))];
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

export function haikuForm(site: CallSite): Form {
  if (!/^Conv[123]D$/.test(site.type))
    return { reason: `${site.type} is not one of Haiku's own convolutions` };
  if (site.between)
    return { reason: "Haiku's batch norm needs to be told whether it trains: write it by hand" };
  const read = readCall(site, HAIKU);
  if (typeof read === "string") return { reason: read };
  const [call, bound] = read;
  const [input, ...others] = [...new Set(site.instances.map(({ inChannels }) => inChannels))];
  const output = bound.get("output_channels");
  if (!output || input === undefined || others.length > 0)
    return { reason: "its input channels differ from use to use, and Haiku's layers do not name them" };
  const name = bound.get("name");
  const inner = name ? editCall(call, call.callee, new Map([[name, null]]), []) : site.text;
  const plain = name ? readCall({ ...site, text: inner }, HAIKU) : read;
  if (typeof plain === "string") return { reason: plain };
  const parts = [
    withArguments(...plain, {
      output_channels: String(input),
      feature_group_count: String(input),
      with_bias: "False",
    }),
    `${call.callee}(${output.value}, kernel_shape=1${kept(bound, "with_bias", "data_format")})`,
  ];
  const sequential = call.callee.replace(/\w+$/, "Sequential");
  return { text: block(`${sequential}([`, parts, name ? `], name=${name.value})` : "])", site) };
}

export function equinoxForm(site: CallSite): Form {
  if (!/^Conv[123]d$/.test(site.type))
    return { reason: `${site.type} is not one of Equinox' own convolutions` };
  if (site.between) return { reason: "Equinox' batch norm takes a state: write it by hand" };
  const read = readCall(site, EQUINOX);
  if (typeof read === "string") return { reason: read };
  const [call, bound] = read;
  const [input, output, key] = ["in_channels", "out_channels", "key"].map((name) => bound.get(name));
  if (!input || !output || !key)
    return { reason: "its channels are not arguments of the call that makes it" };
  if (!usesTwice(input.value) || !usesTwice(key.value))
    return { reason: "its arguments would be evaluated several times" };
  const parts = [
    withArguments(call, bound, { out_channels: input.value, groups: input.value, use_bias: "False" }),
    `${call.callee}(${input.value}, ${output.value}, kernel_size=1${kept(bound, "use_bias", "dtype")}, key=${key.value})`,
  ];
  const sequential = call.callee.replace(/\w+$/, "Sequential");
  return { text: block(`${sequential}([`, parts, "])", site) };
}
