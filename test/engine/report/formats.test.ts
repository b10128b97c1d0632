/** JSON, CSV, Markdown, SARIF, and figures in words. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
import { formatCsv } from "../../../src/engine/formats/csv.ts";
import { formatJson, formatJsonLine } from "../../../src/engine/formats/json.ts";
import { formatMarkdown } from "../../../src/engine/formats/markdown.ts";
import { formatSarif } from "../../../src/engine/formats/sarif.ts";
import {
  formatBytes,
  formatChange,
  formatCount,
  formatKernel,
  formatShape,
  formatShare,
} from "../../../src/engine/formats/units.ts";
import { truthReport } from "./reports.ts";

const report = truthReport("resnet18");
const [first] = report.layers;
if (!first) throw new Error("no layers");

describe("JSON", () => {
  it("has the contract's fields in its order, on one line or many", () => {
    for (const text of [formatJson(report), formatJsonLine(report)]) {
      const read = JSON.parse(text) as Report;
      expect(read).toEqual(report);
      expect(Object.keys(read).slice(0, 6)).toEqual([
        "version",
        "tool",
        "file",
        "language",
        "framework",
        "network",
      ]);
      expect(Object.keys(read.layers[0] ?? {}).slice(0, 6)).toEqual([
        "name",
        "type",
        "op",
        "kind",
        "in",
        "out",
      ]);
    }
    expect(formatJsonLine(report).trimEnd()).not.toContain("\n");
    expect(
      formatJson(report)
        .split("\n")
        .filter((line) => line.startsWith('    {"name":')),
    ).toHaveLength(21);
  });

  it("keeps fields that were added to the contract, behind the others", () => {
    const extended = { ...report, novelty: 1 };
    expect(Object.keys(JSON.parse(formatJson(extended)) as object).at(-1)).toBe("novelty");
  });
});

describe("CSV", () => {
  it("is one line a layer under titles", () => {
    const [titles, conv1] = formatCsv(report, "macs").split("\n");
    expect(titles).toMatch(/^name,type,op,kind,in,out,.*,macs,params,/);
    expect(conv1).toMatch(
      /^conv1,Conv2d,conv,standard,1x3x224x224,1x64x112x112,7x7,2x2,3x3,1x1,1,118013952,9408,/,
    );
  });

  it("leaves unknown figures empty, and quotes what would break it", () => {
    const layers = [
      { ...first, name: 'a,"b"', macs: null },
      { ...first, name: "=1+2" },
    ];
    const [titles, quoted, formula] = formatCsv({ ...report, layers }, "flops").split("\n");
    expect(titles).toContain(",flops,");
    expect(quoted).toMatch(/^"a,""b""",.*,1,,9408,/);
    expect(formula).toMatch(/^'=1\+2,.*,236027904,/);
  });

  it("quotes names that a spreadsheet takes for formulas in full-width characters too", () => {
    const report = truthReport("resnet18");
    const [first, ...others] = report.layers;
    for (const name of ["＝1", "＋1", "－1", "＠A1"])
      expect(
        formatCsv({ ...report, layers: [{ ...first, name } as never, ...others] }, "macs").split("\n")[1],
      ).toMatch(new RegExp(`^'${name},`));
  });
});

describe("Markdown", () => {
  it("is a table with totals and the swap", () => {
    const text = formatMarkdown(report, "macs");
    expect(text).toContain("| `conv1` | Conv2d | 7×7 /2 | 1×64×112×112 | 118 M | 6.5 % | 9.41 k |  |");
    expect(text).toContain("| **Total** |  |  | 1×1000 | **1.81 G** |  | **11.7 M** |  |");
    expect(text).toContain("16 of 20 convolutions made depthwise separable");
  });

  it("keeps names from code text", () => {
    const text = formatMarkdown({ ...report, layers: [{ ...first, name: "a|<b>*" }] }, "macs");
    expect(text).toContain("| a\\|&lt;b>\\* |");
  });
});

it("a most that the code bounds is in CSV and Markdown, beside what is not known", () => {
  const [first, ...others] = report.layers;
  const bounded = {
    ...report,
    totals: { ...report.totals, macs: null, macs_at_most: 2_000_000_000 },
    layers: [{ ...first!, macs: null, macs_at_most: 150_000_000 }, ...others],
  };
  const [titles, line] = formatCsv(bounded, "macs").split("\n");
  const column = titles!.split(",").indexOf("macs_at_most");
  expect(line!.split(",")[column]).toBe("150000000");
  const text = formatMarkdown(bounded, "macs");
  expect(text).toContain("| ≤ 150 M |");
  expect(text).toContain("| **≤ 2.00 G** |");
});

describe("SARIF", () => {
  it("writes each diagnostic once, where it is", () => {
    const at = { file: "models/my net.py", line: 7, column: 5, end_line: 7, end_column: 9 };
    const related = [{ message: "made here", at: { file: "net.py", line: 2, column: 1 } }];
    const diagnostics = [
      { severity: "error", code: "shape-mismatch", message: "64 against 32", at, related },
    ] as const;
    const incomplete = { ...report, diagnostics };
    const log = JSON.parse(formatSarif([incomplete, incomplete]));
    expect(log.version).toBe("2.1.0");
    expect(log.runs[0].tool.driver).toEqual({
      name: "convlens",
      version: "0.0.0",
      rules: [{ id: "shape-mismatch" }],
    });
    expect(log.runs[0].results).toHaveLength(1);
    expect(log.runs[0].results[0]).toMatchObject({
      ruleId: "shape-mismatch",
      level: "error",
      message: { text: "64 against 32" },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "models/my%20net.py" },
            region: { startLine: 7, startColumn: 5, endLine: 7, endColumn: 9 },
          },
        },
      ],
      relatedLocations: [{ message: { text: "made here" } }],
    });
  });
});

describe("figures", () => {
  it("have three digits and a prefix", () => {
    const counts = [0, 64, 999, 1000, 9408, 999_499, 999_500, 115605504, 1814073344, null].map(formatCount);
    expect(counts).toEqual(["0", "64", "999", "1.00 k", "9.41 k", "999 k", "1.00 M", "116 M", "1.81 G", "?"]);
    expect([formatBytes(12), formatBytes(102760448), formatBytes(null)]).toEqual(["12 B", "103 MB", "?"]);
  });

  it("are shares and changes in percent", () => {
    expect([0, 0.0002, 0.0282, 1].map(formatShare)).toEqual(["0.0 %", "<0.1 %", "2.8 %", "100.0 %"]);
    expect([formatChange(100, 12), formatChange(10, 15), formatChange(0, 1)]).toEqual([
      "−88.0 %",
      "+50.0 %",
      "±0 %",
    ]);
  });

  it("are shapes and kernels", () => {
    expect([formatShape([1, null, 7]), formatShape(null), formatShape([])]).toEqual(["1×?×7", "?", "scalar"]);
    expect(formatKernel([3, 3], [1, 1])).toBe("3×3");
    expect(formatKernel([7, 7], [2, 2])).toBe("7×7 /2");
    expect(formatKernel([1, 3], [1, 2])).toBe("1×3 /1×2");
  });
});
