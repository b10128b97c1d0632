/**
 * Follows channels through a trace: what the axes of every tensor are made of, op by op, in terms of the widths that
 * convolutions and linear layers were made with. Rules know ops by what they do to shapes, so that one set serves all
 * frameworks; what no rule explains keeps its width.
 */
import { isKnown } from "../../frameworks/shape/dims.ts";
import type { OpRecord } from "../../interpret/trace.ts";
import type { Tensor } from "../../interpret/values.ts";
import { layerRule } from "./layerRules.ts";
import { reshapeSizes } from "./reshape.ts";
import { shapeRule } from "./shapeRules.ts";
import { fixed, free, keep, type Size, total, unify } from "./widths.ts";

/** The sizes of a tensor's axes. */
export type Axes = readonly Size[];

/** A cost as a product of sizes with a constant factor, which the traced figure gives. */
export type Product = readonly Size[];

/** In- and output channels of a convolution or a linear layer. */
export interface LayerWidths {
  readonly input: Size;
  readonly output: Size;
}

export interface Channels {
  readonly axes: ReadonlyMap<Tensor, Axes>;
  /** What the elements of a layer's weights are a multiple of. */
  readonly weights: ReadonlyMap<Tensor, Product>;
  /** What the MACs of an op are a multiple of. */
  readonly macs: ReadonlyMap<OpRecord, Product>;
  readonly layers: ReadonlyMap<OpRecord, LayerWidths>;
}

export interface FollowSource {
  readonly ops: readonly OpRecord[];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Where channels usually are, for a tensor of this rank. */
  readonly channelAxis: (rank: number) => number;
}

/** What rules work with: they answer the axes of an op's outputs, or undefined where they cannot tell. */
export interface Follower {
  readonly weights: Map<Tensor, Product>;
  readonly macs: Map<OpRecord, Product>;
  readonly layers: Map<OpRecord, LayerWidths>;
  /** Of a layer that ran before, by its weight. */
  readonly widths: Map<Tensor, LayerWidths>;
  readonly channelAxis: (rank: number) => number;
  axesOf(tensor: Tensor): Axes;
  readerOf(tensor: Tensor): OpRecord | undefined;
}

/** Axes of the first outputs; further ones keep their sizes. */
export type Outcome = readonly Axes[] | undefined;

export const LOST = "an operation on it cannot be followed";

export function followChannels(source: FollowSource): Channels {
  const trail = new Trail(source);
  for (const input of source.inputs) trail.fix(input);
  for (const op of source.ops) trail.visit(op);
  for (const output of source.outputs) for (const size of trail.axesOf(output)) keep(size, undefined);
  return trail;
}

class Trail implements Channels, Follower {
  readonly axes = new Map<Tensor, Axes>();
  readonly weights = new Map<Tensor, Product>();
  readonly macs = new Map<OpRecord, Product>();
  readonly layers = new Map<OpRecord, LayerWidths>();
  readonly widths = new Map<Tensor, LayerWidths>();
  readonly channelAxis: (rank: number) => number;
  private readonly readers = new Map<Tensor, OpRecord>();

  constructor({ ops, channelAxis }: FollowSource) {
    this.channelAxis = channelAxis;
    for (const op of ops) {
      for (const input of op.inputs) if (!this.readers.has(input)) this.readers.set(input, op);
    }
  }

  axesOf(tensor: Tensor): Axes {
    const known = this.axes.get(tensor);
    const shape = shapeOf(tensor);
    if (known && known.length === shape.length) return known;
    const made = known ? reshapeSizes(known, shape, undefined) : shape.map((size) => free(size, "constant"));
    this.axes.set(tensor, made);
    return made;
  }

  readerOf(tensor: Tensor): OpRecord | undefined {
    return this.readers.get(tensor);
  }

  /** The image: its sizes stay. */
  fix(tensor: Tensor): void {
    this.axes.set(tensor, shapeOf(tensor).map(fixed));
  }

  visit(op: OpRecord): void {
    const isClear = [...op.inputs, ...op.outputs, ...op.weights].every(({ shape }) => isKnown(shape));
    const outcome = isClear ? (op.op === "other" ? shapeRule(op, this) : layerRule(op, this)) : undefined;
    if (!outcome) this.lose(op);
    op.outputs.forEach((output, index) => {
      const axes = outcome?.[index];
      if (axes) this.assign(output, axes);
      else if (isKnown(output.shape)) this.fix(output);
    });
  }

  /** An op that writes in place gives a tensor that there is already. */
  private assign(tensor: Tensor, axes: Axes): void {
    const known = this.axes.get(tensor);
    if (known?.length !== axes.length) {
      this.axes.set(tensor, axes);
      return;
    }
    known.forEach((size, at) => {
      const other = axes[at];
      if (other && total(size) === total(other)) unify(size, other);
    });
  }

  /** No rule: what goes in keeps its channels. */
  private lose(op: OpRecord): void {
    for (const tensor of [...op.inputs, ...op.weights]) {
      if (isKnown(tensor.shape)) for (const size of this.axesOf(tensor)) keep(size, LOST);
    }
  }
}

export function shapeOf(tensor: Tensor): readonly number[] {
  return isKnown(tensor.shape) ? tensor.shape : [];
}

/** The axis that has a convolution's channels in both tensors; the framework's own where both ends do. */
export function convAxis(
  op: OpRecord,
  input: Tensor,
  output: Tensor,
  { channelAxis }: Follower,
): number | undefined {
  if (!op.geometry) return undefined;
  const { inChannels, outChannels, kernel } = op.geometry;
  const [before, after] = [shapeOf(input), shapeOf(output)];
  const ends = [before.length - kernel.length - 1, before.length - 1];
  const fitting = ends.filter((axis) => before[axis] === inChannels && after[axis] === outChannels);
  const usual = channelAxis(before.length);
  return fitting.includes(usual) ? usual : fitting[0];
}

/** Operands of one shape, but for axes of 1: equal axes become one. */
export function broadcast(shape: readonly number[], operands: readonly Axes[]): Size[] {
  return shape.map((size, at) => {
    const [first, ...more] = operands.flatMap((axes) => {
      const own = axes[at - (shape.length - axes.length)];
      return own && size > 1 && total(own) === size ? [own] : [];
    });
    for (const other of more) if (first) unify(first, other);
    return first ?? fixed(size);
  });
}
