/** TensorFlow.js as a framework: its modules of names, and how its networks are recognised, named and run. */

import { entryOf } from "../../base/table.ts";
import type { Framework, OpsProgram } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  ABSENT,
  type Absent,
  type ClassValue,
  Instance,
  isUnknown,
  List,
  ModuleValue,
  type Shape,
  type Tensor,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import { type Impl, jsClass, object, RUN_TIME } from "../../languages/typescript/core.ts";
import { layerModule } from "./layers/index.ts";
import { childrenOf, withInner } from "./layers/inner.ts";
import { callLayer, layerClass, nameOf } from "./layers/layer.ts";
import { stateOf } from "./layers/state.ts";
import { isOpen, Library, symbolicOf } from "./library.ts";
import { modelClass, modelFunctions, sequentialClass } from "./models.ts";
import { createOps, type OpModules } from "./ops/index.ts";
import { programClass, programLike, programNetwork, programOf, WEIGHTED_OPS } from "./programs.ts";

/** Packages that give the whole of `tf`, or a part of it under the same names. */
const PACKAGES =
  /^@tensorflow\/tfjs(-node|-node-gpu|-core|-layers|-backend-[\w-]+|-react-native)?(\/dist\/.*)?$/;

/** Functions whose networks lie in files of weights and graphs. */
const STORED: ReadonlySet<string> = new Set([
  "loadLayersModel",
  "loadGraphModel",
  "loadGraphModelSync",
  "models.modelFromJSON",
  "GraphModel",
]);

/** Files whose argument `tf` is this library, not Python's. */
const SCRIPT = /\.[cm]?[jt]sx?$/;

export function createTfjs(): Framework {
  return new Tfjs();
}

const keepConfig: Impl = (_m, [config], self) => {
  if (self instanceof Instance && config instanceof Instance)
    for (const [key, value] of config.attrs) self.attrs.set(key, value);
  return undefined;
};

class Tfjs implements Framework {
  readonly id = "tfjs";
  readonly forwardNames = ["call", "predict", "constructor"];
  readonly weightedOps = WEIGHTED_OPS;
  private readonly lib = new Library();
  private readonly ops: OpModules;
  private readonly modules = new Map<string, ModuleValue>();
  private readonly tables: Readonly<Record<string, ReadonlyMap<string, Value>>>;

  constructor() {
    const { lib } = this;
    const root = jsClass("Serializable", {});
    this.ops = createOps(lib, root);
    lib.tensorClass = this.ops.tensorClass;
    lib.symbolicClass = jsClass("SymbolicTensor", { base: root });
    lib.layerClass = layerClass(lib, root);
    lib.modelClass = modelClass(lib);
    lib.sequentialClass = sequentialClass(lib);
    lib.programClass = programClass();
    const layers = layerModule(lib);
    this.tables = {
      ...this.ops.modules,
      layers,
      models: new Map<string, Value>(),
      "": new Map<string, Value>([
        ...this.ops.functions,
        ...modelFunctions(lib),
        ["Tensor", lib.tensorClass],
        ["Variable", lib.tensorClass],
        ["SymbolicTensor", lib.symbolicClass],
        ["LayersModel", lib.modelClass],
        ["RNN", layers.get("RNN")],
        ["InputSpec", jsClass("InputSpec", { base: root, init: keepConfig })],
        ["Sequential", lib.sequentialClass],
      ]),
    };
  }

  hasModule(name: string): boolean {
    return PACKAGES.test(name);
  }

  lookup(_module: string, name: string): Value | Absent {
    return this.find("", name);
  }

  private find(path: string, name: string): Value | Absent {
    const value = entryOf(this.tables, path)?.get(name);
    if (value !== undefined) return value;
    const inner = path === "" ? name : `${path}.${name}`;
    if (entryOf(this.tables, inner)) return this.module(inner);
    if (path === "" && (name === "default" || name === "__esModule")) return ABSENT;
    // Training and data are no part of a network.
    return new Unknown(
      STORED.has(inner) ? `tf.${inner} reads a stored model, ${RUN_TIME}` : `tf.${inner} is not modelled`,
    );
  }

