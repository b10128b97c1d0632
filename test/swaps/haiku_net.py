"""Haiku: a loop of layers with batch norms."""
import haiku as hk
import jax


def net_fn(x, is_training=False):
    x = hk.Conv2D(8, 3, name="stem")(x)
    for width in (16, 32):
        x = hk.Conv2D(width, 3, with_bias=False)(x)
        x = hk.BatchNorm(True, True, 0.9)(x, is_training)
        x = jax.nn.relu(x)
    return hk.Linear(10)(x.mean((1, 2)))


net = hk.transform_with_state(net_fn)
