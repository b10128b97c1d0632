"""Writes random networks, with what the real torch makes of them.

usage: generate.py SEED COUNT  ->  one JSON object on stdout: {"torch": version, "cases": [...]}

Each case is the source of a class `Net` whose forward returns every intermediate tensor, the shape of its input,
the shapes of those tensors, the multiply-accumulates of each step, and its parameters. A step is drawn from a table of templates and
tried; one that torch refuses is drawn again, so that templates need not know what is valid.
"""
import json
import random
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

warnings.filterwarnings("ignore")
MAX_ELEMENTS = 300_000
HEADER = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"


def numel(shape):
    total = 1
    for size in shape:
        total *= size
    return total


class Counter(TorchDispatchMode):
    """Multiply-accumulates of convolutions and matrix products, as torch dispatches them."""

    def __init__(self):
        super().__init__()
        self.macs = 0
        self.has_vectors = False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        name = func.__name__.split(".")[0]
        if name == "convolution":
            x, w, transposed = args[0], args[1], args[6]
            positions = x if transposed else out
            self.macs += positions.shape[0] * numel(positions.shape[2:]) * numel(w.shape)
        elif name in ("mm", "bmm"):
            self.macs += numel(args[0].shape) * args[1].shape[-1]
        elif name in ("addmm", "baddbmm"):
            self.macs += numel(args[1].shape) * args[2].shape[-1]
        elif name in ("mv", "dot"):  # as in spectral norm: not what torch's own counters count
            self.has_vectors = True
        elif name == "_trilinear":  # a bilinear layer: torch multiplies three tensors and sums two axes
            self.macs += numel(out.shape) * args[0].shape[-1] * args[2].shape[-1]
        return out


class Draw:
    """Random choices that templates are made of; `x` is the tensor a step takes."""

    def __init__(self, rng, shape, others):
        self.rng, self.shape, self.others = rng, list(shape), others
        self.rank = len(shape)

    def int(self, low, high):
        return self.rng.randint(low, high)

    def pick(self, *options):
        return self.rng.choice(options)

    def dim(self):
        return self.int(-self.rank, self.rank - 1)

    def spatial(self):
        return self.rank - 2

    def per_axis(self, low, high, axes=None):
        axes = axes or self.spatial()
        if self.pick(True, False):
            return self.int(low, high)
        return tuple(self.int(low, high) for _ in range(axes))

    def divisor(self, n):
        return self.pick(*[d for d in range(1, n + 1) if n % d == 0])

    def other(self):
        return self.pick(*self.others)


def conv(d):
    n, c = d.spatial(), d.shape[1]
    groups = d.pick(1, 1, d.divisor(c))
    out = groups * d.int(1, 6)
    kernel = d.per_axis(1, 4, n)
    mode = d.pick("zeros", "zeros", "zeros", "reflect", "replicate", "circular")
    options = [f"groups={groups}"] if groups > 1 else []
    stride = d.per_axis(1, 3, n)
    padding = d.pick(d.per_axis(0, 3, n), d.per_axis(0, 3, n), "same", "valid")
    if padding == "same":
        stride = 1
    options += [f"stride={stride}", f"padding={padding!r}", f"dilation={d.per_axis(1, 2, n)}"]
    if mode != "zeros":
        options.append(f"padding_mode={mode!r}")
    if d.pick(True, False):
        options.append("bias=False")
    cin = d.pick(f"{c}, {out}, {kernel}", f"{c}, {out}, kernel_size={kernel}")
    return f"nn.Conv{n}d({cin}, {', '.join(options)})", "{m}({x})"


def lazy_conv(d):
    return f"nn.LazyConv{d.spatial()}d({d.int(1, 8)}, {d.int(1, 3)})", "{m}({x})"


def transposed(d):
    n, c = d.spatial(), d.shape[1]
    groups = d.pick(1, 1, d.divisor(c))
    out = groups * d.int(1, 4)
    text = (
        f"nn.ConvTranspose{n}d({c}, {out}, {d.per_axis(1, 4, n)}, stride={d.per_axis(1, 3, n)}, "
        f"padding={d.per_axis(0, 2, n)}, output_padding={d.per_axis(0, 1, n)}, groups={groups}, "
        f"bias={d.pick(True, False)}, dilation={d.per_axis(1, 2, n)})"
    )
    size = [2 * s + d.int(0, 2) for s in d.shape[2:]]
    return text, d.pick("{m}({x})", "{m}({x})", f"{{m}}({{x}}, output_size={size})")


