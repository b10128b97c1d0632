"""
The selective scan: h[t] = exp(Δ[t]·A)·h[t-1] + Δ[t]·B[t]·u[t], y[t] = C[t]·h[t] + D·u[t].

The sum over states that gives y is a product of matrices, batch × channels × states × length multiplications. All else
works element by element, and is counted as elements.
"""
import torch
import torch.nn.functional as F

from causal_conv1d.causal_conv1d_interface import causal_conv1d_fn


def _over_channels(x, channels):
    """B and C are for all channels, for groups of them, or fixed: batch × channels × states × length."""
    if x.dim() == 2:
        return x[None, :, :, None]
    if x.dim() == 3:
        return x.unsqueeze(1)
    return x.repeat_interleave(channels // x.shape[1], dim=1)


def selective_scan_fn(
    u, delta, A, B, C, D=None, z=None, delta_bias=None, delta_softplus=False, return_last_state=False, *args, **kwargs
):
    batch, channels, length = u.shape
    states = A.shape[1]
    if delta.shape[1] != channels:
        delta = delta.repeat_interleave(channels // delta.shape[1], dim=1)
    if delta_bias is not None:
        delta = delta + delta_bias[..., None]
    if delta_softplus:
        delta = F.softplus(delta)
    decay = torch.exp(delta.unsqueeze(2) * A[None, :, :, None])
    drive = (delta * u).unsqueeze(2) * _over_channels(B, channels)
    h = decay + drive
    y = torch.einsum("bdnl,bdnl->bdl", h, _over_channels(C, channels).expand(batch, channels, states, length))
    if D is not None:
        y = y + u * D[:, None]
    if z is not None:
        y = y * F.silu(z)
    y = y.to(u.dtype)
    return (y, h[..., -1]) if return_last_state else y


selective_scan_ref = selective_scan_fn


def mamba_inner_fn(
    xz, conv1d_weight, conv1d_bias, x_proj_weight, delta_proj_weight, out_proj_weight, out_proj_bias,
    A, B=None, C=None, D=None, delta_bias=None, B_proj_bias=None, C_proj_bias=None, delta_softplus=True, *args, **kwargs
):
    y = mamba_inner_fn_no_out_proj(
        xz, conv1d_weight, conv1d_bias, x_proj_weight, delta_proj_weight,
        A, B, C, D, delta_bias, B_proj_bias, C_proj_bias, delta_softplus,
    )
    return F.linear(y.transpose(1, 2), out_proj_weight, out_proj_bias)


mamba_inner_ref = mamba_inner_fn


def mamba_inner_fn_no_out_proj(
    xz, conv1d_weight, conv1d_bias, x_proj_weight, delta_proj_weight,
    A, B=None, C=None, D=None, delta_bias=None, B_proj_bias=None, C_proj_bias=None, delta_softplus=True, *args, **kwargs
):
    x, z = xz.chunk(2, dim=1)
    x = causal_conv1d_fn(x, conv1d_weight.squeeze(1), conv1d_bias, activation="silu")
    rank, states = delta_proj_weight.shape[1], A.shape[1]
    projected = F.linear(x.transpose(1, 2), x_proj_weight)
    delta = F.linear(projected[..., :rank], delta_proj_weight).transpose(1, 2)
    if B is None:
        B = projected[..., rank : rank + states].transpose(1, 2)
        B = B if B_proj_bias is None else B + B_proj_bias[:, None]
    if C is None:
        C = projected[..., -states:].transpose(1, 2)
        C = C if C_proj_bias is None else C + C_proj_bias[:, None]
    return selective_scan_fn(x, delta, A, B, C, D, z, delta_bias, delta_softplus)
