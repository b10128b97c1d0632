"""It costs what a plain convolution does. https://arxiv.org/abs/1703.06211"""
import torch
import torch.nn as nn
from torch.nn.modules.utils import _pair


def deform_conv2d(
    input, offset, weight, stride=1, padding=0, dilation=1, groups=1, deform_groups=1, bias=False, im2col_step=32
):
    (sh, sw), (ph, pw), (dh, dw) = _pair(stride), _pair(padding), _pair(dilation)
    mask, no_bias = input.new_zeros(0), weight.new_zeros(weight.shape[0])
    return torch.ops.torchvision.deform_conv2d(
        input, weight, offset, mask, no_bias, sh, sw, ph, pw, dh, dw, groups, deform_groups, False
    )


class DeformConv2dFunction:
    apply = staticmethod(deform_conv2d)


class Deformable(nn.Module):
    """The weight and the options of a deformable convolution, modulated or not."""

    def __init__(
        self, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, deform_groups, deformable_groups
    ):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = _pair(padding)
        self.dilation = _pair(dilation)
        self.groups = groups
        self.deform_groups = deform_groups if deformable_groups is None else deformable_groups
        self.weight = nn.Parameter(torch.zeros(out_channels, in_channels // groups, *self.kernel_size))


class DeformConv2d(Deformable):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, deform_groups=1,
        bias=False, im2col_step=32, deformable_groups=None
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, deform_groups, deformable_groups
        )

    def forward(self, x, offset):
        return deform_conv2d(
            x, offset, self.weight, self.stride, self.padding, self.dilation, self.groups, self.deform_groups
        )


class DeformConv2dPack(DeformConv2d):
    """With a convolution of its own for the offsets."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conv_offset = nn.Conv2d(
            self.in_channels, self.deform_groups * 2 * self.kernel_size[0] * self.kernel_size[1],
            kernel_size=self.kernel_size, stride=self.stride, padding=self.padding, dilation=self.dilation, bias=True,
        )

    def forward(self, x):
        return super().forward(x, self.conv_offset(x))


# Their names before mmcv 1.
DeformConv = DeformConv2d
DeformConvPack = DeformConv2dPack
deform_conv = deform_conv2d
