/**
 * Rewrites of lines that several layers share, of calls that spread arguments, and of batch norms that are told or
 * threaded through: the rewritten program is traced again and must cost what the simulation says.
 */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";
import { profile } from "../profile.ts";

const parsers = await loadParsers();

function rewrite(source: string, model: string, file = "/app/net.py") {
  const engine = createEngine({ parsers, host: memoryHost({ [file]: source }) });
  const result = engine.rewrite(file, { layers: "all", model });
  if (!result.ok) throw new Error(result.reason);
  const { edits, layers, refused, traced, simulated } = result.rewrite;
  expect(traced).toEqual(simulated);
  expect(refused).toEqual([]);
  return { text: applyEdits(source, edits), layers };
}

describe("a rewrite of a line that makes several layers", () => {
  it("gives the function a parameter where its calls alone tell which layers a batch norm follows", () => {
    const { text, layers } = rewrite(
      `import torch
from torch import nn


def conv3x3(i, o, stride=1):
    return nn.Conv2d(i, o, 3, stride, 1, bias=False)  # shared


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(i)
        self.conv1 = conv3x3(i, o)
        self.bn2 = nn.BatchNorm2d(o)
        self.conv2 = conv3x3(o, o)

    def forward(self, x):
        y = self.conv1(torch.relu(self.bn1(x)))
        return torch.sigmoid(self.conv2(torch.relu(self.bn2(y))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv3x3(3, 8)
        self.net = nn.Sequential(Block(8, 16), Block(16, 16))

    def forward(self, x):
        return self.net(self.stem(x))
`,
      "Net",
    );
    expect(layers).toHaveLength(4);
    expect(text).toContain("def conv3x3(i, o, stride=1, norm_between=False):");
    expect(text).toContain("self.conv1 = conv3x3(i, o, norm_between=True)");
    expect(text).toContain("self.conv2 = conv3x3(o, o)\n");
    expect(text).toContain("        if norm_between\n");
    expect(text).toContain("  # shared");
  });

  it("tells layers with a batch norm from others by their bias, and takes apart what a list gives", () => {
    const { text, layers } = rewrite(
      `import torch
from torch import nn


class Basic(nn.Module):
    def __init__(self, *args, norm=True, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(*args, bias=not norm, **kwargs)
        self.norm = nn.BatchNorm2d(args[1]) if norm else nn.Identity()

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        cfg = {"in_channels": 16, "out_channels": 24, "kernel_size": 3}
        self.stem = Basic(3, 8, 3, padding=1)
        self.a = Basic(8, 16, 3, padding=1)
        self.b = Basic(16, 16, 3, norm=False, padding=1)
        self.c = nn.Conv2d(**cfg)

    def forward(self, x):
        return self.c(self.b(self.a(self.stem(x))))
`,
      "Net",
    );
    expect(layers).toEqual(["a.conv", "b.conv", "c"]);
    expect(text).toContain(
      'nn.Conv2d(args[0], args[0], args[2], bias=False, padding=kwargs["padding"], groups=args[0]),',
    );
    expect(text).toContain("else nn.Conv2d(*args, bias=not norm, **kwargs)");
    expect(text).toContain(
      'nn.Conv2d(in_channels=cfg["in_channels"], out_channels=cfg["out_channels"], kernel_size=1)',
    );
  });
});

describe("a rewrite of a call that spreads options", () => {
  it("names each of them in Keras", () => {
    const { text, layers } = rewrite(
      `import keras
from keras import layers

conv_args = {"activation": "relu", "kernel_initializer": "he_normal", "padding": "same"}


def block(x, filters, norm=True, **kwargs):
    x = layers.Conv2D(filters, 3, use_bias=not norm, **kwargs)(x)
    if norm:
        x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def net():
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(images)
    x = layers.Conv2D(16, 3, **conv_args)(x)
    x = layers.Conv2D(16, 3, name="normed", **conv_args)(x)
    x = layers.BatchNormalization()(x)
    x = block(x, 24)
    x = block(x, 32, norm=False)
    return keras.Model(images, layers.GlobalAveragePooling2D()(x))
`,
      "net",
    );
    expect(layers).toHaveLength(4);
    expect(text).toContain(
      'layers.SeparableConv2D(16, 3, activation=conv_args["activation"], depthwise_initializer=conv_args["kernel_initializer"], pointwise_initializer=conv_args["kernel_initializer"], padding=conv_args["padding"])(x)',
    );
    expect(text).toContain("layers.DepthwiseConv2D(3, use_bias=False, **kwargs),");
  });

  it("names each of them in TensorFlow.js", () => {
    const { text, layers } = rewrite(
      `import * as tf from "@tensorflow/tfjs";

const cfg = { kernelSize: 3, padding: "same", kernelInitializer: "heNormal" } as const;

export function net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3 }));
  model.add(tf.layers.conv2d({ ...cfg, filters: 16 }));
  const last = { filters: 24, ...cfg };
  model.add(tf.layers.conv2d(last));
  model.add(tf.layers.batchNormalization());
  return model;
}
`,
      "net",
      "/app/net.ts",
    );
    expect(layers).toHaveLength(2);
    expect(text).toContain(
      "tf.layers.separableConv2d({ kernelSize: cfg.kernelSize, padding: cfg.padding, depthwiseInitializer: cfg.kernelInitializer, pointwiseInitializer: cfg.kernelInitializer, filters: 16 })",
    );
    expect(text).toContain(
      "tf.layers.conv2d({ filters: last.filters, kernelSize: 1, kernelInitializer: last.kernelInitializer })",
    );
  });
});

