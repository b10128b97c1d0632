/** Traces to reports: rows, names, sums, memory, and what is not known. */

import { describe, expect, it } from "vitest";
import { batchAtFront } from "../../../src/engine/inputs/batchAxis.ts";
import { Tensor, Unknown } from "../../../src/engine/interpret/values.ts";
import { eligibleLayers, simulateSwap } from "../../../src/engine/separable/simulate.ts";
import mobilenet from "../../truth/mobilenet.json" with { type: "json" };
import { profile } from "../profile.ts";
import { parameter, site, span, TraceMaker, tensor } from "./traces.ts";

describe("the paper's network with standard convolutions", () => {
  const make = new TraceMaker();
  const image = tensor(1, 3, 224, 224);
  let x = make.batchNorm("stem.bn", make.conv("stem.conv", image, 32, { stride: [2, 2] }));
  for (const [i, [, out = 0, stride = 1]] of mobilenet.body.blocks_in_out_stride.entries()) {
    x = make.batchNorm(`${i}.bn`, make.conv(`${i}.conv`, x, out, { stride: [stride, stride] }));
  }
  const scores = tensor(1, 1000);
  make.record(
    {
      op: "linear",
      name: "linear",
      inputs: [x],
      outputs: [scores],
      weights: make.weights(parameter(1000, 1024), parameter(1000)),
      macs: 1024 * 1000,
    },
    { scope: make.scope(make.instance("Linear", "fc")) },
  );
  const report = make.report([image], [scores]);

  it("has the totals of table 4", () => {
    const { macs, params } = mobilenet.table_4_swap.conv_mobilenet_224;
    expect(report.totals).toMatchObject({ macs, params, trainable_params: params });
    expect(report.complete).toBe(true);
  });

  it("becomes MobileNet when every eligible convolution is swapped", () => {
    const { macs, params } = mobilenet.table_4_swap.mobilenet_224;
    expect(simulateSwap(report, eligibleLayers(report))).toMatchObject({ swapped: 13, macs, params });
  });

  it("leaves the stem standard unless it is asked for", () => {
    expect(report.layers[0]).toMatchObject({ name: "stem.conv", swappable: false });
    expect(report.layers[0]?.not_swappable).toContain("first convolution");
    expect(eligibleLayers(report, "swap").size).toBe(14);
  });
});

describe("table 3 of the paper", () => {
  it("is one layer on feature maps, which is no stem", () => {
    const make = new TraceMaker();
    const input = tensor(1, 512, 14, 14);
    const report = make.report([input], [make.conv("conv", input, 512)]);
    const { standard, separable } = mobilenet.table_3_one_layer;
    expect(report.layers[0]).toMatchObject({
      macs: standard.macs,
      params: standard.params,
      swappable: true,
      separable_macs: separable.macs,
      separable_params: separable.params,
    });
  });
});

