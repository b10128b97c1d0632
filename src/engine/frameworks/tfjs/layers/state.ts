/** What the engine keeps of a layer: its arguments, weights and places in graphs. */
import { Instance, type Shape, type Tensor, type Unknown, type Value } from "../../../interpret/values.ts";
import type { Config, LayerRule } from "../../keraslike/rule.ts";
import type { GraphNode } from "../library.ts";

export class LayerState {
  rule: LayerRule | undefined;
  config: Config | undefined;
  built = false;
  trainable = true;
  readonly weights: Tensor[] = [];
  /** By the names that rules give them. */
  readonly named = new Map<string, Tensor>();
  /** Calls in graphs, oldest first. */
  readonly nodes: GraphNode[] = [];
  batchInputShape: Shape | Unknown | undefined;
  dtype = "float32";
  /** Layers inside: of a wrapper, of a recurrent layer's cells. */
  inner: readonly Instance[] = [];
  model: ModelState | undefined;
}

/** A model is a layer with a graph of layers. */
export interface ModelState {
  inputs: readonly Instance[];
  outputs: readonly Instance[];
  layers: Instance[];
}

export function stateOf(value: Value): LayerState | undefined {
  return value instanceof Instance && value.native instanceof LayerState ? value.native : undefined;
}
