/** Model code in, model code out; the rewritten program is traced again and must cost what the simulation says. */
import { describe, expect, it } from "vitest";
import type { RewriteOptions } from "../../../src/engine/contract/rewrite.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";
import { profile } from "../profile.ts";

const parsers = await loadParsers();

function rewrite(source: string, options: Partial<RewriteOptions> & { model?: string; file?: string } = {}) {
  const { file = "/app/net.py", model, ...rest } = options;
  const engine = createEngine({ parsers, host: memoryHost({ [file]: source }) });
  const result = engine.rewrite(file, { layers: "all", ...rest, ...(model !== undefined && { model }) });
  if (!result.ok) return { reason: result.reason, text: source, layers: [], refused: [] };
  const { edits, layers, refused, traced, simulated } = result.rewrite;
  expect(traced).toEqual(simulated);
  return { reason: undefined, text: applyEdits(source, edits), layers, refused };
}

const torch = (init: string, forward: string): string => `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, w=16):
        super().__init__()
${init.replace(/^\n|\n\s*$/g, "")}

    def forward(self, x):
        return ${forward}
`;

/** The lines of the rewritten text that the source does not have. */
function added(source: string, text: string): string {
  const before = new Set(source.split("\n"));
  return text
    .split("\n")
    .filter((line) => !before.has(line))
    .join("\n");
}

