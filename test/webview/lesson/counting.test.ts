import { describe, expect, it } from "vitest";
import {
  costOf,
  groupsWithin,
  type LessonSizes,
  multiplied,
  placesOf,
  positionsOf,
  separableAt,
  standardAt,
  WORKED_EXAMPLE,
} from "../../../webview/lesson/counting.ts";

const dense = (facts: Partial<LessonSizes>): LessonSizes => ({ ...WORKED_EXAMPLE, ...facts });

describe("the worked example", () => {
  it("ends at 81 a channel and filter, 243 a filter and 729, against 243 and 81, 324", () => {
    const { channelAndFilter, filter, whole, depthwise, pointwise, separable } = costOf(WORKED_EXAMPLE);
    expect([channelAndFilter, filter, whole.macs]).toEqual([81, 243, 729]);
    expect([depthwise.macs, pointwise.macs, separable]).toEqual([243, 81, 324]);
  });

  it("steps through a channel, then a filter, then all filters", () => {
    expect(placesOf(WORKED_EXAMPLE)).toBe(81);
    expect(standardAt(WORKED_EXAMPLE, 0)).toMatchObject({ count: 0, done: false, position: [0, 0] });
    expect(standardAt(WORKED_EXAMPLE, 9)).toMatchObject({
      count: 81,
      channel: 0,
      filter: 0,
      position: [2, 2],
    });
    expect(standardAt(WORKED_EXAMPLE, 27)).toMatchObject({ count: 243, channel: 2, filter: 0 });
    expect(standardAt(WORKED_EXAMPLE, 28)).toMatchObject({ count: 252, channel: 0, filter: 1 });
    expect(standardAt(WORKED_EXAMPLE, 999)).toMatchObject({ count: 729, done: true, channel: 2, filter: 2 });
  });

  it("lays down the depthwise filters first, then the pointwise ones", () => {
    expect(separableAt(WORKED_EXAMPLE, 0)).toMatchObject({ count: 0, phase: "depthwise", done: false });
    expect(separableAt(WORKED_EXAMPLE, 90)).toMatchObject({ depthwise: 90, channel: 1, position: [0, 0] });
    expect(separableAt(WORKED_EXAMPLE, 243)).toMatchObject({ depthwise: 243, pointwise: 0, channel: 2 });
    expect(separableAt(WORKED_EXAMPLE, 250)).toMatchObject({ phase: "pointwise", pointwise: 6, filter: 0 });
    expect(separableAt(WORKED_EXAMPLE, 729)).toMatchObject({ count: 324, pointwise: 81, done: true });
  });
});

it("counts positions by stride, padding on each side and dilation, and none where the kernel does not fit", () => {
  const sizes = dense({
    input: [7, 8],
    stride: [2, 1],
    padding: [
      [0, 1],
      [1, 1],
    ],
    dilation: [1, 2],
  });
  expect(positionsOf(sizes)).toEqual([3, 6]);
  const tooSmall = dense({
    input: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ],
  });
  expect(positionsOf(tooSmall)).toEqual([0, 0]);
  expect(standardAt(tooSmall, 5)).toMatchObject({ count: 0, done: true, position: [0, 0], channel: 0 });
  expect(separableAt(tooSmall, 5)).toMatchObject({ count: 0, done: true, position: [0, 0] });
});

it("shows a filter of a group only the channels of its group", () => {
  const grouped = dense({ inChannels: 4, outChannels: 6, groups: 2 });
  expect(placesOf(grouped)).toBe(9 * 2 * 6);
  expect(standardAt(grouped, 9 * 2 * 3 + 1)).toMatchObject({ filter: 3, channel: 2 });
  expect(standardAt(grouped, placesOf(grouped)).count).toBe(costOf(grouped).whole.macs);
});

it("thins by α, shrinks by ρ and keeps a depthwise convolution depthwise", () => {
  const sizes = dense({ input: [224, 224], inChannels: 32, outChannels: 32, groups: 32 });
  expect(multiplied(sizes, 0.5, 0.5)).toMatchObject({ input: [112, 112], inChannels: 16, groups: 16 });
  expect(multiplied(dense({ inChannels: 32, outChannels: 64, groups: 8 }), 0.25, 1).groups).toBe(8);
  expect(groupsWithin(8, 12, 20)).toBe(4);
  expect(groupsWithin(3, 7, 7)).toBe(1);
});
