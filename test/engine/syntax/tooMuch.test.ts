/** A text that is data and no code is not read: its tree would take all memory there is. */
import { expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();
const MODEL = `from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.c(x)
`;
const LIST = `table = [${"1,".repeat(500_000)}]\n`;
const REASON = "takes more than 4,000,000 steps to parse, the most for one file";

it("a list of half a million numbers is refused with its reason, until the text changes", () => {
  const files = { "/app/net.py": MODEL + LIST, "/app/table.py": LIST };
  const host = memoryHost(files);
  const engine = createEngine({ parsers, host });
  expect(engine.profile("/app/net.py")).toMatchObject({ ok: false, reason: `/app/net.py ${REASON}` });
  expect(engine.analyze("/app/net.py")).toMatchObject({
    reports: [],
    diagnostics: [{ severity: "error", code: "limit", message: `this file ${REASON}` }],
  });
  files["/app/net.py"] = MODEL;
  engine.invalidate("/app/net.py");
  expect(engine.analyze("/app/net.py").reports.map(({ totals }) => totals.macs)).toEqual([10_645_344]);
});

it("a module of data that a model imports leaves the model its figures", () => {
  const host = memoryHost({ "/app/net.py": `from table import table\n${MODEL}`, "/app/table.py": LIST });
  const { reports } = createEngine({ parsers, host }).analyze("/app/net.py");
  expect(reports.map(({ totals }) => totals.macs)).toEqual([10_645_344]);
});

it("a line that goes on with a backslash on each of a hundred thousand lines is refused", () => {
  const host = memoryHost({ "/app/net.py": `${MODEL}x = 1 ${"\\\n".repeat(100_000)}+ 1\n` });
  const engine = createEngine({ parsers, host });
  expect(engine.profile("/app/net.py")).toMatchObject({ ok: false, reason: `/app/net.py ${REASON}` });
});

it("an argument text of that size is a hole", () => {
  expect(parsers.parseArguments("python", "1,".repeat(500_000))).toMatchObject([{ value: { kind: "hole" } }]);
});
