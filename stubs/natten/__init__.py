"""Each place attends to its neighbours: places × neighbours × features, twice. https://arxiv.org/abs/2204.07143"""
import torch
import torch.nn as nn

from . import functional
from .functional import na1d, na2d, na3d


def _sizes(value, axes):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


class _NeighborhoodAttention(nn.Module):
    axes = 2

    def __init__(
        self, dim, num_heads, kernel_size, dilation=1, is_causal=False, rel_pos_bias=False, qkv_bias=True,
        qk_scale=None, attn_drop=0.0, proj_drop=0.0, bias=None, **kwargs
    ):
        super().__init__()
        self.num_heads = num_heads
        self.kernel_size = _sizes(kernel_size, self.axes)
        self.dilation = dilation
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        if rel_pos_bias or bias:
            self.rpb = nn.Parameter(torch.zeros(num_heads, *[2 * size - 1 for size in self.kernel_size]))
        self.proj = nn.Linear(dim, dim)
        self.proj_drop = nn.Dropout(proj_drop)

    def forward(self, x):
        *places, dim = x.shape
        qkv = self.qkv(x).reshape(*places, 3, self.num_heads, dim // self.num_heads)
        q, k, v = qkv.unbind(dim=-3)
        out = functional.neighbours(q, k, v, self.kernel_size)
        return self.proj_drop(self.proj(out.reshape(*places, dim)))


class NeighborhoodAttention1D(_NeighborhoodAttention):
    axes = 1


class NeighborhoodAttention2D(_NeighborhoodAttention):
    axes = 2


class NeighborhoodAttention3D(_NeighborhoodAttention):
    axes = 3
