/** What data decides, the code bounds: rows and totals tell the most that it can be. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { formatText } from "../../src/engine/formats/text.ts";
import { networkTitle } from "../../src/present/cost.ts";
import { createTranslate } from "../../src/present/l10n.ts";
import { profile } from "./profile.ts";

/** Two linear layers of 4 × 4 weights, of which the second hangs on data; 20 rows go in. */
function network(run: string, shape = "1, 20, 4"): Report {
  return profile(
    `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x):
        x = self.first(x).flatten(0, -2)
${run
  .split("\n")
  .map((line) => `        ${line}`)
  .join("\n")}


Net()(torch.rand(${shape}))
`,
    { input: [shape.replaceAll(", ", "x")] },
  );
}

const ROW = 4 * 4;

describe("the most that a network costs", () => {
  it.each<[string, string, number]>([
    ["a mask picks no more rows than it has", "return self.second(x[x[:, 0] > 0])", 20],
    ["so do the places where it is true", "return self.second(x[torch.where(x[:, 0] > 0)[0]])", 20],
    ["and those of nonzero", "return self.second(x[(x[:, 0] > 0).nonzero().squeeze(1)])", 20],
    [
      "masked_select picks no more elements than there are",
      "return self.second(torch.masked_select(x, x > 0).unsqueeze(1).expand(-1, 4))",
      80,
    ],
    [
      "nms keeps no more boxes than it is given",
      "return self.second(x[torch.ops.torchvision.nms(x, x[:, 0], 0.5)])",
      20,
    ],
    [
      "a slice lets no more through",
      "keep = torch.where(x[:, 0] > 0)[0][:7]\nreturn self.second(x[keep])",
      7,
    ],
    [
      "nor does the smaller of two numbers",
      "kept = x[x[:, 0] > 0]\nreturn self.second(kept[: min(5, kept.shape[0])])",
      5,
    ],
    [
      "both sides of a condition may not run, but no more",
      "if x.sum() > 0:\n    x = self.second(x)\nreturn x",
      20,
    ],
  ])("is known where %s", (_, run, rows) => {
    const report = network(run);
    expect([report.totals.macs, report.complete]).toEqual([null, false]);
    expect(report.totals.macs_at_most).toBe(20 * ROW + rows * ROW);
  });

  it("is told of the row that hangs on data, and of no other", () => {
    const { layers } = network("return self.second(x[x[:, 0] > 0])");
    expect(layers.map(({ name, macs, macs_at_most: most }) => [name, macs, most])).toEqual([
      ["first", 20 * ROW, undefined],
      ["second", null, 20 * ROW],
    ]);
  });

  it("is that of one sample", () => {
    expect(network("return self.second(x[x[:, 0] > 0])", "20, 4").totals.macs_at_most).toBe(2 * ROW);
  });

  it.each([
    ["a loop goes on for as long as data wants", "while x.sum() > 0:\n    x = self.second(x)\nreturn x"],
    ["fewer cost more", "return self.second(x.new_zeros(20 - x[x[:, 0] > 0].shape[0], 4))"],
    ["something else is not known", "import nowhere\nreturn self.second(nowhere.pick(x[x[:, 0] > 0]))"],
  ])("is not known where %s", (_, run) => {
    const report = network(run);
    expect([report.totals.macs, report.totals.macs_at_most]).toEqual([null, undefined]);
  });

  it("is not told where the cost is known", () => {
    expect(network("return self.second(x)").totals).not.toHaveProperty("macs_at_most");
  });
});

describe("it is shown beside the least", () => {
  const report = network("return self.second(x[x[:, 0] > 0])");

  it("in a lens", () => {
    const title = networkTitle(report, { unit: "MACs", t: createTranslate("en") });
    expect(title).toMatch(/^at least \d+ MACs, at most \d+ MACs · 40 params/);
  });

  it("in the command's table", () => {
    const text = formatText(report, { unit: "macs", width: 120, color: false });
    expect(text).toMatch(/^second .* ≤ \d+/m);
    expect(text).toMatch(/^MACs at most \d+, parameters 40/m);
  });
});
