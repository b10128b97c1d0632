/** Whose figures a report's are: which axis of the input holds samples. Totals were measured on the real frameworks. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { formatText } from "../../src/engine/formats/text.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/app/model.py";

function profile(text: string, options: { model?: string; args?: string; input?: string[] } = {}): Report {
  const result = createEngine({ parsers, host: memoryHost({ [FILE]: text }) }).profile(FILE, options);
  if (!result.ok) throw new Error(result.reason);
  return result.report;
}

const TORCH = "import torch\nfrom torch import nn\n";

/** A module `Net` with these lines in `__init__` and this forward, and the call that tells its input. */
function torchNet(init: readonly string[], forward: readonly string[], call: string): string {
  return `${TORCH}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${init.join("\n        ")}
    def forward(self, x):
        ${forward.join("\n        ")}
net = Net()
net(${call})
`;
}

const TAGGER = torchNet(
  ["self.emb = nn.Embedding(500, 32)", "self.lstm = nn.LSTM(32, 64)", "self.out = nn.Linear(64, 9)"],
  ["y, _ = self.lstm(self.emb(x))", "return self.out(y)"],
  "torch.zeros(20, 1, dtype=torch.long)",
);

describe("samples at another axis than the first", () => {
  it("an LSTM without batch_first takes them from axis 1", () => {
    const report = profile(TAGGER);
    expect(report.totals).toMatchObject({ macs: 503_040, params: 41_673 });
    expect(report.input.batch).toEqual({ samples: 1, axis: 1 });
    expect(report.layers.find(({ name }) => name === "lstm")).toMatchObject({
      macs: 491_520,
      out: [
        [20, 1, 64],
        [1, 1, 64],
        [1, 1, 64],
      ],
      batch_axis: 1,
    });
  });

  it("a transformer's sequences of two lengths share axis 1", () => {
    const report = profile(`${TORCH}
model = nn.Transformer(d_model=64, nhead=4, num_encoder_layers=2, num_decoder_layers=2, dim_feedforward=128)
model(torch.rand(10, 32, 64), torch.rand(20, 32, 64))
`);
    expect(report.totals).toMatchObject({ macs: 84_377_600 / 32, params: 167_680 });
    expect(report.input.batch).toEqual({ samples: 32, axis: 1 });
  });

  it("is followed to where an index takes the steps away", () => {
    const report = profile(
      torchNet(
        [
          "self.l = nn.LSTM(40, 96, num_layers=2, proj_size=32, bidirectional=True)",
          "self.g = nn.GRU(64, 24, num_layers=2, bidirectional=True, dropout=0.2)",
          "self.o = nn.Linear(48, 7)",
        ],
        ["y, _ = self.l(x)", "y, h = self.g(y)", "return self.o(y[-1])"],
        "torch.zeros(11, 3, 40)",
      ),
    );
    expect(report.totals.macs).toBe(5_424_624 / 3);
    expect(report.output).toEqual([[3, 7]]);
    expect(report.output_batch_axes).toBeUndefined();
    expect(report.layers.find(({ name }) => name === "o")?.batch_axis).toBeUndefined();
  });

  it("is followed through transposes and views", () => {
    const report = profile(
      torchNet(
        ["self.gru = nn.GRU(16, 8)", "self.conv = nn.Conv1d(8, 4, 3)", "self.out = nn.Linear(4, 2)"],
        [
          "y, _ = self.gru(x.permute(1, 0, 2))",
          "y = self.conv(y.permute(1, 2, 0))",
          "return self.out(y.mean(-1))",
        ],
        "torch.zeros(5, 12, 16)",
      ),
    );
    expect(report.input.batch).toEqual({ samples: 5, axis: 0 });
    const macsOfGru = 12 * 3 * 8 * (16 + 8);
    expect(report.totals.macs).toBe(macsOfGru + 10 * 4 * 8 * 3 + 4 * 2);
  });
});

