/** linen's layers as classes: dataclasses whose parameters are made when they first see their input. */

import { entryOf } from "../../../base/table.ts";
import { type Bound, bind, defineClass, unfollowed } from "../../../interpret/native.ts";
import { parseSignature } from "../../../interpret/signature.ts";
import {
  ABSENT,
  type ClassValue,
  Instance,
  isUnknown,
  NativeFunction,
  Tuple,
  Unknown,
  type Value,
} from "../../../interpret/values.ts";
import { type ArgumentCheck, possibleArguments } from "../../rules/possible.ts";
import type { ArrayKit } from "../arrays/kit.ts";
import { Run } from "../layers/run.ts";
import { flaxArguments } from "../layers/sizes.ts";
import { Layer, type LayerAccess, type LayerSpec } from "../layers/spec.ts";
import { enter, layerVariable } from "./module.ts";
import { pathOf, stateOf } from "./state.ts";

/** Finds another layer class of linen: attention has dense layers inside. */
type Find = (name: string) => ClassValue | undefined;

export function defineLayer(
  kit: ArrayKit,
  module: ClassValue,
  name: string,
  spec: LayerSpec,
  find: Find,
): ClassValue {
  const cls = defineClass(name, {
    bases: [module],
    qualname: `flax.linen.${name}`,
    native: { ...module.native!, layer: spec.layer ?? true },
  });
  const fields = parseSignature(spec.linen ?? "").params;
  cls.annotations = new Map(fields.map((field) => [field.name, null]));
  for (const { name: field, required, fallback } of fields) if (!required) cls.attrs.set(field, fallback);
  const methods = { ...spec.methods, __call__: spec.call };
  for (const [method, [signature, rule]] of Object.entries(methods)) {
    const parsed = parseSignature(`self${signature === "" ? "" : `, ${signature}`}`);
    const code = new NativeFunction(
      method,
      (interp, args, kwargs) => {
        const a = bind(interp, `${name}.${method}`, parsed, args, kwargs);
        if (typeof a === "string") return interp.fail("TypeError", a);
        if (a instanceof Unknown) return unfollowed(interp, a);
        const { self } = a;
        if (!(self instanceof Instance))
          return interp.unknown(`${name}.${method} is called on the class, as Flax no longer does`);
        const run = (): Value => {
          const layer = layerOf(kit, interp, spec, self, a, find);
          if (method !== MAKES_STATE) makeWeights(kit, interp, spec, self, layer);
          return rule(layer);
        };
        return enter(interp, self, true, run, args.slice(1));
      },
      signature,
    );
    cls.attrs.set(method, code);
  }
  return cls;
}

function layerOf(
  kit: ArrayKit,
  interp: LayerAccess["interp"],
  spec: LayerSpec,
  self: Instance,
  a: Bound,
  find: Find,
): Layer {
  const run = new Run(interp, kit, spec.fn, pathOf(self), self);
  const check = { ...checkOf(spec), layer: self.cls.name };
  const sizes = possibleArguments(interp, Object.fromEntries(self.attrs), check);
  const access: LayerAccess = {
    interp,
    self,
    attribute: (name) => {
      const size = entryOf(sizes, name);
      const value = isUnknown(size) ? size : interp.lookup(self, name);
      return value === ABSENT ? null : value;
    },
    weight: (name) => stateOf(self)?.variables.get(name)?.value as ReturnType<LayerAccess["weight"]>,
    create: (name, shape) => layerVariable(kit, interp, self, "params", name, shape),
    project: (name, input) => project(layer, name, input, find),
  };
  const layer = new Layer(run, access, a);
  projections.set(layer, spec);
  return layer;
}

/** A cell's method that is called before there is an input, which its parameters need. */
const MAKES_STATE = "initialize_carry";

function makeWeights(
  kit: ArrayKit,
  interp: LayerAccess["interp"],
  spec: LayerSpec,
  self: Instance,
  layer: Layer,
): void {
  for (const { name, shape, statistic } of spec.weights?.(layer) ?? []) {
    layerVariable(kit, interp, self, statistic ? "batch_stats" : "params", name, shape);
  }
}

const checks = new WeakMap<LayerSpec, ArgumentCheck>();

function checkOf(spec: LayerSpec): ArgumentCheck {
  let check = checks.get(spec);
  if (!check) {
    check = flaxArguments(spec.fn, parseSignature(spec.linen ?? ""));
    checks.set(spec, check);
  }
  return check;
}

/** The entry a layer is of, for its projections. */
const projections = new WeakMap<Layer, LayerSpec>();

function project(layer: Layer, name: string, input: Value, find: Find): Value {
  const dense = find("DenseGeneral");
  const found = projections
    .get(layer)
    ?.projections?.(layer)
    .find((projection) => projection.name === name);
  if (!dense || !found) return layer.interp.unknown(`needs the projection ${name}`);
  const options = new Map<string, Value>([
    ["features", found.to.length === 1 ? found.to[0] : new Tuple(found.to)],
    ["axis", new Tuple(found.from.map((_, i) => i - found.from.length))],
    ["use_bias", found.bias],
    ["name", name],
  ]);
  const made = layer.interp.call(dense, [], options);
  if (made instanceof Instance && layer.access.self.site) made.site = layer.access.self.site;
  return layer.interp.call(made, [input]);
}
