import { describe, expect, it } from "vitest";
import type { ReportLayer } from "../../src/engine/contract/report.ts";
import { createTranslate } from "../../src/present/l10n.ts";
import { layersAt } from "../../src/present/sites.ts";
import { type HoverOptions, layerHover, networkHover } from "../../src/server/hover.ts";
import { analysis, layer, place, report, resnet } from "./fixtures.ts";

const english: HoverOptions = { unit: "MACs", t: createTranslate("en") };

function hover(only: ReportLayer, options = english): string {
  const net = report("Net", [only]);
  return layerHover({ at: only.at, report: net, layers: [only], shared: false }, options);
}

/** The row of a table that starts with these words, without its padding. */
function row(text: string, start: string): string | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`| ${start}`));
  return line?.replace(/ +/g, " ");
}

describe("the hover of a standard convolution", () => {
  const conv = layer({
    ...{ name: "layer2.0.conv2", in: [[1, 128, 56, 56]], out: [[1, 128, 28, 28]], stride: [2, 2] },
    ...{ in_channels: 128, out_channels: 128, params: 147_456 },
  });
  const net = resnet("resnet50");
  const text = layerHover({ at: conv.at, report: net, layers: [conv], shared: false }, english);

  it("names the layer, its settings and its shapes", () => {
    expect(text.split("\n")[0]?.trimEnd()).toBe(
      "Conv2d layer2.0.conv2, 3×3, stride 2, 128 → 128, 56×56 → 28×28",
    );
  });

  it("puts the numbers into the formula of each half", () => {
    expect(row(text, "standard")).toBe("| standard 28²·3²·128·128 | 116 M | 147 k |");
    expect(row(text, "depthwise")).toBe("| depthwise 28²·3²·128 | 0.903 M | 1.15 k |");
    expect(row(text, "pointwise")).toBe("| pointwise 28²·128·128 | 12.8 M | 16.4 k |");
    expect(row(text, "saved")).toBe("| saved | 88.1 % | 88.1 % |");
  });

  it("gives the ratio, the share and the input", () => {
    expect(text).toContain("8.4 times fewer MACs: 1/N + 1/D\\_K² = 1/128 + 1/9 = 0.119");
    expect(text).toContain("2.8 % of resnet50 · input 1×3×224×224 (default)");
  });

  it("has the worked example: 729 against 324", () => {
    // 3 channels, 9×9 positions' worth of a 3×3×3 kernel: 3²·3²·3·3 = 729, 3²·3²·3 + 3²·3·3 = 324.
    const small = layer({
      name: "c",
      in: [[1, 3, 5, 5]],
      out: [[1, 3, 3, 3]],
      in_channels: 3,
      out_channels: 3,
      macs: 729,
    });
    const shown = hover(small);
    expect(row(shown, "standard")).toBe("| standard 3²·3²·3·3 | 729 | 81 |");
    expect(row(shown, "depthwise")).toBe("| depthwise 3²·3²·3 | 243 | 27 |");
    expect(row(shown, "pointwise")).toBe("| pointwise 3²·3·3 | 81 | 9 |");
    expect(shown).toContain("2.3 times fewer MACs");
  });

  it("says why the stem is not swapped", () => {
    const stem = layer({ name: "conv1", swappable: false, not_swappable: "it reads the image" });
    expect(hover(stem)).toContain("Not swapped: it reads the image");
  });

  it("writes kernels and maps that are not square as products", () => {
    const tall = layer({ name: "c", kernel: [3, 1], out: [[1, 64, 56, 28]] });
    expect(hover(tall)).toContain("standard 56·28·3·1·64·64");
    expect(hover(tall)).toContain("1/N + 1/(D\\_H·D\\_W) = 1/64 + 1/3");
  });

  it("generalises to one and three dimensions", () => {
    const line = layer({
      name: "c",
      type: "Conv1d",
      kernel: [5],
      stride: [1],
      dilation: [1],
      in: [[1, 8, 100]],
      out: [[1, 16, 96]],
      in_channels: 8,
      out_channels: 16,
    });
    expect(hover(line)).toContain("standard 96·5·8·16");
    expect(hover(line)).toContain("1/N + 1/D\\_K = 1/16 + 1/5");
    const cube = layer({
      name: "c",
      type: "Conv3d",
      kernel: [3, 3, 3],
      stride: [1, 1, 1],
      dilation: [1, 1, 1],
      in: [[1, 8, 4, 16, 16]],
      out: [[1, 16, 4, 16, 16]],
      in_channels: 8,
      out_channels: 16,
    });
    expect(hover(cube)).toContain("standard 4·16·16·3³·8·16");
    expect(hover(cube)).toContain("1/D\\_K³");
  });

  it("reads channels last from Keras", () => {
    const keras = layer({
      name: "conv2d",
      in: [[1, 56, 56, 32]],
      out: [[1, 28, 28, 64]],
      in_channels: 32,
      out_channels: 64,
    });
    const net = report("model", [keras], { framework: "keras" });
    const shown = layerHover({ at: keras.at, report: net, layers: [keras], shared: false }, english);
    expect(shown).toContain("32 → 64, 56×56 → 28×28");
    expect(shown).toContain("standard 28²·3²·32·64");
  });
});

