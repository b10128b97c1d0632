/** Whatever is kept of the analysis before an edit: the answer is the one that a new engine gives to the new text. */
import { beforeAll, describe, expect, it } from "vitest";
import type { AnalyzeOptions, FileAnalysis } from "../../../src/engine/contract/engine.types.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

const ZOO = `"""A zoo."""
import torch
from torch import nn
from .parts import conv3x3, Head

WIDTHS = {"small": 8, "big": 16}


class Block(nn.Module):
    def __init__(self, width, stride=1):
        super().__init__()
        self.conv = conv3x3(width, width, stride)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.conv(x)) + x


class Plain(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.block = Block(width)
        self.head = Head(width)

    def forward(self, x):
        x = self.block(self.stem(x))
        return self.head(x)


class Separable(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.depthwise = nn.Conv2d(width, width, 3, groups=width)
        self.pointwise = nn.Conv2d(width, width * 2, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(self.stem(x)))


def _make(kind, **kwargs):
    return Plain(WIDTHS[kind], **kwargs)


def small(**kwargs):
    """The small one."""
    return _make("small", **kwargs)


def big(**kwargs):
    return _make("big", **kwargs)


# convlens: input=1x3x32x32
def separable():
    return Separable(4)


def misfit():
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(4, 8, 3))
`;

const PARTS = `from torch import nn

def conv3x3(a, b, stride=1):
    return nn.Conv2d(a, b, 3, stride, padding=1)

class Head(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        return self.fc(self.pool(x).flatten(1))
`;

/** State that outlives traces, calls that give inputs, and a script at the end. */
const SCRIPT = `import torch
import torch.nn as nn
import effects

SIZES = [8, 16, 32]
COUNT = 0


def register(fn):
    REGISTRY[fn.__name__] = fn
    return fn


REGISTRY = {}


@register
def first():
    return nn.Conv2d(3, 8, 3)


@register
def second():
    return nn.Sequential(REGISTRY["first"](), nn.Conv2d(8, 4, 1))


def emptied():
    return nn.Conv2d(3, SIZES.pop(), 3)


def counted():
    global COUNT
    COUNT += 1
    return nn.Conv2d(3, COUNT, 3)


class Net(nn.Module):
    def __init__(self, n=4):
        super().__init__()
        self.fc = nn.Linear(64, n)

    def forward(self, x):
        return self.fc(x.flatten(1))


def test():
    net = Net(3)
    print(net(torch.randn(2, 4, 4, 4)).size())


if __name__ == "__main__":
    first()(torch.randn(1, 3, 20, 20))
`;

const EFFECTS = "import torch\nWIDTH = 3\n";

const TFJS = `import * as tf from "@tensorflow/tfjs";

const width = 8;

function block(model: tf.Sequential, filters: number): void {
  model.add(tf.layers.conv2d({ filters, kernelSize: 3, padding: "same" }));
}

export function small(): tf.Sequential {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [32, 32, 3], filters: width, kernelSize: 3 }));
  block(model, 16);
  return model;
}

export function dense(): tf.Sequential {
  return tf.sequential({ layers: [tf.layers.dense({ inputShape: [10], units: 4 })] });
}
`;

interface Program {
  readonly file: string;
  readonly source: string;
  readonly others: Readonly<Record<string, string>>;
}

const PROGRAMS: readonly (readonly [string, Program])[] = [
  ["a file of builders", { file: "/app/zoo.py", source: ZOO, others: { "/app/parts.py": PARTS } }],
  ["a script", { file: "/app/script.py", source: SCRIPT, others: { "/app/effects.py": EFFECTS } }],
  ["a TypeScript file", { file: "/app/model.ts", source: TFJS, others: {} }],
];

/** An engine over a program whose file is edited. */
function editing({ file, others }: Program): (text: string, options?: AnalyzeOptions) => FileAnalysis {
  const files: Record<string, string> = { ...others };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  return (text, options) => {
    files[file] = text;
    return engine.analyze(file, options);
  };
}

function fresh({ file, others }: Program, text: string): FileAnalysis {
  return createEngine({ parsers, host: memoryHost({ ...others, [file]: text }) }).analyze(file);
}

/** Repeatable numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** What somebody types: characters, lines, other numbers and names. */
function edited(text: string, random: () => number): string {
  const kind = random();
  const places = [...text.matchAll(kind < 0.35 ? /\b\d+\b/g : kind < 0.55 ? /\b[a-z]\w+\b/g : /\n/g)];
  const place = pick(places, random);
  const at = place?.index ?? 0;
  const length = place?.[0].length ?? 0;
  const put =
    kind < 0.35
      ? pick(["2", "3", "4", "8", "16"], random)
      : kind < 0.55
        ? pick(["width", "x", "small", "Block", "first", "nn", "torch"], random)
        : pick(
            [
              "\n\n",
              "\n# a note\n",
              "\n    x = 1\n",
              "\n        y = small\n",
              " + 1\n",
              "(\n",
              "  \n",
              "\n\n\n",
            ],
            random,
          );
  return text.slice(0, at) + put + text.slice(at + length);
}

