/** What lens and hover say at the lines that people write: helpers, stages, calls in `forward`. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { callAt } from "../../src/present/calls.ts";
import { createTranslate } from "../../src/present/l10n.ts";
import { callHover } from "../../src/server/callHover.ts";
import { lenses } from "../../src/server/lens.ts";
import { memoryHost } from "../engine/memoryHost.ts";

const parsers = await loadParsers();
const HOW = { unit: "MACs", t: createTranslate("en"), alpha: 1, rho: 1, devices: [] } as const;

const RESNET = `import torch.nn as nn

def conv3x3(cin, cout):
    return nn.Conv2d(cin, cout, 3, padding=1, bias=False)

class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv1 = conv3x3(cin, cout)
        self.relu = nn.ReLU()
        self.conv2 = conv3x3(cout, cout)

    def forward(self, x):
        out = self.relu(self.conv1(x))
        out = self.conv2(out)
        return self.relu(out + out)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.layer1 = self.stage(3, 8)
        self.layer2 = self.stage(8, 16)

    def stage(self, cin, cout):
        return nn.Sequential(Block(cin, cout), Block(cout, cout))

    def forward(self, x):
        x = self.layer1(x)
        x = self.pool(x)
        return self.layer2(x)

# convlens: input=1x3x32x32
def net():
    return Net()
`;

function analyze(files: Record<string, string>, file = "/app/net.py") {
  return createEngine({ parsers, host: memoryHost(files) }).analyze(file);
}

function lineOf(text: string, part: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(part));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}

function lensAt(text: string, part: string) {
  const { line } = lineOf(text, part);
  return lenses(analyze({ "/app/net.py": text }), HOW).find(({ at }) => at.line === line)?.title;
}

function hoverAt(text: string, part: string) {
  const found = callAt(analyze({ "/app/net.py": text }), lineOf(text, part));
  return found && callHover(found, HOW);
}

describe("a lens", () => {
  // 32²·9·3·8 and 32²·9·8·8 in layer1; 16²·9·8·16 and 16²·9·16·16 in layer2
  it("stands where a helper makes the layer, and in the helper", () => {
    expect(lensAt(RESNET, "conv3x3(cin, cout)\n        self.relu")).toMatch(
      /^4 layers, 221 k to 590 k MACs each, 1.70 M in all/,
    );
    expect(lensAt(RESNET, "conv3x3(cout, cout)")).toMatch(/^4 layers, 590 k MACs each, 2.36 M in all/);
    expect(lensAt(RESNET, "return nn.Conv2d")).toMatch(/^8 layers/);
  });

  it("stands where a stage is made", () => {
    expect(lensAt(RESNET, "self.stage(3, 8)")).toMatch(/^4 layers, .* 1.99 M in all/);
  });

  it("is not repeated at the call that makes the whole network", () => {
    expect(lensAt(RESNET, "return Net()")).toBeUndefined();
  });
});

describe("a hover on a call", () => {
  it("shows what goes in and comes out of a stage, and its dearest layers", () => {
    const text = hoverAt(RESNET, "self.layer1(x)");
    expect(text).toMatch(/^Sequential layer1, 3×32×32 → 8×32×32\n/);
    expect(text).toContain("1.99 M MACs");
    expect(text).toContain("layer1.1.conv2");
  });

  it("shows the shapes and the work of pools and activations", () => {
    expect(hoverAt(RESNET, "self.pool(x)")).toMatch(
      /^MaxPool2d pool, 8×32×32 → 8×16×16\n\nno MACs · 2.05 k elementwise/,
    );
    expect(hoverAt(RESNET, "self.relu(out + out)")).toMatch(
      /^ReLU, 8×32×32 → 8×32×32; 16×16×16 → 16×16×16, 4 runs/,
    );
  });

  it("shows an operator's own", () => {
    expect(hoverAt(RESNET, "+ out")).toMatch(/^add, 8×32×32 → 8×32×32; 16×16×16/);
  });

  it("shows the line that makes a pool", () => {
    expect(hoverAt(RESNET, "nn.MaxPool2d")).toMatch(/^MaxPool2d pool, 8×32×32 → 8×16×16/);
  });

  it("tells the cost of this call alone where a layer runs twice", () => {
    const shared = `import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        x = self.fc(x)
        return self.fc(x)
# convlens: input=1x4
def net():
    return Net()
`;
    expect(hoverAt(shared, "self.fc(x)")).toMatch(/^Linear fc, 4 → 4\n\n16 MACs · 50 % of net/);
  });

  it("says what a name on the line is given", () => {
    expect(hoverAt(RESNET, "x = self.layer1")).toMatch(/^Sequential layer1/);
  });
});

describe("recognition", () => {
  it("sees a network whose framework comes with its parts", () => {
    const files = {
      "/app/parts.py": "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n",
      "/app/net.py": RESNET.replace("import torch.nn as nn", "from parts import *"),
    };
    const { reports, isPlain } = analyze(files);
    expect(reports.map(({ network }) => network)).toContain("net");
    expect(isPlain).toBeUndefined();
  });

  it("tells files of which no framework is any part", () => {
    const { isPlain, failures } = analyze({
      "/app/net.py": "import codecs\ndef f(x):\n    return codecs.a(x)\n",
    });
    expect([isPlain, failures.length > 0]).toEqual([true, true]);
  });
});
