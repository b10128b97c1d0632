/** The layers inside of a layer, and their weights. */
import { STEPS } from "../../../interpret/bounds.ts";
import type { Interp } from "../../../interpret/interp.ts";
import { noteWalked } from "../../../interpret/leaves.ts";
import { type Instance, List, type Tensor, type Unknown } from "../../../interpret/values.ts";
import { stateOf } from "./state.ts";

/** With those of the layers inside, and of one that several of them share as often as they do. */
export function weightsOf(m: Interp, layer: Instance): readonly Tensor[] {
  const state = stateOf(layer);
  if (!state) return [];
  m.tick(STEPS.object);
  const inside = childrenOf(layer).flatMap((child) => weightsOf(m, child));
  m.tick(inside.length);
  return [...state.weights, ...inside];
}

/** A layer and all inside of it, each once. */
export function withInner(layer: Instance, found = new Set<Instance>()): ReadonlySet<Instance> {
  if (found.has(layer)) return found;
  found.add(layer);
  for (const child of childrenOf(layer)) withInner(child, found);
  return found;
}

/** Layers inside a layer: of a model, of a wrapper, kept as properties by a layer of the program. */
export function childrenOf(layer: Instance): readonly Instance[] {
  const state = stateOf(layer);
  noteWalked(layer.attrs.size + (state?.model?.layers.length ?? 0));
  const own = [...layer.attrs.values()].flatMap((value) => (value instanceof List ? value.items : [value]));
  const kept = own.filter((value): value is Instance => stateOf(value) !== undefined && value !== layer);
  return [
    ...new Set([...(state?.model?.layers ?? []), ...(state?.inner ?? []), ...(state?.model ? [] : kept)]),
  ];
}

/** Freezing a layer freezes its weights, those of the layers inside too; moving statistics stay untrained. */
export function setTrainable(m: Interp, whole: Instance, trainable: boolean | Unknown): void {
  for (const layer of withInner(whole)) {
    const state = stateOf(layer);
    if (!state) continue;
    m.touch(layer);
    state.trainable = trainable;
    noteWalked(STEPS.object);
    const names = new Map([...state.named].map(([name, weight]) => [weight, name]));
    for (const weight of state.weights) {
      if (!weight.parameter) continue;
      m.touch(weight);
      const isStatistic = names.get(weight)?.startsWith("moving_") === true;
      weight.parameter = { ...weight.parameter, trainable: isStatistic ? false : trainable };
    }
  }
}
