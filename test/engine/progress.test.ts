/** What the engine tells of the line that runs, for a watchdog outside of it. */
import { expect, test } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const FILE = "/app/model.py";
const TEXT = `
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        n = 0
        while n < 100000:
            n = max(n, 0) + 1
    def forward(self, x):
        return x
`;

test("tells the network that begins and the line that runs long", async () => {
  const lines: (number | undefined)[] = [];
  const onProgress = (at: { readonly line: number } | undefined) => lines.push(at?.line);
  const host = memoryHost({ [FILE]: TEXT });
  createEngine({ parsers: await loadParsers(), host, settings: { onProgress } }).analyze(FILE);
  expect(lines[0]).toBe(4);
  expect(lines.some((line) => line === 8 || line === 9)).toBe(true);
});
