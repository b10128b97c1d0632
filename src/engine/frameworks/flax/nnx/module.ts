/**
 * `flax.nnx.Module`: a plain class whose attributes are its tree. Layers make their parameters when they are made;
 * a layer's name is the path of attributes that leads to it.
 * https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/module.html
 */

import { entryOf } from "../../../base/table.ts";
import type { Interp } from "../../../interpret/interp.ts";
import {
  type Bound,
  bind,
  def,
  defineClass,
  type NativeImpl,
  unfollowed,
} from "../../../interpret/native.ts";
import { parseSignature } from "../../../interpret/signature.ts";
import {
  ABSENT,
  type ClassValue,
  FunctionValue,
  Instance,
  List,
  NativeFunction,
  type Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { possibleArguments } from "../../rules/possible.ts";
import type { ArrayKit } from "../arrays/kit.ts";
import { flaxArguments } from "../layers/sizes.ts";
import type { Layer, LayerSpec } from "../layers/spec.ts";
import { treeLayer } from "../layers/tree.ts";
import { walkTree } from "../tree.ts";

const MODULE = "flax.nnx.Module";

export function isNnxClass(cls: ClassValue): boolean {
  return cls.mro.some((base) => base.qualname === MODULE);
}

export function isNnx(value: Value): value is Instance {
  return value instanceof Instance && isNnxClass(value.cls);
}

const itself: readonly [string, NativeImpl] = ["self, *args, **kwargs", (a) => a.self];
const nothing: readonly [string, NativeImpl] = ["self, *args, **kwargs", () => null];

export function defineModule(): ClassValue {
  return defineClass("Module", {
    qualname: MODULE,
    native: { layer: false, onSubclass: wrapCall },
    methods: {
      train: nothing,
      eval: nothing,
      set_attributes: nothing,
      sow: nothing,
      perturb: ["self, name, value, **kwargs", (a) => a.value],
      iter_modules: [
        "self",
        (a) => new List([...walk(a.self as Instance)].map(([module, path]) => new Tuple([path, module]))),
      ],
      __deepcopy__: itself,
    },
  });
}

/** A call of a module runs on top of the stack of modules. */
function wrapCall(_interp: Interp, cls: ClassValue): void {
  const call = cls.attrs.get("__call__");
  if (!(call instanceof FunctionValue)) return;
  const wrapper = new NativeFunction("__call__", (interp, args, kwargs) => {
    const [self] = args;
    const body = (): Value => interp.call(call, args, kwargs);
    if (!(self instanceof Instance) || interp.scope?.instance === self) return body();
    return interp.withLayer(self, body, [...args.slice(1), ...kwargs.values()]);
  });
  wrapper.attrs.set("__wrapped__", call);
  cls.attrs.set("__call__", wrapper);
}

/** Everything below a module by path, each once: modules, and parameters with `onTensor`. */
export function walk(root: Instance, onTensor?: (tensor: Tensor) => void): ReadonlyMap<Instance, string> {
  const below = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
  return walkTree(root, { isModule: isNnx, attribute: below, item: below }, onTensor);
}

type Find = (name: string) => ClassValue | undefined;

/** A layer's class: its constructor keeps its arguments and makes its parameters. */
export function defineLayer(
  kit: ArrayKit,
  module: ClassValue,
  name: string,
  spec: LayerSpec,
  find: Find,
): ClassValue {
  const signature = spec.nnx ?? "";
  const parsedArguments = parseSignature(signature);
  const { params } = parsedArguments;
  const check = flaxArguments(name, parsedArguments);
  const cls = defineClass(name, {
    bases: [module],
    qualname: `flax.nnx.${name}`,
    native: {
      layer: spec.layer ?? true,
      ...(module.native?.onSubclass ? { onSubclass: module.native.onSubclass } : {}),
    },
    methods: {
      __init__: [
        `self${signature === "" ? "" : `, ${signature}`}${signature.includes("*") ? "" : ", *"}, rngs=None, **kwargs`,
        (given, interp) => {
          const self = given.self as Instance;
          const a = possibleArguments(interp, given, check);
          interp.touch(self);
          for (const { name: field } of params) self.attrs.set(field, entryOf(a, field));
          build(kit, interp, spec, self, find);
          return null;
        },
      ],
    },
  });
  for (const [method, [text, rule]] of Object.entries({ ...spec.methods, __call__: spec.call })) {
    const parsed = parseSignature(`self, ${text}`);
    const code = new NativeFunction(
      method,
      (interp, args, kwargs) => {
        const a = bind(interp, `${name}.${method}`, parsed, args, kwargs);
        if (typeof a === "string") return interp.fail("TypeError", a);
        if (a instanceof Unknown) return unfollowed(interp, a);
        const self = a.self as Instance;
        const run = (): Value => rule(layerOf(kit, interp, spec, self, a));
        return interp.scope?.instance === self ? run() : interp.withLayer(self, run, args.slice(1));
      },
      text,
    );
    cls.attrs.set(method, code);
  }
  return cls;
}

function layerOf(kit: ArrayKit, interp: Interp, spec: LayerSpec, self: Instance, a: Bound): Layer {
  const pathsBelow = (root: Instance) => (isNnx(root) ? walk(root) : undefined);
  return treeLayer({ kit, interp, fn: spec.fn, self, arguments: a, pathsBelow });
}

function build(kit: ArrayKit, interp: Interp, spec: LayerSpec, self: Instance, find: Find): void {
  const layer = layerOf(kit, interp, spec, self, {});
  for (const { name, shape, statistic } of spec.weights?.(layer) ?? []) {
    const tensor = kit.make(shape);
    tensor.parameter = statistic ? { trainable: false, buffer: true } : { trainable: true };
    self.attrs.set(name, tensor);
  }
  const dense = find("LinearGeneral");
  for (const { name, from, to, bias } of dense ? (spec.projections?.(layer) ?? []) : []) {
    const axis = new Tuple(from.map((_, i) => i - from.length));
    const options = new Map<string, Value>([
      ["axis", axis],
      ["use_bias", bias],
    ]);
    self.attrs.set(name, interp.call(dense!, [new Tuple(from), new Tuple(to)], options));
  }
}

export function random(kit: ArrayKit): ClassValue {
  const key = (): Value => kit.make([2], "uint32");
  return defineClass("Rngs", {
    qualname: "flax.nnx.Rngs",
    methods: {
      __init__: ["self, default=None, **rngs", () => null],
      __call__: ["self", key],
      __getitem__: ["self, name", () => def("stream", "", key)],
      __contains__: ["self, name", () => true],
      __getattr__: [
        "self, name",
        (a) =>
          String(a.name).startsWith("__")
            ? (ABSENT as unknown as Value)
            : def(String(a.name), "*args, **kwargs", key),
      ],
      fork: itself,
      split: itself,
    },
  });
}
