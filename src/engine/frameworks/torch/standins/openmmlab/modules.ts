/** Modules of mmcv and mmengine: the convolution with its norm and activation, and bases whose initialisation changes no shape. */

import { entryOf } from "../../../../base/table.ts";
import type { Interp } from "../../../../interpret/interp.ts";
import { type Bound, defineClass } from "../../../../interpret/native.ts";
import { type ClassValue, Dict, type Instance, toItems, type Value } from "../../../../interpret/values.ts";
import type { NnLibrary } from "../../nn/nn.ts";
import { entriesOf, moduleClass, nothing, setAttrs } from "../kit.ts";
import { buildLayer, buildNorm, split } from "./registry.ts";

const CONV_MODULE =
  "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias='auto', conv_cfg=None, norm_cfg=None, act_cfg=undefined, inplace=True, with_spectral_norm=False, padding_mode='zeros', order=('conv', 'norm', 'act'), fast_conv_bn_eval=False";

const OFFICIAL_PADDINGS: ReadonlySet<Value> = new Set<Value>(["zeros", "circular"]);

function buildConvModule(nn: NnLibrary, self: Instance, a: Bound, interp: Interp): void {
  const relu = new Dict();
  interp.dictSet(relu, "type", "ReLU");
  const activation = a.act_cfg === undefined ? relu : a.act_cfg;
  const hasNorm = a.norm_cfg !== null;
  const order = (toItems(a.order ?? null) ?? []).map(String);
  const isPadded = OFFICIAL_PADDINGS.has(a.padding_mode);
  setAttrs(interp, self, {
    ...Object.fromEntries(
      ["in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups"].map(
        (name) => [name, entryOf(a, name)],
      ),
    ),
    with_norm: hasNorm,
    with_activation: activation !== null,
    with_bias: a.bias === "auto" ? !hasNorm : a.bias,
    order: a.order,
    with_explicit_padding: !isPadded,
  });
  if (!isPadded)
    interp.setAttr(
      self,
      "padding_layer",
      buildLayer(nn, interp, typed(interp, a.padding_mode), "", [a.padding]),
    );
  const conv = buildLayer(
    nn,
    interp,
    a.conv_cfg,
    "Conv2d",
    [a.in_channels, a.out_channels, a.kernel_size],
    dict(interp, {
      stride: a.stride,
      padding: isPadded ? a.padding : 0,
      dilation: a.dilation,
      groups: a.groups,
      bias: a.bias === "auto" ? !hasNorm : a.bias,
      ...(a.padding_mode === "circular" && { padding_mode: a.padding_mode }),
    }),
  );
  interp.setAttr(self, "conv", conv);
  if (hasNorm) {
    const features = order.indexOf("norm") > order.indexOf("conv") ? a.out_channels : a.in_channels;
    const [name, norm] = buildNorm(nn, interp, { cfg: a.norm_cfg, num_features: features }).items;
    setAttrs(interp, self, { norm_name: name, [String(name)]: norm });
  } else interp.setAttr(self, "norm_name", null);
  if (activation !== null) interp.setAttr(self, "activate", activate(nn, interp, activation, a.inplace));
}

/** Activations that work in place take the flag. */
const IN_PLACE: ReadonlySet<Value> = new Set<Value>([
  "ReLU",
  "LeakyReLU",
  "ReLU6",
  "ELU",
  "SiLU",
  "Swish",
  "Mish",
  "RReLU",
  "Hardswish",
  "Hardsigmoid",
]);

function activate(nn: NnLibrary, interp: Interp, cfg: Value, inplace: Value): Value {
  const flag = IN_PLACE.has(split(cfg).type) ? dict(interp, { inplace: inplace ?? false }) : null;
  return buildLayer(nn, interp, cfg, "ReLU", [], flag);
}

function dict(interp: Interp, values: Readonly<Record<string, Value>>): Dict {
  const made = new Dict();
  for (const [name, value] of Object.entries(values)) interp.dictSet(made, name, value);
  return made;
}

const typed = (interp: Interp, type: Value): Dict => dict(interp, { type });

