/** How modules behave as objects: the last line's value in real torch 1.13 stands in the comment below each fixture. */
import { describe, expect, it } from "vitest";
import { show } from "../../interpret/run.ts";

interface Fixture {
  readonly it: string;
  readonly code: string;
}

const FIXTURES: readonly Fixture[] = [
  {
    it: "names every submodule once, in order of registration",
    code: `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.b = self.a
        self.c = nn.ModuleDict({"x": nn.Identity()})
[name for name, _ in Net().named_modules()]
# ['', 'a', 'a.0', 'a.1', 'c', 'c.x']`,
  },
  {
    it: "finds modules and parameters under a prefix",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
([n for n, _ in m.named_modules(prefix="p")], [n for n, _ in m.named_parameters("p")], [n for n, _ in m.named_buffers()])
# (['p', 'p.0', 'p.1'], ['p.0.weight', 'p.0.bias', 'p.1.weight', 'p.1.bias'], ['1.running_mean', '1.running_var', '1.num_batches_tracked'])`,
  },
  {
    it: "lists direct children alone",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Sequential(nn.ReLU()), nn.Linear(1, 1))
[n for n, _ in m.named_children()], len(list(m.children())), len(list(m.modules()))
# (['0', '1'], 2, 4)`,
  },
  {
    it: "routes assigned parameters, modules and buffers to their tables",
    code: `
import torch, torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(2, 3))
        self.register_buffer("m", torch.ones(4))
        self.fc = nn.Linear(2, 2, bias=False)
        self.plain = torch.zeros(1)
        self.n = 3
net = Net()
list(net._parameters), list(net._buffers), list(net._modules), "w" in net.__dict__, "n" in net.__dict__, "plain" in net.__dict__
# (['w'], ['m'], ['fc'], False, True, True)`,
  },
  {
    it: "replaces a module under its name",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
m[0] = nn.Linear(5, 6)
m.extra = nn.Identity()
[(n, type(c).__name__) for n, c in m.named_children()], m[0].in_features
# ([('0', 'Linear'), ('1', 'ReLU'), ('extra', 'Identity')], 5)`,
  },
  {
    it: "deletes attributes from the tables",
    code: `
import torch.nn as nn
m = nn.Linear(2, 3)
del m.bias
list(m._parameters), hasattr(m, "bias"), hasattr(m, "weight")
# (['weight'], False, True)`,
  },
  {
    it: "keeps None in the place of a parameter",
    code: `
import torch.nn as nn
m = nn.Linear(2, 3, bias=False)
m.bias, list(m._parameters), [n for n, _ in m.named_parameters()]
# (None, ['weight', 'bias'], ['weight'])`,
  },
  {
    it: "assigning None to a module keeps its name without listing it",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Linear(1, 1)
        self.down = None
        self.up = None
net = Net()
net.down is None, list(net._modules), net.up is None, [n for n, _ in net.named_modules()]
# (True, ['down'], True, [''])`,
  },
  {
    it: "sums parameters with numel",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Linear(8, 2))
sum(p.numel() for p in m.parameters()), sum(p.numel() for p in m.parameters() if p.requires_grad)
# (258, 258)`,
  },
  {
    it: "freezes parameters",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
for p in m[0].parameters():
    p.requires_grad = False
m[1].requires_grad_(False)
sum(p.numel() for p in m.parameters() if p.requires_grad)
# 0`,
  },
  {
    it: "counts shared parameters once",
    code: `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)
        self.b.weight = self.a.weight
sum(p.numel() for p in Net().parameters())
# 24`,
  },
  {
    it: "slices and indexes a Sequential",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3), nn.ReLU())
type(m[1:3]).__name__, list(m[1:3]._modules), len(m[:-1]), m[-2].out_features, len(m), [type(c).__name__ for c in m[::2]]
# ('Sequential', ['1', '2'], 3, 3, 4, ['Linear', 'Linear'])`,
  },
  {
    it: "builds a Sequential from an OrderedDict",
    code: `
import torch.nn as nn
from collections import OrderedDict
m = nn.Sequential(OrderedDict([("conv", nn.Conv2d(1, 2, 3)), ("act", nn.ReLU())]))
list(m._modules), m.conv.out_channels
# (['conv', 'act'], 2)`,
  },
  {
    it: "grows a Sequential",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.ReLU())
