import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Report, ReportLayer } from "../../../src/engine/contract/report.ts";
import { IMPOSSIBLE, passGate } from "../../../src/engine/report/gate.ts";

const at = { file: "net.py", line: 5, column: 9 };

const LAYER: ReportLayer = {
  name: "conv",
  type: "Conv2d",
  op: "conv",
  kind: "standard",
  in: [[1, 3, 8, 8]],
  out: [[1, 8, 6, 6]],
  kernel: [3, 3],
  stride: [1, 1],
  padding: [0, 0],
  dilation: [1, 1],
  groups: 1,
  in_channels: 3,
  out_channels: 8,
  bias: true,
  macs: 7776,
  params: 224,
  trainable_params: 224,
  elementwise: 288,
  activation_bytes: 1152,
  calls: 1,
  at,
  path: [],
  called_at: null,
  swappable: true,
  separable_macs: 1836,
  separable_params: 65,
  separable_trainable_params: 65,
};

function reportOf(layer: Partial<ReportLayer> = {}, more: Partial<Report> = {}): Report {
  return {
    version: 1,
    tool: "convlens",
    file: "net.py",
    language: "python",
    framework: "torch",
    network: "Net",
    network_at: at,
    networks: ["Net"],
    input: { shapes: [[1, 3, 8, 8]], dtypes: ["float32"], origin: "default" },
    output: [[1, 8, 6, 6]],
    complete: true,
    totals: {
      macs: 7776,
      params: 224,
      trainable_params: 224,
      elementwise: 288,
      activation_bytes: 1152,
      peak_activation_bytes: 1920,
    },
    layers: [{ ...LAYER, ...layer }],
    diagnostics: [],
    ...more,
  };
}

describe("the gate", () => {
  test("leaves a report alone that can be", () => {
    const report = reportOf();
    expect(passGate(report, at)).toBe(report);
  });

  test.each([-8, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("lets no %s MACs pass", (macs) => {
    const gated = passGate(reportOf({ macs }), at);
    expect(gated.complete).toBe(false);
    expect(gated.layers[0]?.macs).toBeNull();
    expect(gated.totals).toMatchObject({ macs: null, params: 224 });
    expect(gated.diagnostics).toEqual([
      {
        severity: "error",
        code: IMPOSSIBLE,
        message: `conv: no layer can have macs ${macs}; what cannot be is left out`,
        at,
      },
    ]);
  });

  test("tells all that is wrong with a layer at once, and keeps the dims that can be", () => {
    const gated = passGate(reportOf({ out_channels: -8, out: [[1, -8, 6, 6]], stride: [0, 1] }), at);
    expect(gated.layers[0]).toMatchObject({ out_channels: null, out: [[1, null, 6, 6]], stride: null });
    expect(gated.diagnostics.map(({ message }) => message)).toEqual([
      "conv: no layer can have stride 0,1, out_channels -8, the shape 1×-8×6×6 of its output; what cannot be is left out",
    ]);
  });

  test.each(["elementwise", "activation_bytes", "read_values", "written_values"] as const)(
    "lets no part of a count pass: %s 8.5",
    (name) => {
      const gated = passGate(reportOf({ [name]: 8.5 }), at);
      expect(gated.layers[0]?.[name]).toBeNull();
      expect(gated.complete).toBe(false);
      expect(gated.diagnostics[0]?.message).toContain(`no layer can have ${name} 8.5`);
    },
  );

  test("nothing that passed has a figure that cannot be", () => {
    const figure = fc.oneof(
      fc.constant(null),
      fc.integer({ min: 0 }),
      fc.double(),
      fc.constantFrom(2 ** 53, -1),
    );
    const count = { macs: figure, params: figure, trainable_params: figure, elementwise: figure };
    const sizes = fc.oneof(fc.constant(null), fc.array(fc.oneof(fc.double(), fc.integer())));
    const layer = fc.record({
      ...count,
      separable_macs: figure,
      separable_params: figure,
      out_channels: figure,
      in_channels: figure,
      kernel: sizes,
      stride: sizes,
      dilation: sizes,
      padding: sizes,
      out: fc.array(fc.array(figure)),
    });
    const totals = fc.record({ ...count, activation_bytes: fc.constant(4), peak_activation_bytes: figure });
    fc.assert(
      fc.property(layer, totals, fc.array(fc.array(figure)), (own, sums, output) => {
        const gated = passGate(reportOf(own as Partial<ReportLayer>, { totals: sums, output }), at);
        const { padding, ...rest } = gated.layers[0] as ReportLayer;
        const numbers = numbersIn([rest, gated.totals, gated.output]);
        expect(numbers.filter((number) => !Number.isSafeInteger(number) || number < 0)).toEqual([]);
        expect((padding ?? []).filter((number) => !Number.isSafeInteger(number))).toEqual([]);
        expect(gated.complete).toBe(gated.diagnostics.length === 0);
        for (const name of ["macs", "params", "elementwise"] as const)
          if (own[name] !== null && gated.layers[0]?.[name] === null) expect(gated.totals[name]).toBeNull();
      }),
    );
  });
});

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(numbersIn) : [];
}
