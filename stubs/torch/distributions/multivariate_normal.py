import math

import torch
from torch.distributions.distribution import Distribution


class MultivariateNormal(Distribution):
    has_rsample = True

    def __init__(
        self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None
    ):
        if scale_tril is None and covariance_matrix is not None:
            scale_tril = torch.linalg.cholesky(covariance_matrix)
        elif scale_tril is None:
            scale_tril = torch.linalg.cholesky(torch.inverse(precision_matrix))
        batch = torch.broadcast_shapes(scale_tril.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand(batch + (-1,))
        self.scale_tril = scale_tril.expand(batch + (-1, -1))
        super().__init__(batch, self.loc.shape[-1:])

    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc

    @property
    def covariance_matrix(self):
        return torch.matmul(self.scale_tril, self.scale_tril.mT)

    @property
    def variance(self):
        return self.scale_tril.pow(2).sum(-1)

    def rsample(self, sample_shape=torch.Size()):
        noise = torch.randn(self._extended_shape(sample_shape))
        return self.loc + torch.matmul(self.scale_tril, noise.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value):
        difference = (value - self.loc).unsqueeze(-1)
        distance = torch.linalg.solve_triangular(self.scale_tril, difference, upper=False).squeeze(-1).pow(2).sum(-1)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + distance) - self._half_log_det()

    def entropy(self):
        return 0.5 * self._event_shape[0] * (1 + math.log(2 * math.pi)) + self._half_log_det()

    def _half_log_det(self):
        return self.scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
