"""Attention in tiles: it costs what plain attention does. Masks of packed samples are not here: their lengths are data."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class LowerTriangularMask:
    """The half that is masked out is counted, as a plain product counts it."""


def memory_efficient_attention(query, key, value, attn_bias=None, p=0.0, scale=None, *, op=None, output_dtype=None):
    """Batch × length × heads × features, or batch × length × features."""
    if query.dim() == 3:
        return F.scaled_dot_product_attention(query, key, value)
    heads_first = [x.transpose(-3, -2) for x in (query, key, value)]
    return F.scaled_dot_product_attention(*heads_first).transpose(-3, -2)


def unbind(x, dim):
    return torch.unbind(x, dim)


class SwiGLU(nn.Module):
    """https://arxiv.org/abs/2002.05202"""

    def __init__(self, in_features, hidden_features, out_features=None, bias=True, *, _pack_weights=True):
        super().__init__()
        out_features = out_features or in_features
        self.w12 = nn.Linear(in_features, 2 * hidden_features, bias=bias)
        self.w3 = nn.Linear(hidden_features, out_features, bias=bias)

    def forward(self, x):
        first, second = self.w12(x).chunk(2, dim=-1)
        return self.w3(F.silu(first) * second)
