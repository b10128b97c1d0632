/** How channels go through layers with weights, products and attention. */
import type { OpRecord } from "../../interpret/trace.ts";
import type { Instance, Tensor } from "../../interpret/values.ts";
import {
  broadcast,
  convAxis,
  type Follower,
  type LayerWidths,
  type Outcome,
  type Product,
  shapeOf,
} from "./follow.ts";
import { demand, fixed, free, multiply, type Size, total, unify } from "./widths.ts";

type Rule = (op: OpRecord, follower: Follower) => Outcome;

const RULES: Readonly<Record<Exclude<OpRecord["op"], "other">, Rule>> = {
  conv: convolution,
  conv_transpose: convolution,
  linear,
  matmul: product,
  attention,
  norm,
  embedding,
  recurrent,
};

export function layerRule(op: OpRecord, follower: Follower): Outcome {
  return op.op === "other" ? undefined : RULES[op.op](op, follower);
}

function convolution(op: OpRecord, follower: Follower): Outcome {
  const { geometry } = op;
  const [input] = op.inputs;
  const [output] = op.outputs;
  if (!geometry || !input || !output) return undefined;
  const { groups, inChannels, outChannels } = geometry;
  const axis = convAxis(op, input, output, follower);
  const before = axis === undefined ? undefined : follower.axesOf(input)[axis];
  if (!before) return undefined;
  const depthwise = groups > 1 && groups === inChannels;
  const widths = widthsOf(op, follower, before, () =>
    depthwise ? multiply(before, outChannels / inChannels) : free(outChannels, "layer"),
  );
  if (groups > 1 && !depthwise) {
    demand(widths.input, groups);
    demand(widths.output, groups);
  }
  const filters = depthwise ? [widths.output] : [widths.input, widths.output];
  follower.macs.set(op, filters);
  own(op, follower, filters, widths.output);
  return [shapeOf(output).map((size, at) => (at === axis ? widths.output : fixed(size)))];
}

function linear(op: OpRecord, follower: Follower): Outcome {
  const [input] = op.inputs;
  const [output] = op.outputs;
  const before = input && follower.axesOf(input);
  const features = before?.at(-1);
  const after = output && shapeOf(output).at(-1);
  if (!before || !features || after === undefined) return undefined;
  const widths = widthsOf(op, follower, features, () => free(after, "layer"));
  const rows = before.slice(0, -1);
  follower.macs.set(op, [...rows, widths.input, widths.output]);
  own(op, follower, [widths.input, widths.output], widths.output);
  return [[...rows, widths.output]];
}

/** The widths of a layer are those of its first run. */
function widthsOf(op: OpRecord, follower: Follower, input: Size, makeOutput: () => Size): LayerWidths {
  const weight = op.weights[0];
  const known = weight && follower.widths.get(weight);
  if (known) unify(known.input, input);
  const widths = known ?? { input, output: makeOutput() };
  if (weight) follower.widths.set(weight, widths);
  follower.layers.set(op, widths);
  return widths;
}

function own(op: OpRecord, { weights }: Follower, filters: Product, output: Size): void {
  for (const weight of op.weights) weights.set(weight, sizesOf(weight, op, filters, output));
}

/** A bias has the outputs; the lengths that `weight_norm` keeps have one axis of the weight. */
function sizesOf(weight: Tensor, op: OpRecord, filters: Product, output: Size): Product {
  const shape = shapeOf(weight);
  if (shape.length === 1) return [output];
  const long = shape.flatMap((size, axis) => (size > 1 ? [axis] : []));
  const [axis] = long;
  if (long.length === 0) return [];
  if (weight === op.weights[0] || long.length > 1 || axis === undefined) return filters;
  const [first, second = first] = op.op === "conv_transpose" ? filters : filters.toReversed();
  const size = axis === 0 ? first : second;
  return size && total(size) === shape[axis] ? [size] : filters;
}

function norm(op: OpRecord, follower: Follower): Outcome {
  const [input] = op.inputs;
  if (!input) return undefined;
  const axes = follower.axesOf(input);
  const shape = shapeOf(input);
  const channel = follower.channelAxis(shape.length);
  const last = shape.length - 1;
  const order = /layer|rms/i.test(op.name) ? [last, channel] : [channel, last];
  const groups = attribute(op.scope?.instance, ["num_groups", "groups"]);
  const channels = axes[channel];
  if (/group/i.test(op.name) && groups && channels) demand(channels, groups);
  for (const weight of op.weights) {
    const size = shapeOf(weight);
    const sizes = follower.axesOf(weight);
    const places =
      size.length === 1
        ? [order.find((at) => shape[at] === size[0])]
        : size.map((_, at) => shape.length - size.length + at);
    places.forEach((place, at) => {
      const [mine, theirs] = [sizes[at], place === undefined ? undefined : axes[place]];
      if (mine && theirs && total(mine) === total(theirs)) unify(mine, theirs);
    });
  }
  return [axes];
}

