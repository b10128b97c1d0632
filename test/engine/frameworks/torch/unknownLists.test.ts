/** Lists that a program fills from what is not known: their length is not known, which is no error of the program. */
import { describe, expect, test } from "vitest";
import { profile } from "../../profile.ts";

const HEAD = `
import os
import random
import torch
import torch.nn as nn
many = int(os.environ["MANY"])
`;

describe("what a list of unknown length makes", () => {
  test.each([
    ["a list of layers in a comprehension", "torch.stack([layer(x) for layer in self.layers], dim=1)"],
    ["the length of a list of layers", "x.new_zeros(len(self.layers) + 1).unsqueeze(0)"],
    ["an item of a list of layers", "self.layers[3](x)"],
    ["a part of a list of layers", "torch.stack([layer(x) for layer in self.layers[1:]], dim=1)"],
  ])("%s is not known, and no error", (_, made) => {
    const report = profile(
      `${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(many)])
    def forward(self, x):
        return ${made}
`,
      { model: "Net", input: ["2x4"] },
    );
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: null } });
    expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test.each([
    ["rows that are not known", "[row(8) for _ in range(2)]"],
    ["any number of rows", "[[1, 2, 3] for _ in range(many)]"],
  ])("a tensor of %s has no shape that is known", (_, data) => {
    const report = profile(
      `${HEAD}
def row(length):
    items = []
    while len(items) < length:
        items += [1] * random.randint(1, 3)
    return items[:length]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(10, 4)
    def forward(self, x):
        return self.table(torch.tensor(${data})[:, :-1]) + x
`,
      { model: "Net", input: ["1"] },
    );
    expect(report.totals.elementwise).toBeNull();
    expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("a row tells the shape of those beside it", () => {
    const report = profile(
      `${HEAD}
class Net(nn.Module):
    def forward(self, x):
        return x @ torch.tensor([[many, many, 1.0], [0.0, 1.0, many]])
`,
      { model: "Net", input: ["1x2"] },
    );
    expect(report).toMatchObject({ complete: true, totals: { macs: 6 } });
  });
});

test("gradients are not known to be there, nor to be none", () => {
  const report = profile(
    `
import torch
import torch.nn as nn
net = nn.Linear(3, 4)
net(torch.rand(2, 3)).sum().backward()
flat = []
for weight in net.parameters():
    if weight.grad is not None:
        flat.append(weight.grad.view(-1))
norm = torch.cat(flat).norm()
`,
    { model: "net" },
  );
  expect(report.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});
