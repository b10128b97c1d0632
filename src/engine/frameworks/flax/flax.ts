/** Flax and JAX as a framework: their modules of names, and how linen and nnx networks are recognised, named and run. */
import type { Interp } from "../../interpret/interp.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  FunctionValue,
  Instance,
  ModuleValue,
  NativeFunction,
  type Shape,
  type Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { Framework } from "../framework.ts";
import { inert } from "./inert.ts";
import { Jax } from "./jax.ts";
import { Linen } from "./linen/linen.ts";
import { isLinen, isLinenClass, stateOf, tensorsOf, walk } from "./linen/state.ts";
import { isNnx, isNnxClass, walk as walkNnx } from "./nnx/module.ts";
import { Nnx } from "./nnx/nnx.ts";

const ROOTS = ["flax", "jax", "jaxlib", "optax", "ml_collections", "clu", "orbax", "chex"];

/** Modules whose names we know: what is not there does not exist. */
const COMPLETE: ReadonlySet<string> = new Set(["flax.linen"]);

const NAMESPACES: ReadonlySet<string> = new Set(["flax.linen", "flax.nnx"]);

/** A module that is another one by a second name. */
const ALIASES: Readonly<Record<string, string>> = {
  "flax.linen.initializers": "jax.nn.initializers",
  "flax.nnx.initializers": "jax.nn.initializers",
  "flax.linen.activation": "flax.linen",
  "flax.linen.module": "flax.linen",
  "flax.linen.linear": "flax.linen",
  "flax.linen.normalization": "flax.linen",
  "flax.linen.attention": "flax.linen",
  "flax.linen.partitioning": "flax.linen",
};

/** Submodules that hold nothing but modules. */
const PACKAGES: ReadonlySet<string> = new Set(["flax", "jax", "jax.scipy", "jax.experimental"]);

/** Arguments of a forward call that a plain inference run gives. */
const INFERENCE: Readonly<Record<string, Value>> = {
  train: false,
  training: false,
  is_training: false,
  deterministic: true,
  use_running_average: true,
};

export function createFlax(): Framework {
  return new Flax();
}

class Flax implements Framework {
  readonly id = "flax";
  readonly forwardNames = ["__call__"];
  readonly learnsSizes = true;
  private readonly jax = new Jax();
  private readonly linen = new Linen(this.jax);
  private readonly nnx = new Nnx(this.jax);
  private readonly modules = new Map<string, ModuleValue>();
  private readonly values = new Map<string, Value>();

  hasModule(name: string): boolean {
    return ROOTS.includes(name.split(".")[0] ?? "");
  }

  lookup(module: string, name: string): Value | Absent {
    const path = `${module}.${name}`;
    const known = this.values.get(path);
    if (known !== undefined) return known;
    const found = this.find(ALIASES[module] ?? module, name);
    if (found === ABSENT && name.startsWith("__")) return ABSENT;
    const value = found !== ABSENT ? found : this.fallback(module, name);
    if (value !== ABSENT) this.values.set(path, value);
    return value;
  }

  private find(module: string, name: string): Value | Absent {
    const submodule = `${module}.${name}`;
    if (
      this.jax.has(submodule) ||
      submodule in ALIASES ||
      NAMESPACES.has(submodule) ||
      PACKAGES.has(submodule)
    ) {
      return this.module(submodule);
    }
    if (module === "flax.linen") return this.linen.find(name);
    if (module === "flax.nnx") return this.nnx.find(name);
    if (this.jax.has(module)) return this.jax.find(module, name);
    return inert(this.jax.kit, module, name);
  }

  private fallback(module: string, name: string): Value | Absent {
    if (COMPLETE.has(module) || PACKAGES.has(`${module}.${name}`)) return ABSENT;
    return new Unknown(`${module}.${name} is not modelled`);
  }

  private module(path: string): ModuleValue {
    const known = this.modules.get(path);
    if (known) return known;
    const made = new ModuleValue(path);
    made.load = (name) => this.lookup(path, name);
    this.modules.set(path, made);
    return made;
  }

