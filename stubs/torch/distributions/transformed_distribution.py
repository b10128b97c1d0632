import torch
from torch.distributions.distribution import Distribution, sum_rightmost
from torch.distributions.transforms import Transform


class TransformedDistribution(Distribution):
    def __init__(self, base_distribution, transforms, validate_args=None):
        self.base_dist = base_distribution
        self.transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        super().__init__(base_distribution.batch_shape, base_distribution.event_shape)

    @property
    def has_rsample(self):
        return self.base_dist.has_rsample

    def sample(self, sample_shape=torch.Size()):
        return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape=torch.Size()):
        return self._transformed(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        events = len(self._event_shape)
        log_prob = 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(value)
            jacobian = transform.log_abs_det_jacobian(x, value)
            log_prob = log_prob - sum_rightmost(jacobian, events - transform.event_dim)
            value = x
        return log_prob + self.base_dist.log_prob(value)

    def _transformed(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x
