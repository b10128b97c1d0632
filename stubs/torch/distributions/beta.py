import torch
from torch.distributions.distribution import Distribution, broadcast


class Beta(Distribution):
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        (self.concentration1, self.concentration0), shape = broadcast(concentration1, concentration0)
        super().__init__(shape)

    @property
    def mean(self):
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self):
        return (self.concentration1 - 1) / (self.concentration1 + self.concentration0 - 2)

    def rsample(self, sample_shape=torch.Size()):
        return torch.rand(self._extended_shape(sample_shape))

    def log_prob(self, value):
        a, b = self.concentration1, self.concentration0
        return (a - 1) * torch.log(value) + (b - 1) * torch.log1p(-value) - self._log_beta()

    def entropy(self):
        a, b = self.concentration1, self.concentration0
        return (
            self._log_beta()
            - (a - 1) * torch.digamma(a)
            - (b - 1) * torch.digamma(b)
            + (a + b - 2) * torch.digamma(a + b)
        )

    def _log_beta(self):
        a, b = self.concentration1, self.concentration0
        return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)
