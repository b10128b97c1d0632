"""The products alone. The older functions put heads in front of the places, the newer behind them."""
import math

import torch


def _near(kernel_size, axes):
    sizes = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * axes
    return math.prod(sizes)


def _scores(query, key, near):
    seen = key.unsqueeze(-2).expand(*key.shape[:-1], near, key.shape[-1])
    return torch.einsum("...d,...kd->...k", query, seen)


def _sum(scores, value):
    seen = value.unsqueeze(-2).expand(*value.shape[:-1], scores.shape[-1], value.shape[-1])
    return torch.einsum("...k,...kd->...d", scores, seen)


def neighbours(query, key, value, kernel_size):
    axes = query.dim() - 3
    return _sum(_scores(query, key, _near(kernel_size, axes)).softmax(-1), value)


def na1d(query, key, value, kernel_size, dilation=1, *args, **kwargs):
    return neighbours(query, key, value, kernel_size)


na2d = na1d
na3d = na1d


def na1d_qk(query, key, kernel_size, dilation=1, *args, **kwargs):
    return _scores(query, key, _near(kernel_size, query.dim() - 3))


na2d_qk = na1d_qk
na3d_qk = na1d_qk


def na1d_av(attn, value, kernel_size, dilation=1, *args, **kwargs):
    return _sum(attn, value)


na2d_av = na1d_av
na3d_av = na1d_av

natten1dqk, natten2dqk, natten3dqk = na1d_qk, na1d_qk, na1d_qk
natten1dav, natten2dav, natten3dav = na1d_av, na1d_av, na1d_av


def natten2dqkrpb(query, key, rpb, kernel_size, dilation=1, *args, **kwargs):
    return _scores(query, key, _near(kernel_size, query.dim() - 3))


natten1dqkrpb = natten2dqkrpb
natten3dqkrpb = natten2dqkrpb