  private module(path: string): ModuleValue {
    let module = this.modules.get(path);
    if (!module) {
      module = new ModuleValue(path === "" ? "tf" : `tf.${path}`);
      this.modules.set(path, module);
      module.load = (name) => this.find(path, name);
    }
    return module;
  }

  isNetworkClass(cls: ClassValue): boolean {
    return cls.native === undefined && cls.mro.includes(this.lib.modelClass);
  }

  isNetwork(value: Value): boolean {
    return (
      value instanceof Instance &&
      (value.cls.mro.includes(this.lib.modelClass) || programOf(value) !== undefined)
    );
  }

  opsNetwork(interp: Interp, program: OpsProgram, like?: Instance): Instance | Unknown | undefined {
    return like ? programLike(interp, this.lib, program, like) : programNetwork(interp, this.lib, program);
  }

  isUnbatched(network: Value): boolean {
    return programOf(network)?.unbatched ?? false;
  }

  isMaker(value: Value): boolean {
    return this.lib.makers.has(value) || value === this.lib.modelClass || value === this.lib.sequentialClass;
  }

  /** `function build(tf) {…}`: programs that run with either package are given it. */
  supplied(name: string, owner?: ClassValue | ModuleValue): Value | Absent {
    const file = owner?.kind === "class" ? owner.module?.file : owner?.file;
    return name === "tf" && file !== undefined && SCRIPT.test(file) ? this.module("") : ABSENT;
  }

  made(): readonly Instance[] {
    return this.lib.models;
  }

  snapshot(): () => void {
    const counters = new Map(this.lib.counters);
    return () => {
      this.lib.counters.clear();
      for (const [prefix, count] of counters) this.lib.counters.set(prefix, count);
    };
  }

  input(shape: Shape, dtype: string): Tensor {
    return this.lib.tensor(shape, dtype);
  }

  declaredInputs(
    _interp: Interp,
    network: Value,
  ): readonly { readonly shape: Shape; readonly dtype: string }[] | Unknown | undefined {
    const program = programOf(network);
    if (program) return program.specs();
    const model = stateOf(network)?.model;
    if (model && model.outputs.length === 0) return new Unknown("the model has no layers");
    const inputs = model?.inputs ?? [];
    const specs: { shape: Shape; dtype: string }[] = [];
    for (const tensor of inputs) {
      const symbolic = symbolicOf(tensor);
      if (!symbolic) return undefined;
      if (isUnknown(symbolic.shape)) return symbolic.shape;
      specs.push({ shape: symbolic.shape, dtype: symbolic.dtype });
    }
    return specs.length > 0 ? specs : undefined;
  }

  isOpen(dim: Unknown): boolean {
    return isOpen(dim);
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[]): Value {
    if (!(network instanceof Instance)) return interp.unknown("this is no model");
    const program = programOf(network);
    if (program) return program.run(interp, inputs);
    return callLayer(interp, network, inputs.length > 1 ? new List([...inputs]) : inputs[0], object(interp));
  }

  /** Layers go by their own names; one that a nested model shares with another is put below its model. */
  layerNames(_interp: Interp, network: Value): ReadonlyMap<Instance, string> {
    const names = new Map<Instance, string>();
    const taken = new Set<string>();
    const visit = (layer: Instance, path: string): void => {
      if (names.has(layer)) return;
      const own = nameOf(layer);
      const name = taken.has(own) ? `${path}/${own}` : own;
      taken.add(name);
      names.set(layer, name);
      for (const child of childrenOf(layer)) visit(child, name);
    };
    if (network instanceof Instance) {
      names.set(network, "");
      for (const child of childrenOf(network)) visit(child, nameOf(network));
    }
    return names;
  }

  parameters(_interp: Interp, network: Value): readonly Tensor[] {
    const program = programOf(network);
    if (program) return program.weights;
    return network instanceof Instance
      ? [...new Set([...withInner(network)].flatMap((layer) => stateOf(layer)?.weights ?? []))]
      : [];
  }

  entrance(): undefined {
    return undefined;
  }

  channelAxis(rank: number): number {
    return this.lib.channelsFirst ? 1 : rank - 1;
  }

  defaultInput(spatialAxes: number, channels: number, size: number): readonly number[] {
    return [1, ...new Array<number>(spatialAxes).fill(size), channels];
  }
}
