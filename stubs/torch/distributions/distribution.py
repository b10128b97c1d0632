"""Distributions over tensors, as torch has them: shapes are whole, checks of values are left out."""
import torch


class Distribution:
    has_rsample = False
    has_enumerate_support = False
    arg_constraints = {}

    def __init__(self, batch_shape=torch.Size(), event_shape=torch.Size(), validate_args=None):
        self._batch_shape = torch.Size(batch_shape)
        self._event_shape = torch.Size(event_shape)

    @staticmethod
    def set_default_validate_args(value):
        pass

    @property
    def batch_shape(self):
        return self._batch_shape

    @property
    def event_shape(self):
        return self._event_shape

    @property
    def stddev(self):
        return self.variance.sqrt()

    def sample(self, sample_shape=torch.Size()):
        with torch.no_grad():
            return self.rsample(sample_shape)

    def sample_n(self, n):
        return self.sample(torch.Size((n,)))

    def rsample(self, sample_shape=torch.Size()):
        raise NotImplementedError

    def log_prob(self, value):
        raise NotImplementedError

    def entropy(self):
        raise NotImplementedError

    def perplexity(self):
        return torch.exp(self.entropy())

    def _extended_shape(self, sample_shape=torch.Size()):
        return torch.Size(sample_shape) + self._batch_shape + self._event_shape


def broadcast(*values):
    """Parameters of one shape, and that shape."""
    tensors = [each for each in values if isinstance(each, torch.Tensor)]
    if not tensors:
        return [torch.tensor(each) for each in values], torch.Size()
    alike = [
        each if isinstance(each, torch.Tensor) else torch.full((), each, dtype=tensors[0].dtype)
        for each in values
    ]
    wide = torch.broadcast_tensors(*alike)
    return list(wide), wide[0].shape


def sum_rightmost(value, dims):
    for _ in range(dims):
        value = value.sum(-1)
    return value