describe("layers that may take samples from either axis", () => {
  it.each([
    "nn.LSTM(4, 3, batch_first=cfg.first)",
    "nn.MultiheadAttention(4, 2, batch_first=cfg.first)",
    "nn.LSTM(4, units=3)",
  ])("%s: nothing is divided", (layer) => {
    const init = [`self.r = ${layer}`, "self.o = nn.Linear(4, 2)"];
    const forward = [
      "_ = self.r(x, x, x) if isinstance(self.r, nn.MultiheadAttention) else self.r(x)",
      "return self.o(x)",
    ];
    const report = profile(`import cfg\n${torchNet(init, forward, "torch.randn(5, 8, 4)")}`);
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
    expect(report.layers.find(({ name }) => name === "o")?.macs).toBe(5 * 8 * 4 * 2);
    expect(report.complete).toBe(false);
  });

  it("what attention costs is unknown then, for its scores grow with the other axis squared", () => {
    const init = ["self.r = nn.MultiheadAttention(4, 2, batch_first=cfg.first)"];
    const report = profile(
      `import cfg\n${torchNet(init, ["return self.r(x, x, x)[0]"], "torch.randn(5, 8, 4)")}`,
    );
    expect(report.layers[0]?.macs).toBeNull();
  });
});

describe("an input without an axis for samples", () => {
  it("a vector of features is one sample", () => {
    const report = profile(
      torchNet(
        ["self.fc1 = nn.Linear(8, 64)", "self.fc2 = nn.Linear(64, 4)"],
        ["return torch.softmax(self.fc2(torch.relu(self.fc1(x))), dim=-1)"],
        "torch.zeros(8)",
      ),
    );
    expect(report.totals).toMatchObject({ macs: 768, params: 836 });
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
    expect(report.layers[0]).toMatchObject({ out: [[64]], batch_axis: null });
  });

  it("an image without one goes into a convolution as it is", () => {
    const report = profile(
      torchNet(["self.c = nn.Conv2d(3, 8, 3, padding=1)"], ["return self.c(x)"], "torch.zeros(3, 16, 16)"),
    );
    expect(report.totals.macs).toBe(8 * 3 * 9 * 256);
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
  });

  it("tokens whose positions meet each other are the whole input", () => {
    const haiku = `
import haiku as hk
import jax, jax.numpy as jnp
class Attend(hk.Module):
    def __init__(self, vocab, width):
        super().__init__()
        self.vocab, self.width = vocab, width
    def __call__(self, tokens):
        x = hk.Embed(self.vocab, self.width)(tokens)
        q, k, v = jnp.split(hk.Linear(3 * self.width)(x), 3, axis=-1)
        scores = jax.nn.softmax(jnp.einsum('td,sd->ts', q, k))
        return hk.Linear(self.vocab)(jnp.einsum('ts,sd->td', scores, v))
`;
    const report = profile(haiku, { model: "Attend", args: "100, 32", input: ["16:int64"] });
    expect(report.totals).toMatchObject({ macs: 116_736, params: 9668 });
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
  });
});

describe("several tensors", () => {
  it("a list of two pictures is two inputs of one sample", () => {
    const report = profile(
      torchNet(
        ["self.cnn = nn.Conv2d(1, 16, 10)", "self.out = nn.Linear(16 * 79 * 79, 1)"],
        [
          "a, b = x",
          "one = lambda t: self.cnn(t).view(t.size(0), -1)",
          "return self.out(torch.abs(one(a) - one(b)))",
        ],
        "[torch.zeros(1, 1, 88, 88), torch.zeros(1, 1, 88, 88)]",
      ),
    );
    expect(report.layers.find(({ name }) => name === "cnn")?.macs).toBe(19_971_200);
  });
});

describe("a batch of samples", () => {
  const conv = ["self.c = nn.Conv2d(3, 8, 3, padding=1)"];
  it("at axis 0 is shared out", () => {
    const report = profile(torchNet(conv, ["return self.c(x)"], "torch.zeros(32, 3, 16, 16)"));
    expect(report.totals.macs).toBe(8 * 3 * 9 * 256);
    expect(report.input.batch).toEqual({ samples: 32, axis: 0 });
  });

  it("is shared out where the program is written for just so many", () => {
    const forward = ["y = self.c(x)", "return y.view(32, 8, 256) * torch.zeros(32, 1, 1)"];
    const report = profile(torchNet(conv, forward, "torch.zeros(32, 3, 16, 16)"));
    expect(report.totals.macs).toBe(8 * 3 * 9 * 256);
  });

  it("whose samples meet each other cannot be shared out, and the table says so", () => {
    const forward = ["y = self.c(x).flatten(1)", "return y @ y.t()"];
    const report = profile(torchNet(conv, forward, "torch.zeros(4, 3, 16, 16)"));
    expect(report.totals.macs).toBe(4 * 8 * 3 * 9 * 256 + 4 * 4 * 8 * 256);
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
    expect(formatText(report, { unit: "macs", width: 100, color: false })).toContain(
      "figures for the whole input",
    );
  });
});

