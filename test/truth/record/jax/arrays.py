"""How arrays, and what layers answer with, are written in a row."""

import jax
import jax.numpy as jnp


def made(shape):
    """`[2, 3]`, or `["int32", 2, 3]`."""
    if shape and isinstance(shape[0], str):
        return jnp.zeros(tuple(shape[1:]), shape[0])
    return jnp.zeros(tuple(shape))


def shown(value):
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"{value.dtype}[{','.join(map(str, value.shape))}]"
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value


def elements(tree):
    return sum(leaf.size for leaf in jax.tree_util.tree_leaves(tree) if hasattr(leaf, "size"))
