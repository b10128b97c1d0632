/** Inputs that nothing but the network itself tells: figures are those of the real frameworks on the same inputs. */
import { describe, expect, test } from "vitest";
import { profile } from "./profile.ts";

const torch = (make: string, forward: string): string => `
import torch
import torch.nn as nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${make.replaceAll("; ", "\n        ")}
    def forward(self, x):
        ${forward.replaceAll("; ", "\n        ")}
`;

describe("networks of products alone take as many features as their weights", () => {
  test.each([
    [
      "F.linear after rows are folded",
      "self.w = nn.Parameter(torch.randn(10, 784))",
      "shape = x.shape; return F.linear(F.silu(x.reshape(-1, 784)), self.w).reshape(*shape[:-1], 10)",
      [1, 784],
      7840,
    ],
    ["F.linear", "self.w = nn.Parameter(torch.randn(10, 784))", "return F.linear(x, self.w)", [1, 784], 7840],
    ["matmul", "self.w = nn.Parameter(torch.randn(20, 30))", "return torch.tanh(x @ self.w)", [1, 20], 600],
    [
      "a transposed weight",
      "self.w = nn.Parameter(torch.randn(8, 768))",
      "return x @ self.w.T",
      [1, 768],
      6144,
    ],
    [
      "addmm",
      "self.b = nn.Parameter(torch.randn(30)); self.w = nn.Parameter(torch.randn(20, 30))",
      "return torch.addmm(self.b, x, self.w)",
      [1, 20],
      600,
    ],
    [
      "einsum, which tells the axes too",
      "self.w = nn.Parameter(torch.randn(48, 8, 6))",
      "return torch.einsum('btd,dhk->bthk', x, self.w)",
      [1, 128, 48],
      294912,
    ],
    [
      "einsum over any axes before",
      "self.w = nn.Parameter(torch.randn(12, 4))",
      "return torch.einsum('...i,io->...o', x, self.w)",
      [1, 12],
      48,
    ],
    [
      "matmul after axes are unpacked",
      "self.w = nn.Parameter(torch.randn(24, 5))",
      "b, t, c = x.shape; return x @ self.w",
      [1, 128, 24],
      15360,
    ],
  ])("%s", (_, make, forward, shape, macs) => {
    expect(profile(torch(make, forward))).toMatchObject({
      complete: true,
      input: { shapes: [shape], dtypes: ["float32"] },
      totals: { macs },
    });
  });

  test("in JAX's libraries too", () => {
    const flax = `
import flax.linen as nn
import jax.numpy as jnp
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        w = self.param("w", nn.initializers.normal(), (20, 30))
        return nn.Dense(4)(jnp.dot(x, w))
`;
    expect(profile(flax)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 20]] },
      totals: { macs: 720, params: 724 },
    });
    const equinox = `
import equinox as eqx
import jax
class Net(eqx.Module):
    w: jax.Array
    def __init__(self, key):
        self.w = jax.random.normal(key, (30, 20))
    def __call__(self, x):
        return self.w @ x
`;
    expect(profile(equinox)).toMatchObject({
      complete: true,
      input: { shapes: [[20]] },
      totals: { macs: 600, params: 600 },
    });
  });
});

