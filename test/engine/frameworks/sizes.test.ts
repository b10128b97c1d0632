/** Sizes that no layer can have: told in the framework's own words, never priced. */
import { expect, test } from "vitest";
import type { Report } from "../../../src/engine/report/contract.ts";
import { profile } from "../profile.ts";

const torch = (layer: string): string => `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = ${layer}
    def forward(self, x):
        return self.layer(x)
`;
const keras = (layer: string): string => `
import keras
from keras import layers
def Net():
    i = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(i)
    x = ${layer}(x)
    return keras.Model(i, x)
`;
const haiku = (layer: string): string => `
import haiku as hk
import jax.numpy as jnp
def forward(x):
    return ${layer}(x)
net = hk.transform(forward)
net.init(None, jnp.zeros((1, 8, 8, 3)))
`;

function expectRefused(report: Report, message: string): void {
  expect(report.complete).toBe(false);
  expect(report.totals.macs).toBeNull();
  const found = report.diagnostics.filter(({ severity }) => severity === "error");
  expect(found.map((diagnostic) => diagnostic.message)).toContain(message);
  expect(found.every(({ code }) => code === "impossible-size")).toBe(true);
}

test.each([
  ["nn.Conv2d(3, -8, 3)", "Conv2d: out_channels must be positive, gets -8"],
  ["nn.Conv2d(3, 8.5, 3)", "Conv2d: out_channels must be an integer, gets 8.5"],
  ["nn.Conv2d(3, 8, 0)", "Conv2d: kernel_size must be positive, gets 0"],
  ["nn.Conv2d(3, 8, 3, stride=(1, 0))", "Conv2d: stride must be positive, gets 0"],
  ["nn.Conv2d(3, 8, 3, dilation=0)", "Conv2d: dilation must be positive, gets 0"],
  ["nn.Conv2d(3, 8, 3, groups=0)", "Conv2d: groups must be positive, gets 0"],
  ["nn.Conv2d(3, 8, 3, padding=-1)", "Conv2d: padding must not be negative, gets -1"],
  ["nn.Linear(224, -1)", "Linear: out_features must be positive, gets -1"],
])("torch refuses %s", (layer, message) => {
  expectRefused(profile(torch(layer)), message);
});

test.each(["nn.Linear(224, 0)", "nn.Conv2d(3, True, 3)", "nn.ZeroPad2d(-1)", "nn.MaxPool2d(2)"])(
  "torch takes %s",
  (layer) => {
    const report = profile(torch(layer));
    expect(report.diagnostics.filter(({ code }) => code.startsWith("impossible"))).toEqual([]);
  },
);

test("an impossible layer leaves the figures of the others", () => {
  const report = profile(torch("nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, -4, 3))"));
  expect(report.layers.map(({ params }) => params)).toEqual([224, null]);
});

test("what a program catches is no error of it", () => {
  const report = profile(
    `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        try:
            self.layer = nn.Conv2d(3, -8, 3)
        except ValueError:
            self.layer = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.layer(x)
`,
  );
  expect(report.diagnostics).toEqual([]);
  expect(report.totals.params).toBe(224);
});

test.each([
  [
    "layers.Conv2D(-4, 3)",
    "Conv2D: Invalid value for argument `filters`. Expected a strictly positive value. Received filters=-4",
  ],
  [
    "layers.Dense(-1)",
    "Dense: Received an invalid value for `units`, expected a positive integer. Received: units=-1",
  ],
])("Keras refuses %s", (layer, message) => {
  expectRefused(profile(keras(layer)), message);
});

test("TensorFlow.js refuses units below one and fractions", () => {
  const report = profile(
    `
import * as tf from "@tensorflow/tfjs";
export function Net() {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [8], units: 8 }));
  model.add(tf.layers.dense({ units: -1 }));
  model.add(tf.layers.dense({ units: 2.5 }));
  return model;
}
`,
    { file: "/app/model.ts" },
  );
  expectRefused(report, "Dense: Expected units to be a positive integer, but got -1.");
  expectRefused(report, "Dense: Expected units to be a positive integer, but got 2.5.");
});

test("Haiku refuses channels below zero", () => {
  expectRefused(profile(haiku("hk.Conv2D(-8, 3)")), "Conv2D: output_channels must be positive, gets -8");
});

test.each([
  ["an LSTM", "nn.LSTM(3, 8, 10**8)"],
  ["a transformer", "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 10**8)"],
])("%s of more layers than are read is not known", (_what, layer) => {
  const report = profile(torch(layer), { input: ["1x8x8"] });
  expect(report.totals.params).toBeNull();
  expect(report.diagnostics.map(({ message }) => message)).toContain("more than 200000 items");
});

test.each(["split(1)", "chunk(10**8)", "tensor_split(10**8)"])(
  "a tensor taken apart by %s is not known",
  (call) => {
    const source = `
import torch
from torch import nn
class Net(nn.Module):
    def forward(self, x):
        return torch.zeros(10**8).${call}
`;
    const report = profile(source, { input: ["1x8"] });
    expect(report.complete).toBe(false);
    expect(report.diagnostics.map(({ message }) => message)).toContain("more than 200000 items");
  },
);

test("an einsum of many operands is read in time in proportion to them", () => {
  const source = `
import torch
from torch import nn
class Net(nn.Module):
    def forward(self, x):
        return torch.einsum(",".join(["ab"] * 20000) + "->a", *[x] * 20000)
`;
  expect(profile(source, { input: ["1x4"] }).totals.macs).toBe(4);
});