describe("a rewrite in PyTorch", () => {
  it("keeps expressions, keywords and the bias, which the pointwise part takes", () => {
    const source = torch(
      `
        self.stem = nn.Conv2d(3, w, 3)
        self.conv = nn.Conv2d(w, 2 * w, kernel_size=(5, 3), stride=2, padding="valid")  # widens
`,
      "self.conv(self.stem(x))",
    );
    const { text, layers } = rewrite(source);
    expect(layers).toEqual(["conv"]);
    expect(added(source, text)).toBe(`        self.conv = nn.Sequential(
            nn.Conv2d(w, w, kernel_size=(5, 3), stride=2, padding="valid", groups=w, bias=False),
            nn.Conv2d(w, 2 * w, kernel_size=1),
        )  # widens`);
  });

  it("puts the batch norm and the activation that follow between the two", () => {
    const source = torch(
      `
        self.net = nn.Sequential(
            nn.Conv2d(3, w, 3, bias=False),
            nn.Conv2d(w, w, 3, 1, 1, bias=False),
            nn.BatchNorm2d(w),
            nn.SiLU(),
        )
`,
      "self.net(x)",
    );
    expect(added(source, rewrite(source).text)).toBe(`            nn.Sequential(
                nn.Conv2d(w, w, 3, 1, 1, bias=False, groups=w),
                nn.BatchNorm2d(w),
                nn.SiLU(),
                nn.Conv2d(w, w, 1, bias=False),
            ),`);
  });

  it("gives the batch norm between the options of the one that follows, by place or by name", () => {
    const source = torch(
      `
        self.net = nn.Sequential(
            nn.Conv2d(3, w, 3),
            nn.Conv2d(w, w, 3),
            nn.BatchNorm2d(w, 0.8, momentum=0.3),
        )
`,
      "self.net(x)",
    );
    expect(rewrite(source).text).toContain(
      "nn.BatchNorm2d(w, eps=0.8, momentum=0.3),\n                nn.ReLU()",
    );
  });

  it("keeps comments and a line for each argument", () => {
    const source = torch(
      `
        self.stem = nn.Conv2d(3, w, 3)
        self.conv = nn.Conv2d(
            w,  # in
            32,  # out
            kernel_size=3,
        )
`,
      "self.conv(self.stem(x))",
    );
    expect(rewrite(source).text).toContain(`        self.conv = nn.Sequential(
            nn.Conv2d(
                w,  # in
                w,  # out
                kernel_size=3,
                groups=w,
                bias=False,
            ),
            nn.Conv2d(w, 32, kernel_size=1),
        )`);
  });

  it("spells names as the file does", () => {
    const source = `import torch.nn
from torch.nn import Conv2d, Module


class Net(Module):
    def __init__(self):
        super().__init__()
        self.stem = Conv2d(3, 8, 3)
        self.conv = Conv2d(8, 8, 3)

    def forward(self, x):
        return self.conv(self.stem(x))
`;
    expect(rewrite(source).text).toContain(`self.conv = torch.nn.Sequential(
            Conv2d(8, 8, 3, groups=8, bias=False),`);
  });

  it("changes all layers of one line together", () => {
    const source = torch(
      `
        self.stem = nn.Conv2d(3, w, 3)
        self.blocks = nn.ModuleList(nn.Conv2d(w, w, 3, padding=1) for _ in range(3))
`,
      "self.blocks[2](self.blocks[1](self.blocks[0](self.stem(x))))",
    );
    expect(rewrite(source, { layers: ["blocks.1"] }).layers).toEqual(["blocks.0", "blocks.1", "blocks.2"]);
  });

  it("guards a loop that makes the stem too", () => {
    const source = torch(
      `
        layers, channels = [], 3
        for width in (8, 16, 16):
            layers.append(nn.Conv2d(channels, width, 3))
            channels = width
        self.net = nn.Sequential(*layers)
`,
      "self.net(x)",
    );
    const { text, layers } = rewrite(source);
    expect(layers).toEqual(["net.1", "net.2"]);
    expect(added(source, text)).toBe(`            layers.append((
                nn.Sequential(
                    nn.Conv2d(channels, channels, 3, groups=channels, bias=False),
                    nn.Conv2d(channels, width, 1),
                )
                if channels != 3
                else nn.Conv2d(channels, width, 3)
            ))`);
  });

  it("keeps how the batch norm and the activation that follow are made", () => {
    const source = torch(
      `
        self.stem = nn.Conv2d(3, w, 3)
        self.conv = nn.Conv2d(w, w, 3, bias=False)
        self.norm = nn.BatchNorm2d(w, eps=1e-3)
`,
      "nn.functional.leaky_relu(self.norm(self.conv(self.stem(x))), 0.1)",
    );
    expect(added(source, rewrite(source).text)).toBe(`        self.conv = nn.Sequential(
            nn.Conv2d(w, w, 3, bias=False, groups=w),
            nn.BatchNorm2d(w, eps=1e-3),
            nn.LeakyReLU(0.1),
            nn.Conv2d(w, w, 1, bias=False),
        )`);
  });

  it("takes back what a partial function gives beyond the kernel", () => {
    const source = `from functools import partial
${torch(
  `
        conv = partial(nn.Conv2d, kernel_size=3, padding=1)
        self.stem = conv(3, w)
        self.conv = conv(w, w)
`,
  "self.conv(self.stem(x))",
)}`;
    expect(added(source, rewrite(source).text)).toContain("conv(w, w, kernel_size=1, padding=0),");
  });

  it("gives nothing twice that keyword arguments may have", () => {
    const source = torch(
      `
        options = dict(kernel_size=3, bias=False)
        self.stem = nn.Conv2d(3, w, **options)
        self.conv = nn.Conv2d(w, w, **options)
`,
      "self.conv(self.stem(x))",
    );
    expect(added(source, rewrite(source).text)).toBe(`        self.conv = nn.Sequential(
            nn.Conv2d(w, w, groups=w, **{**options, "bias": False}),
            nn.Conv2d(w, w, kernel_size=1, bias=options.get("bias", True)),
        )`);
  });

  it("imports what the file has no name for", () => {
    const source = `import torch.nn.functional as F
from torch.nn import Conv2d as Conv, Module


class Net(Module):
    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 8, 3)
        self.conv = Conv(8, 8, 3)

    def forward(self, x):
        return self.conv(self.stem(x))
`;
    expect(added(source, rewrite(source).text)).toBe(`from torch.nn import Sequential
        self.conv = Sequential(
            Conv(8, 8, 3, groups=8, bias=False),
            Conv(8, 8, 1),
        )`);
  });

  it("takes the stem of a shared line when asked to", () => {
    const source = torch(
      `
        self.net = nn.Sequential(*[nn.Conv2d(c, 8, 3) for c in (3, 8)])
`,
      "self.net(x)",
    );
    const { text, layers } = rewrite(source, { stem: true });
    expect(layers).toEqual(["net.0", "net.1"]);
    expect(text).not.toContain(" if c ");
  });

  it("guards a helper that other networks of the file call with groups", () => {
    const source = `from torch import nn


def conv3x3(i, o, groups=1):
    return nn.Conv2d(i, o, kernel_size=3, padding=1, groups=groups, bias=False)


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 7)
        self.conv = conv3x3(32, 32)

    def forward(self, x):
        return self.conv(self.stem(x))


class Grouped(Plain):
    def __init__(self):
        super().__init__()
        self.conv = conv3x3(32, 32, groups=8)
`;
    const { text, layers } = rewrite(source, { model: "Plain" });
    expect(layers).toEqual(["conv"]);
    expect(text).toContain(
      "if groups == 1\n        else nn.Conv2d(i, o, kernel_size=3, padding=1, groups=groups, bias=False)",
    );
    const engine = createEngine({ parsers, host: memoryHost({ "/a.py": source, "/b.py": text }) });
    const totals = ["/a.py", "/b.py"].map((file) => {
      const result = engine.profile(file, { model: "Grouped" });
      return result.ok && result.report.totals;
    });
    expect(totals[0]).toEqual(totals[1]);
  });

  it("guards a kernel that comes with the keyword arguments", () => {
    const source = `from torch import nn


class Basic(nn.Module):
    def __init__(self, i, o, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(i, o, bias=False, **kwargs)

    def forward(self, x):
        return self.conv(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.a = Basic(8, 8, kernel_size=3)
        self.b = Basic(8, 8, kernel_size=1)

    def forward(self, x):
        return self.b(self.a(self.stem(x)))
`;
    const { text, layers } = rewrite(source, { model: "Net" });
    expect(layers).toEqual(["a.conv"]);
    expect(text).toContain('if kwargs.get("kernel_size") not in (1, (1, 1))');
    expect(text).toContain("nn.Conv2d(i, i, bias=False, groups=i, **kwargs)");
  });

  it("guards groups that come with the keyword arguments", () => {
    const source = torch(
      `
        self.stem = nn.Conv2d(3, 8, 3)
        self.net = nn.Sequential(*[nn.Conv2d(8, 8, 3, **o) for o in ({}, {"groups": 2}, {"groups": 8})])
`,
      "self.net(self.stem(x))",
    );
    const { text, layers } = rewrite(source);
    expect(layers).toEqual(["net.0"]);
    expect(text).toContain('if o.get("groups", 1) == 1');
  });

  it("leaves alone, with the reason, what it cannot tell apart or does not know", () => {
    const shared = torch(
      `
        self.stem = nn.Conv2d(3, 8, 3)
        self.net = nn.Sequential(*[nn.Conv2d(8, 8, **dict(o)) for o in ({"kernel_size": 3}, {"kernel_size": 3, "groups": 2})])
`,
      "self.net(self.stem(x))",
    );
    expect(rewrite(shared).reason).toContain("none of its arguments tells them apart");
    const own = torch(
      `
        self.stem = nn.Conv2d(3, 8, 3)
        self.conv = Own(8, 8, 3)
`,
      "self.conv(self.stem(x))",
    ).replace("class Net", "class Own(nn.Conv2d):\n    pass\n\n\nclass Net");
    expect(rewrite(own).reason).toContain("Own is not one of torch's own convolutions");
    expect(rewrite(own, { layers: ["stem", "head"] }).refused).toEqual([
      { layers: ["head"], reason: "There is no such convolution." },
    ]);
  });
});