function embedding(op: OpRecord, follower: Follower): Outcome {
  const [output] = op.outputs;
  const [weight] = op.weights;
  const features = weight && follower.axesOf(weight).at(-1);
  if (!output || !features) return undefined;
  return [[...shapeOf(output).slice(0, -1).map(fixed), features]];
}

function product(op: OpRecord, follower: Follower): Outcome {
  const [left, right = left] = [...op.inputs, ...op.weights].slice(-2);
  const [output] = op.outputs;
  if (!left || !right || !output) return undefined;
  const [a, b] = [follower.axesOf(left), follower.axesOf(right)];
  const shape = shapeOf(output);
  const [rows, across] = [a.at(-2), a.at(-1)];
  // An einsum may take its second operand as rows: what is summed over has the size that the cost tells.
  const summed = typeof op.macs === "number" ? op.macs / shape.reduce((count, size) => count * size, 1) : 0;
  const [inner, outer] = [b.at(-2), b.at(-1)];
  const usual = inner && outer && total(inner) === summed && total(outer) === shape.at(-1);
  const [met, columns] = op.name === "einsum" && !usual ? [outer, inner] : [inner, outer];
  if (!rows || !across || !met || !columns || total(across) !== total(met)) return undefined;
  if (total(rows) !== shape.at(-2) || total(columns) !== shape.at(-1)) return undefined;
  unify(across, met);
  const after = [...broadcast(shape.slice(0, -2), [a.slice(0, -2), b.slice(0, -2)]), rows, columns];
  follower.macs.set(op, [...after, across]);
  return [after];
}

/** Queries, keys and values have the same features; packed projections are multiples of them. */
function attention(op: OpRecord, follower: Follower): Outcome {
  const [query, ...others] = op.inputs;
  const [output] = op.outputs;
  const axes = query && follower.axesOf(query);
  const features = axes?.at(-1);
  if (!query || !output || !axes || !features) return undefined;
  const heads = attribute(op.scope?.instance, ["num_heads", "_num_heads"]);
  if (op.weights.length > 0 && heads) demand(features, heads);
  for (const other of others) {
    const sizes = follower.axesOf(other);
    sizes.forEach((size, at) => {
      const match = axes[at];
      // The length of keys is their own.
      if (at === sizes.length - 2 || sizes.length !== axes.length || !match) return;
      if (total(size) === total(match)) unify(size, match);
    });
  }
  const count = total(features);
  for (const weight of op.weights) {
    const sizes = shapeOf(weight).map((size) =>
      size % count === 0 ? multiply(features, size / count) : fixed(size),
    );
    follower.weights.set(weight, sizes);
  }
  if (shapeOf(output).join() !== shapeOf(query).join()) return undefined;
  follower.macs.set(op, axes);
  return [axes];
}

/** Of plain cells, GRU and LSTM. */
const GATES: ReadonlySet<number> = new Set([1, 3, 4]);

/**
 * A matrix for what comes in and one for the state, each with a block for every gate: all but the input's features are
 * the hidden width. Projected states, and weights that are laid out in another way, are left as they are.
 */
function recurrent(op: OpRecord, follower: Follower): Outcome {
  const [input] = op.inputs;
  const [output] = op.outputs;
  if (!output) return undefined;
  const features = input && follower.axesOf(input).at(-1);
  // Two biases a gate may stand in one tensor of two rows.
  const matrices = op.weights.filter((weight) => shapeOf(weight).length === 2 && shapeOf(weight)[0] !== 2);
  const state = shapeOf(matrices[1] ?? op.weights[0] ?? output);
  const hidden = Math.min(...state);
  const gates = Math.max(...state) / hidden;
  if (!input || !features || !GATES.has(gates)) return undefined;
  const known = op.weights[0] && follower.widths.get(op.weights[0]);
  const widths = known ?? { input: features, output: free(hidden, "layer") };
  if (known) unify(known.input, features);
  const directions = (shapeOf(output).at(-1) ?? 0) / hidden;
  const after = multiply(widths.output, directions);
  const products = matrices.map((weight, index) => {
    const own = index % 2 === 1 ? widths.output : index < 2 * directions ? widths.input : after;
    const count = shapeOf(weight).reduce((sizes, size) => sizes * size, 1);
    return count === total(own) * hidden * gates ? [own, widths.output] : undefined;
  });
  if ((directions !== 1 && directions !== 2) || products.includes(undefined)) return undefined;
  for (const [index, weight] of matrices.entries()) follower.weights.set(weight, products[index] ?? []);
  for (const weight of op.weights)
    if (!matrices.includes(weight)) follower.weights.set(weight, [widths.output]);
  const [first] = op.weights;
  if (first) follower.widths.set(first, widths);
  follower.layers.set(op, widths);
  const states = op.outputs
    .slice(1)
    .map((state) => [...shapeOf(state).slice(0, -1).map(fixed), widths.output]);
  return [[...follower.axesOf(input).slice(0, shapeOf(output).length - 1), after], ...states];
}

function attribute(instance: Instance | undefined, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = instance?.attrs.get(name);
    if (typeof value === "number") return value;
  }
  return undefined;
}
