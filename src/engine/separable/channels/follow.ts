/**
 * Follows channels through a trace: what the axes of every tensor are made of, op by op, in terms of the widths that
 * convolutions and linear layers were made with. Rules know ops by what they do to shapes, so that one set serves all
 * frameworks; what no rule explains keeps its width.
 */
import type { OpRecord } from "../../interpret/trace.ts";
import type { Instance, Tensor } from "../../interpret/values.ts";
import { isKnown } from "../../frameworks/shape/dims.ts";
import { reshapeSizes } from "./reshape.ts";
import { cut, demand, fixed, free, isFixed, keep, multiply, resolve, type Size, unify } from "./widths.ts";

/** A cost as a product of sizes with a constant factor, which the traced figure gives. */
export type Product = readonly Size[];

export interface Channels {
  /** Axes of tensors, in order. */
  readonly axes: ReadonlyMap<Tensor, readonly Size[]>;
  /** What the elements of a layer's weights are a multiple of. */
  readonly weights: ReadonlyMap<Tensor, Product>;
  /** What the MACs of an op are a multiple of. */
  readonly macs: ReadonlyMap<OpRecord, Product>;
  /** In- and output channels of convolutions and linear layers. */
  readonly layers: ReadonlyMap<OpRecord, LayerWidths>;
}

export interface LayerWidths {
  readonly input: Size;
  readonly output: Size;
}

export interface FollowSource {
  readonly ops: readonly OpRecord[];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Where channels usually are, for a tensor of this rank. */
  readonly channelAxis: (rank: number) => number;
}

export function followChannels(source: FollowSource): Channels {
  const follower = new Follower(source);
  for (const input of source.inputs) follower.fix(input);
  for (const op of source.ops) follower.visit(op);
  for (const output of source.outputs) for (const size of follower.axesOf(output)) keep(size, undefined);
  return follower;
}

const LOST = "an operation on it cannot be followed";
/** Ops that make a new tensor, like another one or not. */
const MAKING = /^(new_|zeros|ones|full|empty|rand|arange|eye|one_hot)/;
const PERMUTING = /^(permute|transpose|swap_?axes|swapdims|move(dim|axis)|t|T|mT|adjoint|rearrange|einops.*)_?$/;
const CONCATENATING = /^(cat|concat.*|[hvd]stack|column_stack)$/i;
const REPEATING = /^(repeat.*|tile|up_?sampling.*)$/i;
/** Ops that move elements between the channel axis and others, by the ratio of the sizes. */
const REGROUPING = /^(pixel_(un)?shuffle|unfold|fold|im2col|depth_to_space|space_to_depth|channel_shuffle)$/;

class Follower implements Channels {
  readonly axes = new Map<Tensor, readonly Size[]>();
  readonly weights = new Map<Tensor, Product>();
  readonly macs = new Map<OpRecord, Product>();
  readonly layers = new Map<OpRecord, LayerWidths>();
  private readonly widths = new Map<Tensor, LayerWidths>();
  private readonly consumers = new Map<Tensor, OpRecord>();

  constructor(private readonly source: FollowSource) {
    for (const op of source.ops) {
      for (const input of op.inputs) if (!this.consumers.has(input)) this.consumers.set(input, op);
    }
  }

  /** The image: its sizes stay. */
  fix(tensor: Tensor): void {
    this.axes.set(tensor, shapeOf(tensor).map(fixed));
  }

  axesOf(tensor: Tensor): readonly Size[] {
    const known = this.axes.get(tensor);
    const shape = shapeOf(tensor);
    if (known && known.length === shape.length) return known;
    const made = known ? reshapeSizes(known, shape, undefined) : shape.map((size) => free(size, "constant"));
    this.axes.set(tensor, made);
    return made;
  }

  visit(op: OpRecord): void {
    const tensors = [...op.inputs, ...op.outputs, ...op.weights];
    if (tensors.some(({ shape }) => !isKnown(shape))) return this.lose(op);
    switch (op.op) {
      case "conv":
      case "conv_transpose":
        return this.convolution(op);
      case "linear":
        return this.linear(op);
      case "matmul":
        return this.product(op);
      case "attention":
        return this.attention(op);
      case "norm":
        return this.norm(op);
      case "embedding":
        return this.embedding(op);
      case "recurrent":
        return this.lose(op);
      case "other":
        return this.other(op);
    }
  }

