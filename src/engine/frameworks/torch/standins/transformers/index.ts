/**
 * transformers where it is not installed: what a model's own file is written with. Its models, tokenizers and
 * weights are not here.
 */

import { entryOf } from "../../../../base/table.ts";
import type { Interp } from "../../../../interpret/interp.ts";
import { def, defineClass } from "../../../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  Dict,
  Instance,
  Tuple,
  toItems,
  type Value,
} from "../../../../interpret/values.ts";
import { makeInert } from "../../../../languages/python/stdlib/inertness.ts";
import { toDim } from "../../../rules/sizes.ts";
import {
  always,
  answers,
  decorator,
  fn,
  inertClass,
  type NameTable,
  passes,
  unknown,
} from "../../library/inert.ts";
import { kwargsOf } from "../../library/runtime.ts";
import { makeParameter } from "../../nn/layer.ts";
import { addTensor } from "../../nn/module.ts";
import type { NnLibrary } from "../../nn/nn.ts";
import { moduleClass, nothing, outputClass, type StandIn } from "../kit.ts";
import { alignedOutputs, backboneConfigMixin, backboneMixin, pretrainedConfig } from "./config.ts";
import { preTrainedModel } from "./model.ts";

/** Activations by the names that configurations have, as layers of torch.nn. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  gelu: "GELU",
  gelu_10: "GELU",
  gelu_accurate: "GELU",
  gelu_fast: "GELU",
  gelu_new: "GELU",
  gelu_python: "GELU",
  gelu_pytorch_tanh: "GELU",
  quick_gelu: "GELU",
  relu: "ReLU",
  relu2: "ReLU",
  relu6: "ReLU6",
  silu: "SiLU",
  swish: "SiLU",
  mish: "Mish",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  leaky_relu: "LeakyReLU",
  linear: "Identity",
  prelu: "PReLU",
};

const ACTIVATION_CLASSES: Readonly<Record<string, string>> = {
  GELUActivation: "GELU",
  NewGELUActivation: "GELU",
  FastGELUActivation: "GELU",
  QuickGELUActivation: "GELU",
  PytorchGELUTanh: "GELU",
  SiLUActivation: "SiLU",
  MishActivation: "Mish",
  LinearActivation: "Identity",
};

function activation(nn: NnLibrary, interp: Interp, name: Value): Value {
  const cls = nn.findClass(entryOf(ACTIVATIONS, String(name)) ?? "");
  return cls === ABSENT ? interp.unknown(`activation ${String(name)} is not modelled`) : interp.call(cls);
}

/** `ACT2FN["gelu"]` makes a layer at every look-up. */
function activations(nn: NnLibrary): Value {
  const cls = defineClass("ClassInstantier", {
    methods: {
      __getitem__: ["self, key", (a, interp) => activation(nn, interp, a.key)],
      __contains__: ["self, key", (a) => Object.hasOwn(ACTIVATIONS, String(a.key))],
      keys: ["self", (_, interp) => interp.list(Object.keys(ACTIVATIONS))],
    },
  });
  return new Instance(cls);
}

/** A linear layer whose weight is in × out. */
function conv1d(nn: NnLibrary): ClassValue {
  return moduleClass(nn, "Conv1D", {
    init: [
      "nf, nx",
      (self, a, interp) => {
        interp.setAttr(self, "nf", a.nf);
        interp.setAttr(self, "nx", a.nx);
        addTensor(interp, self, "_parameters", "weight", makeParameter(nn, [toDim(a.nx), toDim(a.nf)]));
        addTensor(interp, self, "_parameters", "bias", makeParameter(nn, [toDim(a.nf)]));
      },
    ],
    forward: [
      "x",
      (self, a, interp) => {
        const sizes = interp.items(interp.getAttr(a.x, "shape"));
        const rows = interp.callMethod(a.x, "view", [-1, interp.getAttr(self, "nx")]);
        const parts = [interp.getAttr(self, "bias"), rows, interp.getAttr(self, "weight")];
        const out = interp.call(nn.tensors.functions.get("addmm") ?? null, parts);
        if (!Array.isArray(sizes)) return out;
        return interp.callMethod(out, "view", [
          new Tuple([...sizes.slice(0, -1), interp.getAttr(self, "nf")]),
        ]);
      },
    ],
  });
}

/** A cache of keys and values that starts empty. */
const cache = (name: string) => () =>
  defineClass(name, {
    methods: {
      __init__: ["self, *args, **kwargs", () => null],
      update: [
        "self, key_states, value_states, layer_idx=None, cache_kwargs=None",
        (a) => new Tuple([a.key_states, a.value_states]),
      ],
      get_seq_length: ["self, layer_idx=0", () => 0],
      get_usable_length: ["self, *args, **kwargs", () => 0],
      get_max_length: ["self, *args", () => null],
      to_legacy_cache: ["self", () => new Tuple([])],
      __len__: ["self", () => 0],
    },
    classMethods: {
      from_legacy_cache: ["cls, *args, **kwargs", (a, interp) => interp.call(a.cls)],
    },
  });

const documents = (name: string) => fn(name, "*args, **kwargs", () => def(name, "fn", (a) => a.fn));

const named = (make: (name: string) => (nn: NnLibrary) => Value, names: readonly string[]): NameTable =>
  Object.fromEntries(names.map((name) => [name, make(name)]));

