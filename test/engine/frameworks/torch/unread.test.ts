/** What could not be read has no figures, nor have totals that it may belong to; what was read keeps its own. */
import { describe, expect, test } from "vitest";
import { profile } from "../../profile.ts";

/** A network of a 3×3 convolution (3 → 4 channels, at 8×8: 3888 MACs, 112 parameters), and more. */
const network = (init: string, forward = "self.conv(x)"): string => `
import torch.nn as nn
import company
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        ${init}
    def forward(self, x):
        return ${forward}
`;
const conv = { name: "conv", macs: 3888, params: 112 };
const read = (text: string) => profile(text, { input: ["1x3x8x8"] });

describe("a total is null where something of it is not known", () => {
  test("a layer of a package that is not there costs MACs and parameters that nobody knows", () => {
    const report = read(network("self.head = company.Head(4)", "self.head(self.conv(x))"));
    expect(report).toMatchObject({
      complete: false,
      totals: { macs: null, params: null, elementwise: null },
    });
    expect(report.layers).toMatchObject([conv]);
    expect(report.diagnostics.map(({ message }) => message).join()).toContain("company was not found");
  });

  test("one that is in a container and does not run has parameters only", () => {
    const report = read(network("self.head = nn.Sequential(company.Head(4), nn.ReLU())"));
    expect(report).toMatchObject({ complete: false, totals: { macs: 3888, params: null } });
  });

  test("arguments that no parameter takes end a real program: no totals, and the layer's type in the message", () => {
    const report = read(network("self.head = nn.Conv2d(4, 2, 1, pading=1)", "self.head(self.conv(x))"));
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: null } });
    expect(report.layers).toMatchObject([conv, { name: "head", macs: null, params: null }]);
    expect(report.diagnostics[0]).toMatchObject({
      message: "TypeError: Conv2d() got an unexpected keyword argument 'pading'",
      at: { line: 8 },
    });
  });

  test("a builder's misspelt argument does the same", () => {
    const text = `${network("pass")}
class Wide(Net):
    def __init__(self, width=1):
        super().__init__()
def build():
    return Wide(widht=2)
`;
    expect(profile(text, { model: "build", input: ["1x3x8x8"] })).toMatchObject({
      complete: false,
      totals: { macs: null, params: null },
    });
  });

  test("an attribute of a library of data that nothing calls takes nothing from the totals", () => {
    const report = read(network("import tiktoken; self.tokens = tiktoken.get_encoding('gpt2')"));
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888, params: 112 } });
  });

  test("a loop over what the data select misses no MACs where all of its work is on sizes that they decide", () => {
    const loop = (body: string) => `
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        scores = self.conv(x).flatten()
        kept = torch.where(scores > 0.5)[0]
        mask = torch.zeros_like(kept, dtype=torch.bool)
        for label in torch.unique(kept):
            ${body}
        return mask
`;
    expect(read(loop("mask[torch.where(kept == label)[0]] = True"))).toMatchObject({
      complete: false,
      totals: { macs: 3888, params: 112, elementwise: null },
    });
    expect(read(loop("scores = scores * 2"))).toMatchObject({ complete: false, totals: { macs: null } });
    expect(read(loop("x = self.conv(x)"))).toMatchObject({ complete: false, totals: { macs: null } });
  });

  test("an image is no list of feature maps: a network that takes its input apart needs to be told it", () => {
    const head = `
import torch.nn as nn
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.lateral = nn.ModuleList([nn.Conv2d(c, 8, 1) for c in (4, 8)])
    def forward(self, feats):
        return [layer(f) for f, layer in zip(feats, self.lateral)]
`;
    const report = profile(head);
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: 112 } });
    expect(report.diagnostics.map(({ message }) => message).join()).toContain("needs its input");
  });

  test("x.new(other) has the shape of other", () => {
    const report = read(network("", "self.conv(x.new(x))"));
    expect(report).toMatchObject({ complete: true, totals: { macs: 3888 } });
  });
});
