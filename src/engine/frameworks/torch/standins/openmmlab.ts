/**
 * mmcv and mmengine where they are not installed: registries of classes that build from dicts, modules with an
 * initialisation that changes no shape, and the convolution with its norm and activation.
 * https://mmcv.readthedocs.io/en/latest/understand_mmcv/cnn.html
 */
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  ClassValue,
  Dict,
  FunctionValue,
  Instance,
  isUnknown,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { decorator, fn, inertClass, type NameTable, passes } from "../library/inert.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { entriesOf, layer, moduleClass, none, nothing, type StandIn, setAttrs } from "./kit.ts";

/** Classes of torch.nn by what a dict's `type` calls them. */
const TYPES: Readonly<Record<string, string>> = {
  Conv: "Conv2d",
  BN: "BatchNorm2d",
  BN1d: "BatchNorm1d",
  BN2d: "BatchNorm2d",
  BN3d: "BatchNorm3d",
  SyncBN: "BatchNorm2d",
  GN: "GroupNorm",
  LN: "LayerNorm",
  IN: "InstanceNorm2d",
  IN1d: "InstanceNorm1d",
  IN2d: "InstanceNorm2d",
  IN3d: "InstanceNorm3d",
  deconv: "ConvTranspose2d",
  nearest: "Upsample",
  bilinear: "Upsample",
  Swish: "SiLU",
  zero: "ZeroPad2d",
  reflect: "ReflectionPad2d",
  replicate: "ReplicationPad2d",
};

/** The name that `build_norm_layer` gives with a layer. */
const SHORT: Readonly<Record<string, string>> = {
  BN: "bn",
  BN1d: "bn",
  BN2d: "bn",
  BN3d: "bn",
  SyncBN: "bn",
  GN: "gn",
  LN: "ln",
  IN: "in",
  IN1d: "in",
  IN2d: "in",
  IN3d: "in",
};

/** A dict's entries without its `type`, which names a class. */
function split(cfg: Value): { readonly type: Value; readonly rest: ReadonlyMap<string, Value> } {
  const entries = new Map(entriesOf(cfg));
  const type = entries.get("type");
  entries.delete("type");
  return { type: type ?? null, rest: entries };
}

class Registry {
  readonly cls: ClassValue;
  private readonly shared = new Map<string, Value>();

  constructor(private readonly nn: NnLibrary) {
    const register = (self: Value, name: Value, cls: Value): Value => {
      const names = toItems(name) ?? [name ?? null];
      for (const each of names) this.put(self, typeof each === "string" ? each : nameOf(cls), cls);
      return cls;
    };
    this.cls = defineClass("Registry", {
      methods: {
        __init__: [
          "self, name='', *args, **kwargs",
          (a, interp) => {
            setAttrs(interp, a.self as Instance, { name: a.name ?? "" });
            return null;
          },
        ],
        register_module: [
          "self, name=None, force=False, module=None",
          (a) => {
            if (a.module !== null && a.module !== undefined) return register(a.self, a.name, a.module);
            if (isDefinition(a.name)) return register(a.self, null, a.name);
            return def("register", "module", (b) => register(a.self, a.name, b.module));
          },
        ],
        get: ["self, key", (a, interp) => this.get(interp, a.self, a.key)],
        __contains__: ["self, key", (a, interp) => !isUnknown(this.get(interp, a.self, a.key))],
        build: ["self, cfg, *args, **kwargs", (a, interp) => this.build(interp, a.self, a.cfg, a)],
      },
      properties: { module_dict: (a, interp) => this.all(interp, a.self) },
    });
  }

  private own(self: Value): Map<string, Value> {
    if (!(self instanceof Instance)) return this.shared;
    if (!(self.native instanceof Map)) self.native = new Map<string, Value>();
    return self.native as Map<string, Value>;
  }

  private put(self: Value, name: string, cls: Value): void {
    this.own(self).set(name, cls);
    this.shared.set(name, cls);
  }

