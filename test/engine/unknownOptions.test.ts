/** Options whose value is not known are not taken for their defaults: what they decide is unknown, with the reason. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { profile } from "./profile.ts";

const torch = (init: string, forward: string, input: string): Report =>
  profile(
    [
      "import torch",
      "import torch.nn as nn",
      "from elsewhere import cfg",
      "class Net(nn.Module):",
      "    def __init__(self):",
      "        super().__init__()",
      ...init.split("\n").map((line) => `        ${line}`),
      "    def forward(self, x):",
      `        ${forward}`,
      `Net()(torch.randn(${input}))`,
    ].join("\n"),
  );

const reasons = (report: Report): string => report.diagnostics.map(({ message }) => message).join("\n");

/** Not complete, for a reason that names what was imported. */
function expectUnknown(report: Report): void {
  expect(report.complete).toBe(false);
  expect(reasons(report)).toMatch(/elsewhere/);
}

const tfjs = (layers: string, before = "import { cfg } from './elsewhere';"): Report =>
  profile(
    [
      "import * as tf from '@tensorflow/tfjs';",
      before,
      "const model = tf.sequential();",
      ...layers.split("\n").map((layer) => `model.add(${layer});`),
    ].join("\n"),
    { file: "/app/model.ts" },
  );

describe("`or` with an unknown left side", () => {
  it("is no number for layers of PyTorch", () => {
    const report = torch("self.l = nn.Linear(8, cfg.n or 4)", "return self.l(x)", "2, 8");
    expectUnknown(report);
    expect(report.totals.params).toBeNull();
  });

  it("is no number for layers of TensorFlow.js", () => {
    const report = tfjs("tf.layers.dense({ units: cfg.n || 4, inputShape: [3] })");
    expectUnknown(report);
    expect(report.totals.params).toBeNull();
  });

  it("still decides a condition that its right side settles", () => {
    const report = torch(
      "self.l = nn.Linear(8, 4 if (cfg.n or True) and not (cfg.n and False) else 5)",
      "return self.l(x)",
      "2, 8",
    );
    expect([report.complete, report.totals.params]).toEqual([true, 36]);
  });
});

const keras = (layers: string, size = "9, 8"): Report =>
  profile(
    [
      "from tensorflow import keras",
      "from tensorflow.keras import layers",
      "from elsewhere import cfg",
      `model = keras.Sequential([keras.Input((${size})), ${layers}])`,
    ].join("\n"),
  );

describe("options of Keras layers", () => {
  it.each([
    ["9, 8", "layers.LSTM(4, return_sequences=cfg.o)"],
    ["9, 8", "layers.GRU(4, reset_after=cfg.o)"],
    ["9, 8", "layers.GRU(4, use_bias=cfg.o)"],
    ["9, 9, 3", "layers.Conv2D(4, 3, padding=cfg.o)"],
    ["9, 9, 3", "layers.Conv2D(4, 3, use_bias=cfg.o)"],
    ["9, 9, 3", "layers.Conv2D(4, 3, data_format=cfg.o)"],
    ["9, 9, 3", "layers.BatchNormalization(scale=cfg.o), layers.Conv2D(2, 1)"],
    ["9, 9, 3", "layers.MaxPooling2D(2, padding=cfg.o), layers.Conv2D(2, 1)"],
    ["9, 9, 3", "layers.GlobalAveragePooling2D(keepdims=cfg.o), layers.Dense(2)"],
    ["9, 9, 3", "layers.PReLU(shared_axes=cfg.o)"],
    ["9, 8", "layers.Bidirectional(layers.LSTM(4), merge_mode=cfg.o)"],
    ["9, 8", "layers.RNN(layers.LSTMCell(4), return_sequences=cfg.o)"],
  ])("that are unknown make unknown what they decide: (%s) %s", (size, layers) => {
    expectUnknown(keras(layers, size));
  });

  it("that decide nothing may be unknown", () => {
    const report = keras(
      "layers.Dense(4, name=cfg.n, kernel_initializer=cfg.i, kernel_regularizer=cfg.r), layers.Dropout(cfg.rate), " +
        "layers.BatchNormalization(momentum=cfg.m, epsilon=cfg.e), layers.LSTM(3, dropout=cfg.d)",
    );
    expect([report.complete, report.totals.params]).toEqual([true, 36 + 16 + 96]);
  });

  it("count by their truth", () => {
    expect(keras("layers.Dense(4, use_bias=0), layers.Dense(2, use_bias=1)").totals.params).toBe(32 + 10);
  });
});

