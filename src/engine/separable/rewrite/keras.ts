/**
 * The swap in Keras: `SeparableConv2D` where no batch norm follows; else a `keras.Sequential` of `DepthwiseConv2D`,
 * `BatchNormalization`, the activation and a 1×1 `Conv2D`, which is called as the layer was.
 * https://keras.io/api/layers/convolution_layers/
 */
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { guardOf } from "./guard.ts";
import { calleeOf, givenOf, helperCall } from "./helperCall.ts";
import { block, guarded } from "./layout.ts";
import { helperName, kindOf } from "./separableClass.ts";
import { FUNCTION_PARAMETERS, type FunctionParameter, NAMED_PARAMETERS } from "./separableFunction.ts";
import { type Between, type CallSite, type Form, NOT_APART } from "./site.ts";
import { kerasNames, type Names } from "./spelling.ts";

const PARAMETERS = [
  "filters",
  "kernel_size",
  "strides",
  "padding",
  "data_format",
  "dilation_rate",
  "groups",
  "activation",
  "use_bias",
] as const;

/** What both halves take, under each half's name. */
const KERNEL = /^kernel_(initializer|regularizer|constraint)$/;

export function kerasForm(site: CallSite): Form {
  const match = /^Conv([12])D$/.exec(site.type);
  if (!match) return { reason: `Keras has no depthwise ${site.type}` };
  const call = readPythonCall(site.plain);
  if (!call) return { reason: "the call that makes it cannot be read" };
  const bound = bindArguments(call);
  const filters = bound.get("filters");
  if (!filters) return { reason: "its filters are not an argument of the call that makes it" };
  const guard = guardOf(site, {
    inChannels: bound.has("data_format") ? undefined : channelsOf(site.behind),
    outChannels: filters.value,
    groups: bound.get("groups")?.value,
    kernel: bound.get("kernel_size")?.value,
    stride: bound.get("strides")?.value,
    bias: bound.get("use_bias")?.value,
  });
  if (guard === undefined) return NOT_APART;
  const chosen = calleeOf(call);
  const names = kerasNames({ callee: chosen?.conv ?? call.callee, type: site.type, source: site.source });
  if (!names) return { reason: `${call.callee} may give it arguments of its own` };
  const rank = match[1]!;
  const own = site.kinds && functionForm(site, guard, names, rank);
  if (own) return { ...own, imports: names.imports };
  if (chosen?.chosen) return { reason: "an earlier rewrite chooses by a condition what it is" };
  const text = site.between
    ? composed(site, site.between, call, bound, names, rank, guard === "" ? 0 : 1)
    : separable(call, bound, names.of(`SeparableConv${rank}D`));
  if (text === undefined) return { reason: "keras is not imported in its file" };
  return { text: guarded(text, guard, site), imports: names.imports };
}

/** The channels of what the layer is called on, where that has a name: `x.shape[-1]`. */
function channelsOf(behind: string): string | undefined {
  const input = /^\s*\(\s*([A-Za-z_]\w*)\s*\)/.exec(behind)?.[1];
  return input && `${input}.shape[-1]`;
}

/** The call of a function that the file gets; undefined where it cannot be that. */
function functionForm(site: CallSite, guard: string, names: Names, rank: string): Form | undefined {
  const { kinds = [], between, source, at, text } = site;
  const call = readPythonCall(text);
  const callee = call && calleeOf(call);
  const given =
    call && givenOf<FunctionParameter>(call, FUNCTION_PARAMETERS.map(first), NAMED_PARAMETERS.map(first));
  if (!between || !call || !callee || !given || call.args.some(({ spread }) => spread)) return undefined;
  const [sequential, norm] = [names.of("Sequential"), names.of("BatchNormalization")];
  const depthwise = names.of(`DepthwiseConv${rank}D`);
  if (sequential === undefined || norm === undefined || depthwise === undefined) return undefined;
  const plain = `depthwise_separable_conv${rank}d`;
  const name = helperName([plain, "_v"], kindOf(between), kinds, source.replaceAll(call.callee, ""));
  return {
    text: helperCall(site, call, { callee, name, guard, added: [] }),
    needs: [
      {
        ...{ kind: "function", file: at.file, line: at.line, name, conv: callee.conv, depthwise, sequential },
        between: betweenTexts(between, names),
        given: new Set(given),
      },
    ],
  };
}