  private all(interp: Interp, self: Value): Dict {
    const dict = new Dict();
    for (const [name, cls] of this.own(self)) interp.dictSet(dict, name, cls);
    return dict;
  }

  /** A registry asks its parents and the library's own; a name may carry its scope: `mmdet.ResNet`. */
  get(interp: Interp, self: Value, key: Value): Value {
    if (typeof key !== "string") return key;
    const name = key.slice(key.lastIndexOf(".") + 1);
    const found = this.own(self).get(name) ?? this.shared.get(name) ?? this.torch(name);
    return found ?? interp.unknown(`${name} is in no registry`);
  }

  torch(name: string): Value | undefined {
    const cls = this.nn.findClass(TYPES[name] ?? name);
    return cls === ABSENT ? undefined : cls;
  }

  build(interp: Interp, self: Value, cfg: Value, a: Bound): Value {
    if (isUnknown(cfg) || cfg === null) return cfg;
    const { type, rest } = split(cfg);
    const defaults = new Map(entriesOf(a.kwargs)).get("default_args") ?? (toItems(a.args) ?? [])[0];
    return interp.call(this.get(interp, self, type), [], new Map([...entriesOf(defaults ?? null), ...rest]));
  }
}

function isDefinition(value: Value): boolean {
  return value instanceof ClassValue || value instanceof FunctionValue;
}

function nameOf(value: Value): string {
  return value instanceof ClassValue || value instanceof FunctionValue ? value.name : "";
}

const registries = new WeakMap<NnLibrary, Registry>();

/** The registries of one interpreter. */
function registryOf(nn: NnLibrary): Registry {
  const known = registries.get(nn) ?? new Registry(nn);
  registries.set(nn, known);
  return known;
}

function buildLayer(
  nn: NnLibrary,
  interp: Interp,
  cfg: Value,
  fallback: string,
  args: readonly Value[],
  kwargs: Value = null,
): Value {
  if (isUnknown(cfg)) return cfg;
  const { type, rest } = split(cfg);
  const cls = type === null ? nn.findClass(fallback) : registryOf(nn).get(interp, null, type);
  if (cls === ABSENT) return interp.unknown(`${fallback} is not modelled`);
  return interp.call(cls, args, new Map([...entriesOf(kwargs), ...rest]));
}

function buildNorm(nn: NnLibrary, interp: Interp, a: Bound): Tuple {
  const { type, rest } = split(a.cfg);
  const kwargs = new Map([...rest].filter(([name]) => name !== "requires_grad"));
  const groups = kwargs.get("num_groups");
  kwargs.delete("num_groups");
  const cls = registryOf(nn).get(interp, null, type);
  const norm = interp.call(cls, type === "GN" ? [groups, a.num_features] : [a.num_features], kwargs);
  if (rest.get("requires_grad") === false) interp.callMethod(norm, "requires_grad_", [false]);
  return new Tuple([`${SHORT[String(type)] ?? "norm_layer"}${String(a.postfix ?? "")}`, norm]);
}

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
        (name) => [name, a[name]],
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