describe("the hover of other layers", () => {
  it("says what a depthwise convolution is and what a standard one would cost", () => {
    const text = hover(
      layer({ name: "dw", kind: "depthwise", groups: 64, macs: 1_806_336, params: 576, swappable: false }),
    );
    expect(text).toContain("each of the 64 channels is filtered by itself");
    expect(row(text, "depthwise")).toBe("| depthwise 56²·3²·64 | 1.81 M | 576 |");
    expect(text).toContain("would cost 64 times as many MACs");
  });

  it("sets a pointwise convolution beside a 3×3", () => {
    const text = hover(
      layer({ name: "pw", kind: "pointwise", kernel: [1, 1], macs: 12_845_056, swappable: false }),
    );
    expect(row(text, "pointwise")).toBe("| pointwise 56²·64·64 | 12.8 M | 4.10 k |");
    expect(row(text, "standard 3×3")).toBe("| standard 3×3 56²·3²·64·64 | 116 M | 36.9 k |");
  });

  it("shows the groups of a grouped convolution", () => {
    const text = hover(
      layer({
        name: "g",
        kind: "grouped",
        groups: 32,
        in_channels: 128,
        out_channels: 128,
        in: [[1, 128, 56, 56]],
        out: [[1, 128, 56, 56]],
        swappable: false,
        not_swappable: "it is grouped",
      }),
    );
    expect(text).toContain("32 groups, each sees 4 of 128 channels");
    expect(row(text, "grouped")).toBe("| grouped 56²·3²·4·128 | 14.5 M | 4.61 k |");
    expect(text).toContain("Not swapped: it is grouped");
  });

  it("counts a transposed convolution by its input", () => {
    const up = layer({
      name: "up",
      type: "ConvTranspose2d",
      op: "conv_transpose",
      kind: "transposed",
      kernel: [2, 2],
      stride: [2, 2],
      in: [[1, 64, 28, 28]],
      out: [[1, 32, 56, 56]],
      out_channels: 32,
      swappable: false,
    });
    expect(hover(up)).toContain("as written 28²·2²·64·32");
  });

  it("gives a linear layer's exact figures", () => {
    const fc = layer({
      name: "fc",
      type: "Linear",
      op: "linear",
      kind: "linear",
      kernel: null,
      stride: null,
      dilation: null,
      groups: null,
      in: [[1, 2048]],
      out: [[1, 1000]],
      in_channels: null,
      out_channels: null,
      macs: 2_048_000,
      params: 2_049_000,
      swappable: false,
    });
    const text = hover(fc);
    expect(text.split("\n")[0]).toBe("Linear fc, 2048 → 1000");
    expect(text).toContain("2,048,000 MACs · 2,049,000 params");
  });

  it("says why a cost is not known", () => {
    const lost = layer({ name: "conv", macs: null, out: [null], at: place(5) });
    const problem = {
      severity: "warning",
      message: "size of `x` is not known",
      at: place(5),
      code: "unknown-value",
    } as const;
    const net = report("Net", [lost], { complete: false, diagnostics: [problem] });
    const text = layerHover({ at: lost.at, report: net, layers: [lost], shared: false }, english);
    expect(text).toContain("Not known: size of \\`x\\` is not known");
  });

  it("keeps names from code from becoming links or tags", () => {
    const text = hover(layer({ name: "a[x](command:evil)<b>|", kind: "standard" }));
    expect(text).toContain("a\\[x\\](command:evil)&lt;b>\\|");
  });
});

