/**
 * `hk.Module`: a plain class whose methods run on top of the stack of names. A module's name is found when it is made,
 * from the method that makes it; modules of one name share their parameters and are one layer.
 * https://dm-haiku.readthedocs.io/en/latest/api.html#haiku.Module
 */

import { entryOf } from "../../base/table.ts";
import { STEPS } from "../../interpret/bounds.ts";
import type { Interp } from "../../interpret/interp.ts";
import { type Bound, bind, defineClass, type NativeImpl, unfollowed } from "../../interpret/native.ts";
import { parseSignature } from "../../interpret/signature.ts";
import {
  ABSENT,
  type ClassValue,
  FunctionValue,
  Instance,
  isUnknown,
  NativeFunction,
  Tensor,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { ArrayKit } from "../flax/arrays/kit.ts";
import { Run } from "../flax/layers/run.ts";
import { Layer, type LayerAccess } from "../flax/layers/spec.ts";
import {
  count,
  counts,
  INT,
  INTS,
  plainCheck,
  possibleArguments,
  TAKEN,
  type TakenTable,
} from "../rules/possible.ts";
import type { HaikuLayer } from "./entry.ts";
import { type Frame, type Frames, nameOf } from "./frame.ts";

const MODULE = "haiku.Module";

/** Marks a method as `hk.transparent`, and gives it another's name: `hk.name_like`. */
export const TRANSPARENT = "__transparent__";
export const NAMED_LIKE = "__named_like__";

export function isHaikuClass(cls: ClassValue): boolean {
  return cls.mro.some((base) => base.qualname === MODULE);
}

export function isHaikuModule(value: Value): value is Instance {
  return value instanceof Instance && isHaikuClass(value.cls);
}

export function defineModule(frames: Frames): ClassValue {
  const name: NativeImpl = (a, interp) => {
    setName(interp, frames.current, a.self as Instance, a.name);
    return null;
  };
  return defineClass("Module", {
    qualname: MODULE,
    native: { layer: false, onSubclass: (_interp, cls) => wrapMethods(frames, cls) },
    methods: {
      __init__: ["self, name=None", name],
      __post_init__: ["self, name=None", name],
      params_dict: ["self", (a, interp) => tensorsOf(interp, frames.current, a.self as Instance)],
    },
  });
}

function tensorsOf(interp: Interp, frame: Frame, self: Instance): Value {
  const own = frame.params.get(nameOf(self) ?? "");
  const entries = [...(own ?? [])].map(([key, value]) => interp.list([key, value]));
  return interp.call(interp.builtin("dict"), [interp.list(entries)]);
}

const CAPITALS = /((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))/g;

function setName(interp: Interp, frame: Frame, self: Instance, asked: Value): void {
  const own = self.attrs.get("name");
  const wanted = typeof asked === "string" ? asked : typeof own === "string" ? own : undefined;
  const name = frame.register(self, wanted ?? self.cls.name.replace(CAPITALS, "_$1").toLowerCase());
  // What is noted of every name, and the name itself, which may be long.
  interp.tick(STEPS.module + (name.length >> 2));
  self.attrs.set("module_name", name);
  self.attrs.set("name", name.split("/").at(-1) ?? name);
}

/** Methods of the program run on the stack of names and of modules; so does the constructor. */
function wrapMethods(frames: Frames, cls: ClassValue): void {
  for (const [name, value] of [...cls.attrs]) {
    if (!(value instanceof FunctionValue) || value.attrs.has(TRANSPARENT)) continue;
    if (name.startsWith("__") && name !== "__call__" && name !== "__init__") continue;
    cls.attrs.set(name, wrap(frames, name, value));
  }
}

function wrap(frames: Frames, name: string, fn: FunctionValue): NativeFunction {
  const like = fn.attrs.get(NAMED_LIKE);
  const method = typeof like === "string" ? like : name;
  const wrapper = new NativeFunction(name, (interp, args, kwargs) => {
    const [self] = args;
    const body = (): Value => interp.call(fn, args, kwargs);
    if (!(self instanceof Instance)) return body();
    return enter(interp, frames.current, self, method, body, [...args.slice(1), ...kwargs.values()]);
  });
  wrapper.attrs.set("__wrapped__", fn);
  return wrapper;
}

function enter(
  interp: Interp,
  frame: Frame,
  self: Instance,
  method: string,
  body: () => Value,
  inputs: readonly Value[],
): Value {
  const run = (): Value => frame.run(self, method, body);
  if (method === "__init__") return run();
  const first = frame.first(self);
  return interp.scope?.instance === first ? run() : interp.withLayer(first, run, inputs);
}

/** One size, or one for each axis. */
const WINDOW = { ...counts(1), perAxis: "one" } as const;
const HAIKU: TakenTable = {
  ...TAKEN,
  output_channels: count(),
  output_size: count(),
  kernel_shape: WINDOW,
  stride: WINDOW,
  rate: WINDOW,
  feature_group_count: count(1),
  channel_multiplier: count(1),
  vocab_size: count(1),
  embed_dim: count(1),
  key_size: count(1),
  groups: count(1),
  preserve_dims: { ...INT, floats: true },
  output_shape: { of: "int", least: -1, depth: 1, list: true, empty: true },
  axis: { ...INTS, empty: true },
  param_axis: { ...INTS, empty: true },
};
const POOLS: TakenTable = {
  window_shape: { ...INTS, empty: true },
  strides: { ...INTS, empty: true },
  padding: { of: "text", texts: ["same", "valid"] },
  channel_axis: { ...INT, none: true },
};

export type Find = (name: string) => ClassValue | undefined;

/** A layer's class: its constructor keeps its arguments, its parameters are made when it is called. */
export function defineLayer(
  kit: ArrayKit,
  frames: Frames,
  module: ClassValue,
  name: string,
  spec: HaikuLayer,
  find: Find,
): ClassValue {
  const signature = parseSignature(spec.make);
  const { params } = signature;
  const check = plainCheck(name, /Pool$/.test(name) ? POOLS : HAIKU, signature);
  const cls = defineClass(name, {
    bases: [spec.base ? (find(spec.base) ?? module) : module],
    qualname: `haiku.${name}`,
    native: {
      layer: spec.layer ?? true,
      ...(module.native?.onSubclass ? { onSubclass: module.native.onSubclass } : {}),
    },
    methods: {
      __init__: [
        `self, ${spec.make}${spec.make === "" ? "" : ", "}name=None`,
        (given, interp) => {
          const self = given.self as Instance;
          const a = possibleArguments(interp, given, check);
          interp.touch(self);
          setName(interp, frames.current, self, a.name);
          for (const { name: field } of params) self.attrs.set(field, entryOf(a, field));
          const parts = spec.parts;
          if (parts) frames.current.run(self, "__init__", () => parts(self, interp, find));
          return null;
        },
      ],
    },
  });
  for (const [method, [text, rule]] of Object.entries({ ...spec.methods, __call__: spec.call })) {
    const parsed = parseSignature(`self${text === "" ? "" : `, ${text}`}`);
    const code = new NativeFunction(
      method,
      (interp, args, kwargs) => {
        const a = bind(interp, `${name}.${method}`, parsed, args, kwargs);
        if (typeof a === "string") {
          interp.gap(a);
          return interp.fail("TypeError", a);
        }
        if (a instanceof Unknown) return unfollowed(interp, a);
        const self = a.self as Instance;
        const frame = frames.current;
        const run = (): Value =>
          rule(
            layerOf(
              kit,
              interp,
              frame,
              method === "__call__" ? spec : { ...spec, weights: () => [] },
              self,
              a,
            ),
            find,
          );
        return enter(interp, frame, self, method, run, args.slice(1));
      },
      text,
    );
    cls.attrs.set(method, code);
  }
  return cls;
}

function layerOf(
  kit: ArrayKit,
  interp: Interp,
  frame: Frame,
  spec: HaikuLayer,
  self: Instance,
  a: Bound,
): Layer {
  const name = nameOf(self) ?? self.cls.name;
  const access: LayerAccess = {
    interp,
    self,
    attribute: (field) => {
      const value = interp.lookup(self, field);
      return value === ABSENT ? null : value;
    },
    weight: (weight) => frame.params.get(name)?.get(weight),
    project: () => interp.unknown("has no projections"),
  };
  const run = new Run(interp, kit, spec.fn, name, frame.first(self));
  const layer = new Layer(run, access, a);
  for (const { name: weight, shape } of spec.weights?.(layer) ?? []) {
    if (!frame.params.get(name)?.has(weight)) interp.tick(2 * STEPS.weight);
    parameter(kit, frame, name, weight, shape);
  }
  return layer;
}

/** A parameter of a module, made when it is first asked for. */
export function parameter(
  kit: ArrayKit,
  frame: Frame,
  module: string,
  name: string,
  shape: Tensor["shape"],
  dtype?: string,
): Tensor {
  const own = frame.parametersOf(module);
  const known = own.get(name);
  if (known instanceof Tensor) return known;
  const made = kit.make(frame.copies === 1 || isUnknown(shape) ? shape : [frame.copies, ...shape], dtype);
  made.parameter = { trainable: true };
  own.set(name, made);
  return made;
}
