"""https://nvidia.github.io/apex"""
from . import normalization
