/**
 * diffusers and the hub's mixins where they are not installed: a constructor's arguments become the network's
 * configuration; nothing is downloaded.
 * https://huggingface.co/docs/diffusers/api/configuration
 */

import { entryOf } from "../../../base/table.ts";
import { def, defineClass } from "../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  FunctionValue,
  Instance,
  type Kwargs,
  NativeFunction,
  type Value,
} from "../../../interpret/values.ts";
import { makeInert } from "../../../languages/python/stdlib/inertness.ts";
import { decorator, fn, inertClass, type NameTable, unmodelled } from "../library/inert.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { entriesOf, type Methods, moduleClass, none, nothing, outputClass, type StandIn } from "./kit.ts";

/** Arguments by attribute and by key. */
const FROZEN: ClassValue = defineClass("FrozenDict", {
  methods: {
    __getitem__: ["self, key", (a, interp) => interp.getAttr(a.self, String(a.key))],
    __contains__: ["self, key", (a) => (a.self as Instance).attrs.has(String(a.key))],
    get: ["self, key, default=None", (a) => (a.self as Instance).attrs.get(String(a.key)) ?? a.default],
    keys: ["self", (a, interp) => interp.list([...(a.self as Instance).attrs.keys()])],
  },
});

/** `@register_to_config` on a constructor: its arguments, defaults included, are `self.config`. */
const registerToConfig = fn("register_to_config", "init", (a) => {
  const { init } = a;
  if (!(init instanceof FunctionValue)) return init;
  const wrapper = new NativeFunction("__init__", (interp, args, kwargs) => {
    const [self, ...given] = args;
    const config = interp.newInstance(FROZEN);
    for (const [i, { name, kind }] of init.node.params.slice(1).entries()) {
      if (kind === "rest" || kind === "keywords") continue;
      const fallback = init.defaults[i + 1];
      const value = i < given.length ? given[i] : kwargs.has(name) ? kwargs.get(name) : fallback;
      if (value !== ABSENT) config.attrs.set(name, value);
    }
    if (self instanceof Instance) {
      interp.touch(self);
      self.attrs.set("_internal_dict", config);
    }
    return interp.call(init, args, kwargs);
  });
  wrapper.attrs.set("__wrapped__", init);
  return wrapper;
});

const noDownload: readonly [string, Methods[string][1]] = [
  "cls, *args, **kwargs",
  (_, interp) => interp.unknown("nothing is downloaded: a pretrained model is not known"),
];

const configMixin = (): ClassValue =>
  defineClass("ConfigMixin", {
    methods: {
      register_to_config: [
        "self, **kwargs",
        (a, interp) => {
          const config = interp.newInstance(FROZEN);
          for (const [name, value] of entriesOf(a.kwargs)) config.attrs.set(name, value);
          interp.touch(a.self as Instance);
          (a.self as Instance).attrs.set("_internal_dict", config);
          return null;
        },
      ],
      ...nothing("save_config", "push_to_hub"),
    },
    properties: {
      config: (a, interp) => (a.self as Instance).attrs.get("_internal_dict") ?? interp.newInstance(FROZEN),
    },
    classMethods: {
      from_config: [
        "cls, config=None, **kwargs",
        (a, interp) => {
          const given = a.config instanceof Instance ? [...a.config.attrs] : entriesOf(a.config);
          return interp.call(a.cls, [], new Map([...given, ...entriesOf(a.kwargs)]) as Kwargs);
        },
      ],
      load_config: noDownload,
    },
    constants: { config_name: "config.json" },
  });

const modelMixin = (nn: NnLibrary): ClassValue =>
  moduleClass(nn, "ModelMixin", {
    init: ["*args, **kwargs", () => undefined],
    methods: nothing(
      "enable_gradient_checkpointing",
      "disable_gradient_checkpointing",
      "enable_xformers_memory_efficient_attention",
      "disable_xformers_memory_efficient_attention",
      "save_pretrained",
      "_set_gradient_checkpointing",
    ),
    classMethods: { from_pretrained: noDownload },
    properties: {
      device: (_, interp) => interp.call(nn.tensors.functions.get("device") ?? null, ["cpu"]),
      dtype: () => nn.tensors.functions.get("float32") ?? null,
      is_gradient_checkpointing: () => false,
    },
    constants: { _supports_gradient_checkpointing: false },
  });

const NAMES: NameTable = {
  register_to_config: registerToConfig,
  ConfigMixin: configMixin,
  ModelMixin: modelMixin,
  BaseOutput: () => outputClass("BaseOutput", "the program's"),
  SchedulerMixin: inertClass("SchedulerMixin"),
  DiffusionPipeline: inertClass("DiffusionPipeline"),
  deprecate: fn("deprecate", "*args, **kwargs", none),
  apply_forward_hook: decorator("apply_forward_hook"),
  logging: () => makeInert(),
  randn_tensor: (nn) =>
    def("randn_tensor", "shape, *args, **kwargs", (a, interp) =>
      interp.call(nn.tensors.functions.get("randn") ?? null, [a.shape]),
    ),
};

export const DIFFUSERS: StandIn = {
  has: (module) => module === "diffusers" || module.startsWith("diffusers."),
  make(nn: NnLibrary, module: string, name: string): Value | Absent {
    const known = entryOf(NAMES, name);
    if (known) return known(nn);
    if (/^is_\w+$/.test(name)) return fn(name, "*args, **kwargs", () => name === "is_torch_available")();
    return /Output$/.test(name)
      ? outputClass(name, "the program's")
      : module === "diffusers"
        ? unmodelled(module, name)
        : ABSENT;
  },
};

/** A mixin beside nn.Module: its constructor passes all on. */
const hubMixin = (name: string) => () =>
  defineClass(name, {
    methods: nothing("save_pretrained", "push_to_hub", "_save_pretrained"),
    classMethods: {
      from_pretrained: noDownload,
      _from_pretrained: noDownload,
      __init_subclass__: ["cls, **kwargs", none],
    },
  });

const HUB_NAMES: NameTable = {
  PyTorchModelHubMixin: hubMixin("PyTorchModelHubMixin"),
  ModelHubMixin: hubMixin("ModelHubMixin"),
  KerasModelHubMixin: hubMixin("KerasModelHubMixin"),
  hf_hub_download: fn("hf_hub_download", "*args, **kwargs", (_, interp) =>
    interp.unknown("nothing is downloaded"),
  ),
  snapshot_download: fn("snapshot_download", "*args, **kwargs", (_, interp) =>
    interp.unknown("nothing is downloaded"),
  ),
};

export const HUGGINGFACE_HUB: StandIn = {
  has: (module) => module === "huggingface_hub" || module.startsWith("huggingface_hub."),
  make: (nn, _module, name) => entryOf(HUB_NAMES, name)?.(nn) ?? ABSENT,
};
