/**
 * Every argument of many layers with values of every kind: what no framework makes a layer of is never called complete.
 * What is taken was measured on torch 1.13, Keras 3.15 with JAX, flax 0.12, haiku 0.0.17, equinox 0.13 and TensorFlow.js 4.22.
 */
import { describe, expect, test } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
import { profile } from "../profile.ts";

const PYTHON_VALUES = {
  minus: "-1",
  fraction: "2.5",
  float: "8.0",
  nan: "float('nan')",
  inf: "float('inf')",
  huge: "1e308",
  wide: "2**53",
  text: "'x'",
  empty: "[]",
  object: "object()",
  class: "Exception",
  true: "True",
  none: "None",
} as const;
const JS_VALUES = {
  minus: "-1",
  fraction: "2.5",
  nan: "NaN",
  inf: "Infinity",
  huge: "1e308",
  wide: "2**53",
  text: "'x'",
  empty: "[]",
  object: "{}",
  true: "true",
} as const;

type Values = Readonly<Record<string, string>>;
/** A layer with `_` for the value, and the values that the framework takes. */
type Row = readonly [layer: string, taken: string];

function expectHonest(report: Report, isTaken: boolean): void {
  const messages = report.diagnostics.map(({ message }) => message).join("\n");
  expect(messages).not.toMatch(/\[object/);
  expect({ complete: report.complete, messages }).toEqual({ complete: isTaken, messages });
  if (!isTaken) expect(report.diagnostics.some(({ code }) => code === "impossible-figure")).toBe(false);
}

function grid(
  rows: readonly Row[],
  values: Values,
  source: (layer: string) => string,
  options: Parameters<typeof profile>[1] = {},
): void {
  test.each(rows)("%s takes: %s", (layer, taken) => {
    const names = taken === "" ? [] : taken.split(" ");
    for (const [name, value] of Object.entries(values)) {
      const text = layer.replace(/(?<!\w)_(?!\w)/, value);
      const report = profile(source(text), options);
      try {
        expectHonest(report, names.includes(name));
        if (values === PYTHON_VALUES)
          expect(report.diagnostics.map(({ message }) => message).join()).not.toMatch(/NaN|Infinity/);
      } catch (error) {
        throw new Error(`${text}: ${(error as Error).message}`);
      }
    }
  });
}

describe("torch", () => {
  grid(
    [
      ["nn.Conv2d(3, _, 3)", ""],
      ["nn.Conv2d(3, 8, _)", "true"],
      ["nn.Conv2d(3, 8, 3, stride=_)", ""],
      ["nn.Conv2d(3, 8, 3, padding=_)", ""],
      ["nn.Conv2d(3, 8, 3, dilation=(_, 1))", ""],
      ["nn.Conv2d(3, 8, 3, groups=_)", ""],
      ["nn.ConvTranspose2d(3, 8, 3, stride=2, output_padding=_)", ""],
      ["nn.ConvTranspose2d(3, 8, 3, stride=2, output_padding=(_, 1))", ""],
      ["nn.Linear(32, _)", ""],
      ["nn.MaxPool2d(_)", ""],
      ["nn.MaxPool2d(2, stride=_)", "empty none"],
      ["nn.AdaptiveAvgPool2d(_)", ""],
      ["nn.AdaptiveAvgPool2d((_, 2))", "none"],
      ["nn.FractionalMaxPool2d(3, output_ratio=_)", ""],
      ["nn.GroupNorm(_, 3)", ""],
      ["nn.ChannelShuffle(_)", ""],
      ["nn.PixelUnshuffle(_)", ""],
      ["nn.Unfold(_)", ""],
      ["nn.Flatten(_)", "minus"],
      ["nn.Unflatten(1, (_, 3))", "minus"],
      ["nn.ZeroPad2d(_)", "minus empty"],
      ["nn.Upsample(size=_)", ""],
      ["nn.Softmax(_)", "minus none"],
      ["nn.PReLU(_)", ""],
      ["nn.Sequential(nn.ReLU(), nn.Dropout(_))", "true"],
      ["nn.LSTM(32, _)", ""],
    ],
    PYTHON_VALUES,
    (layer) => `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = ${layer}
    def forward(self, x):
        return self.layer(x)
`,
    { input: ["1x3x32x32"] },
  );
});

describe("Keras", () => {
  grid(
    [
      ["layers.Conv2D(_, 3)", "float true"],
      ["layers.Conv2D(8, _)", "true"],
      ["layers.Conv2D(8, 3, padding=_)", ""],
      ["layers.UpSampling2D(_)", "true"],
      ["layers.ZeroPadding2D(_)", "true"],
      ["layers.Cropping2D(_)", "true"],
      ["layers.Permute((_, 2, 3))", "true"],
      ["layers.Reshape(_)", "none"],
      ["layers.Dropout(_)", "true"],
      ["layers.BatchNormalization(axis=_)", "minus true empty"],
      ["layers.GroupNormalization(_)", "minus true"],
    ],
    PYTHON_VALUES,
    (layer) => `
import keras
from keras import layers
def Net():
    i = keras.Input((32, 32, 3))
    return keras.Model(i, ${layer}(i))
`,
  );
});

describe("linen", () => {
  grid(
    [
      ["nn.Conv(_, (3, 3))", "true"],
      ["nn.Conv(8, (3, 3), kernel_dilation=_)", "true none"],
      ["nn.GroupNorm(_)", "true"],
      ["nn.BatchNorm(use_running_average=True, axis=_)", "minus true"],
      ["(lambda x: nn.max_pool(x, (_, 2)))", "true"],
      ["(lambda x: nn.avg_pool(x, (2, 2), strides=(_, 2)))", "true"],
    ],
    PYTHON_VALUES,
    (layer) => `
import flax.linen as nn
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return ${layer}(x)
`,
    { input: ["1x8x8x3"] },
  );
});

describe("Haiku", () => {
  grid(
    [
      ["hk.GroupNorm(_)", "true"],
      ["hk.Reshape((_, -1))", "true"],
      ["hk.MaxPool(2, 2, _)", ""],
    ],
    PYTHON_VALUES,
    (layer) => `
import haiku as hk
import jax.numpy as jnp
def forward(x):
    return ${layer}(x)
net = hk.transform(forward)
net.init(None, jnp.zeros((1, 8, 8, 3)))
`,
  );
});

describe("Equinox", () => {
  grid(
    [
      ["eqx.nn.PReLU(_)", "minus fraction float nan inf huge true"],
      ["eqx.nn.GroupNorm(_, 3)", "true"],
    ],
    PYTHON_VALUES,
    (layer) => `
import equinox as eqx
class Net(eqx.Module):
    layer: object
    def __init__(self):
        self.layer = ${layer}
    def __call__(self, x):
        return self.layer(x)
`,
    { input: ["3x8x8"] },
  );
});

describe("TensorFlow.js", () => {
  grid(
    [
      ["conv2d({ filters: _, kernelSize: 3 })", ""],
      ["conv2d({ filters: 8, kernelSize: _ })", ""],
      ["conv2d({ filters: 8, kernelSize: 3, padding: _ })", ""],
      ["upSampling2d({ size: _ })", ""],
      ["zeroPadding2d({ padding: _ })", "minus"],
      ["cropping2D({ cropping: _ })", ""],
      ["reshape({ targetShape: _ })", ""],
      ["permute({ dims: [_, 2, 3] })", ""],
      ["dropout({ rate: _ })", "minus fraction nan inf huge wide text empty object true"],
    ],
    JS_VALUES,
    (layer) => `
import * as tf from "@tensorflow/tfjs";
export function Net() {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [32, 32, 3] }));
  model.add(tf.layers.${layer});
  return model;
}
`,
    { file: "/app/model.ts" },
  );

  test.each([
    ["1", 224],
    ["{}", 224],
    ["null", 224],
    ["0", 216],
  ])("useBias: %s is read as JavaScript reads truth", (flag, params) => {
    const source = `
import * as tf from "@tensorflow/tfjs";
export function Net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3, useBias: ${flag} }));
  return model;
}
`;
    expect(profile(source, { file: "/app/model.ts" }).totals.params).toBe(params);
  });
});

test("an argument that is not known is no error", () => {
  const source = `
import os
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, int(os.environ["WIDTH"]), 3)
    def forward(self, x):
        return self.layer(x)
`;
  const report = profile(source, { input: ["1x3x32x32"] });
  expect(report.complete).toBe(false);
  expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

test.each([
  ["nn.Embedding(16, 8, padding_idx=16)", "Padding_idx must be within num_embeddings"],
  ["nn.Softmax(9)", "has dim=9, which must be -4 to 3"],
  ["nn.Parameter(torch.zeros(-1, 3))", "Trying to create tensor with negative dimension -1"],
  ["nn.Parameter(torch.zeros(float('nan'), 3))", "size must be an integer, gets"],
  ["nn.Conv2d(3, 8, 3, padding='full')", "Invalid padding string 'full'"],
  ["nn.MaxPool2d(2, padding=[3, '3'])", "padding must be an integer, gets '3'"],
])("torch says what is wrong with %s", (made, message) => {
  const source = `
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.made = ${made}
        self.layer = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.made(x) if callable(self.made) else self.layer(x)
`;
  const report = profile(source, { input: ["1x3x32x32"] });
  expect(report.complete).toBe(false);
  expect(report.diagnostics.map((diagnostic) => diagnostic.message).join("\n")).toContain(message);
});
