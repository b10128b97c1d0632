import { describe, expect, it } from "vitest";
import { createTranslate } from "../../src/present/l10n.ts";
import { type LensOptions, lenses } from "../../src/server/lens.ts";
import { analysis, FILE, layer, place, report, resnet, sitesOf } from "./fixtures.ts";

const english: LensOptions = { unit: "MACs", t: createTranslate("en") };

function titleAt(line: number, file: ReturnType<typeof analysis>, options = english): string | undefined {
  return lenses(file, options).find(({ at }) => at.line === line)?.title;
}

describe("the lens of a line", () => {
  it("is … where a network is still worked on, until its figures come into the same line", () => {
    const pending = [
      { network: "resnet101", at: place(320) },
      { network: "elsewhere", at: { ...place(7), file: "/models/other.py" } },
    ];
    const file = analysis([resnet("resnet50")], { pending });
    expect(titleAt(320, file)).toBe("…");
    expect(titleAt(300, file)).not.toBe("…");
    expect(titleAt(7, file)).toBeUndefined();
  });

  it("shows the channels of a sample without a batch axis", () => {
    const conv = layer({ name: "conv", out: [[128, 28, 28]], batch_axis: null, at: place(7) });
    expect(titleAt(7, analysis([report("Net", [conv])]))).toContain(" · 128×28×28");
  });

  it("shows cost, parameters, output and share of a layer that runs once", () => {
    const conv = layer({ name: "layer2.0.conv2", out: [[1, 128, 28, 28]], params: 147_456, at: place(7) });
    const net = report("resnet50", [conv]);
    const file = analysis([{ ...net, totals: { ...net.totals, macs: 4_089_184_256 } }]);
    expect(titleAt(7, file)).toBe("116 M MACs · 147 k params · 128×28×28 · 2.8 %");
  });

  it("shows count, sum and share of many equal layers", () => {
    expect(titleAt(41, analysis([resnet("resnet50")]))).toBe(
      "16 layers, 116 M MACs each, 1.85 G in all · 45 %",
    );
  });

  it("shows the spread of many layers that differ", () => {
    // 12 845 056 + 3 × 102 760 448 + 12 × 51 380 224
    expect(titleAt(40, analysis([resnet("resnet50")]))).toBe(
      "16 layers, 12.8 M to 103 M MACs each, 938 M in all · 23 %",
    );
  });

  it("counts two operations a MAC when the unit is FLOPs", () => {
    const options: LensOptions = { ...english, unit: "FLOPs" };
    expect(titleAt(60, analysis([resnet("resnet50")]), options)).toBe(
      "236 M FLOPs · 9.41 k params · 64×112×112 · 2.9 %",
    );
  });

  it("shows one network of several, by name, and another once that is active", () => {
    const file = analysis([resnet("resnet50"), resnet("resnet101")]);
    expect(titleAt(41, file)).toBe("16 layers, 116 M MACs each, 1.85 G in all · 45 % · resnet50");
    expect(titleAt(41, file, { ...english, active: "resnet101" })).toBe(
      "33 layers, 116 M MACs each, 3.81 G in all · 49 % · resnet101",
    );
  });

  it("names no network where all show the same", () => {
    const net = resnet("resnet50");
    const file = analysis([net, { ...net, network: "model" }]);
    expect(titleAt(41, file)).toBe("16 layers, 116 M MACs each, 1.85 G in all · 45 %");
  });

  it("falls back to a network that the line belongs to when the active one has no layer there", () => {
    const basic = report("resnet18", [layer({ name: "conv1", at: place(20) })]);
    const file = analysis([basic, resnet("resnet50")]);
    expect(titleAt(41, file, { ...english, active: "resnet18" })).toBe(
      "16 layers, 116 M MACs each, 1.85 G in all · 45 %",
    );
  });

  it("leaves out layers without MACs and keeps them out of the count", () => {
    const conv = layer({ name: "a.0", at: place(5, 9) });
    const norm = layer({
      name: "a.1",
      type: "BatchNorm2d",
      op: "norm",
      kind: "norm",
      macs: 0,
      params: 128,
      at: place(5, 40),
    });
    const alone = layer({
      name: "b",
      type: "BatchNorm2d",
      op: "norm",
      kind: "norm",
      macs: 0,
      params: 128,
      at: place(6),
    });
    const file = analysis([report("Net", [conv, norm, alone])]);
    expect(titleAt(5, file)).toBe("116 M MACs · 37.0 k params · 64×56×56 · 100 %");
    expect(titleAt(6, file)).toBeUndefined();
  });

  it("says what is not known", () => {
    const conv = layer({ name: "conv", macs: null, out: [[1, 64, null, null]], at: place(5) });
    expect(titleAt(5, analysis([report("Net", [conv])]))).toBe("MACs unknown · 36.9 k params · 64×?×?");
  });

  it("says how often one layer runs", () => {
    const conv = layer({ name: "conv", macs: 2 * 115_605_504, calls: 2, at: place(5) });
    expect(titleAt(5, analysis([report("Net", [conv])]))).toBe(
      "231 M MACs · 36.9 k params · 64×56×56 · 2 calls · 100 %",
    );
  });

  it("stays with its own file", () => {
    const elsewhere = layer({ name: "conv", at: { ...place(5), file: "/models/ops.py" } });
    const file = analysis([report("Net", [elsewhere])]);
    expect(lenses(file, english).map(({ at }) => at.file)).toEqual([FILE]);
  });

  it("opens the panel at its layers", () => {
    const file = analysis([report("Net", [layer({ name: "conv", at: place(5) })])]);
    expect(lenses(file, english).find(({ at }) => at.line === 5)?.command).toEqual({
      name: "convlens.revealLayer",
      network: "Net",
      layers: ["conv"],
    });
  });
});

