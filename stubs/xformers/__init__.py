"""https://facebookresearch.github.io/xformers"""
from . import ops