describe("work that is the same for any number of samples", () => {
  it("a weight made of weights is counted whole, once for each sample", () => {
    const report = profile(
      torchNet(
        ["self.a = nn.Parameter(torch.zeros(6, 2))", "self.b = nn.Parameter(torch.zeros(2, 5))"],
        ["w = self.a @ self.b", "return nn.functional.linear(x, w)"],
        "torch.randn(4, 5)",
      ),
    );
    expect(report.input.batch).toEqual({ samples: 4, axis: 0 });
    expect(report.totals.macs).toBe(60 + 30);
    expect(report.layers.map(({ macs }) => macs)).toEqual([60, 30]);
    // The made weight of 6×5 is held whole, and of four samples one's output.
    expect(report.totals).toMatchObject({ activation_bytes: 120 + 24, peak_activation_bytes: 120 + 20 });
  });

  it("so is a parametrized weight, in a layer with work of both kinds", () => {
    const report = profile(`${TORCH}
import torch.nn.utils.parametrize as P
class Scale(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.a = nn.Parameter(torch.zeros(n, 2))
        self.b = nn.Parameter(torch.zeros(2, n))
    def forward(self, w):
        return w + torch.matmul(self.a, self.b)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(5, 5)
        P.register_parametrization(self.l, "weight", Scale(5))
    def forward(self, x):
        return self.l(x)
net = Net()
net(torch.randn(4, 5))
`);
    expect(report.totals).toMatchObject({ macs: 75, params: 50 });
  });

  it("so is a layer on a table of positions", () => {
    const init = ["self.pos = nn.Embedding(10, 8)", "self.k = nn.Linear(8, 8)", "self.q = nn.Linear(8, 8)"];
    const lines = ["p = self.k(self.pos.weight)", "return self.q(x) @ p.t()"];
    expect(profile(torchNet(init, lines, "torch.randn(4, 8)")).totals.macs).toBe(640 + 64 + 80);
  });

  it("so is a made weight where the program is written for just so many samples", () => {
    const init = [
      "self.c = nn.Conv1d(3, 2, 1)",
      "self.a = nn.Parameter(torch.zeros(16, 2))",
      "self.b = nn.Parameter(torch.zeros(2, 5))",
    ];
    const lines = ["return self.c(x).reshape(4, 16) @ (self.a @ self.b)"];
    const report = profile(torchNet(init, lines, "torch.randn(4, 3, 8)"));
    expect(report.input.batch).toEqual({ samples: 4, axis: 0 });
    expect(report.totals.macs).toBe(48 + 160 + 80);
  });

  it("what several samples are put together for is no sample's, for none costs a part of a MAC", () => {
    const init = ["self.a = nn.Linear(4, 3)", "self.b = nn.Linear(3, 1)"];
    const lines = ["return self.b(self.a(x).view(-1, 8, 3).mean(1))"];
    const report = profile(torchNet(init, lines, "torch.randn(8, 4)"));
    expect(report.totals.macs).toBe(96 + 3);
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
  });
});

