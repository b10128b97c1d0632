/** What libraries of Keras networks (keras_hub) ask of Keras. Figures are those of Keras 3.15 on JAX. */
import { expect, it } from "vitest";
import { profile } from "../../profile.ts";

const ENCODER = `
import keras
from absl import logging
from keras import ops
from keras.src.backend import get_keras_mask


def again(initializer):
    return initializer.__class__.from_config(initializer.get_config())


class Positions(keras.layers.Layer):
    def __init__(self, length, **kwargs):
        super().__init__(**kwargs)
        self.length = length

    def build(self, inputs_shape):
        self.table = self.add_weight(shape=[self.length, inputs_shape[-1]])

    def call(self, inputs):
        shape = ops.shape(inputs)
        return inputs + ops.slice(ops.convert_to_tensor(self.table), (0, 0), (shape[-2], shape[-1]))

    def compute_output_shape(self, input_shape):
        return input_shape


class Decoder(keras.layers.Layer):
    def __init__(self, initializer, **kwargs):
        super().__init__(**kwargs)
        self.initializer = initializer

    def build(self, sequence_shape, other_shape=None):
        size = sequence_shape[-1]
        self.own = keras.layers.MultiHeadAttention(4, size // 4, kernel_initializer=again(self.initializer))
        self.own.build(query_shape=sequence_shape, value_shape=sequence_shape)
        self.cross = None
        if other_shape is not None:
            self.cross = keras.layers.Dense(size)
            self.cross.build(other_shape)

    def call(self, sequence, other=None, padding_mask=None, attention_mask=None):
        mask = get_keras_mask(sequence)
        if padding_mask is not None:
            if mask is not None:
                logging.warning("two masks")
            mask = padding_mask
        mask = ops.expand_dims(mask, axis=1)
        if self.cross is not None:
            sequence = sequence + self.cross(other)
        return self.own(sequence, sequence, attention_mask=mask)


class Net(keras.Model):
    def __init__(self, max_sequence_length=32):
        ids = keras.Input((None,), dtype="int32", name="ids")
        mask = keras.Input((None,), dtype="int32", name="mask")
        x = Positions(max_sequence_length)(keras.layers.Embedding(100, 16)(ids))
        x = Decoder(keras.initializers.TruncatedNormal(stddev=0.02))(x, padding_mask=mask)
        super().__init__(inputs={"ids": ids, "mask": mask}, outputs=x)
        self.max_sequence_length = max_sequence_length
`;

it("builds a layer by the names of its arguments, copies initializers and asks tensors for their masks", () => {
  const report = profile(ENCODER, { model: "Net" });
  expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
  expect([report.complete, report.totals.params]).toEqual([true, 100 * 16 + 32 * 16 + 4 * (16 * 16 + 16)]);
});

it("takes sequences no longer than the network's own most", () => {
  expect(profile(ENCODER, { model: "Net" }).input.shapes).toEqual([
    [1, 32],
    [1, 32],
  ]);
});

it("refuses a slice that is longer than its axis", () => {
  const source = `
import keras

x = keras.Input((4, 8))
net = keras.Model(x, keras.ops.slice(x, (0, 0, 0), (1, 5, 8)))
`;
  expect(profile(source).diagnostics.map(({ message }) => message)).toEqual([
    "slice takes 5 of axis 1, which has 4",
  ]);
});
