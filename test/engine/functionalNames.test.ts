import { expect, it } from "vitest";
import { profile } from "./profile.ts";

it("names a function that runs on a layer's weights after the layer", () => {
  const report = profile(
    `
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.scale = nn.Parameter(torch.ones(24))
    def forward(self, x):
        x = F.linear(x, self.qkv.weight, self.qkv.bias.clone())
        return F.linear(x, self.qkv.weight.t())
`,
    { input: ["1x8"] },
  );
  expect(report.layers.map(({ name, macs, params }) => ({ name, macs, params }))).toEqual([
    { name: "qkv", macs: 192, params: 216 },
    { name: "linear", macs: 192, params: 0 },
  ]);
});

it("takes arithmetic on a layer's weights for no run of the layer", () => {
  const report = profile(
    `
import numpy as np, keras
from keras import layers
class Masked(layers.Layer):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(8, 7, padding="same")
    def build(self, shape):
        self.conv.build(shape)
        self.mask = np.zeros(self.conv.kernel.shape)
    def call(self, x):
        self.conv.kernel.assign(self.conv.kernel * self.mask)
        return self.conv(x)
inputs = keras.Input((28, 28, 1))
model = keras.Model(inputs, Masked()(inputs))
`,
  );
  expect(report.layers).toMatchObject([
    { type: "Conv2D", calls: 1, out: [[1, 28, 28, 8]], params: 7 * 7 * 8 + 8, macs: 28 * 28 * 7 * 7 * 8 },
  ]);
});
