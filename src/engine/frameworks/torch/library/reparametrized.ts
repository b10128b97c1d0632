/**
 * Weights that are computed from other parameters: `weight_norm`, `spectral_norm`, `orthogonal`, and whatever modules
 * `parametrize` puts a weight through.
 */

import { product } from "../../../cost/lift.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { type Bound, def, type NativeImpl } from "../../../interpret/native.ts";
import {
  ABSENT,
  Instance,
  isUnknown,
  Tensor,
  toItems,
  toNumber,
  type Value,
} from "../../../interpret/values.ts";
import { makeParameter } from "../nn/layer.ts";
import { isModule } from "../nn/library.ts";
import { addModule, addTensor } from "../nn/module.ts";
import type { NnLibrary } from "../nn/nn.ts";
import { peekTable, registered, tableEntries } from "../nn/tables.ts";
import { fn, type NameTable } from "./inert.ts";

/** What stands in the parameter's place once it is computed from others. */
function replaceParameter(nn: NnLibrary, interp: Interp, module: Instance, name: string): Tensor | undefined {
  const parameters = peekTable(module, "_parameters");
  const weight = parameters?.entries.get(name)?.value;
  if (!parameters || !(weight instanceof Tensor)) {
    // A module that has nothing of this name fails as in torch.
    interp.getAttr(module, name);
    return undefined;
  }
  interp.touch(parameters);
  parameters.entries.delete(name);
  interp.touch(module);
  module.attrs.set(name, nn.tensors.make(weight.shape, weight.dtype));
  return weight;
}

/** An op that uses the weight has these parameters. */
function noteSource({ attrs }: Instance, name: string, parameters: readonly Tensor[]): void {
  const computed = attrs.get(name);
  if (computed instanceof Tensor) computed.computedFrom = parameters;
}

/** `weight` becomes `weight_g` (its norms along `dim`) and `weight_v`. */
const weightNorm =
  (nn: NnLibrary): NativeImpl =>
  (a, interp) => {
    if (!isModule(a.module)) return a.module;
    const name = String(a.name);
    const weight = replaceParameter(nn, interp, a.module, name);
    if (!weight) return a.module;
    const axis = toNumber(a.dim);
    const { shape } = weight;
    const norms =
      isUnknown(shape) || axis === undefined ? [] : shape.map((size, at) => (at === axis ? size : 1));
    const lengths = makeParameter(nn, norms);
    addTensor(interp, a.module, "_parameters", `${name}_g`, lengths);
    addTensor(interp, a.module, "_parameters", `${name}_v`, weight);
    noteSource(a.module, name, [weight, lengths]);
    return a.module;
  };

/** `weight` becomes `weight_orig`, with the vectors of its power iteration as buffers. */
const spectralNorm =
  (nn: NnLibrary): NativeImpl =>
  (a, interp) => {
    if (!isModule(a.module)) return a.module;
    const name = String(a.name);
    const weight = replaceParameter(nn, interp, a.module, name);
    if (!weight) return a.module;
    addTensor(interp, a.module, "_parameters", `${name}_orig`, weight);
    noteSource(a.module, name, [weight]);
    if (isUnknown(weight.shape)) return a.module;
    const transposed = a.module.cls.mro.some((cls) => cls.name === "_ConvTransposeNd");
    const axis = toNumber(a.dim) ?? (transposed ? 1 : 0);
    const rows = weight.shape[axis] ?? 1;
    const columns = product(weight.shape.filter((_, at) => at !== axis));
    addTensor(interp, a.module, "_buffers", `${name}_u`, nn.tensors.make([rows]));
    addTensor(interp, a.module, "_buffers", `${name}_v`, nn.tensors.make([columns]));
    return a.module;
  };

/** Back to one plain parameter. */
const removeNorm: NativeImpl = (a, interp) => {
  if (!isModule(a.module)) return a.module;
  const name = String(a.name);
  const parameters = peekTable(a.module, "_parameters");
  const weight =
    parameters?.entries.get(`${name}_v`)?.value ?? parameters?.entries.get(`${name}_orig`)?.value;
  if (!parameters || !(weight instanceof Tensor)) return a.module;
  interp.touch(parameters);
  for (const suffix of ["_g", "_v", "_orig"]) parameters.entries.delete(name + suffix);
  const buffers = peekTable(a.module, "_buffers");
  if (buffers) interp.touch(buffers);
  for (const suffix of ["_u", "_v"]) buffers?.entries.delete(name + suffix);
  interp.touch(a.module);
  a.module.attrs.delete(name);
  addTensor(interp, a.module, "_parameters", name, weight);
  return a.module;
};

/** The modules of `parametrize` that a weight goes through, by the module that holds it: `parametrizations.weight`. */
function chainOf(module: Instance, name: string): Instance | undefined {
  const all = moduleIn(module, "parametrizations");
  return all && moduleIn(all, name);
}

function moduleIn(parent: Instance, name: string): Instance | undefined {
  const found = registered(parent, name);
  return found !== ABSENT && isModule(found) ? found : undefined;
}

/** The hooks that compute weights, by their chains. */
const hooks = new WeakMap<Instance, Value>();

