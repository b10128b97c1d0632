/**
 * The width multiplier against programs that have one: α over the trace gives what the program itself gives when it is
 * made half as wide.
 */
import { describe, expect, it } from "vitest";
import type { Simulation } from "../../../src/engine/contract/separable.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function engineOf(source: string, file = "/app/net.py") {
  return { engine: createEngine({ parsers, host: memoryHost({ [file]: source }) }), file };
}

function simulated(source: string, alpha: number, round = 1): Simulation {
  const { engine, file } = engineOf(source);
  const result = engine.simulate(file, { swap: "none", alpha, round, model: "Net" });
  if (!result.ok) throw new Error(result.reason);
  return result.simulation;
}

/** Totals at α = 0.5, and of `Net(8)` beside `Net(16)`. */
function both(source: string) {
  const { engine, file } = engineOf(source);
  const half = engine.profile(file, { model: "Net", args: "8" });
  if (!half.ok) throw new Error(half.reason);
  const { after, kept } = simulated(source, 0.5);
  const { macs, params, elementwise, peak_activation_bytes } = half.report.totals;
  return {
    simulated: {
      macs: after.totals.macs,
      params: after.totals.params,
      elementwise: after.totals.elementwise,
      peak: after.totals.peak_activation_bytes,
      kept: kept.length,
    },
    made: { macs, params, elementwise, peak: peak_activation_bytes, kept: 0 },
  };
}

const net = (init: string, forward: string): string => `
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, w=16):
        super().__init__()
${indent(init)}

    def forward(self, x):
${indent(forward)}
`;

const indent = (text: string): string =>
  text
    .trim()
    .split("\n")
    .map((line) => `        ${line.replace(/^ {4}/, "")}`)
    .join("\n");

