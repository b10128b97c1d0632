/** Programs with more functions, imports and arguments than anyone writes by hand. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/app/net.py";
const MODEL = `from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.c(x)
`;

const analyze = (text: string) => createEngine({ parsers, host: memoryHost({ [FILE]: text }) }).analyze(FILE);

it("a chain of functions longer than the stack of calls leaves the file its networks", () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => `def f${i}(): return f${i + 1}()\n`).join("");
  const { reports, diagnostics } = analyze(MODEL + chain);
  expect(reports.map(({ network }) => network)).toEqual(["Net"]);
  expect(diagnostics).toEqual([]);
});

it("a builder is found behind any number of functions", () => {
  const chain = Array.from({ length: 30 }, (_, i) => `def f${i}(): return f${i + 1}()\n`).join("");
  const { reports } = analyze(`${MODEL}def f30(): return Net()\n${chain}`);
  expect(reports.map(({ network }) => network)).toContain("f0");
});

it("partials of partials with ever more arguments end before the memory does", () => {
  const { reports } = analyze(`${MODEL}
import functools
f = max
for _ in range(60):
    f = functools.partial(f, *([0] * 100_000))

class Wide(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, f(8), 3)
    def forward(self, x):
        return self.c(x)
`);
  const complete = Object.fromEntries(reports.map((report) => [report.network, report.complete]));
  expect(complete).toEqual({ Net: true, Wide: false });
});

it("an error's text of a million characters is told by its beginning", () => {
  const { diagnostics, reports } = analyze(`${MODEL}
class Bad(nn.Module):
    def __init__(self):
        raise ValueError("no " * 300_000)
    def forward(self, x):
        return x
`);
  const messages = [...diagnostics, ...reports.flatMap((report) => report.diagnostics)].map((d) => d.message);
  const said = messages.find((message) => message.startsWith("ValueError: no no "));
  expect(said?.length).toBeLessThan(2000);
});

it("a module that is nowhere is looked for on the disk once", () => {
  const asked: string[] = [];
  const host = memoryHost({ [FILE]: `${MODEL}for _ in range(50):\n    import nothing\n` }, ["/packages"]);
  const isFile = (file: string): boolean => {
    asked.push(file);
    return host.isFile(file);
  };
  createEngine({ parsers, host: { ...host, isFile } }).analyze(FILE);
  expect(asked.filter((file) => file === "/packages/nothing.py")).toHaveLength(1);
});
