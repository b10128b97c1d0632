"""A depthwise convolution over time that sees only the past. https://github.com/Dao-AILab/causal-conv1d"""
from .causal_conv1d_interface import causal_conv1d_fn, causal_conv1d_ref, causal_conv1d_update