describe("a rewrite in Keras", () => {
  const keras = (body: string) => `import keras
from keras import layers


def net():
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(images)
${body}
    return keras.Model(images, layers.GlobalAveragePooling2D()(x))
`;

  it("is SeparableConv2D where no batch norm follows", () => {
    const source = keras(
      '    x = layers.Conv2D(16, 3, padding="same", kernel_initializer="he_normal", name="wide")(x)',
    );
    expect(added(source, rewrite(source).text)).toBe(
      '    x = layers.SeparableConv2D(16, 3, padding="same", depthwise_initializer="he_normal", pointwise_initializer="he_normal", name="wide")(x)',
    );
  });

  it("is a Sequential with the batch norm and the activation between where one follows", () => {
    const source = keras(`    x = layers.Conv2D(16, 3, strides=2, use_bias=False, name="wide")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)`);
    expect(added(source, rewrite(source).text)).toBe(`    x = keras.Sequential([
        layers.DepthwiseConv2D(3, strides=2, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(16, 1, use_bias=False),
    ], name="wide")(x)`);
  });
});

describe("a rewrite of Keras code that imports layers one by one", () => {
  it("imports Sequential beside the layers where nothing else of Keras is imported", () => {
    const source = `from tensorflow.keras import layers
from tensorflow.keras.models import Model


def net():
    images = layers.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(images)
    x = layers.Conv2D(16, 3)(x)
    return Model(images, layers.BatchNormalization()(x))
`;
    const { text } = rewrite(source);
    expect(text.split("\n")[0]).toBe("from tensorflow.keras import Sequential");
    expect(text).toContain("    x = Sequential([\n        layers.DepthwiseConv2D(3, use_bias=False),");
  });

  it("imports what it needs beside them, and keeps comments", () => {
    const source = `from keras.layers import (
    Conv2D, BatchNormalization,  # the usual
    Input,
)
from keras.models import Model


def net():
    images = Input((32, 32, 3))
    x = Conv2D(8, 3)(images)
    x = Conv2D(
        16,  # wide
        3,
        padding="same",  # keeps the size
        use_bias=False,
    )(x)
    x = BatchNormalization(scale=False)(x)
    return Model(images, x)
`;
    const { text } = rewrite(source);
    expect(
      text.startsWith("from keras import Sequential\nfrom keras.layers import DepthwiseConv2D, ReLU\n"),
    ).toBe(true);
    expect(text).toContain(`    x = Sequential([
        DepthwiseConv2D(
            # wide
            3,
            padding="same",  # keeps the size
            use_bias=False,
        ),
        BatchNormalization(scale=False),
        ReLU(),
        Conv2D(16, 1, use_bias=False),
    ])(x)`);
  });
});