const NETWORKS: Readonly<Record<string, string>> = {
  "residual adds": net(
    `
    self.stem = nn.Conv2d(3, w, 3, 2, 1)
    self.a = nn.Conv2d(w, w, 3, 1, 1)
    self.norm = nn.BatchNorm2d(w)
    self.head = nn.Linear(w, 10)
    `,
    `
    x = self.stem(x)
    x = x + F.relu(self.norm(self.a(x)))
    return self.head(x.mean([2, 3]))
    `,
  ),
  "a concatenation and a residual add onto it": net(
    `
    self.a = nn.Conv2d(3, w, 3)
    self.b = nn.Conv2d(3, 2 * w, 3)
    self.c = nn.Conv2d(3 * w, 3 * w, 1)
    self.head = nn.Conv2d(3 * w, 5, 1)
    `,
    `
    x = torch.cat([self.a(x), self.b(x)], 1)
    return self.head(x + self.c(x))
    `,
  ),
  "depthwise and grouped convolutions": net(
    `
    self.stem = nn.Conv2d(3, w, 3)
    self.depth = nn.Conv2d(w, w, 3, groups=w)
    self.group = nn.Conv2d(w, 2 * w, 3, groups=4)
    self.head = nn.Conv2d(2 * w, 5, 1)
    `,
    "return self.head(self.group(self.depth(self.stem(x))))",
  ),
  "weights with norms of their own": net(
    `
    self.stem = torch.nn.utils.weight_norm(nn.Conv2d(3, w, 3))
    self.a = torch.nn.utils.weight_norm(nn.Conv2d(w, 2 * w, 3))
    self.b = torch.nn.utils.spectral_norm(nn.Conv2d(2 * w, w, 3))
    self.c = torch.nn.utils.weight_norm(nn.ConvTranspose2d(w, 2 * w, 3), dim=1)
    self.head = torch.nn.utils.weight_norm(nn.Linear(2 * w, 5))
    `,
    "return self.head(self.c(self.b(self.a(self.stem(x)))).mean([2, 3]))",
  ),
  "recurrent layers": net(
    `
    self.stem = nn.Conv2d(3, w, 3)
    self.lstm = nn.LSTM(w, 2 * w, num_layers=2, bidirectional=True, batch_first=True)
    self.gru = nn.GRU(4 * w, w, batch_first=True)
    self.head = nn.Linear(w, 10)
    `,
    `
    x = self.stem(x).flatten(2).transpose(1, 2)
    x, _ = self.lstm(x)
    x, _ = self.gru(x)
    return self.head(x[:, -1])
    `,
  ),
  "squeeze and excitation": net(
    `
    self.stem = nn.Conv2d(3, 4 * w, 3)
    self.down = nn.Conv2d(4 * w, w, 1)
    self.up = nn.Conv2d(w, 4 * w, 1)
    self.head = nn.Linear(4 * w, 10)
    `,
    `
    x = self.stem(x)
    s = F.adaptive_avg_pool2d(x, 1)
    x = x * torch.sigmoid(self.up(F.relu(self.down(s))))
    return self.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))
    `,
  ),
  "features that are flattened with their positions": net(
    `
    self.stem = nn.Conv2d(3, w, 3, 2, 1)
    self.pool = nn.AdaptiveAvgPool2d(7)
    self.fc = nn.Linear(w * 49, 4 * w)
    self.head = nn.Linear(4 * w, 10)
    `,
    "return self.head(F.relu(self.fc(self.pool(self.stem(x)).view(x.size(0), -1))))",
  ),
  "a channel shuffle and split branches": net(
    `
    self.stem = nn.Conv2d(3, 2 * w, 3, 2, 1)
    self.a = nn.Conv2d(w, w, 1)
    self.head = nn.Linear(2 * w, 10)
    `,
    `
    x = self.stem(x)
    left, right = x.chunk(2, dim=1)
    x = torch.cat((left, self.a(right)), dim=1)
    b, c, h, wide = x.size()
    x = x.view(b, 2, c // 2, h, wide).transpose(1, 2).contiguous().view(b, c, h, wide)
    left, right = x.chunk(2, dim=1)
    x = torch.cat((left, self.a(right)), dim=1)
    return self.head(x.mean([2, 3]))
    `,
  ),
  "attention with heads over tokens": net(
    `
    self.w = w
    self.patch = nn.Conv2d(3, 4 * w, 16, 16)
    self.token = nn.Parameter(torch.zeros(1, 1, 4 * w))
    self.place = nn.Parameter(torch.zeros(1, 197, 4 * w))
    self.norm = nn.LayerNorm(4 * w)
    self.qkv = nn.Linear(4 * w, 12 * w)
    self.proj = nn.Linear(4 * w, 4 * w)
    self.head = nn.Linear(4 * w, 10)
    `,
    `
    x = self.patch(x).flatten(2).transpose(1, 2)
    x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.place
    b, n, c = x.shape
    qkv = self.qkv(self.norm(x)).reshape(b, n, 3, 4, c // 4).permute(2, 0, 3, 1, 4)
    q, k, v = qkv[0], qkv[1], qkv[2]
    a = (q @ k.transpose(-2, -1)).softmax(dim=-1)
    x = x + self.proj((a @ v).transpose(1, 2).reshape(b, n, c))
    return self.head(x[:, 0])
    `,
  ),
  "torch's own attention": net(
    `
    self.patch = nn.Conv2d(3, 4 * w, 16, 16)
    self.attention = nn.MultiheadAttention(4 * w, 4, batch_first=True)
    self.head = nn.Linear(4 * w, 10)
    `,
    `
    x = self.patch(x).flatten(2).transpose(1, 2)
    x = x + self.attention(x, x, x, need_weights=False)[0]
    return self.head(x.mean(1))
    `,
  ),
  "transposed convolutions that meet what they came from": net(
    `
    self.a = nn.Conv2d(3, w, 3, 1, 1)
    self.b = nn.Conv2d(w, 2 * w, 3, 2, 1)
    self.up = nn.ConvTranspose2d(2 * w, w, 2, 2)
    self.head = nn.Conv2d(2 * w, 5, 1)
    `,
    `
    a = self.a(x)
    return self.head(torch.cat([self.up(self.b(a)), a], 1))
    `,
  ),
  "a layer that runs twice": net(
    `
    self.stem = nn.Conv2d(3, w, 3, 1, 1)
    self.same = nn.Conv2d(w, w, 3, 1, 1)
    self.head = nn.Conv2d(w, 5, 1)
    `,
    "return self.head(self.same(self.same(self.stem(x))))",
  ),
  "a square map whose sides equal its channels": net(
    `
    self.stem = nn.Conv2d(3, w, 14, 14)
    self.norm = nn.LayerNorm(w)
    self.head = nn.Linear(w, 10)
    `,
    `
    x = self.stem(x).permute(0, 2, 3, 1)
    return self.head(self.norm(x).permute(0, 3, 1, 2).mean([-2, -1]))
    `,
  ),
};