describe("the hover of a line that makes many layers", () => {
  const file = analysis([resnet("resnet50")]);

  it("lists the first instances and counts the rest", () => {
    const line = layersAt(file, { line: 41, column: 12 });
    const text = line ? layerHover(line, english) : "";
    expect(text).toContain("16 layers of resnet50: 116 M MACs each, 1.85 G in all");
    expect(text.match(/layer\d\.\d\.conv2/g)).toHaveLength(5);
    expect(text).toContain("and 11 more");
    expect(text).toContain("45 % of resnet50");
  });

  it("tells the layers of one line apart by the cursor", () => {
    const first = layer({ name: "a", at: place(5, 9, 20) });
    const second = layer({ name: "b", at: place(5, 31, 20) });
    const two = analysis([report("Net", [first, second])]);
    const names = (column: number) => layersAt(two, { line: 5, column })?.layers.map(({ name }) => name);
    expect(names(12)).toEqual(["a"]);
    expect(names(40)).toEqual(["b"]);
    expect(names(2)).toEqual(["a", "b"]);
  });
});

describe("the links of a hover", () => {
  it("are there only where the commands are", () => {
    const conv = layer({ name: "conv" });
    expect(hover(conv)).not.toContain("command:");
    const linked = hover(conv, { ...english, commandUri: "file:///models/resnet.py" });
    expect(linked).toContain("[Simulate](command:convlens.simulateLayer?");
    expect(linked).toContain("[Rewrite](command:convlens.rewriteLayer?");
    expect(linked).toContain("[Explain](command:convlens.explain?");
  });

  it("stand above the tables, beside what a swap saves, where a hover is cut", () => {
    const commandUri = "file:///models/resnet.py";
    const [opening = ""] = hover(layer({ name: "conv" }), { ...english, commandUri }).split("\n\n");
    expect(opening).toContain("[Simulate]");
    const layers = [layer({ name: "a" }), layer({ name: "b" })];
    const line = { at: place(5), report: report("Net", layers), layers, shared: false };
    const [many = ""] = layerHover(line, { ...english, commandUri }).split("\n\n");
    expect(many).toMatch(/^2 layers of Net[\s\S]*saved[\s\S]*\[Simulate\]/);
  });

  it("offer the panel and the explanation where nothing can be swapped", () => {
    const stem = layer({ name: "conv1", swappable: false, not_swappable: "it reads the image" });
    const linked = hover(stem, { ...english, commandUri: "file:///models/resnet.py" });
    expect(linked).toContain("[Show in the panel](command:convlens.revealLayer?");
    expect(linked).not.toContain("convlens.rewriteLayer");
  });

  it("explain the convolutions of the line by their own numbers", () => {
    const conv = layer({ name: "conv" });
    const linked = hover(conv, { ...english, commandUri: "file:///models/resnet.py" });
    const given = /command:convlens\.explain\?([^)]*)\)/.exec(linked)?.[1] ?? "";
    const [uri, , layers] = JSON.parse(decodeURIComponent(given));
    expect([uri, layers]).toEqual(["file:///models/resnet.py", ["conv"]]);
  });
});

