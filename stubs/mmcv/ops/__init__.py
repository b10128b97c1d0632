"""The operators of mmcv that networks are built of. https://mmcv.readthedocs.io/en/latest/understand_mmcv/ops.html"""
from .deform_conv import DeformConv2d, DeformConv2dPack, deform_conv2d
from .modulated_deform_conv import ModulatedDeformConv2d, ModulatedDeformConv2dPack, modulated_deform_conv2d
from .multi_scale_deform_attn import (
    MultiScaleDeformableAttention,
    MultiScaleDeformableAttnFunction,
    multi_scale_deformable_attn_pytorch,
)
from .roi_align import RoIAlign, roi_align
