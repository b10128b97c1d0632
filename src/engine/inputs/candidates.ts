/**
 * Which input a network is run on: the user's choice, a comment, a call in the file, a declared size, the size that
 * makes the shapes fit, the default; in this order, and always with its origin.
 */

import type { InputOrigin } from "../contract/report.ts";
import type { Root } from "../discovery/entryPoints.ts";
import type { Assumption } from "../interpret/assumptions.ts";
import type { Framework } from "../interpret/framework.ts";
import type { Machine } from "../interpret/machine.ts";
import { heldAnew, type OutermostCall } from "../interpret/scripted.ts";
import type { TraceDiagnostic } from "../interpret/trace.ts";
import {
  Dict,
  Instance,
  isUnknown,
  type Kwargs,
  NO_KWARGS,
  type Shape,
  Tensor,
  toItems,
  type Value,
} from "../interpret/values.ts";
import type { ModuleNode } from "../syntax/ast.ts";
import type { Span } from "../syntax/span.ts";

export interface InputSpec {
  readonly shape: Shape;
  readonly dtype: string;
}

export interface ChosenInput {
  readonly specs: readonly InputSpec[];
  readonly origin: InputOrigin;
  /** Where the program has it. */
  readonly at?: Span | undefined;
  /** What was assumed to come to it. */
  readonly assumed?: readonly Assumption[];
  /** The call that it is of: what else was given, and how. */
  readonly call?: CallArguments;
  /** It is what another network of the same class was called with. */
  readonly borrowed?: boolean;
  /** It was given for the sizes of weights alone: one sample will do. */
  readonly isExample?: boolean;
  /** The network itself has it and leaves nothing open: where it does not fit, no other one is meant. */
  readonly isOwn?: boolean;
  /** A guess, and its sizes are what does not fit. */
  readonly isUnfit?: boolean;
}

/** Arguments of a call of a network, all of them known. */
export interface CallArguments {
  readonly args: readonly Value[];
  readonly kwargs: Kwargs;
}

/** `1x3x224x224`, `1x10:int64`. */
export function parseInput(text: string): InputSpec | undefined {
  const match = /^\s*(\d+(?:\s*[x×,]\s*\d+)*)\s*(?::\s*(\w+))?\s*$/.exec(text);
  if (!match) return undefined;
  const shape = match[1]!.split(/[x×,]/).map((part) => Number(part.trim()));
  return { shape, dtype: match[2] ?? "float32" };
}

export function userInput(texts: readonly string[]): ChosenInput | string {
  const specs: InputSpec[] = [];
  for (const text of texts) {
    const spec = parseInput(text);
    if (!spec) return `input '${text}' is not of the form 1x3x224x224 or 1x10:int64`;
    specs.push(spec);
  }
  return { specs, origin: "user" };
}

/** What comments say of a root that stands at `root`. */
export function directivesNear(node: ModuleNode, root: number): readonly string[] {
  return near(node, root).map(({ text }) => text);
}

function near({ directives }: ModuleNode, root: number): ModuleNode["directives"] {
  return directives.filter(({ line }) => line <= root && line >= root - 3);
}

/** `# convlens: args=depths=[3, 3], dims=[32, 64]` on the root's line, or on the lines just above it. */
export function commentArguments(
  node: ModuleNode,
  root: Root,
): { readonly text: string; readonly line: number } | undefined {
  const said = near(node, root.at.line).flatMap(({ text, line }) => {
    const found = ARGUMENTS.exec(text)?.[1];
    return found === undefined ? [] : [{ text: found, line }];
  });
  return said.at(-1);
}

const ARGUMENTS = /^args\s*=\s*(.+)$/;

/** The inputs that a comment names, as they are written. */
function inputsWritten(comment: string): readonly string[] | undefined {
  return /input\s*=\s*(.+)$/
    .exec(comment)?.[1]
    ?.trim()
    .split(/[\s;]+/);
}

