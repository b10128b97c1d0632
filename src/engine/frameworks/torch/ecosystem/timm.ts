/**
 * What repositories take from timm besides its models: small layers, initialisation, the registry's decorator and
 * constants. It stands in where timm is not installed; where it is, its own files are read.
 * https://huggingface.co/docs/timm
 */
import type { Interp } from "../../../interpret/interp.ts";
import type { Bound } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  Dict,
  Float,
  isUnknown,
  ModuleValue,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { always, answers, decorator, fn, type NameTable, passes } from "../library/inert.ts";
import { type Build, defineLayer, type LayerSpec } from "../nn/layer.ts";
import type { NnLibrary } from "../nn/nn.ts";
import type { Op } from "../nn/op.ts";

function call(op: Op, name: string, args: readonly Value[]): Value {
  return op.interp.call(op.attr(name), args);
}

/** A submodule of a class that is an argument. */
function made(b: Build, name: string, cls: Value, args: readonly Value[]): void {
  b.interp.setAttr(b.self, name, b.interp.call(cls, args));
}

/** A sequence as it is, anything else so often. */
function repeated(value: Value, count: number): Value {
  if (isUnknown(value)) return value;
  const items = toItems(value);
  return items ? new Tuple(items) : new Tuple(new Array<Value>(count).fill(value));
}

const tuple = (count: number) => fn(`to_${count}tuple`, "x", (a) => repeated(a.x, count));

function makeDivisible(a: Bound, interp: Interp): Value {
  const [value, divisor, limit] = [toNumber(a.v), toNumber(a.divisor), toNumber(a.round_limit)];
  if (value === undefined || divisor === undefined) return interp.unknown("a width that is not known");
  const least = toNumber(a.min_value) ?? divisor;
  const rounded = Math.max(least, Math.floor((value + divisor / 2) / divisor) * divisor);
  return rounded < (limit ?? 0.9) * value ? rounded + divisor : rounded;
}

const composed = { home: "timm", layer: false } as const;

const DROP_PATH: LayerSpec = {
  ...composed,
  name: "DropPath",
  init: "drop_prob=0.0, scale_by_keep=True",
  forward: ["x", (_, a) => a.x],
};

const MLP: LayerSpec = {
  ...composed,
  name: "Mlp",
  init: "in_features, hidden_features=None, out_features=None, act_layer=None, norm_layer=None, bias=True, drop=0.0, use_conv=False",
  hidden: [
    "act_layer",
    "norm_layer",
    "bias",
    "drop",
    "use_conv",
    "in_features",
    "hidden_features",
    "out_features",
  ],
  build: (b) => {
    const { in_features: width, act_layer: act, drop } = b.args;
    const hidden = b.args.hidden_features ?? width;
    b.module("fc1", "Linear", [width, hidden]);
    made(b, "act", act ?? b.nn.layer("GELU"), []);
    b.module("drop1", "Dropout", [drop]);
    b.module("fc2", "Linear", [hidden, b.args.out_features ?? width]);
    b.module("drop2", "Dropout", [drop]);
  },
  forward: [
    "x",
    (op, a) => ["fc1", "act", "drop1", "fc2", "drop2"].reduce((x, name) => call(op, name, [x]), a.x),
  ],
};

const SQUEEZE_EXCITE: LayerSpec = {
  ...composed,
  name: "SqueezeExcite",
  init: "in_chs, rd_ratio=0.25, rd_channels=None, act_layer=None, gate_layer=None, force_act_layer=None, rd_round_fn=None",
  hidden: ["in_chs", "rd_ratio", "rd_channels", "act_layer", "gate_layer", "force_act_layer", "rd_round_fn"],
  build: (b) => {
    const { in_chs: width, rd_ratio: ratio, act_layer: act, gate_layer: gate } = b.args;
    const product = b.interp.binary("*", width, ratio);
    const round = b.args.rd_round_fn;
    const rounded = (): Value =>
      round === null ? roundedNumber(product, b.interp) : b.interp.call(round, [product]);
    const reduced = b.args.rd_channels ?? rounded();
    b.module("conv_reduce", "Conv2d", [width, reduced, 1]);
    made(b, "act1", act ?? b.nn.layer("ReLU"), []);
    b.module("conv_expand", "Conv2d", [reduced, width, 1]);
    made(b, "gate", typeof gate === "string" ? b.nn.layer("Sigmoid") : (gate ?? b.nn.layer("Sigmoid")), []);
  },
  forward: [
    "x",
    (op, a) => {
      const pooled = op.interp.callMethod(a.x, "mean", [new Tuple([2, 3])], new Map([["keepdim", true]]));
      const gate = ["conv_reduce", "act1", "conv_expand", "gate"].reduce(
        (x, name) => call(op, name, [x]),
        pooled,
      );
      return op.interp.binary("*", a.x, gate);
    },
  ],
};

function roundedNumber(value: Value, interp: Interp): Value {
  const number = toNumber(value);
  return number === undefined ? interp.unknown("a width that is not known") : Math.round(number);
}

