/** Which network of a file is shown first. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function mainOf(file: string, text: string): { network: string; macs: number | null } {
  const result = createEngine({ parsers, host: memoryHost({ [file]: text }) }).profile(file, {});
  if (!result.ok) throw new Error(result.reason);
  return { network: result.report.network, macs: result.report.totals.macs };
}

it("a network that another is made of by way of tensors is not the main one, in TensorFlow.js", () => {
  const text = `import * as tf from '@tensorflow/tfjs';
const enc = tf.sequential({ layers: [tf.layers.dense({ units: 6, inputShape: [5] }), tf.layers.dense({ units: 3 })] });
const a = tf.input({ shape: [5] }), b = tf.input({ shape: [5] });
const d = tf.layers.dot({ axes: -1, normalize: true }).apply([enc.apply(a), enc.apply(b)]) as tf.SymbolicTensor;
const model = tf.model({ inputs: [a, b], outputs: d });
`;
  expect(mainOf("/app/model.ts", text)).toEqual({ network: "model", macs: 99 });
});

it("nor in Keras", () => {
  const text = `from tensorflow import keras
from tensorflow.keras import layers
enc = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
a = keras.Input((5,))
b = keras.Input((5,))
d = layers.Concatenate()([enc(a), enc(b)])
model = keras.Model([a, b], layers.Dense(2)(d))
`;
  expect(mainOf("/app/model.py", text)).toEqual({ network: "model", macs: 42 });
});

it("a recursion that ends where is not known says what is not known", () => {
  const text = `import json
from torch import nn
depth = json.load(open("x.json"))["depth"]
class Tree(nn.Module):
    def __init__(self, depth, d=8):
        super().__init__()
        self.w = nn.Linear(d, d)
        self.sub = Tree(depth - 1, d) if depth > 0 else None
    def forward(self, x):
        return self.w(x)
net = Tree(depth)
`;
  const { reports, diagnostics } = createEngine({
    parsers,
    host: memoryHost({ "/app/tree.py": text }),
  }).analyze("/app/tree.py");
  const messages = [...reports.flatMap((report) => report.diagnostics), ...diagnostics].map(
    (each) => each.message,
  );
  expect(messages.join("\n")).toMatch(/calls nest too deeply, for a condition is not known: .*x\.json/);
});

it("a function that gives a training function is no network", () => {
  const text = `import flax.linen as nn
import jax.numpy as jnp
class Policy(nn.Module):
    actions: int
    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.actions)(x)
def make_train(config):
    def train(rng):
        return Policy(config["actions"]).init(rng, jnp.zeros((1, 4)))
    return train
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": text }) });
  expect(engine.analyze("/app/net.py").failures.map(({ network, reason }) => [network, reason])).toEqual([
    ["Policy", "needs actions"],
  ]);
});

it("a function that makes something else than a network is passed over, and says so where it is asked for", () => {
  const text = `from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
    def forward(self, x):
        return self.fc(x)
def sizes():
    return [p.numel() for p in Net().parameters()]
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": text }) });
  expect(engine.analyze("/app/net.py").failures).toEqual([]);
  expect(mainOf("/app/net.py", text)).toEqual({ network: "Net", macs: 6 });
  expect(engine.profile("/app/net.py", { model: "sizes" })).toMatchObject({
    reason: "sizes gives no network",
  });
});

it("a Keras model that only trains others is no network, and Input is known in keras.models", () => {
  const text = `from keras.models import Input, Model
from keras.layers import Dense
class GAN(Model):
    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
    def train_step(self, data):
        return {"loss": self.discriminator(self.generator(data))}
noise = Input((4,))
generator = Model(noise, Dense(3)(noise))
image = Input((3,))
discriminator = Model(image, Dense(1)(image))
gan = GAN(discriminator, generator)
gan.compile(optimizer="adam")
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/gan.py": text }) });
  const found = engine.analyze("/app/gan.py").reports.map(({ network, complete }) => [network, complete]);
  expect(found).toEqual([
    ["generator", true],
    ["discriminator", true],
  ]);
});

it("is the same one in profile, simulate, suggest and rewrite: what turns out to be none is passed over in all", () => {
  const text = `import torch.nn as nn
def prepare():
    layers = nn.ModuleList([nn.Conv2d(3, 3, 1)])
    return {"n": len(layers)}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3)
        self.b = nn.Conv2d(8, 8, 3)
    def forward(self, x):
        return self.b(self.a(x))
`;
  const file = "/app/model.py";
  const engine = createEngine({ parsers, host: memoryHost({ [file]: text }) });
  expect(mainOf(file, text).network).toBe("Net");
  const simulated = engine.simulate(file, { swap: "all" });
  expect(simulated).toMatchObject({ ok: true, simulation: { before: { network: "Net" }, swapped: ["b"] } });
  expect(engine.suggest(file, { budgetMacs: 1e9 })).toMatchObject({ ok: true, network: "Net" });
  expect(engine.rewrite(file, { layers: "all" })).toMatchObject({ ok: true, rewrite: { network: "Net" } });
});

it("is a network of another file where a program has none of its own", () => {
  const model = `from torch import nn
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
    def forward(self, x):
        return self.conv(x)
net = Net(10)
criterion = nn.CrossEntropyLoss()
`;
  const program = `import torch
from model import criterion, net as network
def train(loader):
    for x, y in loader:
        criterion(network(x), y)
`;
  const files = { "/app/model.py": model, "/app/train.py": program };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  expect(engine.analyze("/app/train.py").reports).toMatchObject([
    { network: "network", network_at: { file: "/app/train.py", line: 2 }, totals: { params: 280 } },
  ]);
  const own = `${program}class Own(torch.nn.Module):\n    def forward(self, x):\n        return network(x)\n`;
  const other = createEngine({ parsers, host: memoryHost({ ...files, "/app/train.py": own }) });
  expect(other.networks("/app/train.py").map(({ name }) => name)).toEqual(["Own"]);
});

it("is the one that a script trained, where it reads that back from a file into the same name", () => {
  const script = (path: string, name: string): string => `import torch
from torch import nn
def make():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
model = make()
torch.save(model, "${path}")
${name} = torch.load("${path}")
`;
  const engine = (text: string) =>
    createEngine({ parsers, host: memoryHost({ "/app/train.py": text }) }).profile("/app/train.py", {
      model: "model",
    });
  const kept = engine(script("best.pt", "model"));
  expect(kept).toMatchObject({ ok: true, report: { complete: true, totals: { params: 112 } } });
  const assumed = kept.ok ? kept.report.assumptions : [];
  expect(assumed?.map(({ text }) => text)).toContain(
    "files of weights are not read: it is taken to hold the network that model was before",
  );
  const other = createEngine({
    parsers,
    host: memoryHost({ "/app/train.py": script("best.pt", "other") }),
  }).profile("/app/train.py", { model: "other" });
  expect(other).toMatchObject({ ok: false, reason: "files of weights are not read" });
});
