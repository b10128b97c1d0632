/**
 * Layers that a network makes and does not run as inference does: heads for training alone, branches that are left
 * out. They cost parameters, and a change to the line that makes them changes them too.
 */

import type { NeverRunLayer, ReportLayer } from "../contract/report.ts";
import { swapObstacle, swapParams } from "../cost/separable.ts";
import { elements, Tally, trainedElements } from "../interpret/counts.ts";
import type { OpRecord } from "../interpret/trace.ts";
import { type Instance, type Tensor, toItems, toNumber } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";
import { NOWHERE } from "../syntax/span.ts";
import { placeKey } from "./places.ts";
import { isLayer, ownTensors } from "./rows.ts";

export interface NeverRun {
  readonly layer: NeverRunLayer;
  readonly weights: readonly Tensor[];
}

/** Channels by the weight that has them, where they are other than the layer says. */
export type ChannelsOf = ReadonlyMap<Tensor, { readonly inChannels: number; readonly outChannels: number }>;

export interface NeverRunSource {
  readonly ops: readonly OpRecord[];
  readonly names: ReadonlyMap<Instance, string>;
  readonly parameters: readonly Tensor[];
  readonly channels?: ChannelsOf | undefined;
}

/** `layers` are those that run: what stands around them stands around the others of their line. */
export function neverRun(source: NeverRunSource, layers: readonly ReportLayer[]): readonly NeverRun[] {
  const used = new Set(source.ops.flatMap(({ weights }) => weights));
  const left = new Set(source.parameters.filter((parameter) => !used.has(parameter)));
  const found: NeverRun[] = [];
  if (left.size === 0) return found;
  for (const [instance, name] of source.names) {
    if (!isLayer(instance)) continue;
    const own = ownTensors(instance);
    const weights = own.filter((weight) => left.has(weight));
    if (weights.length === 0 || own.some((weight) => used.has(weight))) continue;
    for (const weight of weights) left.delete(weight);
    found.push({ layer: describe(instance, name, weights, source.channels, layers), weights });
  }
  return found;
}

/**
 * Why a run of no cost is hardly the network's: it has layers with weights, and none of them ran. One alone may be left
 * over.
 */
export function allIdle(source: NeverRunSource): string | undefined {
  if (!source.ops.every(({ macs }) => macs === 0)) return undefined;
  const [first, second] = neverRun(source, []);
  return (
    first && second && `${first.layer.name || first.layer.type} and all else that multiplies did not run`
  );
}

function describe(
  instance: Instance,
  name: string,
  weights: readonly Tensor[],
  channels: ChannelsOf | undefined,
  layers: readonly ReportLayer[],
): NeverRunLayer {
  const params = new Tally();
  const trainable = new Tally();
  for (const weight of weights) {
    params.add(elements(weight));
    trainable.add(trainedElements(weight));
  }
  const at = place(instance.site?.at ?? NOWHERE);
  const conv = convolutionOf(instance, weights, channels);
  const twin = layers.find((layer) => layer.swappable && placeKey(layer.at) === placeKey(at));
  const separable = conv && twin && separableParams(conv, addedTo(twin));
  return {
    ...{ name, type: instance.cls.name, at },
    ...{ params: params.value(), trainable_params: trainable.value() },
    kernel: conv?.kernel ?? null,
    groups: conv?.groups ?? null,
    in_channels: conv?.inChannels ?? null,
    out_channels: conv?.outChannels ?? null,
    bias: conv?.bias ?? null,
    separable_params: separable ?? null,
  };
}

interface IdleConvolution {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly number[];
  readonly groups: number;
  readonly bias: boolean;
}

const CONVOLUTION = /^Conv[123]d$/;

function convolutionOf(
  { cls, attrs }: Instance,
  weights: readonly Tensor[],
  channels: ChannelsOf | undefined,
): IdleConvolution | undefined {
  if (!cls.mro.some(({ name }) => CONVOLUTION.test(name))) return undefined;
  const count = (name: string): number | undefined => toNumber(attrs.get(name) ?? null);
  const [inChannels, outChannels, groups] = [count("in_channels"), count("out_channels"), count("groups")];
  const kernel = toItems(attrs.get("kernel_size") ?? null)?.map((size) => toNumber(size) ?? 0);
  if (!inChannels || !outChannels || !groups || !kernel || kernel.includes(0)) return undefined;
  const scaled = weights.flatMap((weight) => channels?.get(weight) ?? [])[0];
  return { inChannels, outChannels, ...scaled, kernel, groups, bias: weights.length > 1 };
}

function separableParams(conv: IdleConvolution, added: AddedWeights): number | undefined {
  const kernelElements = conv.kernel.reduce((count, size) => count * size, 1);
  const obstacle = swapObstacle({ ...conv, kernelElements, transposed: false, stem: false });
  if (obstacle !== undefined) return undefined;
  return swapParams({ ...conv, kernelElements }, { bias: conv.bias, ...added }).separable;
}

/** What the figures of a separable form say of it. */
interface SeparableFigures {
  readonly separable_params: number | null;
  readonly kernel: readonly number[] | null;
  readonly in_channels: number | null;
  readonly out_channels: number | null;
  readonly bias: boolean | null;
}

/** Weights between the two halves of a layer's separable form. */
export interface AddedWeights {
  /** Of the batch norm, and of an activation with a slope for each channel. */
  readonly normVectors: number;
  /** Of an activation whose channels share one. */
  readonly slopes: number;
}

export function addedTo(layer: SeparableFigures): AddedWeights {
  const { separable_params: params, in_channels: inputs, out_channels: outputs, bias } = layer;
  if (params === null || !inputs || !outputs) return { normVectors: 0, slopes: 0 };
  const kernel = (layer.kernel ?? []).reduce((count, size) => count * size, 1);
  const added = params - kernel * inputs - inputs * outputs - (bias ? outputs : 0);
  return { normVectors: Math.floor(added / inputs), slopes: added % inputs };
}
