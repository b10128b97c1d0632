/**
 * What does not fit: each fixture fails in real torch, and is told with both sizes; the trace goes on after it with
 * the layer's own declaration.
 */
import { describe, expect, it } from "vitest";
import { isUnknown, Tensor } from "../../../../src/engine/interpret/values.ts";
import { run } from "../../interpret/run.ts";

function trace(code: string) {
  const { machine, value } = run(
    `import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n${code}`,
  );
  const { diagnostics, gaps, ops } = machine.endTrace();
  const shape = value instanceof Tensor && !isUnknown(value.shape) ? value.shape : undefined;
  return {
    problems: diagnostics.map(({ message }) => message),
    diagnostics,
    gaps: gaps.map(({ reason }) => reason),
    ops,
    shape,
  };
}

const NET = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(64, 16, 3)
    def forward(self, x):
        return self.conv2(self.pool1(self.conv1(x)))
Net()(torch.zeros(1, 3, 32, 32))`;

describe("shape errors", () => {
  it("names the layer, both channel counts and where the input comes from", () => {
    const { problems, diagnostics, shape } = trace(NET);
    expect(problems).toEqual(["conv2 expects 64 channels, gets 32 from pool1 (line 9)"]);
    expect(diagnostics[0]?.at.line).toBe(10);
    expect(diagnostics[0]?.related?.map(({ at }) => at.line)).toEqual([12, 9]);
    expect(shape).toEqual([1, 16, 13, 13]);
  });

  it.each([
    ["nn.Linear(10, 5)(torch.zeros(2, 12))", "Linear expects 10 features, gets 12 (2×12)", [2, 5]],
    ["nn.BatchNorm2d(8)(torch.zeros(1, 4, 5, 5))", "BatchNorm2d expects 8 channels, gets 4", [1, 4, 5, 5]],
    [
      "nn.BatchNorm2d(8)(torch.zeros(1, 8))",
      "BatchNorm2d expects an input with 4 axes, gets 2 (1×8)",
      [1, 8],
    ],
    [
      "nn.Conv2d(3, 8, 7)(torch.zeros(1, 3, 5, 5))",
      "Conv2d has a 7×7 kernel that does not fit into its 5×5 input",
      undefined,
    ],
    [
      "nn.Conv2d(3, 8, 3)(torch.zeros(2, 3))",
      "Conv2d expects an input with 3 or 4 axes, gets 2 (2×3)",
      undefined,
    ],
    [
      "nn.MaxPool2d(8)(torch.zeros(1, 3, 5, 5))",
      "MaxPool2d has a 8×8 window that does not fit into its 5×5 input",
      undefined,
    ],
    [
      "nn.MaxPool2d(2, padding=2)(torch.zeros(1, 3, 5, 5))",
      "MaxPool2d pads by 2×2, more than half its 2×2 window",
      undefined,
    ],
    [
      "nn.AvgPool2d(2, divisor_override=0)(torch.zeros(1, 3, 5, 5))",
      "AvgPool2d has divisor_override 0: divisor must be not zero",
      [1, 3, 2, 2],
    ],
    [
      "F.lp_pool2d(torch.zeros(1, 3, 5, 5), 0, 2)",
      "lp_pool2d() has norm_type 0: float division by zero",
      [1, 3, 2, 2],
    ],
    [
      "nn.MaxPool2d(3, stride=10**15)(torch.zeros(1, 3, 5, 5))",
      "MaxPool2d has stride 1000000000000000: integer out of range",
      [1, 3, 1, 1],
    ],
    ["nn.LayerNorm(7)(torch.zeros(1, 8))", "LayerNorm normalises over 7, gets 1×8", [1, 8]],
    ["nn.GroupNorm(2, 6)(torch.zeros(1, 8, 4))", "GroupNorm expects 6 channels, gets 8", [1, 8, 4]],
    ["nn.GLU(1)(torch.zeros(1, 7))", "GLU needs an even size to halve, gets 7", [1, 3]],
    ["nn.PReLU(3)(torch.zeros(1, 7))", "PReLU has 3 slopes, gets 7 channels", [1, 7]],
    [
      "nn.PixelShuffle(2)(torch.zeros(1, 6, 4, 4))",
      "PixelShuffle needs channels that 4 divides, gets 6",
      [1, 1, 8, 8],
    ],
    [
      "nn.ReflectionPad2d(4)(torch.zeros(1, 1, 4, 8))",
      "ReflectionPad2d reflects 4 elements, which needs a size above 4, gets 4",
      [1, 1, 12, 16],
    ],
    ["nn.LSTM(5, 6)(torch.zeros(2, 3, 4))[0]", "LSTM expects 5 features, gets 4", [2, 3, 6]],
    [
      "nn.MultiheadAttention(8, 2)(torch.zeros(2, 3, 4), torch.zeros(2, 3, 4), torch.zeros(2, 3, 4))[0]",
      "MultiheadAttention expects queries of 8 features, gets 4",
      [2, 3, 8],
    ],
    [
      "nn.Conv2d(4, 8, 3, stride=2, padding='same')(torch.zeros(1, 4, 5, 5))",
      "Conv2d has padding='same', which needs stride 1",
      undefined,
    ],
    [
      "F.conv2d(torch.zeros(1, 3, 5, 5), torch.zeros(4, 2, 3, 3))",
      "conv2d() expects 2 channels, gets 3",
      [1, 4, 3, 3],
    ],
    [
      "F.scaled_dot_product_attention(torch.zeros(1, 4, 8), torch.zeros(1, 4, 6), torch.zeros(1, 4, 6))",
      "scaled_dot_product_attention() has queries of 8 features and keys of 6",
      [1, 4, 6],
    ],
  ])("%s", (code, message, shape) => {
    const found = trace(code);
    expect(found.problems.map((problem) => problem.replace(/ from zeros \(line \d+\)$/, ""))).toEqual([
      message,
    ]);
    if (shape) expect(found.shape).toEqual(shape);
  });

  // Each raises in torch 1.13 and 2.
  it.each([
    "nn.Conv2d(3, 8, 3, padding_mode='foo')",
    "nn.Conv2d(3, 8, 3, padding_mode='Zeros')",
    "nn.ConvTranspose2d(3, 8, 3, padding_mode='reflect')",
    "nn.RNN(3, 4, nonlinearity='foo')",
    "nn.EmbeddingBag(10, 8, mode='foo')",
    "nn.GELU('foo')(x)",
    "nn.Upsample(scale_factor=2, mode='foo')(x)",
    "nn.Upsample(scale_factor=2, mode='linear')(x)",
    "F.interpolate(x, scale_factor=2, mode='trilinear')",
    "F.pad(x, (1, 1), mode='foo')",
    "x.softmax(9)",
    "x.roll(1, 9)",
    "x.flip(1, 1)",
    "x.sum((1, 1))",
    "x.gather(1, torch.zeros(1, 1, dtype=torch.long))",
    "x.gather(4, x.long())",
    "x.scatter(9, x.long(), x)",
    "x.as_strided((2, 2), (1,))",
    "torch.diag(x)",
    "torch.outer(x, x)",
    "torch.addmm(x, x, x)",
    "torch.baddbmm(x, x, x)",
    "F.grid_sample(x, torch.ones(2, 4, 4, 2))",
  ])("%s is refused", (code) => {
    expect(trace(`x = torch.zeros(1, 3, 8, 8)\n${code}`).problems).toHaveLength(1);
  });

  it.each([
    "nn.Conv2d(3, 8, 3, padding_mode='reflect')(x)",
    "nn.Upsample(scale_factor=2, mode='bicubic')(x)",
    "F.interpolate(x, scale_factor=2, mode='nearest-exact')",
    "F.interpolate(x[0], scale_factor=2, mode='linear')",
    "F.pad(x, (1, 1), mode='replicate')",
    "x.softmax(-4)",
    "torch.tensor(1.0).softmax(0)",
    "x.roll((1, 2), (-1, 1))",
    "x.flip(1, 2)",
    "x.sum((1, -1))",
    "torch.tensor(1.0).sum(0)",
    "x.gather(-1, x.long())",
    "x.scatter(-4, x.long(), x)",
    "torch.addmm(x[0, 0], x[0, 0], x[0, 0])",
    "F.grid_sample(x, torch.ones(1, 4, 4, 2))",
  ])("%s is no error", (code) => {
    expect(trace(`x = torch.zeros(1, 3, 8, 8)\n${code}`).problems).toEqual([]);
  });

  it("names copies of a layer by where they are", () => {
    const { problems } = trace(`