  // ------------------------------------------------------------------- layers

  private convolution(op: OpRecord): void {
    const { geometry } = op;
    const [input] = op.inputs;
    const [output] = op.outputs;
    if (!geometry || !input || !output) return this.lose(op);
    const { groups, inChannels, outChannels } = geometry;
    const axis = this.convAxis(op, input, output);
    if (axis === undefined) return this.lose(op);
    const before = this.axesOf(input)[axis]!;
    const depthwise = groups > 1 && groups === inChannels;
    const widths = this.layer(op, before, () =>
      depthwise ? multiply(before, outChannels / inChannels) : free(outChannels, "layer"),
    );
    if (groups > 1 && !depthwise) {
      demand(widths.input, groups);
      demand(widths.output, groups);
    }
    const filters = depthwise ? [widths.output] : [widths.input, widths.output];
    this.macs.set(op, filters);
    this.own(op, filters, widths.output);
    this.assign(output, shapeOf(output).map((size, at) => (at === axis ? widths.output : fixed(size))));
  }

  /** The axis that has the right channels in both tensors; the framework's own where both ends do. */
  private convAxis(op: OpRecord, input: Tensor, output: Tensor): number | undefined {
    const { inChannels, outChannels, kernel } = op.geometry!;
    const [before, after] = [shapeOf(input), shapeOf(output)];
    const ends = [before.length - kernel.length - 1, before.length - 1];
    const fitting = ends.filter((axis) => before[axis] === inChannels && after[axis] === outChannels);
    const usual = this.source.channelAxis(before.length);
    return fitting.includes(usual) ? usual : fitting[0];
  }

  private linear(op: OpRecord): void {
    const [input] = op.inputs;
    const [output] = op.outputs;
    if (!input || !output) return this.lose(op);
    const before = this.axesOf(input);
    const features = before.at(-1);
    const after = shapeOf(output).at(-1);
    if (!features || after === undefined) return this.lose(op);
    const widths = this.layer(op, features, () => free(after, "layer"));
    this.macs.set(op, [...before.slice(0, -1), widths.input, widths.output]);
    this.own(op, [widths.input, widths.output], widths.output);
    this.assign(output, [...before.slice(0, -1), widths.output]);
  }

  /** The widths of a layer are those of its first run. */
  private layer(op: OpRecord, input: Size, makeOutput: () => Size): LayerWidths {
    const weight = op.weights[0];
    const known = weight && this.widths.get(weight);
    if (known) unify(known.input, input);
    const widths = known ?? { input, output: makeOutput() };
    if (weight) this.widths.set(weight, widths);
    this.layers.set(op, widths);
    return widths;
  }

  private own(op: OpRecord, filters: Product, output: Size): void {
    for (const weight of op.weights) {
      const shape = shapeOf(weight);
      this.weights.set(weight, shape.length > 1 ? filters : [output]);
    }
  }

  private norm(op: OpRecord): void {
    const [input] = op.inputs;
    if (!input) return this.lose(op);
    const sizes = this.axesOf(input);
    const shape = shapeOf(input);
    const channel = this.source.channelAxis(shape.length);
    const last = shape.length - 1;
    const order = /layer|rms/i.test(op.name) ? [last, channel] : [channel, last];
    const groups = attribute(op.scope?.instance, ["num_groups", "groups"]);
    if (/group/i.test(op.name) && groups && sizes[channel]) demand(sizes[channel], groups);
    for (const weight of op.weights) {
      const own = shapeOf(weight);
      if (own.length === 1) {
        const axis = order.find((at) => shape[at] === own[0]);
        if (axis !== undefined) this.tie(this.axesOf(weight)[0]!, sizes[axis]!);
      } else {
        const tail = shape.length - own.length;
        own.forEach((size, at) => {
          if (size === shape[tail + at]) this.tie(this.axesOf(weight)[at]!, sizes[tail + at]!);
        });
      }
    }
    for (const output of op.outputs) if (sameShape(output, input)) this.assign(output, sizes);
  }

