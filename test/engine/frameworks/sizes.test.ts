/** Sizes that no layer can have: told in the framework's own words, never priced. */
import { expect, test } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
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

test.each(["nn.Linear(224, 0)", "nn.Conv2d(3, 8, True)", "nn.ZeroPad2d(-1)", "nn.MaxPool2d(2)"])(
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

// As TensorFlow.js 4.22 says it.
test("TensorFlow.js takes its own layouts of data alone", () => {
  const report = (format: string) =>
    profile(
      `import * as tf from "@tensorflow/tfjs";
export function build() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [4, 9, 9], filters: 8, kernelSize: 3, dataFormat: ${format} }));
  return model;
}
`,
      { file: "/app/model.ts" },
    );
  expectRefused(
    report("'channels_first'"),
    'Conv2D: "channels_first" is not a valid DataFormat.  Valid values are channelsFirst,channelsLast or null/undefined.',
  );
  expect(report("'channelsFirst'").totals).toMatchObject({ macs: 9 * 4 * 8 * 49, params: 9 * 4 * 8 + 8 });
  expect(report("null").totals).toMatchObject({ params: 9 * 9 * 8 + 8 });
});

test("Haiku refuses channels below zero", () => {
  expectRefused(profile(haiku("hk.Conv2D(-8, 3)")), "Conv2D: output_channels must be positive, gets -8");
});

test.each([
  ["nn.Linear(224.0, 4)", "Linear: in_features must be an integer, gets 224.0"],
  ["nn.Conv2d(3, 16 / 2, 3)", "Conv2d: out_channels must be an integer, gets 8.0"],
  ["nn.MaxPool2d(2.0)", "MaxPool2d: kernel_size must be an integer, gets 2.0"],
])("torch refuses the float in %s, whole as it is", (layer, message) => {
  expectRefused(profile(torch(layer)), message);
});

const functional = (call: string): string => `
import torch
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(8, 3, 3, 3))
    def forward(self, x):
        return ${call}
`;

test.each([
  ["F.conv2d(x, self.weight, stride=0)", "has a stride of 0, which must be positive"],
  ["F.conv2d(x, self.weight, dilation=-1)", "has a dilation of -1, which must be positive"],
  ["F.conv2d(x, self.weight, padding=-1)", "has a padding of -1, which must not be negative"],
  ["F.conv2d(x, self.weight, groups=0)", "has 0 groups, which must be positive"],
  ["F.conv2d(x[..., :2, :2], self.weight)", "has a 3×3 kernel that does not fit into its 2×2 input"],
  ["F.avg_pool2d(F.conv2d(x, self.weight), 0)", "has a kernel of 0, which must be positive"],
  ["F.max_pool2d(F.conv2d(x, self.weight), 2, stride=0)", "has a stride of 0, which must be positive"],
])("a call that cannot be is never priced: %s", (call, message) => {
  const report = profile(functional(call));
  expect(report.complete).toBe(false);
  expect(report.totals.macs).toBeNull();
  expect(report.output[0]?.slice(2)).toEqual([null, null]);
  expect(report.diagnostics.map((diagnostic) => diagnostic.message).join("\n")).toContain(message);
  expect(report.diagnostics.some(({ code }) => code === "impossible-figure")).toBe(false);
});

test.each([
  [
    "a kernel that does not fit",
    "layers.Conv2D(8, 40)",
    "40×40 kernel that does not fit into its 30×30 input",
  ],
  [
    "groups that do not divide",
    "layers.Conv2D(9, 3, groups=2)",
    "2 groups, which do not divide its 9 output",
  ],
])("Keras: %s is never priced", (_what, layer, message) => {
  const report = profile(keras(layer));
  expect(report.complete).toBe(false);
  expect(report.totals.macs).toBeNull();
  expect(report.diagnostics.map((diagnostic) => diagnostic.message).join("\n")).toContain(message);
});

const linen = (layer: string): string => `
import flax.linen as nn
import jax, jax.numpy as jnp
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return ${layer}(x)
Net().init(jax.random.PRNGKey(0), jnp.zeros((1, 8, 8, 3)))
`;
const nnx = (layer: string): string => `
from flax import nnx
class Net(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.layer = ${layer}
    def __call__(self, x):
        return self.layer(x)
`;

test.each([
  ["nn.Conv(-8, (3, 3))", "Conv: features must be positive, gets -8"],
  ["nn.Conv(8, (3, 0))", "Conv: kernel_size must be positive, gets 0"],
  ["nn.Conv(8, (3, 3), strides=0)", "Conv: strides must be positive, gets 0"],
  ["nn.Dense(2.5)", "Dense: features must be an integer, gets 2.5"],
])("linen refuses %s", (layer, message) => {
  expectRefused(profile(linen(layer)), message);
});

test.each([
  ["nnx.Conv(3, -8, (3, 3), rngs=rngs)", "Conv: out_features must be positive, gets -8"],
  ["nnx.Linear(3, 2.5, rngs=rngs)", "Linear: out_features must be an integer, gets 2.5"],
])("nnx refuses %s", (layer, message) => {
  expectRefused(profile(nnx(layer)), message);
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

const call = (expression: string): string => `
import torch
import torch.nn.functional as F
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 8, 1)
    def forward(self, x):
        return ${expression}
Net()(torch.randn(1, 3, 8, 8))
`;

// Each is refused by torch 1.13, haiku 0.0.16, equinox 0.13 and Keras 3 as they run.
test.each([
  ["torch", call("nn.Conv2d(3, 0, 3)(x)"), "a weight of at least 1 at dimension 0"],
  [
    "torch",
    call("nn.ConvTranspose2d(3, 8, 3, output_padding=1)(x)"),
    "smaller than either stride or dilation",
  ],
  ["torch", call("nn.LSTM(8, 4, proj_size=4)(x[0])"), "proj_size has to be smaller than hidden_size"],
  ["torch", call("nn.GRU(8, 0)(x[0])"), "proj_size has to be smaller than hidden_size"],
  ["torch", call("nn.LSTM(8, 4, proj_size=-1)(x[0])"), "should be a positive integer or zero"],
  ["torch", call("nn.Unfold(9)(x)"), "has 9×9 blocks that do not fit into its 8×8 input"],
  ["torch", call("F.unfold(x, 9)"), "has 9×9 blocks that do not fit into its 8×8 input"],
  [
    "torch",
    call("F.adaptive_avg_pool2d(x, -1)"),
    "has an output_size of -1, which must be greater than or equal to 0",
  ],
  ["torch", call("F.interpolate(x, scale_factor=-1)"), "interpolate() makes 1×3×-8×-8"],
  ["haiku", haiku("hk.MaxPool(0, 1, 'VALID')"), "has a kernel of 0, which must be positive"],
  ["haiku", haiku("hk.AvgPool(2, 0, 'SAME')"), "has a stride of 0, which must be positive"],
  ["haiku", haiku("hk.GroupNorm(2)"), "has 2 groups, which do not divide 3 channels"],
  [
    "keras",
    keras("layers.Conv2D(8, 3, strides=2, dilation_rate=2)"),
    "not supported in conjunction with dilation_rate > 1",
  ],
  ["keras", keras("layers.GroupNormalization(3)"), "has 3 groups, which do not divide 8 channels"],
  ["keras", keras("layers.UpSampling2D(0)"), "Expected a strictly positive value. Received size=0"],
  ["keras", keras("layers.Embedding(0, 8)"), "`input_dim` must be a positive integer. Received: input_dim=0"],
  ["keras", keras("layers.Activation(2.5)"), "Could not interpret activation function identifier: 2.5"],
  [
    "keras",
    keras("layers.Dense(4, activation=2.5)"),
    "Could not interpret activation function identifier: 2.5",
  ],
  ["keras", keras("layers.Cropping2D(16)"), "makes -2×-2 of 30×30"],
])("%s refuses what it cannot run and no figures are called complete: %#", (_, text, message) => {
  const report = profile(text);
  expect(report.complete).toBe(false);
  expect(report.totals.macs).toBeNull();
  const found = report.diagnostics.filter(({ severity }) => severity === "error");
  expect(found.map((diagnostic) => diagnostic.message).join("\n")).toContain(message);
});

test.each([
  ["torch", call("nn.ConvTranspose2d(3, 8, 3, stride=2, output_padding=1)(x)")],
  ["torch", call("nn.LSTM(8, 4, proj_size=3)(x[0])")],
  ["torch", call("F.unfold(x, 8)")],
  ["keras", keras("layers.GroupNormalization(-1)")],
  ["keras", keras("layers.GroupNormalization(4)")],
  ["keras", keras("layers.Conv2D(8, 3, dilation_rate=2)")],
  ["keras", keras("layers.Cropping2D(2)")],
  ["haiku", haiku("hk.MaxPool(2, 2, 'VALID')")],
])("%s takes what fits: %#", (_, text) => {
  const report = profile(text);
  expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(report.complete).toBe(true);
});
