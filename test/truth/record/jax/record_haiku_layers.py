"""Layers of Haiku: dtypes and shapes of outputs, parameters by the names that Haiku gives."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import haiku as hk
import jax
import jax.numpy as jnp
from arrays import made, shown
from recording import record


def answer(row):
    names = ["x", "y", "z"][: len(row["inputs"])]
    run = eval(f"lambda {', '.join(names)}: {row['code']}", {"hk": hk, "jax": jax, "jnp": jnp})
    net = hk.transform_with_state(run)
    inputs = [made(shape) for shape in row["inputs"]]
    params, state = net.init(jax.random.PRNGKey(0), *inputs)
    out, _ = net.apply(params, state, jax.random.PRNGKey(0), *inputs)
    shapes = {module: {name: list(w.shape) for name, w in own.items()} for module, own in params.items()}
    return {"out": shown(out), "params": shapes}


record("haiku_layers", ("code", "inputs"), answer)
