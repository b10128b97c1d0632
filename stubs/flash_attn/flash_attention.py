"""Attention as a layer, as version 1 has it."""
import torch.nn as nn

from .flash_attn_interface import flash_attn_qkvpacked_func


class FlashAttention(nn.Module):
    def __init__(self, softmax_scale=None, attention_dropout=0.0, device=None, dtype=None):
        super().__init__()

    def forward(self, qkv, *args, **kwargs):
        return flash_attn_qkvpacked_func(qkv), None
