/** Inputs of networks whose layers learn their sizes: an image only where the first layer takes one, no guess of features. */
import { describe, expect, test } from "vitest";
import { profile } from "./profile.ts";

const linen = (body: string): string => `
from flax import linen as nn
class Net(nn.Module):
  @nn.compact
  def __call__(self, x):
${body.replace(/^/gm, "    ")}
`;

const keras = (init: string, call: string, after = ""): string => `
import keras
import numpy as np
from keras import layers
class Net(keras.Model):
  def __init__(self):
    super().__init__()
    ${init}
  def call(self, x):
    return ${call}
net = Net()
${after}
`;

describe("an input that nothing tells", () => {
  test.each([
    ["a dense layer", "return nn.Dense(10)(nn.relu(nn.Dense(32)(x)))", [1, null]],
    [
      "a dense layer behind a flattening",
      "return nn.Dense(10)(x.reshape((x.shape[0], -1)))",
      [1, null, null, null],
    ],
    ["a 1-D convolution", "return nn.Conv(8, (5,))(x)", [1, 128, null]],
    ["a recurrent layer", "return nn.RNN(nn.LSTMCell(8))(x)", [1, 128, null]],
  ])("leaves the features of %s open, and the figures that hang on them", (_, body, shape) => {
    const report = profile(linen(body));
    expect(report.input).toMatchObject({ shapes: [shape], origin: "default" });
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: null } });
    expect(report.diagnostics[0]?.message).toContain("convlens: input=1x");
  });

  test("layers behind the first are told", () => {
    const { layers } = profile(linen("return nn.Dense(10)(nn.relu(nn.Dense(32)(x)))"));
    expect(layers.map(({ params }) => params)).toEqual([null, 330]);
  });

  test.each([
    ["an embedding", "return nn.Dense(10)(nn.Embed(100, 32)(x))", [1, 128], 3530],
    ["a 3-D convolution", "return nn.Conv(16, (3, 3, 3))(x)", [1, 16, 112, 112, 3], 1312],
    ["a 2-D convolution", "return nn.Conv(16, (3, 3))(x)", [1, 224, 224, 3], 448],
  ])("is what %s takes", (_, body, shape, params) => {
    const report = profile(linen(body));
    expect(report.input.shapes).toEqual([shape]);
    expect(report).toMatchObject({ complete: true, totals: { params } });
  });
});

describe("Keras networks without an Input", () => {
  test("a dense layer's features are left open, and not those of the trial", () => {
    const report = profile(
      keras("self.a = layers.Dense(32); self.b = layers.Dense(10)", "self.b(self.a(x))"),
    );
    expect(report.input.shapes).toEqual([[1, null]]);
    expect(report.layers.map(({ name, params }) => [name, params])).toEqual([
      ["dense", null],
      ["dense_1", 330],
    ]);
  });

  test.each([
    ["build", "net.build((None, 20))", [1, 20], 672],
    ["a call", "net(keras.random.normal((1, 21)))", [1, 21], 704],
    ["fit", "net.fit(np.random.rand(100, 33), np.zeros((100, 32)))", [1, 33], 1088],
    ["predict", "net.predict(np.ones((8, 12)))", [1, 12], 416],
    [
      "a data set",
      "(x, y), _ = keras.datasets.mnist.load_data()\nnet.fit(x.reshape(60000, 784).astype('float32') / 255, y)",
      [1, 784],
      25120,
    ],
  ])("%s tells the input", (_, after, shape, params) => {
    const report = profile(keras("self.a = layers.Dense(32)", "self.a(x)", after));
    expect(report.input).toMatchObject({ shapes: [shape], origin: "call" });
    expect(report.totals.params).toBe(params);
  });

  test("digits with a new axis", () => {
    const report = profile(
      keras(
        "self.c = layers.Conv2D(32, 3); self.f = layers.Flatten(); self.d = layers.Dense(10)",
        "self.d(self.f(self.c(x)))",
        "(x, y), _ = keras.datasets.mnist.load_data()\nnet.fit(x[..., np.newaxis] / 255.0, y)",
      ),
    );
    expect(report.input.shapes).toEqual([[1, 28, 28, 1]]);
    expect(report.totals).toMatchObject({ macs: 411008, params: 216650 });
  });
});
