/** A rewrite that cannot be shown to be what was simulated is not made: the layer to blame stays, and the line is named. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { applyEdits } from "../../../src/engine/separable/rewrite/place.ts";
import { type Fault, provedSites } from "../../../src/engine/separable/rewrite/proof.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();

function rewrite(source: string, layers: "all" | readonly string[] = "all") {
  const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) });
  return engine.rewrite("/app/net.py", { layers, input: ["1x3x32x32"] });
}

function net(more: string, before = ""): string {
  return `${before}import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.a = nn.Conv2d(16, 32, 3, padding=1)
        self.b = nn.Conv2d(32, 32, 3, padding=1)
${more}
    def forward(self, x):
        return self.b(self.a(self.stem(x)))
`;
}

/** What is refused, with the line that is blamed. */
function refusals(source: string) {
  const result = rewrite(source);
  if (!result.ok) return { reason: result.reason, line: result.at?.line };
  const [refusal] = result.rewrite.refused;
  return {
    layers: result.rewrite.layers,
    refused: refusal?.layers,
    reason: refusal?.reason,
    line: refusal?.at?.line,
  };
}

describe("a rewrite is not made where the rewritten code", () => {
  it("has a loop over all convolutions that takes each to have a bias", () => {
    const found = refusals(
      net(
        "        for m in self.modules():\n            if isinstance(m, nn.Conv2d):\n                nn.init.zeros_(m.bias.data)",
      ),
    );
    expect(found).toEqual({
      reason: expect.stringContaining("every convolution is taken to have a bias at net.py:10"),
      line: 10,
    });
  });

  it("reads what a convolution has and its separable form has not; other layers change", () => {
    for (const use of [
      "nn.init.normal_(self.a.weight)",
      "self.a.bias.data.fill_(0.1)",
      "nn.Linear(self.a.out_channels, 2)",
    ]) {
      const attribute = /self\.a\.(\w+)/.exec(use)?.[1];
      expect(refusals(net(`        self.more = ${use}`)), use).toEqual({
        ...{ layers: ["b"], refused: ["a"], line: 8 },
        reason: expect.stringContaining(`its separable form has no ${attribute}`),
      });
    }
  });

  it("fails where the network is made, though no name says so", () => {
    const children = refusals(net("        for m in self.children():\n            m.weight.data.normal_()"));
    expect(children).toEqual({
      reason: expect.stringContaining("'Sequential' object has no attribute 'weight'"),
      line: 9,
    });
    for (const norm of ["spectral_norm", "weight_norm"]) {
      const found = refusals(
        net("").replace(
          "self.a = nn.Conv2d(16, 32, 3, padding=1)",
          `self.a = nn.utils.${norm}(nn.Conv2d(16, 32, 3))`,
        ),
      );
      const reason = expect.stringContaining("'Sequential' object has no attribute 'weight'");
      expect(found, norm).toEqual({ layers: ["b"], refused: ["a"], line: 6, reason });
    }
    const parametrized = refusals(
      net(
        '        P.register_parametrization(self.a, "weight", nn.Identity())',
        "import torch.nn.utils.parametrize as P\n",
      ),
    );
    expect(parametrized).toMatchObject({ layers: ["b"], refused: ["a"], line: 9 });
  });

  it("costs something else than was simulated, as with weights that two layers share", () => {
    const more = `        self.c = nn.Conv2d(32, 32, 3, padding=1)
        for one, other in [(self.b, self.c)]:
            one.weight = other.weight`;
    const source = net(more).replace("self.b(self.a(self.stem(x)))", "self.c(self.b(self.a(self.stem(x))))");
    const result = rewrite(source);
    if (!result.ok) throw new Error(result.reason);
    const { layers, refused } = result.rewrite;
    expect([layers, refused.flatMap((each) => each.layers)]).toEqual([["a"], ["b", "c"]]);
    expect(refused[0]?.reason).toMatch(/15680 parameters, not .* as simulated/);
  });

  it("costs what nobody knows, as the network did before: unknown is never as simulated", () => {
    const found = refusals(
      net("        self.pre = missing_package.Block(32)", "import missing_package\n")
        .replace("self.b(self.a(", "self.b(self.pre(self.a(")
        .replace("(x)))", "(x))))"),
    );
    expect(found.reason).toContain("what Net costs is not known (module missing_package was not found");
    expect(found.line).toBeGreaterThan(0);
  });
});

