"""The scan of VMamba as a function."""
from mamba_ssm.ops.selective_scan_interface import selective_scan_fn as _scan


def selective_scan_fn(u, delta, A, B, C, D=None, delta_bias=None, delta_softplus=False, *args, **kwargs):
    return _scan(u, delta, A, B, C, D, None, delta_bias, delta_softplus)


selective_scan_ref = selective_scan_fn
