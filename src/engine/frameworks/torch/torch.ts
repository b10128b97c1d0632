/** torch as a framework: its modules of names, and how its networks are recognised, named and run. */

import { entryOf } from "../../base/table.ts";
import type { Framework } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import { mayHoldLayers } from "../../interpret/mayHoldLayers.ts";
import {
  ABSENT,
  type Absent,
  ClassValue,
  type Instance,
  isUnknown,
  type Kwargs,
  type Shape,
  type Tensor,
  type Unknown,
  type Value,
} from "../../interpret/values.ts";
import { moduleTable } from "../moduleTable.ts";
import { COUNTERS } from "./ecosystem/counters.ts";
import { isLightning, Lightning, SUBMODULES } from "./ecosystem/lightning.ts";
import { torchConventions } from "./library/conventions.ts";
import { EXTRACTION } from "./library/extract.ts";
import { unmodelled } from "./library/inert.ts";
import { NN_MODULES } from "./library/nn-utils.ts";
import { RUNTIME } from "./library/runtime.ts";
import { isModule, isModuleClass } from "./nn/library.ts";
import { readyForInference } from "./nn/module.ts";
import { NnLibrary } from "./nn/nn.ts";
import { TABLES, tableEntries, walkModules, walkTensors } from "./nn/tables.ts";
import { StandIns } from "./standins/index.ts";
import { einopsLayers } from "./tensor/einops.ts";
import { createTensors, type Tensors } from "./tensor/tensors.ts";

/** torch.nn.modules.<family>: every class of torch.nn is found under each. */
const FAMILIES = [
  "activation",
  "adaptive",
  "batchnorm",
  "channelshuffle",
  "container",
  "conv",
  "distance",
  "dropout",
  "flatten",
  "fold",
  "instancenorm",
  "lazy",
  "linear",
  "loss",
  "module",
  "normalization",
  "padding",
  "pixelshuffle",
  "pooling",
  "rnn",
  "sparse",
  "transformer",
  "upsampling",
].map((family) => `torch.nn.modules.${family}`);

/** Modules whose names are the classes of torch.nn. */
const CLASS_MODULES: ReadonlySet<string> = new Set([
  "torch.nn",
  "torch.nn.modules",
  ...FAMILIES,
  "torch.nn.parameter",
  "torch.nn.quantizable",
  "torch.ao.nn.quantizable",
]);

/** Modules whose names we know: what is not there does not exist. Elsewhere it is only unknown. */
const COMPLETE: ReadonlySet<string> = new Set([
  "torch",
  "torch.nn",
  "torch.nn.functional",
  "torch.nn.init",
  "torch.backends",
]);

const OWN_FILES = /^torch\.(ao\.)?nn\.(modules|intrinsic|qat|quantizable|quantized|sparse)\b/;

const EINOPS_LAYERS = "einops.layers.torch";

/** Names that a module takes from another: `torch.nn.modules.conv.F`. */
const ALIASES: Readonly<Record<string, string>> = {
  F: "torch.nn.functional",
  init: "torch.nn.init",
  nn: "torch.nn",
};

interface Entrance {
  readonly spatialAxes: number;
  readonly attribute: string;
}

/** Layers that an input can enter by, with the attribute that says how many channels it has. */
const ENTRANCES: ReadonlyMap<string, Entrance> = new Map<string, Entrance>([
  ...[1, 2, 3].flatMap((spatialAxes): [string, Entrance][] => [
    [`Conv${spatialAxes}d`, { spatialAxes, attribute: "in_channels" }],
    [`ConvTranspose${spatialAxes}d`, { spatialAxes, attribute: "in_channels" }],
    [`BatchNorm${spatialAxes}d`, { spatialAxes, attribute: "num_features" }],
  ]),
  ["Linear", { spatialAxes: 0, attribute: "in_features" }],
  ["RNNBase", { spatialAxes: 0, attribute: "input_size" }],
]);

export function createTorch(): Framework {
  return new Torch(createTensors());
}

class Torch implements Framework {
  readonly id = "torch";
  readonly forwardNames = ["forward", "__call__"];
  private readonly nn: NnLibrary;
  private readonly lightning: Lightning;
  private readonly standIns: StandIns;
  private readonly module = moduleTable((path, name) => this.lookup(path, name));
  private readonly tables = new Map<string, ReadonlyMap<string, Value>>();
  private readonly values = new Map<string, Value>();
  private readonly known: ReadonlySet<string>;

  constructor(private readonly tensors: Tensors) {
    this.nn = new NnLibrary(tensors);
    this.lightning = new Lightning(this.nn);
    this.standIns = new StandIns(this.nn);
    this.known = new Set([
      ...CLASS_MODULES,
      "torch.nn.functional",
      "einops.layers",
      EINOPS_LAYERS,
      ...Object.keys(RUNTIME),
      ...Object.keys(NN_MODULES),
      ...Object.keys(EXTRACTION),
      ...Object.keys(COUNTERS),
      ...Object.keys(tensors.modules),
    ]);
  }

  hasModule(name: string): boolean {
    return name === "torch" || name.startsWith("torch.") || this.known.has(name) || isLightning(name);
  }

  /** Of layers alone: elsewhere its Python only calls what is compiled. */
  ownFiles(module: string): string | undefined {
    if (module === "torch.nn") return "torch.nn.modules";
    return OWN_FILES.test(module) ? module : undefined;
  }

  readonly conventions = torchConventions;

