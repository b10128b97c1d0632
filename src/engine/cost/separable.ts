/**
 * Depthwise separable convolution as MobileNets defines it (https://arxiv.org/abs/1704.04861): one filter a channel
 * (depthwise), then a 1×1 convolution that mixes channels (pointwise). With D_F² output positions, D_K² kernel
 * elements, M input and N output channels: standard D_F²·D_K²·M·N, depthwise D_F²·D_K²·M, pointwise D_F²·M·N.
 * Here positions and kernel elements are plain counts, so any rank, kernel shape, stride and dilation fits.
 */

/** A convolution as far as the swap needs it. */
export interface ConvShape {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Elements of one filter: 9 for 3×3. */
  readonly kernelElements: number;
}

/** What stands around the convolution that the swapped form keeps or repeats. */
export interface ConvSurroundings {
  /** The convolution's own bias, kept by the pointwise one; the depthwise one has none. */
  readonly bias: boolean;
  /**
   * Weight vectors of the batch norm that follows: 2 for scale and shift, 0 where none follows. The swapped form
   * puts one more such batch norm behind the depthwise convolution.
   */
  readonly normVectors: number;
  /** Slopes of the activation behind that batch norm which all channels share: torch's `PReLU()`. */
  readonly slopes?: number;
}

/** MACs or parameters of one convolution and of its swapped form, part by part. */
export interface SwapCost {
  readonly standard: number;
  readonly depthwise: number;
  readonly pointwise: number;
  /** All that the swapped form costs: for parameters with bias and the added batch norm. */
  readonly separable: number;
}

export function swapMacs(conv: ConvShape, outPositions: number): SwapCost {
  const standard = outPositions * conv.kernelElements * conv.inChannels * conv.outChannels;
  const depthwise = outPositions * conv.kernelElements * conv.inChannels;
  const pointwise = outPositions * conv.inChannels * conv.outChannels;
  return { standard, depthwise, pointwise, separable: depthwise + pointwise };
}

export function swapParams(conv: ConvShape, around: ConvSurroundings): SwapCost {
  const { inChannels, outChannels, kernelElements } = conv;
  const bias = around.bias ? outChannels : 0;
  const standard = kernelElements * inChannels * outChannels + bias;
  const depthwise = kernelElements * inChannels;
  const pointwise = inChannels * outChannels + bias;
  const addedNorm = around.normVectors * inChannels + (around.slopes ?? 0);
  return { standard, depthwise, pointwise, separable: depthwise + pointwise + addedNorm };
}

/** Separable over standard MACs: `1/N + 1/D_K²`. */
export function swapRatio(conv: ConvShape): number {
  return 1 / conv.outChannels + 1 / conv.kernelElements;
}

/** What the swap looks at to decide. */
export interface SwapCandidate {
  readonly inChannels: number;
  readonly kernelElements: number;
  readonly groups: number;
  readonly transposed: boolean;
  /** The first convolution, on the image itself. */
  readonly stem: boolean;
}

export type SwapObstacle = "transposed" | "depthwise" | "grouped" | "single-channel" | "pointwise" | "stem";

/** Why a convolution is not swapped, for people. */
export const SWAP_OBSTACLES: Readonly<Record<SwapObstacle, string>> = {
  transposed: "A transposed convolution has no depthwise separable form here.",
  depthwise: "It is depthwise already: one filter a channel.",
  grouped: "It is grouped: its channels are already split.",
  "single-channel": "It has a single input channel: there is nothing to separate.",
  pointwise: "Its kernel has one element: it only mixes channels already.",
  stem: "It is the first convolution, on the image itself, which MobileNet keeps standard.",
};

/** The first reason against a swap; undefined when it can be swapped. The stem counts last: it is a choice. */
export function swapObstacle(conv: SwapCandidate): SwapObstacle | undefined {
  if (conv.transposed) return "transposed";
  if (conv.inChannels === 1) return "single-channel";
  if (conv.groups > 1) return conv.groups === conv.inChannels ? "depthwise" : "grouped";
  if (conv.kernelElements === 1) return "pointwise";
  return conv.stem ? "stem" : undefined;
}

/** How the width multiplier α rounds channels: down to a whole number, or to a multiple of so many. */
export type ChannelRounding = "none" | number;

/**
 * Channels after the width multiplier α. Rounding to a multiple takes the nearest one, at least one of it, and one
 * more where the result would lose over 10 % (as the authors' own code does for MobileNetV2 and V3).
 */
export function scaleChannels(channels: number, alpha: number, rounding: ChannelRounding): number {
  const exact = channels * alpha;
  if (rounding === "none") return Math.max(1, Math.floor(exact + ROUNDING_NOISE));
  const nearest = Math.max(rounding, Math.floor((exact + rounding / 2) / rounding) * rounding);
  return nearest < 0.9 * exact ? nearest + rounding : nearest;
}

/** Spatial size after the resolution multiplier ρ, rounded to the nearest element (0.714 × 14 = 10). */
export function scaleResolution(size: number, rho: number): number {
  return Math.max(1, Math.round(size * rho));
}

/** 0.7 × 10 is 7.000000000000001 or less in binary: products this near to a whole number are it. */
const ROUNDING_NOISE = 1e-9;