function first([parameter]: readonly [FunctionParameter, ...unknown[]]): FunctionParameter {
  return parameter;
}

type Bound = ReadonlyMap<string, ArgumentText>;

function bindArguments({ args }: CallText): Bound {
  const bound = new Map<string, ArgumentText>();
  args.forEach((arg, index) => {
    const name = arg.name ?? PARAMETERS[index];
    if (name && !arg.spread) bound.set(name, arg);
  });
  return bound;
}

function separable(call: CallText, bound: Bound, callee: string | undefined): string | undefined {
  if (callee === undefined) return undefined;
  const edits = new Map<ArgumentText, string | null>();
  const groups = bound.get("groups");
  if (groups) edits.set(groups, null);
  for (const [name, arg] of bound) {
    const kernel = KERNEL.exec(name);
    if (kernel) edits.set(arg, `depthwise_${kernel[1]}=${arg.value}, pointwise_${kernel[1]}=${arg.value}`);
    // In SeparableConv2D, `depth_multiplier` stands where `groups` does.
    else if (
      !arg.name &&
      PARAMETERS.indexOf(name as (typeof PARAMETERS)[number]) > PARAMETERS.indexOf("groups")
    )
      edits.set(arg, `${name}=${arg.value}`);
  }
  return editCall(call, callee, edits, []);
}

const ACTIVATION_LAYERS = new Set(["ReLU", "LeakyReLU", "ELU", "PReLU"]);

function composed(
  site: CallSite,
  between: Between,
  call: CallText,
  bound: Bound,
  names: Names,
  rank: string,
  levels: 0 | 1,
): string | undefined {
  const sequential = names.of("Sequential");
  const layer = (name: string): string => names.of(name) ?? name;
  if (sequential === undefined || names.of("BatchNormalization") === undefined) return undefined;
  const moved = new Set(["filters", "groups", "activation", "use_bias", "name"]);
  const edits = new Map<ArgumentText, string | null>();
  for (const [name, arg] of bound) {
    const kernel = KERNEL.exec(name);
    if (moved.has(name) || name.startsWith("bias_")) edits.set(arg, null);
    else if (kernel) edits.set(arg, `depthwise_${kernel[1]}=${arg.value}`);
    else if (!arg.name && name !== "kernel_size") edits.set(arg, `${name}=${arg.value}`);
  }
  const kept = [
    "activation",
    "use_bias",
    "bias_initializer",
    "data_format",
    "kernel_initializer",
    "kernel_regularizer",
  ].flatMap((name) => {
    const arg = bound.get(name);
    return arg ? [`${name}=${arg.value}`] : [];
  });
  const style = bound.get("filters")!.name ? "filters=" : "";
  const parts = [
    editCall(call, layer(`DepthwiseConv${rank}D`), edits, ["use_bias=False"]),
    ...betweenTexts(between, names),
    `${call.callee}(${[`${style}${bound.get("filters")!.value}`, style ? "kernel_size=1" : "1", ...kept].join(", ")})`,
  ];
  const name = bound.get("name");
  return block(`${sequential}([`, parts, name ? `], name=${name.value})` : "])", site, levels);
}

/** The batch norm and the activation between the halves. */
function betweenTexts({ normOptions, activation, options }: Between, names: Names): readonly string[] {
  const layer = (name: string): string => names.of(name) ?? name;
  const middle =
    activation === "ReLU6"
      ? `${layer("ReLU")}(6.0)`
      : ACTIVATION_LAYERS.has(activation)
        ? `${layer(activation)}(${options})`
        : `${layer("Activation")}("${activation.toLowerCase()}")`;
  return [`${layer("BatchNormalization")}(${normOptions})`, middle];
}
