/** What does not fit is said once, where the layer is made, and the layers after it still get their answer. */
import { expect, it } from "vitest";
import { profile } from "../../profile.ts";

it("names both shapes of a join that does not fit, once", () => {
  const report = profile(`
from keras import Input, Model, layers

def net():
    x = Input((32, 32, 3))
    a = layers.Conv2D(8, 3)(x)
    b = layers.Conv2D(8, 3, padding="same")(x)
    y = layers.Add()([a, b])
    return Model(x, layers.Dense(3)(layers.Flatten()(y)))
`);
  expect(report.diagnostics.map(({ message, code, at }) => [code, at.line, message])).toEqual([
    [
      "shape-mismatch",
      8,
      "add cannot join its inputs: ?×30×30×8 and ?×32×32×8 do not fit: 30 against 32 from conv2d (line 6)",
    ],
  ]);
  expect(report.layers.map(({ name }) => name)).toEqual(["conv2d", "conv2d_1", "dense"]);
});

it("says where keras.applications is read from when no Keras is installed", () => {
  const run = () =>
    profile(
      `
import keras

def net():
    return keras.applications.MobileNet(weights=None)
`,
      { model: "net" },
    );
  expect(run).toThrow("keras.applications is read from its own files, and keras is not installed");
});

it("goes on behind a layer that it does not know", () => {
  const report = profile(`
from keras import Input, Model, layers

def net():
    x = Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(x)
    x = layers.Unheard()(x)
    return Model(Input((32, 32, 3)), layers.Dense(3)(x))
`);
  expect(report.complete).toBe(false);
  expect(report.layers.map(({ name }) => name)).toContain("dense");
});
