import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function profile(imports: string, layer: string, call: string, files: Readonly<Record<string, string>> = {}) {
  const text = `import torch
from torch import nn
${imports}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = ${layer}

    def forward(self, x):
        return ${call}
`;
  const engine = createEngine({
    parsers,
    host: memoryHost({ "/app/net.py": text, ...files }, ["/app", "/site"]),
  });
  const result = engine.profile("/app/net.py", { model: "Net", input: ["5x2x16"] });
  if (!result.ok) throw new Error(result.reason);
  const { totals, diagnostics } = result.report;
  return { params: totals.params, said: diagnostics.map(({ message }) => message).join("\n") };
}

describe("layers for quantization", () => {
  it("that cost what those of torch.nn do have their figures", () => {
    const { params } = profile("from torch.nn import quantizable as q", "q.LSTM(16, 16, 1)", "self.m(x)[0]");
    expect(params).toBe(2176); // 4 · (16² + 16² + 2 · 16)
  });

  it("are read from torch's own files where these are there and the tables lack them", () => {
    const { params, said } = profile("import torch.nn.intrinsic as nni", "nni.Pair(16, 4)", "self.m(x)", {
      "/site/torch/nn/intrinsic/__init__.py": "from .modules import Pair\n",
      "/site/torch/nn/intrinsic/modules.py": `import torch.nn as nn

class Pair(nn.Sequential):
    def __init__(self, inside, outside):
        super().__init__(nn.Linear(inside, outside), nn.ReLU())
`,
    });
    expect({ params, said }).toEqual({ params: 16 * 4 + 4, said: "" });
  });

  // torch 1.13 has 1,904 parameters in the attention, where torch.nn's has 1,088.
  it.each([
    ["from torch.nn import quantizable as q", "q.MultiheadAttention(16, 4)", "self.m(x, x, x)[0]"],
    ["from torch.ao.nn import quantizable as q", "q.MultiheadAttention(16, 4)", "self.m(x, x, x)[0]"],
    ["import torch.nn.qat as q", "q.Linear(16, 4, qconfig=torch.quantization.default_qconfig)", "self.m(x)"],
  ])("that are others than those of torch.nn are unknown, and no error: %s, %s", (imports, layer, call) => {
    const { params, said } = profile(imports, layer, call);
    expect({ params, said }).toEqual({ params: null, said: expect.stringMatching(/is not modelled/) });
    expect(said).not.toContain("TypeError");
  });
});
