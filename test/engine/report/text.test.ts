/** The terminal table, on figures that real networks measured. */
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/engine/contract/report.ts";
import { formatText, type TextOptions } from "../../../src/engine/formats/text.ts";
import { truthReport } from "./reports.ts";

const PLAIN: TextOptions = { unit: "macs", width: 100, color: false };

function lines(report: Report, options: Partial<TextOptions> = {}): string[] {
  return formatText(report, { ...PLAIN, ...options }).split("\n");
}

const width = (line: string): number => [...line].length;

describe("a table", () => {
  it("aligns names left and figures right, with units and shares", () => {
    const table = lines(truthReport("resnet18"));
    expect(table.slice(0, 2)).toEqual([
      "resnet18",
      "torch · models/resnet18.py · input 1×3×224×224 (default)",
    ]);
    expect(table[3]).toBe(
      "Layer                  Type    Kernel  Output        MACs    Share                Params  Separable",
    );
    expect(table[5]).toBe(
      "conv1                  Conv2d  7×7 /2  64×112×112   118 M    6.5 %  ████████████  9.41 k",
    );
    expect(table[6]).toBe(
      "layer1.0.conv1         Conv2d  3×3     64×56×56     116 M    6.4 %  ███████████▊  36.9 k     14.7 M",
    );
  });

  it("ends with totals and what the swap would make of them", () => {
    const text = formatText(truthReport("resnet18"), PLAIN);
    expect(text).toMatch(/^Total +1000 +1\.81 G +100\.0 % +11\.7 M$/m);
    expect(text).toContain("MACs 1,814,073,344, parameters 11,689,512");
    expect(text).toMatch(/16 of 20 convolutions made depthwise separable: 1\.81 G → 337 M MACs \(−81\.4 %\)/);
  });

  it("counts FLOPs as two a MAC", () => {
    const text = formatText(truthReport("resnet18"), { ...PLAIN, unit: "flops" });
    expect(text).toMatch(/^Total .* 3\.63 G /m);
    expect(text).toContain("FLOPs 3,628,146,688");
  });

  it("fits any terminal, keeping name, cost and parameters", () => {
    for (const columns of [120, 80, 60, 40]) {
      const table = lines(truthReport("googlenet"), { width: columns });
      for (const line of table) expect(width(line), line).toBeLessThanOrEqual(columns);
      expect(table.find((line) => line.startsWith("Layer"))).toMatch(/^Layer .*MACs.*Params/);
    }
    expect(formatText(truthReport("googlenet"), { ...PLAIN, width: 40 })).toMatch(/^….*branch2\.0\.conv/m);
  });

  it("says which parameters no layer of this run used", () => {
    expect(formatText(truthReport("googlenet"), PLAIN)).toMatch(/^not used in this run .* 6\.39 M$/m);
  });

  it("takes the layers of a type that cost nothing together", () => {
    const report = truthReport("resnet18");
    const [first] = report.layers;
    if (!first) throw new Error("no layers");
    const norm = { ...first, type: "BatchNorm2d", op: "norm", kind: "norm", macs: 0, params: 128 } as const;
    const text = formatText({ ...report, layers: [...report.layers, norm, norm, norm] }, PLAIN);
    expect(text).toMatch(/^3 layers +BatchNorm2d +0 +384$/m);
  });

  it("is coloured only when asked to", () => {
    expect(formatText(truthReport("resnet18"), PLAIN)).not.toContain("\u001b");
    expect(formatText(truthReport("resnet18"), { ...PLAIN, color: true })).toContain(
      "\u001b[34m████████████\u001b[0m",
    );
  });

  it("shows control characters in names as signs, not to the terminal", () => {
    const text = formatText({ ...truthReport("resnet18"), network: "evil\u001b[2J" }, PLAIN);
    expect(text.split("\n")[0]).toBe("evil\\x1b[2J");
  });
});

describe("an incomplete report", () => {
  const report = truthReport("resnet18");
  const at = { file: "net.py", line: 7, column: 5 };
  const incomplete: Report = {
    ...report,
    complete: false,
    totals: { ...report.totals, macs: null },
    layers: report.layers.map((layer) => (layer.name === "fc" ? { ...layer, macs: null, calls: 2 } : layer)),
    diagnostics: [{ severity: "warning", code: "unknown-value", message: "needs num_classes", at }],
  };

  it("says how much is known, what is not, and why", () => {
    const text = formatText(incomplete, PLAIN);
    expect(text).toMatch(/^fc \(2×\) .*\?/m);
    expect(text).toContain("MACs unknown, parameters 11,689,512");
    expect(text).toContain("Incomplete: 1 of 21 layers are unknown; at least 1.81 G MACs are known. Why:");
    expect(text).toContain("net.py:7:5 warning: needs num_classes");
    expect(text).toContain("the effect on the totals is not known");
  });
});

describe("diagnostics", () => {
  const at = { file: "net.py", line: 7, column: 5 };
  const unknown = {
    severity: "warning",
    code: "unknown-value",
    message: "weights.url is not known",
    at,
  } as const;
  const mismatch = {
    severity: "error",
    code: "shape-mismatch",
    message: "expects 64 channels, gets 32",
    at,
  } as const;

  it("of values that no figure hangs on are left out", () => {
    const text = formatText({ ...truthReport("resnet18"), diagnostics: [unknown, mismatch] }, PLAIN);
    expect(text).not.toContain("weights.url");
    expect(text).toContain("net.py:7:5 error: expects 64 channels, gets 32");
  });

  it("are cut off when there are many", () => {
    const many = Array.from({ length: 25 }, () => unknown);
    const text = formatText({ ...truthReport("resnet18"), complete: false, diagnostics: many }, PLAIN);
    expect(text.match(/weights\.url/g)).toHaveLength(10);
    expect(text).toContain("and 15 more, all in --json");
  });
});

describe("networks without anything to swap", () => {
  it("say so", () => {
    const report = truthReport("resnet18");
    const layers = report.layers.map((layer) => ({ ...layer, swappable: false, separable_macs: null }));
    expect(formatText({ ...report, layers }, PLAIN)).toContain(
      "No convolution can be made depthwise separable.",
    );
  });

  it("name the file's other networks last", () => {
    const text = formatText({ ...truthReport("resnet18"), networks: ["resnet18", "resnet34"] }, PLAIN);
    expect(text.trimEnd().split("\n").at(-1)).toBe("Other networks in this file: resnet34");
  });
});