/** The weight becomes what modules make of `original`, or of several where their `right_inverse` gives several. */
const registerParametrization =
  (nn: NnLibrary): NativeImpl =>
  (a, interp) => {
    const { module, parametrization } = a;
    if (!isModule(module) || !isModule(parametrization)) return interp.unknown("a parametrization");
    const name = String(a.tensor_name);
    const known = chainOf(module, name);
    if (known) {
      addModule(interp, known, String(tableEntries(known, "_modules").length), parametrization);
      compute(interp, module, name, known);
      return module;
    }
    const weight = replaceParameter(nn, interp, module, name);
    if (!weight) return interp.unknown(`${name} is no parameter`);
    const chain = interp.call(nn.layer("ModuleList"), [interp.list([parametrization])]) as Instance;
    const inverse = interp.lookup(parametrization, "right_inverse");
    const inverted = inverse === ABSENT ? weight : interp.call(inverse, [weight]);
    const parts = toItems(inverted);
    for (const [i, part] of (parts ?? [inverted]).entries()) {
      const shape = part instanceof Tensor ? part.shape : interp.unknown("what right_inverse gives");
      const original = part === weight ? weight : makeParameter(nn, []);
      original.shape = shape;
      addTensor(interp, chain, "_parameters", parts ? `original${i}` : "original", original);
    }
    const held = moduleIn(module, "parametrizations");
    const all = held ?? (interp.call(nn.layer("ModuleDict")) as Instance);
    if (!held) addModule(interp, module, "parametrizations", all);
    addModule(interp, all, name, chain);
    const hook = def("compute", "module, inputs", (b) => {
      if (isModule(b.module)) compute(interp, b.module, name, chainOf(b.module, name) ?? chain);
      return null;
    });
    hooks.set(chain, interp.callMethod(module, "register_forward_pre_hook", [hook]));
    compute(interp, module, name, chain);
    return module;
  };

function compute(interp: Interp, module: Instance, name: string, chain: Instance): void {
  let given: readonly Value[] = tableEntries(chain, "_parameters").map(([, value]) => value);
  for (const [, part] of tableEntries(chain, "_modules")) given = [interp.call(part, given)];
  interp.touch(module);
  module.attrs.set(name, given[0]);
}

const removeParametrizations =
  (nn: NnLibrary): NativeImpl =>
  (a, interp) => {
    const { module } = a;
    if (!isModule(module)) return module;
    const name = String(a.tensor_name);
    const chain = chainOf(module, name);
    if (!chain) return removeNorm({ module, name }, interp);
    const hook = hooks.get(chain);
    if (hook !== undefined) interp.callMethod(hook, "remove");
    const value = module.attrs.get(name);
    const [only, ...others] = tableEntries(chain, "_parameters").map(([, original]) => original);
    const isKept = interp.truthy(a.leave_parametrized) === false && others.length === 0;
    const all = moduleIn(module, "parametrizations") ?? module;
    for (const [holder, key] of [
      [all, name],
      [module, "parametrizations"],
    ] as const) {
      const modules = peekTable(holder, "_modules");
      if (!modules || (holder === module && tableEntries(all, "_modules").length > 0)) continue;
      interp.touch(modules);
      modules.entries.delete(key);
    }
    interp.touch(module);
    module.attrs.delete(name);
    const weight = isKept ? only : makeParameter(nn, []);
    if (weight instanceof Tensor && !isKept) {
      weight.shape = value instanceof Tensor ? value.shape : interp.unknown(`${name} is not known`);
    }
    addTensor(interp, module, "_parameters", name, weight ?? null);
    return module;
  };

function isParametrized(a: Bound): Value {
  if (!isModule(a.module)) return false;
  if (typeof a.tensor_name === "string") return chainOf(a.module, a.tensor_name) !== undefined;
  return moduleIn(a.module, "parametrizations") !== undefined;
}

const SPECTRAL = "module, name='weight', n_power_iterations=1, eps=1e-12, dim=None";

export const REPARAMETRIZED: NameTable = {
  weight_norm: (nn) => def("weight_norm", "module, name='weight', dim=0", weightNorm(nn)),
  spectral_norm: (nn) => def("spectral_norm", SPECTRAL, spectralNorm(nn)),
  remove_weight_norm: fn("remove_weight_norm", "module, name='weight'", removeNorm),
  remove_spectral_norm: fn("remove_spectral_norm", "module, name='weight'", removeNorm),
  orthogonal: (nn) =>
    def(
      "orthogonal",
      "module, name='weight', orthogonal_map=None, use_trivialization=True",
      spectralNorm(nn),
    ),
  register_parametrization: (nn) =>
    def(
      "register_parametrization",
      "module, tensor_name, parametrization, *, unsafe=False",
      registerParametrization(nn),
    ),
  remove_parametrizations: (nn) =>
    def(
      "remove_parametrizations",
      "module, tensor_name, leave_parametrized=True",
      removeParametrizations(nn),
    ),
  // A parametrized layer is of its own class here too.
  type_before_parametrizations: fn("type_before_parametrizations", "module", (a, interp) =>
    a.module instanceof Instance ? a.module.cls : interp.unknown("the class of what is no layer"),
  ),
  is_parametrized: fn("is_parametrized", "module, tensor_name=None", isParametrized),
};
