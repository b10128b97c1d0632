"""The kernel that mamba_ssm is built on. Its other results are kept for the backward pass."""
from mamba_ssm.ops.selective_scan_interface import selective_scan_fn


def fwd(u, delta, A, B, C, D=None, z=None, delta_bias=None, delta_softplus=False, *args):
    if isinstance(delta_bias, bool):
        # VMamba's build of it takes no gate z, so all that follows stands one place earlier.
        z, delta_bias, delta_softplus = None, z, delta_bias
    out, last = selective_scan_fn(u, delta, A, B, C, D, None, delta_bias, delta_softplus, True)
    states = last.unsqueeze(2).expand(-1, -1, 1, -1).repeat(1, 1, 1, 2)
    if z is None:
        return [out, states]
    return [out, states, out * z.sigmoid()]