m.append(nn.Linear(1, 2)); m.insert(0, nn.Identity()); m.extend([nn.Tanh()]); m.add_module("last", nn.GELU())
[(n, type(c).__name__) for n, c in m.named_children()]
# [('0', 'Identity'), ('1', 'ReLU'), ('2', 'Linear'), ('3', 'Tanh'), ('last', 'GELU')]`,
  },
  {
    it: "deletes from a Sequential and numbers it anew",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.ReLU(), nn.Linear(1, 2), nn.Tanh())
del m[0]
[(n, type(c).__name__) for n, c in m.named_children()]
# [('0', 'Linear'), ('1', 'Tanh')]`,
  },
  {
    it: "adds Sequentials",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.ReLU()) + nn.Sequential(nn.Tanh(), nn.GELU())
[type(c).__name__ for c in m]
# ['ReLU', 'Tanh', 'GELU']`,
  },
  {
    it: "handles module lists as lists",
    code: `
import torch.nn as nn
m = nn.ModuleList([nn.Linear(i, i + 1) for i in range(3)])
m.append(nn.ReLU()); m += [nn.Tanh()]; m.insert(1, nn.GELU()); m.extend(nn.ModuleList([nn.SiLU()]))
len(m), [type(c).__name__ for c in m], [n for n, _ in m.named_children()], type(m[1:3]).__name__, len(m[2:]), m[-1] is m[len(m) - 1]
# (7, ['Linear', 'GELU', 'Linear', 'Linear', 'ReLU', 'Tanh', 'SiLU'], ['0', '1', '2', '3', '4', '5', '6'], 'ModuleList', 5, True)`,
  },
  {
    it: "handles module dicts as dicts",
    code: `
import torch.nn as nn
m = nn.ModuleDict([["conv", nn.Conv2d(1, 2, 3)], ["act", nn.ReLU()]])
m["pool"] = nn.MaxPool2d(2)
m.update({"fc": nn.Linear(1, 1)})
del m["act"]
list(m.keys()), len(m), "conv" in m, "act" in m, [type(v).__name__ for v in m.values()], [k for k, v in m.items()], list(m)
# (['conv', 'pool', 'fc'], 3, True, False, ['Conv2d', 'MaxPool2d', 'Linear'], ['conv', 'pool', 'fc'], ['conv', 'pool', 'fc'])`,
  },
  {
    it: "handles parameter lists and dicts",
    code: `
import torch, torch.nn as nn
a = nn.ParameterList([nn.Parameter(torch.zeros(i + 1)) for i in range(3)])
b = nn.ParameterDict({"l": nn.Parameter(torch.zeros(5)), "r": nn.Parameter(torch.zeros(2, 2))})
len(a), [tuple(p.shape) for p in a], list(b.keys()), b["r"].numel(), [n for n, _ in a.named_parameters()], [n for n, _ in b.named_parameters()]
# (3, [(1,), (2,), (3,)], ['l', 'r'], 4, ['0', '1', '2'], ['l', 'r'])`,
  },
  {
    it: "calls forward hooks and takes what they answer",
    code: `
import torch, torch.nn as nn
seen = []
m = nn.Linear(3, 4)
h = m.register_forward_hook(lambda module, inputs, output: seen.append((type(module).__name__, len(inputs), tuple(output.shape))))
m.register_forward_pre_hook(lambda module, inputs: (inputs[0][:, :3],))
y = m(torch.zeros(2, 5))
h.remove()
m(torch.zeros(2, 5))
seen, tuple(y.shape)
# ([('Linear', 1, (2, 4))], (2, 4))`,
  },
  {
    it: "applies a function to children first",
    code: `
import torch.nn as nn
seen = []
nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.ReLU())).apply(lambda m: seen.append(type(m).__name__))
seen
# ['Linear', 'ReLU', 'Sequential', 'Sequential']`,
  },
  {
    it: "answers itself from what moves or switches it",
    code: `
import torch, torch.nn as nn
m = nn.Linear(2, 2)
m.eval() is m, m.to("cpu") is m, m.float() is m, m.requires_grad_(True) is m, m.apply(lambda x: None) is m
# (True, True, True, True, True)`,
  },
  {
    it: "finds submodules by path",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Sequential(nn.Linear(1, 7)))
