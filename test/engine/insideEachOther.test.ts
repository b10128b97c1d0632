/** Modules, classes, sets and trees that hold each other a few thousand times, or each other twice, again and again. */
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/engine/analysis/settings.ts";
import type { FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/app/model.py";

function analyze(text: string, steps = 100_000): FileAnalysis {
  const settings = { limits: { ...DEFAULT_SETTINGS.limits, steps } };
  return createEngine({ parsers, host: memoryHost({ [FILE]: text }), settings }).analyze(FILE);
}

/** All that is told of a network: its diagnostics, or why it has no report. */
function toldOf({ reports, failures }: FileAnalysis, name: string): string {
  const report = reports.find(({ network }) => network === name);
  const reasons = failures.filter(({ network }) => network === name).map(({ reason }) => reason);
  return [...(report?.diagnostics.map(({ message }) => message) ?? []), ...reasons].join("\n");
}

const macsOf = ({ reports }: FileAnalysis, name: string) =>
  reports.find(({ network }) => network === name)?.totals.macs;

const indented = (code: string) => code.replaceAll("\n", "\n        ");

const TORCH = (code: string) => `import torch
from torch import nn
class Good(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Linear(4, 8)
    def forward(self, x):
        return self.c(x)
class Bad(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Linear(4, 8)
        ${indented(code)}
    def forward(self, x):
        return self.c(x)
`;

const FLAX = (code: string) => `import functools, jax, jax.numpy as jnp
import flax.linen as nn
class Good(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(8)(x)
class Bad(nn.Module):
    @nn.compact
    def __call__(self, x):
        ${indented(code)}
        return nn.Dense(8)(x)
key = jax.random.PRNGKey(0)
Good().init(key, jnp.zeros((1, 4)))
Bad().init(key, jnp.zeros((1, 4)))
`;

const NNX = (code: string) => `import jax.numpy as jnp
from flax import nnx
class Good(nnx.Module):
    def __init__(self, *, rngs):
        self.c = nnx.Linear(4, 8, rngs=rngs)
    def __call__(self, x):
        return self.c(x)
class Bad(nnx.Module):
    def __init__(self, *, rngs):
        s = nnx.Linear(4, 4, rngs=rngs)
        ${indented(code)}
        self.s = s
    def __call__(self, x):
        return self.s(x)
Good(rngs=nnx.Rngs(0))(jnp.zeros((1, 4)))
Bad(rngs=nnx.Rngs(0))(jnp.zeros((1, 4)))
`;

const EQUINOX = (code: string, test = "False") => `import equinox as eqx
import jax, jax.numpy as jnp
class Good(eqx.Module):
    c: eqx.nn.Linear
    def __init__(self, key):
        self.c = eqx.nn.Linear(4, 8, key=key)
    def __call__(self, x):
        return self.c(x)
class Bad(eqx.Module):
    s: eqx.nn.Sequential
    def __init__(self, key):
        s = eqx.nn.Linear(4, 4, key=key)
        ${indented(code)}
        self.s = s
    def __call__(self, x):
        return x if ${test} else self.s(x)
key = jax.random.PRNGKey(0)
Good(key)(jnp.zeros((4,)))
Bad(key)(jnp.zeros((4,)))
`;

const KERAS = (code: string) => `import keras
from keras import layers
def Good():
    i = keras.Input((4,))
    return keras.Model(i, layers.Dense(8)(i))
def Bad():
    i = keras.Input((4, 4))
    s = layers.LSTM(4, return_sequences=True)
    ${code.replaceAll("\n", "\n    ")}
    return keras.Model(i, s(i))
`;

const sixtyTimes = (change: string) => `for _ in range(60):\n    s = ${change}`;
const NETWORK_STEPS = "more than 100,000 steps, the most for one network";

describe("what never comes to an end", () => {
  it.each([
    ["a Keras layer around copies of itself", KERAS(sixtyTimes("layers.Bidirectional(s)"))],
    [
      "a recurrent cell of Keras in itself, twice",
      KERAS(`s = layers.LSTMCell(4)\n${sixtyTimes("layers.StackedRNNCells([s, s])")}\ns = layers.RNN(s)`),
    ],
    ["a Keras model in itself, twice", KERAS(sixtyTimes("keras.Sequential([s, s])"))],
    ["a module of nnx in itself, twice", NNX(sixtyTimes("nnx.Sequential(s, s)"))],
    ["a module of Equinox in itself, twice", EQUINOX(sixtyTimes("eqx.nn.Sequential([s, s])"))],
    ["classes of Flax made of each other", FLAX("C = nn.Dense\nwhile True:\n    C = nn.remat(C)")],
    ["classes of Flax that scan each other", FLAX("C = nn.Dense\nwhile True:\n    C = nn.scan(C, length=2)")],
    ["a frozen set in a frozen set", TORCH("s = 1\nwhile True:\n    s = frozenset([s])")],
  ])("%s: ended by steps, and the other network keeps its figures", (_what, text) => {
    const analysis = analyze(text);
    expect(toldOf(analysis, "Bad")).toContain(NETWORK_STEPS);
    expect(macsOf(analysis, "Good")).toBe(32);
  });
});

describe("what is held twice, sixty times over, but read once", () => {
  const TREE = "t = [x]\nfor _ in range(60):\n    t = [t, t]\n";
  it.each([
    ["an argument of a function that JAX compiles", FLAX(`${TREE}jax.jit(lambda tree: 1)(t)`)],
    ["what a scan carries", FLAX(`${TREE}jax.lax.scan(lambda c, a: (c, a), t, None, length=3)`)],
  ])("%s", (_what, text) => {
    const analysis = analyze(text, 1_000_000);
    expect(macsOf(analysis, "Bad")).toBe(32);
    expect(macsOf(analysis, "Good")).toBe(32);
  });

  it("Equinox's layers, asked for one that has a state", () => {
    const text = EQUINOX(sixtyTimes("eqx.nn.Sequential([s, s])"), "not self.s.is_stateful()");
    expect(toldOf(analyze(text), "Bad")).not.toContain("steps");
  });

  it("a frozen set is still found by what it holds", () => {
    const code = `a = frozenset([frozenset(["s1:1", 1]), "x"])
b = frozenset(["x", frozenset([1, "s1:1"])])
n = {a: 8, frozenset(["s1", "1", "x"]): 16}[b]
self.c = nn.Linear(4, n)`;
    expect(macsOf(analyze(TORCH(code)), "Bad")).toBe(32);
  });
});

it("a layer is found in its module once, not by a walk through all of them for each layer", () => {
  const text = NNX("s = nnx.Sequential(*[nnx.Linear(4, 4, rngs=rngs) for _ in range(600)])");
  const analysis = analyze(text, 300_000);
  expect(macsOf(analysis, "Bad")).toBe(9600);
});
