/**
 * Configurations of transformers: an object whose constructor sets attributes, with defaults that every model reads,
 * names that stand for others (`attribute_map`), and as many labels as it has names of.
 * https://huggingface.co/docs/transformers/main_classes/configuration
 */
import type { Interp } from "../../../../interpret/interp.ts";
import { type Bound, defineClass } from "../../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  Instance,
  isUnknown,
  toItems,
  type Value,
} from "../../../../interpret/values.ts";
import { classAttribute, entriesOf, none, nothing } from "../kit.ts";

/** What a configuration has that sets nothing else. */
const DEFAULTS: Readonly<Record<string, Value>> = {
  return_dict: true,
  output_hidden_states: false,
  output_attentions: false,
  torchscript: false,
  torch_dtype: null,
  dtype: null,
  use_bfloat16: false,
  tie_word_embeddings: true,
  chunk_size_feed_forward: 0,
  is_encoder_decoder: false,
  is_decoder: false,
  cross_attention_hidden_size: null,
  add_cross_attention: false,
  tie_encoder_decoder: false,
  problem_type: null,
  architectures: null,
  finetuning_task: null,
  pad_token_id: null,
  bos_token_id: null,
  eos_token_id: null,
  sep_token_id: null,
  decoder_start_token_id: null,
  gradient_checkpointing: false,
  _attn_implementation: "eager",
  _attn_implementation_internal: "eager",
  _name_or_path: "",
  name_or_path: "",
  transformers_version: null,
};

const LABELS = 2;

function alias(self: Instance, name: string): string {
  const map = classAttribute(self.cls, "attribute_map");
  const other = map instanceof Dict ? map.entries.get(name)?.value : undefined;
  return typeof other === "string" ? other : name;
}

function set(interp: Interp, self: Instance, name: string, value: Value): null {
  interp.touch(self);
  if (name === "num_labels") setLabels(interp, self, value);
  else self.attrs.set(alias(self, name), value);
  return null;
}

function setLabels(interp: Interp, self: Instance, count: Value): void {
  const names = new Dict();
  const numbers = new Dict();
  for (let label = 0; typeof count === "number" && label < count; label++) {
    interp.dictSet(names, label, `LABEL_${label}`);
    interp.dictSet(numbers, `LABEL_${label}`, label);
  }
  self.attrs.set(
    "id2label",
    typeof count === "number" ? names : interp.unknown("a number of labels that is not known"),
  );
  self.attrs.set("label2id", numbers);
}

function initialise(a: Bound, interp: Interp): null {
  const self = a.self as Instance;
  for (const [name, value] of Object.entries(DEFAULTS))
    if (!self.attrs.has(name)) set(interp, self, name, value);
  set(interp, self, "pruned_heads", new Dict());
  set(interp, self, "num_labels", LABELS);
  for (const [name, value] of entriesOf(a.kwargs)) set(interp, self, name, value);
  return null;
}

function missing(a: Bound, interp: Interp): Value {
  const self = a.self as Instance;
  const name = alias(self, String(a.name));
  if (name !== a.name) return interp.getAttr(self, name);
  return interp.raise("AttributeError", `'${self.cls.name}' object has no attribute '${name}'`);
}

function toDict(a: Bound, interp: Interp): Dict {
  const dict = new Dict();
  for (const [name, value] of (a.self as Instance).attrs) interp.dictSet(dict, name, value);
  return dict;
}

