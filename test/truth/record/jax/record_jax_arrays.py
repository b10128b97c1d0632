"""Functions of jax.numpy, jax.nn, jax.lax and jax.random: dtypes and shapes."""

import pathlib
import sys

sys.path[:0] = [str(folder) for folder in pathlib.Path(__file__).resolve().parents[:2]]

import jax
import jax.numpy as jnp
from arrays import shown
from flax import linen as nn
from flax import nnx
from recording import record

NAMES = {"jax": jax, "jnp": jnp, "nn": nn, "nnx": nnx}

record("jax_arrays", ("code",), lambda row: {"out": shown(eval(row["code"], dict(NAMES)))})
