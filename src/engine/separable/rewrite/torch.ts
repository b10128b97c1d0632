/** The swap in PyTorch: `nn.Sequential` of a grouped `nn.Conv2d`, batch norm and activation, and a 1×1 `nn.Conv2d`. */
import { wordPattern } from "../../interpret/patterns/escape.ts";
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { guardOf } from "./guard.ts";
import { calleeOf, givenOf, helperCall } from "./helperCall.ts";
import { block, guarded, usesTwice } from "./layout.ts";
import { CLASS_PARAMETERS, className, kindOf } from "./separableClass.ts";
import { type CallSite, type Form, NOT_APART } from "./site.ts";
import { type Names, torchNames } from "./spelling.ts";

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
  const written = readPythonCall(site.text);
  // Keyword arguments may stay spread, where the channels do not come with them.
  const call = written && canStay(written) ? written : readPythonCall(site.plain);
  if (!call) return { reason: "the call that makes it cannot be read" };
  const bound = bindArguments(call);
  const [input, output] = [bound.get("in_channels"), bound.get("out_channels")];
  if (!input || !output) return { reason: "its channels are not arguments of the call that makes it" };
  if (!usesTwice(input.value)) return { reason: `${input.value} would be evaluated several times` };

  const grouped = site.instances.some(({ groups }) => groups !== 1);
  const guard = guardOf(site, {
    inChannels: input.value,
    outChannels: output.value,
    groups: bound.get("groups")?.value ?? (grouped ? spreadOption(call, "groups", "1") : undefined),
    kernel: bound.get("kernel_size")?.value ?? spreadOption(call, "kernel_size"),
    stride: bound.get("stride")?.value,
    bias: bound.get("bias")?.value,
  });
  if (guard === undefined) return NOT_APART;
  const names = torchNames({ callee: call.callee, type: site.type, source: site.source });
  const sequential = names.of("Sequential");
  if (sequential === undefined) return { reason: "nn.Sequential is not imported in its file" };

  const own = site.kinds && written && classForm(site, written, guard, { names, sequential });
  if (own) return { ...own, imports: names.imports };
  const parts = [
    depthwise(site, call, bound, input.value),
    ...between(site, names, input.value),
    pointwise(site, call, bound),
  ];
  const swapped = block(`${sequential}(`, parts, ")", site, guard === "" ? 0 : 1);
  return { text: guarded(swapped, guard, site), imports: names.imports };
}

/** The call of a class that the file gets, with the arguments that there were; undefined where it cannot be that. */
function classForm(
  site: CallSite,
  call: CallText,
  guard: string,
  { names, sequential }: { readonly names: Names; readonly sequential: string },
): Form | undefined {
  const { kinds = [], between: form, source, type, at } = site;
  const given = givenOf(
    call,
    CLASS_PARAMETERS.map(([parameter]) => parameter),
  );
  const callee = calleeOf(call);
  if (callee === undefined || given === undefined) return undefined;
  const kind = form && kindOf(form);
  const name = className(type, kind, kinds, source.replaceAll(call.callee, ""));
  const bare = form === undefined && kinds.length > 0;
  return {
    text: helperCall(site, call, { ...{ callee, name, guard }, added: bare ? ["norm=False"] : [] }),
    needs: [
      {
        ...{ kind: "class", file: at.file, line: at.line, name, conv: callee.conv, sequential, bare },
        between: between(site, names, "in_channels"),
        given: new Set(given),
        spreads: call.args.some(({ spread }) => spread),
        spreadsPlaces: givesPlaces(site),
      },
    ],
  };
}

function canStay(call: CallText): boolean {
  const bound = bindArguments(call);
  const isList = call.args.some(({ spread, value }) => spread && !value.startsWith("**"));
  return !isList && bound.has("in_channels") && bound.has("out_channels");
}