describe("options of TensorFlow.js layers", () => {
  it.each([
    "tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: cfg.o, inputShape: [9, 9, 3] })",
    "tf.layers.lstm({ units: 4, returnSequences: cfg.o, inputShape: [9, 3] })",
    "tf.layers.dense({ units: 4, useBias: !cfg.o, inputShape: [3] })",
    "tf.layers.dense({ units: 4, useBias: cfg.o === 'none', inputShape: [3] })",
    "tf.layers.batchNormalization({ scale: cfg.o, inputShape: [3] })",
    "tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 4 }), mergeMode: cfg.o, inputShape: [9, 3] })",
    "tf.layers.rnn({ cell: tf.layers.lstmCell({ units: 4 }), returnSequences: cfg.o, inputShape: [9, 3] })",
  ])("that are unknown make unknown what they decide: %s", (layer) => {
    expectUnknown(tfjs(layer));
  });

  it("count by their truth, and undefined or null by their default", () => {
    const report = tfjs(
      "tf.layers.dense({ units: 8, inputShape: [4], useBias: undefined })\n" +
        "tf.layers.dense({ units: 8, useBias: null })\ntf.layers.dense({ units: 8, useBias: 0 })",
    );
    expect([report.complete, report.totals.params]).toEqual([true, 40 + 72 + 64]);
  });
});

it("an operand of unknown shape may widen an axis of size 1", () => {
  const widened = torch("self.l = nn.Linear(1, 4)", "return self.l(self.l(x)[:, :1] * cfg.scale)", "2, 1");
  expectUnknown(widened);
  const kept = torch("self.l = nn.Linear(8, 8)", "return self.l(self.l(x) * cfg.scale)", "1, 8");
  expect([kept.complete, kept.totals.macs]).toEqual([true, 128]);
});

describe("arguments of TensorFlow.js' ops", () => {
  const ops = (body: string): Report =>
    profile(
      [
        "import * as tf from '@tensorflow/tfjs';",
        "import { cfg } from './elsewhere';",
        "const w = tf.variable(tf.zeros([8, 8]));",
        "const v = tf.variable(tf.zeros([3, 3, 1, 2]));",
        `export function net(x: tf.Tensor2D) { const y = tf.matMul(x, w); ${body} }`,
      ].join("\n"),
      { file: "/app/model.ts" },
    );

  it.each([
    "return tf.matMul(y, w, false, cfg.o);",
    "return tf.matMul(tf.sum(y, 1, cfg.o), w);",
    "return tf.matMul(tf.concat([y, y], cfg.o), w);",
    "return tf.matMul(y.concat(y, cfg.o), w);",
    "return tf.conv2d(y.reshape([1, 8, 1, 1]), v, 1, 'same', cfg.o);",
  ])("that are unknown make unknown what they decide: %s", (body) => {
    const report = ops(body);
    expectUnknown(report);
    expect(report.totals.macs).toBeNull();
  });

  it("that decide no shape may be unknown", () => {
    expect(ops("return tf.matMul(tf.cast(tf.softmax(y, cfg.o), cfg.t), w);")).toMatchObject({
      complete: true,
      totals: { macs: 128, params: 64 },
    });
  });
});

