/** Calls that Keras 3 refuses, and calls beside them that it takes, each in a graph of its own. */
import { expect, it } from "vitest";
import { createEngine } from "../../../../src/engine/engine.ts";
import { loadParsers } from "../../../../src/node/wasm.ts";
import { memoryHost } from "../../memoryHost.ts";

const parsers = await loadParsers();

function profile(call: string) {
  const text = `import keras
from keras import layers, ops
i = keras.Input((12, 12, 3))
a = keras.Input((9, 3))
b = keras.Input((8, 3))
net = keras.Model([i, a, b], [layers.Conv2D(8, 3)(i), ${call}])
`;
  const profiled = createEngine({ parsers, host: memoryHost({ "/app/model.py": text }) }).profile(
    "/app/model.py",
    { model: "net" },
  );
  if (!profiled.ok) throw new Error(profiled.reason);
  return profiled.report;
}

it.each([
  ["layers.Subtract()([a, a, a])", "it is called on exactly 2 inputs, gets 3"],
  ["layers.Dot(axes=3)([a, a])", "has no axis 3 to multiply along"],
  ['layers.Dot(axes="1")([a, a])', "Invalid value for argument `axes`"],
  ["layers.Attention()([a])", "must be called on a list of inputs"],
  ['layers.Attention(score_mode="bogus")([a, a])', "Invalid value for argument `score_mode`"],
  ["layers.Attention()([a, b, a])", "has keys of ?×9×3 for values of ?×8×3"],
  ["layers.MultiHeadAttention(2, 4)(a)", "is called without a value"],
  ["layers.MultiHeadAttention(2, 4)(a, b, key=a)", "has keys of ?×9×3 for values of ?×8×3"],
  ["layers.MultiHeadAttention(2, 4, dropout=2.0)(a, a)", "Invalid value for argument `dropout`"],
  ["layers.GroupQueryAttention(4, 4, 3)(a, a)", "has 4 query heads, which 3 heads of keys do not divide"],
  ['layers.Bidirectional(layers.LSTM(3), merge_mode="bogus")(a)', "Invalid merge mode. Received: bogus"],
  ["layers.ConvLSTM2D(4, 13)(ops.expand_dims(i, 1))", "cannot slide its kernel over ?×12×12×3"],
  ["layers.UnitNormalization(axis=5)(a)", "axis 5 is out of bounds for an array with dimension 3"],
  ["layers.RMSNormalization(axis=7)(a)", "axis 7 is out of bounds for an array with dimension 3"],
  ["layers.SpatialDropout2D(0.5)(a)", "expects an input of 4 axes, gets ?×9×3"],
  ["layers.GaussianNoise(-1.0)(a)", "Expected a non-negative value. Received stddev=-1.0"],
  ["layers.ReLU(max_value=-1)(a)", "Invalid value for argument `max_value`"],
  ["layers.PReLU(shared_axes=[5])(a)", "shares axis 5 of an input of 3 axes"],
  ["ops.squeeze(a, axis=1)", "cannot squeeze axis 1, because the dimension is not 1"],
  ["ops.split(a, 2, axis=1)[0]", "divisible by its number of parts, gets 9 and 2"],
  ["ops.softmax(a, axis=5)", "axis 5 is out of bounds for an array with dimension 3"],
  ["ops.flip(a, axis=7)", "axis 7 is out of bounds for an array with dimension 3"],
  ["ops.cumsum(a, axis=7)", "axis 7 is out of bounds for an array with dimension 3"],
  ["ops.image.resize(i, (0, 5))", "must make a positive height and width"],
])("%s is refused", (call, words) => {
  const { complete, diagnostics } = profile(call);
  expect(diagnostics[0]).toMatchObject({ severity: "error", message: expect.stringContaining(words) });
  expect(complete).toBe(false);
});

it.each([
  "layers.Subtract()([a, a])",
  "layers.Dot(axes=(2, -1))([a, b])",
  'layers.Attention(score_mode="concat")([a, b])',
  "layers.Attention()([a, b, b])",
  "layers.MultiHeadAttention(2, 4)(a, b)",
  "layers.GroupQueryAttention(4, 4, 2)(a, b)",
  "layers.Bidirectional(layers.LSTM(3), merge_mode=None)(a)[0]",
  "layers.ConvLSTM2D(4, 12)(ops.expand_dims(i, 1))",
  "layers.UnitNormalization(axis=-1)(a)",
  "layers.SpatialDropout1D(0.5)(a)",
  "layers.ReLU(max_value=6, negative_slope=0.1)(a)",
  "layers.PReLU(shared_axes=[1])(a)",
  "ops.squeeze(ops.expand_dims(a, 1), axis=1)",
  "ops.split(a, 3, axis=1)[0]",
  "ops.softmax(a, axis=-3)",
  "ops.flip(a)",
  "ops.cumsum(a)",
])("%s is taken", (call) => {
  const { complete, diagnostics } = profile(call);
  expect(diagnostics).toEqual([]);
  expect(complete).toBe(true);
});
