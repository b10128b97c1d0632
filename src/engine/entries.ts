/**
 * Which layer each argument of a network's forward enters by. The network is run on inputs of which nothing is known
 * until every argument has met a layer, which then tells what it takes: pixels, features, a sequence or tokens.
 */
import type { Framework } from "./frameworks/framework.ts";
import type { InputSpec } from "./inputs.ts";
import { explore } from "./interpret/branches.ts";
import { Stopped } from "./interpret/control.ts";
import type { Machine } from "./interpret/machine.ts";
import { type Instance, Tensor, Unknown, type Value } from "./interpret/values.ts";
import type { FunctionNode } from "./syntax/ast.ts";

/** An argument that a forward call must have, and the layer that takes it as it is. */
export interface Argument {
  readonly name: string;
  readonly layer: Instance | undefined;
}

export interface Probed {
  readonly args: readonly Argument[];
  /** The first layer for pixels that was called, whatever with. */
  readonly first: Instance | undefined;
}

/** Part of a network's steps that looking for entries may take. */
const PROBING_SHARE = 0.05;

/** Sizes of what has no size of its own: tokens in a sentence, steps of a sequence. */
export const LENGTH = 128;

/** Arguments that hold tokens by what they are called, should they change on their way to a layer. */
const TOKEN_NAMES = /^(decoder_)?(input_ids|token_ids|tokens)$/;

/** Arguments of a forward call that may be left out and yet hold what the network is run on. */
const INPUT_NAMES = /^(input_ids|pixel_values|pixel_values_videos|input_values|input_features|sample|x)$/;

/** One number a sample, by what it is called: diffusion steps, class labels. */
const SCALAR_NAMES = /^(t|ts|times?|time_?steps?|sigmas?|noise_levels?|y|labels?|class(es)?|class_labels?)$/;

/** `run` runs the network on arguments within bounds and undoes what it changed. */
export function probe(
  m: Machine,
  framework: Framework,
  forward: FunctionNode,
  run: (args: readonly Value[]) => void,
): Probed {
  const needed = neededArguments(forward);
  const unknown = new Unknown("the shape of an input");
  const inputs = needed.map(() => new Tensor(unknown));
  const met = new Map<Tensor, Instance>();
  m.beginTrace(PROBING_SHARE);
  let first: Instance | undefined;
  m.onLayer = (layer, given) => {
    const [input] = given;
    if ((framework.entrance(layer)?.spatialAxes ?? 0) > 0) first ??= layer;
    if (!(input instanceof Tensor) || !inputs.includes(input) || met.has(input)) return;
    if (!framework.entrance(layer) && !framework.entryForm?.(layer)) return;
    met.set(input, layer);
    if (met.size === inputs.length) throw new Stopped("every input has met a layer", true);
  };
  explore(m, () => run(inputs));
  m.onLayer = undefined;
  m.endTrace();
  return { args: needed.map((name, i) => ({ name, layer: met.get(inputs[i]!) })), first };
}

/** Arguments without a default; where all have one, the first ones that are inputs by their names. */
function neededArguments(forward: FunctionNode): readonly string[] {
  const params = forward.params.slice(1).filter(({ kind }) => kind === "normal");
  const needed = params.filter(({ fallback }) => fallback === undefined);
  const others = params.findIndex(({ name }) => !INPUT_NAMES.test(name));
  const chosen = needed.length > 0 ? needed : params.slice(0, others < 0 ? params.length : others);
  return chosen.map(({ name }) => name);
}

/** Inputs for the arguments: images at a size, sequences of a length. Arguments that met no layer are as the others, or as they are called. */
export function specsOf(
  framework: Framework,
  args: readonly Argument[],
  usual: { readonly spatialAxes: number; readonly channels: number },
  { size, length }: { readonly size: number; readonly length: number },
): readonly InputSpec[] {
  const known = args.find(({ layer }) => layer && (framework.entrance(layer)?.spatialAxes ?? 0) > 0)?.layer;
  const image = (known && framework.entrance(known)) ?? usual;
  // Images that are joined along their channels before the first layer.
  const joined = known ? 1 : args.filter(({ name, layer }) => !layer && !SCALAR_NAMES.test(name)).length;
  const channels = image.channels % joined === 0 ? image.channels / joined : image.channels;
  return args.map(({ name, layer }): InputSpec => {
    const form = layer ? framework.entryForm?.(layer) : TOKEN_NAMES.test(name) ? "tokens" : undefined;
    if (SCALAR_NAMES.test(name) && (!layer || form === "tokens")) return { shape: [1], dtype: "int64" };
    if (form === "tokens") return { shape: [1, length], dtype: "int64" };
    const own = (layer && framework.entrance(layer)) ?? { ...image, channels };
    if (form === "sequence") return { shape: [1, length, own.channels], dtype: "float32" };
    if (form === "sequence first") return { shape: [length, 1, own.channels], dtype: "float32" };
    return { shape: framework.defaultInput(own.spatialAxes, own.channels, size), dtype: "float32" };
  });
}
