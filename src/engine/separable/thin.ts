/**
 * The width multiplier α over a traced network. What only training runs is followed in a training run; what never
 * runs at all has nothing to be followed by, and takes α layer by layer.
 */

import type { KeptWidth } from "../contract/separable.ts";
import { type ChannelRounding, scaleChannels } from "../cost/separable.ts";
import { isKnown } from "../frameworks/shape/dims.ts";
import type { OpRecord } from "../interpret/trace.ts";
import type { Tensor } from "../interpret/values.ts";
import { idleLayers, type ReportSource, withoutMost } from "../report/build.ts";
import { type PricedRow, priceLayers } from "../report/layers.ts";
import type { ChannelsOf, NeverRun } from "../report/neverRun.ts";
import { type Channels, type FollowSource, followChannels } from "./channels/follow.ts";
import { keptWidths, scaleTrace } from "./channels/scale.ts";

/** A run of the network: its ops, and the tensors of the call. */
export type NetworkRun = Omit<FollowSource, "channelAxis">;

export interface Thinned {
  readonly source: ReportSource;
  readonly kept: readonly KeptWidth[];
  /** Layers that run neither in inference nor in training. */
  readonly unfollowed: readonly string[];
}

export function thinNetwork(
  source: ReportSource,
  trained: () => NetworkRun,
  channelAxis: FollowSource["channelAxis"],
  alpha: number,
  rounding: ChannelRounding,
): Thinned {
  const { inputs, outputs, trace } = source;
  const idle = idleLayers(source, []);
  const training: NetworkRun = idle.length > 0 ? trained() : { ops: [], inputs: [], outputs: [] };
  const all = [...trace.ops, ...training.ops];
  const channels = followChannels({
    ops: all,
    inputs: [...inputs, ...training.inputs],
    outputs: [...outputs, ...training.outputs],
    channelAxis,
  });
  const dead = idle.filter(({ weights }) => !weights.some((weight) => isFollowed(weight, channels)));
  const deadShapes = dead.flatMap((layer) =>
    thinAlone(layer, widthsAround(source, channelAxis), alpha, rounding),
  );
  const { ops, kept } = scaleTrace(all, channels, alpha, rounding);
  for (const { weight, shape } of deadShapes) weight.shape = shape;
  const scaled: ReportSource = {
    ...withoutMost(source),
    trace: { ...trace, ops: ops.slice(0, trace.ops.length) },
    idleChannels: new Map([
      ...channelsOf(ops.slice(trace.ops.length)),
      ...deadShapes.flatMap(({ weight, channels: own }) => (own ? [[weight, own] as const] : [])),
    ]),
  };
  const names = new Map(
    rowsOf(scaled).flatMap(({ layer, ops: own }) => own.map((op) => [op.index, layer.name] as const)),
  );
  const own = new Set(trace.ops);
  const nameOf = (op: OpRecord): string | undefined => (own.has(op) ? names.get(op.index) : undefined);
  return { source: scaled, kept: keptWidths(kept, nameOf), unfollowed: dead.map(({ layer }) => layer.name) };
}

export function rowsOf({ trace, names, inputs, batch }: ReportSource): readonly PricedRow[] {
  return priceLayers({ ops: trace.ops, names, inputs, batch });
}

function isFollowed(weight: Tensor, { weights, axes }: Channels): boolean {
  return weights.has(weight) || axes.has(weight);
}

function channelsOf(ops: readonly OpRecord[]): ChannelsOf {
  return new Map(
    ops.flatMap(({ geometry, weights: [weight] }) =>
      geometry && weight ? [[weight, geometry] as const] : [],
    ),
  );
}

/** Sizes that are the image's and the classes', not the network's. */
function widthsAround({ inputs, outputs }: ReportSource, channelAxis: FollowSource["channelAxis"]) {
  const sizes = (tensors: readonly Tensor[], axisOf: (rank: number) => number) =>
    tensors.flatMap(({ shape }) => (isKnown(shape) ? (shape[axisOf(shape.length)] ?? []) : []));
  return new Set([
    ...sizes(inputs, channelAxis),
    ...sizes(outputs, (rank) => (rank > 2 ? channelAxis(rank) : rank - 1)),
  ]);
}

interface ThinnedWeight {
  readonly weight: Tensor;
  readonly shape: readonly number[];
  readonly channels?: { readonly inChannels: number; readonly outChannels: number };
}

/** Both ends of a layer by themselves; one whose channels are in groups stays. */
function thinAlone(
  { layer, weights }: NeverRun,
  around: ReadonlySet<number>,
  alpha: number,
  rounding: ChannelRounding,
): readonly ThinnedWeight[] {
  const thin = (size: number): number =>
    size <= 1 || around.has(size) ? size : scaleChannels(size, alpha, rounding);
  const { in_channels: inputs, out_channels: outputs, kernel, groups } = layer;
  return weights.flatMap((weight): readonly ThinnedWeight[] => {
    if (!isKnown(weight.shape) || (groups ?? 1) > 1) return [];
    const [first, second] = weight.shape;
    if (first !== undefined && weight.shape.length === 1) return [{ weight, shape: [thin(first)] }];
    if (inputs && outputs && kernel) {
      const channels = { inChannels: thin(inputs), outChannels: thin(outputs) };
      return [{ weight, shape: [channels.outChannels, channels.inChannels, ...kernel], channels }];
    }
    return first !== undefined && second !== undefined && weight.shape.length === 2
      ? [{ weight, shape: [thin(first), thin(second)] }]
      : [];
  });
}