def pool(d):
    n = d.spatial()
    kind = d.pick("Max", "Avg")
    stride = d.pick("", f", stride={d.per_axis(1, 3, n)}", f", {d.per_axis(1, 3, n)}")
    extra = f", dilation={d.per_axis(1, 2, n)}" if kind == "Max" and d.pick(True, False) else ""
    if kind == "Avg" and n > 0 and d.pick(True, False):
        extra = f", count_include_pad={d.pick(True, False)}"
    return (
        f"nn.{kind}Pool{n}d({d.per_axis(1, 4, n)}{stride}, padding={d.per_axis(0, 2, n)}{extra}"
        f", ceil_mode={d.pick(True, False)})",
        "{m}({x})",
    )


def other_pool(d):
    n = d.spatial()
    sizes = tuple(d.pick(None, d.int(1, 6)) for _ in range(n))
    size = d.pick(d.int(1, 6), sizes if n > 1 else d.int(1, 6))
    return d.pick(
        (f"nn.AdaptiveAvgPool{n}d({size})", "{m}({x})"),
        (f"nn.AdaptiveMaxPool{n}d({size})", "{m}({x})"),
        (f"nn.LPPool{min(n, 2)}d(2, {d.int(1, 3)}, stride={d.int(1, 3)}, ceil_mode={d.pick(True, False)})", "{m}({x})"),
    )


def norm(d):
    n, c = d.spatial(), d.shape[1]
    tail = d.shape[-d.int(1, 2):]
    return d.pick(
        (f"nn.BatchNorm{max(n, 1)}d({c}, affine={d.pick(True, False)})", "{m}({x})"),
        (f"nn.InstanceNorm{max(n, 1)}d({c}, affine={d.pick(True, False)})", "{m}({x})"),
        (f"nn.GroupNorm({d.divisor(c)}, {c})", "{m}({x})"),
        (f"nn.LayerNorm({tail})", "{m}({x})"),
        ("nn.LocalResponseNorm(3)", "{m}({x})"),
    )


def linear(d):
    c = d.shape[-1]
    return d.pick(
        (f"nn.Linear({c}, {d.int(1, 12)}, bias={d.pick(True, False)})", "{m}({x})"),
        (f"nn.LazyLinear({d.int(1, 12)})", "{m}({x})"),
        (f"nn.Bilinear({c}, {c}, {d.int(1, 5)})", "{m}({x}, {x})"),
    )


def recurrent(d):
    kind, hidden = d.pick("LSTM", "GRU", "RNN"), d.int(1, 8)
    proj = f", proj_size={d.int(1, hidden - 1)}" if kind == "LSTM" and hidden > 1 and d.pick(0, 0, 1) else ""
    return (
        f"nn.{kind}({d.shape[-1]}, {hidden}, num_layers={d.int(1, 2)}, batch_first={d.pick(True, False)}, "
        f"bidirectional={d.pick(True, False)}, bias={d.pick(True, False)}{proj})",
        "{m}({x})[0]",
    )


def padding_layer(d):
    n = d.spatial()
    sizes = d.pick(d.int(0, 3), tuple(d.int(0, 3) for _ in range(2 * n)))
    kind = d.pick("Reflection", "Replication", "Constant", "Zero")
    if kind == "Zero":
        return f"nn.ZeroPad2d({sizes})", "{m}({x})"
    return f"nn.{kind}Pad{n}d({sizes}{', 0.5' if kind == 'Constant' else ''})", "{m}({x})"


def container(d):
    c, n = d.shape[1], d.spatial()
    k = d.pick(1, 3)
    return d.pick(
        (f"nn.Sequential(nn.Conv{n}d({c}, {d.int(1, 6)}, {k}, padding={k // 2}), nn.ReLU(inplace=True))", "{m}({x})"),
        (f"nn.ModuleList([nn.Conv{n}d({c}, i + 1, 1) for i in range({d.int(1, 3)})])",
         "torch.cat([conv({x}) for conv in {m}], dim=1)"),
        (f"nn.ModuleDict({{'a': nn.Conv{n}d({c}, {d.int(1, 4)}, 1), 'b': nn.Identity()}})", "{m}['a']({m}['b']({x}))"),
        (f"nn.Parameter(torch.zeros({c}, {', '.join(['1'] * n)}))", "{x} * {m}"),
    )


