/** Parameters that a program picks from before it computes with them: an index is no layer. Sizes by hand. */
import { expect, it } from "vitest";
import { profile } from "../profile.ts";

const rows = (source: string): (readonly [string, string, number | null])[] =>
  profile(source, { input: ["1x3x8x8"] }).layers.map(({ name, type, params }) => [name, type, params]);

it("are told at the function that computes with them, once", () => {
  const source = `
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3))
        self.table = nn.Parameter(torch.zeros(5, 8))
        self.register_buffer("index", torch.arange(8) % 5)

    def forward(self, x):
        x = self.scale[:, None, None] * x
        x = x + self.scale.view(3, 1, 1)
        return x + self.table[self.index].view(8, 8)
`;
  expect(rows(source)).toEqual([
    ["mul", "mul", 3],
    ["add_1", "add", 40],
  ]);
});

it("stay where they were picked when a layer takes them, whose parameters they are not", () => {
  const source = `
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 8))
        self.proj = nn.Linear(8, 4)

    def forward(self, x):
        return self.proj(x), self.proj(self.token[0])
`;
  expect(rows(source).map(([, type, params]) => [type, params])).toEqual([
    ["Linear", 36],
    ["getitem", 8],
  ]);
});

it("are a concatenation's when that takes them beside other values", () => {
  const source = `
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 8, 8))

    def forward(self, x):
        return torch.cat([self.token.expand(x.shape[0], -1, -1, -1), x], dim=1)
`;
  expect(rows(source)).toEqual([["cat", "cat", 64]]);
});
