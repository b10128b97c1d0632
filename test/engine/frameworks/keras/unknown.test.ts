/** Parts of a program that are not there, or have no part in shapes, beside networks whose figures are asked for. */
import { describe, expect, it } from "vitest";
import { profile } from "../../profile.ts";

const messages = (report: { readonly diagnostics: readonly { readonly message: string }[] }) =>
  report.diagnostics.map(({ message }) => message);

describe("a backbone that is not there", () => {
  it.each([
    ["an output of its layers", "return keras.Model(base.inputs, base.layers[3].output)"],
    [
      "outputs in a list",
      "return keras.Model([base.inputs], [base.get_layer(n).output for n in ('a', 'b')])",
    ],
    ["a layer on its output", "return keras.Model(base.input, layers.Dense(10)(base.output))"],
    ["in a Sequential", "return keras.Sequential([keras.Input((8, 8, 3)), base.trunk(), layers.Dense(10)])"],
    ["called on the input", "i = keras.Input((8, 8, 3)); return keras.Model(i, layers.Dense(10)(base(i)))"],
  ])("leaves the totals open: %s", (_, body) => {
    const report = profile(
      `
import keras
from keras import layers
import zoo_that_is_not_there

def net():
    base = zoo_that_is_not_there.Backbone()
    ${body}
`,
      { model: "net" },
    );
    expect(report.complete).toBe(false);
    expect([report.totals.params, report.totals.macs]).toEqual([null, null]);
    for (const layer of report.layers) expect(layer.params).toBeNull();
    expect(messages(report).join()).toContain("zoo_that_is_not_there");
  });
});

it("takes metrics, plots and callbacks of the program for no part of a network", () => {
  const report = profile(`
import keras
from keras import layers, ops
import matplotlib.pyplot as plt

class TruePositives(keras.metrics.Metric):
    def __init__(self, name="tp", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(ops.sum(y_true))
        self.add_variable(shape=(), name="more")

class Overlap(keras.metrics.MeanIoU):
    def update_state(self, y_true, y_pred, sample_weight=None):
        return super().update_state(y_true, y_pred, sample_weight)

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
        self.hits = TruePositives()
        self.overlap = Overlap(num_classes=3)
    def call(self, x):
        y = self.dense(x)
        self.hits.update_state(y, y)
        self.overlap.update_state(y, y)
        return y

fig, axes = plt.subplots(2, 3)
net = Net()
net(ops.zeros((2, 5)))
`);
  expect(messages(report)).toEqual([]);
  expect([report.complete, report.totals.params]).toEqual([true, 18]);
});

it("takes the arguments of Keras 2 and the powers, transposes and arrays of tensors", () => {
  const report = profile(`
import keras
from keras import layers, ops
import tensorflow as tf

frames = keras.Input((5, 16, 16, 3))
x = layers.ConvLSTM2D(8, 3, activation="relu", padding="same")(frames)
x = layers.LeakyReLU(alpha=0.2)(x ** 2)
x = tf.pow(x, 2.0)
sizes = ops.convert_to_tensor([4, 6]).numpy().flatten().tolist()
rows = ops.zeros((7, 9)).T.shape[0]
x = layers.Dense(sizes[1])(x)
x = layers.Dense(rows)(x)
model = keras.Model(frames, x)
`);
  expect(messages(report)).toEqual([]);
  expect(report.layers.flatMap(({ name, params }) => (params ? [[name, params]] : []))).toEqual([
    ["conv_lstm2d", 3 * 3 * (3 + 8) * 32 + 32],
    ["dense", 8 * 6 + 6],
    ["dense_1", 6 * 9 + 9],
  ]);
});
