/** What stand-ins for libraries around torch are made of: modules in a few lines, objects that only hold values. */
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, type ClassSpec, defineClass, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  type ClassValue,
  Dict,
  type Instance,
  Tuple,
  toItems,
  type Value,
} from "../../../interpret/values.ts";
import { kwargsOf } from "../library/runtime.ts";
import { initModule } from "../nn/module.ts";
import type { NnLibrary } from "../nn/nn.ts";

export type Methods = Readonly<Record<string, readonly [string, NativeImpl]>>;

/** A library that is read from its own files where it is installed, and by these rules where it is not. */
export interface StandIn {
  /** Is this dotted module, or this relative one (`..activations`), of the library? */
  has(module: string): boolean;
  /** A name of one of its modules; ABSENT when there are no rules for it. */
  make(nn: NnLibrary, module: string, name: string): Value | typeof ABSENT;
}

export const none: NativeImpl = () => null;

/** Methods that do nothing. */
export function nothing(...names: string[]): Methods {
  return Object.fromEntries(names.map((name) => [name, ["self, *args, **kwargs", none] as const]));
}

export interface ModuleSpec extends Omit<ClassSpec, "bases" | "methods"> {
  /** Signature of the constructor without self, and what it does to the new module. */
  readonly init: readonly [string, (self: Instance, a: Bound, interp: Interp) => void];
  /** Signature without self. */
  readonly forward?: readonly [string, (self: Instance, a: Bound, interp: Interp) => Value];
  readonly methods?: Methods;
  readonly base?: ClassValue;
}

/** A module of modules: its ops are those of what it is made of. */
export function moduleClass(nn: NnLibrary, name: string, spec: ModuleSpec): ClassValue {
  const { init, forward, base, methods, ...rest } = spec;
  const [signature, build] = init;
  return defineClass(name, {
    ...rest,
    bases: [base ?? nn.module],
    methods: {
      ...methods,
      __init__: [
        signature === "" ? "self" : `self, ${signature}`,
        (a, interp) => {
          const self = a.self as Instance;
          initModule(interp, self);
          build(self, a, interp);
          return null;
        },
      ],
      ...(forward && {
        forward: [`self, ${forward[0]}`, (a, interp) => forward[1](a.self as Instance, a, interp)] as const,
      }),
    },
  });
}

/** A layer of torch.nn. */
export function layer(
  nn: NnLibrary,
  interp: Interp,
  name: string,
  args: readonly Value[] = [],
  kwargs: Readonly<Record<string, Value>> = {},
): Value {
  const cls = nn.findClass(name);
  return cls === ABSENT
    ? interp.unknown(`torch.nn.${name} is not modelled`)
    : interp.call(cls, args, new Map(Object.entries(kwargs)));
}

/** Runs submodules one after the other. */
export function chain(interp: Interp, self: Instance, names: readonly string[], input: Value): Value {
  return names.reduce((value, name) => {
    const part = interp.getAttr(self, name);
    return part === null ? value : interp.call(part, [value]);
  }, input);
}

export function pair(value: Value, count = 2): Value {
  return toItems(value) || typeof value === "string"
    ? value
    : new Tuple(Array.from({ length: count }, () => value));
}

export function setAttrs(interp: Interp, self: Instance, values: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(values)) interp.setAttr(self, name, value);
}

/** Keyword arguments as entries. */
export function entriesOf(value: Value): readonly (readonly [string, Value])[] {
  return value instanceof Dict ? [...kwargsOf(value)] : [];
}

/** An attribute that a class of the program sets in its body. */
export function classAttribute(cls: ClassValue, name: string): Value {
  return cls.mro.find((base) => base.attrs.has(name))?.attrs.get(name);
}

/** Fields that the answers of a library's own models have, in their order. */
const FIELDS = [
  "loss",
  "last_hidden_state",
  "logits",
  "reconstruction",
  "pooler_output",
  "feature_maps",
  "past_key_values",
  "hidden_states",
  "attentions",
  "cross_attentions",
];

/** A dataclass of the program that derives from an answer of the library has its fields, too. */
function inherit(cls: ClassValue): void {
  const own = cls.annotations ?? new Map<string, Value>();
  cls.annotations = new Map([...FIELDS.map((field): [string, Value] => [field, null]), ...own]);
  for (const field of FIELDS) if (!cls.attrs.has(field)) cls.attrs.set(field, null);
}

/** An answer of a network: attributes by name, items in their order, what is None left out. */
export function outputClass(name: string, fields: "own" | "the program's"): ClassValue {
  const given = (a: Bound): readonly (readonly [string, Value])[] =>
    [...(a.self as Instance).attrs].filter(([, value]) => value !== null);
  const item = (a: Bound, interp: Interp): Value => {
    if (typeof a.key === "string") return interp.getAttr(a.self, a.key);
    return interp.getItem(new Tuple(given(a).map(([, value]) => value)), a.key);
  };
  return defineClass(name, {
    native: { layer: false, ...(fields === "own" && { onSubclass: (_, cls) => inherit(cls) }) },
    methods: {
      __init__: [
        "self, *args, **kwargs",
        (a, interp) => {
          const [first] = toItems(a.args) ?? [];
          const names = entriesOf(a.kwargs);
          if (first !== undefined) interp.setAttr(a.self, "last_hidden_state", first);
          for (const [key, value] of names) interp.setAttr(a.self, key, value);
          return null;
        },
      ],
      __getattr__: [
        "self, name",
        (a, interp) =>
          String(a.name).startsWith("__") ? interp.raise("AttributeError", String(a.name)) : null,
      ],
      __getitem__: ["self, key", item],
      __len__: ["self", (a) => given(a).length],
      __contains__: ["self, key", (a) => given(a).some(([key]) => key === a.key)],
      to_tuple: ["self", (a) => new Tuple(given(a).map(([, value]) => value))],
      keys: ["self", (a, interp) => interp.list(given(a).map(([key]) => key))],
      values: ["self", (a, interp) => interp.list(given(a).map(([, value]) => value))],
      items: ["self", (a, interp) => interp.list(given(a).map((entry) => new Tuple(entry)))],
      get: ["self, key, default=None", (a) => (a.self as Instance).attrs.get(String(a.key)) ?? a.default],
    },
  });
}