export function pretrainedConfig(name: string): ClassValue {
  return defineClass(name, {
    qualname: `transformers.${name}`,
    methods: {
      __init__: ["self, **kwargs", initialise],
      __setattr__: [
        "self, name, value",
        (a, interp) => set(interp, a.self as Instance, String(a.name), a.value),
      ],
      __getattr__: ["self, name", missing],
      to_dict: ["self", toDict],
      to_diff_dict: ["self", toDict],
      update: [
        "self, config_dict",
        (a, interp) => {
          for (const [key, value] of entriesOf(a.config_dict)) set(interp, a.self as Instance, key, value);
          return null;
        },
      ],
      get_text_config: ["self, *args, **kwargs", (a) => a.self],
      ...nothing("save_pretrained", "push_to_hub", "to_json_file", "validate", "standardize_rope_params"),
    },
    properties: {
      num_labels: (a, interp) => interp.length((a.self as Instance).attrs.get("id2label") ?? null),
      use_return_dict: (a, interp) => {
        const value = interp.getAttr(a.self, "return_dict");
        return isUnknown(value) ? value : value === true && interp.getAttr(a.self, "torchscript") !== true;
      },
    },
    classMethods: {
      from_pretrained: [
        "cls, pretrained_model_name_or_path=None, **kwargs",
        (_, interp) => interp.unknown("nothing is downloaded: a pretrained configuration is not known"),
      ],
      from_dict: [
        "cls, config_dict, **kwargs",
        (a, interp) => interp.call(a.cls, [], new Map([...entriesOf(a.config_dict), ...entriesOf(a.kwargs)])),
      ],
      register_for_auto_class: ["cls, *args, **kwargs", none],
    },
    constants: { model_type: "", is_composition: false, attribute_map: new Dict(), base_config_key: "" },
  });
}

/** Stages that a backbone gives out: those named, those at the indices, else the last. */
export function alignedOutputs(a: Bound, interp: Interp): readonly [features: Value, indices: Value] {
  const names = toItems(a.stage_names ?? null) ?? [];
  const features = toItems(a.out_features ?? null);
  const indices = toItems(a.out_indices ?? null);
  const at = features
    ? features.map((name) => names.indexOf(name))
    : (indices ?? [names.length - 1]).map((index) =>
        typeof index === "number" && index < 0 ? names.length + index : index,
      );
  const chosen = at.map((index) => (typeof index === "number" ? (names[index] ?? null) : null));
  return [interp.list([...chosen]), interp.list([...at])];
}

/** A backbone's configuration says which stages it gives out. */
export function backboneConfigMixin(): ClassValue {
  const kept = (name: string) => (a: Bound) => (a.self as Instance).attrs.get(name) ?? null;
  return defineClass("BackboneConfigMixin", {
    methods: {
      set_output_features_output_indices: [
        "self, out_features=None, out_indices=None",
        (a, interp) => {
          const stage_names = interp.getAttr(a.self, "stage_names");
          const [features, indices] = alignedOutputs({ ...a, stage_names }, interp);
          interp.setAttr(a.self, "_out_features", features);
          interp.setAttr(a.self, "_out_indices", indices);
          return null;
        },
      ],
    },
    properties: { out_features: kept("_out_features"), out_indices: kept("_out_indices") },
  });
}

/** A backbone knows its stages and how many channels each has. */
export function backboneMixin(): ClassValue {
  const own = (a: Bound, interp: Interp, name: string): Value => {
    const value = interp.lookup(a.self, name);
    return value === ABSENT ? null : value;
  };
  const channels = (a: Bound, interp: Interp): Dict => {
    const dict = new Dict();
    const features = toItems(own(a, interp, "num_features")) ?? [];
    for (const [i, stage] of (toItems(own(a, interp, "stage_names")) ?? []).entries())
      interp.dictSet(dict, stage, features[i]);
    return dict;
  };
  return defineClass("BackboneMixin", {
    methods: {
      _init_backbone: [
        "self, config=None",
        (a, interp) => {
          const config = a.config ?? own(a, interp, "config");
          interp.setAttr(a.self, "stage_names", interp.getAttr(config, "stage_names"));
          interp.setAttr(a.self, "_out_features", interp.getAttr(config, "out_features"));
          interp.setAttr(a.self, "_out_indices", interp.getAttr(config, "out_indices"));
          return null;
        },
      ],
    },
    properties: {
      out_features: (a, interp) => own(a, interp, "_out_features"),
      out_indices: (a, interp) => own(a, interp, "_out_indices"),
      out_feature_channels: channels,
      channels: (a, interp) => {
        const all = channels(a, interp);
        return interp.list(
          (toItems(own(a, interp, "_out_features")) ?? []).map((stage) => interp.getItem(all, stage)),
        );
      },
    },
    constants: { has_attentions: true, num_features: null },
  });
}

export function isConfig(value: Value): boolean {
  return value instanceof Instance && value.cls.mro.some(({ name }) => /^PreTrainedConfig$/i.test(name));
}
