/** What a rewrite refuses by the text of a call, each kind with its reason; other layers change. */
import { describe, expect, it } from "vitest";
import type { RewriteOptions } from "../../../src/engine/contract/rewrite.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function reasonOf(
  source: string,
  options: Partial<RewriteOptions> & { readonly file?: string; readonly model?: string } = {},
) {
  const { file = "/app/net.py", ...more } = options;
  const engine = createEngine({ parsers, host: memoryHost({ [file]: source }) });
  const result = engine.rewrite(file, { layers: "all", ...more });
  return result.ok ? result.rewrite.refused.map(({ reason }) => reason).join("; ") : result.reason;
}

/** Of network A alone. */
function askFor(source: string): string {
  return reasonOf(source, { model: "A", only: true });
}

const torch = (call: string, before = ""): string => `import torch
from torch import nn
${before}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        widths = iter((8, 8, 8))
        self.stem = nn.Conv2d(3, 8, 3)
        self.conv = ${call}

    def forward(self, x):
        return self.conv(self.stem(x))
`;

describe("a rewrite refuses a convolution", () => {
  it("whose argument would be evaluated several times", () => {
    const reason = reasonOf(torch("nn.Conv2d(next(widths), 16, 3)"));
    expect(reason).toBe("conv: next(widths) would be evaluated several times");
    const equinox = `import equinox as eqx
import jax


class Net(eqx.Module):
    stem: eqx.nn.Conv2d
    conv: eqx.nn.Conv2d

    def __init__(self, key):
        widths = iter((8, 8))
        self.stem = eqx.nn.Conv2d(3, 8, 3, key=key)
        self.conv = eqx.nn.Conv2d(next(widths), 16, 3, key=key)

    def __call__(self, x):
        return self.conv(self.stem(x))
`;
    expect(reasonOf(equinox)).toContain("its arguments would be evaluated several times");
  });

  it("that its framework has no depthwise one of", () => {
    const keras = `import keras
from keras import layers


def net():
    images = keras.Input((8, 8, 8, 3))
    x = layers.Conv3D(8, 3)(images)
    return keras.Model(images, layers.Conv3D(16, 3)(x))
`;
    expect(reasonOf(keras)).toContain("Keras has no depthwise Conv3D");
    const tfjs = `import * as tf from "@tensorflow/tfjs";

export function net() {
  const model = tf.sequential();
  model.add(tf.layers.conv3d({ inputShape: [8, 8, 8, 3], filters: 8, kernelSize: 3 }));
  model.add(tf.layers.conv3d({ filters: 16, kernelSize: 3 }));
  return model;
}
`;
    expect(reasonOf(tfjs, { file: "/app/net.ts" })).toContain("TensorFlow.js has no depthwise Conv3D");
  });

  it("whose helper is decorated, where only one network is to change", () => {
    const source = torch(
      "conv(8, 16)",
      "\n@cached\ndef conv(i, o):\n    return nn.Conv2d(i, o, 3)\n",
    ).replace("from torch import nn", "from functools import lru_cache as cached\nfrom torch import nn");
    const other = source.slice(source.indexOf("class Net")).replace("class Net", "class B");
    expect(askFor(`${source.replace("class Net", "class A")}\n\n${other}`)).toBe(
      "conv: what makes it at net.py:7 cannot be copied for this network alone",
    );
  });

  it("that another network makes by the same calls, where only one is to change", () => {
    const both = torch("nn.Conv2d(8, 16, 3)").replace("class Net", "class Base");
    const source = `${both}\n\nclass A(Base):\n    pass\n\n\nclass B(Base):\n    pass\n`;
    expect(askFor(source)).toMatch(
      /^conv: Base is not called by its name at net\.py:\d+, where a copy would stand for it$/,
    );
  });

  it("of a network that another one is made of, where only that network is to change", () => {
    const source = `${torch("nn.Conv2d(8, 16, 3)").replace("class Net", "class A")}\n\ndef B():\n    return A()\n`;
    expect(askFor(source)).toBe("conv: A is what other networks are made by, too");
  });

  it("that an installed package makes", () => {
    const packages = "/env/lib/python3.11/site-packages";
    const files = {
      [`${packages}/blocks.py`]: "from torch import nn\n\n\ndef conv(i, o):\n    return nn.Conv2d(i, o, 3)\n",
      "/app/net.py": torch("conv(8, 16)", "from blocks import conv\n"),
    };
    const engine = createEngine({ parsers, host: memoryHost(files, [packages]) });
    const result = engine.rewrite("/app/net.py", { layers: "all" });
    expect(result).toMatchObject({ ok: false, reason: "conv: it is made in an installed package" });
  });

  it("whose call spreads two lists", () => {
    const call = "nn.Conv2d(*(8, 16), *(3, 1))";
    expect(reasonOf(torch(call))).toBe("conv: what its call spreads is not known");
  });

  it("whose line of TypeScript makes one that a batch norm follows and one that none follows", () => {
    const source = `import * as tf from "@tensorflow/tfjs";

function add(model: tf.Sequential, filters: number, normed: boolean) {
  model.add(tf.layers.conv2d({ filters, kernelSize: 3 }));
  if (normed) model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU());
}

export function net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 8, kernelSize: 3 }));
  add(model, 16, true);
  add(model, 24, false);
  return model;
}
`;
    expect(reasonOf(source, { file: "/app/net.ts" })).toContain(
      "a batch norm follows only some of the layers that this line makes",
    );
  });

  it("that is not there, and says why there is no network at all", () => {
    const source = torch("nn.Linear(30, 8)");
    expect(reasonOf(source)).toBe("there is no convolution to swap");
    expect(reasonOf(source, { layers: ["none"] })).toBe("none: There is no such convolution.");
    expect(reasonOf(source, { model: "Other" })).toMatch(/^there is no Other in/);
  });
});
