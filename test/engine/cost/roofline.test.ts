import { describe, expect, it } from "vitest";
import { DEVICES, parseDevices } from "../../../src/engine/cost/devices.ts";
import {
  boundOf,
  intensityOf,
  parameterBytes,
  ridgeOf,
  trafficOf,
} from "../../../src/engine/cost/roofline.ts";
import type { ReportLayer } from "../../../src/engine/report/contract.ts";
import { profile } from "../profile.ts";

const { layers } = profile(
  `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.standard = nn.Conv2d(64, 64, 3, padding=1, bias=False)
        self.depthwise = nn.Conv2d(64, 64, 3, padding=1, groups=64, bias=False)
    def forward(self, x):
        return self.depthwise(self.standard(x))
Net()(torch.randn(1, 64, 56, 56))
`.replace("from torch import nn", "import torch\nfrom torch import nn"),
);
const [standard, depthwise] = layers as [ReportLayer, ReportLayer];

const device = { flops: 1e12, bandwidth: 1e11 };

describe("the roofline of a layer", () => {
  it("moves inputs, outputs and weights once, four bytes each", () => {
    expect(trafficOf(standard)).toEqual({
      parameterBytes: 4 * 36_864,
      activationBytes: 4 * 2 * 64 * 56 * 56,
    });
    expect(parameterBytes(null)).toBeNull();
  });

  it("finds a depthwise convolution bound by memory where a standard one is bound by compute", () => {
    expect(boundOf(standard.macs, trafficOf(standard), device)?.by).toBe("compute");
    expect(boundOf(depthwise.macs, trafficOf(depthwise), device)?.by).toBe("memory");
    expect(ridgeOf(device)).toBe(10);
  });

  it("does not make a ninth of the operations a ninth of the time", () => {
    const [whole, part] = [standard, depthwise].map((layer) => boundOf(layer.macs, trafficOf(layer), device));
    expect((standard.macs ?? 0) / (depthwise.macs ?? 1)).toBe(64);
    expect((whole?.seconds ?? 0) / (part?.seconds ?? 1)).toBeLessThan(20);
  });

  it("is unknown where a figure is", () => {
    expect(intensityOf(null, trafficOf(standard))).toBeUndefined();
    expect(boundOf(1, undefined, device)).toBeUndefined();
  });
});

describe("devices", () => {
  it("each name the source of their figures", () => {
    for (const { source, dtype } of DEVICES) expect([source.length > 10, dtype]).toEqual([true, "float32"]);
  });

  it("of the user are in the units of datasheets; what is wrong is left out", () => {
    const own = { name: "Board", gflops: 472, bandwidth: 25.6, dtype: "float16" };
    expect(
      parseDevices([own, { name: "", gflops: 1, bandwidth: 1 }, null, { name: "x", gflops: -1 }]),
    ).toEqual([
      { name: "Board", flops: 472e9, bandwidth: 25.6e9, dtype: "float16", source: "convlens.devices" },
    ]);
    expect(parseDevices("none")).toEqual([]);
  });
});
