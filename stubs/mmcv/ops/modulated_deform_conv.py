"""With a weight for each place that is looked at. https://arxiv.org/abs/1811.11168"""
import torch
import torch.nn as nn
from torch.nn.modules.utils import _pair

from mmcv.ops.deform_conv import Deformable


def modulated_deform_conv2d(
    input, offset, mask, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, deform_groups=1
):
    (sh, sw), (ph, pw), (dh, dw) = _pair(stride), _pair(padding), _pair(dilation)
    bias = weight.new_zeros(weight.shape[0]) if bias is None else bias
    return torch.ops.torchvision.deform_conv2d(
        input, weight, offset, mask, bias, sh, sw, ph, pw, dh, dw, groups, deform_groups, True
    )


class ModulatedDeformConv2dFunction:
    apply = staticmethod(modulated_deform_conv2d)


class ModulatedDeformConv2d(Deformable):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, deform_groups=1,
        bias=True, deformable_groups=None
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, deform_groups, deformable_groups
        )
        if bias:
            self.bias = nn.Parameter(torch.zeros(out_channels))
        else:
            self.register_parameter("bias", None)

    def forward(self, x, offset, mask):
        return modulated_deform_conv2d(
            x, offset, mask, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups,
            self.deform_groups,
        )


class ModulatedDeformConv2dPack(ModulatedDeformConv2d):
    """With a convolution of its own for the offsets and their weights."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conv_offset = nn.Conv2d(
            self.in_channels, self.deform_groups * 3 * self.kernel_size[0] * self.kernel_size[1],
            kernel_size=self.kernel_size, stride=self.stride, padding=self.padding, dilation=self.dilation, bias=True,
        )

    def forward(self, x):
        first, second, mask = torch.chunk(self.conv_offset(x), 3, dim=1)
        return super().forward(x, torch.cat((first, second), dim=1), torch.sigmoid(mask))


# Their names before mmcv 1.
ModulatedDeformConv = ModulatedDeformConv2d
ModulatedDeformConvPack = ModulatedDeformConv2dPack
modulated_deform_conv = modulated_deform_conv2d
