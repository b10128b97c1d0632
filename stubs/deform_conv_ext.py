"""The later name of the extension."""
from deform_conv_cuda import *
