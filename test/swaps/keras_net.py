"""Keras: plain layers, a block with batch norm, and one that is given an initializer."""
import keras
from keras import layers


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    return layers.ReLU(6.0)(x)


def net():
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3)(images)
    x = block(x, 16)
    x = block(x, 24)
    x = layers.Conv2D(24, 3, activation="relu", kernel_initializer="he_normal", name="last")(x)
    return keras.Model(images, layers.GlobalAveragePooling2D()(x))
