from .layer_norm import *