describe("networks that begin with a table take ids, never an image", () => {
  const OUT = "self.out = nn.Linear(32, 100)";
  test.each([
    ["a parameter that is indexed", "self.w = nn.Parameter(torch.randn(100, 32))", "self.w[x]", 409600],
    ["F.embedding", "self.w = nn.Parameter(torch.randn(100, 32))", "F.embedding(x, self.w)", 409600],
    ["index_select", "self.w = nn.Parameter(torch.randn(100, 32))", "self.w[x.long() + 0]", 409600],
    [
      "one-hot rows times a table",
      "self.w = nn.Parameter(torch.randn(100, 32))",
      "F.one_hot(x, 100).float() @ self.w",
      819200,
    ],
    ["ids that are shifted first", "self.w = nn.Embedding(100, 32)", "self.w(x + 3)", 409600],
  ])("%s", (_, make, look, macs) => {
    expect(profile(torch(`${make}; ${OUT}`, `return self.out(${look})`))).toMatchObject({
      complete: true,
      input: { shapes: [[1, 128]], dtypes: ["int64"] },
      totals: { macs, params: 6500 },
    });
  });

  test("columns of ids that are taken apart", () => {
    const make =
      "self.u = nn.Embedding(943, 20); self.i = nn.Embedding(1682, 20); self.f = nn.Linear(40, 64)";
    const forward = "return self.f(torch.cat([self.u(x[:, 0]), self.i(x[:, 1])], 1))";
    expect(profile(torch(make, forward))).toMatchObject({
      complete: true,
      input: { dtypes: ["int64"] },
      totals: { macs: 2560 },
    });
  });

  test("a window of a fixed length is one sample, not several", () => {
    const make =
      "self.c = nn.Parameter(torch.randn(27, 10)); self.a = nn.Parameter(torch.randn(30, 200)); self.b = nn.Parameter(torch.randn(200, 27))";
    const forward = "return torch.tanh(self.c[x].view(-1, 30) @ self.a) @ self.b";
    expect(profile(torch(make, forward))).toMatchObject({
      complete: true,
      input: { shapes: [[1, 3]], origin: "fitted" },
      totals: { macs: 11400 },
    });
  });

  test.each([
    ["in a table that is looked up", "self.p = nn.Embedding(16, 32)", "self.p(torch.arange(x.shape[1]))"],
    ["in a parameter that is added", "self.p = nn.Parameter(torch.zeros(1, 16, 32))", "self.p"],
  ])("no more of them than there are positions %s", (_, make, positions) => {
    const source = torch(`self.e = nn.Embedding(65, 32); ${make}`, `return self.e(x) + ${positions}`);
    expect(profile(source)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 16]], dtypes: ["int64"] },
    });
  });

  test("no more of them than the program asserts", () => {
    const source = torch(
      "self.e = nn.Embedding(65, 32); self.l = nn.Linear(32, 65)",
      "b, t = x.size(); assert t <= 24, 'too long'; return self.l(self.e(x))",
    );
    expect(profile(source)).toMatchObject({
      complete: true,
      input: { shapes: [[1, 16]], origin: "fitted" },
      totals: { macs: 16 * 32 * 65 },
    });
  });

  test("positions come first where the layers have samples in their second axis", () => {
    const make = "self.e = nn.Embedding(1000, 64); self.r = nn.LSTM(64, 32)";
    expect(profile(torch(make, "return self.r(self.e(x))[0]"))).toMatchObject({
      complete: true,
      input: { shapes: [[128, 1]] },
      totals: { macs: 128 * 4 * 32 * (64 + 32) },
    });
    expect(profile(torch(make, "return self.r(self.e(x).transpose(0, 1))[0]")).input.shapes).toEqual([
      [1, 128],
    ]);
  });

  test("one id a sample where several tables are looked up and no sequence follows", () => {
    const source = `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.u = nn.Embedding(943, 20)
        self.i = nn.Embedding(1682, 20)
        self.f = nn.Linear(40, 64)
    def forward(self, u, i):
        return self.f(torch.cat([self.u(u), self.i(i)], dim=-1))
`;
    expect(profile(source)).toMatchObject({
      complete: true,
      input: { shapes: [[1], [1]], dtypes: ["int64", "int64"] },
      totals: { macs: 2560 },
    });
  });

  test.each([
    ["jnp.take", "jnp.take(table, tokens, axis=0)"],
    ["an index", "table[tokens]"],
    ["one-hot rows", "jax.nn.one_hot(tokens, 65) @ table"],
  ])("in Flax by %s", (_, look) => {
    const report = profile(`
import flax.linen as nn
import jax
import jax.numpy as jnp
class Net(nn.Module):
    block_size: int = 32
    @nn.compact
    def __call__(self, tokens):
        b, t = tokens.shape
        assert t <= self.block_size
        table = self.param("table", nn.initializers.normal(), (65, 16))
        return nn.Dense(65)(${look})
`);
    expect(report).toMatchObject({ complete: true, input: { shapes: [[1, 32]], dtypes: ["int32"] } });
    expect(report.totals.params).toBe(65 * 16 + 16 * 65 + 65);
  });

  test("in Keras by tf.gather", () => {
    const report = profile(`
import keras
import tensorflow as tf
from keras import layers
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.w = self.add_weight(shape=(100, 16), name="w")
        self.d = layers.Dense(4)
    def call(self, ids):
        return self.d(tf.gather(self.w, ids))
`);
    expect(report).toMatchObject({
      complete: true,
      input: { shapes: [[1, 128]], dtypes: ["int32"] },
      totals: { macs: 8192, params: 1668 },
    });
  });

  const EQUINOX = `
import equinox as eqx
import jax
class Net(eqx.Module):
    table: jax.Array
    head: eqx.nn.Linear
    def __init__(self, key):
        self.table = jax.random.normal(key, (100, 32))
        self.head = eqx.nn.Linear(32, 100, key=key)
    def __call__(self, tokens):
        return jax.vmap(self.head)(self.table[tokens])
`;
  test("without a batch axis nothing tells how many, which is said", () => {
    const report = profile(EQUINOX);
    expect(report).toMatchObject({
      complete: false,
      input: { shapes: [[null]], dtypes: ["int32"] },
      totals: { macs: null, params: 6500 },
    });
    expect(report.layers.find(({ name }) => name === "head")?.macs).toBeNull();
    expect(report.diagnostics.map(({ severity }) => severity)).not.toContain("error");
    expect(report.diagnostics[0]?.message).toContain("needs its input (token ids)");
  });

  test("without a batch axis a length that is named is theirs", () => {
    const source = EQUINOX.replace(
      "    head:",
      "    max_len: int = eqx.field(static=True, default=16)\n    head:",
    );
    expect(profile(source)).toMatchObject({
      complete: true,
      input: { shapes: [[16]] },
      totals: { macs: 51200 },
    });
  });
});

