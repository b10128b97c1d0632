/** What a network may cost is counted in steps: the same text gets the same answer on any machine. */
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/engine/analysis/settings.ts";
import type { FileAnalysis } from "../../src/engine/contract/engine.types.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/app/model.py";

function engineOf(texts: Record<string, string>, steps = 100_000) {
  return createEngine({
    parsers,
    host: memoryHost(texts),
    settings: { limits: { ...DEFAULT_SETTINGS.limits, steps } },
  });
}

function analyze(text: string, steps?: number): FileAnalysis {
  return engineOf({ [FILE]: text }, steps).analyze(FILE);
}

const HEAD = "from torch import nn\n";

/** A network whose making runs `body`, lines with an indent of their own. */
function network(name: string, body: string): string {
  return `${HEAD}
class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
        ${body}
    def forward(self, x):
        return self.c(x)
`;
}

const reasons = ({ failures }: FileAnalysis): string[] =>
  failures.map(({ network: name, reason }) => `${name}: ${reason}`);
const traced = ({ reports }: FileAnalysis): string[] => reports.map((report) => report.network);

describe("the steps of one network", () => {
  it("end an endless loop, and say so at the loop", () => {
    const text = network("Net", "n = 0\n        while True:\n            n += 1");
    const host = memoryHost({ [FILE]: text });
    const settings = { limits: { ...DEFAULT_SETTINGS.limits, steps: 100_000 } };
    const result = createEngine({ parsers, host, settings }).profile(FILE);
    expect(result.ok ? "" : result.reason).toBe("more than 100,000 steps, the most for one network");
  });

  it.each([
    ["keywords that a call spreads", "d = {str(i): i for i in range(200)}", "(lambda **k: 1)(**d)", 200],
    ["slices of a container", "m = nn.Sequential(*[nn.ReLU() for _ in range(500)])", "m[:-1]", 60],
    ...[
      "list(m.parameters())",
      "dict(m.named_parameters())",
      "m.modules()",
      "dict(m.named_children())",
      "m.train()",
      "m.state_dict()",
      "m.requires_grad_(False)",
      "next(m.parameters())",
    ].map((walk): [string, string, string, number] => [
      `modules in ${walk}`,
      "m = nn.Sequential(*[nn.ReLU() for _ in range(500)])",
      walk,
      200,
    ]),
    ["layers", "l = []", "l.append(nn.BatchNorm2d(3))", 700],
    ["modules of the program", "class M(nn.Module): pass", "M()", 3000],
    ["generators", "g = lambda: (yield)", "g()", 2000],
    ["hooks of a layer", "c = nn.ReLU()", "c.register_forward_hook(print)", 1500],
    ["functions", "l = []", "l.append(lambda: l)", 4000],
    ["callbacks of a context", "import contextlib; s = contextlib.ExitStack()", "s.callback(print)", 4000],
    ["patterns", "import re", "re.compile('[abc]' * 100)", 80],
    ["characters that are folded", "s = 'aB' * 5000", "s.casefold()", 5],
    ["characters in title case", "s = 'aB' * 5000", "s.istitle()", 5],
    ["lines of a text", "s = 'a\\n' * 5000", "s.splitlines()", 60],
    ["dataclasses", "import dataclasses", "dataclasses.make_dataclass('A', ['a', 'b'])", 800],
    ["matches of a pattern", "import re", "re.findall('a', 'a' * 500)", 15],
    ["layers of Keras", "from keras import layers", "layers.Dense(4)", 3000],
    ["weights of Keras", "from keras import layers", "layers.LSTM(4).build((None, 3, 4))", 1000],
    ["functions that Haiku transforms", "import haiku as hk", "hk.transform(lambda x: x)", 600],
    ["modules of Flax", "import flax.linen as fnn", "fnn.Dense(4)", 1500],
    ["functions that JAX maps", "import jax; f = lambda x: x", "jax.vmap(f)", 3000],
    ["functions that Flax maps", "import flax.linen as fnn; f = lambda m, x: x", "fnn.vmap(f)", 3000],
    [
      "changes inside of many undecided conditions",
      "import torch\n        u = torch.rand(1) > 0.5\n        def f(n):\n            a = n\n            return f(n - 1) if u and n else a",
      "f(60)",
      12,
    ],
  ])("count %s by what they keep", (_what, before, costly, turns) => {
    const loop = (body: string) => `${before}\n        for _ in range(${turns}):\n            ${body}`;
    expect(traced(analyze(network("Net", loop("pass"))))).toEqual(["Net"]);
    expect(reasons(analyze(network("Net", loop(costly))))).toEqual([
      "Net: more than 100,000 steps, the most for one network",
    ]);
  });

  it("count a pattern by its text, known from an earlier run or not", () => {
    const text = network("Net", "import re\n        for _ in range(80): re.compile('[abc]' * 100)");
    const reason = "Net: more than 100,000 steps, the most for one network";
    for (let run = 0; run < 3; run++) expect(reasons(analyze(text))).toEqual([reason]);
  });

  it.each(["2 ** 10**10", "(-3) ** 10**10", "pow(15, 10**10)"])(
    "tell the size of %s without working it out",
    (power) => {
      const text = network("Net", `n = ${power}`);
      expect(traced(analyze(text))).toEqual(["Net"]);
      expect(analyze(text).reports[0]?.totals.macs).toBeGreaterThan(0);
    },
  );

  it("count what a new key of a dict takes", () => {
    const fill = (keys: number) => `d = {}\n        for i in range(${keys}): d[i] = i`;
    expect(traced(analyze(network("Net", fill(5000))))).toEqual(["Net"]);
    expect(reasons(analyze(network("Net", fill(15_000))))).toEqual([
      "Net: more than 100,000 steps, the most for one network",
    ]);
  });

  it.each([
    ["an object", "const o: any = {}; for (let i = 0; i < N; i++) o['k' + i] = i;"],
    ["a Map", "const o = new Map(); for (let i = 0; i < N; i++) o.set(i, i);"],
  ])("count what a new key of %s takes, once for each", (_what, fill) => {
    const text = (keys: number) => `import * as tf from "@tensorflow/tfjs";
export function build() {
  ${fill.replace("N", String(keys))}
  const m = tf.sequential();
  m.add(tf.layers.conv2d({inputShape: [32, 32, 3], filters: 8, kernelSize: 3}));
  return m;
}`;
    const run = (keys: number) => engineOf({ "/app/net.ts": text(keys) }).analyze("/app/net.ts");
    expect(traced(run(3000))).toEqual(["build"]);
    expect(reasons(run(15_000))).toEqual(["build: more than 100,000 steps, the most for one network"]);
  });

  it("count a recorded op as more than a turn of a loop", () => {
    const forward = (turns: number) =>
      analyze(
        `${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 3, 1)
    def forward(self, x):
        for _ in range(${turns}):
            x = self.c(x)
        return x
`,
      ).reports[0];
    expect(forward(100)?.complete).toBe(true);
    const many = forward(5000);
    expect(many?.complete).toBe(false);
    expect(many?.diagnostics).toContainEqual(
      expect.objectContaining({
        code: "limit",
        message: "more than 100,000 steps, the most for one network",
      }),
    );
  });

  it("count every part of the data of a tensor", () => {
    const body = "x = [1]\n        for _ in range(14): x = [x, x]\n        torch.tensor(x)";
    const reason = "more than 100,000 steps, the most for one network";
    expect(reasons(analyze(`import torch\n${network("Net", body)}`))).toEqual([`Net: ${reason}`]);
  });

  it("are told at the line that passed them, not where the network is defined", () => {
    const text = network("Net", "f(60)").replace(
      "class",
      "def f(n):\n    return f(n - 1) + f(n - 2)\n\nclass",
    );
    const { failures, diagnostics } = analyze(text, 1000);
    const told = expect.objectContaining({ code: "limit", at: expect.objectContaining({ line: 4 }) });
    expect(failures).toEqual([expect.objectContaining({ network: "Net", problem: told })]);
    expect(diagnostics).toEqual([told]);
  });

  it("say at which line they ended", () => {
    const report = analyze(`${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 3, 1)
    def forward(self, x):
        x = self.c(x)
        n = 0
        while n >= 0:
            n = n + 1
        return x
`).reports[0];
    const limit = report?.diagnostics.find(({ code }) => code === "limit");
    expect(limit?.at.line).toBe(10);
    expect(report?.layers.map(({ name }) => name)).toEqual(["c"]);
  });
});

