/** Options whose value is not known are not taken for their defaults: what they decide is unknown, with the reason. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/report/contract.ts";
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