describe.each(PROGRAMS)("%s", (_title, program) => {
  it.each([1, 2, 3, 4])("is analysed after each of many edits as if it were new (%i)", (seed) => {
    const random = randomFrom(seed);
    const analyze = editing(program);
    let text = program.source;
    for (let step = 0; step < 25; step++) {
      expect(analyze(text), `step ${step}:\n${text}`).toEqual(fresh(program, text));
      // Many texts in a row that are broken tell nothing.
      text = step % 4 === 3 ? program.source : edited(text, random);
    }
  });

  it.each([1, 2])("is analysed so, whatever is looked at first and was cancelled (%i)", (seed) => {
    const random = randomFrom(seed);
    const analyze = editing(program);
    const lines = program.source.split("\n").length;
    const sight = () => ({ cursor: Math.ceil(random() * lines) });
    let text = program.source;
    for (let step = 0; step < 25; step++) {
      // Asked before each network, and now and then in the middle of one.
      let left = Math.floor(random() * 6);
      analyze(text, { sight, isCancelled: () => left-- <= 0 });
      expect(analyze(text, { sight }), `step ${step}:\n${text}`).toEqual(fresh(program, text));
      text = step % 4 === 3 ? program.source : edited(text, random);
    }
  });
});

describe("what an edit leaves standing", () => {
  const zoo: Program = { file: "/app/zoo.py", source: ZOO, others: { "/app/parts.py": PARTS } };
  const reportOf = (analysis: FileAnalysis, network: string) =>
    analysis.reports.find((report) => report.network === network);

  it("is the very report of every network whose functions it is not in", () => {
    const analyze = editing(zoo);
    const before = analyze(ZOO);
    const after = analyze(ZOO.replace("return Separable(4)", "return Separable(6)"));
    expect(reportOf(after, "small")).toBe(reportOf(before, "small"));
    expect(reportOf(after, "separable")?.totals.macs).not.toBe(reportOf(before, "separable")?.totals.macs);
  });

  it("is everything, at other lines, when no code changed", () => {
    const analyze = editing(zoo);
    const before = reportOf(analyze(ZOO), "big");
    const after = reportOf(analyze(`# a note\n\n${ZOO}`), "big");
    expect(after?.totals).toBe(before?.totals);
    expect(after?.layers.map(({ at }) => at.line)).toEqual(
      before?.layers.map(({ at }) => (at.file === "/app/zoo.py" ? at.line + 2 : at.line)),
    );
  });

  it("is nothing when another file changed", () => {
    const files: Record<string, string> = { "/app/zoo.py": ZOO, "/app/parts.py": PARTS };
    const engine = createEngine({ parsers, host: memoryHost(files) });
    const before = engine.analyze("/app/zoo.py");
    files["/app/parts.py"] = PARTS.replace("nn.Linear(width, 10)", "nn.Linear(width, 20)");
    const after = engine.analyze("/app/zoo.py");
    expect(reportOf(after, "small")?.totals.params).toBe(
      (reportOf(before, "small")?.totals.params ?? 0) + 90,
    );
  });

  it("is nothing when another file is said to have changed, whatever its version", () => {
    const files: Record<string, string> = { "/app/zoo.py": ZOO, "/app/parts.py": PARTS };
    const engine = createEngine({ parsers, host: { ...memoryHost(files), version: () => "1" } });
    const before = engine.analyze("/app/zoo.py");
    files["/app/parts.py"] = PARTS.replace("nn.Linear(width, 10)", "nn.Linear(width, 20)");
    engine.invalidate("/app/parts.py");
    const after = engine.analyze("/app/zoo.py");
    expect(reportOf(after, "small")?.totals.params).toBe(
      (reportOf(before, "small")?.totals.params ?? 0) + 90,
    );
  });

  it("is nothing where one trace meets what another left behind", () => {
    const script: Program = {
      file: "/app/script.py",
      source: SCRIPT,
      others: { "/app/effects.py": EFFECTS },
    };
    const analyze = editing(script);
    const before = analyze(SCRIPT);
    const after = analyze(SCRIPT.replace("nn.Conv2d(8, 4, 1)", "nn.Conv2d(8, 4, 3)"));
    expect(reportOf(after, "counted")).toEqual(reportOf(before, "counted"));
    expect(reportOf(after, "counted")).not.toBe(reportOf(before, "counted"));
  });
});
