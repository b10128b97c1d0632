"""Distributions over jax's arrays by their shapes: samples, log probabilities and entropies."""
import math

import jax
import jax.numpy as jnp


def wide(one, other):
    """The shape that two shapes broadcast to."""
    rank = max(len(one), len(other))
    first = (1,) * (rank - len(one)) + tuple(one)
    second = (1,) * (rank - len(other)) + tuple(other)
    return tuple(b if a == 1 else a for a, b in zip(first, second))


class Distribution:
    @property
    def batch_shape(self):
        return self._shape[: len(self._shape) - self._event_dims]

    @property
    def event_shape(self):
        return self._shape[len(self._shape) - self._event_dims :]

    def stddev(self):
        return jnp.sqrt(self.variance())

    def sample(self, *, seed=None, sample_shape=()):
        count = (sample_shape,) if isinstance(sample_shape, int) else tuple(sample_shape)
        return self._sample(seed, count)

    def sample_and_log_prob(self, *, seed=None, sample_shape=()):
        sample = self.sample(seed=seed, sample_shape=sample_shape)
        return sample, self.log_prob(sample)


class Categorical(Distribution):
    _event_dims = 0

    def __init__(self, logits=None, probs=None, dtype=jnp.int32):
        given = jnp.log(probs) if logits is None else logits
        self.logits = jax.nn.log_softmax(given, axis=-1)
        self.num_categories = given.shape[-1]
        self._shape = given.shape[:-1]

    @property
    def probs(self):
        return jax.nn.softmax(self.logits, axis=-1)

    def mode(self):
        return jnp.argmax(self.logits, axis=-1)

    def entropy(self):
        return -jnp.sum(self.probs * self.logits, axis=-1)

    def log_prob(self, value):
        return jnp.sum(jax.nn.one_hot(value, self.num_categories) * self.logits, axis=-1)

    def _sample(self, seed, count):
        return jax.random.categorical(seed, self.logits, axis=-1, shape=count + self._shape)


class Normal(Distribution):
    _event_dims = 0

    def __init__(self, loc, scale):
        self.loc = loc
        self.scale = scale
        self._shape = wide(jnp.shape(loc), jnp.shape(scale))

    def mean(self):
        return jnp.broadcast_to(self.loc, self._shape)

    mode = mean

    def variance(self):
        return jnp.broadcast_to(jnp.square(self.scale), self._shape)

    def entropy(self):
        return jnp.broadcast_to(0.5 + 0.5 * math.log(2 * math.pi) + jnp.log(self.scale), self._shape)

    def log_prob(self, value):
        standardised = (value - self.loc) / self.scale
        return -0.5 * jnp.square(standardised) - 0.5 * math.log(2 * math.pi) - jnp.log(self.scale)

    def _sample(self, seed, count):
        return self.loc + self.scale * jax.random.normal(seed, count + self._shape)


class MultivariateNormalDiag(Distribution):
    _event_dims = 1

    def __init__(self, loc=None, scale_diag=None):
        self.loc = jnp.zeros_like(scale_diag) if loc is None else loc
        self.scale_diag = jnp.ones_like(loc) if scale_diag is None else scale_diag
        self._shape = wide(self.loc.shape, self.scale_diag.shape)

    def mean(self):
        return jnp.broadcast_to(self.loc, self._shape)

    mode = mean

    def variance(self):
        return jnp.broadcast_to(jnp.square(self.scale_diag), self._shape)

    def entropy(self):
        return jnp.sum(Normal(self.loc, self.scale_diag).entropy(), axis=-1)

    def log_prob(self, value):
        return jnp.sum(Normal(self.loc, self.scale_diag).log_prob(value), axis=-1)

    def _sample(self, seed, count):
        return self.loc + self.scale_diag * jax.random.normal(seed, count + self._shape)
