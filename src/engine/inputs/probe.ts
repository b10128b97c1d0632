/**
 * What the first op of a network tells of its input, above all where layers learn their sizes from what they are given
 * (Flax, Keras): the default image is run first, and where it entered by a layer that takes no image, another input is
 * proposed. Sizes that nothing tells stay unknown, with what to do about it.
 */

import type { Framework } from "../interpret/framework.ts";
import type { OpRecord } from "../interpret/trace.ts";
import { isUnknown, type Shape, Unknown } from "../interpret/values.ts";
import type { InputSpec } from "./candidates.ts";
import { featuresFor, LENGTH, LENGTHS, tokensFor, unknownLength } from "./entryLayers.ts";
import { FirstOps } from "./firstOps.ts";
import type { Run } from "./runs.ts";

/** Ops that an input enters by; norms and elementwise ops take any shape. */
const ENTRANCES: ReadonlySet<string> = new Set([
  "conv",
  "conv_transpose",
  "linear",
  "embedding",
  "recurrent",
]);

/** Inputs to try in place of an image, the likeliest first; none when the image is as good as any. */
export function proposals(
  framework: Framework,
  run: Run,
  image: InputSpec,
  longest: number | undefined,
): readonly InputSpec[] {
  const { trace } = run;
  const first = trace.ops.find((op) => ENTRANCES.has(op.op) && op.weights.length > 0);
  const told = toldByOps(framework, run, longest);
  if (told.length > 0) return told;
  if (first?.op === "conv_transpose") return grown(framework, first, image);
  if (framework.learnsSizes !== true) return [];
  if (!first) return trace.diagnostics.some(({ code }) => MISFITS.has(code)) ? [sequence()] : [];
  const seen = first.inputs[0]?.shape;
  if (seen === undefined || isUnknown(seen)) return [];
  return isSame(seen, image.shape)
    ? entered(framework, first, image)
    : isFlattened(seen, image.shape)
      ? [open(image.shape.length, "1x28x28x1")]
      : [];
}

/** What the first op says that the input comes to: ids for a table, features for a product with weights. */
function toldByOps(framework: Framework, { trace, inputs }: Run, longest: number | undefined): InputSpec[] {
  const [input] = inputs;
  if (input === undefined) return [];
  const ops = new FirstOps([input]);
  for (const op of trace.ops) ops.see(op);
  const entry = ops.entryOf(input);
  if (entry?.form === "tokens") {
    if (longest === undefined && framework.unbatched === true) return [tokensFor(framework, unknownLength())];
    const usual = Math.min(LENGTH, longest ?? LENGTH);
    return [usual, ...LENGTHS].map((length) => tokensFor(framework, length));
  }
  if (entry?.form !== "features") return [];
  const features = featuresFor(framework, entry, LENGTH);
  const rank = features.shape.length + 1;
  // Where it is asked which layers inputs enter by, rows of a sequence are tried by what those say.
  const isOpen = entry.rank === undefined && entry.axis === -1 && !framework.entryForm;
  return [features, ...(isOpen ? [featuresFor(framework, { ...entry, rank }, LENGTH)] : [])];
}

const MISFITS: ReadonlySet<string> = new Set(["shape-mismatch", "raises"]);

function entered(framework: Framework, first: OpRecord, image: InputSpec): readonly InputSpec[] {
  if (first.op === "embedding") return [{ shape: [1, LENGTH], dtype: "int32" }];
  if (first.op === "linear") return [open(2, "1x784"), sequence()];
  if (first.op === "recurrent") return [sequence()];
  const axes = first.geometry?.kernel.length;
  if (axes === undefined) return [];
  const axis = framework.channelAxis(axes + 2);
  if (axes === 1) return [sequence(axis)];
  if (axes + 2 === image.shape.length) return [];
  const size = image.shape.find((dim, at) => at > 0 && typeof dim === "number");
  return [
    { shape: framework.defaultInput(axes, 3, typeof size === "number" ? size : 1), dtype: image.dtype },
  ];
}

/**
 * What a transposed convolution makes larger at once is no image, unless it has an image's channels: it is a code at one
 * position where nothing of the kernel is cut off, and else a map of a size that nothing tells.
 */
function grown(
  framework: Framework,
  { geometry, inputs }: OpRecord,
  { shape, dtype }: InputSpec,
): InputSpec[] {
  const seen = inputs[0]?.shape;
  const rank = shape.length;
  const channel = framework.channelAxis(rank);
  const channels = shape[channel];
  if (!geometry || seen === undefined || isUnknown(seen) || sizeOf(seen) !== sizeOf(shape)) return [];
  const isLearnt = framework.learnsSizes === true;
  if (!isLearnt && typeof channels === "number" && channels <= IMAGE_CHANNELS) return [];
  const { kernel, stride, padding } = geometry;
  const isWhole = kernel.every((size, i) => size > stride[i]! && padding[i]!.every((cut) => cut === 0));
  const firstAxis = channel === rank - 1 ? channel - kernel.length : rank - kernel.length;
  const isSpatial = (axis: number): boolean => axis !== channel && axis >= firstAxis;
  const example = shape
    .map((size, axis) => (isSpatial(axis) ? 7 : axis === channel && isLearnt ? 64 : size))
    .join("x");
  const sizes = shape.map((size, axis) => {
    if (axis === channel) return isLearnt ? unknownSize(example) : size;
    if (!isSpatial(axis)) return size;
    return isWhole && !isLearnt ? 1 : unknownSize(example);
  });
  return [{ shape: sizes, dtype }];
}

/** Channels of images, with their transparency. */
const IMAGE_CHANNELS = 4;

function sizeOf(shape: Shape): number {
  return shape.reduce<number>((product, size) => product * (typeof size === "number" ? size : Number.NaN), 1);
}

function isSame(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** `1×150528` of `1×224×224×3`. */
function isFlattened(seen: Shape, image: Shape): boolean {
  return seen.length === 2 && seen[1] === sizeOf(image.slice(1));
}

function unknownSize(example: string): Unknown {
  return new Unknown(`nothing tells the size of its input: say it, as in # convlens: input=${example}`);
}

/** One sample of this many axes, their sizes unknown. */
function open(rank: number, example: string): InputSpec {
  return { shape: [1, ...Array.from({ length: rank - 1 }, () => unknownSize(example))], dtype: "float32" };
}

/** Positions with features that are not known. */
function sequence(axis = 2): InputSpec {
  const example = axis === 2 ? `1x${LENGTH}x64` : `1x64x${LENGTH}`;
  const shape: Shape = [1, LENGTH, LENGTH].map((size, at) => (at === axis ? unknownSize(example) : size));
  return { shape, dtype: "float32" };
}
