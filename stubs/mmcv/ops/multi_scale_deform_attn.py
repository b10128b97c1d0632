"""https://arxiv.org/abs/2010.04159"""
import torch
import torch.nn as nn

from MultiScaleDeformableAttention import ms_deform_attn_forward


def multi_scale_deformable_attn_pytorch(value, value_spatial_shapes, sampling_locations, attention_weights):
    return ms_deform_attn_forward(value, value_spatial_shapes, None, sampling_locations, attention_weights)


class MultiScaleDeformableAttnFunction:
    apply = staticmethod(ms_deform_attn_forward)


class MultiScaleDeformableAttention(nn.Module):
    def __init__(
        self, embed_dims=256, num_heads=8, num_levels=4, num_points=4, im2col_step=64, dropout=0.1, batch_first=False,
        norm_cfg=None, init_cfg=None, value_proj_ratio=1.0
    ):
        super().__init__()
        self.embed_dims = embed_dims
        self.num_heads = num_heads
        self.num_levels = num_levels
        self.num_points = num_points
        self.batch_first = batch_first
        value_size = int(embed_dims * value_proj_ratio)
        self.sampling_offsets = nn.Linear(embed_dims, num_heads * num_levels * num_points * 2)
        self.attention_weights = nn.Linear(embed_dims, num_heads * num_levels * num_points)
        self.value_proj = nn.Linear(embed_dims, value_size)
        self.output_proj = nn.Linear(value_size, embed_dims)
        self.dropout = nn.Dropout(dropout)

    def init_weights(self):
        pass

    def forward(
        self, query, key=None, value=None, identity=None, query_pos=None, key_padding_mask=None, reference_points=None,
        spatial_shapes=None, level_start_index=None, **kwargs
    ):
        value = query if value is None else value
        identity = query if identity is None else identity
        if query_pos is not None:
            query = query + query_pos
        if not self.batch_first:
            query, value = query.permute(1, 0, 2), value.permute(1, 0, 2)
        batch, queries, _ = query.shape
        per_query = (batch, queries, self.num_heads, self.num_levels, self.num_points)
        value = self.value_proj(value).view(batch, value.shape[1], self.num_heads, -1)
        offsets = self.sampling_offsets(query).view(*per_query, 2)
        weights = self.attention_weights(query).view(batch, queries, self.num_heads, -1).softmax(-1).view(per_query)
        out = self.output_proj(ms_deform_attn_forward(value, spatial_shapes, level_start_index, offsets, weights))
        if not self.batch_first:
            out = out.permute(1, 0, 2)
        return self.dropout(out) + identity