def resize_layer(d):
    n = d.spatial()
    return d.pick(
        (f"nn.Upsample(scale_factor={d.pick(2, 1.5, 0.5, 3)}, mode='nearest')", "{m}({x})"),
        (f"nn.Upsample(size={[d.int(1, 9) for _ in range(n)]})", "{m}({x})"),
        (f"nn.PixelShuffle({d.int(2, 3)})", "{m}({x})"),
        (f"nn.PixelUnshuffle({d.int(2, 3)})", "{m}({x})"),
        (f"nn.Unfold({d.int(1, 3)}, padding={d.int(0, 1)}, stride={d.int(1, 3)}, dilation={d.int(1, 2)})", "{m}({x})"),
        (f"nn.ChannelShuffle({d.divisor(d.shape[1])})", "{m}({x})"),
        ("nn.Flatten()", "{m}({x})"),
        (f"nn.Flatten({d.dim()}, {d.dim()})", "{m}({x})"),
        ("nn.PReLU()", "{m}({x})"),
        ("nn.GLU(1)", "{m}({x})"),
        (f"nn.Softmax(dim={d.dim()})", "{m}({x})"),
    )


def unbatched(d):
    """A convolution without a batch axis; a batch of one, so that samples count as they are."""
    return f"nn.Conv{d.rank - 1}d({1 if d.shape[0] == 1 else None}, {d.int(1, 4)}, {d.int(1, 2)})", "{m}({x})"


def block(d):
    """Layers of other families, and several in one."""
    c, last, n = d.shape[1], d.shape[-1], d.spatial()
    heads = d.divisor(last)
    return d.pick(
        (f"nn.utils.weight_norm(nn.Conv{n}d({c}, {d.int(1, 5)}, {d.int(1, 3)}))", "{m}({x})"),
        (f"nn.utils.spectral_norm(nn.Linear({last}, {d.int(1, 5)}))", "{m}({x})"),
        (f"nn.TransformerEncoderLayer({last}, {heads}, dim_feedforward={d.int(1, 9)}, "
         f"batch_first={d.pick(True, False)}, norm_first=True)", "{m}.train()({x})"),
        (f"nn.MultiheadAttention({last}, {heads}, bias={d.pick(True, False)})", "{m}.train()({x}, {x}, {x})[0]"),
        (f"nn.MultiheadAttention({last}, {heads}, batch_first=True)", "{m}.train()({x}, {x}, {x})[1]"),
        (f"nn.LSTMCell({last}, {d.int(1, 6)})", "{m}({x})[0]"),
        (f"nn.GRUCell({last}, {d.int(1, 6)})", "{m}({x})"),
        (f"nn.Embedding(50, {d.int(1, 6)})", "{m}({x}.long().clamp(0, 49))"),
        (f"nn.EmbeddingBag(50, {d.int(1, 6)})", "{m}({x}.long().clamp(0, 49))"),
        (f"nn.Sequential(*[nn.Conv{n}d({c}, {c}, 3, padding=1, groups={c}) for _ in range({d.int(1, 3)})])",
         "{m}({x}) + {x}"),
        (f"nn.Sequential(nn.Flatten(), nn.LazyLinear({d.int(1, 7)}), nn.LazyBatchNorm1d(), nn.Dropout())", "{m}({x})"),
        (f"nn.LazyConvTranspose{n}d({d.int(1, 4)}, {d.int(1, 3)}, stride={d.int(1, 2)})", "{m}({x})"),
        (f"nn.Fold({[d.int(3, 6), d.int(3, 6)]}, {d.int(1, 2)})", "{m}({x})"),
        (f"nn.Unflatten({d.int(1, d.rank - 1)}, {tuple(factors(d, d.pick(*d.shape)))})", "{m}({x})"),
        (f"nn.FractionalMaxPool2d(2, output_ratio={d.pick(0.5, 0.7)})", "{m}({x})"),
        (f"nn.AvgPool2d({d.int(1, 3)}, divisor_override=2)", "{m}({x})"),
        (f"nn.MaxPool{n}d(2, return_indices=True)", "F.max_unpool%dd(*{m}({x}), 2)" % n),
        (f"nn.ParameterList([nn.Parameter(torch.ones({last})) for _ in range({d.int(1, 3)})])", "{x} * sum({m})"),
        ("nn.Softmax2d()", "{m}({x})"),
        (f"nn.CosineSimilarity(dim={d.dim()})", "{m}({x}, {x})"),
    )


