"""Points as batch × points × 3, features as batch × channels × points."""
import torch
import torch.nn as nn


def furthest_point_sample(xyz, npoint):
    return torch.zeros(xyz.shape[0], npoint, dtype=torch.int32)


def gather_operation(features, idx):
    return features.new_zeros(features.shape[0], features.shape[1], idx.shape[1])


def three_nn(unknown, known):
    shape = (unknown.shape[0], unknown.shape[1], 3)
    return unknown.new_zeros(shape), torch.zeros(shape, dtype=torch.int32)


def three_interpolate(features, idx, weight):
    return features.new_zeros(features.shape[0], features.shape[1], idx.shape[1])


def grouping_operation(features, idx):
    return features.new_zeros(features.shape[0], features.shape[1], idx.shape[1], idx.shape[2])


def ball_query(radius, nsample, xyz, new_xyz):
    return torch.zeros(new_xyz.shape[0], new_xyz.shape[1], nsample, dtype=torch.int32)


class QueryAndGroup(nn.Module):
    def __init__(self, radius, nsample, use_xyz=True, **kwargs):
        super().__init__()
        self.radius, self.nsample, self.use_xyz = radius, nsample, use_xyz

    def forward(self, xyz, new_xyz, features=None):
        idx = ball_query(self.radius, self.nsample, xyz, new_xyz)
        near = grouping_operation(xyz.transpose(1, 2), idx) - new_xyz.transpose(1, 2).unsqueeze(-1)
        if features is None:
            return near
        grouped = grouping_operation(features, idx)
        return torch.cat([near, grouped], dim=1) if self.use_xyz else grouped


class GroupAll(nn.Module):
    def __init__(self, use_xyz=True, **kwargs):
        super().__init__()
        self.use_xyz = use_xyz

    def forward(self, xyz, new_xyz, features=None):
        whole = xyz.transpose(1, 2).unsqueeze(2)
        if features is None:
            return whole
        grouped = features.unsqueeze(2)
        return torch.cat([whole, grouped], dim=1) if self.use_xyz else grouped
