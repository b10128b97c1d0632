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
