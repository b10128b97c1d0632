/**
 * The algebra of channel counts that the width multiplier works with. A size of a tensor's axis is a sum of shares of
 * widths (`64·a + 1/2·b`); a width is what a layer was made with. Sizes that must agree are unified as terms of logic
 * are: a width becomes another one, or a sum of shares of others. What then stays free is scaled and rounded once.
 */
import { type ChannelRounding, scaleChannels } from "../../cost/separable.ts";

/** So many times a width: `times / over · width`. */
export interface Share {
  readonly width: Width;
  readonly times: number;
  readonly over: number;
}

/** An axis' size. No shares: size 0. */
export type Size = readonly Share[];

export class Width {
  /** What it was found to be made of. */
  bound: Size | undefined;
  /** Widths that layers are made with scale; those of constants only follow. */
  scales: boolean;
  /** Its channels must be a multiple of this (groups, heads). */
  unit = 1;
  /** Why it keeps its channels. */
  kept: string | undefined;
  constructor(
    readonly channels: number,
    scales: boolean,
  ) {
    this.scales = scales;
  }
}

/** The width of everything that never scales: one element of it. */
const ONE = new Width(1, false);

export function fixed(size: number): Size {
  return size === 0 ? [] : [{ width: ONE, times: size, over: 1 }];
}

export function free(channels: number, kind: "layer" | "constant"): Size {
  return channels <= 1
    ? fixed(channels)
    : [{ width: new Width(channels, kind === "layer"), times: 1, over: 1 }];
}

export function total(size: Size): number {
  return size.reduce((sum, { width, times, over }) => sum + (width.channels * times) / over, 0);
}

export function isFixed(size: Size): boolean {
  return resolve(size).every(({ width }) => width === ONE);
}

/** In terms of free widths alone; neighbours of one width as one share. */
export function resolve(size: Size): Size {
  const shares: Share[] = [];
  const add = (share: Share): void => {
    const last = shares.at(-1);
    if (last?.width === share.width) {
      shares[shares.length - 1] = ratio(
        share.width,
        last.times * share.over + share.times * last.over,
        last.over * share.over,
      );
    } else shares.push(share);
  };
  for (const { width, times, over } of size) {
    if (width.bound === undefined) add({ width, times, over });
    else for (const part of resolve(multiply(width.bound, times, over))) add(part);
  }
  return shares;
}

export function multiply(size: Size, times: number, over = 1): Size {
  return size.map((share) => ratio(share.width, share.times * times, share.over * over));
}

function ratio(width: Width, times: number, over: number): Share {
  const divisor = gcd(times, over);
  return { width, times: times / divisor, over: over / divisor };
}

/** `length` elements from `start`; undefined when they are no whole shares. */
export function cut(size: Size, start: number, length: number): Size | undefined {
  const taken: Share[] = [];
  let at = 0;
  for (const share of resolve(size)) {
    const own = total([share]);
    const from = Math.max(start, at);
    const to = Math.min(start + length, at + own);
    at += own;
    if (to <= from) continue;
    const part = fraction(share, to - from, own);
    if (part === undefined) return undefined;
    taken.push(part);
  }
  return resolve(taken);
}

/** Finer shares than this are a coincidence of sizes. */
const FINEST = 512;

function fraction(share: Share, part: number, whole: number): Share | undefined {
  if (part === whole) return share;
  if (share.width === ONE) return { width: ONE, times: part, over: 1 };
  const found = ratio(share.width, share.times * part, share.over * whole);
  return found.over <= FINEST ? found : undefined;
}

/** Makes two sizes one; false when they could not be, and their widths are kept as they are. */
export function unify(a: Size, b: Size): boolean {
  const [left, right] = [resolve(a), resolve(b)];
  if (total(left) !== total(right)) return false;
  const pairs = align(left, right);
  if (pairs?.every(([one, other]) => join(one, other))) return true;
  keep(a, UNCLEAR);
  keep(b, UNCLEAR);
  return false;
}

const UNCLEAR = "its parts do not line up with those of what it meets";

/** Runs of shares of both that cover the same elements, as short as can be. */
function align(left: Size, right: Size): readonly (readonly [Size, Size])[] {
  const pairs: [Share[], Share[]][] = [];
  let [i, j, difference] = [0, 0, 0];
  let open: [Share[], Share[]] = [[], []];
  while (i < left.length || j < right.length) {
    if (difference <= 0 && i < left.length) {
      const share = left[i++]!;
      open[0].push(share);
      difference += total([share]);
    } else {
      const share = right[j++];
      if (share === undefined) break;
      open[1].push(share);
      difference -= total([share]);
    }
    if (Math.abs(difference) < 1e-9 && open[0].length > 0 && open[1].length > 0) {
      pairs.push(open);
      [open, difference] = [[[], []], 0];
    }
  }
  return pairs;
}

