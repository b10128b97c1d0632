/** The parts of JAX's surroundings that change no cost: containers of configuration, optimisers, training states. */

import { entryOf } from "../../base/table.ts";
import { def, defineClass } from "../../interpret/native.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  Dict,
  Instance,
  type NativeFunction,
  Tuple,
  toItems,
  type Value,
} from "../../interpret/values.ts";
import type { ArrayKit } from "./arrays/kit.ts";
import { passing } from "./jax.ts";

type Make = (kit: ArrayKit) => Value;

const LOGGERS = (
  "debug info warning warn error fatal exception log vlog log_first_n log_every_n log_every_n_seconds log_if " +
  "set_verbosity set_stderrthreshold use_absl_handler use_python_logging"
).split(" ");

const NAMES: Readonly<Record<string, Readonly<Record<string, Make>>>> = {
  ml_collections: { ConfigDict: configDict, FrozenConfigDict: configDict },
  "ml_collections.config_dict": {
    ConfigDict: configDict,
    FrozenConfigDict: configDict,
    placeholder: () => def("placeholder", "*args", () => null),
  },
  "absl.logging": Object.fromEntries(
    LOGGERS.map((name): [string, Make] => [name, () => def(name, "*args, **kwargs", () => null)]),
  ),
  jaxtyping: {
    Array: (kit) => kit.cls,
    PRNGKeyArray: (kit) => kit.cls,
    jaxtyped: () => passing("jaxtyped"),
  },
  "flax.core": {
    freeze: () => passing("freeze"),
    unfreeze: () => passing("unfreeze"),
    FrozenDict: () => generic(passing("FrozenDict")),
    pop: () => def("pop", "d, key", pop),
  },
  "flax.core.frozen_dict": {
    freeze: () => passing("freeze"),
    unfreeze: () => passing("unfreeze"),
    FrozenDict: () => generic(passing("FrozenDict")),
  },
  "flax.struct": {
    dataclass: () => dataclass(),
    field: () => field(),
    PyTreeNode: () => defineClass("PyTreeNode", {}),
  },
};

/** Is this a module whose names are here? */
export function isInert(module: string): boolean {
  return Object.hasOwn(NAMES, module);
}

export function inert(kit: ArrayKit, module: string, name: string): Value | Absent {
  return entryOf(entryOf(NAMES, module), name)?.(kit) ?? ABSENT;
}

/** A function of ours in the place of a class: `FrozenDict[str, Any]` is a type, and the same. */
function generic(make: NativeFunction): NativeFunction {
  make.attrs.set(
    "__class_getitem__",
    def("__class_getitem__", "item", () => make),
  );
  return make;
}

function pop(a: Readonly<Record<string, Value>>): Value {
  if (!(a.d instanceof Dict)) return new Tuple([a.d, a.d]);
  const entries = new Map(a.d.entries);
  const value = entries.get(String(a.key))?.value ?? null;
  entries.delete(String(a.key));
  return new Tuple([new Dict(entries), value]);
}

/** `flax.struct.dataclass` is a frozen dataclass. */
function dataclass(): Value {
  return def("dataclass", "cls=None, **kwargs", (a, interp) => {
    const make = interp.getAttr(interp.importModule("dataclasses"), "dataclass");
    return a.cls instanceof ClassValue ? interp.call(make, [a.cls]) : make;
  });
}

function field(): Value {
  return def("field", "pytree_node=True, *, metadata=None, **kwargs", (a, interp) => {
    const make = interp.getAttr(interp.importModule("dataclasses"), "field");
    const kwargs = a.kwargs instanceof Dict ? [...a.kwargs.entries.values()] : [];
    return interp.call(make, [], new Map(kwargs.map((entry) => [String(entry.key), entry.value])));
  });
}

/** A dict whose keys are attributes too. */
function configDict(): ClassValue {
  const cls: ClassValue = defineClass("ConfigDict", {
    methods: {
      __init__: [
        "self, initial_dictionary=None, **kwargs",
        (a) => {
          const self = a.self as Instance;
          for (const dict of [a.initial_dictionary, a.kwargs]) {
            if (dict instanceof Dict)
              for (const { key, value } of dict.entries.values())
                self.attrs.set(String(key), nested(cls, value));
          }
          return null;
        },
      ],
      __getitem__: ["self, key", (a, interp) => interp.getAttr(a.self, String(a.key))],
      __setitem__: [
        "self, key, value",
        (a, interp) => {
          interp.setAttr(a.self, String(a.key), a.value);
          return null;
        },
      ],
      __contains__: ["self, key", (a) => (a.self as Instance).attrs.has(String(a.key))],
      get: ["self, key, default=None", (a) => (a.self as Instance).attrs.get(String(a.key)) ?? a.default],
      to_dict: ["self", (a) => dictOf(a.self as Instance)],
      items: ["self", (a, interp) => interp.callMethod(dictOf(a.self as Instance), "items")],
      keys: ["self", (a, interp) => interp.callMethod(dictOf(a.self as Instance), "keys")],
      lock: ["self", (a) => a.self],
      unlock: ["self", (a) => a.self],
      unlocked: ["self", (a) => a.self],
      copy_and_resolve_references: ["self", (a) => a.self],
      __enter__: ["self", (a) => a.self],
      __exit__: ["self, *args", () => null],
      update: [
        "self, *others, **kwargs",
        (a) => {
          for (const dict of [...(toItems(a.others) ?? []), a.kwargs]) {
            if (dict instanceof Dict)
              for (const { key, value } of dict.entries.values())
                (a.self as Instance).attrs.set(String(key), value);
          }
          return null;
        },
      ],
    },
  });
  return cls;
}

function nested(cls: ClassValue, value: Value): Value {
  if (!(value instanceof Dict)) return value;
  const made = new Instance(cls);
  for (const { key, value: item } of value.entries.values()) made.attrs.set(String(key), nested(cls, item));
  return made;
}

function dictOf(self: Instance): Dict {
  return new Dict(new Map([...self.attrs].map(([key, value]) => [key, { key, value }])));
}