  private embedding(op: OpRecord): void {
    const [output] = op.outputs;
    const [weight] = op.weights;
    if (!output) return;
    const features = weight && this.axesOf(weight).at(-1);
    this.assign(output, [...shapeOf(output).slice(0, -1).map(fixed), ...(features ? [features] : [])]);
  }

  // ----------------------------------------------------------------- products

  private product(op: OpRecord): void {
    const [left, right] = [...op.inputs, ...op.weights].slice(-2);
    const [output] = op.outputs;
    if (!left || !output) return this.lose(op);
    const a = this.axesOf(left);
    const b = this.axesOf(right ?? left);
    const shape = shapeOf(output);
    const across = a.at(-1);
    // An einsum may take its second operand as rows: what is summed over has the size that the cost tells.
    const length = typeof op.macs === "number" ? op.macs / count(shape) : 0;
    const asRows = op.name === "einsum" && b.length > 1 && !(sizeOf(b.at(-2)!) === length && sizeOf(b.at(-1)!) === shape.at(-1));
    const [own, columns] = asRows ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)];
    const rows = a.at(-2);
    const fits =
      across && own && rows && columns && sizeOf(rows) === shape.at(-2) && sizeOf(columns) === shape.at(-1);
    if (!fits || !sameCount(across, own)) return this.lose(op);
    this.tie(across, own);
    const batch = this.broadcast(
      shape.slice(0, -2),
      [a.slice(0, -2), b.slice(0, -2)],
    );
    const after = [...batch, rows, columns];
    this.macs.set(op, [...after, across]);
    this.assign(output, after);
  }

  private attention(op: OpRecord): void {
    const [query] = op.inputs;
    const [output] = op.outputs;
    if (!query || !output) return this.lose(op);
    const sizes = this.axesOf(query);
    const features = sizes.at(-1)!;
    const heads = attribute(op.scope?.instance, ["num_heads", "_num_heads"]);
    if (op.weights.length > 0 && heads) demand(features, heads);
    for (const other of op.inputs.slice(1)) {
      const own = this.axesOf(other);
      own.forEach((size, at) => {
        if (at !== own.length - 2 && sizes.length === own.length && sameCount(size, sizes[at]!)) this.tie(size, sizes[at]!);
      });
    }
    const count = features.length > 0 ? sizeOf(features) : 1;
    for (const weight of op.weights) {
      const axes = shapeOf(weight).map((size) => (size % count === 0 ? multiply(features, size / count) : fixed(size)));
      this.weights.set(weight, axes);
    }
    if (!sameShape(output, query)) return this.lose(op);
    this.assign(output, sizes);
    this.macs.set(op, sizes);
    for (const extra of op.outputs.slice(1)) this.fix(extra);
  }

  // ---------------------------------------------------------------- all others

  private other(op: OpRecord): void {
    const operands = [...op.inputs, ...op.weights];
    const [first] = operands;
    if (!first) return;
    if (op.outputs.length > 1) return this.several(op, first);
    const [output] = op.outputs;
    if (!output || MAKING.test(op.name)) return;
    const [before, after] = [shapeOf(first), shapeOf(output)];
    if (operands.length === 1 && (op.axes || PERMUTING.test(op.name))) return this.permute(first, output, op);
    if (CONCATENATING.test(op.name)) return this.concatenate(op, operands, output);
    if (operands.length === 1 && REGROUPING.test(op.name)) return this.regroup(op, first, output);
    if (operands.length === 1 && count(before) === count(after) && !equal(before, after))
      return this.assign(output, reshapeSizes(this.axesOf(first), after, this.readAs(output)));
    if (after.length < before.length) return this.reduce(op, first, output);
    if (after.length > before.length && operands.every((operand) => shapeOf(operand).length < after.length))
      return this.grow(op, operands, output);
    const sizes = operands.map((operand) => this.axesOf(operand));
    this.alongAxes(op, sizes[0]!, output);
    this.assign(output, this.broadcast(after, [this.axesOf(output), ...sizes.slice(1)]));
  }

  /** Axes that keep their size are the same; a window or a resize changes only fixed ones. */
  private alongAxes(op: OpRecord, sizes: readonly Size[], output: Tensor): void {
    const shape = shapeOf(output);
    const missing = shape.length - sizes.length;
    this.assign(
      output,
      shape.map((size, at) => {
        const before = sizes[at - missing];
        if (!before) return fixed(size);
        const was = sizeOf(before);
        if (was === size) return before;
        if (was === 1 || isFixed(before)) return fixed(size);
        if (REPEATING.test(op.name) && size % was === 0) return multiply(before, size / was);
        const part = resolve(before).length === 1 && size < was ? cut(before, 0, size) : undefined;
        if (part) return part;
        keep(before, LOST);
        return fixed(size);
      }),
    );
  }

  /** Operands of one shape, but for axes of 1: equal axes become one. */
  private broadcast(shape: readonly number[], operands: readonly (readonly Size[])[]): Size[] {
    return shape.map((size, at) => {
      const meeting = operands.flatMap((sizes) => {
        const own = sizes[at - (shape.length - sizes.length)];
        return own && size > 1 && sizeOf(own) === size ? [own] : [];
      });
      const [first, ...more] = meeting;
      for (const other of more) this.tie(first!, other);
      return first ?? fixed(size);
    });
  }

  private permute(input: Tensor, output: Tensor, op: OpRecord): void {
    const sizes = this.axesOf(input);
    if (op.axes) return this.assign(output, op.axes.map((axis) => sizes[axis] ?? fixed(1)));
    const left = sizes.map((size) => ({ size, length: sizeOf(size) }));
    const after = shapeOf(output).map((length) => {
      const at = left.findIndex((candidate) => candidate.length === length);
      const alike = left.filter((candidate) => candidate.length === length && length > 1);
      if (alike.some(({ size }) => !isFixed(size)) && alike.length > 1) for (const { size } of alike) keep(size, LOST);
      return at < 0 ? fixed(length) : left.splice(at, 1)[0]!.size;
    });
    this.assign(output, after);
  }

  private concatenate(op: OpRecord, operands: readonly Tensor[], output: Tensor): void {
    const shape = shapeOf(output);
    const [first] = operands;
    if (operands.some((operand) => shapeOf(operand).length !== shape.length)) return this.lose(op);
    const along = shape.findIndex((size, at) => size !== shapeOf(first!)[at]);
    if (along < 0) return this.assign(output, this.axesOf(first!));
    const parts = operands.map((operand) => this.axesOf(operand)[along]!);
    const sum = parts.reduce((length, part) => length + sizeOf(part), 0);
    // A tensor that is taken several times stands in the trace once.
    const times = operands.length === 1 ? shape[along]! / sum : 1;
    if (sum * times !== shape[along] || !Number.isInteger(times)) return this.lose(op);
    const rest = this.broadcast(shape, operands.map((operand) => this.axesOf(operand)));
    this.assign(output, rest.with(along, times > 1 ? multiply(parts[0]!, times) : resolve(parts.flat())));
  }

  private several(op: OpRecord, input: Tensor): void {
    const sizes = this.axesOf(input);
    let start = 0;
    for (const output of op.outputs) {
      const shape = shapeOf(output);
      if (shape.length < sizes.length) {
        this.reduce(op, input, output);
        continue;
      }
      if (shape.length > sizes.length) {
        this.fix(output);
        continue;
      }
      const along = shape.findIndex((size, at) => size !== sizeOf(sizes[at]!));
      if (along < 0) {
        this.assign(output, sizes);
        continue;
      }
      const part = cut(sizes[along]!, start, shape[along]!);
      start += shape[along]!;
      if (!part && !isFixed(sizes[along]!)) keep(sizes[along]!, LOST);
      this.assign(output, sizes.with(along, part ?? fixed(shape[along]!)));
    }
  }

  /** Axes are dropped: the ones that stay are in order, and channels stay where they can. */
  private reduce(op: OpRecord, input: Tensor, output: Tensor): void {
    const sizes = this.axesOf(input);
    const chosen = subsequence(sizes, shapeOf(output));
    if (chosen) return this.assign(output, chosen.map((axis) => sizes[axis]!));
    this.lose({ ...op, inputs: [input], outputs: [output] });
  }

  private grow(op: OpRecord, operands: readonly Tensor[], output: Tensor): void {
    const shape = shapeOf(output);
    const sizes = operands.map((operand) => this.axesOf(operand));
    const [first, ...more] = sizes;
    const chosen = subsequence(shape.map(fixed), first!.map(sizeOf));
    if (!chosen) return this.alongAxes(op, first!, output);
    for (const other of more) first!.forEach((size, at) => other[at] && sameCount(size, other[at]) && this.tie(size, other[at]));
    const after: Size[] = shape.map(fixed);
    chosen.forEach((axis, at) => {
      after[axis] = first![at]!;
    });
    this.assign(output, after);
  }

  private regroup(op: OpRecord, input: Tensor, output: Tensor): void {
    const sizes = this.axesOf(input);
    const shape = shapeOf(output);
    const axis = sizes.findIndex((size) => !isFixed(size));
    if (axis < 0) return this.fix(output);
    const [was, now] = [sizeOf(sizes[axis]!), shape[axis]];
    if (now === undefined) return this.lose(op);
    const after: Size[] = shape.map(fixed);
    if (now % was === 0) after[axis] = multiply(sizes[axis]!, now / was);
    else if (was % now === 0) {
      demand(sizes[axis]!, was / now);
      after[axis] = multiply(sizes[axis]!, 1, was / now);
    } else return this.lose(op);
    this.assign(output, after);
  }

  /** The channel axis that the convolution has which reads this, past ops that keep its shape. */
  private readAs(tensor: Tensor): number | undefined {
    let at: Tensor | undefined = tensor;
    for (let step = 0; at && step < 6; step++) {
      const reader = this.consumers.get(at);
      const output: Tensor | undefined = reader?.outputs[0];
      if (!reader || !output || !isKnown(output.shape)) return undefined;
      if (reader.geometry) return this.convAxis(reader, at, output);
      if (!sameShape(at, output)) return undefined;
      at = output;
    }
    return undefined;
  }

  private tie(a: Size, b: Size): void {
    unify(a, b);
  }

  private assign(tensor: Tensor, sizes: readonly Size[]): void {
    const known = this.axes.get(tensor);
    // An op that writes in place gives a tensor that there is already.
    if (known?.length === sizes.length)
      known.forEach((size, at) => sameCount(size, sizes[at]!) && this.tie(size, sizes[at]!));
    else this.axes.set(tensor, sizes);
  }

  /** No rule: what goes in keeps its channels. */
  private lose(op: OpRecord): void {
    for (const tensor of [...op.inputs, ...op.weights]) {
      if (isKnown(tensor.shape)) for (const size of this.axesOf(tensor)) keep(size, LOST);
    }
    for (const output of op.outputs) if (isKnown(output.shape)) this.fix(output);
  }
}

