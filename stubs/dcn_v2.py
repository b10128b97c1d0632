"""The layers of CharlesShang's DCNv2. https://arxiv.org/abs/1811.11168"""
import torch
import torch.nn as nn
from torch.nn.modules.utils import _pair

from mmcv.ops.modulated_deform_conv import modulated_deform_conv2d


def dcn_v2_conv(input, offset, mask, weight, bias, stride, padding, dilation, deformable_groups):
    return modulated_deform_conv2d(
        input, offset, mask, weight, bias, stride, padding, dilation, 1, deformable_groups
    )


class DCNv2(nn.Module):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride, padding, dilation=1, deformable_groups=1
    ):
        super().__init__()
        self.kernel_size, self.stride, self.padding = _pair(kernel_size), _pair(stride), _pair(padding)
        self.dilation, self.deformable_groups = _pair(dilation), deformable_groups
        self.weight = nn.Parameter(torch.zeros(out_channels, in_channels, *self.kernel_size))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, input, offset, mask):
        return dcn_v2_conv(
            input, offset, mask, self.weight, self.bias, self.stride, self.padding, self.dilation,
            self.deformable_groups,
        )


class DCN(DCNv2):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride, padding, dilation=1, deformable_groups=1
    ):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, deformable_groups)
        places = self.kernel_size[0] * self.kernel_size[1]
        self.conv_offset_mask = nn.Conv2d(
            in_channels, deformable_groups * 3 * places, self.kernel_size, self.stride, self.padding, bias=True
        )

    def forward(self, input):
        first, second, mask = torch.chunk(self.conv_offset_mask(input), 3, dim=1)
        return super().forward(input, torch.cat((first, second), dim=1), torch.sigmoid(mask))