/** Comments to ConvLens that it does not understand: what they say would be passed over in silence. */
export function unreadComments({ directives }: ModuleNode, file: string): readonly TraceDiagnostic[] {
  return directives.flatMap(({ line, text }) => {
    if (ARGUMENTS.test(text)) return [];
    const inputs = inputsWritten(text);
    const unread = inputs ? inputs.find((each) => parseInput(each) === undefined) : text;
    if (unread === undefined) return [];
    const message = `'${unread}' is not understood: # convlens: takes input=1x3x224x224, input=1x10:int64 or args=8, width=0.5`;
    const at = { file, line, column: 1, endLine: line, endColumn: 1 };
    return [{ severity: "warning" as const, code: "comment", message, at }];
  });
}

/** `# convlens: input=1x3x224x224` on the root's line, or on the lines just above it. */
export function commentInput(node: ModuleNode, root: Root): ChosenInput | undefined {
  const inputs = directivesNear(node, root.at.line)
    .filter((text) => !ARGUMENTS.test(text))
    .map(inputsWritten)
    .find((written) => written !== undefined);
  const specs = inputs?.map(parseInput).filter((spec) => spec !== undefined) ?? [];
  return specs.length > 0 ? { specs, origin: "comment" } : undefined;
}

/** A real call in the file: of this very network, or of another of its class, which the program defines. */
export function calledInput(calls: readonly OutermostCall[], network: Value): ChosenInput | undefined {
  const isLike = (other: Instance): boolean =>
    network instanceof Instance && network.cls.module !== undefined && other.cls === network.cls;
  for (const { inputs, kwargs, ...call } of calls) {
    if (call.network !== network && !isLike(call.network)) continue;
    // Batches are told by the lists and dicts that hold them.
    const holders = kwargs ? [] : inputs.filter((value) => value instanceof Dict);
    const isWhole = kwargs !== undefined || holders.length > 0;
    const given = isWhole ? flat([...inputs, ...(kwargs?.values() ?? [])]) : inputs;
    // What is given besides is not known here: data of a loader.
    if (given.some(isUnknown)) continue;
    const tensors = given.filter((value): value is Tensor => value instanceof Tensor);
    const specs = tensors.flatMap(({ shape, dtype }) => {
      const known = isUnknown(shape) ? undefined : kwargs ? shape : withBatch(shape);
      return known && !known.some(isUnknown) ? [{ shape: known, dtype }] : [];
    });
    if (specs.length === 0 || specs.length !== tensors.length) continue;
    const borrowed = call.network !== network;
    // Without keywords the framework gives flags and keys itself.
    const args = kwargs
      ? inputs
      : inputs.filter((value) => flat([value]).some((one) => one instanceof Tensor));
    return {
      specs,
      origin: "call",
      at: call.at,
      assumed: call.assumed,
      borrowed,
      isExample: call.isExample,
      ...(isWhole && { call: { args, kwargs: kwargs ?? NO_KWARGS } }),
    };
  }
  return undefined;
}

/** What lists, tuples and dicts hold, as deep as inputs go. */
function flat(values: readonly Value[], depth = 4): readonly Value[] {
  return values.flatMap((value) => {
    const held =
      value instanceof Dict ? [...value.entries.values()].map((entry) => entry.value) : toItems(value);
    const items = depth > 0 ? held : undefined;
    return items ? flat(items, depth - 1) : [value];
  });
}

/** An argument of a call as another call is given it: tensors made anew, in what holds them. */
function again(value: Value, input: (shape: Shape, dtype: string) => Value): Value {
  return heldAnew(value, (tensor) => {
    if (isUnknown(tensor.shape)) return tensor;
    const made = input(withBatch(tensor.shape), tensor.dtype);
    if (made instanceof Tensor && tensor.data) made.data = tensor.data;
    return made;
  });
}

