/** Layers against real Keras 3.15: output shapes, numbers of weights trained and not, and the names Keras gives. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { profile } from "../../profile.ts";

interface Truth {
  readonly code: string;
  /** Several inputs are arguments of the call, not one list. */
  readonly call: boolean;
  /** Without the batch; a leading "int" names the dtype. */
  readonly inputs: readonly (readonly (number | "int")[])[];
  readonly name: string;
  readonly out: readonly (readonly (number | null)[])[];
  readonly params: number;
  readonly trainable: number;
}

const truths = JSON.parse(
  readFileSync(new URL("../../../truth/keras_layers.json", import.meta.url), "utf8"),
) as readonly Truth[];

function input(shape: readonly (number | "int")[]): string {
  const sizes = shape.filter((size) => size !== "int").join(", ");
  return `keras.Input(shape=(${sizes},)${shape[0] === "int" ? ', dtype="int32"' : ""})`;
}

describe("layers of Keras", () => {
  it.each(
    truths.map(
      (truth) => [truth.code, truth.inputs.map((shape) => shape.join("x")).join(" "), truth] as const,
    ),
  )("%s on %s", (_, __, truth) => {
    const several = truth.inputs.length > 1;
    const report = profile(`
import keras
from keras.layers import *

def net():
    inputs = [${truth.inputs.map(input).join(", ")}]
    layer = ${truth.code}
    return keras.Model(inputs, layer(${truth.call ? "*inputs" : several ? "inputs" : "inputs[0]"}))
`);
    expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
    expect(report.complete).toBe(true);
    // Keras leaves some sizes open that are known here.
    const open = (at: number, axis: number): boolean => truth.out[at]?.[axis] === null;
    expect(
      report.output.map((shape, at) => shape?.map((size, axis) => (open(at, axis) ? null : size))),
    ).toEqual(truth.out);
    expect([report.totals.params, report.totals.trainable_params]).toEqual([truth.params, truth.trainable]);
    if (truth.params > 0) expect(report.layers.map(({ name }) => name)).toEqual([truth.name]);
  });
});

it("answers with the scores of an attention that is asked for them", () => {
  const report = profile(`
import keras
from keras import layers, ops

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.heads = layers.MultiHeadAttention(2, 4)
        self.plain = layers.Attention()
        self.of_heads = layers.Dense(2)
        self.of_plain = layers.Dense(2)

    def call(self, x):
        y, many = self.heads(x, x[:, :4], return_attention_scores=True)
        z, one = self.plain([y, x[:, :4]], return_attention_scores=True)
        return z, self.of_heads(many), self.of_plain(one)

Net()(ops.ones((2, 5, 3)))
`);
  expect(report.complete).toBe(true);
  expect(report.output).toEqual([
    [2, 5, 3],
    [2, 2, 5, 2],
    [2, 5, 2],
  ]);
  expect(report.totals.params).toBe(143);
});
