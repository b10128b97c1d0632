/** The swap's formulas against the figures of the MobileNets paper, to the last MAC. */
import { describe, expect, it } from "vitest";
import { convOutputSize } from "../../../src/engine/cost/geometry.ts";
import {
  type ConvShape,
  SWAP_OBSTACLES,
  scaleChannels,
  scaleResolution,
  swapMacs,
  swapObstacle,
  swapParams,
  swapRatio,
} from "../../../src/engine/cost/separable.ts";
import truth from "../../truth/mobilenet.json" with { type: "json" };

const BARE = { bias: false, normVectors: 0 };

describe("one layer", () => {
  it("is the worked example: 729 MACs become 324", () => {
    const conv: ConvShape = { inChannels: 3, outChannels: 3, kernelElements: 9 };
    const macs = swapMacs(conv, 9);
    expect(macs.standard).toBe(truth.worked_example.standard_macs);
    expect(macs.separable).toBe(truth.worked_example.separable_macs);
    expect(macs.separable / macs.standard).toBeCloseTo(swapRatio(conv), 12);
  });

  const table3 = truth.table_3_one_layer;
  const layer = (alpha: number, size: number) => {
    const channels = scaleChannels(512, alpha, "none");
    const conv = { inChannels: channels, outChannels: channels, kernelElements: 9 };
    return { macs: swapMacs(conv, size * size), params: swapParams(conv, BARE) };
  };

  it("is table 3 of the paper, with α and ρ", () => {
    const full = layer(1, 14);
    expect([full.macs.standard, full.params.standard]).toEqual([
      table3.standard.macs,
      table3.standard.params,
    ]);
    expect([full.macs.separable, full.params.separable]).toEqual([
      table3.separable.macs,
      table3.separable.params,
    ]);
    const thin = layer(0.75, 14);
    expect([thin.macs.separable, thin.params.separable]).toEqual([
      table3["alpha_0.75"].macs,
      table3["alpha_0.75"].params,
    ]);
    const small = layer(0.75, scaleResolution(14, 0.714));
    expect(small.macs.separable).toBe(table3["alpha_0.75_rho_0.714"].macs);
  });

  it("keeps the bias on the pointwise convolution and pays one more batch norm", () => {
    const conv: ConvShape = { inChannels: 16, outChannels: 32, kernelElements: 9 };
    expect(swapParams(conv, { bias: true, normVectors: 0 }).separable).toBe(16 * 9 + 16 * 32 + 32);
    expect(swapParams(conv, { bias: false, normVectors: 2 }).separable).toBe(16 * 9 + 16 * 32 + 2 * 16);
  });
});

describe("the whole network of the paper, written with standard convolutions", () => {
  /** MACs and params of the body; the stem stays standard, each convolution is followed by batch norm. */
  const network = (form: "standard" | "separable", alpha: number, input: number) => {
    let size = input;
    let macs = 0;
    let params = 0;
    const add = (conv: ConvShape, stride: number, as: "standard" | "separable"): void => {
      const out = convOutputSize(size, 3, stride, 1, 1, 1);
      size = typeof out === "number" ? out : Number.NaN;
      macs += swapMacs(conv, size * size)[as];
      params += swapParams(conv, { bias: false, normVectors: 2 })[as] + 2 * conv.outChannels;
    };
    const width = (channels: number) => scaleChannels(channels, alpha, 8);
    add({ inChannels: 3, outChannels: width(32), kernelElements: 9 }, 2, "standard");
    for (const [from = 0, to = 0, stride = 1] of truth.body.blocks_in_out_stride) {
      add({ inChannels: width(from), outChannels: width(to), kernelElements: 9 }, stride, form);
    }
    return { macs: macs + width(1024) * 1000, params: params + width(1024) * 1000 + 1000 };
  };

  it("is table 4: the swap of every convolution but the stem", () => {
    const { conv_mobilenet_224: before, mobilenet_224: after } = truth.table_4_swap;
    expect(network("standard", 1, 224)).toEqual({ macs: before.macs, params: before.params });
    expect(network("separable", 1, 224)).toEqual({ macs: after.macs, params: after.params });
  });

  it.each(truth.table_6_width_at_224)("is table 6 at α = $alpha", ({ alpha, macs, params }) => {
    expect(network("separable", alpha, 224)).toEqual({ macs, params });
  });

  it.each(truth.table_7_resolution_at_width_1)("is table 7 at input $input", ({ input, macs }) => {
    expect(network("separable", 1, input).macs).toBe(macs);
  });

  it("is table 9: α and ρ together", () => {
    const { alpha, input, macs, params } = truth.table_9_small;
    expect(network("separable", alpha, input)).toEqual({ macs, params });
  });
});

describe("channels under α", () => {
  it("round down without a rule, to the nearest multiple of 8 with it", () => {
    expect(scaleChannels(100, 0.35, "none")).toBe(35);
    expect(scaleChannels(10, 0.7, "none")).toBe(7);
    expect(scaleChannels(96, 0.35, 8)).toBe(32);
    expect(scaleChannels(16, 0.35, 8)).toBe(8);
  });

  it("go up one multiple where the nearest would lose over a tenth", () => {
    // 24 × 0.75 = 18: the nearest multiple is 16, which is below 16.2.
    expect(scaleChannels(24, 0.75, 8)).toBe(24);
  });
});

describe("eligibility", () => {
  const conv = { inChannels: 64, kernelElements: 9, groups: 1, transposed: false, stem: false };

  it("takes a dense convolution with a kernel", () => {
    expect(swapObstacle(conv)).toBeUndefined();
    expect(swapObstacle({ ...conv, kernelElements: 7 })).toBeUndefined();
  });

  it("says what stands against it", () => {
    expect(swapObstacle({ ...conv, transposed: true })).toBe("transposed");
    expect(swapObstacle({ ...conv, groups: 64 })).toBe("depthwise");
    expect(swapObstacle({ ...conv, groups: 32 })).toBe("grouped");
    expect(swapObstacle({ ...conv, inChannels: 1, stem: true })).toBe("single-channel");
    expect(swapObstacle({ ...conv, kernelElements: 1 })).toBe("pointwise");
    expect(swapObstacle({ ...conv, stem: true })).toBe("stem");
    for (const sentence of Object.values(SWAP_OBSTACLES)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
