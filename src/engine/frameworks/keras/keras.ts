/** Keras as a framework: its modules of names, and how its networks are recognised, named and run. */

import { entryOf } from "../../base/table.ts";
import type { Conventions } from "../../interpret/assumptions.ts";
import type { Framework } from "../../interpret/framework.ts";
import type { Interp } from "../../interpret/interp.ts";
import {
  type Absent,
  type ClassValue,
  type FunctionValue,
  type Instance,
  isUnknown,
  List,
  type ModuleValue,
  type Shape,
  type Tensor,
  type Value,
} from "../../interpret/values.ts";
import { SHARED_LAYERS } from "../keraslike/layers.ts";
import { defineClasses } from "./classes.ts";
import { kerasConventions } from "./conventions.ts";
import { allWeights, descendants, trainableWeights } from "./layer.ts";
import { isLayer, isModel, isModelClass, Keras, nameOf, stateOf } from "./library.ts";
import { canonical, KerasModules } from "./modules.ts";
import { isHandedKeras, PARTS } from "./standins/applications.ts";
import { hasStandIn } from "./standins/index.ts";
import { packageOf } from "./version.ts";

export function createKeras(): Framework {
  return new KerasFramework();
}

class KerasFramework implements Framework {
  readonly id = "keras";
  readonly forwardNames = ["call", "__call__"];
  readonly learnsSizes = true;
  private readonly keras = new Keras();
  private readonly modules = new KerasModules(this.keras);
  private ready = false;

  hasModule(name: string): boolean {
    return this.modules.has(name);
  }

  lookup(module: string, name: string): Value | Absent {
    // A program without Keras pays for none of its classes.
    if (!this.ready) defineClasses(this.keras);
    this.ready = true;
    this.keras.package ??= packageOf(module);
    return this.modules.lookup(module, name);
  }

  conventions(module: string): Conventions | undefined {
    return kerasConventions(canonical(module));
  }

  standsFor(name: string): boolean {
    return hasStandIn(name);
  }

  fileModule(name: string): string | undefined {
    return this.modules.fileModule(name);
  }

  isSymbolic(tensor: Tensor): boolean {
    return this.keras.graph.isSymbolic(tensor);
  }

  readonly tellsNetworks = true;

  isNetworkClass(cls: ClassValue): boolean {
    return isModelClass(cls);
  }

  isNetwork(value: Value): boolean {
    return isModel(value);
  }

  makesHanded(module: ModuleValue, name: string): boolean {
    return isHandedKeras(module) && /^models\.(Model|Sequential)$/.test(name);
  }

  /** What the helper that keras_applications has takes out of a function's keyword arguments. */
  suppliedKeywords(interp: Interp, { module }: FunctionValue): ReadonlyMap<string, Value> {
    return new Map(
      isHandedKeras(module) ? PARTS.map((part) => [part, interp.importModule(`keras.${part}`)]) : [],
    );
  }

  input(shape: Shape, dtype: string): Value {
    const tensor = this.keras.make(shape, dtype);
    tensor.maker = "the input";
    return tensor;
  }

  /** What the network's own `Input`s, or the shape it was built with, say. */
  declaredInputs(_interp: Interp, network: Value): readonly { shape: Shape; dtype: string }[] | undefined {
    if (!isModel(network)) return undefined;
    const { network: graph, declared, children } = stateOf(network);
    const own =
      graph?.inputTensors.flatMap(({ shape, dtype }) => (isUnknown(shape) ? [] : [{ shape, dtype }])) ?? [];
    if (own.length > 0) return own;
    const shape = declared ?? (children[0] && stateOf(children[0]).declared);
    return shape && [{ shape, dtype: "float32" }];
  }

  /** Every network is named as in a program of its own. */
  snapshot(): () => void {
    return () => this.keras.names.reset();
  }

  /** Layers are built by what they first see, and keep it. */
  keep(network: Value): () => void {
    if (!isModel(network)) return () => undefined;
    const names = this.keras.names.keep();
    const kept = [network, ...descendants(network)].map((layer) => ({
      layer,
      attrs: new Map(layer.attrs),
      weights: [...stateOf(layer).weights],
      children: [...stateOf(layer).children],
    }));
    return () => {
      names();
      for (const { layer, attrs, weights, children } of kept) {
        layer.attrs.clear();
        for (const [name, value] of attrs) layer.attrs.set(name, value);
        stateOf(layer).weights.splice(0, Infinity, ...weights);
        stateOf(layer).children.splice(0, Infinity, ...children);
      }
    };
  }

  forward(interp: Interp, network: Value, inputs: readonly Value[]): Value {
    const several =
      inputs.length > 1 &&
      isModel(network) &&
      (stateOf(network).network !== undefined || !takesSeveral(interp, network, inputs.length));
    return interp.call(network, several ? [new List([...inputs])] : inputs);
  }

  layerNames(_interp: Interp, network: Value): ReadonlyMap<Instance, string> {
    if (!isModel(network)) return new Map();
    const names = new Map<Instance, string>([[network, ""]]);
    const taken = new Set<string>();
    const visit = (layer: Instance, parent: string): void => {
      for (const each of [...operationsOf(layer)]) {
        if (names.has(each)) continue;
        const own = nameOf(this.keras, each);
        const name = taken.has(own) && parent !== "" ? `${parent}/${own}` : own;
        taken.add(name);
        names.set(each, name);
        visit(each, name);
      }
    };
    visit(network, "");
    return names;
  }

  /** All weights, moving statistics too, as `count_params` does. */
  parameters(_interp: Interp, network: Value): readonly Tensor[] {
    if (!isModel(network)) return [];
    const trained = trainableWeights(network);
    const weights = allWeights(network);
    for (const weight of weights) weight.parameter = { trainable: trained.get(weight) ?? false };
    return weights;
  }

  entrance(layer: Instance): { readonly spatialAxes: number; readonly channels: number } | undefined {
    const spatialAxes = entryOf(SHARED_LAYERS, layer.cls.name)?.spatial;
    return spatialAxes === undefined || spatialAxes === 0 ? undefined : { spatialAxes, channels: 3 };
  }

  channelAxis(rank: number): number {
    return this.keras.dataFormat === "channels_first" ? 1 : rank - 1;
  }

  defaultInput(spatialAxes: number, channels: number, size: number): readonly number[] {
    const sizes = spatialAxes === 3 ? [16, size, size] : new Array<number>(spatialAxes).fill(size);
    return this.keras.dataFormat === "channels_first" ? [1, channels, ...sizes] : [1, ...sizes, channels];
  }
}

/** Layers and ops directly below a layer. */
function operationsOf(layer: Instance): readonly Instance[] {
  const graph = isLayer(layer) ? stateOf(layer).network : undefined;
  return graph
    ? [...new Set([...graph.operations, ...descendants(layer)])]
    : isLayer(layer)
      ? descendants(layer)
      : [];
}

function takesSeveral(interp: Interp, network: Instance, count: number): boolean {
  const call = interp.lookup(network, "call");
  const fn = typeof call === "object" && call !== null && call.kind === "method" ? call.fn : call;
  if (typeof fn !== "object" || fn === null || fn.kind !== "function") return false;
  const positional = fn.node.params
    .slice(1)
    .filter((param) => param.name !== "training" && param.name !== "mask");
  return positional.length >= count;
}