describe("a hover on what the figures mean in practice", () => {
  const conv = layer({ name: "conv" });

  it("gives the arithmetic intensity in the unit of costs, as written and swapped, beside a device", () => {
    // 115605504 MACs over 4·(2·64·56² + 36864) bytes; swapped 14651392 over 4·(4·64·56² + 4672).
    expect(hover(conv)).toContain("Arithmetic intensity 65.9 MACs a byte, 4.54 as depthwise and pointwise");
    expect(hover(conv)).toContain("NVIDIA T4 is memory bound below 12.7");
    const inFlops = hover(conv, { ...english, unit: "FLOPs" });
    expect(inFlops).toContain("Arithmetic intensity 132 FLOPs a byte, 9.07 as depthwise and pointwise");
    expect(inFlops).toContain("NVIDIA T4 is memory bound below 25.3");
  });

  it("takes the user's own device first", () => {
    const device = { name: "Board", flops: 1e12, bandwidth: 1e11, dtype: "float32" as const, source: "" };
    expect(hover(conv, { ...english, devices: [device] })).toContain("Board is memory bound below 5");
  });

  it("says what the workspace's α and ρ would make of it", () => {
    expect(hover(conv)).not.toContain("With α");
    // 28²·3²·48·48 = 16257024 and 28²·3²·48 + 28²·48·48 = 2145024.
    const scaled = hover(conv, { ...english, alpha: 0.75, rho: 0.5 });
    expect(scaled).toContain("With α 0.75 and ρ 0.5: 16.3 M MACs, 2.15 M as depthwise and pointwise");
  });
});

describe("the hover of a network", () => {
  it("links the argument by which the network sets its own width", () => {
    const widths = [{ name: "width_mult", default: 1, at: { file: "/a (b)/net.py", line: 4, column: 36 } }];
    const net = { ...report("Net", [layer({ name: "c" })]), width_arguments: widths };
    expect(networkHover(net, english)).toContain("Net sets its own width by width\\_mult=1");
    expect(networkHover(net, { ...english, commandUri: "file:///a/net.py" })).toContain(
      "[width\\_mult=1](<file:///a%20(b)/net.py#L4,36>)",
    );
    expect(networkHover(resnet("resnet50"), english)).not.toContain("sets its own width");
  });

  it("says what is assumed, the first few of it with their places, and how many more", () => {
    const at = { file: "/a (b)/net.py", line: 4, column: 36 };
    const branch = { kind: "branch", text: "training is False", at } as const;
    const assumptions = [
      { kind: "input", text: "1×3×224×224, a guess [x](y)", at },
      branch,
      { kind: "value", text: "no place" },
      branch,
      branch,
    ] as const;
    const net = { ...resnet("resnet50"), assumptions };
    expect(networkHover(net, english)).toContain(
      "Assumes input: 1×3×224×224, a guess \\[x\\](y) (net.py:4); branch: training is False (net.py:4); value: no place; and 2 more",
    );
    expect(networkHover(net, { ...english, commandUri: "file:///a/net.py" })).toContain(
      "[net.py:4](<file:///a%20(b)/net.py#L4,36>)",
    );
    expect(networkHover(net, { ...english, t: createTranslate("ja") })).toContain("前提: 入力: 1×3×224×224");
    expect(networkHover({ ...net, assumptions: [] }, english)).toContain(
      "Nothing is assumed that the text does not say",
    );
    expect(networkHover(resnet("resnet50"), english)).not.toContain("ssume");
  });

  it("has the exact total and the dearest layers", () => {
    const text = networkHover(resnet("resnet50"), english);
    expect(text).toContain("4,089,184,256 MACs exactly");
    expect(row(text, "conv1")).toBe("| conv1 | 118 M | 2.9 % |");
  });
});