describe("a rewrite in TensorFlow.js", () => {
  const file = "/app/net.ts";
  const tfjs = (body: string) => `import * as tf from "@tensorflow/tfjs";

export function net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3 }));
${body}
  return model;
}
`;

  it("is separableConv2d where no batch norm follows", () => {
    const source = tfjs('  model.add(tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: "same" }));');
    expect(added(source, rewrite(source, { file }).text)).toBe(
      '  model.add(tf.layers.separableConv2d({ filters: 16, kernelSize: 3, padding: "same" }));',
    );
  });

  it("adds its layers one after the other where one follows", () => {
    const source =
      tfjs(`  model.add(tf.layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, useBias: false }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU({ maxValue: 6 }));`);
    expect(
      added(source, rewrite(source, { file }).text),
    ).toBe(`  model.add(tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, useBias: false }));
  model.add(tf.layers.conv2d({ filters: 16, kernelSize: 1, useBias: false }));`);
    expect(rewrite(source, { file }).text.split("tf.layers.reLU({ maxValue: 6 })")).toHaveLength(3);
  });

  it("applies its layers to each other's result where it was applied", () => {
    const source = `import * as tf from "@tensorflow/tfjs";

export function net() {
  const input = tf.input({ shape: [32, 32, 3] });
  let x = tf.layers.conv2d({ filters: 8, kernelSize: 3 }).apply(input) as tf.SymbolicTensor;
  x = tf.layers.conv2d({ filters: 16, kernelSize: 3, useBias: false }).apply(x) as tf.SymbolicTensor;
  x = tf.layers.batchNormalization().apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: x });
}
`;
    expect(rewrite(source, { file }).text).toContain(
      `  x = tf.layers.conv2d({ filters: 16, kernelSize: 1, useBias: false }).apply(
    tf.layers.reLU().apply(
      tf.layers.batchNormalization().apply(
        tf.layers.depthwiseConv2d({ kernelSize: 3, useBias: false }).apply(x),
      ),
    ),
  ) as tf.SymbolicTensor;`,
    );
  });

  it("leaves the stem of a line that makes the others too, wherever it stands", () => {
    const source = `import * as tf from "@tensorflow/tfjs";

function block(x: tf.SymbolicTensor, filters: number) {
  const y = tf.layers.conv2d({ filters, kernelSize: 3 }).apply(x);
  return tf.layers.batchNormalization().apply(y) as tf.SymbolicTensor;
}

export function applied() {
  const input = tf.input({ shape: [32, 32, 3] });
  return tf.model({ inputs: input, outputs: block(block(input, 8), 8) });
}

export function added() {
  const model = tf.sequential();
  for (const filters of [8, 16]) {
    model.add(tf.layers.conv2d({
      inputShape: filters === 8 ? [32, 32, 3] : undefined, // of the image
      filters,
      kernelSize: 3,
    }));
    model.add(tf.layers.batchNormalization());
  }
  return model;
}
`;
    const applied = rewrite(source, { file, model: "applied" });
    expect(applied.layers).toHaveLength(1);
    expect(applied.text).toContain("(x.shape[3] !== 3 ? ");
    const { text, layers } = rewrite(source, { file, model: "added" });
    expect(layers).toHaveLength(1);
    expect(text).toContain(`    model.add(filters !== 8 ? tf.layers.depthwiseConv2d({
      inputShape: filters === 8 ? [32, 32, 3] : undefined, // of the image
      kernelSize: 3,
      useBias: false,
    }) : tf.layers.conv2d({`);
    expect(text).toContain(`    if (filters !== 8) {
      model.add(tf.layers.batchNormalization());
      model.add(tf.layers.reLU());
      model.add(tf.layers.conv2d({ filters, kernelSize: 1 }));
    }`);
  });
});

