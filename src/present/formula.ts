/**
 * The arithmetic of a convolution with its numbers put in: D_F²·D_K²·M·N split into depthwise and pointwise,
 * generalised to any rank, non-square kernels, groups and transposed convolutions.
 */
import type { FrameworkId, Report, ReportLayer, ReportShape } from "../engine/contract/report.ts";
import { power } from "./text.ts";

export interface ConvTerms {
  /** Positions that the kernel is laid on: the output's, or the input's of a transposed convolution. */
  readonly positions: readonly number[];
  readonly kernel: readonly number[];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

export interface Term {
  /** `28²·3²·128·128` */
  readonly formula: string;
  readonly macs: number;
  readonly params: number;
}

/** The terms of a convolution's cost, or undefined when one of them is not known. */
export function convTerms(layer: ReportLayer, report: Report): ConvTerms | undefined {
  const { kernel, groups, in_channels: inChannels, out_channels: outChannels } = layer;
  if (!kernel || !groups || !inChannels || !outChannels) return undefined;
  const transposed = layer.op === "conv_transpose";
  const shape = transposed ? layer.in[0] : layer.out[0];
  const channels = transposed ? inChannels : outChannels;
  const positions = spatial(shape ?? null, kernel.length, channels, report.framework);
  return positions && { positions, kernel, inChannels, outChannels, groups };
}

/** As many spatial sizes as the kernel has axes; the channels come first in torch, last elsewhere. */
export function spatial(
  shape: ReportShape,
  rank: number,
  channels: number | null,
  framework: FrameworkId | null,
): number[] | undefined {
  if (!shape || shape.length < rank + 1) return undefined;
  const first = shape.slice(-rank);
  const last = shape.slice(-rank - 1, -1);
  const channelsFirst = shape.at(-rank - 1) === channels;
  const channelsLast = shape.at(-1) === channels;
  const taken = channelsFirst !== channelsLast ? channelsFirst : framework === "torch" || framework === null;
  const known = (taken ? first : last).filter((size) => size !== null);
  return known.length === rank ? known : undefined;
}

/** What a dense convolution of these sizes costs. */
export function standard({ positions, kernel, inChannels, outChannels }: ConvTerms): Term {
  return term(positions, kernel, [inChannels, outChannels]);
}

export function depthwise({ positions, kernel, inChannels }: ConvTerms): Term {
  return term(positions, kernel, [inChannels]);
}

export function pointwise({ positions, inChannels, outChannels }: ConvTerms): Term {
  return term(positions, [], [inChannels, outChannels]);
}

/** What the convolution costs as it stands: each group sees only its part of the input channels. */
export function asWritten({ positions, kernel, inChannels, outChannels, groups }: ConvTerms): Term {
  const perGroup = inChannels / groups;
  return term(positions, kernel, perGroup === 1 ? [outChannels] : [perGroup, outChannels]);
}

/** `1/N + 1/D_K² = 1/128 + 1/9 = 0.119` */
export function ratioText({ kernel, outChannels }: ConvTerms): string {
  const elements = product(kernel);
  const ratio = 1 / outChannels + 1 / elements;
  return `1/N + 1/${kernelName(kernel)} = 1/${outChannels} + 1/${elements} = ${ratio.toFixed(3)}`;
}

function kernelName(kernel: readonly number[]): string {
  const square = kernel.every((size) => size === kernel[0]);
  if (kernel.length === 1) return "D_K";
  if (square) return kernel.length === 2 ? "D_K²" : "D_K³";
  return kernel.length === 2 ? "(D_H·D_W)" : "(D_T·D_H·D_W)";
}

function term(positions: readonly number[], kernel: readonly number[], channels: readonly number[]): Term {
  const params = product(kernel) * product(channels);
  const factors = [
    power(positions),
    ...(kernel.some((size) => size !== 1) ? [power(kernel)] : []),
    ...channels,
  ];
  return { formula: factors.join("·"), macs: product(positions) * params, params };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