describe("arguments of PyTorch's ops", () => {
  it.each([".sum(1, keepdim=cfg.k)", ".flatten(cfg.k)", ".transpose(cfg.a, 1)"])(
    "that are unknown make the network incomplete: %s",
    (op) => {
      expectUnknown(torch("self.l = nn.Linear(8, 8)", `return self.l(x)${op}`, "3, 2, 8"));
    },
  );
});

it("Flax' RNN over an axis that is not known is incomplete", () => {
  expectUnknown(
    profile(
      [
        "import jax, jax.numpy as jnp",
        "import flax.linen as nn",
        "from elsewhere import cfg",
        "class M(nn.Module):",
        "    @nn.compact",
        "    def __call__(self, x):",
        "        return nn.RNN(nn.LSTMCell(4), time_major=cfg.t)(x)",
        "m = M()",
        "v = m.init(jax.random.PRNGKey(0), jnp.ones((3, 4, 8)))",
      ].join("\n"),
    ),
  );
});

it("An order that is not known changes no shape", () => {
  const report = torch(
    "self.l = nn.Linear(8, 8)",
    "return self.l(x).sort(1, descending=cfg.k).values",
    "3, 8",
  );
  expect([report.complete, report.output]).toEqual([true, [[3, 8]]]);
});

describe("objects of TypeScript that take over unknown properties", () => {
  it.each([
    ["a spread", "tf.layers.dense({ units: 8, inputShape: [4], ...cfg })"],
    [
      "a spread of one of two objects",
      "tf.layers.dense({ ...(cfg.x ? { useBias: false } : {}), units: 8, inputShape: [4] })",
    ],
    ["a copy of a spread", "tf.layers.dense({ ...{ ...cfg }, units: 8, inputShape: [4] })"],
    ["Object.assign", "tf.layers.dense(Object.assign({ units: 8, inputShape: [4] }, cfg))"],
  ])("may have any: %s", (_, layer) => {
    const report = tfjs(`tf.layers.dense({ units: 4, inputShape: [4] })\n${layer}`);
    expectUnknown(report);
    expect(report.totals.params).toBeNull();
  });

  it("keep what is written after the spread", () => {
    const report = tfjs(
      "tf.layers.dense({ ...cfg, units: 8, inputShape: [4], useBias: true, trainable: true })",
    );
    expect([report.totals.params, report.totals.macs, report.totals.trainable_params]).toEqual([40, 32, 40]);
  });

  it("say of a declared name that its value comes from elsewhere", () => {
    const report = tfjs(
      "tf.layers.dense({ units: 4, inputShape: [4] })\ntf.layers.dense({ units: 8, ...rest })",
      "declare const rest: any;",
    );
    expect([report.complete, report.totals.params]).toEqual([false, null]);
    expect(reasons(report)).toMatch(/rest is declared here, its value comes from elsewhere/);
    expect(reasons(report)).not.toMatch(/not defined/);
  });

  it("leave a declared name alone that is not used, or is one that every program has", () => {
    const report = tfjs(
      "tf.layers.dense({ units: Math.max(4, 2), inputShape: [4] })",
      "declare function gtag(name: string): void;\ndeclare const Math: any;",
    );
    expect([report.complete, report.totals.params]).toEqual([true, 20]);
  });

  it("are told of where the layers of a model are among them", () => {
    const model = [
      "import * as tf from '@tensorflow/tfjs';",
      "import { extra } from './elsewhere';",
      "const dense = tf.layers.dense({ units: 8, inputShape: [4] });",
      "const model = tf.sequential({ layers: [dense, ...extra, tf.layers.dense({ units: 1 })] });",
    ].join("\n");
    expect(() => profile(model, { file: "/app/model.ts" })).toThrow(/elsewhere/);
  });
});

it("Keyword arguments of Python that took over unknown ones are unknown", () => {
  const report = torch(
    "o = dict(bias=True)\no.update(cfg)\nself.l = nn.Linear(8, 8, **o)",
    "return self.l(x)",
    "2, 8",
  );
  expectUnknown(report);
  expect(reasons(report)).not.toMatch(/object Object/);
});