const convModule = (nn: NnLibrary): ClassValue =>
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
const separable = (nn: NnLibrary): ClassValue =>
  moduleClass(nn, "DepthwiseSeparableConvModule", {
    init: [
      "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, norm_cfg=None, act_cfg=undefined, dw_norm_cfg='default', dw_act_cfg='default', pw_norm_cfg='default', pw_act_cfg='default', **kwargs",
      (self, a, interp) => {
        const own = (name: string, common: Value) => (a[name] === "default" ? common : a[name]);
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

const baseModule =
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
const container =
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

const dropout = (nn: NnLibrary): ClassValue =>
  moduleClass(nn, "DropPath", {
    init: ["drop_prob=0.1", (self, a, interp) => interp.setAttr(self, "drop_prob", a.drop_prob)],
    forward: ["x", (_, a) => a.x],
  });

const REGISTRY_NAMES =
  /^(MODELS|BACKBONES|NECKS|HEADS|LOSSES|CLASSIFIERS|SEGMENTORS|DETECTORS|MODULES|[A-Z]+_LAYERS|ROOT|DATASETS|PIPELINES|TRANSFORMS|HOOKS|OPTIMIZERS|PLUGIN_LAYERS|ATTENTION|TRANSFORMER|POSITIONAL_ENCODING|TASK_UTILS|METRICS|DROPOUT_LAYERS|FEEDFORWARD_NETWORK)$/;

const NAMES: NameTable = {
  Registry: (nn) => registryOf(nn).cls,
  build_from_cfg: (_nn) =>
    def("build_from_cfg", "cfg, registry, default_args=None", (a, interp) =>
      interp.callMethod(a.registry, "build", [a.cfg], new Map([["default_args", a.default_args]])),
    ),
  BaseModule: baseModule("BaseModule"),
  BaseModel: baseModule("BaseModel"),
  ModuleList: container("ModuleList"),
  ModuleDict: container("ModuleDict"),
  Sequential: container("Sequential"),
  ConvModule: convModule,
  DepthwiseSeparableConvModule: separable,
  DropPath: dropout,
  build_conv_layer: (nn) =>
    def("build_conv_layer", "cfg, *args, **kwargs", (a, interp) =>
      buildLayer(nn, interp, a.cfg, "Conv2d", toItems(a.args) ?? [], a.kwargs),
    ),
  build_norm_layer: (nn) =>
    def("build_norm_layer", "cfg, num_features, postfix=''", (a, interp) => buildNorm(nn, interp, a)),
  build_activation_layer: (nn) =>
    def("build_activation_layer", "cfg", (a, interp) => buildLayer(nn, interp, a.cfg, "ReLU", [])),
  build_padding_layer: (nn) =>
    def("build_padding_layer", "cfg, *args, **kwargs", (a, interp) =>
      buildLayer(nn, interp, a.cfg, "ZeroPad2d", toItems(a.args) ?? [], a.kwargs),
    ),
  build_dropout: (nn) =>
    def("build_dropout", "cfg, default_args=None", (_, interp) => layer(nn, interp, "Identity")),
  build_model_from_cfg: () =>
    def("build_model_from_cfg", "cfg, registry, default_args=None", (a, interp) =>
      interp.callMethod(a.registry, "build", [a.cfg]),
    ),
  Config: inertClass("Config"),
  _BatchNorm: (nn) => nn.layer("BatchNorm2d").bases[0] ?? nn.layer("BatchNorm2d"),
  _InstanceNorm: (nn) => nn.layer("InstanceNorm2d").bases[0] ?? nn.layer("InstanceNorm2d"),
  Linear: (nn) => nn.layer("Linear"),
  Conv2d: (nn) => nn.layer("Conv2d"),
  ...Object.fromEntries(
    [
      "constant_init",
      "kaiming_init",
      "xavier_init",
      "normal_init",
      "trunc_normal_init",
      "trunc_normal_",
      "caffe2_xavier_init",
      "bias_init_with_prob",
      "load_checkpoint",
      "print_log",
      "update_init_info",
    ].map((name) => [name, passes(name)]),
  ),
  auto_fp16: decorator("auto_fp16"),
  force_fp32: decorator("force_fp32"),
  get_logger: fn("get_logger", "*args, **kwargs", none),
};

export const OPENMMLAB: StandIn = {
  has: (module) => /^mm(cv|engine|det|seg|cls|pretrain|pose)(\.|$)/.test(module),
  make(nn, module, name) {
    const known = NAMES[name];
    if (known && /^mm(cv|engine)(\.|$)/.test(module)) return known(nn);
    return REGISTRY_NAMES.test(name) ? new Instance(registryOf(nn).cls) : ABSENT;
  },
};
