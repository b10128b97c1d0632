/**
 * mmcv and mmengine where they are not installed.
 * https://mmcv.readthedocs.io/en/latest/understand_mmcv/cnn.html
 */

import { entryOf } from "../../../../base/table.ts";
import { def } from "../../../../interpret/native.ts";
import { ABSENT, Instance, toItems } from "../../../../interpret/values.ts";
import { decorator, fn, inertClass, type NameTable, passes } from "../../library/inert.ts";
import { layer, none, type StandIn } from "../kit.ts";
import { baseModule, container, convModule, dropout, separable } from "./modules.ts";
import { buildLayer, buildNorm, registryOf } from "./registry.ts";

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
  deprecated_api_warning: decorator("deprecated_api_warning"),
  force_fp32: decorator("force_fp32"),
  get_logger: fn("get_logger", "*args, **kwargs", none),
};

export const OPENMMLAB: StandIn = {
  has: (module) => /^mm(cv|engine|det|seg|cls|pretrain|pose)(\.|$)/.test(module),
  make(nn, module, name) {
    const known = entryOf(NAMES, name);
    if (known && /^mm(cv|engine)(\.|$)/.test(module)) return known(nn);
    return REGISTRY_NAMES.test(name) ? new Instance(registryOf(nn).cls) : ABSENT;
  },
};
