"""Set abstraction and feature propagation. https://arxiv.org/abs/1706.02413"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from . import pointnet2_utils


def build_shared_mlp(mlp_spec, bn=True):
    layers = []
    for before, after in zip(mlp_spec, mlp_spec[1:]):
        layers.append(nn.Conv2d(before, after, kernel_size=1, bias=not bn))
        if bn:
            layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU(True))
    return nn.Sequential(*layers)


class PointnetSAModuleMSG(nn.Module):
    def __init__(self, npoint, radii, nsamples, mlps, bn=True, use_xyz=True):
        super().__init__()
        self.npoint = npoint
        self.groupers = nn.ModuleList()
        self.mlps = nn.ModuleList()
        for radius, nsample, mlp in zip(radii, nsamples, mlps):
            whole = npoint is None
            grouper = pointnet2_utils.GroupAll(use_xyz) if whole else pointnet2_utils.QueryAndGroup(radius, nsample, use_xyz)
            self.groupers.append(grouper)
            self.mlps.append(build_shared_mlp([mlp[0] + (3 if use_xyz else 0), *mlp[1:]], bn))

    def forward(self, xyz, features):
        new_xyz = None
        if self.npoint is not None:
            chosen = pointnet2_utils.furthest_point_sample(xyz, self.npoint)
            new_xyz = pointnet2_utils.gather_operation(xyz.transpose(1, 2), chosen).transpose(1, 2)
        found = []
        for grouper, mlp in zip(self.groupers, self.mlps):
            grouped = mlp(grouper(xyz, new_xyz, features))
            found.append(F.max_pool2d(grouped, kernel_size=[1, grouped.size(3)]).squeeze(-1))
        return new_xyz, torch.cat(found, dim=1)


class PointnetSAModule(PointnetSAModuleMSG):
    def __init__(self, mlp, npoint=None, radius=None, nsample=None, bn=True, use_xyz=True):
        super().__init__(npoint, [radius], [nsample], [mlp], bn, use_xyz)


class PointnetFPModule(nn.Module):
    def __init__(self, mlp, bn=True):
        super().__init__()
        self.mlp = build_shared_mlp(mlp, bn)

    def forward(self, unknown, known, unknow_feats, known_feats):
        if known is None:
            spread = known_feats.expand(*known_feats.shape[:2], unknown.shape[1])
        else:
            dist, idx = pointnet2_utils.three_nn(unknown, known)
            spread = pointnet2_utils.three_interpolate(known_feats, idx, dist)
        both = spread if unknow_feats is None else torch.cat([spread, unknow_feats], dim=1)
        return self.mlp(both.unsqueeze(-1)).squeeze(-1)
