import jax
import jax.numpy as jnp
from flax import linen as nn


class Digits(nn.Module):
    num_classes: int = 10

    @nn.compact
    def __call__(self, x):
        x = nn.relu(nn.Conv(16, (3, 3))(x))
        x = nn.relu(nn.Conv(32, (5, 5), strides=2)(x))
        x = nn.Conv(32, (3, 3), feature_group_count=32)(x)
        x = nn.Conv(64, (1, 1))(x)
        return nn.Dense(self.num_classes)(x.mean(axis=(1, 2)))


if __name__ == "__main__":
    variables = Digits().init(jax.random.key(0), jnp.ones((1, 28, 28, 1)))
