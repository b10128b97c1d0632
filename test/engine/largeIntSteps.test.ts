/** Functions of large ints take steps by the size of their arguments, so that no loop over them outlives the bounds. */
import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/engine/analysis/settings.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

/** Neighbours of Fibonacci's row need the most divisions of all ints of their size. */
function complete(times: number, members: number, expression: string): boolean {
  const source = `import math
from torch import nn
def work():
    a, b = 1, 1
    for _ in range(${members}):
        a, b = b, a + b
    for _ in range(${times}):
        ${expression}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        work()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x)
`;
  const host = memoryHost({ "/app/net.py": source });
  const settings = { limits: { ...DEFAULT_SETTINGS.limits, steps: 1_000_000 } };
  const result = createEngine({ parsers, host, settings }).profile("/app/net.py");
  return result.ok && result.report.complete;
}

it.each(["math.gcd(a, b)", "math.lcm(a, b)", "pow(3, b, a)"])(
  "%s of large ints passes the bound",
  (expression) => {
    expect(complete(40, 9000, expression)).toBe(false);
    expect(complete(40, 20, expression)).toBe(true);
  },
);
