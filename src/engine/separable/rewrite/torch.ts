/** The swap in PyTorch: `nn.Sequential` of a grouped `nn.Conv2d`, batch norm and activation, and a 1×1 `nn.Conv2d`. */
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { guardFor } from "./guard.ts";
import { block, guarded, usesTwice } from "./layout.ts";
import type { CallSite, Form } from "./site.ts";
import { spelled } from "./spelling.ts";

const PARAMETERS = [
  "in_channels",
  "out_channels",
  "kernel_size",
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "padding_mode",
  "device",
  "dtype",
] as const;
type Parameter = (typeof PARAMETERS)[number];

export function torchForm(site: CallSite): Form {
  if (!/^Conv[123]d$/.test(site.type))
    return { reason: `${site.type} is not one of torch's own convolutions` };
  const call = readPythonCall(site.text);
  if (!call) return { reason: "the call that makes it cannot be read" };
  if (call.args.some(({ spread, value }) => spread && !value.startsWith("**")))
    return { reason: "its call spreads a list of arguments" };
  const bound = bindArguments(call);
  const [input, output] = [bound.get("in_channels"), bound.get("out_channels")];
  if (!input || !output) return { reason: "its channels are not arguments of the call that makes it" };
  if (!usesTwice(input.value)) return { reason: `${input.value} would be evaluated several times` };

  const guard = guardFor(site.instances, {
    inChannels: input.value,
    outChannels: output.value,
    groups: bound.get("groups")?.value,
    kernel: bound.get("kernel_size")?.value ?? spreadOption(call, "kernel_size"),
    stride: bound.get("stride")?.value,
  });
  if (guard === undefined)
    return {
      reason: "the same call makes layers that must stay, and none of its arguments tells them apart",
    };
  const sequential = spelled("Sequential", call.callee, site.source);
  if (sequential === undefined) return { reason: "nn.Sequential is not imported in its file" };

  const parts = [
    depthwise(call, bound, input.value),
    ...between(site, call, input.value),
    pointwise(call, bound),
  ];
  const swapped = block(`${sequential}(`, parts, ")", site, guard === "" ? 0 : 1);
  return { text: guard === "" ? swapped : guarded(swapped, guard, call.text, site) };
}

/** What `**options` gives for a parameter. */
function spreadOption({ args }: CallText, parameter: Parameter): string | undefined {
  const options = args.find(({ spread }) => spread)?.value.slice(2);
  return options !== undefined && /^\w+$/.test(options) ? `${options}.get("${parameter}")` : undefined;
}

function bindArguments({ args }: CallText): ReadonlyMap<Parameter, ArgumentText> {
  const bound = new Map<Parameter, ArgumentText>();
  let position = 0;
  for (const arg of args) {
    if (arg.spread) continue;
    const parameter = arg.name ?? PARAMETERS[position++];
    const known = PARAMETERS.find((name) => name === parameter);
    if (known) bound.set(known, arg);
  }
  return bound;
}

function depthwise(call: CallText, bound: ReadonlyMap<Parameter, ArgumentText>, input: string): string {
  const edits = new Map<ArgumentText, string>();
  const added: string[] = [];
  const set = (parameter: Parameter, value: string): void => {
    const arg = bound.get(parameter);
    if (!arg) added.push(`${parameter}=${value}`);
    else if (arg.value !== value) edits.set(arg, arg.name ? `${arg.name}=${value}` : value);
  };
  set("out_channels", input);
  set("groups", input);
  set("bias", "False");
  return editCall(call, call.callee, edits, added);
}

function pointwise(call: CallText, bound: ReadonlyMap<Parameter, ArgumentText>): string {
  const like = (parameter: Parameter, value: string): string =>
    bound.get(parameter)?.name || !bound.has(parameter) ? `${parameter}=${value}` : value;
  const kept = (["bias", "device", "dtype"] as const).flatMap((parameter) => {
    const arg = bound.get(parameter);
    return arg && !(parameter === "bias" && arg.value === "True") ? [`${parameter}=${arg.value}`] : [];
  });
  const args = [
    like("in_channels", bound.get("in_channels")!.value),
    like("out_channels", bound.get("out_channels")!.value),
    like("kernel_size", "1"),
    ...kept,
  ];
  return `${call.callee}(${args.join(", ")})`;
}

const IN_PLACE = new Set(["ReLU", "ReLU6", "SiLU", "Hardswish", "LeakyReLU", "ELU", "Mish", "Hardsigmoid"]);

function between({ between: form, source, text }: CallSite, call: CallText, input: string): string[] {
  if (!form) return [];
  const own = (name: string): string => spelled(name, call.callee, source) ?? `nn.${name}`;
  const inPlace =
    IN_PLACE.has(form.activation) && /inplace\s*=\s*True/.test(source) && !text.includes("inplace");
  return [
    `${own(form.norm)}(${input}${form.affine ? "" : ", affine=False"})`,
    `${own(form.activation)}(${inPlace ? "inplace=True" : ""})`,
  ];
}
