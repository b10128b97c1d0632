/**
 * The swap in Keras: `SeparableConv2D` where no batch norm follows; else a `keras.Sequential` of `DepthwiseConv2D`,
 * `BatchNormalization`, the activation and a 1×1 `Conv2D`, which is called as the layer was.
 * https://keras.io/api/layers/convolution_layers/
 */
import { type ArgumentText, type CallText, editCall, readPythonCall } from "./callText.ts";
import { guardFor } from "./guard.ts";
import { block, guarded } from "./layout.ts";
import type { CallSite, Form } from "./site.ts";

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
  const call = readPythonCall(site.text);
  if (!call) return { reason: "the call that makes it cannot be read" };
  if (call.args.some(({ spread }) => spread)) return { reason: "its call spreads arguments" };
  const bound = bindArguments(call);
  const filters = bound.get("filters");
  if (!filters) return { reason: "its filters are not an argument of the call that makes it" };
  const guard = guardFor(site.instances, {
    inChannels: undefined,
    outChannels: filters.value,
    groups: bound.get("groups")?.value,
    kernel: bound.get("kernel_size")?.value,
    stride: bound.get("strides")?.value,
  });
  if (guard === undefined)
    return {
      reason: "the same call makes layers that must stay, and none of its arguments tells them apart",
    };
  const layer = (name: string): string => call.callee.replace(/\w+$/, name);
  const form = site.between
    ? composed(site, call, bound, layer, match[1]!, guard === "" ? 0 : 1)
    : { text: separable(call, bound, layer(`SeparableConv${match[1]}D`)) };
  if ("reason" in form || guard === "") return form;
  return { text: guarded(form.text, guard, site.text, site) };
}

type Bound = ReadonlyMap<string, ArgumentText>;

function bindArguments({ args }: CallText): Bound {
  const bound = new Map<string, ArgumentText>();
  args.forEach((arg, index) => {
    const name = arg.name ?? PARAMETERS[index];
    if (name) bound.set(name, arg);
  });
  return bound;
}

function separable(call: CallText, bound: Bound, callee: string): string {
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
  call: CallText,
  bound: Bound,
  layer: (name: string) => string,
  rank: string,
  levels: 0 | 1,
): Form {
  const sequential = sequentialOf(call.callee, site.source);
  if (sequential === undefined) return { reason: "keras is not imported in its file" };
  const moved = new Set(["filters", "groups", "activation", "use_bias", "name"]);
  const edits = new Map<ArgumentText, string | null>();
  for (const [name, arg] of bound) {
    const kernel = KERNEL.exec(name);
    if (moved.has(name) || name.startsWith("bias_")) edits.set(arg, null);
    else if (kernel) edits.set(arg, `depthwise_${kernel[1]}=${arg.value}`);
    else if (!arg.name && name !== "kernel_size") edits.set(arg, `${name}=${arg.value}`);
  }
  const activation = site.between?.activation ?? "ReLU";
  const middle =
    activation === "ReLU6"
      ? `${layer("ReLU")}(6.0)`
      : ACTIVATION_LAYERS.has(activation)
        ? `${layer(activation)}()`
        : `${layer("Activation")}("${activation.toLowerCase()}")`;
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
    `${layer("BatchNormalization")}(${site.between?.affine === false ? "center=False, scale=False" : ""})`,
    middle,
    `${call.callee}(${[`${style}${bound.get("filters")!.value}`, style ? "kernel_size=1" : "1", ...kept].join(", ")})`,
  ];
  const name = bound.get("name");
  return { text: block(`${sequential}([`, parts, name ? `], name=${name.value})` : "])", site, levels) };
}

/** `keras.layers.Conv2D` → `keras.Sequential`. */
function sequentialOf(callee: string, source: string): string | undefined {
  const prefix = /^(.*\b(?:keras|tf\.keras))\.layers\.\w+$/.exec(callee)?.[1];
  if (prefix) return `${prefix}.Sequential`;
  if (/^\s*from\s+[\w.]*keras[\w.]*\s+import\s+[^#\n]*\bSequential\b/m.test(source)) return "Sequential";
  if (/^\s*(import\s+keras\b|from\s+tensorflow\s+import\s+(?:[^#\n]*\W)?keras\b)/m.test(source))
    return "keras.Sequential";
  if (/^\s*import\s+tensorflow\s+as\s+tf\b/m.test(source)) return "tf.keras.Sequential";
  return undefined;
}
