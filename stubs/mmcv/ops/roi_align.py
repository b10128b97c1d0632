"""Crops of one size: interpolated, so no products are counted. https://arxiv.org/abs/1703.06870"""
import torch.nn as nn
from torch.nn.modules.utils import _pair


def roi_align(
    input, rois, output_size, spatial_scale=1.0, sampling_ratio=0, pool_mode="avg", aligned=True
):
    return input.new_zeros(rois.shape[0], input.shape[1], *_pair(output_size))


class RoIAlign(nn.Module):
    def __init__(
        self, output_size, spatial_scale=1.0, sampling_ratio=0, pool_mode="avg", aligned=True, use_torchvision=False
    ):
        super().__init__()
        self.output_size = _pair(output_size)

    def forward(self, input, rois):
        return roi_align(input, rois, self.output_size)
