/**
 * The base of transformers' models: a module that keeps its configuration, ties its output to its input embeddings
 * when the configuration says so, and downloads nothing here.
 * https://huggingface.co/docs/transformers/main_classes/model
 */
import type { Interp } from "../../../../interpret/interp.ts";
import type { Bound } from "../../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Float,
  type Instance,
  isUnknown,
  Slice,
  Tensor,
  Tuple,
  type Value,
} from "../../../../interpret/values.ts";
import type { NnLibrary } from "../../nn/nn.ts";
import { classAttribute, moduleClass, none, nothing } from "../kit.ts";
import { isConfig } from "./config.ts";

const NO_DOWNLOAD = "nothing is downloaded: a pretrained model needs its config";

/** Names that models have their token embeddings under. */
const EMBEDDINGS = ["embed_tokens", "word_embeddings", "wte", "embeddings", "shared"];

function found(interp: Interp, object: Value, name: string): Value {
  const value = interp.lookup(object, name);
  return value === ABSENT ? null : value;
}

/** The model inside a model with a head. */
function baseModel(interp: Interp, self: Instance): Value {
  const prefix = classAttribute(self.cls, "base_model_prefix");
  return typeof prefix === "string" && prefix !== "" ? (found(interp, self, prefix) ?? self) : self;
}

function inputEmbeddings(a: Bound, interp: Interp): Value {
  const self = a.self as Instance;
  const base = baseModel(interp, self);
  if (base !== self) return interp.callMethod(base, "get_input_embeddings");
  const name = EMBEDDINGS.find((each) => interp.lookup(self, each) !== ABSENT);
  if (name === undefined) return null;
  const value = found(interp, self, name);
  const inner = found(interp, value, "word_embeddings");
  return inner === null || isUnknown(inner) ? value : inner;
}

function outputEmbeddings(a: Bound, interp: Interp): Value {
  const self = a.self as Instance;
  return classAttribute(self.cls, "_tied_weights_keys") ? found(interp, self, "lm_head") : null;
}

function tieWeights(a: Bound, interp: Interp): null {
  const config = found(interp, a.self, "config");
  const tied = config === null ? true : found(interp, config, "tie_word_embeddings");
  if (tied === false || tied === null) return null;
  const output = interp.callMethod(a.self, "get_output_embeddings");
  if (output === null || isUnknown(output)) return null;
  const input = interp.callMethod(a.self, "get_input_embeddings");
  if (input !== null && !isUnknown(input)) interp.setAttr(output, "weight", interp.getAttr(input, "weight"));
  return null;
}

const ALL = new Slice(null, null, null);

/** A mask over positions, spread over heads and queries: large and negative where nothing is to be seen. */
function extendedMask(mask: Value, interp: Interp): Value {
  const rank = mask instanceof Tensor && !isUnknown(mask.shape) ? mask.shape.length : undefined;
  const places = rank === 3 ? [ALL, null, ALL, ALL] : [ALL, null, null, ALL];
  const spread = rank === undefined ? mask : interp.getItem(mask, new Tuple(places));
  return interp.binary("*", interp.binary("-", new Float(1), spread), new Float(-10_000));
}

function fromConfig(a: Bound, interp: Interp): Value {
  return isConfig(a.config) ? interp.call(a.cls, [a.config]) : interp.unknown(NO_DOWNLOAD);
}

export function preTrainedModel(nn: NnLibrary): ClassValue {
  return moduleClass(nn, "PreTrainedModel", {
    qualname: "transformers.PreTrainedModel",
    init: [
      "config=None, *inputs, **kwargs",
      (self, a, interp) => {
        interp.setAttr(self, "config", a.config);
        interp.setAttr(self, "generation_config", null);
        interp.setAttr(self, "name_or_path", "");
      },
    ],
    methods: {
      post_init: ["self", (a, interp) => interp.callMethod(a.self, "tie_weights")],
      init_weights: ["self", (a, interp) => interp.callMethod(a.self, "tie_weights")],
      tie_weights: ["self, *args, **kwargs", tieWeights],
      get_input_embeddings: ["self", inputEmbeddings],
      get_output_embeddings: ["self", outputEmbeddings],
      get_head_mask: [
        "self, head_mask, num_hidden_layers, is_attention_chunked=False",
        (a, interp) => {
          const layers = a.num_hidden_layers;
          if (a.head_mask !== null || typeof layers !== "number") return a.head_mask;
          return interp.list(Array.from({ length: layers }, () => null));
        },
      ],
      get_extended_attention_mask: [
        "self, attention_mask, input_shape=None, device=None, dtype=None",
        (a, interp) => extendedMask(a.attention_mask, interp),
      ],
      invert_attention_mask: [
        "self, encoder_attention_mask",
        (a, interp) => extendedMask(a.encoder_attention_mask, interp),
      ],
      ...nothing(
        "_init_weights",
        "_initialize_weights",
        "_backward_compatibility_gradient_checkpointing",
        "gradient_checkpointing_enable",
        "gradient_checkpointing_disable",
        "enable_input_require_grads",
        "warn_if_padding_and_no_attention_mask",
        "save_pretrained",
        "push_to_hub",
        "prune_heads",
        "set_input_embeddings",
        "set_output_embeddings",
        "add_model_tags",
      ),
      num_parameters: [
        "self, *args, **kwargs",
        (_, interp) => interp.unknown("how many parameters a network says it has"),
      ],
      resize_token_embeddings: [
        "self, *args, **kwargs",
        (a, interp) => interp.callMethod(a.self, "get_input_embeddings"),
      ],
    },
    classMethods: {
      from_pretrained: ["cls, pretrained_model_name_or_path=None, *args, config=None, **kwargs", fromConfig],
      _from_config: ["cls, config, **kwargs", fromConfig],
      register_for_auto_class: ["cls, *args, **kwargs", none],
      can_generate: ["cls", () => false],
    },
    properties: {
      base_model: (a, interp) => baseModel(interp, a.self as Instance),
      device: (_, interp) => interp.call(nn.tensors.functions.get("device") ?? null, ["cpu"]),
      dtype: () => nn.tensors.functions.get("float32") ?? null,
      is_gradient_checkpointing: () => false,
      loss_function: (_, interp) => interp.unknown("the loss of a model is not modelled"),
    },
    constants: {
      base_model_prefix: "",
      main_input_name: "input_ids",
      config_class: null,
      supports_gradient_checkpointing: false,
      is_parallelizable: false,
      _no_split_modules: null,
      _keep_in_fp32_modules: null,
      _auto_class: null,
      framework: "pt",
    },
  });
}