  isNetworkClass(cls: ClassValue): boolean {
    return isLinenClass(cls) || isNnxClass(cls);
  }

  isNetwork(value: Value): boolean {
    return isLinen(value) || isNnx(value);
  }

  input(shape: Shape, dtype: string): Value {
    const tensor = this.jax.kit.make(shape, dtype);
    tensor.maker = "the input";
    return tensor;
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[]): Value {
    if (isLinen(network) && stateOf(network)?.parent === undefined) stateOf(network)?.reset();
    const { args, kwargs } = this.completed(network, inputs);
    return interp.call(network, args, kwargs);
  }

  /** Flags of inference and random keys that the forward method takes besides its inputs. */
  private completed(
    network: Value,
    inputs: readonly Value[],
  ): { args: readonly Value[]; kwargs: ReadonlyMap<string, Value> } {
    const args = [...inputs];
    const kwargs = new Map<string, Value>();
    for (const [i, param] of forwardParams(network).entries()) {
      if (param.kind === "rest" || param.kind === "keywords") continue;
      const byName = param.kind === "keywordOnly";
      if (param.name in INFERENCE) kwargs.set(param.name, INFERENCE[param.name]);
      else if (param.name === "rngs" && param.fallback === undefined) kwargs.set("rngs", this.nnx.newRngs());
      else if (/(^|_)(rng|key)$/.test(param.name) && param.fallback === undefined) {
        kwargs.set(param.name, this.jax.kit.make([2], "uint32"));
      } else if (byName && param.fallback === undefined && args.length > 0)
        kwargs.set(param.name, args.shift());
      else if (!byName && i < args.length) continue;
    }
    return { args, kwargs };
  }

  layerNames(_interp: Interp, network: Value): ReadonlyMap<Instance, string> {
    if (isNnx(network)) return walkNnx(network);
    return isLinen(network) ? walk(network) : new Map();
  }

  parameters(_interp: Interp, network: Value): readonly Tensor[] {
    const found = new Set<Tensor>();
    if (isNnx(network))
      walkNnx(network, (tensor) => tensor.parameter && !tensor.parameter.buffer && found.add(tensor));
    if (!isLinen(network)) return [...found];
    for (const module of walk(network).keys()) {
      for (const { value, collection } of stateOf(module)?.variables.values() ?? []) {
        if (collection === "params") for (const tensor of tensorsOf(value)) found.add(tensor);
      }
    }
    return [...found];
  }

  supplied(name: string): Value | Absent {
    return name === "rngs" ? this.nnx.newRngs() : ABSENT;
  }

  entrance(layer: Instance): { readonly spatialAxes: number; readonly channels: number } | undefined {
    if (!isNnx(layer)) return undefined;
    const channels = layer.attrs.get("in_features");
    if (typeof channels !== "number") return undefined;
    const kernel = layer.attrs.get("kernel_size");
    const spatialAxes = toItems(kernel ?? null)?.length ?? (typeof kernel === "number" ? 1 : 0);
    return { spatialAxes, channels };
  }

  channelAxis(rank: number): number {
    return rank - 1;
  }

  defaultInput(spatialAxes: number, channels: number, size: number): readonly number[] {
    if (spatialAxes === 3) return [1, 16, Math.ceil(size / 2), Math.ceil(size / 2), channels];
    return [1, ...new Array<number>(spatialAxes).fill(size), channels];
  }
}

/** Parameters of the program's own `__call__`, without self. */
function forwardParams(network: Value): FunctionValue["node"]["params"] {
  if (!(network instanceof Instance)) return [];
  for (const cls of network.cls.mro) {
    const call = cls.attrs.get("__call__");
    const fn = call instanceof NativeFunction ? call.attrs.get("__wrapped__") : call;
    if (fn instanceof FunctionValue) return fn.node.params.slice(1);
    if (call !== undefined) return [];
  }
  return [];
}
