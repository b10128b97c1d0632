/**
 * Parts of timm that models take from it where it is not installed: what is a plain rule.
 * https://huggingface.co/docs/timm
 */

import { entryOf } from "../../../base/table.ts";
import { def } from "../../../interpret/native.ts";
import {
  ABSENT,
  Dict,
  Float,
  isUnknown,
  Tuple,
  toItems,
  toNumber,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { always, answers, decorator, fn, type NameTable, passes } from "../library/inert.ts";
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

/** Attention of a vision transformer, queries, keys and values by one projection. */
const attention = (nn: NnLibrary): Value =>
  moduleClass(nn, "Attention", {
    init: [
      "dim, num_heads=8, qkv_bias=False, qk_norm=False, attn_drop=0.0, proj_drop=0.0, norm_layer=None, **kwargs",
      (self, a, interp) => {
        const width = interp.binary("//", a.dim, a.num_heads);
        const norm = (): Value =>
          a.qk_norm !== true
            ? layer(nn, interp, "Identity")
            : interp.call(a.norm_layer ?? nn.layer("LayerNorm"), [width]);
        setAttrs(interp, self, {
          num_heads: a.num_heads,
          head_dim: width,
          qkv: layer(nn, interp, "Linear", [a.dim, interp.binary("*", a.dim, 3)], {
            bias: a.qkv_bias ?? false,
          }),
          q_norm: norm(),
          k_norm: norm(),
          attn_drop: layer(nn, interp, "Dropout", [a.attn_drop]),
          proj: layer(nn, interp, "Linear", [a.dim, a.dim]),
          proj_drop: layer(nn, interp, "Dropout", [a.proj_drop]),
        });
      },
    ],
    forward: [
      "x",
      (self, a, interp) => {
        const attr = (name: string): Value => interp.getAttr(self, name);
        const size = (axis: number): Value => interp.callMethod(a.x, "size", [axis]);
        const shape = [size(0), size(1), 3, attr("num_heads"), attr("head_dim")];
        const apart = interp.callMethod(interp.call(attr("qkv"), [a.x]), "reshape", shape);
        const parts = toItems(
          interp.callMethod(interp.callMethod(apart, "permute", [2, 0, 3, 1, 4]), "unbind", [0]),
        );
        if (!parts) return interp.unknown("attention of what is no sequence");
        const [queries, keys, values] = parts;
        const mixed = interp.call(nn.functional("scaled_dot_product_attention"), [
          interp.call(attr("q_norm"), [queries]),
          interp.call(attr("k_norm"), [keys]),
          values,
        ]);
        const whole = interp.callMethod(interp.callMethod(mixed, "transpose", [1, 2]), "reshape", [
          size(0),
          size(1),
          interp.binary("*", attr("num_heads"), attr("head_dim")),
        ]);
        return chain(interp, self, ["proj", "proj_drop"], whole);
      },
    ],
  });

/** A learned factor for each channel. */
const layerScale = (nn: NnLibrary): Value =>
  moduleClass(nn, "LayerScale", {
    init: [
      "dim, init_values=1e-5, inplace=False",
      (self, a, interp) => {
        const ones = interp.call(nn.tensors.functions.get("ones"), [a.dim]);
        interp.setAttr(self, "gamma", interp.call(nn.parameter, [ones]));
      },
    ],
    forward: ["x", (self, a, interp) => interp.binary("*", a.x, interp.getAttr(self, "gamma"))],
  });

/** A block of a vision transformer: attention and an MLP, each on what is normalised before. */
const block = (nn: NnLibrary): Value =>
  moduleClass(nn, "Block", {
    init: [
      "dim, num_heads, mlp_ratio=4.0, qkv_bias=False, qk_norm=False, proj_drop=0.0, attn_drop=0.0, init_values=None, drop_path=0.0, act_layer=None, norm_layer=None, mlp_layer=None, drop=None, **kwargs",
      (self, a, interp) => {
        const make = (name: string, args: readonly Value[], kwargs: Readonly<Record<string, Value>>): Value =>
          interp.call(entryOf(NAMES, name)?.(nn), args, new Map(Object.entries(kwargs)));
        const norm = (): Value => interp.call(a.norm_layer ?? nn.layer("LayerNorm"), [a.dim]);
        const scale = (): Value =>
          a.init_values === null
            ? layer(nn, interp, "Identity")
            : make("LayerScale", [a.dim], { init_values: a.init_values });
        const dropped = a.drop ?? a.proj_drop;
        const hidden = interp.call(interp.builtin("int"), [interp.binary("*", a.dim, a.mlp_ratio)]);
        const mlpOptions = { hidden_features: hidden, act_layer: a.act_layer, drop: dropped };
        setAttrs(interp, self, {
          norm1: norm(),
          attn: make("Attention", [a.dim], {
            num_heads: a.num_heads,
            qkv_bias: a.qkv_bias,
            qk_norm: a.qk_norm,
            attn_drop: a.attn_drop,
            proj_drop: dropped,
            norm_layer: a.norm_layer,
          }),
          ls1: scale(),
          drop_path1: layer(nn, interp, "Identity"),
          norm2: norm(),
          mlp:
            a.mlp_layer === null
              ? make("Mlp", [a.dim], mlpOptions)
              : interp.call(a.mlp_layer, [a.dim], new Map(Object.entries(mlpOptions))),
          ls2: scale(),
          drop_path2: layer(nn, interp, "Identity"),
        });
      },
    ],
    forward: [
      "x",
      (self, a, interp) => {
        const attended = chain(interp, self, ["norm1", "attn", "ls1", "drop_path1"], a.x);
        const x = interp.binary("+", a.x, attended);
        return interp.binary("+", x, chain(interp, self, ["norm2", "mlp", "ls2", "drop_path2"], x));
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
  Attention: attention,
  LayerScale: layerScale,
  Block: block,
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
  create_model: always(new Unknown("timm is not installed: its models are not known")),
  build_model_with_cfg: always(new Unknown("timm is not installed: how it builds is not known")),
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
  make: (nn, _module, name) => entryOf(NAMES, name)?.(nn) ?? ABSENT,
};
