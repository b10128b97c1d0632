/** A statement of the file that passes a bound costs what it makes, and no other statement. */
import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/engine/analysis/settings.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function analyze(file: string, text: string) {
  const settings = { limits: { ...DEFAULT_SETTINGS.limits, steps: 100_000 } };
  const { reports, diagnostics } = createEngine({
    parsers,
    host: memoryHost({ [file]: text }),
    settings,
  }).analyze(file);
  return {
    macs: Object.fromEntries(reports.map(({ network, totals }) => [network, totals.macs])),
    limits: diagnostics
      .filter(({ code }) => code === "limit")
      .map(({ message, at }) => `${at.line}: ${message}`),
  };
}

const network = (name: string, width: string) => `
class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, ${width}, 3)
    def forward(self, x):
        return self.c(x)
`;

describe("networks after a statement that passes a bound keep their figures, but for what it makes", () => {
  it.each([
    [
      "a decorator that never ends",
      "def d(fn):\n    return d(fn)\n@d\ndef width(): return 8\n",
      "width()",
      3,
    ],
    ["a value that is set anew", "w = 8\ndef f(x): return f(x + 1)\nw = f(1)\n", "w", 3],
    ["a list that may have changed", "w = [8]\ndef f(x): return f(x)\nw[0] = f(1)\n", "w[0]", 3],
    [
      "a metaclass that never ends",
      "class M(type):\n    def __call__(cls):\n        return cls()\nclass A(metaclass=M): pass\na = A()\n",
      "a.width",
      4,
    ],
  ])("%s", (_what, before, width, line) => {
    const text = `from torch import nn\n${before}${network("Net", width)}${network("Other", "8")}`;
    const { macs, limits } = analyze("/app/net.py", text);
    expect(macs).toEqual({ Net: null, Other: 10_645_344 });
    expect(limits).toEqual([`${line}: calls nest too deeply`]);
  });

  it("a loop that takes all steps", () => {
    const text = `from torch import nn\nw = [1]\nwhile True:\n    w.append(1)\n${network("Net", "len(w)")}${network("Other", "8")}`;
    const { macs, limits } = analyze("/app/net.py", text);
    expect(macs).toEqual({ Net: null, Other: 10_645_344 });
    expect(limits).toEqual(["4: more than 40,000 steps, the most for this part of the program"]);
  });

  it("in TypeScript", () => {
    const build = (name: string, filters: string) => `
export function ${name}() {
  const m = tf.sequential();
  m.add(tf.layers.conv2d({inputShape: [32, 32, 3], filters: ${filters}, kernelSize: 3}));
  return m;
}`;
    const text = `import * as tf from "@tensorflow/tfjs";
let n = 8;
function f(x: number): number { return f(x + 1); }
n = f(1);
${build("net", "n")}${build("other", "8")}`;
    expect(analyze("/app/net.ts", text).macs).toEqual({ net: null, other: 194_400 });
  });
});
