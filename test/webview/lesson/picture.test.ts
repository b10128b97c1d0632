import { describe, expect, it } from "vitest";
import {
  type LessonSizes,
  separableAt,
  standardAt,
  WORKED_EXAMPLE,
} from "../../../webview/lesson/counting.ts";
import {
  type Cell,
  type ChannelMap,
  depthwisePicture,
  pointwisePicture,
  standardPicture,
  windowOf,
} from "../../../webview/lesson/picture.ts";

const LOOKS: Readonly<Record<Cell, string>> = {
  ...{ padding: ":", value: "v", under: "K", weight: "w" },
  ...{ idle: ".", part: "p", full: "F", now: "N" },
};
const drawn = (map: ChannelMap | undefined): string[] =>
  (map?.rows ?? []).map((row) => row.map((look) => LOOKS[look]).join(""));

const LARGE: LessonSizes = { ...WORKED_EXAMPLE, input: [224, 224], inChannels: 64, outChannels: 128 };

describe("the picture of a standard convolution", () => {
  it("lays the kernel over input and padding and marks the output that is counted", () => {
    const { inputs, kernels, outputs, partial } = standardPicture(
      WORKED_EXAMPLE,
      standardAt(WORKED_EXAMPLE, 11),
    );
    expect(drawn(inputs[1])).toEqual([":KKK:", ":KKK:", ":KKK:", ":vvv:", ":::::"]);
    expect(drawn(inputs[0])).toEqual([":::::", ":vvv:", ":vvv:", ":vvv:", ":::::"]);
    expect(kernels.map(({ active }) => active)).toEqual([false, true, false]);
    expect(drawn(outputs[0])).toEqual(["pNp", "ppp", "ppp"]);
    expect(drawn(outputs[1])).toEqual(["...", "...", "..."]);
    expect(partial).toBe(false);
  });

  it("fills an output once the filter's last channel is counted", () => {
    const { outputs } = standardPicture(WORKED_EXAMPLE, standardAt(WORKED_EXAMPLE, 23));
    expect(drawn(outputs[0])).toEqual(["FFF", "FNp", "ppp"]);
    const end = standardPicture(WORKED_EXAMPLE, standardAt(WORKED_EXAMPLE, 81));
    expect(end.outputs.map(drawn)).toEqual(Array(3).fill(["FFF", "FFF", "FFF"]));
  });

  it("draws a large layer in part, around the kernel, and says so", () => {
    const place = 100 * 224 + 50 + 1;
    const { inputs, outputs, partial } = standardPicture(LARGE, standardAt(LARGE, place));
    expect(partial).toBe(true);
    expect(inputs).toHaveLength(3);
    expect(drawn(inputs[0])[3]).toBe("vvKKKvv");
    expect(drawn(outputs[0])[3]).toBe("pppN...");
  });

  it("draws a sequence as one row, and what the kernel skips by dilation as skipped", () => {
    const sizes: LessonSizes = {
      ...{ input: [6], kernel: [3], stride: [1], padding: [[0, 0]], dilation: [2] },
      ...{ inChannels: 1, outChannels: 1, groups: 1 },
    };
    const { inputs, outputs } = standardPicture(sizes, standardAt(sizes, 1));
    expect(drawn(inputs[0])).toEqual(["KvKvKv"]);
    expect(drawn(outputs[0])).toEqual(["N."]);
  });
});

describe("the picture of the separable form", () => {
  it("gives each channel an output of its own first", () => {
    const { outputs } = depthwisePicture(WORKED_EXAMPLE, separableAt(WORKED_EXAMPLE, 99));
    expect(outputs.map(drawn)).toEqual([
      ["FFF", "FFF", "FFF"],
      ["FN.", "...", "..."],
      ["...", "...", "..."],
    ]);
  });

  it("then takes one value of all channels at once", () => {
    const { inputs, kernels, outputs } = pointwisePicture(WORKED_EXAMPLE, separableAt(WORKED_EXAMPLE, 249));
    expect(inputs.map(drawn)).toEqual(Array(3).fill(["vKv", "vvv", "vvv"]));
    expect(kernels.map(drawn)).toEqual([["K"], ["K"], ["K"]]);
    expect(drawn(outputs[0])).toEqual(["FN.", "...", "..."]);
  });
});

it("keeps the middle of a window in sight at both ends", () => {
  expect(windowOf(10, 0, 3)).toEqual([0, 1, 2]);
  expect(windowOf(10, 5, 3)).toEqual([4, 5, 6]);
  expect(windowOf(10, 9, 3)).toEqual([7, 8, 9]);
  expect(windowOf(2, 1, 3)).toEqual([0, 1]);
});
