/** Which cells of the input, the kernel and the output the lesson draws, and what state each is in. */
import { type LessonSizes, positionsOf, type SeparableStanding, type Standing } from "./counting.ts";

/** Cells along an axis, and maps of a stack, that fit a narrow page. */
export const MOST_CELLS = 7;
export const MOST_MAPS = 3;

/** `under`: the kernel lies on it. `part`: an output that still lacks channels. `now`: the output being counted. */
export type Cell = "padding" | "value" | "under" | "weight" | "idle" | "part" | "full" | "now";

export interface ChannelMap {
  readonly channel: number;
  readonly active: boolean;
  readonly rows: readonly (readonly Cell[])[];
}

export interface Picture {
  readonly inputs: readonly ChannelMap[];
  readonly kernels: readonly ChannelMap[];
  readonly outputs: readonly ChannelMap[];
  /** Something is larger than what is drawn. */
  readonly partial: boolean;
}

export function standardPicture(sizes: LessonSizes, at: Standing): Picture {
  const { inChannels, outChannels, groups } = sizes;
  const perGroup = inChannels / groups;
  const first = Math.floor(at.filter / (outChannels / groups)) * perGroup;
  const channels = windowOf(perGroup, at.channel - first, MOST_MAPS).map((channel) => first + channel);
  const filters = windowOf(outChannels, at.filter, MOST_MAPS);
  const isLast = at.channel === first + perGroup - 1;
  return {
    inputs: channels.map((channel) => inputMap(sizes, at, channel, channel === at.channel)),
    kernels: channels.map((channel) => kernelMap(sizes.kernel, channel, channel === at.channel)),
    outputs: filters.map((filter) =>
      outputMap(sizes, at, filter, filter - at.filter, isLast, at.channel > first),
    ),
    partial: isPartial(sizes) || perGroup > MOST_MAPS || outChannels > MOST_MAPS,
  };
}

/** Each channel has a filter and an output of its own. */
export function depthwisePicture(sizes: LessonSizes, at: SeparableStanding): Picture {
  const channels = windowOf(sizes.inChannels, at.channel, MOST_MAPS);
  return {
    inputs: channels.map((channel) => inputMap(sizes, at, channel, channel === at.channel)),
    kernels: channels.map((channel) => kernelMap(sizes.kernel, channel, channel === at.channel)),
    outputs: channels.map((channel) => outputMap(sizes, at, channel, channel - at.channel, true, false)),
    partial: isPartial(sizes) || sizes.inChannels > MOST_MAPS,
  };
}

/** Each filter takes one value of every channel that the depthwise step made. */
export function pointwisePicture(sizes: LessonSizes, at: SeparableStanding): Picture {
  const between: LessonSizes = {
    ...sizes,
    input: positionsOf(sizes),
    kernel: sizes.kernel.map(() => 1),
    stride: sizes.kernel.map(() => 1),
    dilation: sizes.kernel.map(() => 1),
    padding: sizes.kernel.map(() => [0, 0]),
  };
  const channels = windowOf(sizes.inChannels, 0, MOST_MAPS);
  const filters = windowOf(sizes.outChannels, at.filter, MOST_MAPS);
  return {
    inputs: channels.map((channel) => inputMap(between, at, channel, true)),
    kernels: channels.map((channel) => kernelMap(between.kernel, channel, true)),
    outputs: filters.map((filter) => outputMap(between, at, filter, filter - at.filter, true, false)),
    partial: isPartial(between) || sizes.inChannels > MOST_MAPS || sizes.outChannels > MOST_MAPS,
  };
}

/** Up to `most` indices of `size`, with `center` among them. */
export function windowOf(size: number, center: number, most: number): readonly number[] {
  const length = Math.min(size, most);
  const start = Math.min(Math.max(center - Math.floor(length / 2), 0), size - length);
  return Array.from({ length }, (_, index) => start + index);
}

function isPartial({ input, padding, kernel }: LessonSizes): boolean {
  const wide = input.some(
    (size, axis) => size + (padding[axis] ?? [0, 0])[0] + (padding[axis] ?? [0, 0])[1] > MOST_CELLS,
  );
  return wide || kernel.some((size) => size > MOST_CELLS) || input.length > 2;
}

/** The last two axes are drawn; a sequence is one row. */
function plane(sizes: readonly number[]): readonly [rows: number, columns: number] {
  return sizes.length > 1 ? [sizes.at(-2) ?? 1, sizes.at(-1) ?? 1] : [1, sizes[0] ?? 1];
}

function inputMap(sizes: LessonSizes, at: Standing, channel: number, active: boolean): ChannelMap {
  const axes = sizes.input.length;
  const [rows, columns] = [axes - 2, axes - 1].map((axis) => inputAxis(sizes, at, axis));
  return {
    channel,
    active,
    rows: (rows ?? []).map((row) =>
      (columns ?? []).map((column): Cell => {
        if (active && row.covered && column.covered) return "under";
        return row.outside || column.outside ? "padding" : "value";
      }),
    ),
  };
}

interface AxisCell {
  readonly outside: boolean;
  readonly covered: boolean;
}

/** The padded cells of an axis around the kernel; one cell where there is no such axis. */
function inputAxis(sizes: LessonSizes, at: Standing, axis: number): readonly AxisCell[] {
  if (axis < 0) return [{ outside: false, covered: true }];
  const [before, after] = sizes.padding[axis] ?? [0, 0];
  const [size, dilation] = [sizes.input[axis] ?? 1, sizes.dilation[axis] ?? 1];
  const kernel = sizes.kernel[axis] ?? 1;
  const start = (at.position[axis] ?? 0) * (sizes.stride[axis] ?? 1);
  const middle = start + Math.floor((dilation * (kernel - 1)) / 2);
  return windowOf(before + size + after, middle, MOST_CELLS).map((place) => ({
    outside: place < before || place >= before + size,
    covered: place >= start && (place - start) % dilation === 0 && (place - start) / dilation < kernel,
  }));
}

function kernelMap(kernel: readonly number[], channel: number, active: boolean): ChannelMap {
  const [rows, columns] = plane(kernel).map((size) => Math.min(size, MOST_CELLS));
  const row = Array.from({ length: columns ?? 1 }, (): Cell => (active ? "under" : "weight"));
  return { channel, active, rows: Array.from({ length: rows ?? 1 }, () => row) };
}

/** `turn`: below 0 the map is done, above 0 it is yet to come. `isLast`: this channel completes its sums. */
function outputMap(
  sizes: LessonSizes,
  at: Standing,
  channel: number,
  turn: number,
  isLast: boolean,
  hasSums: boolean,
): ChannelMap {
  const positions = positionsOf(sizes);
  const [height, width] = plane(positions);
  const [nowRow, nowColumn] = [positions.length > 1 ? (at.position.at(-2) ?? 0) : 0, at.position.at(-1) ?? 0];
  const started = at.count > 0;
  const lookOf = (row: number, column: number): Cell => {
    if (turn !== 0 || !started) return turn < 0 && started ? "full" : "idle";
    if (row === nowRow && column === nowColumn && !at.done) return "now";
    const isBefore = row < nowRow || (row === nowRow && column <= nowColumn);
    if (isBefore) return isLast ? "full" : "part";
    return hasSums ? "part" : "idle";
  };
  return {
    channel,
    active: turn === 0,
    rows: windowOf(height, nowRow, MOST_CELLS).map((row) =>
      windowOf(width, nowColumn, MOST_CELLS).map((column) => lookOf(row, column)),
    ),
  };
}
