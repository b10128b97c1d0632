/** Which input a Keras program's own data give a network that declares none. */
import { describe, expect, it } from "vitest";
import { profile } from "../../profile.ts";

const SUBCLASSED = `
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3)
        self.flatten = layers.Flatten()
        self.dense = layers.Dense(10)

    def call(self, x):
        return self.dense(self.flatten(self.conv(x)))

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
net = Net()
`;

const SEQUENTIAL = `
import tensorflow as tf
from tensorflow import keras

net = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(10)])
`;

const cases: readonly (readonly [string, string, readonly number[]])[] = [
  ["build", `${SUBCLASSED}net.build((None, 28, 28, 1))`, [1, 28, 28, 1]],
  ["build by keyword", `${SUBCLASSED}net.build(input_shape=(None, 20, 20, 3))`, [1, 20, 20, 3]],
  ["a call on zeros", `${SUBCLASSED}net(tf.zeros((1, 24, 24, 2)))`, [1, 24, 24, 2]],
  ["fit on an expanded array", `${SUBCLASSED}net.fit(np.expand_dims(x_train, -1), y_train)`, [1, 28, 28, 1]],
  ["fit on a new axis", `${SUBCLASSED}net.fit(x_train[..., tf.newaxis], y_train)`, [1, 28, 28, 1]],
  [
    "fit on a reshaped array",
    `${SUBCLASSED}net.fit(x_train.reshape(60000, 28, 28, 1) / 255.0)`,
    [1, 28, 28, 1],
  ],
  [
    "fit on a dataset of slices",
    `${SUBCLASSED}
x_train = x_train[..., tf.newaxis].astype("float32")
ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(1000).batch(32).prefetch(1)
net.fit(ds)`,
    [1, 28, 28, 1],
  ],
  [
    "a loop over a dataset",
    `${SUBCLASSED}
ds = tf.data.Dataset.from_tensor_slices((x_train[..., None], y_train)).batch(16)
for images, labels in ds:
    net(images)`,
    [16, 28, 28, 1],
  ],
  [
    "pictures from a folder, resized on the way",
    `${SEQUENTIAL}
ds = keras.utils.image_dataset_from_directory("pets", image_size=(90, 80), batch_size=8)
net.fit(ds.map(lambda x, y: (tf.image.resize(x, (45, 40)), y)))`,
    [1, 45, 40, 3],
  ],
  [
    "a generator of pictures",
    `${SEQUENTIAL}
gen = keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
net.fit(gen.flow_from_directory("pets", target_size=(64, 48), color_mode="grayscale"))`,
    [1, 64, 48, 1],
  ],
];

describe("the input that a program's data give", () => {
  it.each(cases)("%s", (_, code, shape) => {
    const report = profile(code, { model: "net" });
    expect(report.input.shapes).toEqual([shape]);
    expect(report.complete).toBe(true);
  });

  it("keeps the declared input where the data are of another kind", () => {
    const report = profile(`
import numpy as np
from keras import Input, Model, layers

x = Input((32, 32, 3))
net = Model(x, layers.Conv2D(4, 3)(x))
net.predict(np.zeros((5, 7)))
`);
    expect(report.input.shapes).toEqual([[1, 32, 32, 3]]);
  });
});

describe("layers that are told apart", () => {
  it("builds attention from its tensors, not from a mask", () => {
    const report = profile(`
import keras
from keras import layers, ops

x = keras.Input((5, 8))
mask = ops.ones((1, 5, 5))
net = keras.Model(x, layers.MultiHeadAttention(2, 4)(x, x, attention_mask=mask))
`);
    expect(report.totals.params).toBe(288);
  });

  it("gives a cloned model weights of its own", () => {
    const report = profile(
      `
import keras

x = keras.Input((4,))
one = keras.Model(x, keras.layers.Dense(2)(x) * 2, name="one")
two = keras.models.clone_model(one)
net = keras.Model(x, [one(x), keras.Model(two.inputs, two.outputs, name="other")(x)])
`,
      { model: "net" },
    );
    expect(report.totals.params).toBe(20);
  });

  it("gives the reason of a vocabulary that only data give", () => {
    const report = profile(`
import keras

words = keras.layers.TextVectorization()
words.adapt(["a"])
net = keras.Sequential([keras.Input((7,)), keras.layers.Embedding(words.vocabulary_size(), 3)])
`);
    expect(report.complete).toBe(false);
    expect(report.diagnostics[0]?.message).toContain("the vocabulary that the data gives");
  });
});

describe("what the data of a program leave open", () => {
  it("keeps a picture of unknown size unknown where a vector is taken from it", () => {
    const report = profile(`
import keras
import tensorflow as tf

x = keras.Input((16, 16, 3))
net = keras.Model(x, keras.layers.Conv2D(3, 3)(x))
picture = tf.image.convert_image_dtype(tf.image.decode_jpeg(tf.io.read_file("a.jpg")), "float32")
net(picture - tf.constant([0.4, 0.5, 0.6]))
`);
    expect(report.input.shapes).toEqual([[1, 16, 16, 3]]);
    expect(report.diagnostics).toEqual([]);
  });

  it("keeps the place of an input that is not known", () => {
    const report = profile(`
import keras
import tensorflow as tf

a, b = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
net = keras.Model([a, b], keras.layers.Conv2D(3, 3)(keras.layers.concatenate([a, b])))
net([tf.io.decode_image("a.png"), tf.zeros((1, 16, 16, 3))])
`);
    expect(report.diagnostics).toEqual([]);
    expect(report.totals.params).toBe(165);
  });

  it("uses the convolution that a subclass of Conv2D writes itself", () => {
    const report = profile(`
import keras
from keras import layers, ops

class Standardized(layers.Conv2D):
    def convolution_op(self, inputs, kernel):
        return ops.conv(inputs, kernel - ops.mean(kernel), strides=2, padding="same")

x = keras.Input((8, 8, 3))
net = keras.Model(x, Standardized(4, 3)(x))
`);
    expect(report.layers.map(({ name, out, macs, params }) => [name, out, macs, params])).toEqual([
      ["standardized", [[1, 4, 4, 4]], 1728, 112],
    ]);
  });
});
