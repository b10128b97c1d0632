/** A method taken from its class may be given anything for its object: Python refuses that, and so do we. */
import { expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

it.each([
  "nn.Module.eval(5)",
  "nn.Module.apply(None, print)",
  "nn.Module.children(torch.zeros(2))",
  "nn.Sequential.__iter__([])",
  "nn.LSTM.forward('a', 1)",
  "nn.Module.parameters(nn.Module)",
])("%s is an error at its line, and no fault of ours", (call) => {
  const source = `import torch
from torch import nn
net = nn.Conv2d(3, 8, 3)
${call}
`;
  const { reports, diagnostics } = createEngine({
    parsers,
    host: memoryHost({ "/app/net.py": source }),
  }).analyze("/app/net.py");
  expect(reports[0]?.totals.params).toBe(224);
  expect(diagnostics.filter(({ code }) => code === "internal")).toEqual([]);
  const said = diagnostics.filter(({ at }) => at.line === 4).map(({ message }) => message);
  expect(said.join("\n")).toContain("objects doesn't apply to a '");
});

it("takes a method from a class for an object of it, of a derived class or of an unknown one", () => {
  const source = `from torch import nn
from somewhere import Base
class Net(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        self.conv = nn.Conv2d(3, 8, 3)
        nn.Module.eval(self)
        self.letters = nn.Conv2d(8, len(list("abc".__iter__())), 3)
    def forward(self, x):
        return self.letters(nn.Conv2d.forward(self.conv, x))
class Other(Base, nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)
`;
  const { reports } = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) }).analyze(
    "/app/net.py",
  );
  const found = reports.map(({ network, complete, layers }) => [
    network,
    complete,
    layers.map(({ params }) => params),
  ]);
  expect(found[1]).toEqual(["Net", true, [224, 219]]);
  expect(found[0]?.[2]).toEqual([224]);
});
