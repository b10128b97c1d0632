"""Equinox: layers without batch norm."""
import equinox as eqx
import jax


class Net(eqx.Module):
    stem: eqx.nn.Conv2d
    conv: eqx.nn.Conv2d
    last: eqx.nn.Conv2d

    def __init__(self, key):
        k1, k2, k3 = jax.random.split(key, 3)
        self.stem = eqx.nn.Conv2d(3, 8, 3, key=k1)
        self.conv = eqx.nn.Conv2d(8, 16, 3, use_bias=False, key=k2)
        self.last = eqx.nn.Conv2d(16, 24, 3, padding=1, key=k3)

    def __call__(self, x):
        return self.last(jax.nn.relu(self.conv(self.stem(x))))
