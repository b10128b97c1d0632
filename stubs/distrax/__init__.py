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


class Independent(Distribution):
    """Axes of a batch as axes of one event."""

    def __init__(self, distribution, reinterpreted_batch_ndims=None):
        self.distribution = distribution
        count = reinterpreted_batch_ndims
        self._joined = max(0, len(distribution.batch_shape) - 1) if count is None else count
        self._shape = distribution._shape
        self._event_dims = distribution._event_dims + self._joined

    def _summed(self, value):
        return jnp.sum(value, axis=tuple(range(-self._joined, 0))) if self._joined else value

    def mean(self):
        return self.distribution.mean()

    def mode(self):
        return self.distribution.mode()

    def variance(self):
        return self.distribution.variance()

    def entropy(self):
        return self._summed(self.distribution.entropy())

    def log_prob(self, value):
        return self._summed(self.distribution.log_prob(value))

    def _sample(self, seed, count):
        return self.distribution._sample(seed, count)


class Bijector:
    """What a sample goes through: subclasses say `forward`, `inverse` and `forward_log_det_jacobian`."""

    event_ndims_in = 0
    event_ndims_out = 0

    def forward_and_log_det(self, x):
        return self.forward(x), self.forward_log_det_jacobian(x)

    def inverse_and_log_det(self, y):
        x = self.inverse(y)
        return x, -self.forward_log_det_jacobian(x)


class Tanh(Bijector):
    def forward(self, x):
        return jnp.tanh(x)

    def inverse(self, y):
        return jnp.arctanh(y)

    def forward_log_det_jacobian(self, x):
        return 2 * (math.log(2) - x - jax.nn.softplus(-2 * x))


class Lambda(Bijector):
    def __init__(
        self, forward=None, inverse=None, forward_log_det_jacobian=None, event_ndims_in=0, event_ndims_out=None
    ):
        self.forward = forward
        self.inverse = inverse
        self.forward_log_det_jacobian = forward_log_det_jacobian
        self.event_ndims_in = event_ndims_in
        self.event_ndims_out = event_ndims_in if event_ndims_out is None else event_ndims_out


class Block(Bijector):
    """One event of several axes."""

    def __init__(self, bijector, ndims):
        self._bijector = bijector
        self._ndims = ndims
        self.event_ndims_in = ndims + bijector.event_ndims_in
        self.event_ndims_out = ndims + bijector.event_ndims_out

    def forward(self, x):
        return self._bijector.forward(x)

    def inverse(self, y):
        return self._bijector.inverse(y)

    def forward_log_det_jacobian(self, x):
        return jnp.sum(self._bijector.forward_log_det_jacobian(x), axis=tuple(range(-self._ndims, 0)))


class Chain(Bijector):
    """The last bijector comes first, as in a product of functions."""

    def __init__(self, bijectors):
        self._bijectors = list(bijectors)
        self.event_ndims_in = self._bijectors[-1].event_ndims_in
        self.event_ndims_out = self._bijectors[0].event_ndims_out

    def forward(self, x):
        for bijector in reversed(self._bijectors):
            x = bijector.forward(x)
        return x

    def inverse(self, y):
        for bijector in self._bijectors:
            y = bijector.inverse(y)
        return y

    def forward_log_det_jacobian(self, x):
        total = 0
        for bijector in reversed(self._bijectors):
            total = total + bijector.forward_log_det_jacobian(x)
            x = bijector.forward(x)
        return total


class Transformed(Distribution):
    """A distribution whose samples go through a bijector that keeps their shape."""

    def __init__(self, distribution, bijector):
        self.distribution = distribution
        extra = bijector.event_ndims_in - distribution._event_dims
        self.bijector = bijector if extra >= 0 else Block(bijector, -extra)
        self._shape = distribution._shape
        self._event_dims = distribution._event_dims

    def mode(self):
        return self.bijector.forward(self.distribution.mode())

    def log_prob(self, value):
        x, log_det = self.bijector.inverse_and_log_det(value)
        return self.distribution.log_prob(x) + log_det

    def _sample(self, seed, count):
        return self.bijector.forward(self.distribution._sample(seed, count))