describe("a rewrite in Flax", () => {
  it("is two convolutions, the first with a group for each channel", () => {
    const source = `from flax import linen as nn


class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = nn.Conv(8, (3, 3))(x)
        return nn.Conv(16, (3, 3), strides=(2, 2), use_bias=False)(x)
`;
    expect(added(source, rewrite(source).text)).toBe(`        return nn.Sequential([
            nn.Conv(x.shape[-1], (3, 3), strides=(2, 2), use_bias=False, feature_group_count=x.shape[-1]),
            nn.Conv(16, (1, 1), use_bias=False),
        ])(x)`);
  });

  it("puts Linen's batch norm between, as the one that follows is made, and its channels where they differ", () => {
    const source = `from functools import partial
from typing import Any
from flax import linen as nn


class Block(nn.Module):
  filters: int
  conv: Any
  norm: Any

  @nn.compact
  def __call__(self, x):
    y = self.conv(self.filters, (3, 3))(x)
    y = self.norm(scale_init=nn.initializers.zeros_init(), name='bn')(y)
    return nn.swish(y)


class Net(nn.Module):
  @nn.compact
  def __call__(self, x, train: bool = True):
    conv = partial(nn.Conv, use_bias=False)
    norm = partial(nn.BatchNorm, use_running_average=not train)
    x = conv(8, (3, 3), name='stem')(x)
    x = Block(16, conv=conv, norm=norm)(x)
    return Block(24, conv=conv, norm=norm)(x)
`;
    const { text, layers } = rewrite(source, { model: "Net" });
    expect(layers).toEqual(["Block_0.Conv_0", "Block_1.Conv_0"]);
    expect(added(source, text)).toBe(`    y = nn.Sequential([
      self.conv(x.shape[-1], (3, 3), feature_group_count=x.shape[-1], use_bias=False),
      self.norm(),
      nn.silu,
      self.conv(self.filters, (1, 1)),
    ])(x)`);
  });

  it("tells the batch norm between where it is made what the one that follows is told by its call", () => {
    const source = `from flax import linen as nn


class Net(nn.Module):
  @nn.compact
  def __call__(self, x, train: bool = False):
    x = nn.Conv(8, (3, 3))(x)
    x = nn.Conv(16, (3, 3), use_bias=False, name='conv')(x)
    x = nn.BatchNorm(momentum=0.9, name='bn')(x, use_running_average=not train)
    return nn.relu(x)
`;
    const { text } = rewrite(source);
    expect(added(source, text)).toBe(`    x = nn.Sequential([
      nn.Conv(x.shape[-1], (3, 3), use_bias=False, name='conv', feature_group_count=x.shape[-1]),
      nn.BatchNorm(momentum=0.9, use_running_average=not train),
      nn.relu,
      nn.Conv(16, (1, 1), use_bias=False),
    ])(x)`);
    // As Flax counts the rewritten network.
    expect(profile(text, { input: ["1x224x224x3"] }).totals).toMatchObject({ macs: 20873216, params: 472 });
  });

  it("is refused where the function that calls the convolution does not know whether it trains", () => {
    const { reason } = rewrite(`from flax import linen as nn


class Net(nn.Module):
    def setup(self):
        self.stem = nn.Conv(16, (3, 3))
        self.conv = nn.Conv(16, (3, 3))
        self.norm = nn.BatchNorm()

    def __call__(self, x, train=False):
        return self.norm(self.features(x), use_running_average=not train)

    def features(self, x):
        return self.conv(self.stem(x))
`);
    expect(reason).toContain("write a module that takes use_running_average");
  });

  it("keeps the options of NNX' batch norm", () => {
    const source = `from flax import nnx


class Net(nnx.Module):
    def __init__(self, rngs):
        self.stem = nnx.Conv(3, 8, (3, 3), rngs=rngs)
        self.conv = nnx.Conv(8, 16, kernel_size=(3, 3), use_bias=False, rngs=rngs)
        self.bn = nnx.BatchNorm(16, momentum=0.9, rngs=rngs)

    def __call__(self, x):
        return nnx.gelu(self.bn(self.conv(self.stem(x))))
`;
    expect(added(source, rewrite(source).text)).toBe(`        self.conv = nnx.Sequential(
            nnx.Conv(8, 8, kernel_size=(3, 3), use_bias=False, rngs=rngs, feature_group_count=8),
            nnx.BatchNorm(8, momentum=0.9, rngs=rngs),
            nnx.gelu,
            nnx.Conv(8, 16, kernel_size=(1, 1), use_bias=False, rngs=rngs),
        )`);
  });
});

