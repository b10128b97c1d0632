"""What causal_conv1d is built on."""
from causal_conv1d.causal_conv1d_interface import causal_conv1d_fn, causal_conv1d_update as _update


def causal_conv1d_fwd(x, weight, bias=None, seq_idx=None, *states):
    return causal_conv1d_fn(x, weight, bias, activation="silu" if states and states[-1] is True else None)


def causal_conv1d_update(x, conv_state, weight, bias=None, activation=False, *args):
    return _update(x, conv_state, weight, bias, "silu" if activation else None)
