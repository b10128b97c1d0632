import { describe, expect, it } from "vitest";
import { compare, readTruth } from "../../src/cli/zoo/compare.ts";
import type { Report, ReportLayer } from "../../src/engine/contract/report.ts";

const truth = readTruth(
  JSON.stringify({
    model: "net",
    builder: "zoo.net",
    input: [1, 3, 8, 8],
    aten_macs: 2 * 1728 + 40,
    params: 67,
    uncalled_with_params: [["aux", "Linear", 1]],
    columns: ["name", "type", "in", "out", "macs", "params"],
    rows: [
      ["conv", "Conv2d", [1, 3, 8, 8], [1, 1, 8, 8], 1728, 27],
      ["conv", "Conv2d", [1, 3, 8, 8], [1, 1, 8, 8], 1728, 27],
      ["fc", "Linear", [1, 4], [1, 10], 40, 40],
    ],
  }),
);

function layer(part: Partial<ReportLayer>): ReportLayer {
  return { op: "conv", ...part } as ReportLayer;
}

const conv = layer({
  name: "conv",
  in: [[1, 3, 8, 8]],
  out: [[1, 1, 8, 8]],
  macs: 3456,
  params: 27,
  calls: 2,
});
const fc = layer({ name: "fc", op: "linear", in: [[1, 4]], out: [[1, 10]], macs: 40, params: 40 });

function report(layers: readonly ReportLayer[], macs = 3496): Report {
  return { layers, complete: true, totals: { macs, params: 67 }, diagnostics: [] } as unknown as Report;
}

describe("comparing with the real network", () => {
  it("finds nothing wrong when every row and total is equal", () => {
    expect(compare(truth, report([conv, fc]))).toEqual({
      right: 2,
      rows: 2,
      macsRight: true,
      paramsRight: true,
      problems: [],
    });
  });

  it("pays a layer that runs twice twice", () => {
    expect(compare(truth, report([{ ...conv, macs: 1728 }, fc])).problems).toEqual([
      "conv: MACs 1728, should be 3456",
    ]);
  });

  it("tells of missing rows, wrong shapes and wrong totals", () => {
    const wrong = compare(truth, report([{ ...fc, out: [[1, 11]] }], 1));
    expect(wrong.right).toBe(0);
    expect(wrong.problems).toEqual([
      "conv: missing",
      "fc: out 1x11, should be 1x10",
      "total MACs 1, should be 3496",
    ]);
  });

  it("minds costly rows that the real network does not have, but not those that never ran", () => {
    const extra = layer({ name: "extra", macs: 5 });
    const aux = layer({ name: "aux", op: "linear", macs: 5 });
    expect(compare(truth, report([conv, fc, extra, aux])).problems).toEqual([
      "extra: not in the real network",
    ]);
  });
});
