/** What an imported file that cannot be read would have had is unknown for that reason, and nothing is taken to be missing. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const TOO_LARGE = "is 30 MB, more than the 4 MB that are read";

function profile(file: string, source: string, others: Readonly<Record<string, string>> = {}) {
  const real = memoryHost({
    ...others,
    [file]: source,
    "/app/big.py": "",
    "/app/big.ts": "",
    "/app/big.json": "",
  });
  const isBig = (name: string) => name.startsWith("/app/big.");
  const host = {
    ...real,
    read: (name: string) => (isBig(name) ? undefined : real.read(name)),
    problem: (name: string) => (isBig(name) ? TOO_LARGE : undefined),
  };
  const result = createEngine({ parsers, host }).profile(file);
  if (!result.ok) throw new Error(result.reason);
  const { layers, diagnostics } = result.report;
  return { macs: layers.map(({ macs }) => macs), said: diagnostics.map(({ message }) => message).join("\n") };
}

const python = (imports: string, width: string) => `${imports}
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${width}, 3)
    def forward(self, x):
        return self.conv(x)
`;

it.each([
  ["a module", "import big", "big.WIDTH"],
  ["a name", "from big import WIDTH", "WIDTH"],
  ["all names", "from big import *", "WIDTH"],
  ["all names of a module that takes all of it", "from other import *", "WIDTH"],
  ["a name of a module that takes all of it", "import other", "other.WIDTH"],
  ["a default for a name", "import big", 'getattr(big, "WIDTH", 8)'],
  ["a question for a name", "import big", '8 if hasattr(big, "WIDTH") else 16'],
  ["a name inside a try", "try:\n    from big import WIDTH\nexcept ImportError:\n    WIDTH = 8", "WIDTH"],
  [
    "all names inside a try",
    "from big import *\ntry:\n    w = WIDTH and 8\nexcept NameError:\n    w = 16",
    "w",
  ],
])("Python: %s of a file that is too large", (_, imports, width) => {
  const { macs, said } = profile("/app/net.py", python(imports, width), {
    "/app/other.py": "from big import *",
  });
  expect(macs).toEqual([null]);
  expect(said).toContain(`big.py ${TOO_LARGE}`);
});

it("Python: all names of a module that was not found", () => {
  const { macs, said } = profile("/app/net.py", python("from absent import *", "WIDTH"));
  expect(macs).toEqual([null]);
  expect(said).toContain("module absent was not found");
});

const typescript = (imports: string, filters: string) => `import * as tf from "@tensorflow/tfjs";
${imports}
export const net = tf.sequential({
  layers: [tf.layers.conv2d({ filters: ${filters}, kernelSize: 3, inputShape: [9, 9, 3] })],
});
`;

it.each([
  ["a name", 'import { width } from "./big";', "width"],
  ["all of it", 'import * as big from "./big";', "big.width"],
  ["what it is by default", 'import width from "./big";', "width"],
  ["a module that is required", 'const big = require("./big");', "big.width"],
  ["a name of a module that hands on all of it", 'import { width } from "./other";', "width"],
])("TypeScript: %s of a file that is too large", (_, imports, filters) => {
  const others = { "/app/other.ts": 'export * from "./big"; export const depth = 8;' };
  const { macs, said } = profile("/app/net.ts", typescript(imports, filters), others);
  expect(macs).toEqual([null]);
  expect(said).toContain(`big.ts ${TOO_LARGE}`);
});

it("TypeScript: JSON that is too large", () => {
  const { said } = profile("/app/net.ts", typescript('import big from "./big.json";', "big.width"));
  expect(said).toContain(`big.json ${TOO_LARGE}`);
});

it("TypeScript: a name that stands behind a file that is too large", () => {
  const others = { "/app/other.ts": 'export * from "./big"; export const depth = 8;' };
  expect(
    profile("/app/net.ts", typescript('import { depth } from "./other";', "depth"), others).macs,
  ).toEqual([10584]);
});