describe("uses that no run comes to", () => {
  const refusedBy = (more: string, files: Readonly<Record<string, string>> = {}) => {
    const source = net("") + more;
    const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source, ...files }) });
    const result = engine.rewrite("/app/net.py", { layers: "all", input: ["1x3x32x32"] });
    if (!result.ok) return { reason: result.reason };
    const { refused, layers, warnings } = result.rewrite;
    return { layers, refused: refused.flatMap((each) => each.layers), at: refused[0]?.at, warnings };
  };

  it("keep the layer that a method or another file reads, and no other", () => {
    expect(refusedBy("    def penalty(self):\n        return self.b.weight.abs().sum()\n")).toMatchObject({
      ...{ layers: ["a"], refused: ["b"] },
      at: { file: "/app/net.py", line: 12 },
    });
    const script = "from net import Net\nmodel = Net()\nprint(model.a.kernel_size)\n";
    expect(refusedBy("", { "/app/show.py": script })).toMatchObject({
      ...{ layers: ["b"], refused: ["a"] },
      at: { file: "/app/show.py", line: 3 },
    });
  });

  it("are none in comments, in another class, or in files that do not import the network", () => {
    const other =
      "class Other(nn.Module):\n    def f(self):\n        # model.a.weight\n        return self.a.weight\n";
    expect(refusedBy(other, { "/app/show.py": "print(model.a.weight)\n" })).toMatchObject({ refused: [] });
  });

  it("are none in texts, such as names of saved weights, but are in what an f-string evaluates", () => {
    const names = `def renamed(state):
    state["other.b.weight"] = state.pop('head.b.weight')
    return [text for text in state if text != "# model.a.weight"]
`;
    expect(refusedBy(names)).toMatchObject({ layers: ["a", "b"], refused: [] });
    const shown = 'def show(model):\n    print(f"{model.b.weight.shape}")\n';
    expect(refusedBy(shown)).toMatchObject({ refused: ["b"] });
    const behind = "def show(model):\n    print('#', model.b.weight)\n";
    expect(refusedBy(behind)).toMatchObject({ refused: ["b"] });
  });

  it("are those of a list's items by the list's own name, whatever the index", () => {
    const source = `from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3)
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3)])

    def forward(self, x):
        return self.convs[1](self.convs[0](self.stem(x)))
`;
    const read = (line: string) =>
      createEngine({
        parsers,
        host: memoryHost({
          "/app/net.py": `${source}\n\ndef show(convs, settings, i):\n    print(${line})\n`,
        }),
      }).rewrite("/app/net.py", { layers: "all" });
    expect(read("convs[i].weight").ok).toBe(false);
    expect(read("net.convs[-1].weight").ok).toBe(false);
    for (const other of ["settings[-1].out_channels", "settings[i].out_channels", "net.bn3.weight"])
      expect(read(other)).toMatchObject({
        ok: true,
        rewrite: { layers: ["convs.0", "convs.1"], refused: [] },
      });
  });

  it("keep all that a function takes to have a bias, unless it asks", () => {
    const body = (condition: string): string =>
      `def init(m):\n    if isinstance(m, nn.Conv2d):\n        m.weight.data.normal_()\n        ${condition}m.bias.data.zero_()\n`;
    expect(refusedBy(body("")).reason).toContain("every convolution is taken to have a bias at net.py:14");
    expect(refusedBy(body("if m.bias is not None: ")).refused).toEqual([]);
  });

  it("keep nothing for a loop in a class of another file that the network has no module of", () => {
    const source = `
from torch import nn
from heads import scale

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(8, 8, 3)

    def forward(self, x):
        return scale(self.a(x))
`;
    const heads = (name: string, bases: string): string => `
from torch import nn
import net

def scale(x):
    return 2 * x

class ${name}(${bases}):
    def init(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.zeros_(m.bias)
`;
    const refusedBeside = (text: string): number => {
      const host = memoryHost({ "/app/net.py": source, "/app/heads.py": text });
      const result = createEngine({ parsers, host }).rewrite("/app/net.py", { layers: "all", stem: true });
      return result.ok ? result.rewrite.refused.length : 1;
    };
    expect(refusedBeside(heads("Head", "nn.Module"))).toBe(0);
    expect(refusedBeside(heads("Trainer", "object"))).toBe(1);
  });

  it("keep all, too, where the function asks for the name or the very class of a layer", () => {
    const conditions = [
      'm.__class__.__name__ == "Conv2d"',
      "type(m) is nn.Conv2d",
      "type(m) in (nn.Conv2d, nn.Linear)",
      '"Conv" in name',
      'name == "Conv2d"',
      'name.startswith("Conv")',
    ];
    for (const condition of conditions) {
      const body = `def init(m, name):\n    if ${condition}:\n        nn.init.zeros_(m.bias)\n`;
      expect(refusedBy(body).reason, condition).toContain("every convolution is taken to have a bias at");
    }
    const other = 'def init(m, name):\n    if name == "conv1":\n        nn.init.zeros_(m.bias)\n';
    expect(refusedBy(other).refused).toEqual([]);
  });

  it("are seen where they run: what is no tensor cannot be initialised", () => {
    const found = refusals(
      net(
        "        for m in self.modules():\n            bias = getattr(m, 'bias', m)\n            if bias is not m:\n                nn.init.zeros_(bias)",
      ),
    );
    expect(found.reason).toContain("'NoneType' object has no attribute 'zero_'");
    expect(found.line).toBe(11);
  });

  it("are told where they are tests of the program that fail now", () => {
    const test =
      "def count(net):\n    return sum(p.numel() for p in net.parameters())\nassert count(Net()) == 14336\n";
    const { layers, warnings } = refusedBy(test);
    expect(layers).toEqual(["a", "b"]);
    expect(warnings).toEqual([
      {
        message: "a test of the program fails with the change: AssertionError",
        at: expect.objectContaining({ line: 13 }),
      },
    ]);
  });

  it("of saved weights are told, with the new names", () => {
    const load =
      "def load(path):\n    model = Net()\n    model.load_state_dict(torch.load(path))\n    optimizer.load_state_dict({})\n";
    expect(refusedBy(load).warnings).toEqual([
      {
        message:
          "load_state_dict: weights that were saved before no longer fit: a.weight, a.bias are now a.0.weight, a.1.weight, a.1.bias, and so for 1 more layers",
        at: expect.objectContaining({ line: 13 }),
      },
    ]);
  });

  it("of saved weights have the names of the batch norm between, too", () => {
    const source = net("").replace(
      "nn.Conv2d(16, 32, 3, padding=1)",
      "nn.Sequential(nn.Conv2d(16, 32, 3), nn.BatchNorm2d(32), nn.ReLU())",
    );
    const result = rewrite(source, ["a.0"]);
    if (!result.ok) throw new Error(result.reason);
    const norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
    expect(result.rewrite.renamed).toEqual([
      {
        ...{ layer: "a.0", before: ["a.0.weight", "a.0.bias"] },
        after: ["a.0.0.weight", ...norm.map((key) => `a.0.1.${key}`), "a.0.3.weight", "a.0.3.bias"],
      },
    ]);
  });
});

