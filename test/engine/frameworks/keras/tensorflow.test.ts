/** Code for Keras 2 and TensorFlow 2: shapes by TensorFlow 2.21 with tf_keras, and what programs of that time lean on. */
import { describe, expect, it } from "vitest";
import { expectFigures, profile } from "../../profile.ts";

const SHAPES: readonly (readonly [string, readonly number[]])[] = [
  ["K.expand_dims(z((2,3)))", [2, 3, 1]],
  ["K.argmax(img)", [2, 8, 6]],
  ["K.cumsum(seq)", [2, 5, 3]],
  ["K.clip(img, 0, 1)", [2, 8, 6, 4]],
  ["K.cast_to_floatx(z((2,3)))", [2, 3]],
  ["K.flatten(img)", [384]],
  ["K.batch_flatten(img)", [2, 192]],
  ["K.gather(z((7,3)), tf.zeros((2,4), tf.int32))", [2, 4, 3]],
  ["K.reverse(img, 1)", [2, 8, 6, 4]],
  ["K.tile(seq, [1,2,1])", [2, 10, 3]],
  ["K.repeat(z((2,3)), 4)", [2, 4, 3]],
  ["K.repeat_elements(img, 3, 2)", [2, 8, 18, 4]],
  ["K.bias_add(img, z((4,)))", [2, 8, 6, 4]],
  ["K.conv1d(seq, z((3,3,7)), padding='same', strides=2)", [2, 3, 7]],
  ["K.conv2d(img, z((3,3,4,5)), strides=(2,2), padding='same')", [2, 4, 3, 5]],
  ["K.depthwise_conv2d(img, z((3,3,4,2)), strides=(2,2), padding='valid')", [2, 3, 2, 8]],
  ["K.separable_conv2d(img, z((3,3,4,2)), z((1,1,8,5)), padding='same')", [2, 8, 6, 5]],
  ["K.conv2d_transpose(img, z((3,3,5,4)), (2,16,12,5), strides=(2,2), padding='same')", [2, 16, 12, 5]],
  ["K.pool2d(img, (2,2), strides=(2,2), pool_mode='avg')", [2, 4, 3, 4]],
  ["K.temporal_padding(seq, (2,1))", [2, 8, 3]],
  ["K.spatial_2d_padding(img, ((1,2),(3,4)))", [2, 11, 13, 4]],
  ["K.batch_dot(seq, seq, axes=[2,2])", [2, 5, 5]],
  ["K.batch_dot(seq, z((2,3,9)))", [2, 5, 9]],
  ["K.batch_dot(seq, seq, axes=1)", [2, 3, 3]],
  ["K.batch_dot(z((2,3)), z((2,3)), axes=1)", [2, 1]],
  ["K.map_fn(lambda x: K.sum(x, axis=0), seq)", [2, 3]],
  ["tf.gather(z((2,5,3)), tf.zeros((2,4), tf.int32), batch_dims=1)", [2, 4, 3]],
  ["tf.gather(z((2,5,3)), tf.zeros((2,4), tf.int32), axis=1, batch_dims=1)", [2, 4, 3]],
  ["tf.gather(z((2,5,3)), tf.zeros((4,), tf.int32), axis=2)", [2, 5, 4]],
  ["tf.gather_nd(z((2,5,3)), tf.zeros((7,2), tf.int32))", [7, 3]],
  ["tf.gather_nd(z((2,5,3)), tf.zeros((2,4,1), tf.int32), batch_dims=1)", [2, 4, 3]],
  ["tf.scatter_nd(tf.zeros((4,1), tf.int32), z((4,3)), [8,3])", [8, 3]],
  ["tf.sequence_mask([1,3,2], 5)", [3, 5]],
  ["tf.meshgrid(tf.range(4), tf.range(3))[0]", [3, 4]],
  ["tf.meshgrid(tf.range(4), tf.range(3), indexing='ij')[0]", [4, 3]],
  ["tf.map_fn(lambda x: tf.reduce_sum(x, axis=0), seq)", [2, 3]],
  ["tf.vectorized_map(lambda x: tf.reshape(x, [-1]), seq)", [2, 15]],
  ["tf.constant(0.0, shape=[2,3])", [2, 3]],
  ["tf.constant([1.0,2.0,3.0,4.0], shape=(2,2))", [2, 2]],
  ["tf.nn.crelu(img)", [2, 8, 6, 8]],
  ["tf.nn.conv1d(seq, z((3,3,7)), 2, 'SAME')", [2, 3, 7]],
  ["tf.nn.atrous_conv2d(img, z((3,3,4,5)), 2, 'SAME')", [2, 8, 6, 5]],
  ["tf.nn.atrous_conv2d(z((2,9,9,4)), z((3,3,4,5)), 2, 'VALID')", [2, 5, 5, 5]],
  ["tf.nn.softmax_cross_entropy_with_logits(seq, seq)", [2, 5]],
  ["tf.nn.sigmoid_cross_entropy_with_logits(labels=seq, logits=seq)", [2, 5, 3]],
  ["tf.nn.l2_loss(img)", []],
  ["tf.math.divide_no_nan(seq, z((3,)))", [2, 5, 3]],
  ["tf.math.squared_difference(seq, z((5,1)))", [2, 5, 3]],
  ["tf.signal.stft(sig, 255, 128)", [2, 6, 129]],
  ["tf.signal.stft(sig, 400, 160, 512, pad_end=True)", [2, 7, 257]],
  ["tf.signal.inverse_stft(tf.signal.stft(sig, 256, 128), 256, 128)", [2, 896]],
  ["tf.signal.frame(sig, 100, 50)", [2, 19, 100]],
  ["tf.signal.frame(sig, 100, 50, pad_end=True)", [2, 20, 100]],
  ["tf.signal.rfft(sig)", [2, 501]],
  ["tf.signal.irfft(tf.signal.rfft(sig))", [2, 1000]],
  ["tf.signal.rfft(sig, [512])", [2, 257]],
  ["tf.signal.overlap_and_add(z((2,10,64)), 32)", [2, 352]],
  ["tf.signal.linear_to_mel_weight_matrix(40, 257, 16000)", [257, 40]],
  ["tf.signal.hann_window(100)", [100]],
  ["tf.image.pad_to_bounding_box(img, 1, 1, 12, 12)", [2, 12, 12, 4]],
  ["tf.image.crop_to_bounding_box(img, 1, 1, 4, 3)", [2, 4, 3, 4]],
  ["tf.image.grayscale_to_rgb(z((2,8,6,1)))", [2, 8, 6, 3]],
  ["tf.image.random_crop(img, [2,4,4,4])", [2, 4, 4, 4]],
  ["tf.image.crop_and_resize(img, z((3,4)), tf.zeros((3,), tf.int32), (7,5))", [3, 7, 5, 4]],
  ["tf.image.combined_non_max_suppression(z((2,9,1,4)), z((2,9,3)), 5, 10)[0]", [2, 10, 4]],
  ["tf.compat.v1.image.resize_bilinear(img, (16,12))", [2, 16, 12, 4]],
  ["tf.compat.v1.image.resize_nearest_neighbor(img, [4,3])", [2, 4, 3, 4]],
  ["seq ** 2", [2, 5, 3]],
  ["2 ** seq", [2, 5, 3]],
  ["K.pow(seq, 2)", [2, 5, 3]],
  ["tf.pow(seq, z((5, 1)))", [2, 5, 3]],
  ["tf.reshape(seq, [-1, tf.constant(5) ** 1, 3])", [2, 5, 3]],
  ["tf.sort(seq)", [2, 5, 3]],
  ["tf.argsort(seq)", [2, 5, 3]],
  ["tf.tensor_scatter_nd_update(seq, [[0]], z((1,5,3)))", [2, 5, 3]],
  ["tf.clip_by_norm(seq, 1.0)", [2, 5, 3]],
];