const PATCH_EMBED: LayerSpec = {
  ...composed,
  name: "PatchEmbed",
  init: "img_size=224, patch_size=16, in_chans=3, embed_dim=768, norm_layer=None, flatten=True, bias=True",
  hidden: ["in_chans", "embed_dim", "norm_layer", "bias"],
  build: (b) => {
    const { interp, self } = b;
    const [image, patch] = [b.dims("img_size", 2), b.dims("patch_size", 2)];
    const grid = [0, 1].map((axis) => interp.binary("//", image[axis], patch[axis]));
    interp.setAttr(self, "img_size", new Tuple(image));
    interp.setAttr(self, "patch_size", new Tuple(patch));
    interp.setAttr(self, "grid_size", new Tuple(grid));
    interp.setAttr(self, "num_patches", interp.binary("*", grid[0], grid[1]));
    const size = new Tuple(patch);
    b.module(
      "proj",
      "Conv2d",
      [b.args.in_chans, b.args.embed_dim, size],
      new Map<string, Value>([
        ["stride", size],
        ["bias", b.args.bias],
      ]),
    );
    made(
      b,
      "norm",
      b.args.norm_layer ?? b.nn.layer("Identity"),
      b.args.norm_layer === null ? [] : [b.args.embed_dim],
    );
  },
  forward: [
    "x",
    (op, a) => {
      const maps = call(op, "proj", [a.x]);
      const isFlat = op.flag(op.attr("flatten"), true);
      const rows = isFlat
        ? op.interp.callMethod(op.interp.callMethod(maps, "flatten", [2]), "transpose", [1, 2])
        : maps;
      return call(op, "norm", [rows]);
    },
  ],
};

const layer = (spec: LayerSpec) => (nn: NnLibrary) => defineLayer(nn, spec);
const statistics = (...numbers: number[]) => always(new Tuple(numbers.map((x) => new Float(x))));

/** The entry of a model's weights: what a program reads of it is a dict. */
const configuration = fn("_cfg", "url='', **kwargs", (a, interp) => {
  const all: readonly (readonly [string, Value])[] = [
    ["url", a.url],
    ["num_classes", 1000],
    ["input_size", new Tuple([3, 224, 224])],
    ["pool_size", null],
    ["crop_pct", new Float(0.9)],
    ["interpolation", "bicubic"],
  ];
  const given = a.kwargs instanceof Dict ? [...a.kwargs.entries.values()] : [];
  const result = new Dict();
  for (const [key, value] of all) interp.dictSet(result, key, value);
  for (const { key, value } of given) interp.dictSet(result, key, value);
  return result;
});

const NAMES: NameTable = {
  DropPath: layer(DROP_PATH),
  Mlp: layer(MLP),
  PatchEmbed: layer(PATCH_EMBED),
  SqueezeExcite: layer(SQUEEZE_EXCITE),
  drop_path: passes("drop_path"),
  to_2tuple: tuple(2),
  to_3tuple: tuple(3),
  to_4tuple: tuple(4),
  to_ntuple: fn("to_ntuple", "n", (a, interp) => {
    const count = toNumber(a.n);
    return count === undefined ? interp.unknown("a length that is not known") : tuple(count)();
  }),
  trunc_normal_: passes("trunc_normal_"),
  trunc_normal_tf_: passes("trunc_normal_tf_"),
  lecun_normal_: passes("lecun_normal_"),
  variance_scaling_: passes("variance_scaling_"),
  make_divisible: fn("make_divisible", "v, divisor=8, min_value=None, round_limit=0.9", makeDivisible),
  register_model: decorator("register_model"),
  load_pretrained: answers("load_pretrained", null),
  _cfg: configuration,
  IMAGENET_DEFAULT_MEAN: statistics(0.485, 0.456, 0.406),
  IMAGENET_DEFAULT_STD: statistics(0.229, 0.224, 0.225),
  IMAGENET_INCEPTION_MEAN: statistics(0.5, 0.5, 0.5),
  IMAGENET_INCEPTION_STD: statistics(0.5, 0.5, 0.5),
};

/** Does a dotted name lie in timm? */
export function isTimm(module: string): boolean {
  return module === "timm" || module.startsWith("timm.");
}

/** Modules that are reached as attributes: `timm.models.layers.DropPath`. */
const SUBMODULES: ReadonlySet<string> = new Set([
  "models",
  "layers",
  "data",
  "constants",
  "helpers",
  "registry",
]);

/** Names of timm's modules; a class is one object whichever module it is taken from. */
export class Timm {
  private readonly made = new Map<string, Value>();
  constructor(private readonly nn: NnLibrary) {}

  lookup(module: string, name: string): Value | Absent {
    if (name.startsWith("__")) return ABSENT;
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const entry = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (!entry) return SUBMODULES.has(name) ? this.module(`${module}.${name}`) : notInstalled(module, name);
    const value = entry(this.nn);
    this.made.set(name, value);
    return value;
  }

  private module(path: string): ModuleValue {
    const module = new ModuleValue(path);
    module.load = (name) => this.lookup(path, name);
    return module;
  }
}

function notInstalled(module: string, name: string): Unknown {
  return new Unknown(`${module}.${name} is not modelled, and timm is not installed`);
}