MODULES = [block, block, unbatched, conv, conv, conv, lazy_conv, transposed, transposed, pool, pool, other_pool, norm, linear, recurrent,
           padding_layer, container, resize_layer]


def functional_conv(d):
    n, c = d.spatial(), d.shape[1]
    k = [d.int(1, 3) for _ in range(n)]
    groups = d.divisor(c)
    return d.pick(
        f"F.conv{n}d({{x}}, torch.zeros({groups * d.int(1, 3)}, {c // groups}, {', '.join(map(str, k))}), "
        f"stride={d.per_axis(1, 2, n)}, padding={d.pick(d.per_axis(0, 2, n), 'valid')!r}, groups={groups})",
        f"F.conv_transpose{n}d({{x}}, torch.ones({c}, {d.int(1, 4)}, {', '.join(map(str, k))}), "
        f"stride={d.per_axis(1, 2, n)}, padding={d.int(0, 1)})",
    )


def functional_pool(d):
    n = d.spatial()
    return d.pick(
        f"F.max_pool{n}d({{x}}, {d.per_axis(1, 3, n)}, stride={d.int(1, 3)}, ceil_mode={d.pick(True, False)})",
        f"F.avg_pool{n}d({{x}}, {d.per_axis(1, 3, n)}, {d.int(1, 3)}, {d.int(0, 1)}, {d.pick(True, False)})",
        f"F.adaptive_avg_pool{n}d({{x}}, {d.int(1, 5)})",
        f"F.max_pool{n}d({{x}}, {d.int(1, 3)}, return_indices=True)[1]",
    )


def interpolate(d):
    n = d.spatial()
    smooth = {1: "linear", 2: d.pick("bilinear", "bicubic"), 3: "trilinear"}.get(n, "nearest")
    mode = d.pick("nearest", smooth, "area", "nearest-exact")
    align = f", align_corners={d.pick(True, False)}" if mode == smooth and mode != "nearest" else ""
    size = d.pick(
        f"size={[d.int(1, 9) for _ in range(n)]}",
        f"size={d.int(1, 9)}",
        f"scale_factor={d.pick(2, 0.5, 1.5, 0.7, 2.3)}",
        f"scale_factor={[d.pick(1.0, 2.0, 0.5, 1.3) for _ in range(n)]}",
        "size={x}.shape[2:]",
        "size=({x}.size(2) * 2, {x}.size(-1) // 2 + 1)",
        f"scale_factor={d.pick(0.7, 1.9)}, recompute_scale_factor=True",
    )
    return f"F.interpolate({{x}}, {size}, mode={mode!r}{align})"


def functional_pad(d):
    axes = d.int(1, min(d.rank, 3))
    sizes = [d.int(-1, 3) for _ in range(2 * axes)]
    return d.pick(
        f"F.pad({{x}}, {sizes})",
        f"F.pad({{x}}, {tuple(sizes)}, 'constant', 1)",
        f"F.pad({{x}}, {[abs(s) for s in sizes]}, mode={d.pick('reflect', 'replicate', 'circular')!r})",
    )


def factors(d, n):
    out = []
    for _ in range(d.int(1, 3)):
        f = d.divisor(n)
        out.append(f)
        n //= f
    return out + [n]


def view(d):
    sizes = factors(d, numel(d.shape))
    sizes[d.int(0, len(sizes) - 1)] = -1
    text = ", ".join(map(str, sizes))
    k = d.int(1, d.rank)
    return d.pick(
        f"{{x}}.reshape({text})",
        f"{{x}}.view({text})",
        f"{{x}}.reshape([{text}])",
        f"torch.reshape({{x}}, ({text},))",
        "{x}.flatten(" + d.pick("", "1", f"{d.dim()}", f"{d.dim()}, {d.dim()}") + ")",
        f"{{x}}.view({{x}}.size(0), -1)",
        f"{{x}}.reshape(*{{x}}.shape[:{k}], -1)",
        f"{{x}}.unflatten({d.dim()}, {tuple(factors(d, d.pick(*d.shape)))})",
        "{x}.contiguous().view(-1)",
    )