describe("the steps of a file", () => {
  const ENDLESS = "while True:\n            pass";
  it("are shared: what the last networks may not take is said of them alone", () => {
    const names = ["A", "B", "C", "D"];
    const text = [...names.map((name) => network(name, ENDLESS)), network("Fine", "pass")].join("\n");
    const analysis = analyze(text);
    expect(reasons(analysis).filter((reason) => reason.startsWith("A"))).toEqual([
      "A: more than 100,000 steps, the most for one network",
    ]);
    expect(reasons(analysis).filter((reason) => reason.includes("all networks of a file"))).not.toEqual([]);
  });

  it("are the same after an edit as in a new engine", () => {
    const make = (n: number): string =>
      ["A", "B", "C", "D", "E"]
        .map((name) => network(name, `for i in range(90_000):\n            ${n} + i`))
        .join("\n")
        .replace("class E", `# ${n}\nclass E`);
    const texts: Record<string, string> = { [FILE]: make(1) };
    const engine = engineOf(texts);
    engine.analyze(FILE);
    texts[FILE] = make(1).replace(/return self\.c\(x\)\n$/, "return self.c(x) + 1\n");
    engine.invalidate(FILE);
    const after = engine.analyze(FILE);
    expect(after).toEqual(engineOf(texts).analyze(FILE));
    // The last class is the main network, which comes first.
    expect(traced(after)).toEqual(["E", "A", "B", "C"]);
  });
});

describe("what belongs to no network", () => {
  it("a module that never ends takes nothing from the networks that import it", () => {
    const module = "SIZE = 8\nn = 0\nwhile n >= 0:\n    n += 1\n";
    const text = `${HEAD}import slow
class Uses(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, slow.OTHER, 3)
    def forward(self, x):
        return self.c(x)
${network("Fine", "pass")}`;
    const analysis = engineOf({ [FILE]: text, "/app/slow.py": module }).analyze(FILE);
    expect(traced(analysis)).toContain("Fine");
    expect(analysis.reports.find((report) => report.network === "Fine")?.complete).toBe(true);
  });
});
