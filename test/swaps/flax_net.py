"""Flax Linen: layers in setup, whose batch norm is told whether it trains."""
from flax import linen as nn


class Net(nn.Module):
    def setup(self):
        self.stem = nn.Conv(8, (3, 3))
        self.conv = nn.Conv(16, (3, 3), use_bias=False)
        self.norm = nn.BatchNorm(momentum=0.9)
        self.last = nn.Conv(24, (3, 3))

    def __call__(self, x, train=False):
        x = nn.relu(self.norm(self.conv(self.stem(x)), use_running_average=not train))
        return self.last(x)
