"""Layers of Equinox: dtypes and shapes of outputs, numbers of parameters."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import equinox as eqx
import jax
import jax.numpy as jnp
from arrays import elements, made, shown
from recording import record


def answer(row):
    names = {"eqx": eqx, "jax": jax, "jnp": jnp, "key": jax.random.key(0)}
    names.update(zip("xyz", map(made, row["inputs"])))
    names["layer"] = eval(row["code"], names)
    weights = eqx.filter(names["layer"], eqx.is_inexact_array)
    return {"out": shown(eval(row["call"], names)), "params": elements(weights)}


record("equinox_layers", ("code", "call", "inputs"), answer)
