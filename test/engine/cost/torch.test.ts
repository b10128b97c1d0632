/** The cost rules against what torch itself answered (recorded in test/truth/torch_cost.json). */
import { describe, expect, it } from "vitest";
import { einsumMacs, einsumShape, matmulMacs, parseEinsum } from "../../../src/engine/cost/contraction.ts";
import {
  convOutputSize,
  poolCeilOutputSize,
  samePaddingStride1,
  scaledSize,
  transposedOutputSize,
} from "../../../src/engine/cost/geometry.ts";
import { type RecurrentCell, recurrentCost } from "../../../src/engine/cost/recurrent.ts";
import truth from "../../truth/torch_cost.json" with { type: "json" };

type Row<T extends unknown[]> = T;

describe("sizes as torch computes them", () => {
  it("convolves", () => {
    for (const [size, kernel, stride, padding, dilation, out] of truth.conv as Row<
      [number, number, number, number, number, number]
    >[]) {
      expect(convOutputSize(size, kernel, stride, padding, padding, dilation)).toBe(out);
    }
  });

  it("convolves transposed", () => {
    type T = Row<[number, number, number, number, number, number, number]>;
    for (const [size, kernel, stride, padding, outputPadding, dilation, out] of truth.transposed as T[]) {
      expect(transposedOutputSize(size, kernel, stride, padding, outputPadding, dilation)).toBe(out);
    }
  });

  it("pools, rounding up only while the last window starts inside the input or its left padding", () => {
    type T = Row<[number, number, number, number, number, boolean, number]>;
    for (const row of truth.max_pool as T[]) {
      const [size, kernel, stride, padding, dilation, ceil, out] = row;
      const rule = ceil ? poolCeilOutputSize : convOutputSize;
      expect(rule(size, kernel, stride, padding, padding, dilation), row.join(" ")).toBe(out);
    }
  });

  it("resizes by a factor", () => {
    for (const [size, scale, out] of truth.interpolate as Row<[number, number, number]>[]) {
      expect(scaledSize(size, scale)).toBe(out);
    }
  });

  it("puts the odd element of padding='same' behind", () => {
    for (const [kernel, dilation, before] of truth.same as Row<[number, number, number]>[]) {
      const total = dilation * (kernel - 1);
      expect(samePaddingStride1(kernel, dilation)).toEqual([before, total - before]);
    }
  });
});

describe("MACs as torch's own matrix products show", () => {
  it("multiplies matrices with broadcasting", () => {
    for (const [left, right, macs] of truth.matmul as Row<[number[], number[], number]>[]) {
      expect(matmulMacs(left, right), `${left} @ ${right}`).toBe(macs);
    }
  });

  it.each(truth.einsum as Row<[string, number[][], number[], number]>[])(
    "contracts %s",
    (text, shapes, out, macs) => {
      const equation = parseEinsum(
        text,
        shapes.map((shape) => shape.length),
      );
      if (typeof equation === "string") throw new Error(equation);
      expect(einsumShape(equation, shapes)).toEqual(out);
      expect(einsumMacs(equation, shapes)).toBe(macs);
    },
  );

  it("counts recurrent parameters, and one MAC a matrix element a step", () => {
    type T = Row<[RecurrentCell, number, number, number, number, 1 | 2, boolean, number, number]>;
    for (const [
      cell,
      inputSize,
      hiddenSize,
      projection,
      layers,
      directions,
      bias,
      params,
      elements,
    ] of truth.recurrent as T[]) {
      const cost = recurrentCost({
        cell,
        inputSize,
        hiddenSize,
        ...(projection > 0 && { projection }),
        biases: bias ? 2 : 0,
        layers,
        directions,
      });
      expect(cost).toEqual({ macsPerStep: elements, params });
    }
  });
});