describe("half the width", () => {
  for (const [what, source] of Object.entries(NETWORKS)) {
    it(`is that of the program made so, through ${what}`, () => {
      const { simulated: found, made } = both(source);
      expect(found).toEqual(made);
    });
  }

  it("leaves the image and the classes", () => {
    const { after } = simulated(NETWORKS["residual adds"]!, 0.5);
    expect(after.layers[0]).toMatchObject({ name: "stem", in_channels: 3, out_channels: 8 });
    expect(after.output).toEqual([[1, 10]]);
  });

  it("rounds channels once for all that must agree", () => {
    const { after } = simulated(NETWORKS["residual adds"]!, 1.4, 8);
    expect(after.layers.find(({ name }) => name === "a")).toMatchObject({
      in_channels: 24,
      out_channels: 24,
    });
  });

  it("keeps groups dividing their channels", () => {
    const { after } = simulated(NETWORKS["depthwise and grouped convolutions"]!, 0.3);
    const group = after.layers.find(({ name }) => name === "group");
    expect([(group?.in_channels ?? 1) % 4, (group?.out_channels ?? 1) % 4]).toEqual([0, 0]);
  });

  it("keeps what it cannot follow, and says so", () => {
    const source = net(
      `
      self.stem = nn.Conv2d(3, w, 3)
      self.lstm = nn.LSTM(w, 12, proj_size=6)
      self.head = nn.Linear(6, 10)
      `,
      `
      x = self.stem(x).mean(3).permute(2, 0, 1)
      return self.head(self.lstm(x)[0])
      `,
    );
    const { after, before, kept } = simulated(source, 0.5);
    expect(after.totals.params).toBe(before.totals.params);
    expect(kept).toEqual([
      { channels: 16, reason: "an operation on it cannot be followed", layers: ["stem"] },
    ]);
  });

  it("names the argument by which a network sets its own width", () => {
    const source = `
from torch import nn
class Net(nn.Module):
    def __init__(self, classes=10, width_mult=1.0):
        super().__init__()
        self.conv = nn.Conv2d(3, int(16 * width_mult), 3)
    def forward(self, x):
        return self.conv(x)
`;
    const { width_arguments: found, before } = simulated(source, 1);
    expect(found).toMatchObject([{ name: "width_mult", default: 1, at: { line: 4, column: 36 } }]);
    expect(before.width_arguments).toEqual(found);
    const deeper = simulated(source.replaceAll("width_mult", "depth_coefficient"), 1);
    expect([deeper.width_arguments, deeper.before.width_arguments]).toEqual([[], undefined]);
  });
});

describe("resolution", () => {
  const source = NETWORKS["residual adds"]!;
  const resized = (options: { rho?: number; resized?: readonly string[] }) => {
    const { engine, file } = engineOf(source);
    const result = engine.simulate(file, { swap: "none", ...options });
    return result.ok ? result.simulation.after.input.shapes : result.reason;
  };

  it("rounds the paper's multipliers to its sizes", () => {
    expect([6 / 7, 5 / 7, 4 / 7, 0.714].map((rho) => resized({ rho }))).toEqual(
      [192, 160, 128, 160].map((size) => [[1, 3, size, size]]),
    );
  });

  it("takes an exact input instead", () => {
    expect(resized({ resized: ["1x3x100x60"] })).toEqual([[1, 3, 100, 60]]);
  });
});
