/**
 * `equinox.Module`: a frozen dataclass whose attributes are its tree, and whose inexact arrays are its parameters.
 * Layers make theirs when they are made; a layer's name is its path in the tree: `layers[0].conv1`.
 * https://docs.kidger.site/equinox/api/module/module/
 */

import { entryOf } from "../../base/table.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, bind, defineClass, type NativeImpl, unfollowed } from "../../interpret/native.ts";
import { parseSignature } from "../../interpret/signature.ts";
import {
  type ClassValue,
  Dict,
  FunctionValue,
  Instance,
  NativeFunction,
  type Tensor,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { dictOf } from "../../languages/python/dict.ts";
import { dataclasses, metadataOf } from "../../languages/python/stdlib/dataclasses.ts";
import type { ArrayKit } from "../flax/arrays/kit.ts";
import type { Layer, Weight } from "../flax/layers/spec.ts";
import { treeLayer } from "../flax/layers/tree.ts";
import { walkTree } from "../flax/tree.ts";
import {
  count,
  counts,
  INTS,
  plainCheck,
  possibleArguments,
  REAL,
  TAKEN,
  type TakenTable,
} from "../rules/possible.ts";

const MODULE = "equinox.Module";

export function isEquinoxClass(cls: ClassValue): boolean {
  return cls.mro.some((base) => base.qualname === MODULE);
}

export function isEquinox(value: Value): value is Instance {
  return value instanceof Instance && isEquinoxClass(value.cls);
}

export function defineModule(): ClassValue {
  return defineClass("Module", {
    qualname: MODULE,
    native: { layer: false, onSubclass: finish },
    methods: { __init__: ["self", () => null] },
  });
}

/** A class without a constructor of its own is a dataclass; its calls run on the stack of modules. */
function finish(interp: Interp, cls: ClassValue): void {
  const written = cls.mro.find(
    ({ attrs, qualname }) =>
      attrs.get("__init__") instanceof FunctionValue || qualname?.startsWith("equinox.nn.") === true,
  );
  const options = new Map<string, Value>([
    ["eq", false],
    ["repr", false],
    ["init", written === undefined],
  ]);
  interp.call(dataclasses().get("dataclass") ?? null, [cls], options);
  for (const [name, value] of [...cls.attrs]) {
    if (value instanceof FunctionValue && (name === "__call__" || !name.startsWith("__")))
      cls.attrs.set(name, wrap(name, value));
  }
}

function wrap(name: string, fn: FunctionValue): NativeFunction {
  const wrapper = new NativeFunction(name, (interp, args, kwargs) => {
    const [self] = args;
    const body = (): Value => interp.call(fn, args, kwargs);
    if (!isEquinox(self) || interp.scope?.instance === self) return body();
    return interp.withLayer(self, body, [...args.slice(1), ...kwargs.values()]);
  });
  for (const [key, value] of fn.attrs) wrapper.attrs.set(key, value);
  wrapper.attrs.set("__wrapped__", fn);
  return wrapper;
}

/** The metadata of a field that is no part of the tree of arrays. */
export const STATIC = dictOf([["static", true]]);

function isStatic(module: Instance, name: string): boolean {
  const metadata = metadataOf(module.cls, name);
  return (
    metadata instanceof Dict &&
    [...metadata.entries.values()].some(({ key, value }) => key === "static" && value === true)
  );
}

/** Modules below one and with it, by path. */
export function walk(root: Instance, onTensor?: (tensor: Tensor) => void): ReadonlyMap<Instance, string> {
  return walkTree(
    root,
    {
      isModule: isEquinox,
      attribute: (path, name) => (path === "" ? name : `${path}.${name}`),
      isLeftOut: isStatic,
      item: (path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : `${path}['${key}']`),
    },
    onTensor,
  );
}

/** Arrays of a floating type are parameters, whoever made them. */
export function markParameters(root: Instance): void {
  walk(root, (tensor) => {
    if (/float|complex/.test(tensor.dtype)) tensor.parameter ??= { trainable: true };
  });
}

export type Find = (name: string) => ClassValue | undefined;

export interface EquinoxLayer {
  /** The function that is recorded. */
  readonly fn: string;
  /** The constructor's signature, without self and key. */
  readonly make: string;
  readonly weights?: (l: Layer) => readonly Weight[];
  /** Layers that the constructor makes, as attributes. */
  readonly parts?: (self: Instance, interp: Interp, find: Find) => void;
  /** Signature of a call without self and key, and the rule. */
  readonly call: readonly [string, (l: Layer) => Value];
  readonly methods?: Readonly<Record<string, readonly [string, NativeImpl]>>;
  /** Absent: true. Containers run their parts' rows. */
  readonly layer?: boolean;
  /** Spatial axes and channels of an input that can enter by this layer. */
  readonly entrance?: readonly [axes: (l: Instance) => Value, channels: string];
}

export type EquinoxTable = Readonly<Record<string, EquinoxLayer>>;

/** Besides what most frameworks take. "scalar" is a size of its own in dense layers. */
const SCALAR = { ...count(), texts: ["scalar"] };
/** One size, or one for each axis. */
const WINDOW = { ...counts(1), perAxis: true } as const;
const EQUINOX: TakenTable = {
  ...TAKEN,
  kernel_size: WINDOW,
  stride: WINDOW,
  dilation: WINDOW,
  // Bounds of the first weights are divided by these.
  in_channels: count(1),
  hidden_size: count(1),
  in_features: SCALAR,
  out_features: SCALAR,
  in_size: SCALAR,
  out_size: SCALAR,
  width_size: count(),
  depth: count(),
  target_shape: WINDOW,
  padding_mode: { of: "text", texts: ["zeros", "reflect", "replicate", "circular"] },
  output_padding: INTS,
  channels: count(),
  shape: { ...counts(), empty: true },
  query_size: count(),
  p: REAL,
  init_alpha: { of: "real" },
  padding: { of: "int", depth: 2, empty: true, texts: ["same", "valid", "same_lower"] },
};
/** Pools know no padding by name. */
const POOLS: TakenTable = { ...EQUINOX, padding: { of: "int", depth: 2 } };

export function defineLayer(
  kit: ArrayKit,
  module: ClassValue,
  name: string,
  spec: EquinoxLayer,
  find: Find,
): ClassValue {
  const signature = parseSignature(spec.make);
  const { params } = signature;
  const keyed = spec.make.includes("*") ? spec.make : `${spec.make}${spec.make === "" ? "" : ", "}*`;
  const calling = `self, ${spec.call[0]}${spec.call[0].includes("*") ? "" : ", *"}, key=None, inference=None`;
  const parsed = parseSignature(calling);
  const check = plainCheck(name, /Pool/.test(name) ? POOLS : EQUINOX, signature);
  const cls = defineClass(name, {
    bases: [module],
    qualname: `equinox.nn.${name}`,
    native: {
      layer: spec.layer ?? true,
      ...(module.native?.onSubclass ? { onSubclass: module.native.onSubclass } : {}),
    },
    methods: {
      __init__: [
        `self, ${keyed}, key=None, **kwargs`,
        (given, interp) => {
          const self = given.self as Instance;
          const a = possibleArguments(interp, given, check);
          interp.touch(self);
          for (const { name: field } of params) self.attrs.set(field, entryOf(a, field));
          spec.parts?.(self, interp, find);
          for (const { name: weight, shape, statistic } of spec.weights?.(
            layerOf(kit, interp, spec, self, {}),
          ) ?? []) {
            const tensor = kit.make(shape);
            tensor.parameter = statistic ? { trainable: false, buffer: true } : { trainable: true };
            self.attrs.set(weight, tensor);
          }
          return null;
        },
      ],
      ...spec.methods,
    },
  });
  const call = new NativeFunction(
    "__call__",
    (interp, args, kwargs) => {
      const a = bind(interp, name, parsed, args, kwargs);
      if (typeof a === "string") {
        interp.gap(a);
        return interp.fail("TypeError", a);
      }
      if (a instanceof Unknown) return unfollowed(interp, a);
      const self = a.self as Instance;
      const run = (): Value => spec.call[1](layerOf(kit, interp, spec, self, a));
      return interp.scope?.instance === self ? run() : interp.withLayer(self, run, args.slice(1));
    },
    spec.call[0],
  );
  cls.attrs.set("__call__", call);
  return cls;
}

function layerOf(kit: ArrayKit, interp: Interp, spec: EquinoxLayer, self: Instance, a: Bound): Layer {
  const pathsBelow = (root: Instance) => (isEquinox(root) ? walk(root) : undefined);
  return treeLayer({ kit, interp, fn: spec.fn, self, arguments: a, pathsBelow });
}