def arrange(d):
    order = list(range(d.rank))
    d.rng.shuffle(order)
    return d.pick(
        f"{{x}}.permute({', '.join(map(str, order))})",
        f"torch.permute({{x}}, {tuple(order)})",
        f"{{x}}.transpose({d.dim()}, {d.dim()})",
        f"{{x}}.unsqueeze({d.int(-d.rank - 1, d.rank)})",
        f"{{x}}.squeeze({d.pick('', d.dim())})",
        f"{{x}}.movedim({d.dim()}, {d.dim()})",
        f"torch.swapaxes({{x}}, {d.dim()}, {d.dim()})",
        "{x}.mT",
        f"torch.roll({{x}}, {d.int(-3, 3)}, {d.dim()})",
        f"torch.flip({{x}}, [{d.dim()}])",
        f"torch.rot90({{x}}, {d.int(0, 3)}, [{d.dim()}, {d.dim()}])",
    )


def join(d):
    dim = d.dim()
    return d.pick(
        f"torch.cat([{{x}}, {{y}}], dim={dim})",
        f"torch.cat(({{x}}, {{x}}, {{x}}), {dim})",
        f"torch.stack([{{x}}, {{x}}], dim={d.int(-d.rank - 1, d.rank)})",
        f"torch.cat({{x}}.chunk({d.int(1, 4)}, {dim})[::-1], {dim})",
        f"{{x}}.chunk({d.int(1, 4)}, dim={dim})[{d.pick(0, -1)}]",
        f"{{x}}.split({d.int(1, 4)}, dim={dim})[{d.pick(0, -1)}]",
        f"torch.split({{x}}, [1, {d.pick(*d.shape)} - 1], {dim})[{d.pick(0, 1)}]",
        f"torch.tensor_split({{x}}, {d.int(1, 4)}, dim={dim})[-1]",
        f"{{x}}.unbind({dim})[0]",
        f"torch.hstack([{{x}}, {{x}}])",
        f"torch.vstack(({{x}}, {{x}}))",
        f"torch.dstack([{{x}}, {{x}}])",
    )


def slices(d):
    def one(size):
        return d.pick(":", ":", f"{d.int(0, 2)}:", f":{d.int(-2, size)}", f"{d.int(-3, 1)}::{d.int(1, 3)}",
                      "None", str(d.int(0, size - 1)), f"::{d.int(1, 3)}", "[0, 0]")

    text = ", ".join(one(size) for size in d.shape[: d.int(1, d.rank)])
    return d.pick(
        f"{{x}}[{text}]",
        f"{{x}}[{text}]",
        f"{{x}}[..., {one(d.shape[-1])}]",
        f"{{x}}[{one(d.shape[0])}, ..., {one(d.shape[-1])}]",
        f"{{x}}.narrow({d.dim()}, {d.int(0, 1)}, {d.int(1, 3)})",
        f"{{x}}.select({d.dim()}, {d.int(-1, 0)})",
        f"{{x}}.index_select({d.dim()}, torch.tensor([0, 0]))",
        f"{{x}}.unfold({d.dim()}, {d.int(1, 3)}, {d.int(1, 3)})",
        f"{{x}}.diagonal({d.int(-1, 1)}, {d.dim()}, {d.dim()})",
        f"torch.tril({{x}})",
    )


def reduce(d):
    dims = sorted({d.int(0, d.rank - 1) for _ in range(2)})
    keep = d.pick("", ", keepdim=True")
    return d.pick(
        f"{{x}}.mean({dims}{keep})",
        f"{{x}}.sum(dim={d.dim()}{keep})",
        f"{{x}}.max(dim={d.dim()}{keep})[0]",
        f"{{x}}.amax({tuple(dims)}{keep})",
        f"torch.norm({{x}}, dim={d.dim()}{keep})",
        f"{{x}}.argmax({d.dim()}{keep})",
        f"{{x}}.std({d.dim()}{keep})",
        f"torch.topk({{x}}, {d.int(1, 3)}, dim={d.dim()}).values",
        f"{{x}}.cumsum({d.dim()})",
        f"{{x}}.logsumexp({d.dim()}{keep})",
        f"torch.var_mean({{x}}, {d.dim()}{keep})[1]",
        f"{{x}}.sort({d.dim()})[1]",
    )