m.get_submodule("0.0").out_features, m.get_parameter("0.0.weight").shape[0], m.get_submodule("") is m
# (7, 7, True)`,
  },
  {
    it: "knows layers by their classes and bases",
    code: `
import torch.nn as nn
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.utils import _pair
c, b = nn.Conv2d(1, 1, 1), nn.BatchNorm1d(2)
isinstance(c, _ConvNd), isinstance(c, nn.Module), isinstance(b, _BatchNorm), isinstance(b, nn.BatchNorm2d), nn.modules.conv.Conv2d is nn.Conv2d, issubclass(nn.ConvTranspose2d, _ConvNd), _pair(3), _pair((1, 2)), isinstance(nn.Dropout2d(), nn.modules.dropout._DropoutNd)
# (True, True, True, False, True, True, (3, 3), (1, 2), True)`,
  },
  {
    it: "keeps a layer's arguments as torch does",
    code: `
import torch.nn as nn
c = nn.Conv2d(4, 8, 3, stride=(2, 1), padding="same" if False else 1, groups=2)
t = nn.ConvTranspose1d(4, 8, 3)
c.kernel_size, c.stride, c.padding, c.dilation, c.groups, c.padding_mode, c.bias is not None, c.transposed, c.output_padding, t.transposed, t.output_padding, nn.Linear(3, 4).out_features, nn.MaxPool2d(3).stride, nn.BatchNorm2d(3).eps, nn.LayerNorm(3).normalized_shape
# ((3, 3), (2, 1), (1, 1), (1, 1), 2, 'zeros', True, False, (0, 0), True, (0,), 4, 3, 1e-05, (3,))`,
  },
  {
    it: "reads changed attributes and weights when it runs",
    code: `
import torch, torch.nn as nn
c = nn.Conv2d(4, 8, 3)
c.stride = (2, 2)
a = tuple(c(torch.zeros(1, 4, 9, 9)).shape)
c.weight = nn.Parameter(torch.zeros(6, 2, 1, 1))
c.bias = None
c.groups = 2
a, tuple(c(torch.zeros(1, 4, 9, 9)).shape)
# ((1, 8, 4, 4), (1, 6, 5, 5))`,
  },
  {
    it: "derives layers of its own",
    code: `
import torch, torch.nn as nn, torch.nn.functional as F
class Same(nn.Conv2d):
    def __init__(self, i, o, k, **kw):
        super().__init__(i, o, k, **kw)
    def forward(self, x):
        x = F.pad(x, [1, 1, 1, 1])
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
class Act(nn.Sequential):
    def __init__(self, c):
        super().__init__(Same(c, c, 3, bias=False), nn.BatchNorm2d(c), nn.ReLU())
m = Act(4)
tuple(m(torch.zeros(1, 4, 7, 7)).shape), [n for n, _ in m.named_parameters()], len(m)
# ((1, 4, 7, 7), ['0.weight', '1.weight', '1.bias'], 3)`,
  },
  {
    it: "runs a container without a forward of its own through a subclass",
    code: `
import torch, torch.nn as nn
class Stack(nn.ModuleList):
    def forward(self, x):
        return sum(m(x) for m in self)
tuple(Stack([nn.Linear(3, 2), nn.Linear(3, 2)])(torch.zeros(5, 3)).shape)
# (5, 2)`,
  },
  {
    it: "falls back to a __getattr__ of the program",
    code: `
import torch.nn as nn
class Wrap(nn.Module):
    def __init__(self, m):
        super().__init__()
        self.m = m
    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.m, name)
w = Wrap(nn.Linear(3, 4))
w.out_features, type(w.m).__name__
# (4, 'Linear')`,
  },
  {
    it: "copies modules deeply",
    code: `
import copy
import torch.nn as nn
a = nn.Linear(2, 3)
b = copy.deepcopy(a)
l = nn.ModuleList([copy.deepcopy(a) for _ in range(2)])
a.weight is b.weight, sum(p.numel() for p in l.parameters()), type(b).__name__
# (False, 18, 'Linear')`,
  },
  {
    it: "keeps the state dict's names",
    code: `
import torch.nn as nn
m = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
list(m.state_dict().keys()), tuple(m.state_dict()["0.weight"].shape)
# (['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked'], (2, 1, 3, 3))`,
  },
  {
    it: "passes decorators and contexts through",
    code: `
import torch, torch.nn as nn
class Net(nn.Module):
    @torch.no_grad()
    def a(self, x):
        return x + 1
    @torch.jit.ignore
    def b(self):
        return 2
    @torch.jit.export
    def c(self):
        return 3
    @torch.jit.unused
    def d(self):
        return 4
    def forward(self, x):
        if torch.jit.is_scripting():
            return None
        with torch.no_grad(), torch.autograd.set_detect_anomaly(False):
            x = self.a(x)
        return x
n = Net()
tuple(n(torch.zeros(2)).shape), n.b(), n.c(), n.d(), torch.cuda.is_available(), torch.cuda.device_count()
# ((2,), 2, 3, 4, False, 0)`,
  },
  {
    it: "runs an autograd function's forward",
    code: `
import torch
class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x)
        ctx.k = k
        return x * x.sigmoid()
    @staticmethod
    def backward(ctx, g):
        return g, None
tuple(Swish.apply(torch.zeros(2, 3), 4).shape)
# (2, 3)`,
  },
  {
    it: "checkpoints by calling",
    code: `
import torch, torch.nn as nn
import torch.utils.checkpoint as cp
from torch.utils.checkpoint import checkpoint
m = nn.Linear(3, 4)
tuple(cp.checkpoint(m, torch.zeros(2, 3)).shape), tuple(checkpoint(lambda a, b: a + b, torch.zeros(2, 3), torch.zeros(3)).shape), tuple(cp.checkpoint_sequential(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), 2, torch.zeros(2, 3)).shape)
# ((2, 4), (2, 3), (2, 4))`,
  },
  {
    it: "initialises weights without changing them",
    code: `
import torch.nn as nn
m = nn.Conv2d(3, 8, 3)
nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
nn.init.constant_(m.bias, 0)
nn.init.trunc_normal_(m.weight, std=.02) is m.weight, nn.init._calculate_fan_in_and_fan_out(m.weight), round(nn.init.calculate_gain("relu"), 4)
# (True, (27, 72), 1.4142)`,
  },
  {
    it: "makes parameters of tensors",
    code: `
import torch, torch.nn as nn
from torch.nn.parameter import Parameter
p = nn.Parameter(torch.zeros(2, 3), requires_grad=False)
isinstance(p, nn.Parameter), isinstance(p, torch.Tensor), isinstance(torch.zeros(1), nn.Parameter), Parameter is nn.Parameter, p.requires_grad, tuple((p + 1).shape), isinstance(p + 1, nn.Parameter)
# (True, True, False, True, False, (2, 3), False)`,
  },
  {
    it: "looks a layer up by its name",
    code: `
import torch.nn as nn
getattr(nn, "ReLU6")().__class__.__name__, nn.__dict__["GELU"].__name__ if False else "GELU", hasattr(nn, "NoSuchLayer")
# ('ReLU6', 'GELU', False)`,
  },
  {
    it: "runs a pipeline of recurrent layers",
    code: `
import torch, torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
l = nn.LSTM(4, 5, batch_first=True, bidirectional=True)
x, (h, c) = l(torch.zeros(2, 7, 4))
h0 = torch.zeros(2, 2, 5)
y, _ = l(torch.zeros(2, 7, 4), (h0, h0))
l.flatten_parameters()
tuple(x.shape), tuple(h.shape), tuple(c.shape), tuple(y.shape), l.hidden_size, l.bidirectional
# ((2, 7, 10), (2, 2, 5), (2, 2, 5), (2, 7, 10), 5, True)`,
  },
  {
    it: "registers parameters and modules by name",
    code: `
import torch, torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_parameter("w", nn.Parameter(torch.zeros(3)))
        self.register_parameter("none", None)
        for i in range(2):
            setattr(self, f"conv{i}", nn.Conv2d(1, 1, 1))
            self.add_module(f"bn{i}", nn.BatchNorm2d(1))
    def forward(self, x):
        for i in range(2):
            x = getattr(self, f"bn{i}")(getattr(self, "conv%d" % i)(x))
        return x
n = Net()
[k for k, _ in n.named_children()], n.none, tuple(n(torch.zeros(1, 1, 4, 4)).shape)
# (['conv0', 'bn0', 'conv1', 'bn1'], None, (1, 1, 4, 4))`,
  },
];

describe("torch modules", () => {
  it.each(FIXTURES.map((fixture) => [fixture.it, fixture] as const))("%s", (_, { code }) => {
    const at = code.lastIndexOf("\n# ");
    expect(show(code.slice(0, at))).toBe(code.slice(at + 3));
  });
});
