/** What is said first is what was missing, where it comes from and what to give, not what follows from it. */
import { describe, expect, it } from "vitest";
import { type Fixture, profile } from "./profile.ts";

/** All that is said of a network, as `line message`. */
function said(source: string, fixture: Fixture = {}): readonly string[] {
  const { complete, diagnostics } = profile(source, fixture);
  expect(complete).toBe(false);
  return diagnostics.map(({ at, message }) => `${at.line} ${message}`);
}

const OPTIONAL = `import torch.nn as nn
class Net(nn.Module):
    def __init__(self, classes=10, depths: list = None, dims: list = None, name=None):
        super().__init__()
        self.name = name if name is not None else "net"
        self.stem = nn.Conv2d(3, dims[0], 4, 4)
        self.stages = nn.Sequential(*[nn.Conv2d(dims[0], dims[0], 3) for _ in range(depths[0])])
        self.head = nn.Linear(dims[0], classes)
    def forward(self, x):
        return self.head(self.stages(self.stem(x)).mean([-2, -1]))
`;

describe("arguments that nothing gives", () => {
  it("are named, those too whose default is None and does not do", () => {
    expect(said(OPTIONAL)).toEqual(["2 needs depths, dims"]);
  });

  it("are only those that are not given", () => {
    expect(said(OPTIONAL, { model: "Net", args: "dims=[8]" })).toEqual(["2 needs depths"]);
    expect(said(OPTIONAL, { model: "Net", args: "10, [1]" })).toEqual(["2 needs dims"]);
    expect(profile(OPTIONAL, { model: "Net", args: "10, [1], [8]" }).complete).toBe(true);
  });

  it("are named for a builder, and where None is used only as the network runs", () => {
    const source = `from torch import nn
class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x).flatten(self.cfg.start)
def build(cfg=None):
    return Net(cfg)
`;
    expect(said(source, { model: "build" })).toEqual(["9 needs cfg"]);
  });

  it("are named once where they have no default, whatever hangs on them", () => {
    const source = `from torch import nn
class Net(nn.Module):
    def __init__(self, configs, width):
        super().__init__()
        self.a = nn.Linear(configs.size, width)
        self.b = nn.Linear(configs.size, configs.classes)
    def forward(self, x):
        y = self.a(x).view(configs.batch, -1)
        return self.b(y)
`;
    const found = said(source, { model: "Net" });
    expect(found[0]).toBe("2 needs configs, width");
    expect(found.filter((line) => line.includes("needs"))).toHaveLength(1);
  });

  it("are not asked for where None is no fault of theirs", () => {
    const source = `from torch import nn
class Net(nn.Module):
    def __init__(self, norm=None):
        super().__init__()
        self.norm = norm
        self.pre = None
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        if self.norm is not None:
            x = self.norm(x)
        return self.conv(self.pre(x))
`;
    expect(said(source)[0]).toBe("11 TypeError: 'NoneType' object is not callable");
  });
});

describe("an input that was only guessed is asked for", () => {
  const net = (line: string): string => `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(512, 512)
    def forward(self, x):
        x = self.fc(x)
        ${line}
        return x
`;

  it.each([
    ["where its axes are taken apart", "(a, b, c, d, e), f = x.size(), 1", "ValueError: not enough values"],
    ["where an axis is asked for that it has not", "x.size(4)", "IndexError: "],
    [
      "where an assertion tells of its axes",
      "assert x.dim() == 7, 'input has 7 axes'",
      "AssertionError: input",
    ],
  ])("%s", (_, line, why) => {
    const [first] = said(net(line));
    expect(first).toContain(`9 needs its input, as in # convlens: input=1x3x224x224: ${why}`);
  });

  it("and not where the user gave it", () => {
    const [first] = said(net("x.size(4)"), { input: ["1x3x512"] });
    expect(first).toMatch(/^9 IndexError: /);
  });
});

