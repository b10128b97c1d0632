/** What an unknown condition may leave out, by leaving a turn, a loop or a function, is never called sure. */
import { describe, expect, it } from "vitest";
import { profile } from "../profile.ts";

const inModel = (statements: string): string => `
import * as tf from "@tensorflow/tfjs";
import { cfg } from "./elsewhere";
const model = tf.sequential();
const add = () => {
  model.add(tf.layers.dense({ units: 8 }));
};
model.add(tf.layers.dense({ units: 8, inputShape: [4] }));
${statements}
`;

const inForward = (statements: string, more = ""): string => `
import torch.nn as nn
from elsewhere import cfg
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
    def forward(self, x):
        ${statements.replaceAll("\n", "\n        ")}
        return x
    ${more.replaceAll("\n", "\n    ")}
`;

describe("layers that an unknown condition may have left out make the total of a TypeScript model open", () => {
  it.each([
    ["continue", "for (const i of [1, 2, 3]) { if (cfg.skip(i)) continue; add(); }", 3],
    ["break", "for (let i = 0; i < 3; i++) { if (cfg.stop(i)) break; add(); }", 3],
    [
      "continue of an outer loop",
      "outer: for (let i = 0; i < 2; i++) { for (;;) { if (cfg.x) continue outer; add(); break; } }",
      2,
    ],
    [
      "break of an outer loop",
      "outer: for (const i of [1, 2]) for (const j of [1, 2]) { if (cfg.x) break outer; add(); }",
      4,
    ],
    ["break of a block", "all: { if (cfg.x) break all; add(); }", 1],
    ["break of a switch", "switch (1) { case 1: if (cfg.x) break; add(); }", 1],
    ["return", "function more() { if (cfg.x) return; add(); } more();", 1],
    [
      "return out of a loop",
      "function more() { for (const i of [1, 2]) { if (cfg.x) return; } add(); } more();",
      1,
    ],
    ["the rest of a search", "[1, 2, 3].some((i) => { add(); return i >= cfg.n; });", 3],
    [
      "a return on one side and a continue on the other",
      "function more() { for (const i of [1, 2]) { if (cfg.a) return; else continue; } add(); } more();",
      1,
    ],
  ])("%s", (_, statements, added) => {
    const report = profile(inModel(statements), { file: "/app/net.js", model: "model" });
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: null } });
    expect(report.layers.length).toBeGreaterThan(1);
    expect(report.layers.length).toBeLessThanOrEqual(1 + added);
  });
});

describe("ops that an unknown condition may have left out make the total of a Python network incomplete, at its place", () => {
  it.each([
    [
      "break",
      "for i, layer in enumerate(self.layers):\n    if i >= cfg.n:\n        break\n    x = layer(x)",
      "",
      10,
    ],
    [
      "continue",
      "for layer in self.layers:\n    if cfg.skip(layer):\n        continue\n    x = layer(x)",
      "",
      10,
    ],
    [
      "return of a helper",
      "x = self.aux(x)",
      "def aux(self, x):\n    if cfg.none:\n        return x\n    return self.layers[0](x)",
      12,
    ],
    [
      "return inside of another unknown condition",
      "if cfg.a:\n    if cfg.b:\n        return x\nx = self.layers[0](x)",
      "",
      10,
    ],
  ])("%s", (_, statements, more, line) => {
    const report = profile(inForward(statements, more));
    expect(report.complete).toBe(false);
    expect(report.diagnostics.map(({ at }) => at.line)).toContain(line);
  });
});

it("layers of a list that an unknown condition skips are not called all there are", () => {
  const report = profile(`
import torch.nn as nn
from elsewhere import cfg
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for i in range(3):
            if cfg.skip(i):
                continue
            layers.append(nn.Linear(8, 8))
        self.all = nn.Sequential(*layers)
    def forward(self, x):
        return self.all(x)
`);
  expect(report.complete).toBe(false);
});

it("what may be left out and costs nothing keeps the figures whole, and a list made there keeps its items", () => {
  const report = profile(
    inForward(
      "self.log(x)\nfor name in ['a']:\n    if cfg.skip:\n        continue\n    sizes = []\n    sizes.append(8)\nx = self.layers[0](x.reshape(-1, sizes[0]))",
      "def log(self, x):\n    if cfg.quiet:\n        return\n    print(x.shape)",
    ),
  );
  expect(report).toMatchObject({ complete: true, totals: { macs: 64, params: 216 } });
});
