/** Weights that are computed from other parameters; figures are those of the real torch. */
import { describe, expect, it } from "vitest";
import { profile } from "../../profile.ts";

const paramsOf = (source: string): Record<string, number | null> => {
  const report = profile(source, { model: "net" });
  expect(report.complete).toBe(true);
  return {
    ...Object.fromEntries(report.layers.map(({ name, params }) => [name, params])),
    total: report.totals.params,
  };
};

it("rows of layers under weight_norm and spectral_norm have all parameters that the layers hold", () => {
  const figures = paramsOf(`
import torch
import torch.nn as nn
from torch.nn.utils import parametrizations, remove_weight_norm, spectral_norm, weight_norm
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = weight_norm(nn.Conv2d(12, 64, 3))
        self.spectral = spectral_norm(nn.Conv2d(64, 32, 3))
        self.whole = weight_norm(nn.Linear(32, 8), dim=None)
        self.new = parametrizations.spectral_norm(nn.Linear(8, 8))
        self.orthogonal = parametrizations.orthogonal(nn.Linear(8, 8))
        self.up = spectral_norm(nn.ConvTranspose2d(8, 6, 3))
        self.up_first = weight_norm(nn.ConvTranspose2d(6, 5, 3))
        self.up_second = weight_norm(nn.ConvTranspose2d(5, 4, 3), dim=1)
        self.plain = remove_weight_norm(weight_norm(nn.Conv2d(4, 4, 3)))
    def forward(self, x):
        x = self.spectral(self.conv(x))
        y = self.orthogonal(self.new(self.whole(x.mean((2, 3)))))
        return y, self.plain(self.up_second(self.up_first(self.up(x[:, :8]))))
net = Net()
net(torch.zeros(1, 12, 16, 16))
`);
  expect(figures).toEqual({
    conv: 64 + 6912 + 64,
    spectral: 18464,
    whole: 265,
    new: 72,
    orthogonal: 72,
    up: 438,
    up_first: 281,
    up_second: 188,
    plain: 148,
    total: 26968,
  });
});

it("an embedding and recurrent weights by their names can be normed too", () => {
  const figures = paramsOf(`
import torch
import torch.nn as nn
from torch.nn.utils import spectral_norm, weight_norm
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = weight_norm(nn.Embedding(10, 8))
        self.lstm = weight_norm(nn.LSTM(8, 16, batch_first=True), name="weight_hh_l0")
        self.gru = spectral_norm(nn.GRU(16, 4, batch_first=True), name="weight_ih_l0")
        self.both = weight_norm(weight_norm(nn.Conv1d(5, 4, 3)), "bias", dim=0)
    def forward(self, x):
        x, _ = self.lstm(self.table(x))
        x, _ = self.gru(x)
        return self.both(x)
net = Net()
net(torch.zeros(1, 5, dtype=torch.long))
`);
  expect(figures).toEqual({ table: 90, lstm: 1728, gru: 264, both: 72, total: 2154 });
});

describe("parametrize", () => {
  it("counts what right_inverse makes of a weight, and the parametrization's own parameters and MACs", () => {
    const report = profile(
      `
import torch
import torch.nn as nn
from torch.nn.utils import parametrize
class Low(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.zeros(2, 6))
        self.b = nn.Parameter(torch.zeros(8, 2))
    def forward(self, w):
        return w + self.b @ self.a
class Split(nn.Module):
    def forward(self, g, v):
        return g * v / v.norm()
    def right_inverse(self, w):
        return w.norm().reshape(1), w
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = nn.Linear(6, 8)
        parametrize.register_parametrization(self.low, "weight", Low())
        self.split = nn.Linear(8, 6)
        parametrize.register_parametrization(self.split, "weight", Split())
    def forward(self, x):
        return self.split(self.low(x))
net = Net()
net(torch.zeros(1, 6))
`,
      { model: "net" },
    );
    expect(report).toMatchObject({
      complete: true,
      totals: { macs: 48 + 96 + 48, params: 84 + 55 },
      layers: [
        { name: "low", macs: 144, params: 84 },
        { name: "split", macs: 48, params: 55 },
      ],
    });
  });

  it("removal leaves one plain parameter", () => {
    const figures = paramsOf(`
import torch
import torch.nn as nn
from torch.nn.utils import parametrizations, parametrize
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = parametrizations.orthogonal(nn.Linear(4, 4))
        parametrize.remove_parametrizations(self.one, "weight")
        self.two = nn.Linear(4, 4)
        parametrize.register_parametrization(self.two, "weight", nn.Identity())
        parametrize.register_parametrization(self.two, "weight", nn.Identity())
        if parametrize.is_parametrized(self.two, "weight") and not parametrize.is_parametrized(self.two, "bias"):
            parametrize.remove_parametrizations(self.two, "weight", leave_parametrized=False)
        if not parametrize.is_parametrized(self.two):
            self.three = nn.Linear(4, 3)
    def forward(self, x):
        return self.three(self.two(self.one(x)))
net = Net()
net(torch.zeros(1, 4))
`);
    expect(figures).toEqual({ one: 20, two: 20, three: 15, total: 55 });
  });
});

it("split takes its size by the name that Tensor.split has for it, and set_ changes no tensor that is read", () => {
  const report = profile(
    `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3)
    def forward(self, x):
        left, right = x.split(split_size=4, dim=1)
        left, right = left.contiguous(), right.contiguous()
        y = torch.cat((self.conv(left), self.conv(right)), dim=1)
        left.set_()
        right.set_()
        x.data.set_()
        z = torch.zeros(1)
        z.set_(y)
        return z
net = Net()
net(torch.zeros(1, 8, 6, 6))
`,
    { model: "net" },
  );
  expect(report).toMatchObject({
    complete: true,
    totals: { macs: 4608, params: 148 },
    output: [[1, 8, 4, 4]],
    layers: [{ in: [[1, 4, 6, 6]] }],
  });
});