/** All arguments of a call, likewise. */
export function givenAnew(
  { args, kwargs }: CallArguments,
  input: (shape: Shape, dtype: string) => Value,
): CallArguments {
  const anew = (value: Value): Value => again(value, input);
  return { args: args.map(anew), kwargs: new Map([...kwargs].map(([name, value]) => [name, anew(value)])) };
}

/** A batch of a size that is not known is one sample; nothing else may be left open. */
function withBatch(shape: Shape): Shape {
  const [batch, ...sample] = shape;
  return isUnknown(batch) && sample.length > 0 ? [1, ...sample] : shape;
}

const SIZE_NAMES = [
  "img_size",
  "image_size",
  "input_size",
  "input_resolution",
  "resolution",
  "in_size",
  "imgsz",
];

/** Names that only the whole image's size goes by. */
const IMAGE_NAMES = ["img_size", "image_size"];

/** A size that the network itself keeps: `img_size=224`. */
export function declaredSize(network: Value): number | undefined {
  if (!(network instanceof Instance)) return undefined;
  return sizeAmong(network, SIZE_NAMES) ?? partsSize(network);
}

const LENGTH_NAMES = [
  "block_size",
  "context_length",
  "seq_len",
  "seq_length",
  "sequence_length",
  "max_seq_len",
  "max_seq_length",
  "max_sequence_length",
  "max_len",
  "max_length",
  "n_ctx",
  "n_positions",
  "max_position_embeddings",
];
const CONFIG_NAMES = ["config", "cfg", "args", "hparams"];

/** The longest sequence that the network or its configuration says it takes. */
export function declaredLength(network: Value): number | undefined {
  if (!(network instanceof Instance)) return undefined;
  const configs = CONFIG_NAMES.map((name) => network.attrs.get(name));
  for (const holder of [network, ...configs]) {
    const length = holder instanceof Instance ? sizeAmong(holder, LENGTH_NAMES) : undefined;
    if (length !== undefined) return length;
  }
  return undefined;
}

/** What a part says of the image: the embedding of its patches. */
function partsSize(network: Instance): number | undefined {
  const parts = network.attrs.get("_modules");
  const all = parts instanceof Dict ? [...parts.entries.values()] : [];
  for (const { value } of all) {
    const size = value instanceof Instance ? sizeAmong(value, IMAGE_NAMES) : undefined;
    if (size !== undefined) return size;
  }
  return undefined;
}

function sizeAmong({ attrs, cls }: Instance, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = attrs.get(name) ?? cls.mro.find((base) => base.attrs.has(name))?.attrs.get(name);
    const size = typeof value === "number" ? value : toItems(value)?.at(-1);
    if (typeof size === "number" && size > 0) return size;
  }
  return undefined;
}

/** What a network says an input of it is: Lightning's example, the size in the configuration of timm's weights. */
export function declaredInput(network: Value): ChosenInput | undefined {
  if (!(network instanceof Instance)) return undefined;
  const example = network.attrs.get("example_input_array");
  const tensors = example instanceof Tensor ? [example] : (toItems(example) ?? []);
  const specs = tensors.flatMap((tensor) =>
    tensor instanceof Tensor && !isUnknown(tensor.shape) && !tensor.shape.some(isUnknown)
      ? [{ shape: tensor.shape, dtype: tensor.dtype }]
      : [],
  );
  if (specs.length > 0 && specs.length === tensors.length) return { specs, origin: "declared" };
  for (const name of CONFIGURATIONS) {
    const configuration = network.attrs.get(name);
    const size = toItems(
      configuration instanceof Dict ? configuration.entries.get("input_size")?.value : null,
    );
    if (size?.length !== 3 || !size.every((dim): dim is number => typeof dim === "number" && dim > 0))
      continue;
    return { specs: [{ shape: [1, ...size], dtype: "float32" }], origin: "declared" };
  }
  return undefined;
}

const CONFIGURATIONS = ["pretrained_cfg", "default_cfg"];

/** What the first layers of a network say of its input. */
export interface FirstLayer {
  /** 0: features, whatever their axes. */
  readonly spatialAxes: number;
  readonly channels: number;
}