describe("what torch refuses of ids is refused", () => {
  test.each([
    ["floats as an index", "self.w = nn.Parameter(torch.randn(100, 32))", "return self.w[x]", "1x8"],
    [
      "floats as classes",
      "self.w = nn.Parameter(torch.randn(9, 4))",
      "return F.one_hot(x, 9) @ self.w",
      "1x8",
    ],
    [
      "a position beyond its table",
      "self.p = nn.Embedding(16, 4)",
      "return self.p(torch.arange(x.shape[1])) + x",
      "1x32x4",
    ],
  ])("%s", (_, make, forward, input) => {
    const report = profile(torch(make, forward), { input: [input] });
    expect(report).toMatchObject({ complete: false, totals: { macs: null } });
    expect(report.diagnostics.map(({ severity }) => severity)).toContain("error");
  });
});

describe("a guess that does not fit", () => {
  test("is no error of the program, and what it costs is no part of the network's", () => {
    const report = profile(
      torch(
        "self.c = nn.Conv2d(3, 8, 3); self.d = nn.Linear(7777, 8)",
        "return self.d(self.c(x).flatten(1))",
      ),
    );
    expect(report.totals).toMatchObject({ macs: null, params: 224 + 7777 * 8 + 8 });
    expect(report.layers.map(({ macs }) => macs)).toEqual([null, null]);
    expect(report.diagnostics.map(({ severity }) => severity)).not.toContain("error");
    expect(report.diagnostics[0]?.message).toMatch(/^needs its input/);
  });

  test("is not at fault where the program's layers fit no input", () => {
    const report = profile(
      torch(
        "self.c = nn.Conv2d(3, 8, 3); self.d = nn.Linear(7, 8)",
        "return self.d(self.c(x).permute(0, 2, 3, 1))",
      ),
    );
    expect(report.diagnostics[0]).toMatchObject({ severity: "error" });
    expect(report.layers[0]?.macs).not.toBeNull();
  });

  test("is not as long as a network has channels, where rows of a sequence fit", () => {
    const source = torch(
      "self.c = nn.Conv1d(3, 64, 1); self.f = nn.Linear(64, 40)",
      "b, n, c = x.shape; return self.f(self.c(x.permute(0, 2, 1)).max(2)[0])",
    );
    expect(profile(source)).toMatchObject({ complete: true, input: { shapes: [[1, 224, 3]] } });
  });
});

