/**
 * What the lesson counts: the multiplications of a convolution, one place of the kernel after another, and those of
 * its depthwise separable form. No drawing here, so that every figure of the page can be tested.
 */
import { scaleChannels, scaleResolution } from "../../src/engine/cost/separable.ts";
import {
  asWritten,
  type ConvTerms,
  depthwise,
  pointwise,
  standard,
  type Term,
} from "../../src/present/formula.ts";

export type Padding = readonly [before: number, after: number];

/** A convolution's sizes; lists have one entry an axis. */
export interface LessonSizes {
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly Padding[];
  readonly dilation: readonly number[];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

/** Three channels of 3×3, padded by one, three filters of 3×3. */
export const WORKED_EXAMPLE: LessonSizes = {
  input: [3, 3],
  kernel: [3, 3],
  stride: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
  dilation: [1, 1],
  inChannels: 3,
  outChannels: 3,
  groups: 1,
};

/** How many places the kernel is laid on along each axis; 0 where it does not fit. */
export function positionsOf({ input, kernel, stride, padding, dilation }: LessonSizes): readonly number[] {
  return input.map((size, axis) => {
    const [before, after] = padding[axis] ?? [0, 0];
    const reach = (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1;
    const room = size + before + after - reach;
    return room < 0 ? 0 : Math.floor(room / (stride[axis] ?? 1)) + 1;
  });
}

/** What both forms cost in the end. */
export interface LessonCost {
  readonly terms: ConvTerms;
  /** One channel of the input by one filter, at all places. */
  readonly channelAndFilter: number;
  /** All channels that a filter sees. */
  readonly filter: number;
  /** The convolution as it is, with its groups. */
  readonly whole: Term;
  /** The same sizes without groups. */
  readonly dense: Term;
  readonly depthwise: Term;
  readonly pointwise: Term;
  readonly separable: number;
}

export function costOf(sizes: LessonSizes): LessonCost {
  const { kernel, inChannels, outChannels, groups } = sizes;
  const terms: ConvTerms = { positions: positionsOf(sizes), kernel, inChannels, outChannels, groups };
  const [first, second] = [depthwise(terms), pointwise(terms)];
  const channelAndFilter = product(terms.positions) * product(kernel);
  return {
    terms,
    channelAndFilter,
    filter: channelAndFilter * (inChannels / groups),
    whole: asWritten(terms),
    dense: standard(terms),
    depthwise: first,
    pointwise: second,
    separable: first.macs + second.macs,
  };
}

/** Where a form stands: how much is counted, and what the kernel lies on; indices count from 0. */
export interface Standing {
  readonly count: number;
  readonly done: boolean;
  readonly position: readonly number[];
  readonly channel: number;
  readonly filter: number;
}

export interface SeparableStanding extends Standing {
  readonly phase: "depthwise" | "pointwise";
  readonly depthwise: number;
  readonly pointwise: number;
}

/** How many times the standard convolution lays down a kernel of one channel. */
export function placesOf(sizes: LessonSizes): number {
  return product(positionsOf(sizes)) * (sizes.inChannels / sizes.groups) * sizes.outChannels;
}

/** After so many places: all places of a channel first, then the filter's next channel, then the next filter. */
export function standardAt(sizes: LessonSizes, places: number): Standing {
  const positions = positionsOf(sizes);
  const { inChannels, outChannels, groups, kernel } = sizes;
  const [perChannel, channels] = [product(positions), inChannels / groups];
  const all = perChannel * channels * outChannels;
  const made = Math.min(Math.max(places, 0), all);
  const last = Math.max(made - 1, 0);
  const filter = Math.floor(last / (perChannel * channels)) || 0;
  const firstOfGroup = Math.floor(filter / (outChannels / groups)) * channels;
  return {
    count: made * product(kernel),
    done: made === all,
    position: unravel(last % perChannel || 0, positions),
    channel: firstOfGroup + (Math.floor(last / perChannel) % channels || 0),
    filter,
  };
}

/** After as many multiplications as the standard convolution has made; only whole places are counted. */
export function separableAt(sizes: LessonSizes, multiplications: number): SeparableStanding {
  const positions = positionsOf(sizes);
  const cost = costOf(sizes);
  const [first, second] = [cost.depthwise.macs, cost.pointwise.macs];
  const perChannel = product(positions);
  const a = wholePlaces(Math.min(multiplications, first), product(sizes.kernel));
  const b = wholePlaces(Math.min(Math.max(multiplications - first, 0), second), sizes.inChannels);
  const phase = b > 0 ? "pointwise" : "depthwise";
  const last = Math.max((b > 0 ? b / sizes.inChannels : a / product(sizes.kernel)) - 1, 0);
  const map = Math.floor(last / perChannel) || 0;
  return {
    count: a + b,
    done: a + b === cost.separable,
    phase,
    depthwise: a,
    pointwise: b,
    position: unravel(last % perChannel || 0, positions),
    channel: phase === "depthwise" ? map : 0,
    filter: phase === "pointwise" ? map : 0,
  };
}

/** The sizes at α and ρ, as the simulation scales them; groups stay where they still divide the channels. */
export function multiplied(sizes: LessonSizes, alpha: number, rho: number): LessonSizes {
  const inChannels = scaleChannels(sizes.inChannels, alpha, "none");
  const outChannels = scaleChannels(sizes.outChannels, alpha, "none");
  const wanted = sizes.groups === sizes.inChannels ? inChannels : sizes.groups;
  return {
    ...sizes,
    input: sizes.input.map((size) => scaleResolution(size, rho)),
    inChannels,
    outChannels,
    groups: groupsWithin(wanted, inChannels, outChannels),
  };
}

/** The most groups, at most as many as wished, that divide both numbers of channels. */
export function groupsWithin(wanted: number, inChannels: number, outChannels: number): number {
  for (let groups = Math.min(wanted, inChannels, outChannels); groups > 1; groups -= 1) {
    if (inChannels % groups === 0 && outChannels % groups === 0) return groups;
  }
  return 1;
}

function wholePlaces(multiplications: number, each: number): number {
  return Math.floor(multiplications / each) * each;
}

function unravel(index: number, sizes: readonly number[]): readonly number[] {
  let rest = index;
  return sizes
    .toReversed()
    .map((size) => {
      const at = size === 0 ? 0 : rest % size;
      rest = size === 0 ? 0 : Math.floor(rest / size);
      return at;
    })
    .toReversed();
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