/** The first layer that is one to enter by; one that takes images comes before those that take features. */
export function firstLayer(m: Machine, framework: Framework, network: Value): FirstLayer | undefined {
  const found = [...framework.layerNames(m, network).keys()].flatMap(
    (layer) => framework.entrance(layer) ?? [],
  );
  const [first] = found;
  if (first?.spatialAxes !== 0) return first;
  return found.find(({ spatialAxes, channels }) => spatialAxes > 0 && channels === 3) ?? first;
}

/** Sizes that networks are commonly written for, the likeliest first, and then the others. */
const COMMON_SIZES: readonly number[] = [
  32, 28, 64, 224, 96, 48, 128, 160, 192, 227, 256, 299, 300, 331, 380, 384, 416, 448, 512, 600, 640, 572, 84,
  105, 112,
];

/** Tried when the default does not fit. */
export const FITTING_SIZES: readonly number[] = [
  ...new Set([...COMMON_SIZES, ...multiples(4, 128), ...multiples(16, 512), ...multiples(1, 128)]),
];

/** Tried when the program itself refuses the default: multiples of large powers of two, near it first. */
export const ROUND_SIZES: readonly number[] = [256, 384, 512, 128, 64, 32];

function multiples(step: number, last: number): readonly number[] {
  return Array.from({ length: last / step }, (_, i) => (i + 1) * step);
}

/** Pixels that a network may move into channels before its first layer: squares of 2, of 4. */
const PIXELS_IN_CHANNELS = [4, 16];

/**
 * Other inputs than one as its first layer has it: several images side by side in the channels, an image whose pixels
 * the network moves into its channels, and features alone.
 */
export function otherForms(
  { channels }: FirstLayer,
  [image]: readonly InputSpec[],
): (readonly InputSpec[])[] {
  if (!image || image.shape[1] !== channels) return [];
  const { shape, dtype } = image;
  const several = SIDE_BY_SIDE.map((count) => [1, count * channels, ...shape.slice(2)]);
  const larger = PIXELS_IN_CHANNELS.filter((count) => channels % count === 0).map((count) => [
    1,
    channels / count,
    ...shape.slice(2),
  ]);
  return [...several, ...larger, [1, channels]].map((each) => [{ shape: each, dtype }]);
}

/** Inputs with other axes: frames of a video, the rows of a sequence, what gets its channel in the network. */
export function otherAxes(
  { spatialAxes, channels }: FirstLayer,
  [usual]: readonly InputSpec[],
  length: number,
): (readonly InputSpec[])[] {
  if (!usual || usual.shape[1] !== channels) return [];
  const sides = usual.shape.slice(2);
  const frames = FRAMES.map((count) => [1, count, channels, ...sides.slice(-2)]);
  const flat = channels === 1 ? [[1, ...sides]] : [];
  const forms: readonly Shape[] =
    spatialAxes === 0
      ? [
          [1, length, channels],
          [1, GRID, GRID, channels],
          [1, channels, GRID, GRID],
        ]
      : spatialAxes === 1
        ? [[1, ...sides, channels], ...flat]
        : [...frames, ...flat];
  return forms.map((shape) => [{ shape, dtype: usual.dtype }]);
}

const SIDE_BY_SIDE = [2, 3, 4] as const;

/** Frames that networks look at together. */
const FRAMES = [5, 7, 3] as const;

/** Side of the map that patches of an image of 224 pixels make. */
const GRID = 14;

/** The samples of a batch: `2x3x8x8` is two `3x8x8`. */
export function samplesOf({ shape, dtype }: InputSpec): InputSpec[] {
  const [count, ...sample] = shape;
  if (typeof count !== "number" || count > MAX_SAMPLES || sample.length === 0) return [];
  return Array.from({ length: count }, () => ({ shape: sample, dtype }));
}

const MAX_SAMPLES = 64;
