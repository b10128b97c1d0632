"""A helper that makes the stem, layers with and without batch norm, and layers of two networks."""
import torch
from torch import nn


def conv3x3(i, o, stride=1) -> nn.Conv2d:
    return nn.Conv2d(i, o, 3, stride, 1, bias=False)


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv1 = conv3x3(i, o)
        self.bn1 = nn.BatchNorm2d(o)
        self.act1 = nn.PReLU(o)
        self.conv2 = conv3x3(o, o)

    def forward(self, x):
        return torch.sigmoid(self.conv2(self.act1(self.bn1(self.conv1(x)))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv3x3(3, 8, 2)
        self.net = nn.Sequential(Block(8, 16), Block(16, 16))

    def forward(self, x):
        return self.net(self.stem(x))


class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv3x3(3, 16)
        self.last = conv3x3(16, 24)

    def forward(self, x):
        return self.last(self.stem(x))
