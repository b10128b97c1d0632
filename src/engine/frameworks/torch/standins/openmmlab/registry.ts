/** Registries of classes that build from dicts: `{type: 'BN', requires_grad: True}` names a class and its arguments. */

import { entryOf } from "../../../../base/table.ts";
import type { Interp } from "../../../../interpret/interp.ts";
import { type Bound, def, defineClass } from "../../../../interpret/native.ts";
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
} from "../../../../interpret/values.ts";
import type { NnLibrary } from "../../nn/nn.ts";
import { entriesOf, setAttrs } from "../kit.ts";

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
export function split(cfg: Value): { readonly type: Value; readonly rest: ReadonlyMap<string, Value> } {
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
    const cls = this.nn.findClass(entryOf(TYPES, name) ?? name);
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
export function registryOf(nn: NnLibrary): Registry {
  const known = registries.get(nn) ?? new Registry(nn);
  registries.set(nn, known);
  return known;
}

export function buildLayer(
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

export function buildNorm(nn: NnLibrary, interp: Interp, a: Bound): Tuple {
  const { type, rest } = split(a.cfg);
  const kwargs = new Map([...rest].filter(([name]) => name !== "requires_grad"));
  const groups = kwargs.get("num_groups");
  kwargs.delete("num_groups");
  const cls = registryOf(nn).get(interp, null, type);
  const norm = interp.call(cls, type === "GN" ? [groups, a.num_features] : [a.num_features], kwargs);
  if (rest.get("requires_grad") === false) interp.callMethod(norm, "requires_grad_", [false]);
  return new Tuple([`${entryOf(SHORT, String(type)) ?? "norm_layer"}${String(a.postfix ?? "")}`, norm]);
}
