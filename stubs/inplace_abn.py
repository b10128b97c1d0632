"""Batch norm and activation in one. https://arxiv.org/abs/1712.02616"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ABN(nn.Module):
    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, activation="leaky_relu", activation_param=0.01, **kwargs
    ):
        super().__init__()
        self.eps, self.activation, self.activation_param = eps, activation, activation_param
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        x = F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.1, self.eps)
        return x if self.activation == "identity" else F.leaky_relu(x, self.activation_param)


InPlaceABN = ABN
InPlaceABNSync = ABN
