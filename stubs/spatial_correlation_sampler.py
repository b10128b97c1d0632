"""
Products of each place with those around it in another picture: patch × places × channels × kernel.
https://github.com/ClementPinard/Pytorch-Correlation-extension
"""
import torch
import torch.nn as nn
from torch.nn.modules.utils import _pair


def spatial_correlation_sample(
    input1, input2, kernel_size=1, patch_size=1, stride=1, padding=0, dilation=1, dilation_patch=1
):
    kernel, patch = _pair(kernel_size), _pair(patch_size)
    stride, padding, dilation = _pair(stride), _pair(padding), _pair(dilation)
    batch, channels, *size = input1.shape
    height, width = [
        (size[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in range(2)
    ]
    here = input1.new_zeros(batch, height, width, channels * kernel[0] * kernel[1])
    there = input2.new_zeros(batch, patch[0], patch[1], height, width, channels * kernel[0] * kernel[1])
    return torch.einsum("bhwc,bpqhwc->bpqhw", here, there)


class SpatialCorrelationSampler(nn.Module):
    def __init__(self, kernel_size=1, patch_size=1, stride=1, padding=0, dilation=1, dilation_patch=1):
        super().__init__()
        self.options = (kernel_size, patch_size, stride, padding, dilation, dilation_patch)

    def forward(self, input1, input2):
        return spatial_correlation_sample(input1, input2, *self.options)