/** Parameters as the frameworks count those of the rewritten networks. */
describe("a rewrite with a batch norm that must be told whether it trains, or takes a state", () => {
  it("makes a module of its own in Linen's setup, whose calls say it, shared helpers too", () => {
    const { text } = rewrite(
      `from flax import linen as nn
import jax.numpy as jnp


class Net(nn.Module):
    def setup(self):
        self.stem = nn.Conv(8, (3, 3))
        self.stem_norm = nn.BatchNorm()
        self.conv = nn.Conv(16, (3, 3), use_bias=False)  # wide
        self.norm = nn.BatchNorm(momentum=0.9)
        self.last = nn.Conv(24, (3, 3))
        self.last_norm = nn.BatchNorm()

    def block(self, conv, norm, x, train):
        return nn.relu(norm(conv(x), use_running_average=not train))

    def __call__(self, x, train=False):
        x = self.block(self.stem, self.stem_norm, x, train)
        x = self.block(self.conv, self.norm, x, train)
        x = self.last(x)
        x = self.last_norm(x, use_running_average=not train)
        return nn.silu(x)
`,
      "Net",
    );
    expect(text).toContain("class SeparableConv(nn.Module):");
    expect(text).toContain(
      "(conv(x, use_running_average=not train) if isinstance(conv, SeparableConv) else conv(x))",
    );
    expect(text).toContain("x = self.last(x, use_running_average=not train)");
    expect(profile(text, { model: "Net", input: ["2x64x64x3"] }).totals.params).toBe(1120);
  });

  it("says it in Haiku's list of layers where the function knows it", () => {
    const { text } = rewrite(
      `import haiku as hk
import jax


def net_fn(x, is_training=False):
    x = hk.Conv2D(8, 3, name="stem")(x)
    for width in (16, 32):
        x = hk.Conv2D(width, 3, with_bias=False)(x)  # wide
        x = hk.BatchNorm(True, True, 0.9)(x, is_training)
        x = jax.nn.relu(x)
    return hk.Linear(10)(x.mean((1, 2)))


net = hk.transform_with_state(net_fn)
`,
      "net",
    );
    expect(text).toContain("lambda x: hk.BatchNorm(True, True, 0.9)(x, is_training),");
    expect(profile(text, { model: "net", input: ["2x64x64x3"] }).totals.params).toBe(1554);
  });

  it("makes a module of its own where Haiku's layers are made before they are called", () => {
    const { text } = rewrite(
      `import haiku as hk
import jax


class Net(hk.Module):
    def __init__(self):
        super().__init__()
        self.stem = hk.Conv2D(8, 3)
        self.conv = hk.Conv2D(16, 3, with_bias=False)
        self.norm = hk.BatchNorm(True, True, 0.9)

    def __call__(self, x, is_training):
        x = self.conv(self.stem(x))
        return jax.nn.relu(self.norm(x, is_training))


net = hk.transform_with_state(lambda x, is_training=False: Net()(x, is_training))
`,
      "net",
    );
    expect(text).toContain("x = self.conv(self.stem(x), is_training=is_training)");
    expect(profile(text, { model: "net", input: ["2x64x64x3"] }).totals.params).toBe(472);
  });

  it("threads the state of Equinox' batch norm through the layer's calls", () => {
    const { text } = rewrite(
      `import equinox as eqx
import jax
import jax.numpy as jnp


class Net(eqx.Module):
    stem: eqx.nn.Conv2d
    conv1: eqx.nn.Conv2d
    bn1: eqx.nn.BatchNorm
    conv2: eqx.nn.Conv2d
    bn2: eqx.nn.BatchNorm
    seq: eqx.nn.Sequential

    def __init__(self, key):
        k1, k2, k3, k4 = jax.random.split(key, 4)
        self.stem = eqx.nn.Conv2d(3, 8, 3, key=k1)
        self.conv1 = eqx.nn.Conv2d(8, 16, 3, use_bias=False, key=k2)
        self.bn1 = eqx.nn.BatchNorm(16, axis_name="batch", mode="batch")
        self.conv2 = eqx.nn.Conv2d(16, 24, 3, padding=1, key=k3)
        self.bn2 = eqx.nn.BatchNorm(24, axis_name="batch", mode="batch")
        self.seq = eqx.nn.Sequential([eqx.nn.Conv2d(24, 32, 3, key=k4), eqx.nn.BatchNorm(32, axis_name="batch", mode="batch"), eqx.nn.Lambda(jax.nn.silu)])

    def __call__(self, x, state):
        x = self.stem(x)
        x = self.conv1(x)  # first
        x, state = self.bn1(x, state)
        x = jax.nn.relu(x)
        y, state = self.bn2(self.conv2(x), state)
        y = jax.nn.relu(y)
        return self.seq(y, state)
`,
      "Net",
    );
    expect(text).toContain("        x, state = self.conv1(x, state)  # first\n");
    expect(text).toContain(
      "        filtered, state = self.conv2(x, state)\n        y, state = self.bn2(filtered, state)\n",
    );
    expect(profile(text, { model: "Net", input: ["3x64x64"] }).totals.params).toBe(2232);
  });
});

