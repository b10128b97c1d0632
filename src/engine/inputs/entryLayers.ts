/**
 * Which layer each argument of a network's forward enters by. The network is run on inputs of which nothing is known
 * until every argument has met a layer, which then tells what it takes: pixels, features, a sequence or tokens.
 */

import { explore } from "../interpret/branches.ts";
import { Stopped } from "../interpret/control.ts";
import type { Framework } from "../interpret/framework.ts";
import type { Machine } from "../interpret/machine.ts";
import { type Dim, type Instance, Tensor, Unknown, type Value } from "../interpret/values.ts";
import type { FunctionNode } from "../syntax/ast.ts";
import type { InputSpec } from "./candidates.ts";
import { type Entry, FirstOps } from "./firstOps.ts";

/** An argument that a forward call must have, and the layer that takes it as it is. */
export interface Argument {
  readonly name: string;
  readonly layer: Instance | undefined;
  /** Where no layer takes it as it is: what the first op with weights takes that it comes to. */
  readonly entry: Entry | undefined;
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

/** Lengths that networks of a fixed length are commonly written for, longest first below the usual one, then above it. */
export const LENGTHS: readonly number[] = [
  64, 32, 16, 8, 256, 512, 1024, 2048, 100, 50, 40, 30, 20, 10, 12, 7, 6, 5, 4, 3,
];

/** Stands for a length of a sequence that nothing tells. */
export function unknownLength(): Unknown {
  return new Unknown(
    "needs its input (token ids), and nothing tells how many: say it, as in # convlens: input=128:int32",
  );
}

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
  const needed = neededArguments(forward, framework);
  const unknown = new Unknown("the shape of an input");
  const inputs = needed.map(() => {
    // One of several inputs often meets its first layer together with others: what it is reshaped to tells of it.
    const made = needed.length > 1 ? framework.input([], "float32") : undefined;
    const input = made instanceof Tensor ? made : new Tensor(unknown);
    input.shape = unknown;
    return input;
  });
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
  const ops = new FirstOps(inputs);
  const unwatch = m.watchOps((op) => ops.see(op));
  explore(m, () => run(inputs));
  unwatch();
  m.onLayer = undefined;
  m.endTrace();
  const args = needed.map((name, i): Argument => {
    const layer = met.get(inputs[i]!);
    return { name, layer, entry: layer ? undefined : ops.entryOf(inputs[i]!) };
  });
  return { args, first };
}

/** Arguments without a default; where all have one, the first ones that are inputs by their names. */
function neededArguments(forward: FunctionNode, framework: Framework): readonly string[] {
  const params = forward.params
    .slice(1)
    .filter(({ kind, name }) => kind === "normal" && framework.givesItself?.(name) !== true);
  const needed = params.filter(({ fallback }) => fallback === undefined);
  const others = params.findIndex(({ name }) => !INPUT_NAMES.test(name));
  const chosen = needed.length > 0 ? needed : params.slice(0, others < 0 ? params.length : others);
  return chosen.map(({ name }) => name);
}

/** An input of features for an op that takes so many of them. */
export function featuresFor(
  framework: Framework,
  { count, axis, rank }: Extract<Entry, { form: "features" }>,
  length: Dim,
): InputSpec {
  const isAlone = framework.unbatched === true;
  const isInner = axis < -1 && !(isAlone && rank === undefined);
  const axes = rank ?? (isInner ? (isAlone ? 2 : 3) : isAlone ? 1 : 2);
  const shape = Array.from({ length: axes }, (_, at): Dim => {
    if (at === axes + (isInner || rank !== undefined ? axis : -1)) return count;
    return at === 0 && !isAlone ? 1 : length;
  });
  return { shape, dtype: "float32" };
}

/** Tokens of a sentence. */
export function tokensFor(framework: Framework, length: Dim): InputSpec {
  return {
    shape: framework.unbatched === true ? [length] : [1, length],
    dtype: framework.id === "torch" ? "int64" : "int32",
  };
}

/** What an argument takes, if no pixels. */
export function formOf(
  framework: Framework,
  { name, layer, entry }: Argument,
): ReturnType<NonNullable<Framework["entryForm"]>> {
  if (layer) return framework.entryForm?.(layer);
  return entry?.form === "tokens" || (!entry && TOKEN_NAMES.test(name)) ? "tokens" : undefined;
}

/** One number a sample, not a sequence of them. */
export function isScalar({ name }: Argument): boolean {
  return SCALAR_NAMES.test(name);
}

/**
 * Inputs for several arguments as the rows of sequences, whose features are the last axis: of attention, and of time
 * series. What is called a mask goes with anything.
 */
export function sequencesOf(
  framework: Framework,
  args: readonly Argument[],
  usual: readonly InputSpec[],
  length: number,
): readonly (readonly InputSpec[])[] {
  const isMask = args.map(({ name, layer, entry }) => !layer && !entry && MASK_NAMES.test(name));
  const rows = usual.map((spec, i): InputSpec => {
    const { layer, entry } = args[i]!;
    const { shape, dtype } = spec;
    if (dtype !== "float32") return spec;
    const own = layer && framework.entrance(layer);
    const count =
      own?.channels ??
      (entry?.form === "features" ? entry.count : shape[framework.channelAxis(shape.length)]);
    return shape.length > SEQUENCE_AXES || count === undefined ? spec : { shape: [1, length, count], dtype };
  });
  if (!isMask.includes(true)) return [rows];
  return ["bool", "float32"].map((dtype) =>
    rows.map((spec, i) => (isMask[i] ? { shape: [1, 1], dtype } : spec)),
  );
}

/** What hides positions of a sequence. */
const MASK_NAMES = /mask/i;

/** Axes of a sequence of features at most; more are an image's. */
export const SEQUENCE_AXES = 3;

/** Inputs for the arguments: images at a size, sequences of a length. Arguments that met no layer are as the others, or as they are called. */
export function specsOf(
  framework: Framework,
  args: readonly Argument[],
  usual: { readonly spatialAxes: number; readonly channels: number },
  { size, length }: { readonly size: number; readonly length: Dim },
): readonly InputSpec[] {
  const known = args.find(({ layer }) => layer && (framework.entrance(layer)?.spatialAxes ?? 0) > 0)?.layer;
  const image = (known && framework.entrance(known)) ?? usual;
  // Images that are joined along their channels before the first layer.
  const joined = known ? 1 : args.filter(({ name, layer }) => !layer && !SCALAR_NAMES.test(name)).length;
  const channels = image.channels % joined === 0 ? image.channels / joined : image.channels;
  return args.map(({ name, layer, entry }): InputSpec => {
    const form = formOf(framework, { name, layer, entry });
    if (SCALAR_NAMES.test(name) && (!layer || form === "tokens")) return { shape: [1], dtype: "int64" };
    if (form === "tokens") return tokensFor(framework, length);
    if (entry?.form === "features") return featuresFor(framework, entry, length);
    const own = (layer && framework.entrance(layer)) ?? { ...image, channels };
    if (form === "sequence") return { shape: [1, length, own.channels], dtype: "float32" };
    if (form === "sequence first") return { shape: [length, 1, own.channels], dtype: "float32" };
    return { shape: framework.defaultInput(own.spatialAxes, own.channels, size), dtype: "float32" };
  });
}
