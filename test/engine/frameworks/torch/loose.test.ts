/** Code as people write it: fixtures for what networks found in the wild once got wrong. Figures are torch's own. */
import { describe, expect, test } from "vitest";
import { profile } from "../../profile.ts";

describe("packages", () => {
  test("a name that a package binds wins over its module of the same name", () => {
    const report = profile(
      `
import torch.nn as nn
from layers import conv_block
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = conv_block(3, 8)
    def forward(self, x):
        return self.block(x)
`,
      {
        input: ["1x3x8x8"],
        files: {
          "/app/layers/__init__.py": "from .conv_block import conv_block\n",
          "/app/layers/conv_block.py":
            "import torch.nn as nn\ndef conv_block(a, b):\n    return nn.Conv2d(a, b, 3)\n",
        },
      },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 7776, params: 224 } });
  });

  test("what text makes lies where it is evaluated", () => {
    const { layers } = profile(
      `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = eval("nn.Sequential(nn.Conv2d(3, 4, 3),\\n nn.Conv2d(4, 4, 1))")
    def forward(self, x):
        return self.conv(x)
`,
      { input: ["1x3x8x8"] },
    );
    expect(layers.map(({ at }) => `${at.file}:${at.line}:${at.column}`)).toEqual([
      "/app/model.py:6:21",
      "/app/model.py:6:21",
    ]);
  });

  test("names of a registry that text builds by eval", () => {
    const report = profile(
      `
import contextlib
import torch
import torch.nn as nn
import yaml
class Conv(nn.Module):
    def __init__(self, c1, c2, k=1, s=1):
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s, k // 2, bias=False)
        self.bn = nn.BatchNorm2d(c2)
        self.act = nn.SiLU()
    def forward(self, x):
        return self.act(self.bn(self.conv(x)))
class Model(nn.Module):
    def __init__(self, cfg="net.yaml", ch=3):
        super().__init__()
        with open(cfg) as f:
            rows = yaml.safe_load(f)["backbone"]
        layers = []
        for n, m, args in rows:
            m = eval(m)
            for j, a in enumerate(args):
                with contextlib.suppress(NameError):
                    args[j] = eval(a) if isinstance(a, str) else a
            if m is Conv:
                args = [ch, *args]
                ch = args[1]
            layers.append(nn.Sequential(*(m(*args) for _ in range(n))) if n > 1 else m(*args))
        self.model = nn.Sequential(*layers)
    def forward(self, x):
        return self.model(x)
`,
      {
        input: ["1x3x32x32"],
        files: {
          "/app/net.yaml":
            "backbone:\n  - [1, Conv, [8, 3, 2]]\n  - [1, nn.Upsample, [None, 2, 'nearest']]\n  - [1, Conv, [4]]\n",
        },
      },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 88064, params: 272 } });
  });
});

describe("bases of other classes", () => {
  test("a class that only gives others their forward is no network", () => {
    const { networks } = profile(`
import torch.nn as nn
class Bottleneck(nn.Module):
    def forward(self, x):
        return self.conv(x)
class Wide(Bottleneck):
    def __init__(self):
        super(Wide, self).__init__()
        self.conv = nn.Conv2d(3, 8, 3)
`);
    expect(networks).toEqual(["Wide"]);
  });
});

describe("training", () => {
  test("a network is in training while it is made, and never in a trace", () => {
    const report = profile(
      `
import torch
import torch.nn as nn
class Detect(nn.Module):
    stride = None
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 4, 1)
    def forward(self, x):
        x = self.conv(x)
        return x if self.training else (x * self.stride, x)
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.detect = Detect()
        y = self.forward(torch.zeros(1, 3, 64, 64))
        self.detect.stride = 64 // y.shape[-2]
        self.eval()
        self.modes = (self.training, self.detect.training)
        self.fc = nn.Linear(2 if self.modes == (False, False) else 3, 5)
    def forward(self, x):
        return self.detect(self.stem(x))
`,
      { input: ["1x3x32x32"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 55296 + 8192, params: 224 + 36 + 15 } });
  });
});

describe("imports", () => {
  test("a package whose modules import from it by its own name", () => {
    const report = profile(
      `
import torch.nn as nn
from models import BaseNet
class Net(BaseNet):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x)
`,
      {
        file: "/app/models/net.py",
        input: ["1x3x8x8"],
        files: {
          "/app/models/__init__.py": "from .base import *\nfrom .net import *\n",
          "/app/models/base.py": "from torch import nn\nclass BaseNet(nn.Module):\n    pass\n",
        },
      },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
  });
});

test("a lazy name that a star import passed on is itself everywhere", () => {
  const report = profile(
    `
from blocks import *
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = OrderedDict(a=Block())["a"]
    def forward(self, x):
        return self.conv(x)
`,
    {
      input: ["1x3x8x8"],
      files: {
        "/app/blocks.py":
          "from collections import OrderedDict\nimport torch.nn as nn\nclass Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.parts = OrderedDict()\n        self.conv = nn.Conv2d(3, 4, 3)\n    def forward(self, x):\n        return self.conv(x)\n",
      },
    },
  );
  expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
});

describe("scripts", () => {
  test("a loop that only trains ends when it has shown what it does", () => {
    const report = profile(
      `
import itertools
import torch
import torch.nn as nn
net = nn.Conv2d(3, 4, 3)
steps = 0
for step in itertools.count():
    net(torch.randn(1, 3, 8, 8))
    steps += 1
while True:
    loss = net(torch.randn(1, 3, 8, 8)).mean()
    if loss.item() < 0.1:
        break
tail = nn.Linear(steps, 5)
`,
      { model: "tail" },
    );
    expect(report.totals.params).toBeLessThanOrEqual(15);
    expect(report.diagnostics.filter(({ code }) => code === "limit")).toEqual([]);
  });
});

describe("abstract networks", () => {
  test("a forward that only raises makes no root", () => {
    const { networks } = profile(`
import torch.nn as nn
class Encoder(nn.Module):
    """The interface."""
    def __init__(self):
        super().__init__()
    def forward(self, x):
        raise NotImplementedError
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)
`);
    expect(networks).toEqual(["Net"]);
  });
});

describe("wrappers that leave a network as it is", () => {
  test.each([
    "torch.compile(Net())",
    "torch.jit.script(Net()).eval()",
    "torch.compile(torch.jit.script(Net()), mode='max-autotune')",
  ])("%s", (made) => {
    const report = profile(
      `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    @torch.compile(dynamic=False)
    def forward(self, x):
        return self.conv(x)
def build():
    return ${made}
`,
      { model: "build", input: ["1x3x8x8"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
  });
});

test("a function that calls a class's factory is a builder, and classes that register themselves raise no alarm", () => {
  const report = profile(
    `
import torch.nn as nn
class Base(nn.Module):
    known = {}
    def __init_subclass__(cls, key=None, **keywords):
        super().__init_subclass__(**keywords)
        Base.known[key] = cls
class Narrow(Base, key="narrow"):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 1)
    def forward(self, x):
        return self.conv(x)
    @classmethod
    def sized(cls, width=4):
        return cls(width)
def narrow():
    return Narrow.sized(2)
`,
    { input: ["1x3x8x8"] },
  );
  expect(report).toMatchObject({ networks: ["narrow"], diagnostics: [], totals: { macs: 384, params: 8 } });
});
