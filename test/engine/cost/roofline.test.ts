import { describe, expect, it } from "vitest";
import type { ReportLayer } from "../../../src/engine/contract/report.ts";
import { DEVICES, parseDevices, withDtype } from "../../../src/engine/cost/devices.ts";
import { needOf } from "../../../src/engine/cost/fit.ts";
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

describe("a report on a device with little memory", () => {
  const small = { ...device, name: "Board", dtype: "int8", source: "datasheet" } as const;
  const report = profile(
    `
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.second = nn.Conv2d(16, 8, 3, padding=1, bias=False)
    def forward(self, x):
        return self.second(self.first(x))
`,
    { input: ["1x3x32x32"] },
  );
  const values = 32 * 32;

  it("says of each layer whether input and output fit together, and its weights", () => {
    const room = { ...small, memory: 20 * values, weight_memory: 500 };
    const { layers, roofline } = withBounds(report, room);
    expect(layers).toMatchObject([
      { needs_activation_bytes: 19 * values, needs_weight_bytes: 432 },
      { needs_activation_bytes: 24 * values, does_not_fit: ["activations", "weights"] },
    ]);
    expect(layers[0]?.does_not_fit).toBeUndefined();
    expect(roofline?.fit).toEqual({
      ...{ layers_over_memory: 1, most_activation_bytes: 24 * values },
      ...{ weight_bytes: 432 + 1152, weights_fit: false },
    });
  });

  it("counts values as large as the dtype has them", () => {
    const { layers } = withBounds(report, { ...small, dtype: "float32", memory: 20 * values });
    expect(layers.map((layer) => layer.needs_activation_bytes)).toEqual([4 * 19 * values, 4 * 24 * values]);
  });

  it("says nothing of it where the device's memory is not known", () => {
    const { layers, roofline } = withBounds(report, small);
    expect([layers[0]?.needs_activation_bytes, roofline?.fit]).toEqual([undefined, undefined]);
  });

  it("needs the values between the two parts of a separable form, never all three at once", () => {
    const [, second] = report.layers as [ReportLayer, ReportLayer];
    expect(needOf(second, small, 10, "separable")).toEqual({ activations: 32 * values, weights: 10 });
  });

  it("is bound by operations alone where no bandwidth is told", () => {
    const { layers } = withBounds(report, { ...small, bandwidth: null });
    expect(layers[0]).toMatchObject({ bound_seconds: (2 * 432 * values) / 1e12, bound_by: "compute" });
  });
});

describe("devices", () => {
  it.each(DEVICES)("each name source, kind and year of every figure: $name", (device) => {
    const { figures = [], flops, dtype, bandwidth, memory, weight_memory, source } = device;
    const told = new Map(figures.map((figure) => [figure.of, figure]));
    expect(told.size).toBe(figures.length);
    expect(told.get(dtype)?.value).toBe(flops);
    const others = [bandwidth ?? undefined, memory, weight_memory];
    expect((["bandwidth", "memory", "weight_memory"] as const).map((of) => told.get(of)?.value)).toEqual(
      others,
    );
    expect(source).toContain(told.get(dtype)?.source);
    for (const figure of figures) {
      expect(figure.value).toBeGreaterThan(0);
      expect(["datasheet", "derived", "measured"]).toContain(figure.kind);
      expect(figure.year).toBeGreaterThan(2005);
      expect(figure.source.length).toBeGreaterThan(5);
    }
  });

  it("have names that tell them apart", () => {
    expect(new Set(DEVICES.map(({ name }) => name)).size).toBe(DEVICES.length);
  });

  it("are never slower at a smaller type of values", () => {
    for (const { peaks = {} } of DEVICES) {
      const known = [peaks.float32, peaks.float16, peaks.int8].filter((peak) => peak !== undefined);
      expect(known).toEqual(known.toSorted((a, b) => a - b));
    }
  });

  it("have their peak at the chosen dtype, and none where no figure is known", () => {
    const named = (part: string) => DEVICES.find(({ name }) => name.includes(part));
    const [pi, coral] = [named("Pi 5"), named("Coral")];
    expect(pi && withDtype(pi, "int8")).toMatchObject({ dtype: "int8", flops: 614.4e9 });
    expect(pi && withDtype(pi, "int8")?.source).toContain("dot products");
    expect(coral && withDtype(coral, "float32")).toBeUndefined();
  });

  it("of the user may have peaks of other dtypes and memory in KiB", () => {
    const board = {
      name: "Board",
      gflops: 1,
      bandwidth: 1,
      peaks: { int8: 4 },
      memory: 512,
      weightMemory: 2048,
    };
    const [device] = parseDevices([board]);
    expect(device).toMatchObject({ memory: 524_288, weight_memory: 2_097_152 });
    expect(device && withDtype(device, "int8")?.flops).toBe(4e9);
    expect(device && withDtype(device, "float32")?.flops).toBe(1e9);
    expect(parseDevices([{ ...board, peaks: { int4: 8 } }])).toEqual([]);
    expect(parseDevices([{ ...board, memory: 0 }])).toEqual([]);
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
