/** Flax and JAX as a framework: their modules of names, and how linen and nnx networks are recognised, named and run. */

import { entryOf } from "../../base/table.ts";
import type { Framework } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import { mayHoldLayers } from "../../interpret/mayHoldLayers.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  type Instance,
  type Shape,
  type Tensor,
  toItems,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { moduleTable } from "../moduleTable.ts";
import { completed, forwardParams, inputOf, lastAxis, sampleOf } from "./calling.ts";
import { jaxConventions } from "./conventions.ts";
import { Flags } from "./flags.ts";
import { inert, isInert } from "./inert.ts";
import { Jax } from "./jax.ts";
import { Linen } from "./linen/linen.ts";
import { isLinen, isLinenClass, stateOf, tensorsOf, walk } from "./linen/state.ts";
import { isNnx, isNnxClass, walk as walkNnx } from "./nnx/module.ts";
import { Nnx } from "./nnx/nnx.ts";

const ROOTS = [
  "flax",
  "jax",
  "jaxlib",
  "optax",
  "ml_collections",
  "clu",
  "orbax",
  "chex",
  "jaxtyping",
  "absl",
];

/** Modules whose names we know: what is not there does not exist. */
const COMPLETE: ReadonlySet<string> = new Set(["flax.linen"]);

const NAMESPACES: ReadonlySet<string> = new Set(["flax.linen", "flax.nnx"]);

/** A module that is another one by a second name. */
const ALIASES: Readonly<Record<string, string>> = {
  "flax.linen.initializers": "jax.nn.initializers",
  "flax.nnx.initializers": "jax.nn.initializers",
  "flax.linen.activation": "flax.linen",
  "flax.linen.module": "flax.linen",
  "flax.linen.transforms": "flax.linen",
  "flax.linen.recurrent": "flax.linen",
  "flax.linen.dtypes": "flax.linen",
  "flax.linen.pooling": "flax.linen",
  "flax.linen.stochastic": "flax.linen",
  "flax.linen.combinators": "flax.linen",
  "flax.linen.linear": "flax.linen",
  "flax.linen.normalization": "flax.linen",
  "flax.linen.attention": "flax.linen",
  "flax.linen.partitioning": "flax.linen",
};

/** Initializers that linen has by its own name too. */
const INITIALIZERS: ReadonlySet<string> = new Set(["zeros", "ones", "zeros_init", "ones_init"]);

/** Submodules that hold nothing but modules. */
const PACKAGES: ReadonlySet<string> = new Set(["flax", "jax", "jax.scipy", "jax.experimental", "absl"]);

export function createFlax(jax: Jax = new Jax()): Framework {
  return new Flax(jax);
}

class Flax implements Framework {
  readonly id = "flax";
  readonly forwardNames = ["__call__"];
  readonly learnsSizes = true;
  private readonly linen: Linen;
  private readonly nnx: Nnx;
  private readonly flags = new Flags();
  private readonly module = moduleTable((path, name) => this.lookup(path, name));
  private readonly values = new Map<string, Value>();

  constructor(private readonly jax: Jax) {
    this.linen = new Linen(jax);
    this.nnx = new Nnx(jax);
  }

  hasModule(name: string): boolean {
    return ROOTS.includes(name.split(".")[0] ?? "");
  }

  readonly conventions = jaxConventions;

  lookup(module: string, name: string): Value | Absent {
    const path = `${module}.${name}`;
    const known = this.values.get(path);
    if (known !== undefined) return known;
    const found = this.find(entryOf(ALIASES, module) ?? module, name);
    if (found === ABSENT && name.startsWith("__")) return ABSENT;
    const value = found !== ABSENT ? found : this.fallback(module, name);
    if (value !== ABSENT) this.values.set(path, value);
    return value;
  }

  private find(module: string, name: string): Value | Absent {
    const submodule = `${module}.${name}`;
    if (
      this.jax.has(submodule) ||
      Object.hasOwn(ALIASES, submodule) ||
      isInert(submodule) ||
      this.flags.has(submodule) ||
      NAMESPACES.has(submodule) ||
      PACKAGES.has(submodule)
    ) {
      return this.module(submodule);
    }
    if (module === "flax.linen" && INITIALIZERS.has(name)) return this.jax.find("jax.nn.initializers", name);
    if (module === "flax.linen") return this.linen.find(name);
    if (module === "flax.nnx") return this.nnx.find(name);
    if (this.jax.has(module)) return this.jax.find(module, name);
    const flag = this.flags.find(module, name);
    return flag === ABSENT ? inert(this.jax.kit, module, name) : flag;
  }

  private fallback(module: string, name: string): Value | Absent {
    if (COMPLETE.has(module) || PACKAGES.has(`${module}.${name}`)) return ABSENT;
    return new Unknown(`${module}.${name} is not modelled`);
  }

  isNetworkClass(cls: ClassValue): boolean {
    return isLinenClass(cls) || isNnxClass(cls);
  }

  isNetwork(value: Value): boolean {
    return isLinen(value) || isNnx(value);
  }

  input(shape: Shape, dtype: string): Value {
    return inputOf(this.jax.kit, shape, dtype);
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[]): Value {
    if (isLinen(network) && stateOf(network)?.parent === undefined) stateOf(network)?.reset();
    const { args, kwargs } = completed(interp, this.jax.kit, forwardParams(network), inputs, {
      rngs: () => this.nnx.newRngs(),
    });
    return interp.call(network, args, kwargs);
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

  unread(network: Value): { readonly parts: readonly Unknown[] } {
    const modules = isNnx(network) ? [...walkNnx(network).keys()] : [];
    const attributes = modules.flatMap((module) => [...module.attrs.values()]);
    return { parts: attributes.flatMap((value) => mayHoldLayers(value) ?? []) };
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

  readonly channelAxis = lastAxis;
  readonly defaultInput = sampleOf;
}
