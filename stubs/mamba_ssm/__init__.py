"""Selective state spaces. https://arxiv.org/abs/2312.00752"""
from .modules.mamba_simple import Mamba
from .ops.selective_scan_interface import mamba_inner_fn, selective_scan_fn
