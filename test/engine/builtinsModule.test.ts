/** The module `builtins` is the program's own builtins: what a program changes there counts for all of its names. */
import { expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function profile(source: string) {
  const result = createEngine({ parsers, host: memoryHost({ "/app/net.py": source }) }).profile(
    "/app/net.py",
  );
  if (!result.ok) throw new Error(result.reason);
  return result.report;
}

const net = (change: string, channels: string) => `import builtins
from torch import nn
${change}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, ${channels}, 1, bias=False)
    def forward(self, x):
        return self.conv(x)
`;

it.each([
  ["an assignment", "builtins.len = lambda items: 7"],
  ["setattr", 'setattr(builtins, "len", lambda items: 7)'],
  ["the module's dict", 'builtins.__dict__["len"] = lambda items: 7'],
  ["__builtins__", "__builtins__.len = lambda items: 7"],
])("%s changes what a builtin's name means", (_, change) => {
  expect(profile(net(change, "len([1, 2])")).totals.params).toBe(21);
});

it("a builtin that was deleted is a name that is not there", () => {
  const { complete, diagnostics } = profile(net("del builtins.len", "len([1, 2])"));
  expect(complete).toBe(false);
  expect(diagnostics.map(({ message }) => message)).toContain("NameError: name 'len' is not defined");
});

it("a name that is put there is known everywhere", () => {
  expect(profile(net("builtins.WIDTH = 5", "WIDTH")).totals.params).toBe(15);
});

it("loops over plain data use the builtin that the program put in its place", () => {
  const change = `builtins.range = lambda n: [0]
def width():
    total = 0
    for _ in range(3):
        for _ in range(3):
            total += 2
    return total
`;
  expect(profile(net(change, "width()")).totals.params).toBe(6);
});

it("__init_subclass__ runs for a class that type() makes", () => {
  const source = `from torch import nn
class Base(nn.Module):
    width = 4
    def __init_subclass__(cls, **options):
        cls.width = 16
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, self.width, 1, bias=False)
    def forward(self, x):
        return self.conv(x)
net = type("Net", (Base,), {})()
`;
  expect(profile(source).totals.params).toBe(48);
});
