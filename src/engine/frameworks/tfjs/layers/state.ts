/** What the engine keeps of a layer: its arguments, weights and places in graphs. */
import {
  Instance,
  NativeState,
  type Shape,
  type Tensor,
  type Unknown,
  type Value,
} from "../../../interpret/values.ts";
import type { Config, LayerRule } from "../../keraslike/rule.ts";
import type { GraphNode } from "../library.ts";

/** What may change of a layer's state on a side of an undecided branch. */
interface Kept {
  readonly weights: readonly Tensor[];
  readonly model: ModelState | undefined;
  readonly undecided: Unknown | undefined;
  readonly trainable: boolean | Unknown;
}

export class LayerState extends NativeState {
  rule: LayerRule | undefined;
  config: Config | undefined;
  built = false;
  trainable: boolean | Unknown = true;
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
  /** Why it may have other layers or weights than those that it is known to have. */
  undecided: Unknown | undefined;

  kept(): Kept {
    const { weights, model, undecided, trainable } = this;
    const layers = model && { ...model, layers: [...model.layers] };
    return { weights: [...weights], model: layers, undecided, trainable };
  }

  putBack({ weights, model, undecided, trainable }: Kept): void {
    this.weights.splice(0, Infinity, ...weights);
    // Kept once more: what was kept may be put back again.
    this.model = model && { ...model, layers: [...model.layers] };
    this.undecided = undecided;
    this.trainable = trainable;
  }

  /** The side with more layers stays, so that these are seen. */
  join(other: Kept, why: Unknown): void {
    const { undecided, trainable } = this;
    const [ours, theirs] = [parts(this), parts(other)];
    const isSame = ours.length === theirs.length && ours.every((part, i) => part === theirs[i]);
    if (ours.length < theirs.length) this.putBack(other);
    this.trainable = trainable === other.trainable ? trainable : why;
    this.undecided = undecided ?? other.undecided ?? (isSame ? undefined : why);
  }
}

function parts({ weights, model }: Pick<Kept, "weights" | "model">): readonly (Tensor | Instance)[] {
  return [...weights, ...(model?.layers ?? [])];
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
