/** A network that the program calls with what does not fit has no figures, whatever else it could be run on. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const FILE = "/app/model.py";
const parsers = await loadParsers();

const NET = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))


`;

const profile = (tail: string, input?: readonly string[]) => {
  const engine = createEngine({ parsers, host: memoryHost({ [FILE]: NET + tail }) });
  const [report] = engine.analyze(FILE, input && { inputs: { Net: input } }).reports;
  return report && { complete: report.complete, macs: report.totals.macs, rows: report.layers.length };
};

it("a call of the program that does not fit leaves its network incomplete", () => {
  expect(profile("net = Net()\nnet(torch.zeros(1, 4, 8, 8))\n")).toEqual({
    complete: false,
    macs: null,
    rows: 2,
  });
});

it("so does a call of a network that no name holds, though another input would fit", () => {
  expect(profile("Net()(torch.zeros(1, 4, 8, 8))\n")).toEqual({ complete: false, macs: null, rows: 2 });
});

it("an input of the user that does not fit leaves the network incomplete", () => {
  expect(profile("", ["1x4x8x8"])).toEqual({ complete: false, macs: null, rows: 2 });
});

it("an input of the user that fits gives figures, whatever the program's own call is", () => {
  const { complete, macs } = profile("Net()(torch.zeros(1, 4, 8, 8))\n", ["1x3x8x8"]) ?? {};
  expect({ complete, macs }).toEqual({ complete: true, macs: 36 * 27 * 8 + 16 });
});

const reportOf = (text: string) =>
  createEngine({ parsers, host: memoryHost({ [FILE]: text }) }).analyze(FILE).reports[0]!;

it("what does not fit inside of a try goes to the program's handler", () => {
  const handled = (handler: string) =>
    reportOf(`import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 4)
        self.b = nn.Linear(6, 4)
    def forward(self, x):
        try:
            y = self.b(self.a(x))
        except ${handler}:
            y = self.a(x) * 2
        return y
net = Net()
net(torch.randn(2, 8))
`);
  const { complete, totals, diagnostics, assumptions } = handled("RuntimeError");
  // Layer a runs twice on two samples: 128 MACs.
  expect({ complete, macs: totals.macs, diagnostics }).toEqual({ complete: true, macs: 64, diagnostics: [] });
  expect(assumptions?.some(({ text }) => text.startsWith("b expects 6 features"))).toBe(true);
  expect(handled("KeyError").complete).toBe(false);
});

it("so does a view of the wrong size", () => {
  const report = reportOf(`import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 4)
    def forward(self, x):
        try:
            x = x.view(3, 7)
        except RuntimeError:
            pass
        return self.a(x)
net = Net()
net(torch.randn(1, 8))
`);
  expect(report).toMatchObject({ complete: true, totals: { macs: 32 } });
});

it("a guess with too few axes for what the program does with them is no error of the program", () => {
  const report = reportOf(`import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(16, 8)
        self.k = nn.Linear(12, 8)
    def forward(self, x, ctx, mask=None):
        s = self.q(x) @ self.k(ctx).transpose(2, 3)
        if mask is not None:
            s = s.masked_fill(mask == 0, -1e9)
        return s
`);
  expect(report).toMatchObject({ complete: false, totals: { macs: null, params: 240 } });
  expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(report.diagnostics[0]?.message).toMatch(/^needs its input/);
});
