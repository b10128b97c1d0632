import { describe, expect, it } from "vitest";
import type { ReportLayer } from "../../../src/engine/contract/report.ts";
import { DEVICES, parseDevices } from "../../../src/engine/cost/devices.ts";
import {
  boundOf,
  intensityOf,
  parameterBytes,
  ridgeOf,
  trafficOf,
} from "../../../src/engine/cost/roofline.ts";
import { withBounds } from "../../../src/engine/report/bounds.ts";
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

describe("what a sample moves", () => {
  const traffic = (call: string, body: string) =>
    profile(`
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1, bias=False)
    def forward(self, x):
        ${body}
Net()(${call})
`).layers.map((layer) => trafficOf(layer)?.activationBytes);

  it("is the same in a batch", () => {
    const one = traffic("torch.randn(1, 8, 32, 32)", "return self.conv(x)");
    expect(one).toEqual([4 * 2 * 8 * 32 * 32]);
    expect(traffic("torch.randn(16, 8, 32, 32)", "return self.conv(x)")).toEqual(one);
  });

  it("is summed over calls of different sizes", () => {
    expect(traffic("torch.randn(1, 8, 32, 32)", "return self.conv(self.conv(x)[:, :, ::2, ::2])")).toEqual([
      4 * 2 * (8 * 32 * 32 + 8 * 16 * 16),
    ]);
  });
});

describe("a report on a device", () => {
  const asked = { ...device, name: "Board", dtype: "float32", source: "datasheet" } as const;
  const report = profile(
    `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64),
            nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.Conv2d(64, 64, 3, padding=1, groups=64, bias=False))
    def forward(self, x):
        return self.body(x)
`,
    { input: ["1x3x56x56"] },
  );

  it("has the bound of each layer that multiplies, and their sum", () => {
    const { layers, roofline } = withBounds(report, asked);
    const values = 56 * 56;
    const expected = [
      { by: "compute", seconds: (2 * values * 64 * 27) / 1e12 },
      { by: null, seconds: null },
      { by: "compute", seconds: (2 * values * 64 * 64 * 9) / 1e12 },
      { by: "memory", seconds: (4 * (128 * values + 576)) / 1e11 },
    ];
    expect(layers.map(({ bound_by: by, bound_seconds: seconds }) => ({ by, seconds }))).toEqual(expected);
    expect(roofline).toMatchObject({ device: asked, layers: 3, memory_bound_layers: 1 });
    expect(roofline?.seconds).toBeCloseTo(
      expected.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
      12,
    );
  });

  it("is not known as a whole where a layer is not", () => {
    const [first, ...rest] = report.layers as [ReportLayer, ...ReportLayer[]];
    const { layers, roofline } = withBounds(
      { ...report, layers: [{ ...first, macs: null }, ...rest], totals: { ...report.totals, macs: null } },
      asked,
    );
    expect([layers[0]?.bound_seconds, roofline?.seconds]).toEqual([null, null]);
    expect(roofline?.known_seconds).toBeGreaterThan(0);
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
    expect(parseDevices([{ ...own, dtype: "bfloat16" }])).toEqual([]);
    expect(parseDevices("none")).toEqual([]);
  });
});
