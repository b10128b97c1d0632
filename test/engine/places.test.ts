/** Places of an answer lie in the text that the user sees, whatever had to be guessed to read it. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function diagnostics(text: string, file = "/app/model.py") {
  return createEngine({ parsers, host: memoryHost({ [file]: text }) })
    .analyze(file)
    .diagnostics.map(({ message, at }) => ({ message, at }));
}

it.each([
  [
    "Python",
    "/app/model.py",
    "import torch.nn as nn\nm = nn.Linear(2, 3)\nm.bias, list(m._parameters, [n for n, _ in m.named_parameters()]",
  ],
  [
    "TypeScript",
    "/app/model.ts",
    'import * as tf from "@tensorflow/tfjs";\nexport const a = tf.layers.dense({ units: 8 }).apply(nowhere.b([2]',
  ],
])("a bracket that had to be put in is no part of the text (%s)", (_language, file, text) => {
  const ends = parsers.parse(file, text).body.map(({ at }) => at.endColumn);
  expect(ends).toEqual(text.split("\n").map((line) => line.length + 1));
});

it("what no line asked for is told where the network is defined", () => {
  const text =
    "from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, *x, y):\n        return x\n";
  expect(diagnostics(text).map(({ at }) => [at.file, at.line, at.column])).toEqual([["/app/model.py", 3, 7]]);
});

it("a carriage return alone ends a line, as editors and Python have it", () => {
  const text =
    "from torch import nn\rclass Net(nn.Module):\r    def forward(self, x):\r        return nn.Nowhere(x)\r";
  expect(diagnostics(text).map(({ at }) => [at.line, at.column])).toEqual([[4, 16]]);
});
