import { describe, expect, it } from "vitest";
import { manyFigures } from "../../src/present/cost.ts";
import { moduleTree } from "../../src/present/moduleTree.ts";
import { count, countBeside, outputShape, power, share } from "../../src/present/text.ts";
import { parseSettings } from "../../src/protocol/settings.ts";
import { looksLikeModelCode } from "../../src/server/recognize.ts";
import { fileOf, uriOf } from "../../src/server/uris.ts";
import { layer } from "./fixtures.ts";

describe("figures", () => {
  it.each([
    ["all known", [10, 20], [], "2 layers, 10 to 20 MACs each, 30 in all"],
    ["some bounded", [10], [5], "10 MACs, at most 15 MACs"],
    ["all bounded", [], [5, 6], "at most 11 MACs"],
    ["one open", [10], [5, undefined], "10 MACs, 2 of 3 unknown"],
  ])("of a line that makes several layers: %s", (_, known, bounds, expected) => {
    const layers = [
      ...known.map((macs) => layer({ name: "a", macs })),
      ...bounds.map((most) => layer({ name: "b", macs: null, macs_at_most: most ?? null })),
    ];
    const t = (text: string, ...given: unknown[]): string =>
      text.replaceAll(/\{(\d)\}/g, (_, at) => String(given[at]));
    expect(manyFigures(layers, { unit: "MACs", t }).join(", ")).toBe(expected);
  });

  it("have three significant digits", () => {
    expect([115_605_504, 12_845_056, 147_456, 1_152, 4_089_184_256, 64, 0].map(count)).toEqual([
      "116 M",
      "12.8 M",
      "147 k",
      "1.15 k",
      "4.09 G",
      "64",
      "0",
    ]);
  });

  it("move to the next prefix when rounding fills this one", () => {
    expect([999, 999_499, 999_500, 999_999_999].map(count)).toEqual(["999", "999 k", "1.00 M", "1.00 G"]);
  });

  it("beside a greater one keep its prefix while they can be read", () => {
    expect(countBeside(903_168, 115_605_504)).toBe("0.903 M");
    expect(countBeside(9_000, 115_605_504)).toBe("9.00 k");
  });

  it("as shares have two digits", () => {
    expect([0.0283, 0.452, 0.0996, 1, 0.0001].map(share)).toEqual([
      "2.8 %",
      "45 %",
      "10 %",
      "100 %",
      "<0.1 %",
    ]);
  });

  it("of shapes leave the batch out and show what is not known", () => {
    expect(outputShape([1, 128, 28, 28])).toBe("128×28×28");
    expect(outputShape([1, null, 28])).toBe("?×28");
    expect(outputShape(null)).toBe("?");
  });

  it("of equal sizes are powers", () => {
    expect([[3, 3], [3, 1], [5], [3, 3, 3]].map(power)).toEqual(["3²", "3·1", "5", "3³"]);
  });
});

describe("settings", () => {
  it("are read nested or with dotted keys", () => {
    expect(
      parseSettings({ unit: "FLOPs", codeLens: { enabled: false }, "hover.enabled": false }),
    ).toMatchObject({
      unit: "FLOPs",
      codeLens: false,
      hover: false,
    });
  });

  it("keep their defaults where the value makes no sense", () => {
    const odd = {
      unit: "bananas",
      defaultInput: [1, "x"],
      pythonPath: [3, "/env"],
      budgetMacs: -1,
      limits: 5,
    };
    expect(parseSettings(odd)).toEqual({ ...parseSettings(undefined), pythonPath: ["/env"] });
  });
});

describe("model code", () => {
  it("is told by its imports", () => {
    expect(looksLikeModelCode("python", "import torch.nn as nn\n")).toBe(true);
    expect(looksLikeModelCode("python", "import os, torch\n")).toBe(true);
    expect(looksLikeModelCode("python", "from keras import layers\n")).toBe(true);
    expect(looksLikeModelCode("python", "# torch\nimport os\n")).toBe(false);
    expect(looksLikeModelCode("typescript", 'import * as tf from "@tensorflow/tfjs";\n')).toBe(true);
    expect(looksLikeModelCode("typescript", "export const x = 1;\n")).toBe(false);
    expect(looksLikeModelCode("markdown", "import torch\n")).toBe(false);
  });
});

describe("URIs", () => {
  it.each([
    ["file:///home/me/a%20b/net.py", "/home/me/a b/net.py"],
    ["file:///home/me/%E3%83%A2%E3%83%87%E3%83%AB.py", "/home/me/モデル.py"],
    ["file:///c%3A/models/net.py", "c:/models/net.py"],
    ["file://server/share/net.py", "//server/share/net.py"],
    ["vscode-vfs://github/me/repo/net.py", "vscode-vfs://github/me/repo/net.py"],
  ])("%s is the file %s and back", (uri, file) => {
    expect(fileOf(uri)).toBe(file);
    expect(uriOf(file)).toBe(uri);
  });
});

describe("the module tree", () => {
  it("groups layers by the path in their names and sums them", () => {
    const layers = ["conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.1.conv1"].map((name) =>
      layer({ name, macs: 10 }),
    );
    const [conv, stage] = moduleTree(layers);
    expect(conv).toMatchObject({ label: "conv1", macs: 10, children: [] });
    expect(stage).toMatchObject({ label: "layer1", path: "layer1", macs: 30, layers: 3 });
    expect(stage?.children.map(({ path, macs }) => [path, macs])).toEqual([
      ["layer1.0", 20],
      ["layer1.1", 10],
    ]);
  });

  it("knows the most that a module costs where each of its layers has a figure or a bound", () => {
    const known = layer({ name: "head.0", macs: 10 });
    const bounded = layer({ name: "head.1", macs: null, macs_at_most: 5 });
    const open = layer({ name: "head.2", macs: null });
    expect(moduleTree([known, bounded])[0]).toMatchObject({ macs: 10, partial: true, most: 15 });
    expect(moduleTree([known, bounded, open])[0]).toMatchObject({ macs: 10, partial: true, most: null });
  });

  it("keeps layers of one name apart", () => {
    const twice = moduleTree([layer({ name: "matmul", macs: 1 }), layer({ name: "matmul", macs: 2 })]);
    expect(twice[0]).toMatchObject({ label: "matmul", macs: 3, layers: 2 });
  });
});