describe("a rewrite of a line that another network uses", () => {
  const source = `import torch.nn as nn


def conv3(i, o) -> nn.Conv2d:
    return nn.Conv2d(i, o, 3, padding=1)


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv3(3, 16)
        self.a = conv3(16, 32)

    def forward(self, x):
        return self.a(self.stem(x))


class B(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv3(3, 8)
        self.a = conv3(8, 16)

    def forward(self, x):
        return self.a(self.stem(x))
`;
  const ask = (text: string, only: boolean, style: "inline" | "class" = "inline") =>
    createEngine({ parsers, host: memoryHost({ "/app/net.py": text }) }).rewrite("/app/net.py", {
      ...{ layers: "all", model: "A", only, style },
      input: ["1x3x32x32"],
    });

  it("tells what that network costs before and after, and what the function returns now", () => {
    const result = ask(source, false);
    if (!result.ok) throw new Error(result.reason);
    const params = [3 * 8 * 9 + 8, 8 * 16 * 9 + 16, 8 * 9 + 8 * 16 + 16] as const;
    expect(result.rewrite.others).toEqual([
      {
        network: "B",
        before: { macs: 224 * 224 * (3 * 8 * 9 + 8 * 16 * 9), params: params[0] + params[1] },
        after: { macs: 224 * 224 * (3 * 8 * 9 + 8 * 9 + 8 * 16), params: params[0] + params[2] },
      },
    ]);
    expect(applyEdits(source, result.rewrite.edits)).toContain("def conv3(i, o) -> nn.Module:");
  });

  it.each(["inline", "class"] as const)("leaves it as it is with `only` (%s)", (style) => {
    const result = ask(source, true, style);
    if (!result.ok) throw new Error(result.reason);
    expect(result.rewrite.others).toEqual([]);
    const text = applyEdits(source, result.rewrite.edits);
    expect(text).toContain("self.a = separable_conv3(16, 32)\n");
    expect(text).toContain("self.a = conv3(8, 16)\n");
    expect(profile(text, { model: "B" }).totals).toEqual(profile(source, { model: "B" }).totals);
  });

  it("changes nothing with `only` where both networks make their layers by the same calls", () => {
    const shared = source
      .replace(/class B[\s\S]*/, "")
      .replace("class A(nn.Module):", "class Base(nn.Module):")
      .concat("class A(Base):\n    pass\n\n\nclass B(Base):\n    pass\n");
    expect(ask(shared, true)).toMatchObject({ ok: false });
    const result = ask(shared, false);
    expect(result.ok && result.rewrite.others.map(({ network }) => network)).toContain("B");
  });
});