const download = (name: string) => () =>
  defineClass(name, {
    classMethods: Object.fromEntries(
      ["from_pretrained", "from_config", "register"].map((method) => [
        method,
        [
          "cls, *args, **kwargs",
          (_: unknown, interp: Interp) =>
            interp.unknown(`nothing is downloaded: ${name}.${method} is not known`),
        ] as const,
      ]),
    ),
  });

/** Names by themselves: a name means the same in whichever module of the library it is asked for. */
const NAMES: NameTable = {
  ...named((name) => () => pretrainedConfig(name), ["PretrainedConfig", "PreTrainedConfig"]),
  PreTrainedModel: preTrainedModel,
  BackboneMixin: backboneMixin,
  BackboneConfigMixin: backboneConfigMixin,
  get_aligned_output_features_output_indices: fn(
    "get_aligned_output_features_output_indices",
    "out_features, out_indices, stage_names",
    (a, interp) => new Tuple(alignedOutputs(a, interp)),
  ),
  Conv1D: conv1d,
  ACT2FN: activations,
  get_activation: (nn) =>
    def("get_activation", "activation_string", (a, interp) => activation(nn, interp, a.activation_string)),
  GradientCheckpointingLayer: (nn) => defineClass("GradientCheckpointingLayer", { bases: [nn.module] }),
  apply_chunking_to_forward: fn(
    "apply_chunking_to_forward",
    "forward_fn, chunk_size, chunk_dim, *input_tensors",
    (a, interp) => interp.call(a.forward_fn, toItems(a.input_tensors) ?? []),
  ),
  meshgrid: (nn) =>
    def("meshgrid", "*tensors, **kwargs", (a, interp) =>
      interp.call(nn.tensors.functions.get("meshgrid") ?? null, toItems(a.tensors) ?? [], kwargsOf(a.kwargs)),
    ),
  torch_int: passes("torch_int"),
  torch_float: passes("torch_float"),
  ALL_LAYERNORM_LAYERS: (nn) => new Tuple([nn.layer("LayerNorm")]),
  ALL_ATTENTION_FUNCTIONS: always(new Dict()),
  is_torch_greater_or_equal_than_1_10: always(true),
  is_torch_greater_or_equal_than_1_11: always(true),
  is_torch_greater_or_equal_than_1_13: always(true),
  is_torch_greater_or_equal_than_2_1: always(true),
  ...named(
    (name) => answers(name, null),
    [
      "requires_backends",
      "_prepare_4d_attention_mask",
      "_prepare_4d_attention_mask_for_sdpa",
      "_prepare_4d_causal_attention_mask",
      "_prepare_4d_causal_attention_mask_for_sdpa",
      "_create_4d_causal_attention_mask",
      "create_causal_mask",
      "create_bidirectional_mask",
      "create_sliding_window_causal_mask",
      "set_seed",
      "register_pytree_node",
    ],
  ),
  ...named(documents, [
    "add_start_docstrings",
    "add_start_docstrings_to_model_forward",
    "add_code_sample_docstrings",
    "add_end_docstrings",
    "replace_return_docstrings",
    "deprecate_kwarg",
  ]),
  ...named(decorator, [
    "auto_docstring",
    "can_return_tuple",
    "check_model_inputs",
    "merge_with_config_defaults",
    "capture_outputs",
    "dynamic_rope_update",
    "use_kernel_forward_from_hub",
    "torch_compilable_check",
    "cached_property",
  ]),
  ...named(cache, ["Cache", "DynamicCache", "StaticCache", "EncoderDecoderCache"]),
  ...named(
    (name) => inertClass(name, nothing("push_to_hub")),
    [
      "PushToHubMixin",
      "GenerationMixin",
      "GenerationConfig",
      "Trainer",
      "TrainingArguments",
      "TransformersKwargs",
    ],
  ),
  ...named(download, [
    "AutoConfig",
    "AutoModel",
    "AutoBackbone",
    "AutoTokenizer",
    "AutoImageProcessor",
    "AutoFeatureExtractor",
    "AutoProcessor",
    "AutoModelForImageClassification",
    "AutoModelForSequenceClassification",
    "AutoModelForCausalLM",
  ]),
  load_backbone: unknown("load_backbone", "which backbone is loaded is not known"),
};

/** Modules that a model's file imports from relative to its own: `...activations`. */
const RELATIVE =
  /^\.{2,}(activations|backbone_utils|cache_utils|configuration_utils|file_utils|generation|integrations|masking_utils|modeling_attn_mask_utils|modeling_layers|modeling_outputs|modeling_utils|processing_utils|pytorch_utils|utils)(\.|$)/;

export const TRANSFORMERS: StandIn = {
  has: (module) => module === "transformers" || module.startsWith("transformers.") || RELATIVE.test(module),
  make(nn: NnLibrary, module: string, name: string): Value | Absent {
    const known = entryOf(NAMES, name);
    if (known) return known(nn);
    const cls = entryOf(ACTIVATION_CLASSES, name);
    if (cls !== undefined) return nn.layer(cls);
    if (name === "logging") return makeInert();
    if (/^is_\w+_available$/.test(name)) return answers(name, name === "is_torch_available")();
    if (/^is_\w+$/.test(name)) return answers(name, false)();
    if (name === "ModelOutput") return outputClass(name, "the program's");
    return /modeling_outputs$/.test(module) && /^[A-Z]/.test(name) ? outputClass(name, "own") : ABSENT;
  },
};
