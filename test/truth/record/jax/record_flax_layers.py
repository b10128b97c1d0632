"""Layers of Flax, linen and nnx: dtypes and shapes of outputs, numbers of parameters."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import jax
import jax.numpy as jnp
from arrays import elements, made, shown
from flax import linen as nn
from flax import nnx
from recording import record


def answer(row):
    names = {"jax": jax, "jnp": jnp, "nn": nn, "nnx": nnx, "rngs": nnx.Rngs(0)}
    layer = eval(row["code"], names)
    inputs = [made(shape) for shape in row["inputs"]]
    if isinstance(layer, nnx.Module):
        return {"out": shown(layer(*inputs)), "params": elements(nnx.state(layer, nnx.Param))}
    keys = {"params": jax.random.key(0), "dropout": jax.random.key(1)}
    out, variables = layer.init_with_output(keys, *inputs)
    return {"out": shown(out), "params": elements(variables.get("params", {}))}


record("flax_layers", ("code", "inputs"), answer)
