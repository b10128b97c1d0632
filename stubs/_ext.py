"""The extensions that are called `_ext`: DCNv2's and PointNet++'s."""
from dcn_v2 import dcn_v2_conv
from pointnet2_ops import pointnet2_utils


def dcn_v2_forward(input, weight, bias, offset, mask, kh, kw, sh, sw, ph, pw, dh, dw, deformable_groups):
    return dcn_v2_conv(input, offset, mask, weight, bias, (sh, sw), (ph, pw), (dh, dw), deformable_groups)


furthest_point_sampling = pointnet2_utils.furthest_point_sample
gather_points = pointnet2_utils.gather_operation
group_points = pointnet2_utils.grouping_operation
three_interpolate = pointnet2_utils.three_interpolate
three_nn = pointnet2_utils.three_nn


def ball_query(new_xyz, xyz, radius, nsample):
    return pointnet2_utils.ball_query(radius, nsample, xyz, new_xyz)