layer = nn.TransformerEncoderLayer(8, 2, 16)
net = nn.TransformerEncoder(layer, 2)
net.layers[1].linear1 = nn.Linear(9, 16)
net(torch.zeros(3, 1, 8))`);
    expect(problems).toEqual([
      "layers.1.linear1 expects 9 features, gets 8 (3×1×8) from layers.1.norm1 (line 5)",
    ]);
  });

  it("tells of groups that do not divide the channels when the layer is made", () => {
    expect(trace("nn.Conv2d(6, 8, 3, groups=4)").problems).toEqual([
      "ValueError: in_channels must be divisible by groups: 6 by 4",
    ]);
  });

  it("tells of modules assigned before the module is initialised, and traces on", () => {
    const { problems, shape } = trace(`
class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 3)
    def forward(self, x):
        return self.fc(x)
Net()(torch.zeros(1, 2))`);
    expect(problems).toEqual(["Net assigns fc before super().__init__()"]);
    expect(shape).toEqual([1, 3]);
  });
});

describe("what is not known", () => {
  it("keeps the reason in the output's size, the MACs and the parameters", () => {
    const { ops, shape, problems } = trace(`
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--classes", type=int, required=True)
n = parser.parse_args().classes
nn.Linear(8, n)(torch.zeros(2, 8))`);
    expect(problems).toEqual([]);
    expect(shape?.[0]).toBe(2);
    const width = shape?.[1];
    expect(isUnknown(width)).toBe(true);
    const linear = ops.find(({ op }) => op === "linear");
    expect(linear?.macs).toBe(width);
    expect(linear?.weights[0]?.shape).toEqual([width, 8]);
  });

  it("knows a convolution's channels whatever its input", () => {
    const { shape } = trace("nn.Conv2d(3, 8, 3, padding=1)(missing)");
    expect(shape?.[1]).toBe(8);
  });
});

describe("costs", () => {
  it.each([
    ["nn.Conv2d(8, 16, 3, padding=1)(torch.zeros(2, 8, 14, 14))", "conv2d", 2 * 16 * 14 * 14 * 8 * 9],
    ["nn.Conv2d(8, 8, 3, groups=8)(torch.zeros(1, 8, 14, 14))", "conv2d", 8 * 12 * 12 * 9],
    ["nn.ConvTranspose2d(8, 4, 2, 2)(torch.zeros(1, 8, 7, 7))", "conv_transpose2d", 8 * 7 * 7 * 4 * 4],
    ["nn.Linear(10, 20)(torch.zeros(3, 5, 10))", "linear", 15 * 10 * 20],
    [
      "nn.MultiheadAttention(16, 4)(*[torch.zeros(7, 2, 16)] * 3)[0]",
      "multi_head_attention",
      4 * 14 * 16 * 16 + 2 * 7 * 7 * 16 * 2,
    ],
    ["nn.GRU(10, 20)(torch.zeros(5, 3, 10))[0]", "gru", 15 * 3 * 20 * 30],
  ])("%s records %s once", (code, name, macs) => {
    const ops = trace(code).ops.filter((op) => op.macs !== 0);
    expect(ops.map((op) => [op.name, op.macs])).toEqual([[name, macs]]);
  });

  it("counts elements of what costs no MACs, and nothing for dropout", () => {
    const { ops } = trace(
      "nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout(), nn.MaxPool2d(2))(torch.zeros(1, 4, 6, 6))",
    );
    expect(
      ops.slice(1).map(({ name, macs, elementwise, view }) => [name, macs, elementwise, view ?? false]),
    ).toEqual([
      ["batch_norm", 0, 144, false],
      ["relu", 0, 144, true],
      ["max_pool2d", 0, 36, false],
    ]);
  });
});

describe("decompositions", () => {
  const SQUARE = [
    "torch.linalg.inv(x)",
    "torch.linalg.cholesky(x)",
    "torch.linalg.solve(x, b)",
    "torch.linalg.solve_triangular(x, b, upper=True)",
    "torch.linalg.eigh(x)",
    "torch.linalg.eigvals(x)",
    "torch.linalg.matrix_power(x, 2)",
    "torch.det(x)",
    "torch.slogdet(x)",
  ];
  it.each(SQUARE)("%s takes square matrices alone", (call) => {
    const { diagnostics } = trace(`x = torch.zeros(2, 3, 4)\nb = torch.zeros(2, 3, 2)\n${call}`);
    expect(diagnostics.map(({ code }) => code)).toEqual(["shape-mismatch"]);
    expect(diagnostics[0]?.message).toContain("needs square matrices, gets 2×3×4");
  });

  it.each(["torch.linalg.pinv(x)", "torch.linalg.svd(x)", "torch.linalg.qr(x)", "torch.linalg.cond(x)"])(
    "%s takes any matrix",
    (call) => expect(trace(`x = torch.zeros(2, 3, 4)\n${call}`).problems).toEqual([]),
  );
});