def broadcast(d):
    ones = [d.pick(s, 1) for s in d.shape[d.int(0, d.rank - 1):]]
    grown = [d.int(2, 3) if s == 1 else d.pick(s, -1) for s in d.shape]
    repeat = [d.int(1, 2) for _ in range(d.rank + d.int(0, 1))]
    return d.pick(
        "{x} + {y}",
        "{x} * {x}.mean(dim=-1, keepdim=True)",
        f"{{x}} - torch.ones({', '.join(map(str, ones))})",
        f"{{x}} @ torch.zeros({d.shape[-1]}, {d.int(1, 6)})",
        f"{{x}}.expand({', '.join(map(str, grown))})",
        f"{{x}}.expand({d.int(1, 3)}, {', '.join(['-1'] * d.rank)})",
        f"{{x}}.repeat({', '.join(map(str, repeat))})",
        f"torch.repeat_interleave({{x}}, {d.int(1, 3)}, dim={d.dim()})",
        f"torch.tile({{x}}, ({d.int(1, 2)}, {d.int(1, 2)}))",
        "torch.where({x} > 0, {x}, torch.zeros(1))",
        "torch.max({x}, {y})",
        "torch.sigmoid({x}) * {x}",
        f"torch.zeros_like({{x}})",
        f"{{x}}.new_zeros({{x}}.shape[-1], {d.int(1, 3)})",
        f"{{x}} / math.sqrt({{x}}.shape[-1])",
        f"torch.arange({{x}}.shape[{d.dim()}]) * 1.0",
        f"torch.linspace(0, 1, {d.int(1, 8)})[:, None] * torch.ones({d.int(1, 5)})",
        f"torch.broadcast_to({{x}}, ({d.int(1, 3)},) + tuple({{x}}.shape))",
        f"F.one_hot({{x}}.argmax({d.dim()}), {max(d.shape)}).float()",
    )


def product(d):
    c, t = d.shape[-1], d.shape[-2] if d.rank > 1 else 1
    letters = "abcdefg"[: d.rank]
    picked = "".join(d.rng.sample(letters, d.int(0, d.rank)))
    if 1 in d.shape:  # torch's einsum turns a contraction of length 1 into a product, which it does not count
        return "{x} @ {x}.transpose(-1, -2)"
    return d.pick(
        "{x} @ {x}.transpose(-1, -2)",
        "torch.matmul({x}, {y})",
        "torch.bmm({x}, {x}.transpose(1, 2))",
        f"F.linear({{x}}, torch.zeros({d.int(1, 6)}, {c}))",
        f"torch.einsum('{letters}->{picked}', {{x}})",
        f"torch.einsum('{letters},{letters[-1]}z->{letters[:-1]}z', {{x}}, torch.zeros({c}, {d.int(1, 5)}))",
        f"torch.einsum('...i,...j->...ij', {{x}}, {{x}})",
        f"torch.einsum('...td,...sd->...ts', {{x}}, {{x}})",
        "F.softmax({x} @ {x}.transpose(-2, -1), dim=-1) @ {x}",
        f"torch.tensordot({{x}}, torch.zeros({c}, {d.int(1, 5)}), dims=1)",
        "torch.outer({x}.flatten()[:5], {x}.flatten()[:3])",
        "torch.cdist({x}, {x})",
        "F.cosine_similarity({x}, {x}, dim=%d)" % d.dim(),
    )