function join(a: Size, b: Size): boolean {
  const [one, other] = [resolve(a), resolve(b)];
  if (one.length > 1 && other.length > 1) return sameShares(one, other) || splitJoin(one, other);
  const [first] = one;
  const [second] = other;
  if (!first || !second) return true;
  if (one.length === 1 && other.length === 1) {
    if (first.width === second.width) return true;
    return canBind(first, second) ? bind(first, other) : bind(second, one);
  }
  return one.length === 1 ? bind(first, other) : bind(second, one);
}

function sameShares(a: Size, b: Size): boolean {
  return (
    a.length === b.length &&
    a.every(
      (share, i) => share.width === b[i]!.width && share.times === b[i]!.times && share.over === b[i]!.over,
    )
  );
}

/** Both are sums without a common seam: the longer first one is cut where the shorter first one ends. */
function splitJoin(a: Size, b: Size): boolean {
  const length = Math.min(total(a.slice(0, 1)), total(b.slice(0, 1)));
  const rest = total(a) - length;
  const parts = [cut(a, 0, length), cut(b, 0, length), cut(a, length, rest), cut(b, length, rest)] as const;
  const [headA, headB, tailA, tailB] = parts;
  if (!headA || !headB || !tailA || !tailB) return false;
  return join(headA, headB) && (rest === 0 || unify(tailA, tailB));
}

/** Prefer to express the one that comes whole, and never the fixed one. */
function canBind(first: Share, second: Share): boolean {
  if (first.width === ONE || second.width === ONE) return second.width === ONE;
  return first.times * second.over <= second.times * first.over || second.times !== 1
    ? first.times === 1 && first.over === 1
    : !(second.times === 1 && second.over === 1);
}

/** The width of this share becomes what the other size says of it. */
function bind(share: Share, size: Size): boolean {
  const { width, times, over } = share;
  if (width === ONE) {
    keep(size, undefined);
    return true;
  }
  if (size.some((part) => part.width === width)) return false;
  const bound = multiply(size, over, times);
  if (bound.some((part) => part.over > FINEST)) return false;
  width.bound = bound;
  for (const part of bound) {
    if (part.width === ONE) continue;
    part.width.scales ||= width.scales;
    if (width.kept !== undefined) part.width.kept ??= width.kept;
    if (bound.length === 1) demand([{ ...part }], width.unit);
  }
  return true;
}

/** The size must stay a multiple of so many. */
export function demand(size: Size, unit: number): void {
  if (unit <= 1) return;
  for (const { width, times, over } of resolve(size)) {
    if (width !== ONE) width.unit = lcm(width.unit, (unit * over) / gcd(unit * over, times));
  }
}

/** These widths stay as they are. Without a reason it goes without saying (the image, the classes). */
export function keep(size: Size, reason: string | undefined): void {
  for (const { width } of resolve(size)) {
    if (width === ONE || width.bound) continue;
    if (reason === undefined) width.bound = fixed(width.channels);
    else width.kept ??= reason;
  }
}

export interface Scaler {
  /** A size after the width multiplier. */
  readonly scaled: (size: Size) => number;
  /** Why a size is not what the multiplier and the rounding alone would make of it. */
  readonly held: (size: Size) => string | undefined;
}

/** The width multiplier: every free width is rounded once. */
export function scaler(alpha: number, rounding: ChannelRounding, sizes: Iterable<Size>): Scaler {
  for (const size of sizes) {
    for (const { width, over } of resolve(size)) if (width !== ONE) width.unit = lcm(width.unit, over);
  }
  const scaled = new Map<Width, number>();
  const of = (width: Width): number => {
    const known = scaled.get(width);
    if (known !== undefined) return known;
    const result = scaleWidth(width, alpha, rounding);
    scaled.set(width, result);
    return result;
  };
  return {
    scaled: (size) =>
      resolve(size).reduce((sum, { width, times, over }) => sum + (of(width) * times) / over, 0),
    held: (size) => {
      for (const { width } of resolve(size)) {
        const reason = width.kept ?? whyHeld(width, of(width), alpha, rounding);
        if (reason !== undefined) return reason;
      }
      return undefined;
    },
  };
}

function whyHeld(width: Width, now: number, alpha: number, rounding: ChannelRounding): string | undefined {
  if (!width.scales || width.unit <= 1 || alpha === 1) return undefined;
  const wanted = scaleChannels(width.channels, alpha, rounding);
  return now === wanted
    ? undefined
    : `groups, heads or chunks need a multiple of ${width.unit}, so it has ${now} channels, not ${wanted}`;
}

function scaleWidth(width: Width, alpha: number, rounding: ChannelRounding): number {
  if (!width.scales || width.kept !== undefined || alpha === 1) return width.channels;
  const both = lcm(rounding === "none" ? 1 : rounding, width.unit);
  // Where groups and rounding together are too coarse, groups alone must divide.
  const multiple = width.unit > 1 && both > width.channels * alpha ? width.unit : both;
  return scaleChannels(width.channels, alpha, multiple === 1 ? "none" : multiple);
}

/** One for sizes that cannot be, as an image too small for its pooling leaves them: what hangs on them is not known. */
function gcd(a: number, b: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return 1;
  return b === 0 ? Math.abs(a) || 1 : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}
