import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();

function profile(imports: string, layer: string, call: string, files: Readonly<Record<string, string>> = {}) {
  const text = `import torch
from torch import nn
${imports}

QC = torch.ao.quantization.get_default_qat_qconfig("fbgemm")

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
  return {
    params: totals.params,
    macs: totals.macs,
    said: diagnostics.map(({ message }) => message).join("\n"),
  };
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

  it("take from each other what the tables have, and from the files what these lack", () => {
    const { params, said } = profile(
      "from torch.ao.nn.qat import Linear",
      "Linear(16, 4, qconfig=QC)",
      "self.m(x)",
      {
        "/site/torch/__init__.py": "raise RuntimeError('compiled')\n",
        "/site/torch/ao/nn/qat/__init__.py": "from .modules import *\n",
        "/site/torch/ao/nn/qat/modules/__init__.py": "from .linear import Linear\n__all__ = ['Linear']\n",
        "/site/torch/ao/nn/qat/modules/linear.py": `import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.parametrize import type_before_parametrizations
from ...modules.helpers import check

class Linear(nn.Linear):
    def __init__(self, inside, outside, bias=True, qconfig=None):
        super().__init__(inside, outside, bias)
        assert qconfig and type_before_parametrizations(self) == Linear
        check(self)
        self.weight_fake_quant = qconfig.weight(factory_kwargs={})

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight_fake_quant(self.weight), self.bias)
`,
        "/site/torch/ao/nn/modules/__init__.py": "",
        "/site/torch/ao/nn/modules/helpers.py": "def check(layer):\n    layer.reset_parameters()\n",
      },
    );
    expect({ params, said }).toEqual({ params: 16 * 4 + 4, said: "" });
  });

  it("that pack their weights cost what those of torch.nn do and have no parameters", () => {
    const { params, macs, said } = profile(
      "import torch.ao.nn.quantized as q",
      "q.Linear(16, 4)",
      "self.m(x)",
    );
    expect({ params, macs, said }).toEqual({ params: 0, macs: 2 * 16 * 4, said: "" });
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
