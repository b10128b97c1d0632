import torch
from torch.distributions.distribution import Distribution, broadcast


class Uniform(Distribution):
    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        (self.low, self.high), shape = broadcast(low, high)
        super().__init__(shape)

    @property
    def mean(self):
        return (self.high + self.low) / 2

    @property
    def variance(self):
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape=torch.Size()):
        return self.low + torch.rand(self._extended_shape(sample_shape)) * (self.high - self.low)

    def log_prob(self, value):
        inside = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        return torch.log(inside) - torch.log(self.high - self.low)

    def entropy(self):
        return torch.log(self.high - self.low)