describe("a rewrite in Haiku and Equinox", () => {
  it("is a Sequential that takes the convolution's name", () => {
    const source = `import haiku as hk


def net_fn(x):
    x = hk.Conv2D(8, 3)(x)
    return hk.Conv2D(16, kernel_shape=3, stride=2, name="wide")(x)


net = hk.transform(net_fn)
`;
    expect(added(source, rewrite(source, { model: "net" }).text)).toBe(`    return hk.Sequential([
        hk.Conv2D(x.shape[-1], kernel_shape=3, stride=2, feature_group_count=x.shape[-1], with_bias=False),
        hk.Conv2D(16, kernel_shape=1),
    ], name="wide")(x)`);
  });

  it("gives both convolutions the key", () => {
    const source = `import equinox as eqx


class Net(eqx.Module):
    layers: list

    def __init__(self, key):
        self.layers = [
            eqx.nn.Conv2d(3, 8, 3, key=key),
            eqx.nn.Conv2d(8, 16, 3, padding=1, key=key),
        ]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
`;
    expect(added(source, rewrite(source).text)).toBe(`            eqx.nn.Sequential([
                eqx.nn.Conv2d(8, 8, 3, padding=1, key=key, groups=8, use_bias=False),
                eqx.nn.Conv2d(8, 16, kernel_size=1, key=key),
            ]),`);
  });
});
