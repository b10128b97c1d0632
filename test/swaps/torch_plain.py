"""A network of plain layers: one followed by batch norm and activation, one with options by name, one bare."""
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.conv1 = nn.Conv2d(8, 16, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16, 1e-3, 0.01)
        self.act1 = nn.LeakyReLU(0.1, inplace=True)
        self.conv2 = nn.Conv2d(16, 24, 5, padding=2, dilation=1)
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        x = self.act1(self.bn1(self.conv1(self.stem(x))))
        return self.head(self.conv2(x).mean((2, 3)))