def idiom(d):
    """Pieces that model code is full of."""
    r, w = d.int(1, 3), d.int(1, 3)
    g = d.divisor(d.shape[1]) if d.rank > 1 else 1
    square = "for b, c, h, w in [{x}.shape]"
    return d.pick(
        f"[{{x}}.view(b, {g}, c // {g}, h, w).transpose(1, 2).contiguous().view(b, c, h, w) {square}][0]",
        f"[{{x}}.view(b, c, h // {w}, {w}, w // {w}, {w}).permute(0, 2, 4, 3, 5, 1).reshape(-1, {w} * {w}, c) {square}][0]",
        f"[{{x}}.reshape(b, -1, h * w).permute(0, 2, 1) {square}][0]",
        f"{{x}}.flatten(2).transpose(1, 2).reshape({{x}}.shape[0], -1, {g}, {{x}}.shape[1] // {g}).permute(0, 2, 1, 3)",
        f"{{x}}.masked_fill({{x}} > 0, float('-inf')).softmax(dim={d.dim()})",
        f"{{x}}.gather({d.dim()}, torch.zeros_like({{x}}, dtype=torch.long))",
        f"F.grid_sample({{x}}, torch.zeros({d.shape[0]}, {d.int(1, 4)}, {d.int(1, 4)}, 2), align_corners=False)",
        f"F.affine_grid(torch.zeros({d.int(1, 2)}, 2, 3), [{d.int(1, 2)}, 1, {d.int(1, 4)}, {d.int(1, 4)}])",
        f"torch.stack(torch.meshgrid(torch.arange({r}), torch.arange({w}), indexing={d.pick('ij', 'xy')!r})).float()",
        f"F.fold(F.unfold({{x}}, {r}, stride={r}), ({{x}}.shape[2] // {r} * {r}, {{x}}.shape[3] // {r} * {r}), {r}, stride={r})",
        "F.dropout({x}, 0.5, self.training).mul_(2).add_(1)",
        "F.normalize({x}, dim=%d)" % d.dim(),
        "F.glu({x}, %d)" % d.dim(),
        "F.layer_norm({x}, {x}.shape[1:])",
        f"F.group_norm({{x}}, {g})",
        "F.batch_norm({x}, torch.zeros({x}.shape[1]), torch.ones({x}.shape[1]))",
        "{x}.squeeze(-1).squeeze(-1)",
        "{x}[:, :, None, None]",
        "{x}[(slice(None),) * 2 + (Ellipsis, 0)]",
        f"{{x}}[torch.arange({{x}}.shape[0]), 0]",
        f"{{x}}[:, [0, -1, 0]]",
        f"{{x}}[{{x}}.shape[0] - 1:]",
        f"torch.cat([t.mean(dim={d.dim()}, keepdim=True) for t in {{x}}.unbind(0)], dim={d.dim()})",
        f"torch.cat([F.interpolate({{x}}, size={r}), F.adaptive_max_pool{d.spatial()}d({{x}}, {r})], dim=1)",
        f"sum({{x}}.split({r}, dim=1)[:1])",
        f"torch.cat(torch.split({{x}}, {r}, dim=2), dim=0)",
        f"{{x}}.view({{x}}.shape[0], {{x}}.shape[1], -1).mean(-1)",
        f"{{x}}.sum((-2, -1)).unsqueeze(-1)",
        f"torch.addmm(torch.zeros({r}), {{x}}, torch.zeros({{x}}.shape[1], {r}))",
        f"torch.baddbmm(torch.zeros(1, 1, 1), {{x}}, {{x}}.mT)",
        f"torch.mv({{x}}, torch.ones({{x}}.shape[-1])) if {{x}}.dim() == 2 else {{x}}.sum()",
        f"{{x}}.new_tensor([{r}, {w}]).expand({d.int(1, 4)}, -1)",
        f"torch.full({{x}}.shape[:2], {r}.0)",
        f"torch.eye({{x}}.size({d.dim()}))",
        f"{{x}}.view_as({{x}}).type_as({{x}}).expand_as({{x}})",
        f"torch.squeeze({{x}}[..., :1], dim=-1)",
        f"torch.fft.rfft({{x}}, dim={d.dim()}).abs()",
        f"F.pixel_shuffle(F.pixel_unshuffle({{x}}, {r}), {r})",
        f"torch.nn.functional.avg_pool2d({{x}}, kernel_size=({{x}}.size(2), {{x}}.size(3)))",
        f"torch.bucketize({{x}}, torch.tensor([0.0, 1.0])).float()",
        f"torch.chunk({{x}}, {r}, {d.dim()})[len(torch.chunk({{x}}, {r}, {d.dim()})) - 1]",
        f"torch.combinations(torch.arange({r + 2}), {w}).float()",
        f"{{x}}.repeat_interleave({r}, dim=0).view({r}, *{{x}}.shape)",
        f"torch.scatter(torch.zeros({', '.join(map(str, d.shape))}), {d.dim()}, "
        f"torch.zeros_like({{x}}, dtype=torch.int64), {{x}})",
        f"torch.take_along_dim({{x}}, {{x}}.argsort({d.dim()}), dim={d.dim()})",
        f"torch.block_diag({{x}}, {{x}})",
        f"torch.kron({{x}}, torch.ones({r}, {w}))",
        f"torch.cov({{x}})",
        f"torch.diag_embed({{x}}[..., :3])",
        f"F.embedding(torch.zeros({r}, {w}, dtype=torch.long), torch.zeros(4, {d.int(1, 5)}))",
        f"torch.clamp({{x}}, min=0.0).pow(2).sum(1, keepdim=True).sqrt()",
        f"F.pad({{x}}, (0, -{{x}}.shape[-1] % {w + 1}, 0, {r}))",
        f"{{x}}.permute(*range({{x}}.dim() - 1, -1, -1))",
        f"torch.rand({{x}}.shape[-1:]).lt(0.5).float()[None]",
        f"torch.logspace(0, 1, steps={r}).reshape(1, -1, 1).repeat(1, 1, {w})",
    )


