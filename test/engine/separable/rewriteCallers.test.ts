/**
 * Rewrites beside code that the profiled network does not run: other callers of a helper, lines between a convolution
 * and its batch norm, annotations of what a layer is kept in.
 */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function rewrite(source: string, others: Readonly<Record<string, string>> = {}, model = "net") {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source, ...others }) });
  const result = engine.rewrite("/app/net.py", { layers: "all", model });
  if (!result.ok) return { text: source, reason: result.reason };
  const { edits, traced, simulated, refused } = result.rewrite;
  expect(traced).toEqual(simulated);
  return { text: applyEdits(source, edits), reason: refused.map(({ reason }) => reason).join("; ") };
}

const keras = (helper: string, body: string): string => `import keras
from keras import layers


${helper}

def net():
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(images)
${body}
    return keras.Model(images, x)
`;

describe("a rewrite of a call that spreads what callers give", () => {
  const helper = `def block(x, filters, **kwargs):
    return layers.Conv2D(filters, 3, **kwargs)(x)
`;
  const body = `    x = block(x, 16, padding="same")
    x = block(x, 16, padding="valid")`;

  it("names the arguments where every call of the function was seen", () => {
    const { text } = rewrite(keras(helper, body));
    expect(text).toContain('layers.SeparableConv2D(filters, 3, padding=kwargs["padding"])(x)');
  });

  it("leaves the call alone where another file calls the function", () => {
    const source = keras(helper, body);
    const other = `from net import block


def other(x):
    return block(x, 8, strides=2)
`;
    const { text, reason } = rewrite(source, { "/app/other.py": other });
    expect(text).toBe(source);
    expect(reason).toContain("kwargs is what the callers of block give");
  });

  it("leaves the call alone where a call of the function spreads arguments itself", () => {
    const passing = keras(
      `${helper}

def outer(x, **options):
    return block(x, 16, **options)
`,
      '    x = outer(x, padding="same")',
    );
    expect(rewrite(passing).reason).toContain("kwargs is what the callers of block give");
  });

  it("leaves the call alone where a parameter is spread or decides what is", () => {
    const given = keras(
      `def block(x, options):
    return layers.Conv2D(16, 3, **options)(x)
`,
      '    x = block(x, {"padding": "same"})',
    );
    expect(rewrite(given).reason).toContain("options is what the callers of block give");
    const decided = keras(
      `def block(x, same):
    options = {}
    if same:
        options["padding"] = "same"
    return layers.Conv2D(16, 3, **options)(x)
`,
      "    x = block(x, True)",
    );
    expect(rewrite(decided).reason).toContain("options is what the callers of block give");
  });

  it("names arguments of a mapping that the function makes, whatever their values", () => {
    const made = keras(
      `def block(x, padding):
    options = {"padding": padding, "use_bias": False}
    return layers.Conv2D(16, 3, **options)(x)
`,
      '    x = block(x, "same")',
    );
    expect(rewrite(made).text).toContain('padding=options["padding"], use_bias=options["use_bias"]');
  });
});

describe("a rewrite that repeats a batch norm on an earlier line", () => {
  it("says what names stand for that get their value in between", () => {
    const source = `import flax.linen as nn
import jax
import jax.numpy as jnp


class net(nn.Module):
    features: int = 16

    @nn.compact
    def __call__(self, x):
        x = nn.Conv(8, (3, 3))(x)
        x = nn.Conv(self.features, (3, 3), use_bias=False)(x)
        ones = nn.initializers.ones
        mutable = self.is_mutable_collection("batch_stats")
        x = nn.BatchNorm(use_running_average=not mutable, scale_init=ones)(x)
        return nn.relu(x)


net().init(jax.random.PRNGKey(0), jnp.ones((1, 32, 32, 3)))
`;
    const { text } = rewrite(source);
    expect(text).toContain(
      'nn.BatchNorm(use_running_average=not self.is_mutable_collection("batch_stats")),',
    );
  });
});

describe("a rewrite of a layer with an annotation", () => {
  const source = `import equinox as eqx
import jax


class net(eqx.Module):
    stem: eqx.nn.Conv2d
    conv: eqx.nn.Conv2d

    def __init__(self, key=jax.random.PRNGKey(0)):
        self.stem = eqx.nn.Conv2d(3, 8, 3, key=key)
        self.conv = eqx.nn.Conv2d(8, 16, 3, key=key)

    def __call__(self, x):
        return self.conv(self.stem(x))


net()(jax.numpy.ones((3, 32, 32)))
`;

  it("changes the field's annotation with the value", () => {
    const { text } = rewrite(source);
    expect(text).toContain("    stem: eqx.nn.Conv2d\n    conv: eqx.nn.Sequential\n");
  });

  it("names both classes where a condition may keep the layer", () => {
    const shared = `import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, i, o, groups=1):
        super().__init__()
        self.conv: nn.Conv2d = nn.Conv2d(i, o, 3, groups=groups)

    def forward(self, x):
        return self.conv(x)


class net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.blocks = nn.Sequential(Block(8, 8), Block(8, 8, groups=2))

    def forward(self, x):
        return self.blocks(self.stem(x))
`;
    expect(rewrite(shared).text).toContain("self.conv: nn.Conv2d | nn.Sequential = (");
  });
});

describe("a rewrite of a network that prepares its image itself", () => {
  it("keeps the first convolution where constants are taken from the image", () => {
    const source = `import torch
from torch import nn


class net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.stem = nn.Conv2d(3, 8, 3)
        self.conv = nn.Conv2d(8, 8, 3)

    def forward(self, x):
        x = (x - self.mean) / torch.ones(1, 3, 1, 1)
        return self.conv(self.stem(x))
`;
    const { text } = rewrite(source);
    expect(text).toContain("self.stem = nn.Conv2d(3, 8, 3)");
    expect(text).toContain("self.conv = nn.Sequential(");
  });
});
