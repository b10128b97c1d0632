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

  test("what fails alike at some sizes may still fit another", () => {
    const downs = Array.from({ length: 6 }, (_, i) => `nn.Conv2d(${i === 0 ? 3 : 4}, 4, 4, 2, 1)`).join(", ");
    const { input, complete } = profile(`
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.downs = nn.ModuleList([${downs}])
        self.up = nn.Upsample(scale_factor=2)
    def forward(self, x):
        kept = []
        for down in self.downs:
            x = down(x)
            kept.append(x)
        return [torch.cat((self.up(small), large), 1) for large, small in zip(kept, kept[1:])]
`);
    expect(input).toMatchObject({ shapes: [[1, 3, 64, 64]], origin: "fitted" });
    expect(complete).toBe(true);
  });

  test("a default input that does not fit makes no complete figures", () => {
    const { input, complete } = profile(`
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(999983, 2)
    def forward(self, x):
        return self.fc(self.stem(x).flatten(1))
`);
    expect(input.origin).toBe("default");
    expect(complete).toBe(false);
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

test("a call with data that is not known says nothing of the input", () => {
  const { input } = profile(
    `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(8, 4)
    def forward(self, x, z):
        return self.conv(x) + self.fc(z)[:, :, None, None]
def train(loader):
    net = Net()
    for x in loader:
        net(x, torch.randn(16, 8))
train(torch.utils.data.DataLoader([]))
`,
    { model: "Net" },
  );
  expect(input).toMatchObject({
    shapes: [
      [1, 3, 224, 224],
      [1, 8],
    ],
    origin: "default",
  });
});

describe("arguments of forward", () => {
  const inputOf = (init: string, signature: string, body: string) =>
    profile(`
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.late = nn.Conv2d(16, 4, 1)
        ${init}
    def forward(self, ${signature}):
        ${body}
`);
  test.each<[string, string, string, string, unknown, number]>([
    [
      "the layer that the input meets tells its channels, not the first that is made",
      "self.stem = nn.Conv2d(1, 16, 3, padding=1)",
      "x",
      "return self.late(self.stem(x))",
      [[1, 1, 224, 224]],
      224 * 224 * (144 + 64),
    ],
    [
      "tokens for an embedding",
      "self.emb = nn.Embedding(100, 8); self.out = nn.Linear(8, 2)",
      "tokens",
      "return self.out(self.emb(tokens))",
      [[1, 128]],
      128 * 16,
    ],
    [
      "a label beside noise",
      "self.emb = nn.Embedding(10, 10); self.fc = nn.Linear(20, 5); self.inp = nn.Linear(6, 10)",
      "noise, labels",
      "return self.fc(torch.cat((self.emb(labels), self.inp(noise)), -1))",
      [[1, 6], [1]],
      100 + 60,
    ],
    [
      "two images joined along their channels",
      "self.stem = nn.Conv2d(6, 16, 3, padding=1)",
      "a, b",
      "return self.late(self.stem(torch.cat((a, b), 1)))",
      [
        [1, 3, 224, 224],
        [1, 3, 224, 224],
      ],
      224 * 224 * (864 + 64),
    ],
    [
      "a sequence for a recurrent layer",
      "self.rnn = nn.GRU(5, 8, batch_first=True)",
      "x",
      "return self.rnn(x)[0]",
      [[1, 128, 5]],
      128 * 3 * (5 * 8 + 8 * 8),
    ],
    [
      "a time step beside an image",
      "self.stem = nn.Conv2d(3, 16, 3, padding=1); self.time = nn.Linear(1, 16)",
      "x, t",
      "return self.late(self.stem(x) + self.time(t[:, None].float())[:, :, None, None])",
      [[1, 3, 224, 224], [1]],
      224 * 224 * (432 + 64) + 16,
    ],
  ])("%s", (_, init, signature, body, shapes, macs) => {
    const report = inputOf(init, signature, body);
    expect(report.diagnostics.map(({ message }) => message)).toEqual([]);
    expect(report.input).toMatchObject({ shapes, origin: "default" });
    expect(report).toMatchObject({ complete: true, totals: { macs } });
  });
});

describe("declared inputs", () => {
  test.each<[string, string, number[]]>([
    [
      "a configuration of weights",
      "self.pretrained_cfg = dict(url='', input_size=(3, 48, 64))",
      [1, 3, 48, 64],
    ],
    ["an example input", "self.example_input_array = torch.zeros(4, 3, 20, 30)", [4, 3, 20, 30]],
  ])("%s", (_, line, shape) => {
    const { input } = profile(`
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        ${line}
    def forward(self, x):
        return self.conv(x)
`);
    expect(input).toMatchObject({ shapes: [shape], origin: "declared" });
  });
});

describe("an input that a network has itself and that does not fit is an error, and no other is tried", () => {
  const MESSAGE = "has a 5×5 kernel that does not fit into its 3×3 input";
  test.each<[string, string, string]>([
    [
      "tf.js, Sequential",
      "/app/model.ts",
      `import * as tf from "@tensorflow/tfjs";
export function net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [3, 3, 3], filters: 8, kernelSize: 5 }));
  return model;
}`,
    ],
    [
      "tf.js, functional",
      "/app/model.ts",
      `import * as tf from "@tensorflow/tfjs";
export function net() {
  const x = tf.input({ shape: [3, 3, 3] });
  const y = tf.layers.conv2d({ filters: 8, kernelSize: 5 }).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: y });
}`,
    ],
    [
      "tf.js, a size left open",
      "/app/model.ts",
      `import * as tf from "@tensorflow/tfjs";
export function net() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [3, null, 3], filters: 8, kernelSize: 5 }));
  return model;
}`,
    ],
    [
      "Keras",
      "/app/model.py",
      `import keras
def net():
    return keras.Sequential([keras.Input((3, 3, 3)), keras.layers.Conv2D(8, 5)])`,
    ],
  ])("%s", (what, file, source) => {
    const { complete, totals, input, diagnostics } = profile(source, { file });
    expect({ complete, macs: totals.macs }).toEqual({ complete: false, macs: null });
    expect(input.shapes[0]?.[1]).toBe(3);
    if (what.includes("open")) return;
    expect(diagnostics.filter(({ severity }) => severity === "error").map((each) => each.message)).toEqual([
      expect.stringContaining(MESSAGE),
    ]);
  });
});

describe("tokens", () => {
  const NET_OF_TOKENS = `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(10, 4)
        self.fc = nn.Linear(4, 2)
    def forward(self, input_ids=None, labels=None):
        x = input_ids.view(-1, input_ids.shape[-1])
        return self.fc(self.tokens(x))
`;
  test("an argument that may be left out is still what the network is run on", () => {
    expect(profile(NET_OF_TOKENS)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 128]], dtypes: ["int64"], origin: "default" },
      totals: { macs: 128 * 8 },
    });
  });
  test.each([
    ["a shorter one is taken", 6, "self.pos[:, :tokens.shape[1]]", "declared"],
    ["a table of positions that is added as a whole tells it", 200, "self.pos", "fitted"],
  ])("the longest sequence that a network says it takes: %s", (_, length, positions, origin) => {
    const { input, complete } = profile(`
import torch
from torch import nn
class Config:
    block_size = ${length}
class Decoder(nn.Module):
    def __init__(self, config=Config()):
        super().__init__()
        self.config = config
        self.words = nn.Embedding(10, 8)
        self.pos = nn.Parameter(torch.zeros(1, config.block_size, 8))
        self.head = nn.Linear(8, 10)
    def forward(self, tokens):
        assert tokens.shape[1] <= self.config.block_size
        return self.head(self.words(tokens) + ${positions})
`);
    expect({ input, complete }).toMatchObject({ input: { shapes: [[1, length]], origin }, complete: true });
  });

  test("an embedding takes no pixels", () => {
    const source = NET_OF_TOKENS.replace("input_ids.view(-1, input_ids.shape[-1])", "input_ids");
    const { diagnostics } = profile(source, { input: ["1x128"] });
    expect(diagnostics.map(({ message }) => message).join()).toContain("takes whole numbers, gets float32");
  });
});