FUNCTIONS = [idiom, idiom, idiom, functional_conv, functional_pool, interpolate, interpolate, functional_pad, view, view, arrange, arrange,
             join, join, slices, slices, reduce, broadcast, broadcast, product]


def make_case(rng):
    rank = rng.choice([3, 4, 4, 4, 5])
    side = {3: 24, 4: 16, 5: 8}[rank]
    shape = [rng.randint(1, 2), rng.randint(1, 8)] + [rng.randint(4, side) for _ in range(rank - 2)]
    net = nn.Module()
    scope = {"torch": torch, "nn": nn, "F": F, "math": math_module, "self": net, "x0": torch.randn(shape)}
    shapes, layers, steps = {"x0": shape}, [], []
    macs, tries, goal = [], 0, rng.randint(3, 9)
    while len(steps) < goal and tries < 150:
        tries += 1
        names = list(shapes)
        x = rng.choice([names[-1], names[-1], rng.choice(names)])
        if len(shapes[x]) == 0:
            continue
        name, layer = f"x{len(steps) + 1}", None
        try:
            draw = Draw(rng, shapes[x], names)
            if rng.random() < 0.45:
                layer, call = rng.choice(MODULES)(draw)
            else:
                call = rng.choice(FUNCTIONS)(draw)
            member = f"self.m{len(layers)}"
            text = call.replace("{m}", member).replace("{x}", x).replace("{y}", rng.choice(names))
            counter = Counter()
            torch.manual_seed(0)
            if layer:
                exec(f"{member} = {layer}", scope)
                net.eval()
            with torch.no_grad(), counter:
                value = eval(text, scope)
        except Exception:
            continue
        if not isinstance(value, torch.Tensor) or value.numel() > MAX_ELEMENTS or value.numel() == 0:
            continue
        scope[name] = value if value.is_floating_point() else value.float()
        shapes[name] = list(value.shape)
        if layer:
            layers.append(f"        {member} = {layer}\n")
        steps.append(f"        {name} = {text}{'' if value.is_floating_point() else '.float()'}\n")
        macs.append(None if counter.has_vectors and not layer else counter.macs)
    used = {name for name, _ in net.named_children()} | {name for name, _ in net.named_parameters(recurse=False)}
    for extra in [name for name in used if int(name[1:]) >= len(layers)]:
        delattr(net, extra)
    source = (
        f"{HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n{''.join(layers)}\n"
        f"    def forward(self, x0):\n{''.join(steps)}        return [{', '.join(list(shapes)[1:])}]\n"
    )
    return {
        "source": source,
        "input": shape,
        "shapes": list(shapes.values())[1:],
        "params": sum(p.numel() for p in net.parameters()),
        "macs": macs,
    }


import math as math_module  # noqa: E402  (the name `math` is the generated code's)

if __name__ == "__main__":
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(1)
    cases = [make_case(random.Random(seed * 1_000_003 + i)) for i in range(count)]
    print(json.dumps({"torch": torch.__version__, "seed": seed, "cases": cases}, separators=(",", ":")))
