import torch
from torch.distributions.distribution import Distribution


class Bernoulli(Distribution):
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        given = logits if probs is None else probs
        given = given if isinstance(given, torch.Tensor) else torch.tensor(float(given))
        if probs is None:
            self.logits = given
        else:
            self.probs = given
        super().__init__(given.shape)

    def __getattr__(self, name):
        if name == "logits":
            return torch.log(self.probs) - torch.log1p(-self.probs)
        if name == "probs":
            return torch.sigmoid(self.logits)
        raise AttributeError(name)

    @property
    def param_shape(self):
        return self._batch_shape

    @property
    def mean(self):
        return self.probs

    @property
    def mode(self):
        return (self.probs >= 0.5).to(self.probs.dtype)

    @property
    def variance(self):
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape=torch.Size()):
        return torch.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        logits, value = torch.broadcast_tensors(self.logits, value)
        return -torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