describe("Flax methods that a class overrides or adds", () => {
  const NET = `
import flax.linen as nn
import jax
import jax.numpy as jnp
class Net(nn.Module):
    def setup(self):
        self.enc = nn.Dense(16)
        self.dec = nn.Dense(9)
    def __call__(self, x):
        return self.dec(self.enc(x))
    def decode(self, z):
        return self.dec(z)
`;
  test.each([
    [
      "init",
      "    def init(self, rng):\n        return jax.jit(super().init)(rng, jnp.zeros((2, 9)))\n",
      "net.init(key)",
      // What init is given is an example for the sizes of weights: one sample of it will do.
      1,
    ],
    [
      "a helper",
      "    def make(self, rng):\n        return self.init(rng, jnp.zeros((2, 9)))\n",
      "net.make(key)",
      1,
    ],
    [
      "apply",
      "    def apply(self, variables, n):\n        return super().apply(variables, jnp.zeros((n, 9)))\n",
      "net.apply({}, 2)",
      2,
    ],
  ])("%s is not the forward call, what it calls is", (_, method, call, samples) => {
    const source = `${NET}${method}def main():\n    net = Net()\n    key = jax.random.PRNGKey(0)\n    v = ${call}\n`;
    expect(profile(source, { model: "Net" })).toMatchObject({
      complete: true,
      input: { shapes: [[samples, 9]], origin: "call" },
      output: [[samples, 9]],
      totals: { macs: 288, params: 313 },
    });
  });

  test("another method that apply runs tells nothing of the forward call's input", () => {
    const source = `${NET}def main(v):\n    return Net().apply(v, jnp.zeros((2, 16)), method="decode")\n`;
    expect(profile(source, { model: "Net" }).input.origin).not.toBe("call");
  });
});

test("a guess that does not fit, where a handler of the program goes on without, decides no figures", () => {
  const text = `
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8 * 30 * 30, 10)
        self.other = nn.Conv2d(8, 8, 1)
    def forward(self, x):
        y = self.conv(x)
        try:
            return self.fc(y.flatten(1))
        except RuntimeError:
            return self.other(y)
`;
  const guessed = profile(text);
  expect(guessed).toMatchObject({ complete: false, totals: { macs: null } });
  expect(guessed.diagnostics[0]?.message).toMatch(/^needs its input, .*fc expects 7200 features/);
  const macs = 900 * 8 * 27;
  expect(profile(text, { input: ["1x3x32x32"] })).toMatchObject({
    complete: true,
    totals: { macs: macs + 72000 },
  });
  expect(profile(text, { input: ["1x3x64x64"] })).toMatchObject({
    complete: true,
    totals: { macs: 3844 * (8 * 27 + 64) },
  });
});

test.each([
  [
    "halves",
    "torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)",
    12,
  ],
  ["unshuffles", "F.pixel_unshuffle(x, 4)", 48],
])("gives a network that %s its pixels into channels an image of three", (_, moved, channels) => {
  const report = profile(
    torch(`self.c = nn.Conv2d(${channels}, 8, 3, padding=1)`, `return self.c(${moved})`),
  );
  expect({ shape: report.input.shapes[0]?.slice(0, 2), complete: report.complete }).toEqual({
    shape: [1, 3],
    complete: true,
  });
});