/** What `**options` gives for a parameter, else this. */
function spreadOption({ args }: CallText, parameter: Parameter, otherwise?: string): string | undefined {
  const options = args.find(({ spread }) => spread)?.value.slice(2);
  return options !== undefined && /^\w+$/.test(options)
    ? `${options}.get("${parameter}"${otherwise === undefined ? "" : `, ${otherwise}`})`
    : undefined;
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

type Bound = ReadonlyMap<Parameter, ArgumentText>;

function depthwise(site: CallSite, call: CallText, bound: Bound, input: string): string {
  const edits = new Map<ArgumentText, string>();
  const added: string[] = [];
  const merged: string[] = [];
  const set = (parameter: Parameter, value: string): void => {
    const arg = bound.get(parameter);
    if (arg && arg.value !== value) edits.set(arg, arg.name ? `${arg.name}=${value}` : value);
    if (arg) return;
    if (mayGive(site, call, parameter)) merged.push(`"${parameter}": ${value}`);
    else added.push(`${parameter}=${value}`);
  };
  set("out_channels", input);
  set("groups", input);
  set("bias", "False");
  const options = optionsArgument(call);
  if (options && merged.length > 0) edits.set(options, `**{${[options.value, ...merged].join(", ")}}`);
  return editCall(call, call.callee, edits, added);
}

const PLACES = ["device", "dtype"] as const satisfies readonly Parameter[];

/** Does the call spread where its weights are and of which type, and nothing else? Both convolutions are given that. */
function givesPlaces(site: CallSite): boolean {
  return spreadNames(site)?.every((name) => PLACES.some((place) => place === name)) ?? false;
}

/** The keys of `**options`; undefined where they are not known for all runs. */
function spreadNames({ text, plain }: CallSite): readonly string[] | undefined {
  const names = (call: CallText | undefined): readonly string[] =>
    call?.args.flatMap(({ name }) => name ?? []) ?? [];
  const written = names(readPythonCall(text));
  return text === plain ? undefined : names(readPythonCall(plain)).filter((name) => !written.includes(name));
}

function optionsArgument({ args }: CallText): ArgumentText | undefined {
  return args.find(({ spread }) => spread);
}

/** May `**options` have this parameter? To give it once more is an error in Python, so doubt counts. */
function mayGive(site: CallSite, call: CallText, parameter: Parameter): boolean {
  if (!optionsArgument(call)) return false;
  const names = spreadNames(site);
  if (names) return names.includes(parameter);
  const { source, instances } = site;
  if (parameter === "groups" && instances.some(({ groups }) => groups > 1)) return true;
  if (parameter === "bias" && instances.some(({ bias }) => !bias)) return true;
  return new RegExp(`${wordPattern(parameter)}["']?\\s*[=:]`).test(source.replace(call.text, ""));
}

/** What a partial function gives by itself and a 1×1 convolution must not have. */
const HIDDEN = { stride: 1, padding: 0, dilation: 1 } as const;

function pointwise(site: CallSite, call: CallText, bound: Bound): string {
  const like = (parameter: Parameter, value: string): string =>
    bound.get(parameter)?.name || !bound.has(parameter) ? `${parameter}=${value}` : value;
  const kept = PLACES.flatMap((parameter) => {
    const arg = bound.get(parameter);
    return arg ? [`${parameter}=${arg.value}`] : [];
  });
  const options = optionsArgument(call);
  if (options && givesPlaces(site)) kept.push(options.value);
  const hidden = options
    ? []
    : (Object.keys(HIDDEN) as (keyof typeof HIDDEN)[])
        .filter((parameter) => !bound.has(parameter))
        .filter((parameter) =>
          site.instances.some((layer) => layer[parameter].some((size) => size !== HIDDEN[parameter])),
        )
        .map((parameter) => `${parameter}=${HIDDEN[parameter]}`);
  const args = [
    like("in_channels", bound.get("in_channels")!.value),
    like("out_channels", bound.get("out_channels")!.value),
    like("kernel_size", "1"),
    ...hidden,
    ...biasOf(site, call, bound),
    ...kept,
  ];
  return `${call.callee}(${args.join(", ")})`;
}

/** The pointwise convolution has the bias that there was. */
function biasOf(site: CallSite, call: CallText, bound: Bound): string[] {
  const bias = bound.get("bias");
  if (bias) return bias.value === "True" ? [] : [`bias=${bias.value}`];
  const options = optionsArgument(call);
  if (!options || !mayGive(site, call, "bias")) return [];
  const text = options.value.slice(2);
  return [`bias=${/^[\w.]+$|\)$/.test(text) ? text : `(${text})`}.get("bias", True)`];
}

function between({ between: form }: CallSite, names: Names, input: string): string[] {
  if (!form) return [];
  const own = (name: string): string => names.of(name) ?? `nn.${name}`;
  return [
    `${own(form.norm)}(${[input, form.normOptions].filter((text) => text !== "").join(", ")})`,
    `${own(form.activation)}(${[form.slopePerChannel ? input : "", form.options].filter((text) => text !== "").join(", ")})`,
  ];
}
