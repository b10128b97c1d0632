/**
 * The width multiplier over a trace: every tensor takes its new channels and every op its new cost. The trace is
 * spent by it: its tensors are changed, as its network will not run again.
 */

import type { KeptWidth } from "../../contract/separable.ts";
import type { ChannelRounding } from "../../cost/separable.ts";
import { isKnown } from "../../frameworks/shape/dims.ts";
import type { Count, OpRecord } from "../../interpret/trace.ts";
import type { Tensor } from "../../interpret/values.ts";
import type { Channels, Product } from "./follow.ts";
import { type Size, scaler, total } from "./widths.ts";

export interface ScaledTrace {
  readonly ops: readonly OpRecord[];
  /** Convolutions and linear layers whose outputs did not scale, with why, by the op. */
  readonly kept: ReadonlyMap<OpRecord, string>;
}

export function scaleTrace(
  ops: readonly OpRecord[],
  channels: Channels,
  alpha: number,
  rounding: ChannelRounding,
): ScaledTrace {
  const sizes = function* (): Generator<Size> {
    for (const axes of channels.axes.values()) yield* axes;
    for (const product of channels.weights.values()) yield* product;
  };
  const { scaled, held } = scaler(alpha, rounding, sizes());
  const kept = new Map<OpRecord, string>();
  const factor = (product: Product | undefined): number =>
    (product ?? []).reduce((ratio, size) => ratio * (scaled(size) / total(size)), 1);
  // By numerator and denominator, so that whole counts stay whole.
  const rescale = (count: Count, product: Product | undefined): Count => {
    if (typeof count !== "number" || !product || product.length === 0) return count;
    const before = product.reduce((value, size) => value * total(size), 1);
    const after = product.reduce((value, size) => value * scaled(size), 1);
    return before === after ? count : Math.round((count / before) * after);
  };

  const outputsOf = (op: OpRecord): Product => {
    const [output] = op.outputs;
    return (output && channels.axes.get(output)) ?? [];
  };
  const result = ops.map((op): OpRecord => {
    const widths = channels.layers.get(op);
    if (widths) {
      const reason = held(widths.output);
      if (reason !== undefined) kept.set(op, reason);
    }
    const macs =
      op.op === "attention" && op.weights.length > 0
        ? attentionMacs(op, channels, factor)
        : op.op === "recurrent"
          ? recurrentMacs(op, channels, factor)
          : rescale(op.macs, channels.macs.get(op));
    return {
      ...op,
      macs,
      elementwise: rescale(op.elementwise, outputsOf(op)),
      ...(op.geometry &&
        widths && {
          geometry: {
            ...op.geometry,
            inChannels: scaled(widths.input),
            outChannels: scaled(widths.output),
            groups: op.geometry.groups === op.geometry.inChannels ? scaled(widths.input) : op.geometry.groups,
          },
        }),
    };
  });

  for (const [tensor, axes] of channels.axes) {
    if (isKnown(tensor.shape) && tensor.shape.length === axes.length) resize(tensor, axes.map(scaled));
  }
  for (const [weight, product] of channels.weights) {
    const before = product.reduce((count, size) => count * total(size), 1);
    const own = isKnown(weight.shape) ? weight.shape.reduce((count, size) => count * size, 1) : 0;
    resize(weight, [own / before, ...product.map(scaled)]);
  }
  return { ops: result, kept };
}

/** Projections grow with the square of the features, scores with the features themselves. */
function attentionMacs(op: OpRecord, channels: Channels, factor: (product: Product) => number): Count {
  const [query] = op.inputs;
  const features = query && channels.axes.get(query)?.at(-1);
  if (typeof op.macs !== "number" || !features) return op.macs;
  const width = total(features);
  const rows = (tensor: Tensor | undefined): number =>
    tensor && isKnown(tensor.shape) ? tensor.shape.slice(0, -1).reduce((count, size) => count * size, 1) : 0;
  const projections = 2 * (rows(query) + rows(op.inputs.at(-1))) * width * width;
  const ratio = factor([features]);
  return Math.round(projections * ratio * ratio + (op.macs - projections) * ratio);
}

/** Each step multiplies by every matrix once. */
function recurrentMacs(op: OpRecord, channels: Channels, factor: (product: Product) => number): Count {
  const matrices = op.weights.flatMap((weight) => {
    const product = channels.weights.get(weight);
    const count = isKnown(weight.shape) ? weight.shape.reduce((sum, size) => sum * size, 1) : 0;
    return product && product.length > 1 ? [{ count, ratio: factor(product) }] : [];
  });
  const before = matrices.reduce((sum, { count }) => sum + count, 0);
  if (typeof op.macs !== "number" || before === 0) return op.macs;
  return Math.round((op.macs * matrices.reduce((sum, { count, ratio }) => sum + count * ratio, 0)) / before);
}

function resize(tensor: Tensor, shape: readonly number[]): void {
  tensor.shape = shape;
  delete tensor.data;
}

/** Rows whose width stayed, by reason. */
export function keptWidths(
  kept: ReadonlyMap<OpRecord, string>,
  nameOf: (op: OpRecord) => string | undefined,
): KeptWidth[] {
  const reasons = new Map<string, { channels: number; layers: string[] }>();
  for (const [op, reason] of kept) {
    const name = nameOf(op);
    if (name === undefined) continue;
    const channels = op.geometry?.outChannels ?? 0;
    const entry = reasons.get(reason) ?? { channels, layers: [] };
    if (!entry.layers.includes(name)) entry.layers.push(name);
    reasons.set(reason, entry);
  }
  return [...reasons].map(([reason, { channels, layers }]) => ({ channels, reason, layers }));
}
