"""Networks with many layers to swap: a configuration, a loop with groups, one dimension and three."""
from torch import nn

CONFIG = [8, "M", 16, 16, "M", 24]


def features(config):
    layers, channels = [], 3
    for width in config:
        if width == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(channels, width, kernel_size=3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        channels = width
    return nn.Sequential(*layers)


class VGG(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = features(CONFIG)
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.conv1 = nn.Conv2d(8, 8, 3, padding="same")
        self.conv2 = nn.Conv2d(8, 16, (3, 5), stride=(1, 2), padding_mode="reflect", padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.conv3 = nn.Conv2d(in_channels=16, out_channels=16, kernel_size=3, dilation=2)
        self.conv4 = nn.Conv2d(16, 24, 3, bias=False)

    def forward(self, x):
        x = self.norm(self.conv2(self.conv1(self.stem(x)))).relu()
        return self.conv4(self.conv3(x))


class Sound(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(4, width, 3),
            nn.Conv1d(width, width, 9, stride=2),
            nn.BatchNorm1d(width),
            nn.GELU(),
            nn.Conv1d(width, 2 * width, 9),
        )

    def forward(self, x):
        return self.net(x)  # (1, 4, 400)