  standsFor(name: string): boolean {
    return this.standIns.has(name);
  }

  lookup(module: string, name: string): Value | Absent {
    if (!this.hasModule(module) && this.standIns.has(module)) return this.standIns.lookup(module, name);
    const path = `${module}.${name}`;
    const own = this.values.get(path) ?? this.find(module, name);
    if (own !== ABSENT) {
      this.values.set(path, own);
      return own;
    }
    if (this.known.has(path)) return this.module(path);
    if (isLightning(module)) {
      return SUBMODULES.has(name) ? this.module(path) : this.lightning.lookup(module, name);
    }
    const alias = module.startsWith("torch.nn") ? entryOf(ALIASES, name) : undefined;
    if (alias !== undefined) return this.module(alias);
    return COMPLETE.has(module) || name.startsWith("__") ? ABSENT : unmodelled(module, name);
  }

  private find(module: string, name: string): Value | Absent {
    if (module === "torch") {
      const value = this.tensors.functions.get(name);
      if (value !== undefined) return value;
    }
    const stub =
      entryOf(entryOf(RUNTIME, module), name) ??
      entryOf(entryOf(NN_MODULES, module), name) ??
      entryOf(entryOf(EXTRACTION, module), name) ??
      entryOf(entryOf(COUNTERS, module), name);
    if (stub) return stub(this.nn);
    const table = this.table(module)?.get(name);
    if (table !== undefined) return table;
    // Its attention has projections of its own besides those of torch.nn.
    if (/\.quantizable$/.test(module) && name === "MultiheadAttention") return ABSENT;
    if (CLASS_MODULES.has(module)) return this.nn.findClass(name);
    if (module === "torch.cuda" && name.endsWith("Tensor")) return this.tensors.functions.get(name) ?? ABSENT;
    if (module !== "torch" && module !== "torch.nn.functional") return ABSENT;
    const fn = this.nn.findFunction(name);
    return fn === ABSENT ? (this.tensors.functions.get(name) ?? ABSENT) : fn;
  }

  private table(module: string): ReadonlyMap<string, Value> | undefined {
    const known = this.tables.get(module);
    const make = module === EINOPS_LAYERS ? () => this.einopsLayers() : entryOf(this.tensors.modules, module);
    if (known || !make) return known;
    const made = make();
    this.tables.set(module, made);
    return made;
  }

  private einopsLayers(): ReadonlyMap<string, Value> {
    const base = this.nn.findClass("Module");
    return base instanceof ClassValue ? einopsLayers(this.tensors.kit, base) : new Map();
  }

  readonly callsOtherMethods = true;

  isNetworkClass(cls: ClassValue): boolean {
    return isModuleClass(cls);
  }

  assumedBase(methods: ReadonlySet<string>, text: string): ClassValue | undefined {
    return methods.has("forward") && /\btorch\b/.test(text) ? this.nn.module : undefined;
  }

  isNetwork(value: Value): boolean {
    return isModule(value);
  }

  input(shape: Shape, dtype: string): Value {
    const tensor = this.tensors.make(shape, dtype);
    tensor.maker = "the input";
    return tensor;
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[], kwargs?: Kwargs): Value {
    if (interp.inference) readyForInference(interp, network);
    return interp.call(network, inputs, kwargs);
  }

  layerNames(_interp: Interp, network: Value): ReadonlyMap<Instance, string> {
    return new Map(
      isModule(network) ? walkModules(undefined, network).map(([name, module]) => [module, name]) : [],
    );
  }

  parameters(_interp: Interp, network: Value): readonly Tensor[] {
    return isModule(network)
      ? walkTensors(undefined, network, "_parameters").map(([, tensor]) => tensor)
      : [];
  }

  unread(network: Value): { readonly parts: readonly Unknown[]; readonly attributes: readonly Unknown[] } {
    const modules = isModule(network) ? walkModules(undefined, network).map(([, module]) => module) : [];
    const registered = modules.flatMap((module) =>
      TABLES.flatMap((name) => tableEntries(module, name).map(([, value]) => value)),
    );
    const attributes = modules.flatMap((module) => [...module.attrs.values()]);
    return {
      parts: [...registered.filter(isUnknown), ...attributes.flatMap((value) => mayHoldLayers(value) ?? [])],
      attributes: attributes.filter(isUnknown),
    };
  }

  entrance(layer: Instance): { readonly spatialAxes: number; readonly channels: number } | undefined {
    for (const cls of layer.cls.mro) {
      const found = ENTRANCES.get(cls.name);
      const channels = found && layer.attrs.get(found.attribute);
      if (found && typeof channels === "number" && channels > 0)
        return { spatialAxes: found.spatialAxes, channels };
    }
    return undefined;
  }

  entryForm(layer: Instance): "tokens" | "sequence" | "sequence first" | undefined {
    const names = new Set(layer.cls.mro.map(({ name }) => name));
    if (names.has("Embedding") || names.has("EmbeddingBag")) return "tokens";
    if (!names.has("RNNBase")) return undefined;
    return layer.attrs.get("batch_first") === true ? "sequence" : "sequence first";
  }

  channelAxis(_rank: number): number {
    return 1;
  }

  defaultInput(spatialAxes: number, channels: number, size: number): readonly number[] {
    // Video: 16 frames.
    if (spatialAxes === 3) return [1, channels, 16, size, size];
    return [1, channels, ...new Array<number>(spatialAxes).fill(size)];
  }
}
