"""MobileNet's body with plain convolutions: every depthwise separable block is one standard 3x3 convolution.

This is the network that MobileNet (arXiv 1704.04861, table 4) is compared with: "Conv MobileNet",
4866 million mult-adds and 29.3 million parameters. Open it in the editor and swap its convolutions
to arrive at MobileNet itself: 569 million and 4.2 million.
"""

import torch
from torch import Tensor, nn

# Output channels and stride of each block after the first convolution.
BODY = [
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (1024, 2),
    (1024, 1),
]


def conv3x3(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class PlainMobileNet(nn.Module):
    def __init__(self, num_classes: int = 1000, width_mult: float = 1.0) -> None:
        super().__init__()
        channels = int(32 * width_mult)
        self.stem = conv3x3(3, channels, stride=2)
        blocks = []
        for out_channels, stride in BODY:
            width = int(out_channels * width_mult)
            blocks.append(conv3x3(channels, width, stride))
            channels = width
        self.body = nn.Sequential(*blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        features = self.pool(self.body(self.stem(images)))
        return self.classifier(torch.flatten(features, 1))


if __name__ == "__main__":
    model = PlainMobileNet()
    print(model(torch.randn(1, 3, 224, 224)).shape)