describe("the lens of a network", () => {
  it("says what made it, where its definition leaves that open", () => {
    const net = report("WideNet", [layer({ name: "body.0" })]);
    const given = {
      text: "32, depth=4",
      origin: "call",
      at: { ...place(3), file: "/app/train.py" },
    } as const;
    const line = net.network_at?.line ?? 0;
    expect(titleAt(line, analysis([{ ...net, arguments: given }]))).toContain(
      " · made with 32, depth=4 (train.py:3) · input ",
    );
    expect(titleAt(line, analysis([net]))).not.toContain("made with");
  });

  it("shows totals, input and where the input came from", () => {
    expect(titleAt(300, analysis([resnet("resnet50")]))).toBe(
      "4.09 G MACs · 25.6 M params · input 1×3×224×224 (default) · Profile",
    );
  });

  it("says when the figure is only a part", () => {
    const net = report("Net", [layer({ name: "a" }), layer({ name: "b", macs: null })], { complete: false });
    expect(titleAt(100, analysis([net]))).toMatch(/^at least 116 M MACs · /);
  });

  it("says what is missing when there is none", () => {
    const failure = { network: "ResNet", at: place(55), reason: "needs num_classes" };
    expect(titleAt(55, analysis([], { failures: [failure] }))).toBe("needs num_classes");
  });

  it("is silent about a class whose layers show their cost in another network", () => {
    const failures = [
      { network: "Block", at: place(30), reason: "needs channels" },
      { network: "Head", at: place(80), reason: "needs classes" },
    ];
    const file = analysis([resnet("resnet50")], { failures });
    expect(titleAt(30, file)).toBeUndefined();
    expect(titleAt(80, file)).toBe("needs classes");
  });

  it("speaks Japanese", () => {
    const file = analysis([resnet("resnet50")]);
    expect(titleAt(300, file, { ...english, t: createTranslate("ja-JP") })).toBe(
      "4.09 G MACs · パラメーター 25.6 M · 入力 1×3×224×224 (既定) · プロファイル",
    );
  });
});

describe("sites", () => {
  it("of a line that many calls share are merged without counting a layer twice", () => {
    const net = resnet("resnet50");
    const sites = sitesOf([net]);
    expect(titleAt(41, analysis([net], { sites: [...sites, ...sites] }))).toBe(
      "16 layers, 116 M MACs each, 1.85 G in all · 45 %",
    );
  });
});

describe("the lens of a package that is not installed", () => {
  const message =
    "module timm was not found (convlens sources add timm gets its sources; x can stand for it)";
  const missing = analysis([], {
    diagnostics: [
      { severity: "warning", code: "unknown-value", message, at: { file: FILE, line: 2, column: 1 } },
      { severity: "warning", code: "unknown-value", message, at: { file: FILE, line: 9, column: 1 } },
    ],
  });

  it("offers its sources and another environment, at the first line that waits for it", () => {
    const found = lenses(missing, { ...english, offersSources: true });
    expect(found.map(({ at, title, command }) => [at.line, title, command.name])).toEqual([
      [2, "timm is not installed: get its sources", "convlens.getSources"],
      [2, "Choose the environment…", "convlens.chooseEnvironment"],
    ]);
  });

  it("is left out for an editor that can do neither", () => {
    expect(lenses(missing, english)).toEqual([]);
  });
});
