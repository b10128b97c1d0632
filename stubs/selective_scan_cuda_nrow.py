"""The scan of VMamba, which takes no gate."""
from selective_scan_cuda_core import fwd