describe("rows", () => {
  it("sum the calls of one layer and count its parameters once", () => {
    const make = new TraceMaker();
    const layer = make.instance("Conv2d", "head.conv", true, site(12, site(30)));
    const weights = make.weights(parameter(8, 16, 1, 1));
    const input = tensor(1, 16, 4, 4);
    const output = tensor(1, 8, 4, 4);
    for (const line of [20, 21]) {
      make.record(
        { op: "conv", name: "conv2d", inputs: [input], outputs: [output], weights, macs: 2048 },
        { scope: make.scope(layer), site: site(line) },
      );
    }
    const { layers } = make.report([input], [output]);
    expect(layers).toHaveLength(1);
    expect(layers[0]).toMatchObject({ name: "head.conv", type: "Conv2d", macs: 4096, params: 128, calls: 2 });
    expect(layers[0]).toMatchObject({ at: { line: 12 }, path: [{ line: 30 }], called_at: { line: 20 } });
  });

  it("take all ops inside a layer together, from its first input to its last output", () => {
    const make = new TraceMaker();
    const layer = make.instance("MultiheadAttention", "attn");
    const scope = make.scope(layer);
    const [query, projected, mixed] = [tensor(5, 32), tensor(5, 96), tensor(5, 40)] as const;
    make.record(
      { op: "linear", name: "linear", inputs: [query], outputs: [projected], macs: 900 },
      { scope },
    );
    make.record(
      { op: "attention", name: "attention", inputs: [projected], outputs: [mixed], macs: 1000 },
      { scope },
    );
    const { layers } = make.report([query], [mixed]);
    expect(layers).toMatchObject([
      { op: "attention", kind: "attention", macs: 1900, calls: 1, in: [[5, 32]], out: [[5, 40]] },
    ]);
  });

  it("name functions after the module that calls them, one row a place", () => {
    const make = new TraceMaker();
    const block = make.instance("Block", "blocks.0", false);
    const [a, b] = [tensor(4, 4), tensor(4, 4)] as const;
    for (const line of [7, 8, 7]) {
      make.record(
        { op: "matmul", name: "matmul", inputs: [a, a], outputs: [b], macs: 64 },
        { scope: make.scope(block), site: site(line) },
      );
    }
    const { layers } = make.report([a], [b]);
    expect(layers.map(({ name, calls, macs }) => [name, calls, macs])).toEqual([
      ["blocks.0.matmul", 2, 128],
      ["blocks.0.matmul_1", 1, 64],
    ]);
  });

  it("give shared parameters to the first of their layers", () => {
    const make = new TraceMaker();
    const shared = make.weights(parameter(10, 4));
    const x = tensor(1, 4);
    make.record(
      { op: "embedding", name: "embedding", inputs: [x], outputs: [x], weights: shared },
      { scope: make.scope(make.instance("Embedding", "tok")) },
    );
    make.record(
      { op: "linear", name: "linear", inputs: [x], outputs: [x], weights: shared, macs: 40 },
      { scope: make.scope(make.instance("Linear", "head")) },
    );
    const report = make.report([x], [x]);
    expect(report.layers.map(({ params }) => params)).toEqual([40, 0]);
    expect(report.totals.params).toBe(40);
  });

  it("leave out what costs nothing and has no parameters, but count its elements", () => {
    const make = new TraceMaker();
    const x = tensor(1, 8);
    make.record({ name: "relu", inputs: [x], outputs: [tensor(1, 8)], elementwise: 8 });
    const report = make.report([x], [x]);
    expect(report.layers).toEqual([]);
    expect(report.totals).toMatchObject({ macs: 0, elementwise: 8, activation_bytes: 32 });
  });

  it("say which kind of convolution they are, and keep unequal padding", () => {
    const make = new TraceMaker();
    const x = tensor(1, 32, 8, 8);
    make.conv("dense", x, 32, {
      padding: [
        [0, 1],
        [0, 1],
      ],
      kernel: [2, 2],
    });
    make.conv("depthwise", x, 32, { groups: 32 });
    make.conv("grouped", x, 32, { groups: 4 });
    make.conv("pointwise", x, 64, {
      kernel: [1, 1],
      padding: [
        [0, 0],
        [0, 0],
      ],
    });
    const { layers } = make.report([x], []);
    expect(layers.map(({ name, kind }) => [name, kind])).toEqual([
      ["dense", "standard"],
      ["depthwise", "depthwise"],
      ["grouped", "grouped"],
      ["pointwise", "pointwise"],
    ]);
    expect(layers.map(({ padding }) => padding)).toEqual([
      [0, 1, 0, 1],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    expect(layers.map(({ swappable }) => swappable)).toEqual([true, false, false, false]);
  });
});

describe("memory", () => {
  it("peaks where the most tensors are alive at once", () => {
    const make = new TraceMaker();
    const [a, b, c, d] = [tensor(100), tensor(200), tensor(50), tensor(10)] as const;
    make.record({ inputs: [a], outputs: [b] });
    make.record({ inputs: [b], outputs: [c] });
    make.record({ inputs: [a, c], outputs: [d] });
    // a + b + c are alive while c is made: 350 floats.
    expect(make.report([a], [d]).totals).toMatchObject({
      activation_bytes: 1040,
      peak_activation_bytes: 1400,
    });
  });

  it("takes nothing for views and results in place", () => {
    const make = new TraceMaker();
    const [a, flat] = [tensor(2, 50), tensor(100)] as const;
    flat.storage = a.storage;
    make.record({ inputs: [a], outputs: [flat], view: true });
    make.record({ inputs: [flat], outputs: [flat] });
    expect(make.report([a], [flat]).totals).toMatchObject({
      activation_bytes: 0,
      peak_activation_bytes: 400,
    });
  });

  it("counts bytes by the dtype", () => {
    const make = new TraceMaker();
    const [a, b] = [new Tensor([10], "bool"), new Tensor([10], "bfloat16")] as const;
    make.record({ inputs: [a], outputs: [b] });
    expect(make.report([a], [b]).totals).toMatchObject({ activation_bytes: 20, peak_activation_bytes: 30 });
  });
});

describe("a batch", () => {
  it("is shared out: figures are per sample", () => {
    const make = new TraceMaker();
    const image = tensor(8, 16, 4, 4);
    const report = make.report([image], [make.conv("conv", image, 16)], { batch: batchAtFront(8) });
    expect(report.layers[0]).toMatchObject({ macs: 16 * 16 * 16 * 9, separable_macs: 16 * 16 * (9 + 16) });
    expect(report.totals).toMatchObject({
      macs: 16 * 16 * 16 * 9,
      params: 16 * 16 * 9,
      activation_bytes: 16 * 16 * 4,
    });
  });
});

describe("what is not known", () => {
  it("is null, makes the report incomplete, and is explained once", () => {
    const make = new TraceMaker();
    const why = new Unknown("needs num_classes", span(9));
    const [x, y] = [tensor(1, 64), tensor(1, why)] as const;
    make.record(
      {
        op: "linear",
        name: "linear",
        inputs: [x],
        outputs: [y],
        weights: make.weights(parameter(why, 64)),
        macs: why,
        elementwise: 0,
      },
      { scope: make.scope(make.instance("Linear", "fc", true, site(5))) },
    );
    const report = make.report([x], [y]);
    expect(report.layers[0]).toMatchObject({
      macs: null,
      params: null,
      out: [[1, null]],
      activation_bytes: null,
    });
    expect(report).toMatchObject({ complete: false, totals: { macs: null, params: null } });
    expect(report.diagnostics).toMatchObject([
      { severity: "warning", code: "unknown-value", message: "fc: needs num_classes", at: { line: 9 } },
    ]);
  });

  it("names the first of the layers that one reason spreads to", () => {
    const make = new TraceMaker();
    const why = new Unknown("needs width", span(9));
    const x = tensor(1, why);
    for (const name of ["a", "b", "c"]) {
      const cost = { op: "linear", name: "linear", inputs: [x], outputs: [x], macs: why } as const;
      make.record(cost, { scope: make.scope(make.instance("Linear", name)) });
    }
    expect(make.report([x], [x]).diagnostics).toMatchObject([{ message: "a and 2 more: needs width" }]);
  });

  it("passes on what the program did wrong and where the trace has gaps", () => {
    const make = new TraceMaker();
    const related = [{ message: "made here", at: span(2) }];
    const trace = {
      ops: [],
      diagnostics: [
        { severity: "error", code: "shape-mismatch", message: "64 against 32", at: span(3), related },
      ] as const,
      gaps: [
        { reason: "timm is not installed", at: span(1) },
        { reason: "timm is not installed", at: span(1) },
      ],
      assumptions: [],
    };
    const report = make.report([], [], { trace });
    expect(report.complete).toBe(false);
    expect(report.diagnostics).toMatchObject([
      {
        severity: "error",
        code: "shape-mismatch",
        message: "64 against 32",
        at: { line: 3 },
        related: [{ at: { line: 2 } }],
      },
      { severity: "warning", code: "unknown-value", message: "timm is not installed", at: { line: 1 } },
    ]);
  });
});

describe("what a convolution is given", () => {
  it("is what it is called with, also where it pads by a layer of its own", () => {
    const { layers } = profile(`import torch
from torch import nn
import torch.nn.functional as F
class SameConv(nn.Conv2d):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pad = nn.ZeroPad2d((0, 1, 0, 1))
    def forward(self, x):
        x = self.pad(x)
        return F.conv2d(x, self.weight, self.bias, self.stride)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.outer = nn.ZeroPad2d(1)
        self.conv = SameConv(3, 8, 3, stride=2)
    def forward(self, x):
        return self.conv(self.outer(x))
net = Net()
net(torch.zeros(1, 3, 222, 222))
`);
    expect(layers.map(({ name, in: given, out }) => [name, given, out])).toEqual([
      ["conv", [[1, 3, 224, 224]], [[1, 8, 112, 112]]],
    ]);
  });
});