describe("values that are no sample's own", () => {
  const linear = ["self.a = nn.Linear(4, 3)"];

  it("an input without samples is read whole by each of them", () => {
    const init = [...linear, "self.t = nn.Linear(5, 3)"];
    const net = torchNet(init, ["x, t = x", "return self.a(x) + self.t(t)"], "[]").replace(
      /net\(.*\)\n$/,
      "net((torch.randn(8, 4), torch.randn(5)))\n",
    );
    const report = profile(net);
    expect(report.input.batch).toEqual({ samples: 8, axis: 0 });
    expect(report.layers.map(({ read_values, written_values }) => [read_values, written_values])).toEqual([
      [4, 3],
      [5, 3],
    ]);
    // Of both inputs and the first layer's output.
    expect(report.totals.peak_activation_bytes).toBe((4 + 5 + 3) * 4);
  });

  it("a layer whose sizes are partly unknown counts what it writes for each sample, if that does not grow", () => {
    const init = [
      ...linear,
      "self.b = nn.Linear(cfg.width, 2)",
      "self.w = nn.Parameter(torch.zeros(3, cfg.width))",
    ];
    const report = profile(
      `import cfg\n${torchNet(init, ["return self.a(x) + self.b(self.w).sum()"], "torch.randn(8, 4)")}`,
    );
    expect(report.layers.find(({ name }) => name === "b")).toMatchObject({
      macs: null,
      written_values: 6,
      activation_bytes: 24,
    });
  });

  it("a mean over the samples is one for each of them", () => {
    const report = profile(torchNet(linear, ["y = self.a(x)", "return y - y.mean(0)"], "torch.randn(16, 4)"));
    expect(report.input.batch).toEqual({ samples: 16, axis: 0 });
    expect(report.totals).toMatchObject({ macs: 12, elementwise: 3 + 3, activation_bytes: (3 + 3 + 3) * 4 });
  });

  it.each([
    ["is run again", "torch.relu(self.a(x)[::8])"],
    ["is written for just so many samples", "torch.relu(self.a(x)[::8]).view(2, 3)"],
  ])("none has a part of what is taken of a few, where the network %s", (_, forward) => {
    const report = profile(torchNet(linear, [`return ${forward}`], "torch.randn(16, 4)"));
    expect(report.input.batch).toEqual({ samples: 1, axis: null });
    expect(report.totals).toMatchObject({ macs: 16 * 12, elementwise: 6 });
  });

  it("a constant beside samples is held whole where the network is written for just so many", () => {
    const init = ["self.c = nn.Conv1d(3, 2, 1)"];
    const forward = ["return self.c(x).reshape(4, 16) * torch.arange(5).sum()"];
    const report = profile(torchNet(init, forward, "torch.randn(4, 3, 8)"));
    expect(report.input.batch).toEqual({ samples: 4, axis: 0 });
    expect(report.totals.elementwise).toBe(16 + 5 + 1);
  });
});

describe("Keras layers with time in front", () => {
  const KERAS =
    "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n";
  it.each([
    "layers.LSTM(5, time_major=True, return_sequences=True)",
    "layers.RNN(layers.LSTMCell(5), time_major=True, return_sequences=True)",
  ])("%s takes samples from axis 1", (layer) => {
    const report = profile(`${KERAS}
class R(keras.Model):
    def __init__(self):
        super().__init__()
        self.r = ${layer}
        self.d = layers.Dense(3)
    def call(self, x):
        return self.d(self.r(x))
R()(tf.zeros((10, 4, 6)))
`);
    expect(report.input.batch).toEqual({ samples: 4, axis: 1 });
    expect(report.output).toEqual([[10, 4, 3]]);
    expect(report.totals).toMatchObject({ macs: 9_400 / 4, params: 258 });
  });

  it("the last step's output has samples in front", () => {
    const report = profile(`${KERAS}
model = keras.Sequential([keras.Input(shape=(4, 6), batch_size=10), layers.LSTM(5, time_major=True)])
`);
    expect(report.output).toEqual([[4, 5]]);
  });
});

it("a power of a matrix costs the products that it is made of", () => {
  const power = (n: number): number | null =>
    profile(
      torchNet(
        ["self.w = nn.Parameter(torch.zeros(6, 6))"],
        [`return x @ torch.matrix_power(self.w, ${n})`],
        "torch.zeros(1, 6)",
      ),
    ).totals.macs;
  expect([1, 2, 3, 8, -3].map(power)).toEqual([0, 216, 432, 648, 432].map((macs) => macs + 36));
});

it("an input of one sample is one sample's, though the network does not run on it", () => {
  const report = profile(
    torchNet(
      ["self.a = nn.Conv2d(3, 8, 3)", "self.b = nn.Conv2d(4, 8, 3)"],
      ["return self.b(self.a(x))"],
      "torch.zeros(1, 3, 8, 8)",
    ),
  );
  expect(report.complete).toBe(false);
  expect(report.input.batch).toBeUndefined();
});
