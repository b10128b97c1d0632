"""Sums, means and their like over rows that an index groups. How many groups there are is data, unless it is said."""
import torch


def scatter(src, index, dim=-1, out=None, dim_size=None, reduce="sum"):
    if out is not None:
        return out
    shape = list(src.shape)
    shape[dim] = int(index.max()) + 1 if dim_size is None else dim_size
    return src.new_zeros(shape)


def scatter_sum(src, index, dim=-1, out=None, dim_size=None):
    return scatter(src, index, dim, out, dim_size)


scatter_add = scatter_sum
scatter_mul = scatter_sum
scatter_mean = scatter_sum


def scatter_max(src, index, dim=-1, out=None, dim_size=None):
    values = scatter(src, index, dim, out, dim_size)
    return values, torch.zeros_like(values, dtype=torch.int64)


scatter_min = scatter_max


def scatter_softmax(src, index, dim=-1, *args, **kwargs):
    return torch.softmax(src, dim)


def scatter_log_softmax(src, index, dim=-1, *args, **kwargs):
    return torch.log_softmax(src, dim)


def scatter_std(src, index, dim=-1, out=None, dim_size=None, unbiased=True):
    return scatter(src, index, dim, out, dim_size)
