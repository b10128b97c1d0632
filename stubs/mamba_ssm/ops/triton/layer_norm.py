"""Norms that add the residual on the way."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-5, dropout_p=0.0, zero_centered_weight=False, device=None, dtype=None):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.register_parameter("bias", None)

    def forward(self, x, residual=None, prenorm=False, residual_in_fp32=False):
        return rms_norm_fn(x, self.weight, self.bias, residual, eps=self.eps, prenorm=prenorm)


def rms_norm_fn(x, weight, bias, residual=None, *args, prenorm=False, eps=1e-6, **kwargs):
    total = x if residual is None else x + residual
    out = total * torch.rsqrt(total.pow(2).mean(-1, keepdim=True) + eps) * weight
    out = out if bias is None else out + bias
    return (out, total) if prenorm else out


def layer_norm_fn(x, weight, bias, residual=None, *args, prenorm=False, eps=1e-6, is_rms_norm=False, **kwargs):
    if is_rms_norm:
        return rms_norm_fn(x, weight, bias, residual, prenorm=prenorm, eps=eps)
    total = x if residual is None else x + residual
    out = F.layer_norm(total, weight.shape, weight, bias, eps)
    return (out, total) if prenorm else out
