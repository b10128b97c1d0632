/** One edit each that a kept engine could tell otherwise than a new one. */
import { beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { localChanges, outlineOf } from "../../../src/engine/incremental/changes.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const FILE = "/app/model.py";

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

/** The answer to `after` of an engine that was asked about `before`, and a new engine's. */
function answers(before: string, after: string, others: Readonly<Record<string, string>> = {}) {
  const files: Record<string, string> = { ...others, [FILE]: before };
  const engine = createEngine({ parsers, host: memoryHost(files) });
  engine.analyze(FILE);
  files[FILE] = after;
  const kept = engine.analyze(FILE);
  const fresh = createEngine({ parsers, host: memoryHost(files) }).analyze(FILE);
  return { kept, fresh };
}

const NET = `from torch import nn
if True:
    # convlens: input=1x3x8x8
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3)

        def forward(self, x):
            return self.conv(x)
`;

const TWO = `from torch import nn
from parts import noted


class First(nn.Module):
    def __init__(self):
        super().__init__()
        noted(self)
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)


class Second(nn.Module):
    def __init__(self):
        super().__init__()
        noted(self)
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x)
`;

describe("after an edit a kept engine", () => {
  it("tells where things stand in a block whose head is broken", () => {
    const { kept, fresh } = answers("if (True:\n    print(x)\n", "if (True:\n    print( x)\n");
    expect(fresh.diagnostics.length).toBeGreaterThan(1);
    expect(kept).toEqual(fresh);
  });

  it.each([
    ["in a signature that is broken", "self,{ width=8,", "self,{ width=3,"],
    ["in a comment inside of a signature", "self, width=(8 # eight\n  ),", "self, width=(8 # wide\n  ),"],
  ])("tells what stands %s", (_, before, after) => {
    const net = (init: string) => NET.replace("__init__(self", `__init__(${init} **kwargs`);
    const { kept, fresh } = answers(net(before), net(after));
    expect(kept).toEqual(fresh);
  });

  it("no longer takes an input from a comment that has moved away from its network", () => {
    const { kept, fresh } = answers(NET, NET.replace("    class", `${"    # a note\n".repeat(4)}    class`));
    expect(fresh.reports[0]?.input.shapes).not.toEqual([[1, 3, 8, 8]]);
    expect(kept).toEqual(fresh);
  });

  it("tells each network of the import that it misses, whichever network ran first", () => {
    const { kept, fresh } = answers(TWO, TWO.replace("Conv2d(3, 8, 3)", "Conv2d(3, 8, 5)"), {
      "/app/parts.py": "",
    });
    const told = fresh.reports.map(({ diagnostics }) => diagnostics.map(({ message }) => message));
    // At the import alone: the call that each network gives itself to follows from it.
    const missed = ["ImportError: cannot import 'noted' from parts"];
    expect(told).toEqual([missed, missed]);
    expect(kept).toEqual(fresh);
  });

  it("tells what an imported module's statements say by the network that a new engine would", () => {
    const parts = "missing()\n\n\ndef noted(network):\n    pass\n";
    for (const [from, to] of [
      ["3, 8, 3", "3, 8, 5"],
      ["3, 4, 3", "3, 4, 5"],
    ] as const) {
      const { kept, fresh } = answers(TWO, TWO.replace(from, to), { "/app/parts.py": parts });
      expect(JSON.stringify(fresh)).toContain("name 'missing' is not defined");
      expect(kept).toEqual(fresh);
    }
  });
});

it("a stretch of text that was two things which have parted is nowhere", () => {
  const read = (text: string) => outlineOf(parsers.parse(FILE, text), text);
  const call = { file: FILE, line: 1, column: 1, end_line: 1, end_column: 7 };
  expect(localChanges(read("call()\n"), read("call( )\n"))?.place(call)).toEqual({ ...call, end_column: 8 });
  expect(localChanges(read("call()\n"), read("(call())\n"))?.place(call)).toBeUndefined();
});
