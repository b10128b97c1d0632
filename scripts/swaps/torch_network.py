"""What a network costs in real torch: output, parameters, and products of convolutions and matrices as they run."""
import torch
from torch.utils._python_dispatch import TorchDispatchMode

# Saved weights change neither shapes nor costs, and are not downloaded.
torch.hub.load_state_dict_from_url = lambda *args, **kwargs: {}
torch.nn.Module.load_state_dict = lambda *args, **kwargs: None

MATRICES = {"mm": (0, 1), "bmm": (0, 1), "addmm": (1, 2), "baddbmm": (1, 2), "addbmm": (1, 2)}


class Counter(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        name = func.__name__.split(".")[0]
        if "convolution" in name:
            data, weight, transposed = args[0], args[1], args[6]
            size = data.numel() if transposed else (out[0] if isinstance(out, tuple) else out).numel()
            self.macs += size * weight.numel() // weight.shape[0]
        elif name in MATRICES:
            left, right = (args[at] for at in MATRICES[name])
            self.macs += left.numel() * right.shape[-1]
        return out


def tensor(shape, dtype):
    kind = getattr(torch, dtype)
    return torch.rand(shape).to(kind) if kind.is_floating_point else torch.ones(shape, dtype=kind)


def shapes(value):
    """Of all tensors in what the network gives, in their order."""
    if isinstance(value, torch.Tensor):
        return [list(value.shape)]
    if isinstance(value, dict):
        value = list(value.values())
    return [shape for each in value for shape in shapes(each)] if isinstance(value, (list, tuple)) else []


def measured(job, names):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    found = eval(job["network"], names)
    model = found if isinstance(found, torch.nn.Module) else eval(f"{job['network']}({job['arguments']})", names)
    model.eval()
    inputs = [tensor(each["shape"], each["dtype"]) for each in job["inputs"]]
    counter = Counter()
    with torch.no_grad(), counter:
        output = model(*inputs)
    return {
        "output": shapes(output),
        "params": sum(each.numel() for each in model.parameters()),
        "macs": counter.macs,
    }
