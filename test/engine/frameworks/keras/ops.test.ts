/** `keras.ops` and further layers on two inputs of 1×8×8×4 against real Keras 3.15: output shapes and weights. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectFigures, profile } from "../../profile.ts";

interface Truth {
  readonly code: string;
  /** Keras leaves some sizes open that are known here. */
  readonly out: readonly (number | null)[];
  readonly params: number;
}

const truths = JSON.parse(
  readFileSync(new URL("../../../truth/keras_ops.json", import.meta.url), "utf8"),
) as readonly Truth[];

const program = (code: string): string => `
import keras
from keras import ops, layers

x = keras.Input(batch_shape=(1, 8, 8, 4))
y = keras.Input(batch_shape=(1, 8, 8, 4))
net = keras.Model([x, y], ${code})
`;

describe("functions of keras.ops", () => {
  it.each(truths.map((truth) => [truth.code, truth] as const))("%s", (code, truth) => {
    const report = profile(program(code));
    const [shape] = report.output;
    expect(shape?.map((size, axis) => (truth.out[axis] === null ? null : size))).toEqual(truth.out);
    expect(report.totals.params).toBe(truth.params);
  });
});

describe("control flow", () => {
  it("runs a loop as often as it turns", () => {
    expectFigures(`
import keras
from keras import ops

x = keras.Input(batch_shape=(1, 8))
dense = keras.layers.Dense(8)  #: 192 MACs, 72 params, 1x8 x3

class Loop(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = dense

    def call(self, x):
        return ops.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, self.dense(v)), (0, x))[1]

net = Loop()
net(ops.zeros((1, 8)))
`);
  });

  it("counts one side of a branch that the data decides, and says so", () => {
    const report = profile(program("ops.cond(ops.sum(x) > 0, lambda: x + 1, lambda: x - 1)"));
    expect(report.complete).toBe(false);
    expect(report.diagnostics[0]?.message).toMatch(/^of a branch on what is not known/);
  });

  it("says that widths of a padding which come from data are not known", () => {
    const report = profile(program("layers.Conv2D(2, 3)(ops.pad(x, ops.cast(ops.shape(y), 'int32') * 1))"));
    expect(report.complete).toBe(false);
  });
});