describe("the text of a rewritten call", () => {
  it("replaces a keyword behind a line that goes on with a backslash", () => {
    const source = net("").replace(
      "32, 32, 3, padding=1",
      "32, 32, 3, \\\n                           bias=True",
    );
    const result = rewrite(source, ["b"]);
    if (!result.ok) throw new Error(result.reason);
    expect(applyEdits(source, result.rewrite.edits)).toContain("bias=False, groups=32),");
  });

  it("is no call that Python refuses: a keyword given twice is an error of the traced network", () => {
    const engine = createEngine({
      parsers,
      host: memoryHost({
        "/app/net.py": net("").replace("32, 32, 3, padding=1", "32, 32, 3, bias=True, bias=False"),
      }),
    });
    const result = engine.profile("/app/net.py");
    if (!result.ok) throw new Error(result.reason);
    expect(result.report.totals.macs).toBeNull();
    expect(result.report.diagnostics[0]?.message).toContain("multiple values for keyword argument 'bias'");
  });
});

describe("the search for what can be rewritten", () => {
  type Tried = { readonly ok: true; readonly some: readonly number[] } | Fault;
  const proving =
    (bad: readonly number[]) =>
    (some: readonly number[]): Tried =>
      some.some((site) => bad.includes(site)) ? { reason: "bad" } : { ok: true, some };

  it("finds the sites to blame among many", () => {
    const { proved, faults } = provedSites([1, 2, 3, 4, 5, 6, 7, 8], proving([3, 8]));
    expect(proved?.some).toEqual([1, 2, 4, 5, 6, 7]);
    expect(faults.map(({ sites }) => sites)).toEqual([[3], [8]]);
  });

  it("ends after so many tries where all are to blame", () => {
    const all = Array.from({ length: 500 }, (_, site) => site);
    let tries = 0;
    const { proved, faults } = provedSites(all, (some) => {
      tries++;
      return proving(all)(some);
    });
    expect([proved, tries < 60]).toEqual([undefined, true]);
    expect(faults.flatMap(({ sites }) => sites)).toEqual(all);
  });
});

describe("a PReLU behind the batch norm that follows", () => {
  const source = (slopes: string): string => `from torch import nn


class Net(nn.Module):
    def __init__(self, wide=24):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.Conv2d(8, wide, 3, bias=False), nn.BatchNorm2d(wide), nn.PReLU(${slopes})
        )

    def forward(self, x):
        return self.net(x)
`;

  it.each([
    ["", "nn.PReLU(),", 8 * 9 + 2 * 8 + 1 + 8 * 24],
    ["init=0.1", "nn.PReLU(init=0.1),", 8 * 9 + 2 * 8 + 1 + 8 * 24],
    ["wide", "nn.PReLU(8),", 8 * 9 + 2 * 8 + 8 + 8 * 24],
  ])("stands between the halves, too, with its slopes (%s)", (slopes, written, params) => {
    const engine = createEngine({ parsers, host: memoryHost({ "/app/net.py": source(slopes) }) });
    const result = engine.rewrite("/app/net.py", { layers: "all" });
    if (!result.ok) throw new Error(result.reason);
    const { edits, traced, simulated } = result.rewrite;
    expect(applyEdits(source(slopes), edits)).toContain(written);
    const rest = 3 * 8 * 9 + 8 + 2 * 24 + (slopes === "wide" ? 24 : 1);
    expect([traced.params, simulated.params]).toEqual([params + rest, params + rest]);
  });
});
