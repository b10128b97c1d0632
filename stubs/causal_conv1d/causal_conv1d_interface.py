"""Features as batch × channels × length, weights as channels × width."""
import torch.nn.functional as F


def causal_conv1d_fn(x, weight, bias=None, seq_idx=None, *args, activation=None, **kwargs):
    channels, width = weight.shape
    out = F.conv1d(F.pad(x, (width - 1, 0)), weight.unsqueeze(1), bias, groups=channels)
    return out if activation is None else F.silu(out)


causal_conv1d_ref = causal_conv1d_fn


def causal_conv1d_update(x, conv_state, weight, bias=None, activation=None, *args, **kwargs):
    """One step: conv_state keeps the values before it."""
    channels, width = weight.shape
    out = F.conv1d(conv_state[:, :, -width:], weight.unsqueeze(1), bias, groups=channels)
    out = out if x.dim() == 3 else out.squeeze(-1)
    return out if activation is None else F.silu(out)
