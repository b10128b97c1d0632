"""Programs that build a model with Keras: names, classes and weights of its layers, its outputs and totals."""

import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from recording import record


def parts(layer):
    """Layers of Keras: models, wrappers of one layer and the program's own classes are what they hold."""
    own = not type(layer).__module__.startswith("keras")
    holds = own or isinstance(layer, (keras.Model, keras.layers.TimeDistributed))
    if holds and layer._layers:
        for inner in layer._layers:
            yield from parts(inner)
    else:
        yield layer


def size(weights):
    return sum(int(keras.ops.size(weight)) for weight in weights)


def answer(row):
    keras.backend.clear_session()
    names = {}
    exec(row["code"], names)
    model = names["net"]() if callable(names["net"]) and not isinstance(names["net"], keras.Model) else names["net"]
    rows = [[layer.name, type(layer).__name__, layer.count_params()] for layer in parts(model)]
    return {
        "name": model.name,
        "out": [list(out.shape) for out in model.outputs],
        "params": model.count_params(),
        "trainable": size(model.trainable_weights),
        "layers": row["layers"],
        "rows": [one for one in rows if one[2] > 0],
    }


record("keras_models", ("title", "code"), answer)
