/** What whole repositories do, each in its smallest form; figures are those of the real torch. */
import { describe, expect, test } from "vitest";
import { profile } from "../../profile.ts";

describe("modules of a repository", () => {
  test("a star import of a submodule binds the function of the same name in its place", () => {
    const report = profile(
      `
from nets import tiny
def build(): return tiny()
`,
      {
        model: "build",
        input: ["1x3x8x8"],
        files: {
          "/app/nets/__init__.py": "from .tiny import *\n",
          "/app/nets/tiny.py":
            "import torch.nn as nn\n__all__ = ['tiny']\ndef tiny():\n    return nn.Conv2d(3, 4, 3)\n",
        },
      },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
  });

  test("an absolute import is found from a folder above the file's own", () => {
    const report = profile(
      `
import torch.nn as nn
from models.parts import Block
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
    def forward(self, x):
        return self.block(x)
`,
      {
        file: "/app/models/nets/net.py",
        input: ["1x3x8x8"],
        files: {
          "/app/models/parts.py":
            "import torch.nn as nn\nclass Block(nn.Conv2d):\n    def __init__(self):\n        super().__init__(3, 4, 3)\n",
        },
      },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
  });

  test("layers and functions of timm are known where it is not installed", () => {
    const report = profile(
      `
import torch.nn as nn
from timm.data import IMAGENET_DEFAULT_MEAN
from timm.models.layers import DropPath, to_2tuple, trunc_normal_
from timm.models.layers.helpers import make_divisible
from timm.models.registry import register_model
from timm.models.vision_transformer import Mlp, PatchEmbed, _cfg
class Net(nn.Module):
    def __init__(self, num_classes=10, width=16):
        super().__init__()
        self.patch = PatchEmbed(32, to_2tuple(8), 3, width, norm_layer=nn.LayerNorm)
        self.mlp = Mlp(width, make_divisible(width * 1.9))
        self.path = DropPath(0.1) if num_classes > 1 else nn.Identity()
        self.head = nn.Linear(width * self.patch.num_patches, num_classes)
        trunc_normal_(self.head.weight, std=.02)
    def forward(self, x):
        x = self.patch(x)
        return self.head((x + self.path(self.mlp(x))).flatten(1))
@register_model
def net(**kwargs):
    model = Net(**kwargs)
    model.default_cfg = _cfg(mean=IMAGENET_DEFAULT_MEAN, input_size=(3, 32, 32))
    return model
`,
      { model: "net" },
    );
    expect(report.input).toMatchObject({ shapes: [[1, 3, 32, 32]], origin: "declared" });
    expect(report).toMatchObject({
      complete: true,
      totals: {
        macs: 16 * 192 * 16 + 16 * 2 * 16 * 32 + 256 * 10,
        params: 192 * 16 + 16 + 32 + (16 * 32 + 32) + (32 * 16 + 16) + 2570,
      },
    });
  });
});

test("blocks of timm's vision transformers are those of timm 1.0", () => {
  const report = profile(
    `
import torch.nn as nn
import torch.nn.utils.spectral_norm as SpectralNorm
from timm.models.vision_transformer import Attention, Block, PatchEmbed
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = SpectralNorm(nn.Conv2d(3, 3, 1))
        self.embed = PatchEmbed(32, 8, 3, 48)
        self.block = Block(48, 4, 4, qkv_bias=True, norm_layer=nn.LayerNorm)
        self.scaled = Block(48, 4, qk_norm=True, init_values=1e-5)
        self.attn = Attention(48, num_heads=3)
    def forward(self, x):
        return self.attn(self.scaled(self.block(self.embed(self.stem(x)))))
`,
    { input: ["1x3x32x32"] },
  );
  expect(report).toMatchObject({ complete: true, totals: { params: 75084 }, output: [[1, 16, 48]] });
});

test("a sequence is as long as the table of positions that is added to it", () => {
  const report = profile(`
import torch
import torch.nn as nn
class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(100, 16)
        self.positions = nn.Parameter(torch.zeros(77, 16))
        self.head = nn.Linear(16, 4)
    def forward(self, tokens):
        return self.head(self.embed(tokens) + self.positions)
`);
  expect(report).toMatchObject({
    complete: true,
    input: { shapes: [[1, 77]], origin: "fitted" },
    totals: { macs: 4928 },
  });
});

describe("how modules are written", () => {
  test("a script that calls forward itself runs its loop over layers to the end", () => {
    const report = profile(`
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.downs = nn.ModuleList([nn.Conv2d(4 * 2 ** i, 8 * 2 ** i, 3, padding=1) for i in range(3)])
        self.mid = nn.Conv2d(32, 8, 1)
    def twice(self, x):
        return self.forward(x) + self.forward(x)
    def forward(self, x):
        for down in self.downs:
            x = down(x)
        return self.mid(x)
net = Net()
net.twice(torch.randn(1, 4, 8, 8))
`);
    expect(report.diagnostics).toEqual([]);
    expect(report).toMatchObject({ complete: true, totals: { params: 6368 } });
  });

  test("code of a class in a class sees the module's names, not those of the class around it", () => {
    const report = profile(
      `
import torch
import torch.nn as nn
import torch.nn.functional as F
class Mish(nn.Module):
    class F(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.mul(torch.tanh(F.softplus(x)))
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.F.apply(self.conv(x))
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, output: [[1, 4, 6, 6]] });
  });

  test("a plain class before a module among the bases takes nothing of it", () => {
    const report = profile(
      `
import torch.nn as nn
class Named:
    def title(self):
        return "net"
class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x)
class Net(Named, Base):
    def __init__(self):
        Named.__init__(self)
        Base.__init__(self)
`,
      { model: "Net", input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
    expect(report.layers.map(({ name }) => name)).toEqual(["conv"]);
  });

  test("what a module's own train() makes for inference is there", () => {
    const report = profile(
      `
import torch
import torch.nn as nn
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.biases = nn.Parameter(torch.zeros(2, 9))
        self.register_buffer("places", torch.zeros(4, 4, dtype=torch.long))
        self.conv = nn.Conv2d(3, 2, 1)
    @torch.no_grad()
    def train(self, mode=True):
        super().train(mode)
        if mode and hasattr(self, "kept"):
            del self.kept
        else:
            self.kept = self.biases[:, self.places]
    def forward(self, x):
        return self.conv(x) + (self.biases[:, self.places] if self.training else self.kept)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.Sequential(Attention())
    def forward(self, x):
        return self.attention(x)
`,
      { model: "Net", input: ["1x3x4x4"] },
    );
    expect(report).toMatchObject({
      complete: true,
      output: [[1, 2, 4, 4]],
      totals: { macs: 96, params: 26 },
    });
  });

  test("a list of one stride stays a tuple of one", () => {
    const report = profile(
      `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=[2])
        self.deep = nn.Conv2d(4, 8 * len(self.conv.stride), 1)
    def forward(self, x):
        return self.deep(self.conv(x))
`,
      { input: ["1x3x9x9"] },
    );
    expect(report).toMatchObject({ complete: true, output: [[1, 8, 4, 4]] });
  });
});

describe("trained weights", () => {
  test("copying them by name into a network changes nothing of it", () => {
    const report = profile(
      `
import torch
import torch.nn as nn
import torch.utils.model_zoo as model_zoo
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        weights = model_zoo.load_url("https://example.org/net.pth")
        own = self.state_dict()
        for name, value in weights.items():
            if "fc" in name:
                continue
            own.update({name: value})
        own.update({name: value for name, value in weights.items() if name in own})
        self.load_state_dict(own)
    def forward(self, x):
        return self.conv(x)
`,
      { input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
  });

  test("a network that is read from a file is not known", () => {
    const report = profile(
      `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.head = torch.load("head.pt")
    def forward(self, x):
        return self.head(self.conv(x))
`,
      { input: ["1x3x8x8"] },
    );
    expect(report.complete).toBe(false);
  });
});

describe("inputs", () => {
  test("a call is repeated as it was made: by keyword, with what is no tensor, with lists of tensors", () => {
    const report = profile(`
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3)
        self.time = nn.Linear(1, 8)
    def forward(self, x, scale=2, time=None, others=()):
        h = self.conv(x) + self.time(time)[:, :, None, None]
        for other in others:
            h = h + self.conv(other)
        return h.repeat(1, scale, 1, 1)
net = Net()
net(torch.randn(2, 4, 16, 16), 3, time=torch.randn(2, 1), others=[torch.randn(2, 4, 16, 16)])
`);
    expect(report).toMatchObject({
      complete: true,
      input: { origin: "call" },
      totals: { macs: 112904, params: 312 },
      output: [[2, 24, 14, 14]],
    });
  });

  test.each([
    [
      "frames before the channels",
      "nn.Conv2d(3, 8, 3)",
      "b, t, c, h, w = x.shape\n        x = x.flatten(0, 1)",
      [1, 5, 3, 224, 224],
    ],
    [
      "rows of a sequence",
      "nn.Linear(16, 8)",
      "b, n, c = x.shape\n        x = x.reshape(b, n, c)",
      [1, 128, 16],
    ],
    ["channels last", "nn.Linear(16, 8)", "b, h, w, c = x.shape", [1, 14, 14, 16]],
    [
      "a wave that gets its channel",
      "nn.Conv1d(1, 8, 3)",
      "b, n = x.shape\n        x = x.unsqueeze(1)",
      [1, 224],
    ],
  ])("axes that forward unpacks are found: %s", (_, layer, body, shape) => {
    const report = profile(`
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = ${layer}
    def forward(self, x):
        ${body}
        return self.first(x)
`);
    expect(report).toMatchObject({
      complete: true,
      diagnostics: [],
      input: { origin: "fitted", shapes: [shape] },
    });
  });

  test("an input of our choice that does not fit is no error of the program, and gives no totals", () => {
    const report = profile(`
import torch.nn as nn
class Clip(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.head = nn.Linear(8, 2)
    def forward(self, xs):
        first = xs[:, :, 0, :, :, 1]
        return self.head(self.conv(first).mean((2, 3)))
`);
    expect(report.totals.macs).toBeNull();
    expect(report.complete).toBe(false);
    expect(report.diagnostics.map(({ severity }) => severity)).not.toContain("error");
    expect(report.diagnostics[0]?.message).toMatch(/^needs its input/);
  });

  const SIZED = `
import torch
import torch.nn as nn
class Patches(nn.Module):
    def __init__(self, img_size, width):
        super().__init__()
        self.img_size = (img_size, img_size)
        self.proj = nn.Conv2d(3, width, 8, stride=8)
    def forward(self, x):
        return self.proj(x).flatten(2)
class Net(nn.Module):
    def __init__(self, img_size=64, width=4):
        super().__init__()
        self.patches = Patches(img_size, width)
        self.places = nn.Parameter(torch.zeros(1, width, (img_size // 8) ** 2))
    def forward(self, x):
        return self.patches(x) + self.places
def small(): return Net(64)
def large(): return Net(96)
if __name__ == "__main__":
    net = small()
    net(torch.randn(1, 3, 64, 64))
`;
  test("what another network of the class was called with is left where it does not fit", () => {
    expect(profile(SIZED, { model: "small" }).input).toMatchObject({
      shapes: [[1, 3, 64, 64]],
      origin: "call",
    });
    const large = profile(SIZED, { model: "large" });
    expect(large.input).toMatchObject({ shapes: [[1, 3, 96, 96]], origin: "declared" });
    expect(large).toMatchObject({ complete: true, output: [[1, 4, 144]] });
  });

  test("where a network refuses the default, a rounder size near it is taken", () => {
    const report = profile(`
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
    def forward(self, x):
        if x.shape[-1] % 128 != 0:
            raise ValueError("not divisible")
        return self.conv(x)
`);
    expect(report.input).toMatchObject({ shapes: [[1, 3, 256, 256]], origin: "fitted" });
    expect(report.complete).toBe(true);
  });

  test("images side by side in the channels, and features without axes, are found", () => {
    const two = profile(`
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 4, 3)
        self.b = nn.Conv2d(1, 4, 3)
    def forward(self, x):
        return self.a(x[:, 0:1]) + self.b(x[:, 1:2])
`);
    expect(two.input).toMatchObject({ shapes: [[1, 2, 224, 224]], origin: "fitted" });
    const noise = profile(`
import torch.nn as nn
class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(100, 8, 4)
    def forward(self, z):
        return self.up(z.unsqueeze(-1).unsqueeze(-1))
`);
    expect(noise.input).toMatchObject({ shapes: [[1, 100]], origin: "fitted" });
    expect(noise.output).toEqual([[1, 8, 4, 4]]);
  });
});

describe("arrays too large to be held by their elements", () => {
  test("flattened and reshaped, they have the sizes that they had", () => {
    const report = profile(
      `
import numpy as np
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, k=128):
        super().__init__()
        self.k = k
        self.fc = nn.Linear(k * k, 3)
    def forward(self, x):
        row = torch.from_numpy(np.eye(self.k).flatten().astype(np.float32)).view(1, self.k * self.k)
        return self.fc(row.repeat(x.shape[0], 1)), torch.from_numpy(np.eye(self.k).reshape(64, -1))
`,
      { input: ["2x3"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 49152, params: 49155 } });
    expect(report.output).toEqual([
      [2, 3],
      [64, 256],
    ]);
  });
});

describe("programs that do not run to their end", () => {
  test("an ensemble that nothing was put into asks for its input and blames no line", () => {
    const report = profile(`
import torch
from torch import nn
class Ensemble(nn.ModuleList):
    def forward(self, x, augment=False):
        y = [module(x, augment)[0] for module in self]
        return torch.cat(y, 1), None
`);
    expect(report.complete).toBe(false);
    expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("figures after an assertion that fails are those of no network", () => {
    const report = profile(`
from torch import nn
class Net(nn.Module):
    def __init__(self, width=7):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        assert width % 2 == 0, f"width {width} is odd"
    def forward(self, x):
        return self.conv(x)
`);
    expect(report).toMatchObject({ complete: false, totals: { macs: null } });
    expect(report.diagnostics.map(({ message }) => message)).toEqual(["AssertionError: width 7 is odd"]);
  });

  test("a module that was stopped is not said to lack a name", () => {
    const source = `
from torch import nn
while True: pass
while True: pass
class Net(nn.Module):
    def forward(self, x): return x
`;
    expect(() => profile(source, { model: "Net" })).toThrow(
      /was not read to its end \(more than .*Net was not found/,
    );
  });

  test("a child that is not known and is added by its name leaves its parent open", () => {
    const net = (walk: string) => `
import torch.nn as nn, lost
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("child0", nn.Sequential(*list(lost.vgg().children())[:3]))
    def forward(self, x):
        ${walk}
        return x
`;
    for (const walk of ["x = self.features(x)", "for child in self.features.children(): x = child(x)"])
      expect(profile(net(walk), { model: "Net" })).toMatchObject({
        complete: false,
        totals: { params: null },
      });
  });
});

describe("what repositories write", () => {
  test.each([
    ["the sizes of a split by their keyword", "sum(self.fc(x).split(split_size=[4, 4], dim=-1))", 32],
    ["the size of a split by its keyword", "self.fc(x).split(split_size=4, dim=-1)[1]", 32],
    ["a product with a matrix that may be sparse", "torch.spmm(x, self.fc.weight.t())", 32],
  ])("%s", (_, result, macs) => {
    const report = profile(
      `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 8)
    def forward(self, x):
        return ${result}
`,
      { input: ["1x4"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs } });
  });

  test("an annotation of a field may name what is imported nowhere", () => {
    const report = profile(
      `
from __future__ import annotations
from dataclasses import dataclass
import torch.nn as nn
@dataclass
class Config:
    width: Union[int, str] = 8
class Net(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.fc = nn.Linear(4, config.width)
    def forward(self, x):
        return self.fc(x)
`,
      { input: ["1x4"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 32 }, diagnostics: [] });
  });

  test("a sparse tensor that does not take part costs nothing", () => {
    const net = (result: string): string => `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 8)
        self.register_buffer("heads", torch.ones(4, 4).to_sparse(), persistent=False)
    def forward(self, x):
        return self.fc(${result})
`;
    expect(profile(net("x"), { input: ["1x4"] })).toMatchObject({ complete: true, totals: { macs: 32 } });
    const used = profile(net("torch.mm(self.heads, x)"), { input: ["4x4"] });
    expect(used).toMatchObject({ totals: { macs: null } });
  });

  test.each(["layer", "self.missing"])(
    "a network that calls %s, which is no layer, is not complete",
    (called) => {
      const report = profile(
        `
import torch.nn as nn
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.missing = None
    def forward(self, x, layer):
        return x + ${called}(self.norm(x))
`,
        { input: ["1x4", "1x4"] },
      );
      expect(report).toMatchObject({ complete: false, totals: { macs: null } });
    },
  );
});