function runConvModule(self: Instance, a: Bound, interp: Interp): Value {
  const order = toItems(interp.getAttr(self, "order")) ?? [];
  let x = a.x;
  for (const step of order) {
    if (step === "conv") {
      if (interp.getAttr(self, "with_explicit_padding") === true)
        x = interp.call(interp.getAttr(self, "padding_layer"), [x]);
      x = interp.call(interp.getAttr(self, "conv"), [x]);
    } else if (step === "norm" && a.norm !== false && interp.getAttr(self, "with_norm") === true)
      x = interp.call(interp.getAttr(self, "norm"), [x]);
    else if (step === "act" && a.activate !== false && interp.getAttr(self, "with_activation") === true)
      x = interp.call(interp.getAttr(self, "activate"), [x]);
  }
  return x;
}

export const convModule = (nn: NnLibrary): ClassValue =>
  moduleClass(nn, "ConvModule", {
    init: [CONV_MODULE, (self, a, interp) => buildConvModule(nn, self, a, interp)],
    forward: ["x, activate=True, norm=True", runConvModule],
    methods: nothing("init_weights"),
    properties: {
      norm: (a, interp) => {
        const name = interp.getAttr(a.self, "norm_name");
        return typeof name === "string" ? interp.getAttr(a.self, name) : null;
      },
    },
  });

/** A depthwise and a pointwise ConvModule. */
export const separable = (nn: NnLibrary): ClassValue =>
  moduleClass(nn, "DepthwiseSeparableConvModule", {
    init: [
      "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, norm_cfg=None, act_cfg=undefined, dw_norm_cfg='default', dw_act_cfg='default', pw_norm_cfg='default', pw_act_cfg='default', **kwargs",
      (self, a, interp) => {
        const own = (name: string, common: Value) => {
          const given = entryOf(a, name);
          return given === "default" ? common : given;
        };
        const act = a.act_cfg === undefined ? typed(interp, "ReLU") : a.act_cfg;
        const conv = convModule(nn);
        const make = (args: readonly Value[], values: Readonly<Record<string, Value>>) =>
          interp.call(conv, args, new Map([...entriesOf(a.kwargs), ...Object.entries(values)]));
        setAttrs(interp, self, {
          depthwise_conv: make([a.in_channels, a.in_channels, a.kernel_size], {
            stride: a.stride,
            padding: a.padding,
            dilation: a.dilation,
            groups: a.in_channels,
            norm_cfg: own("dw_norm_cfg", a.norm_cfg),
            act_cfg: own("dw_act_cfg", act),
          }),
          pointwise_conv: make([a.in_channels, a.out_channels, 1], {
            norm_cfg: own("pw_norm_cfg", a.norm_cfg),
            act_cfg: own("pw_act_cfg", act),
          }),
        });
      },
    ],
    forward: [
      "x",
      (self, a, interp) =>
        interp.call(interp.getAttr(self, "pointwise_conv"), [
          interp.call(interp.getAttr(self, "depthwise_conv"), [a.x]),
        ]),
    ],
  });

export const baseModule =
  (name: string) =>
  (nn: NnLibrary): ClassValue =>
    moduleClass(nn, name, {
      init: [
        "*args, **kwargs",
        (self, a, interp) => setAttrs(interp, self, { init_cfg: initOf(a), _is_init: false }),
      ],
      methods: nothing("init_weights"),
      constants: { is_init: false },
    });

function initOf(a: Bound): Value {
  return new Map(entriesOf(a.kwargs)).get("init_cfg") ?? (toItems(a.args) ?? [])[0] ?? null;
}

/** A container of torch.nn that also takes `init_cfg`. */
export const container =
  (name: string) =>
  (nn: NnLibrary): ClassValue => {
    const base = nn.layer(name);
    return defineClass(name, {
      bases: [base],
      methods: {
        __init__: [
          "self, *args, init_cfg=None",
          (a, interp) => interp.call(base.attrs.get("__init__"), [a.self, ...(toItems(a.args) ?? [])]),
        ],
        ...nothing("init_weights"),
      },
    });
  };

export const dropout = (nn: NnLibrary): ClassValue =>
  moduleClass(nn, "DropPath", {
    init: ["drop_prob=0.1", (self, a, interp) => interp.setAttr(self, "drop_prob", a.drop_prob)],
    forward: ["x", (_, a) => a.x],
  });
