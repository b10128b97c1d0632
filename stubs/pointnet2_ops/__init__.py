"""PointNet++: choosing and gathering points. Distances only choose, so they are not counted. https://arxiv.org/abs/1706.02413"""
from . import pointnet2_modules, pointnet2_utils