/** Which axes of the longer shape the shorter one has, in order; the most that vary, then the first. */
function subsequence(sizes: readonly Size[], shape: readonly number[]): readonly number[] | undefined {
  let best: { readonly axes: readonly number[]; readonly varying: number } | undefined;
  const walk = (axis: number, chosen: readonly number[], varying: number): void => {
    if (chosen.length === shape.length) {
      if (!best || varying > best.varying) best = { axes: chosen, varying };
      return;
    }
    for (let at = axis; at < sizes.length; at++) {
      if (sizeOf(sizes[at]!) !== shape[chosen.length]) continue;
      walk(at + 1, [...chosen, at], varying + (isFixed(sizes[at]!) ? 0 : 1));
    }
  };
  walk(0, [], 0);
  return best?.axes;
}

function attribute(instance: Instance | undefined, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = instance?.attrs.get(name);
    if (typeof value === "number") return value;
  }
  return undefined;
}

function shapeOf(tensor: Tensor): readonly number[] {
  return isKnown(tensor.shape) ? tensor.shape : [];
}

function sizeOf(size: Size): number {
  return size.reduce((sum, { width, times, over }) => sum + (width.channels * times) / over, 0);
}

function sameCount(a: Size, b: Size): boolean {
  return sizeOf(a) === sizeOf(b);
}

function sameShape(a: Tensor, b: Tensor): boolean {
  return equal(shapeOf(a), shapeOf(b));
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, at) => size === b[at]);
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