describe("what is trained", () => {
  const figures = ({ totals, complete }: Report) => [totals.params, totals.trainable_params, complete];

  it("leaves out parameters that are frozen one by one", () => {
    const report = torch(
      [
        "self.l = nn.Linear(8, 4)",
        "self.l.weight.requires_grad_(False)",
        "self.m = nn.Linear(4, 4)",
        "for p in self.m.parameters():",
        "    p.requires_grad_(False)",
        "self.m.bias.requires_grad_()",
      ].join("\n"),
      "return self.m(self.l(x))",
      "2, 8",
    );
    expect(figures(report)).toEqual([56, 8, true]);
  });

  it.each([
    "self.l = nn.Linear(8, 8).requires_grad_(cfg.train)",
    "self.l = nn.Linear(8, 8)\nself.l.weight.requires_grad_(cfg.train)",
    "self.l = nn.Linear(8, 8)\nself.l.weight.requires_grad = cfg.train",
    "self.l = nn.Linear(8, 8)\nself.l.weight = nn.Parameter(torch.zeros(8, 8), requires_grad=cfg.train)",
    "self.l = nn.Linear(8, 8)\nif cfg.frozen:\n    self.l.requires_grad_(False)",
  ])("is unknown where that hangs on an unknown: %s", (init) => {
    const report = torch(init, "return self.l(x)", "2, 8");
    expect(figures(report)).toEqual([72, null, false]);
    expectUnknown(report);
  });

  it.each([
    ["an argument", "layers.Dense(4, trainable=cfg.o)", ""],
    ["an attribute", "layers.Dense(4)", "model.layers[0].trainable = cfg.o"],
    ["a side of a branch", "layers.Dense(4)", "if cfg.o:\n    model.trainable = False"],
  ])("is unknown in Keras by %s that is not known", (_, layers, after) => {
    const report = profile(
      [
        "from tensorflow import keras",
        "from tensorflow.keras import layers",
        "from elsewhere import cfg",
        `model = keras.Sequential([keras.Input((9, 8)), ${layers}])`,
        after,
      ].join("\n"),
    );
    expect(figures(report)).toEqual([36, null, false]);
    expectUnknown(report);
  });

  it("is unknown in TensorFlow.js for a layer that may be frozen", () => {
    const report = tfjs("tf.layers.dense({ units: 4, trainable: cfg.t, inputShape: [3] })");
    expect(figures(report)).toEqual([16, null, false]);
    expectUnknown(report);
  });
});

describe("a packed batch of sequences", () => {
  const packed = (lengths: string): Report =>
    torch(
      "self.rnn = nn.LSTM(4, 5, batch_first=True)",
      `return self.rnn(nn.utils.rnn.pack_padded_sequence(x, ${lengths}, batch_first=True))[0]`,
      "2, 7, 4",
    );

  it("has no total where the program makes a sequence shorter than the batch", () => {
    for (const lengths of ["[7, 3]", "torch.tensor([5, 3])"])
      expect(packed(lengths)).toMatchObject({ complete: false, totals: { macs: null } });
  });

  it("is as long as the batch where the program says so", () => {
    expect(packed("[7, 7]")).toMatchObject({ complete: true, totals: { macs: 1260 } });
  });
});

it("takes the exponent of torch.pow by its name", () => {
  const report = torch("self.fc = nn.Linear(4, 5)", "return self.fc(torch.pow(x, exponent=2))", "1, 4");
  expect(report).toMatchObject({ complete: true, totals: { macs: 20 } });
});

it("refuses a slice of a torch tensor that runs backwards, as torch does", () => {
  const report = torch("self.fc = nn.Linear(4, 5)", "return self.fc(x[:, ::-1])", "1, 4");
  expect(report).toMatchObject({ complete: false, totals: { macs: null } });
  expect(reasons(report)).toMatch(/step must be greater than zero/);
});
