/** Layers may hide in an attribute that was not read: a network that has one tells no parameters, called or not. */
import { expect, test } from "vitest";
import { profile } from "../profile.ts";

const torch = (init: string, head = "") => `
import torch
import torch.nn as nn
import company
${head}
class Net(nn.Module):
    def __init__(self, flag=company.flag):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        ${init}
    def forward(self, x):
        return self.conv(x)
`;
const CLASS = `class Head(company.Base):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)`;

test.each([
  ["an object of a class that was not read", "self.head = company.Head(4)", ""],
  ["an object whose class has a base that was not read", "self.head = Head()", CLASS],
  ["what a function that was not read answers", "self.head = company.make('head')", ""],
  ["one that only one side of a branch makes", "self.head = company.Head(4) if flag else None", ""],
  ["an item of what was made", "self.head = company.parts()[0]", ""],
  ["a class of torch that is not modelled", "self.head = torch.ao.nn.Whatever(4)", ""],
])("%s leaves the parameters open", (_, init, head) => {
  const report = profile(torch(init, head), { model: "Net", input: ["1x3x8x8"] });
  expect(report).toMatchObject({ complete: false, totals: { macs: 3888, params: null } });
});

test.each([
  ["what a library of logs answers", "self.run = wandb.init()", "import wandb"],
  ["what a library of data answers", "self.tokens = tiktoken.get_encoding('gpt2')", "import tiktoken"],
  [
    "an object of a class that derives from one of data",
    "self.head = Head()",
    "import pandas\nclass Head(pandas.DataFrame):\n    pass",
  ],
  ["a name of a module that was not read", "self.limit = company.LIMIT", ""],
  ["an optimizer that is not modelled", "self.optimizer = torch.optim.Whatever([])", ""],
])("%s hides no layers", (_, init, head) => {
  const report = profile(torch(init, head), { model: "Net", input: ["1x3x8x8"] });
  expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
});

test("an nnx network with an object of a class that was not read tells no parameters", () => {
  const report = profile(
    `
from flax import nnx
import company
class Net(nnx.Module):
    def __init__(self, rngs):
        self.linear = nnx.Linear(4, 8, rngs=rngs)
        self.head = company.Head(4)
    def __call__(self, x):
        return self.linear(x)
`,
    { input: ["1x4"] },
  );
  expect(report).toMatchObject({ complete: false, totals: { macs: 32, params: null } });
});
