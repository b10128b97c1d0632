/**
 * Parts of timm that models take from it where it is not installed: what is a plain rule.
 * https://huggingface.co/docs/timm
 */
import { def } from "../../../interpret/native.ts";
import {
  ABSENT,
  Dict,
  Float,
  isUnknown,
  Tuple,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import { always, answers, decorator, fn, type NameTable, passes, unknown } from "../library/inert.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { chain, layer, moduleClass, pair, type StandIn, setAttrs } from "./kit.ts";

const dropPath = (nn: NnLibrary): Value =>
  moduleClass(nn, "DropPath", {
    init: [
      "drop_prob=0.0, scale_by_keep=True",
      (self, a, interp) => setAttrs(interp, self, { drop_prob: a.drop_prob, scale_by_keep: a.scale_by_keep }),
    ],
    forward: ["x", (_, a) => a.x],
  });

const mlp = (nn: NnLibrary): Value =>
  moduleClass(nn, "Mlp", {
    init: [
      "in_features, hidden_features=None, out_features=None, act_layer=None, norm_layer=None, bias=True, drop=0.0, use_conv=False",
      (self, a, interp) => {
        const hidden = a.hidden_features ?? a.in_features;
        const out = a.out_features ?? a.in_features;
        const [first, second] = toItems(pair(a.bias ?? true)) ?? [];
        const [drop1, drop2] = toItems(pair(a.drop ?? 0)) ?? [];
        const linear = (from: Value, to: Value, bias: Value): Value =>
          a.use_conv === true
            ? layer(nn, interp, "Conv2d", [from, to, 1], { bias: bias ?? true })
            : layer(nn, interp, "Linear", [from, to], { bias: bias ?? true });
        setAttrs(interp, self, {
          fc1: linear(a.in_features, hidden, first),
          act: a.act_layer === null ? layer(nn, interp, "GELU") : interp.call(a.act_layer),
          drop1: layer(nn, interp, "Dropout", [drop1]),
          norm: a.norm_layer === null ? layer(nn, interp, "Identity") : interp.call(a.norm_layer, [hidden]),
          fc2: linear(hidden, out, second),
          drop2: layer(nn, interp, "Dropout", [drop2]),
        });
      },
    ],
    forward: [
      "x",
      (self, a, interp) => chain(interp, self, ["fc1", "act", "drop1", "norm", "fc2", "drop2"], a.x),
    ],
  });

const patchEmbed = (nn: NnLibrary): Value =>
  moduleClass(nn, "PatchEmbed", {
    init: [
      "img_size=224, patch_size=16, in_chans=3, embed_dim=768, norm_layer=None, flatten=True, bias=True, strict_img_size=True, **kwargs",
      (self, a, interp) => {
        const image = pair(a.img_size ?? 224);
        const patch = pair(a.patch_size ?? 16);
        const sizes = toItems(image)?.map((size, i) => interp.binary("//", size, toItems(patch)?.[i]));
        const grid = sizes && a.img_size !== null ? new Tuple(sizes) : null;
        setAttrs(interp, self, {
          img_size: image,
          patch_size: patch,
          grid_size: grid,
          num_patches: grid === null ? null : interp.binary("*", grid.items[0], grid.items[1]),
          flatten: a.flatten,
          proj: layer(nn, interp, "Conv2d", [a.in_chans, a.embed_dim], {
            kernel_size: patch,
            stride: patch,
            bias: a.bias ?? true,
          }),
          norm:
            a.norm_layer === null ? layer(nn, interp, "Identity") : interp.call(a.norm_layer, [a.embed_dim]),
        });
      },
    ],
    forward: [
      "x",
      (self, a, interp) => {
        const projected = interp.call(interp.getAttr(self, "proj"), [a.x]);
        const flat =
          interp.getAttr(self, "flatten") === true
            ? interp.callMethod(interp.callMethod(projected, "flatten", [2]), "transpose", [1, 2])
            : projected;
        return interp.call(interp.getAttr(self, "norm"), [flat]);
      },
    ],
  });

/** A layer norm over the channels of an image. */
const layerNorm2d = (nn: NnLibrary): Value =>
  moduleClass(nn, "LayerNorm2d", {
    base: nn.layer("LayerNorm"),
    init: [
      "num_channels, eps=1e-6, affine=True",
      (self, a, interp) => {
        const init = nn.layer("LayerNorm").attrs.get("__init__");
        interp.call(
          init,
          [self, a.num_channels],
          new Map([
            ["eps", a.eps],
            ["elementwise_affine", a.affine],
          ]),
        );
      },
    ],
    forward: [
      "x",
      (self, a, interp) => {
        const rule = nn.layer("LayerNorm").attrs.get("forward");
        const last = interp.call(rule, [self, interp.callMethod(a.x, "permute", [0, 2, 3, 1])]);
        return interp.callMethod(last, "permute", [0, 3, 1, 2]);
      },
    ],
  });

/** Channels squeezed to one pixel, and what that excites. */
const squeezeExcite = (nn: NnLibrary): Value =>
  moduleClass(nn, "SqueezeExcite", {
    init: [
      "in_chs, rd_ratio=0.25, rd_channels=None, act_layer=None, gate_layer=None, force_act_layer=None, rd_round_fn=None",
      (self, a, interp) => {
        const part = interp.binary("*", a.in_chs, a.rd_ratio);
        const round = a.rd_round_fn ?? interp.builtin("round");
        const reduced = a.rd_channels ?? interp.call(round, [part]);
        const isNamed = a.gate_layer === null || typeof a.gate_layer === "string";
        setAttrs(interp, self, {
          conv_reduce: layer(nn, interp, "Conv2d", [a.in_chs, reduced, 1]),
          act1: a.act_layer === null ? layer(nn, interp, "ReLU") : interp.call(a.act_layer),
          conv_expand: layer(nn, interp, "Conv2d", [reduced, a.in_chs, 1]),
          gate: isNamed ? layer(nn, interp, "Sigmoid") : interp.call(a.gate_layer),
        });
      },
    ],
    forward: [
      "x",
      (self, a, interp) => {
        const pooled = interp.callMethod(a.x, "mean", [new Tuple([2, 3])], new Map([["keepdim", true]]));
        const gate = chain(interp, self, ["conv_reduce", "act1", "conv_expand", "gate"], pooled);
        return interp.binary("*", a.x, gate);
      },
    ],
  });

/** The entry of a model's weights: what a program reads of it is a dict. */
const configuration = fn("_cfg", "url='', **kwargs", (a, interp) => {
  const usual: readonly (readonly [string, Value])[] = [
    ["url", a.url],
    ["num_classes", 1000],
    ["input_size", new Tuple([3, 224, 224])],
    ["pool_size", null],
  ];
  const given = a.kwargs instanceof Dict ? [...a.kwargs.entries.values()] : [];
  const result = new Dict();
  for (const [key, value] of usual) interp.dictSet(result, key, value);
  for (const { key, value } of given) interp.dictSet(result, key, value);
  return result;
});

const toTuple = (count: number) => fn(`to_${count}tuple`, "x", (a) => pair(a.x, count));

const NAMES: NameTable = {
  DropPath: dropPath,
  drop_path: fn("drop_path", "x, *args, **kwargs", (a) => a.x),
  Mlp: mlp,
  PatchEmbed: patchEmbed,
  LayerNorm2d: layerNorm2d,
  SqueezeExcite: squeezeExcite,
  _cfg: configuration,
  load_pretrained: answers("load_pretrained", null),
  to_1tuple: toTuple(1),
  to_2tuple: toTuple(2),
  to_3tuple: toTuple(3),
  to_4tuple: toTuple(4),
  to_ntuple: fn("to_ntuple", "n", (a) => def("to_ntuple", "x", (b) => pair(b.x, toNumber(a.n) ?? 1))),
  make_divisible: fn("make_divisible", "v, divisor=8, min_value=None, round_limit=0.9", (a, interp) => {
    const [value, by] = [toNumber(a.v), toNumber(a.divisor)];
    if (value === undefined || by === undefined)
      return isUnknown(a.v) ? a.v : interp.unknown("a number that is not known");
    const least = toNumber(a.min_value) ?? by;
    const rounded = Math.max(least, Math.floor((value + by / 2) / by) * by);
    return rounded < (toNumber(a.round_limit) ?? 0.9) * value ? rounded + by : rounded;
  }),
  register_model: decorator("register_model"),
  create_model: unknown("create_model", "timm is not installed: its models are not known"),
  build_model_with_cfg: unknown("build_model_with_cfg", "timm is not installed: how it builds is not known"),
  checkpoint_filter_fn: passes("checkpoint_filter_fn"),
  IMAGENET_DEFAULT_MEAN: always(new Tuple([0.485, 0.456, 0.406].map((mean) => new Float(mean)))),
  IMAGENET_DEFAULT_STD: always(new Tuple([0.229, 0.224, 0.225].map((deviation) => new Float(deviation)))),
  IMAGENET_INCEPTION_MEAN: always(new Tuple([0.5, 0.5, 0.5].map((mean) => new Float(mean)))),
  IMAGENET_INCEPTION_STD: always(new Tuple([0.5, 0.5, 0.5].map((deviation) => new Float(deviation)))),
  ...Object.fromEntries(
    [
      "trunc_normal_",
      "trunc_normal_tf_",
      "lecun_normal_",
      "variance_scaling_",
      "init_weight_vit",
      "init_weight_jax",
    ].map((name) => [name, passes(name)]),
  ),
};

export const TIMM: StandIn = {
  has: (module) => module === "timm" || module.startsWith("timm."),
  make: (nn, _module, name) => NAMES[name]?.(nn) ?? ABSENT,
};
