"""Functions of keras.ops on two symbolic inputs of 1×8×8×4: shapes of outputs, numbers of parameters."""

import os
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1])]
os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from recording import record


def answer(row):
    inputs = [keras.Input(batch_shape=(1, 8, 8, 4)) for _ in range(2)]
    names = {"keras": keras, "ops": keras.ops, "layers": keras.layers, "x": inputs[0], "y": inputs[1]}
    out = eval(row["code"], names)
    first = out[0] if isinstance(out, (list, tuple)) else out
    return {"out": list(first.shape), "params": keras.Model(inputs, out).count_params()}


record("keras_ops", ("code",), answer)
