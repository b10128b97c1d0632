/** A function of the file's own in place of one nested `keras.Sequential` for each call. */
import { describe, expect, it } from "vitest";
import type { RewriteOptions } from "../../../src/engine/contract/rewrite.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function rewrite(source: string, options: Partial<RewriteOptions> = {}) {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) });
  const result = engine.rewrite("/app/net.py", { layers: "all", style: "class", ...options });
  if (!result.ok) throw new Error(result.reason);
  const { edits, refused, simulated, style, traced } = result.rewrite;
  expect(traced).toEqual(simulated);
  expect(refused).toEqual([]);
  return { style, text: applyEdits(source, edits) };
}

const blocks = (calls: readonly string[]): string =>
  calls
    .map((call) => `    x = ${call}(x)\n    x = layers.BatchNormalization()(x)\n    x = layers.ReLU()(x)\n`)
    .join("");

const functional = (calls: readonly string[]): string => `import keras
from keras import layers


def net():
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(images)
${blocks(calls)}    return keras.Model(images, layers.GlobalAveragePooling2D()(x))
`;

describe("a rewrite of Keras code with a function", () => {
  it("writes the function once, with what its calls use alone, and keeps their arguments and comments", () => {
    const { text } = rewrite(
      functional([
        'layers.Conv2D(16, 3, padding="same")',
        'layers.Conv2D(16, (3, 5), 2, padding="same", use_bias=False, name="wide")',
        'layers.Conv2D(\n        24,  # filters\n        3,\n        kernel_initializer="he_normal",\n    )',
      ]),
    );
    expect(text).toContain(`from keras import layers


def depthwise_separable_conv2d(
    filters,
    kernel_size,
    strides=1,
    padding="valid",
    use_bias=True,
    kernel_initializer="glorot_uniform",
    name=None,
):
    """A depthwise convolution and a pointwise one, in place of a standard one."""
    return keras.Sequential(
        [
            layers.DepthwiseConv2D(
                kernel_size,
                strides=strides,
                padding=padding,
                use_bias=False,
                depthwise_initializer=kernel_initializer,
            ),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(
                filters, 1, use_bias=use_bias, kernel_initializer=kernel_initializer
            ),
        ],
        name=name,
    )


def net():`);
    expect(text).toContain('x = depthwise_separable_conv2d(16, 3, padding="same")(x)');
    expect(text).toContain('        16, (3, 5), 2, padding="same", use_bias=False, name="wide"\n    )(x)');
    expect(text).toContain(`x = depthwise_separable_conv2d(
        24,  # filters
        3,
        kernel_initializer="he_normal",
    )(x)`);
  });

  it("puts the function in front of a script's model, behind imports of several lines", () => {
    const { text } = rewrite(`from keras import Sequential
from keras.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
)
model = Sequential()
model.add(Conv2D(8, 3, input_shape=(32, 32, 3)))
model.add(Conv2D(16, 3))
model.add(BatchNormalization(axis=3))
model.add(Activation("elu"))
`);
    expect(text).toContain(`)


def depthwise_separable_conv2d(filters, kernel_size):
    """A depthwise convolution and a pointwise one, in place of a standard one."""
    return Sequential(
        [
            DepthwiseConv2D(kernel_size, use_bias=False),
            BatchNormalization(axis=3),
            ELU(),
            Conv2D(filters, 1),
        ]
    )


model = Sequential()
`);
    expect(text).toContain("model.add(depthwise_separable_conv2d(16, 3))");
  });

  it("does not take keras for a name of the file where only a module of it has one", () => {
    const { text } = rewrite(`import keras.backend as K
from keras.layers import BatchNormalization, Conv2D, GlobalAveragePooling2D, Input
from keras.models import Model


def net():
    images = Input((32, 32, 3))
    x = Conv2D(16, 3)(Conv2D(8, 3)(images))
    return Model(images, GlobalAveragePooling2D()(K.relu(BatchNormalization()(x))))
`);
    expect(text).toContain("    return Sequential(\n");
    expect(text).toContain("from keras import Sequential\n");
  });

  it("leaves Keras' own separable layer where no batch norm follows", () => {
    const { text } = rewrite(
      functional(["layers.Conv2D(16, 3)"])
        .replace("Conv2D(16", "Conv2D(4, 3)(layers.Conv2D(16")
        .replace("(x)\n    x = layers.B", "(x))\n    x = layers.B"),
    );
    expect(text).toContain("depthwise_separable_conv2d(4, 3)(layers.SeparableConv2D(16, 3)(x))");
  });

  it("chooses by a parameter where the same line makes the first layer too", () => {
    const { text } = rewrite(`import keras
from keras import layers


def block(x, filters):
    x = layers.Conv2D(filters, 3)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)


def net():
    images = keras.Input((32, 32, 3))
    x = block(images, 16)
    x = block(x, 16)
    return keras.Model(images, block(x, 16))
`);
    expect(text).toContain("def block(x, filters, separable=False):");
    expect(text).toContain("(depthwise_separable_conv2d if separable else layers.Conv2D)(filters, 3)(x)");
  });

  it("is the default where it changes fewer lines of more than a few layers", () => {
    const styles = [2, 6].map((count) => {
      const source = functional(new Array<string>(count).fill("layers.Conv2D(16, 3)"));
      const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) });
      const result = engine.rewrite("/app/net.py", { layers: "all" });
      return result.ok && result.rewrite.style;
    });
    expect(styles).toEqual(["inline", "class"]);
  });
});
