"""Layers of Keras on symbolic inputs: shapes of outputs and weights, numbers of parameters, names that Keras gives."""

import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from recording import record


def made(shape):
    if shape and shape[0] == "int":
        return keras.Input(shape=shape[1:], dtype="int32")
    return keras.Input(shape=shape)


def answer(row):
    keras.backend.clear_session()
    inputs = [made(shape) for shape in row["inputs"]]
    layer = eval(row["code"], {"keras": keras, **vars(keras.layers)})
    out = layer(*inputs) if row["call"] else layer(inputs if len(inputs) > 1 else inputs[0])
    outs = out if isinstance(out, (list, tuple)) else [out]
    return {
        "name": layer.name,
        "out": [list(one.shape) for one in outs],
        "params": layer.count_params(),
        "weights": [list(weight.shape) for weight in layer.weights],
        "trainable": sum(weight_size(weight) for weight in layer.trainable_weights),
    }


def weight_size(weight):
    size = 1
    for dim in weight.shape:
        size *= dim
    return size


record("keras_layers", ("code", "call", "inputs"), answer)
