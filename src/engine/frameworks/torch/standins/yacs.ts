/**
 * yacs where it is not installed: a configuration is a dict whose keys are attributes, which files and lists of keys
 * and values change.
 * https://github.com/rbgirshick/yacs
 */
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, defineClass } from "../../../interpret/native.ts";
import { ABSENT, type ClassValue, Dict, isUnknown, toItems, type Value } from "../../../interpret/values.ts";
import { literal } from "../../../languages/python/literal.ts";
import { DICT } from "../../../languages/python/types/dict.ts";
import { entriesOf, none, type StandIn } from "./kit.ts";

/** Nested dicts become configurations. */
function node(interp: Interp, cls: ClassValue, value: Value): Value {
  if (!(value instanceof Dict) || value.cls === cls) return value;
  const made = new Dict();
  made.cls = cls;
  for (const [key, entry] of entriesOf(value)) interp.dictSet(made, key, node(interp, cls, entry));
  return made;
}

function merge(interp: Interp, cls: ClassValue, into: Value, other: Value): void {
  if (!(into instanceof Dict)) return;
  for (const [key, value] of entriesOf(other)) {
    const own = interp.dictGet(into, key);
    if (own instanceof Dict && value instanceof Dict) merge(interp, cls, own, value);
    else interp.dictSet(into, key, node(interp, cls, value));
  }
}

function mergeList(interp: Interp, self: Value, list: Value): null {
  const items = toItems(list) ?? [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const path = String(items[i]).split(".");
    const last = path.pop() ?? "";
    const owner = path.reduce<Value>((value, key) => interp.getAttr(value, key), self);
    const text = items[i + 1];
    const read = typeof text === "string" ? literal(text) : text;
    if (owner instanceof Dict) interp.dictSet(owner, last, read === ABSENT ? text : read);
  }
  return null;
}

function fromFile(interp: Interp, cls: ClassValue, a: Bound): Value {
  const file = interp.call(interp.builtin("open"), [a.cfg_filename]);
  const read = interp.callMethod(interp.importModule("yaml"), "safe_load", [file]);
  if (isUnknown(read)) return read;
  merge(interp, kindOf(a.self, cls), a.self, read);
  return null;
}

function configNode(): ClassValue {
  const cls: ClassValue = defineClass("CfgNode", {
    bases: [DICT],
    methods: {
      __init__: [
        "self, init_dict=None, key_list=None, new_allowed=False",
        (a, at) => {
          merge(at, kindOf(a.self, cls), a.self, a.init_dict ?? null);
          return null;
        },
      ],
      __getattr__: [
        "self, name",
        (a, at) => {
          const value = a.self instanceof Dict ? at.dictGet(a.self, a.name) : ABSENT;
          return value === ABSENT ? at.raise("AttributeError", String(a.name)) : value;
        },
      ],
      __setattr__: [
        "self, name, value",
        (a, at) => {
          if (a.self instanceof Dict) at.dictSet(a.self, a.name, a.value);
          return null;
        },
      ],
      clone: ["self", (a, at) => at.callMethod(at.importModule("copy"), "deepcopy", [a.self])],
      merge_from_file: ["self, cfg_filename, *args, **kwargs", (a, at) => fromFile(at, cls, a)],
      merge_from_other_cfg: [
        "self, cfg_other",
        (a, at) => {
          merge(at, kindOf(a.self, cls), a.self, a.cfg_other);
          return null;
        },
      ],
      merge_from_list: ["self, cfg_list", (a, at) => mergeList(at, a.self, a.cfg_list)],
      freeze: ["self", none],
      defrost: ["self", none],
      is_frozen: ["self", () => false],
      set_new_allowed: ["self, *args", none],
      dump: ["self, **kwargs", (_, at) => at.unknown("a configuration as text")],
    },
  });
  return cls;
}

/** The class of a configuration, which a program may derive from. */
function kindOf(self: Value, cls: ClassValue): ClassValue {
  return self instanceof Dict ? (self.cls ?? cls) : cls;
}

export const YACS: StandIn = {
  has: (module) => module === "yacs" || module === "yacs.config" || module === "fvcore.common.config",
  make: (_nn, module, name) => (name === "CfgNode" && module !== "yacs" ? configNode() : ABSENT),
};