describe("no error of the program is said of", () => {
  const net = (before: string, value: string): string => `import json
import matplotlib.pyplot as plt
from torch import nn
${before}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${value}, 3)
    def forward(self, x):
        return self.conv(x)
`;

  it("a configuration whose items are its attributes", () => {
    const config = `class Config(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self
c = Config(width=4)
c.depth = 2
c["more"] = 1
del c.more
`;
    expect(profile(net(config, "c.width * c['depth'] * len(c.__dict__)")).totals.params).toBe(16 * 28);
    const open = `${config}c = Config(json.load(open("missing.json")))`;
    const messages = said(net(open, "c.width"));
    expect(messages).toEqual([expect.stringContaining("No such file or directory: 'missing.json'")]);
    expect(said(net(config, "c.more"))[0]).toContain(
      "AttributeError: 'Config' object has no attribute 'more'",
    );
  });

  it("numbers of what is logged or plotted", () => {
    const messages = said(net("lines = plt.plot([1]) * 2 + 1\nn = int(lines)", "n if n < 8 else 8"));
    expect(messages.join("\n")).not.toContain("TypeError");
  });
});

it("what a step of a scan gives keeps its names, with an axis of the steps before its own", () => {
  const source = `from typing import NamedTuple
import jax, jax.numpy as jnp
import flax.linen as nn
class Step(NamedTuple):
    value: jnp.ndarray
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        def step(carry, row):
            return carry, {"steps": Step(carry + row["x"].value)}
        _, all = jax.lax.scan(step, x, {"x": Step(jnp.zeros((5, 1, 4)))})
        return nn.Dense(3)(all["steps"].value)
net = Net()
variables = net.init(jax.random.PRNGKey(0), jnp.zeros((1, 4)))
`;
  const report = profile(source);
  expect(report.complete).toBe(true);
  expect(report.layers.find(({ type }) => type === "Dense")?.out).toEqual([[5, 1, 3]]);
});

it("what a checkpoint holds is not asked for as an argument that the program left out", () => {
  const source = `import lightning as L
from torch import nn
class Net(L.LightningModule):
    def __init__(self, width, classes=10):
        super().__init__()
        self.fc = nn.Linear(8, width)
        self.head = nn.Linear(8, classes)
    def forward(self, x):
        return self.fc(x), self.head(x)
model = Net.load_from_checkpoint("a.ckpt")
other = Net.load_from_checkpoint("a.ckpt", width=3)
`;
  expect(said(source, { model: "model" })).toEqual(["10 fc: width is in a checkpoint, which is not read"]);
  const other = profile(source, { model: "other" });
  expect(other).toMatchObject({ complete: true, totals: { params: 27 + 90 } });
  expect(other.assumptions?.map(({ text }) => text)).toContain(
    "defaults of Net, for its checkpoint is not read",
  );
});

it("an item that a guessed list of tensors has not is the input's fault", () => {
  const source = `from torch import nn, Tensor
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 1)
    def forward(self, features: list[Tensor]):
        return self.conv(features[2:][1])
`;
  expect(said(source)[0]).toContain(
    "7 needs its input, as in # convlens: input=1x3x224x224: IndexError: list",
  );
});

it("what a base behind an unknown one has is not taken for what super() finds", () => {
  const source = (bases: string) => `from nowhere import Base
from torch import nn
class Mixin:
    def __init__(self, depth=1):
        super().__init__()
class Net(${bases}):
    def __init__(self, **options):
        super().__init__(**options)
        self.conv = nn.Conv2d(3, 8, 3)
        del self.head
    def forward(self, x):
        return self.conv(x)
net = Net(block=3)
`;
  const errors = (text: string) =>
    said(text, { model: "net" }).filter((message) => /TypeError|AttributeError|super/.test(message));
  expect(errors(source("Base, Mixin"))).toEqual([]);
  expect(said(source("Base, Mixin"), { model: "net" })[0]).toContain("module nowhere was not found");
  // Python finds the mixin first here, and it takes no such argument.
  expect(errors(source("Mixin, Base"))[0]).toContain("unexpected keyword argument 'block'");
});
