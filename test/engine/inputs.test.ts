/** Which input a network is run on, and what of a file counts as a network. */
import { describe, expect, test } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";
import { profile } from "./profile.ts";

const parsers = await loadParsers();

function analyze(source: string) {
  return createEngine({ parsers, host: memoryHost({ "/app/model.py": source }) }).analyze("/app/model.py");
}

const NET = `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self, width=4):
        super(Net, self).__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
        self.fc = nn.Linear(width * 16 * 16, 10)
    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))
`;

describe("calls in the file", () => {
  test("a function that nothing calls shows the input", () => {
    const { input } = profile(`${NET}
def test():
    net = Net()
    y = net(torch.randn(2, 3, 16, 16))
    print(y.size())
`);
    expect(input).toMatchObject({ shapes: [[2, 3, 16, 16]], origin: "call" });
  });

  test("sizes tried for one network are no calls for the next", () => {
    const { reports } = analyze(`${NET}
def small(): return Net(4)
def large(): return Net(8)
`);
    expect(reports.map(({ input }) => input.origin)).toEqual(["fitted", "fitted", "fitted"]);
  });

  test("a looked-into function changes nothing", () => {
    const { totals } = profile(`${NET}
widths = [4]
def main():
    widths.append(8)
    widths[0] = 16
    Net()(torch.zeros(1, 3, 16, 16))
def build(): return Net(widths[0])
`);
    expect(totals.macs).toBe(3 * 4 * 9 * 256 + 4 * 256 * 10);
  });
});

describe("losses", () => {
  test("a framework's own loss is no network, and a loss of the program is not the main one", () => {
    const { reports } = analyze(`${NET}
class DiceLoss(nn.Module):
    def forward(self, x, y): return (x * y).sum()
criterion = nn.CrossEntropyLoss()
`);
    expect(reports.map(({ network }) => network)).toEqual(["Net", "DiceLoss"]);
  });
});

describe("sizes that fit", () => {
  test("a linear layer after convolutions tells the size, common or not", () => {
    const { input } = profile(NET.replaceAll("16", "52"));
    expect(input).toMatchObject({ shapes: [[1, 3, 52, 52]], origin: "fitted" });
  });

  test("a mismatch of channels is none of the size", () => {
    const { input, diagnostics } = profile(`
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3)
        self.b = nn.Conv2d(4, 8, 3)
    def forward(self, x):
        return self.b(self.a(x))
`);
    expect(input.origin).toBe("default");
    expect(diagnostics.map(({ code }) => code)).toContain("shape-mismatch");
  });
});

test("a name whose module raises when it is looked at is no network, and the others are", () => {
  const { networks } = profile(`${NET}\nfrom gpu import kernel\ndef build():\n    return kernel(Net())\n`, {
    model: "Net",
    files: { "/app/gpu.py": "raise RuntimeError('no device')\n" },
  });
  expect(networks).toContain("Net");
});
