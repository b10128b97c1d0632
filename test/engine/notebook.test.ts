/** Notebooks: cells are one program in their order, what is no Python is passed over, places are cell and line. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { readNotebook } from "../../src/engine/syntax/notebook.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const FILE = "/app/lesson.ipynb";
const parsers = await loadParsers();

type RawCell = readonly [type: "code" | "markdown", source: string | readonly string[]];

function notebook(cells: readonly RawCell[], metadata: object = {}): string {
  return JSON.stringify({
    nbformat: 4,
    metadata,
    cells: cells.map(([cell_type, source]) => ({ cell_type, source, metadata: {}, outputs: [] })),
  });
}

function programOf(json: string): string {
  const read = readNotebook(json);
  if ("problem" in read) throw new Error(read.problem);
  return read.text;
}

const engineOf = (json: string) => createEngine({ parsers, host: memoryHost({ [FILE]: json }) });

const NET = notebook([
  ["markdown", "# A lesson"],
  [
    "code",
    ["import torch\n", "from torch import nn\n", "%matplotlib inline\n", "!pip install -q torchsummary"],
  ],
  ["markdown", "The network:"],
  [
    "code",
    `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.fc = nn.Linear(lib.width, 2)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))`,
  ],
  ["code", "model = Net()\nmodel(torch.zeros(1, 1, 8, 8)).shape"],
]);

describe("a notebook", () => {
  it("is profiled as the program that its cells are", () => {
    const result = engineOf(NET.replace("lib.width", "4")).profile(FILE);
    expect(result.ok && result.report).toMatchObject({
      ...{ network: "Net", complete: true },
      totals: { macs: 36 * 36 + 8, params: 40 + 10 },
    });
  });

  it("tells places by cell and line", () => {
    const result = engineOf(NET).profile(FILE);
    if (!result.ok) throw new Error(result.reason);
    const { network_at, layers, diagnostics } = result.report;
    expect(network_at).toMatchObject({ cell: 4, line: 1 });
    expect(layers[0]?.at).toMatchObject({ cell: 4, line: 4, end_line: 4 });
    expect(diagnostics.map(({ message, at: { cell, line } }) => [message, cell, line])).toContainEqual([
      "NameError: name 'lib' is not defined",
      4,
      5,
    ]);
    expect(engineOf(NET).networks(FILE)).toMatchObject([{ name: "Net", at: { cell: 4, line: 1 } }]);
    expect(engineOf(NET).analyze(FILE).sites[0]?.at).toMatchObject({ cell: 4, line: 4 });
  });

  it("is not rewritten", () => {
    expect(engineOf(NET).rewrite(FILE, { layers: "all" } as never)).toEqual({
      ok: false,
      reason: "cells of notebooks are not rewritten: put the network into a .py file",
    });
  });

  it.each([
    ["no JSON", "{", "is no Jupyter notebook: save it anew from Jupyter or the editor"],
    [
      "cells of another form",
      '{"cells": 5}',
      "is no Jupyter notebook: save it anew from Jupyter or the editor",
    ],
    [
      "another language",
      notebook([], { kernelspec: { language: "julia" } }),
      "is a notebook of julia, not of Python",
    ],
  ])("with %s says so", (_, json, problem) => {
    const result = engineOf(json).profile(FILE);
    expect(!result.ok && result.reason).toBe(`${FILE} ${problem}`);
  });

  it.each([null, "x", { kernelspec: 5, language_info: [] }, { kernelspec: { language: 5 } }])(
    "with metadata of another form (%j) is Python",
    (metadata) => {
      expect(programOf(notebook([["code", "a = 1"]], metadata as never))).toBe("a = 1");
    },
  );

  it("of nbformat 3 has its cells in worksheets", () => {
    const cells = [{ cell_type: "code", input: "a = 1\nb = 2" }];
    expect(programOf(JSON.stringify({ worksheets: [{ cells }] }))).toBe("a = 1\nb = 2");
  });
});

describe("what is no Python", () => {
  it.each([
    ["a magic", "%load_ext x\na = 1", "\na = 1"],
    ["a command of the shell", "!ls it's [\na = 1", "\na = 1"],
    ["a command over several lines", "!pip install \\\n    torch\na = 1", "\n    pass\na = 1"],
    ["a command in a block", "if colab:\n    !pip install torch\na = 1", "if colab:\n    pass\na = 1"],
    ["help", "net?\nnet.forward??\na = 1", "\n\na = 1"],
    ["a cell for another language", "%%bash\nls\necho", "\n\n"],
    ["a result of the shell", "files = !ls\na = 1", "files = get_ipython().system()\na = 1"],
    ["a result in several places", "a, n = !ls", "a, n = get_ipython().system()"],
    ["a result in an attribute", "if a:\n    args.n = %env N", "if a:\n    args.n = get_ipython().system()"],
  ])("is passed over: %s", (_, cell, expected) => {
    expect(programOf(notebook([["code", cell]]))).toBe(expected);
  });

  it.each([
    ["a remainder on a line of its own", "a = (7\n  % 3)"],
    ["text that looks like a magic", 's = """\n%time\n!ls\n"""'],
    ["a comparison", "a = b \\\n  % c"],
  ])("is not taken for it: %s", (_, cell) => {
    expect(programOf(notebook([["code", cell]]))).toBe(cell);
  });

  it("leaves the statement of %time, whose names stay, at its column", () => {
    expect(programOf(notebook([["code", "%time  n = 16\n%time -h\n%time"]]))).toBe("pass;  n = 16\n\n");
  });

  it("is the first line alone where the rest of the cell is Python", () => {
    expect(programOf(notebook([["code", "%%time\na = 1"]]))).toBe("\na = 1");
  });
});

describe("%run of another program", () => {
  const json = (run: string) =>
    notebook([
      ["code", `from torch import nn\nwidth = 8\ndepth = 4`],
      ["code", run],
      ["code", "wide = nn.Sequential(nn.Conv2d(3, width, 3))\ndeep = nn.Sequential(nn.Conv2d(3, depth, 3))"],
    ]);

  it.each(["%run setup.py", "%run -i setup.py --fast", '%run "setup"'])(
    "leaves the names that it has unknown, and says so: %s",
    (run) => {
      const host = memoryHost({ [FILE]: json(run), "/app/setup.py": "width = 32\n" });
      const { reports } = createEngine({ parsers, host }).analyze(FILE);
      const told = Object.fromEntries(reports.map((report) => [report.network, report]));
      expect([told.wide?.complete, told.deep?.complete]).toEqual([false, true]);
      expect(JSON.stringify(told.wide?.diagnostics)).toContain("%run in a notebook");
    },
  );

  it("leaves all data unknown where the other program is not there", () => {
    const { reports } = engineOf(json("%run setup.py")).analyze(FILE);
    expect(reports.filter(({ complete }) => complete)).toEqual([]);
  });
});
