/** Arguments that a comment gives: `# convlens: args=…`. */
import { expect, test } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const NET = `import torch.nn as nn
# HERE
# convlens: input=1x3x8x8
class Net(nn.Module):
    def __init__(self, width: int, *, classes: int = 10):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 1, bias=False)
    def forward(self, x):
        return self.conv(x)
`;

function engineOf(text: string) {
  let current = text;
  let version = 0;
  const host = { ...memoryHost({}), read: () => current, version: () => String(version), isFile: () => true };
  const engine = createEngine({ parsers, host });
  const edit = (next: string): void => {
    current = next;
    version += 1;
  };
  return { analyze: () => engine.analyze("/app/net.py"), engine, edit };
}

test("make a network of what needs some, and are told with their place", () => {
  const { reports, failures } = engineOf(NET.replace("HERE", "convlens: args=4, classes=2")).analyze();
  expect(failures).toEqual([]);
  expect(reports[0]).toMatchObject({
    complete: true,
    totals: { macs: 8 * 8 * 3 * 4 },
    input: { origin: "comment" },
    arguments: { text: "4, classes=2", origin: "comment", at: { line: 2 } },
  });
});

test("are read by a profile of that network, and the user's own go before", () => {
  const { engine } = engineOf(NET.replace("HERE", "convlens: args=4"));
  const macs = (args?: string) => {
    const result = engine.profile("/app/net.py", { model: "Net", ...(args && { args }) });
    return result.ok ? result.report.totals.macs : result.reason;
  };
  expect([macs(), macs("2")]).toEqual([8 * 8 * 3 * 4, 8 * 8 * 3 * 2]);
});

test("count from the edit that writes them, and no longer after the one that takes them away", () => {
  const { analyze, edit } = engineOf(NET);
  expect(analyze().failures[0]?.reason).toBe("needs width");
  edit(NET.replace("HERE", "convlens: args=4"));
  expect(analyze().reports[0]?.totals.macs).toBe(8 * 8 * 3 * 4);
  edit(NET.replace("HERE", "convlens: args=8"));
  expect(analyze().reports[0]?.totals.macs).toBe(8 * 8 * 3 * 8);
  edit(NET);
  expect(analyze().failures[0]?.reason).toBe("needs width");
});

test("that lack something say what", () => {
  const { reports } = engineOf(NET.replace("HERE", "convlens: args=classes=2")).analyze();
  expect(reports[0]?.complete).toBe(false);
  expect(reports[0]?.diagnostics.map(({ message }) => message).join()).toContain("width");
});

test("the definition is told as it is written", () => {
  expect(engineOf(NET).analyze().signatures).toEqual([
    { network: "Net", text: "width: int, classes: int = 10" },
  ]);
});
