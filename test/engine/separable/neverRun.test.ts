/** Layers that are made and do not run: their parameters follow swaps of their line, and α. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { eligibleLayers, simulateSwap } from "../../../src/engine/separable/simulate.ts";
import { loadParsers } from "../../../src/node/wasm.ts";
import { memoryHost } from "../memoryHost.ts";

const parsers = await loadParsers();
const file = "/app/net.py";

const NET = `
import torch
from torch import nn

def conv(i, o, k):
    return nn.Sequential(nn.Conv2d(i, o, k, bias=False), nn.BatchNorm2d(o), nn.ReLU())

class Head(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.mix = conv(w, 2 * w, 1)
        self.filter = conv(2 * w, 4 * w, 3)
        self.fc = nn.Linear(4 * w, 10)

    def forward(self, x):
        return self.fc(self.filter(self.mix(x)).mean([2, 3]))

class Net(nn.Module):
    def __init__(self, w=16):
        super().__init__()
        self.stem = nn.Conv2d(3, w, 3)
        self.body = conv(w, w, 3)
        self.aux = Head(w)
        self.left = nn.Conv2d(w, w, 3)
        self.head = nn.Linear(w, 10)

    def forward(self, x):
        x = self.body(self.stem(x))
        if self.training:
            return self.head(x.mean([2, 3])), self.aux(x)
        return self.head(x.mean([2, 3]))
`;

const engine = createEngine({ parsers, host: memoryHost({ [file]: NET }) });

describe("layers that do not run", () => {
  it("are told with their parameters", () => {
    const result = engine.profile(file, { model: "Net" });
    if (!result.ok) throw new Error(result.reason);
    expect(result.report.never_run?.map(({ name, params }) => [name, params])).toEqual([
      ["aux.mix.0", 16 * 32],
      ["aux.mix.1", 2 * 32],
      ["aux.filter.0", 9 * 32 * 64],
      ["aux.filter.1", 2 * 64],
      ["aux.fc", 64 * 10 + 10],
      ["left", 9 * 16 * 16 + 16],
    ]);
  });

  it("are swapped with the other layers of their line", () => {
    const rewritten = engine.rewrite(file, { model: "Net", layers: "all" });
    if (!rewritten.ok) throw new Error(rewritten.reason);
    const { layers, never_run, traced, simulated } = rewritten.rewrite;
    expect({ layers, never_run }).toEqual({ layers: ["body.0"], never_run: ["aux.filter.0"] });
    expect(traced).toEqual(simulated);
  });

  it("cost in a report's simulation what they cost in the engine's", () => {
    const profiled = engine.profile(file, { model: "Net" });
    const simulated = engine.simulate(file, { model: "Net", swap: "all" });
    if (!profiled.ok || !simulated.ok) throw new Error("not simulated");
    const { macs, params } = simulateSwap(profiled.report, eligibleLayers(profiled.report));
    const { totals } = simulated.simulation.after;
    expect({ macs, params }).toEqual({ macs: totals.macs, params: totals.params });
  });

  it("become as thin as those that run: in training, or each by itself", () => {
    const result = engine.simulate(file, { model: "Net", swap: "none", alpha: 0.5 });
    const half = engine.profile(file, { model: "Net", args: "8" });
    if (!result.ok || !half.ok) throw new Error("not simulated");
    expect(result.simulation.after.totals.params).toBe(half.report.totals.params);
    expect(result.simulation.unfollowed).toEqual(["left"]);
  });

  it("are swapped and thinned at once as the program is that is both", () => {
    const result = engine.simulate(file, { model: "Net", swap: "all", alpha: 0.5 });
    const half = engine.simulate(file, { model: "Net", args: "8", swap: "all" });
    if (!result.ok || !half.ok) throw new Error("not simulated");
    expect(result.simulation.after.totals.params).toBe(half.simulation.after.totals.params);
  });
});
