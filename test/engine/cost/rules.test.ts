/** Cost rules whose truth is another framework's documentation or the definition itself. */
import { describe, expect, it } from "vitest";
import {
  attentionMacs,
  broadcastSizes,
  matmulMacs,
  parseEinsum,
} from "../../../src/engine/cost/contraction.ts";
import { convMacs, convWeights, transposedConvMacs } from "../../../src/engine/cost/convolution.ts";
import {
  causalPadding,
  convOutputSize,
  sameOutputSize,
  samePadding,
  transposedSameOutputSize,
  transposedSamePaddedOutputSize,
  transposedValidOutputSize,
  validOutputSize,
} from "../../../src/engine/cost/geometry.ts";
import { lift } from "../../../src/engine/cost/lift.ts";
import { recurrentCost } from "../../../src/engine/cost/recurrent.ts";

describe("convolution", () => {
  it("costs what torchvision's resnet18 truth says of its stem and of a strided 3x3", () => {
    expect(convMacs(112 * 112, 3, 64, 1, 49)).toBe(118013952);
    expect(convWeights(3, 64, 1, 49)).toBe(9408);
    expect(convMacs(56 * 56, 64, 64, 1, 9)).toBe(115605504);
  });

  it("shares the input channels between groups", () => {
    expect(convMacs(56 * 56, 128, 128, 128, 9)).toBe(56 * 56 * 128 * 9);
    expect(convWeights(128, 128, 32, 9)).toBe(4 * 128 * 9);
  });

  it("counts a transposed convolution by its input positions", () => {
    expect(transposedConvMacs(4 * 4, 512, 256, 1, 16)).toBe(4 * 4 * 512 * 256 * 16);
  });

  it("answers the unknown that it was given", () => {
    const why = { reason: "needs num_classes" };
    expect(convMacs(why, 64, 64, 1, 9)).toBe(why);
    expect(convOutputSize(10, why, 1, 0, 0, 1)).toBe(why);
    expect(matmulMacs([2, why], [3, 4])).toBe(why);
  });
});

describe("a lifted rule", () => {
  it("looks at its own arguments alone, so that it can be mapped", () => {
    const double = lift((size: number) => 2 * size);
    expect([1, 2].map(double)).toEqual([2, 4]);
  });
});

describe("padding by name", () => {
  it("is asymmetric in TensorFlow when it is odd, and knows the stride", () => {
    expect(samePadding(224, 3, 2, 1)).toEqual([0, 1]);
    expect(samePadding(225, 3, 2, 1)).toEqual([1, 1]);
    expect(samePadding(5, 1, 2, 1)).toEqual([0, 0]);
    expect(samePadding(10, 2, 1, 1)).toEqual([0, 1]);
  });

  it("gives the same size as the padding that it stands for", () => {
    for (const size of [5, 10, 13]) {
      for (const [kernel, stride, dilation] of [
        [3, 2, 1],
        [4, 3, 1],
        [3, 1, 2],
        [1, 2, 1],
      ] as const) {
        const [before, after] = samePadding(size, kernel, stride, dilation);
        expect(convOutputSize(size, kernel, stride, before, after, dilation)).toBe(
          sameOutputSize(size, stride),
        );
      }
    }
  });

  it("keeps causal padding before, and none for valid", () => {
    expect(causalPadding(3, 2)).toEqual([4, 0]);
    expect(validOutputSize(28, 5, 1, 1)).toBe(24);
  });

  it("transposes by the stride (Keras)", () => {
    expect(transposedSameOutputSize(7, 2)).toBe(14);
    expect(transposedValidOutputSize(7, 3, 2, 1)).toBe(15);
    expect(transposedValidOutputSize(7, 2, 3, 1)).toBe(21);
    expect(transposedSamePaddedOutputSize(7, 3, 2, 1, 1)).toBe(14);
  });
});

describe("contraction", () => {
  it("broadcasts sizes from the last axis", () => {
    expect(broadcastSizes([5, 1, 3], [4, 1])).toEqual([5, 4, 3]);
    expect(broadcastSizes([], [2])).toEqual([2]);
  });

  it("answers a sentence for an einsum that does not fit", () => {
    expect(parseEinsum("ij,jk->ik", [2])).toBe('einsum "ij,jk->ik" has 2 operands, but gets 1');
    expect(parseEinsum("ij,jk->ik", [2, 3])).toBe(
      'einsum "ij,jk->ik" names 2 axes of operand 2, which has 3',
    );
  });

  it("counts scores and weighted sum of attention", () => {
    expect(attentionMacs(12, 197, 197, 64, 64)).toBe(2 * 12 * 197 * 197 * 64);
  });
});

describe("recurrent layers of Keras", () => {
  it("have the parameters that the guide's summary shows: LSTM(128) on 64 features 98,816", () => {
    const lstm = recurrentCost({
      cell: "lstm",
      inputSize: 64,
      hiddenSize: 128,
      biases: 1,
      layers: 1,
      directions: 1,
    });
    expect(lstm.params).toBe(98816);
  });

  it("keep two biases a gate in GRU(256) with reset_after on 64 features: 247,296", () => {
    const gru = recurrentCost({
      cell: "gru",
      inputSize: 64,
      hiddenSize: 256,
      biases: 2,
      layers: 1,
      directions: 1,
    });
    expect(gru.params).toBe(247296);
  });
});