/** Each call on tensors of these sizes, as what a network answers. */
const program = (code: string): string => `
import tensorflow as tf
K = tf.keras.backend
z = tf.zeros
img = z((2, 8, 6, 4)); seq = z((2, 5, 3)); sig = z((2, 1000))

class Net(tf.keras.Model):
    def call(self, x):
        return ${code}

Net()(z((1, 4)))
`;

describe("functions of TensorFlow and of tf.keras.backend", () => {
  it.each(SHAPES)("%s", (code, shape) => {
    const report = profile(program(code));
    expect(report.output[0]).toEqual(shape);
    expect(report.complete).toBe(true);
  });
});

describe("programs of Keras 2", () => {
  it("takes the names that arguments of layers had", () => {
    expectFigures(`
from tensorflow import keras

x = keras.Input((8, 8, 3))
y = keras.layers.Conv2D(filters=4, kernel_size=3, subsample=2, border_mode="same", bias=False)(x)  #: 1728 MACs, 108 params, 1x4x4x4
y = keras.layers.LeakyReLU(alpha=0.1)(y)
net = keras.Model(x, y)
`);
  });

  it("finds the size of the input as keras_applications does", () => {
    const report = profile(`
from keras.applications.imagenet_utils import preprocess_input
from keras_applications.imagenet_utils import _obtain_input_shape
import keras

shape = _obtain_input_shape(None, default_size=32, min_size=8, data_format=keras.backend.image_data_format(), require_flatten=True)
x = keras.layers.Input(shape)
y = keras.layers.Flatten()(x)
assert x._keras_shape[1] == 32
net = keras.Model(x, keras.layers.Dense(10)(y))
`);
    expect(report.totals.macs).toBe(32 * 32 * 3 * 10);
    expect(report.complete).toBe(true);
  });

  it("takes the layers of keras_applications' callers from what they are handed, or from Keras", () => {
    const report = profile(`
from keras_applications import get_submodules_from_kwargs
import keras

def build(**kwargs):
    backend, layers, models, utils = get_submodules_from_kwargs(kwargs)
    x = layers.Input((16,))
    return models.Model(x, layers.Dense(4)(x))

net = build(layers=keras.layers)
`);
    expect(report.totals.params).toBe(68);
  });

  const HANDED = `
import keras_applications as ka

def get_submodules_from_kwargs(kwargs):
    backend = kwargs.get('backend', ka._KERAS_BACKEND)
    layers = kwargs.get('layers', ka._KERAS_LAYERS)
    models = kwargs.get('models', ka._KERAS_MODELS)
    utils = kwargs.get('utils', ka._KERAS_UTILS)
    return backend, layers, models, utils
`;
  const HANDED_MODEL = `
from . import get_submodules_from_kwargs

def get_activation(**kwargs):
    backend, layers, models, utils = get_submodules_from_kwargs(kwargs)
    return lambda x: x * backend.sigmoid(x)

def Net(classes, **kwargs):
    backend, layers, models, utils = get_submodules_from_kwargs(kwargs)
    x = layers.Input((16,))
    y = layers.Activation(get_activation(**kwargs))(layers.Dense(8)(x))
    return models.Model(x, layers.Dense(classes)(y))

def Small(classes=4, **kwargs):
    return Net(classes, **kwargs)

def Tiny(input_shape=None, **kwargs):
    backend, layers, models, utils = get_submodules_from_kwargs(kwargs)
    x = layers.Input(shape=input_shape)
    return models.Model(x, layers.Dense(4)(x))
`;
  const PACKAGE = { files: { "/app/net/__init__.py": HANDED }, file: "/app/net/model.py" };

  it("hands Keras' modules to builders that take them out of their keyword arguments", () => {
    const report = profile(HANDED_MODEL, PACKAGE);
    expect(report.network).toBe("Small");
    expect(report.complete).toBe(true);
    expect(report.totals.params).toBe(16 * 8 + 8 + 8 * 4 + 4);
    expect(profile(HANDED_MODEL, { ...PACKAGE, model: "Tiny", args: "input_shape=(3,)" }).totals.params).toBe(
      16,
    );
  });

  it("finds builders that a package wraps to hand them Keras' modules", () => {
    const files = { "/app/net/__init__.py": HANDED, "/app/net/model.py": HANDED_MODEL };
    const report = profile(
      `
import functools
from . import model

def inject(func):
    import tensorflow.keras as tfkeras
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        kwargs['backend'] = tfkeras.backend
        kwargs['layers'] = tfkeras.layers
        kwargs['models'] = tfkeras.models
        kwargs['utils'] = tfkeras.utils
        return func(*args, **kwargs)
    return wrapper

Small = inject(model.Small)
get_activation = inject(model.get_activation)
`,
      { files, file: "/app/net/tfkeras.py" },
    );
    expect(report.network).toBe("Small");
    expect(report.totals.params).toBe(16 * 8 + 8 + 8 * 4 + 4);
  });

  it("refuses an Input without a shape, as Keras does", () => {
    const { complete, diagnostics } = profile(`
import keras

def build(shape=None):
    x = keras.Input(shape=shape)
    return keras.Model(x, keras.layers.Dense(4)(x))
`);
    expect(complete).toBe(false);
    expect(diagnostics.map(({ message }) => message).join()).toContain("an Input without a shape");
  });

  it("has a scale and a shift for each channel of an instance norm", () => {
    const report = profile(`
import tensorflow as tf
import tensorflow_addons as tfa

x = tf.keras.Input((8, 8, 6))
net = tf.keras.Model(x, tfa.layers.InstanceNormalization()(x))
`);
    expect(report.totals.params).toBe(12);
  });

  it("takes the defaults of absl's flags", () => {
    const report = profile(`
from absl import app, flags
import tensorflow as tf

FLAGS = flags.FLAGS
flags.DEFINE_integer("width", 8, "units")
flags.DEFINE_list("sizes", "a,b", "sizes")

def build():
    x = tf.keras.Input((4,))
    return tf.keras.Model(x, tf.keras.layers.Dense(FLAGS.width + len(FLAGS.sizes))(x))

net = build()
`);
    expect(report.totals.params).toBe(50);
  });

  it("compares versions with distutils and has six.moves and easydict", () => {
    const report = profile(`
from distutils.version import LooseVersion
from six.moves import xrange
from easydict import EasyDict as edict
import tensorflow as tf

cfg = edict()
cfg.NET = edict()
cfg.NET.WIDTH = 8
cfg.NET.DEPTHS = {"first": 2}
newer = LooseVersion("2.10.1") > LooseVersion("2.9") and LooseVersion("2.0") < "10"
x = y = tf.keras.Input((4,))
for _ in xrange(cfg.NET.DEPTHS.first):
    y = tf.keras.layers.Dense(cfg.NET.WIDTH if newer else 1)(y)
net = tf.keras.Model(x, y)
`);
    expect(report.totals.params).toBe(40 + 72);
  });

  it("records nothing while layers that are shared by Sequential models get their shapes", () => {
    const report = profile(`
import tensorflow as tf

class Gate(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.pool = tf.keras.layers.GlobalAveragePooling2D()
        self.squeeze = tf.keras.layers.Dense(3)

    def call(self, x):
        return x * tf.reshape(self.squeeze(self.pool(x)), [-1, 1, 1, 3])

class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.block = tf.keras.Sequential([Gate()])

    def call(self, x):
        return self.block(x)

Net()(tf.zeros((1, 8, 8, 3)))
`);
    expect(report.complete).toBe(true);
    expect(report.totals.macs).toBe(9);
  });

  it("knows what numpy.insert puts into a row, and that this is TensorFlow 2", () => {
    const report = profile(`
import numpy as np
import tensorflow as tf
from tensorflow.python import tf2

widths = 2 ** np.insert(np.arange(0, 3, dtype=np.float32), 0, 0)
x = tf.keras.Input((4,))
net = tf.keras.Model(x, tf.keras.layers.Dense(int(widths[3]) if tf2.enabled() else 1)(x))
`);
    expect(report.totals.params).toBe(20);
  });

  it("counts one side of tf.cond on the data, and says so", () => {
    const report = profile(program("tf.cond(tf.reduce_sum(x) > 0, lambda: x + 1, lambda: x - 1)"));
    expect(report.complete).toBe(false);
  });
});
