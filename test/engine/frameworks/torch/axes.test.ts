/** Axes that a tensor does not have, which torch refuses; what it says was tried on torch 1.13. */
import { expect, it } from "vitest";
import { createEngine } from "../../../../src/engine/engine.ts";
import { loadParsers } from "../../../../src/node/wasm.ts";
import { memoryHost } from "../../memoryHost.ts";

const parsers = await loadParsers();

/** The first, which the others follow from. */
function message(call: string): readonly string[] {
  const text = `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)
    def forward(self, x):
        scalar, row = x.sum(), x[0]
        ${call}
        return self.fc(x)
`;
  const engine = createEngine({ parsers, host: memoryHost({ "/app/model.py": text }) });
  const profiled = engine.profile("/app/model.py", { model: "Net", input: ["1x3"] });
  return profiled.ok
    ? profiled.report.diagnostics.slice(0, 1).map(({ message }) => message)
    : [profiled.reason];
}

it.each([
  "scalar.narrow(0, 0, 1)",
  "scalar.narrow(0, 1, x.shape[0])",
  "scalar.select(0, 0)",
  "scalar.unique(dim=0)",
  "scalar.unique_consecutive(dim=0)",
  "scalar.diff()",
  "torch.trapezoid(scalar)",
])("%s has no axis to work on", (call) => {
  expect(message(call)).toEqual([expect.stringMatching(/has no axis (0|-1)$/)]);
});

it.each(["torch.take_along_dim(row, torch.tensor(0), 0)", "torch.take_along_dim(x, torch.tensor([0]), 1)"])(
  "%s has indices of another number of axes",
  (call) => {
    expect(message(call)).toEqual([expect.stringMatching(/have not as many axes$/)]);
  },
);

it("narrow() takes nothing from before the first element", () => {
  expect(message("row.narrow(0, -1, 1)")).toEqual([]);
  expect(message("row.narrow(0, -4, 1)")).toEqual([expect.stringMatching(/cannot take 1 elements from -1/)]);
});
