/** The factors of the formula under the picture: each with how far it is counted, and lit once it multiplies. */
import { power } from "../../src/present/text.ts";
import { type LessonSizes, positionsOf, type SeparableStanding, type Standing } from "./counting.ts";

export interface Factor {
  readonly symbol: string;
  readonly value: string;
  /** `4/9`: the place, the channel or the filter that is being counted. */
  readonly progress: string;
  readonly lit: boolean;
}

export function standardFactors(sizes: LessonSizes, at: Standing): readonly Factor[] {
  const { inChannels, outChannels, groups } = sizes;
  const perGroup = inChannels / groups;
  const channel = at.channel % perGroup;
  const isLaterFilter = at.filter > 0;
  return [
    places(sizes, at, isLaterFilter || channel > 0),
    kernel(sizes, at),
    factor(groups > 1 ? "M/g" : "M", perGroup, at.count > 0 ? channel : -1, isLaterFilter),
    factor("N", outChannels, at.count > 0 ? at.filter : -1, false),
  ];
}

export function separableFactors(sizes: LessonSizes, at: SeparableStanding): readonly Factor[] {
  const { inChannels, outChannels } = sizes;
  if (at.phase === "depthwise")
    return [
      places(sizes, at, at.channel > 0),
      kernel(sizes, at),
      factor("M", inChannels, at.count > 0 ? at.channel : -1, false),
    ];
  return [
    places(sizes, at, at.filter > 0),
    // One place of a pointwise filter takes all channels at once.
    { symbol: "M", value: String(inChannels), progress: "", lit: true },
    factor("N", outChannels, at.filter, false),
  ];
}

function places(sizes: LessonSizes, at: Standing, isCounted: boolean): Factor {
  const positions = positionsOf(sizes);
  const all = positions.reduce((a, b) => a * b, 1);
  const index = positions.reduce((sum, size, axis) => sum * size + (at.position[axis] ?? 0), 0);
  const { progress, lit } = factor("", all, at.count > 0 ? index : -1, isCounted);
  return { symbol: `D_F${exponent(positions)}`, value: power(positions), progress, lit };
}

function kernel({ kernel: sizes }: LessonSizes, { count }: Standing): Factor {
  return { symbol: `D_K${exponent(sizes)}`, value: power(sizes), progress: "", lit: count > 0 };
}

/** `index` is the one that is being counted, -1 before the first. Lit from the second on. */
function factor(symbol: string, value: number, index: number, isCounted: boolean): Factor {
  return { symbol, value: String(value), progress: `${index + 1}/${value}`, lit: isCounted || index > 0 };
}

function exponent(sizes: readonly number[]): string {
  return ["", "", "²", "³"][sizes.length] ?? "";
}
