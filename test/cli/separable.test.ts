/** `simulate`, `rewrite` and `suggest` as a user calls them, with the real engine over files on disk. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommand } from "../../src/cli/arguments.ts";
import { convlensIn } from "./command.ts";

const paper = JSON.parse(readFileSync(new URL("../truth/mobilenet.json", import.meta.url), "utf8"));

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-separable-"));
  writeFileSync(
    path.join(cwd, "plain.py"),
    readFileSync(new URL("../../examples/mobilenet_v1_plain.py", import.meta.url), "utf8"),
  );
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const call = (...argv: string[]) => convlensIn(cwd, argv);

describe("convlens simulate", () => {
  it("prints the network before and after as JSON", async () => {
    const { code, out } = await call("simulate", "plain.py", "--swap", "all", "--json");
    const { before, after, swapped, file } = JSON.parse(out);
    expect([code, file, swapped.length]).toEqual([0, "plain.py", 13]);
    expect(before.totals).toMatchObject(pick(paper.table_4_swap.conv_mobilenet_224));
    expect(after.totals).toMatchObject(pick(paper.table_4_swap.mobilenet_224));
    expect(after.layers[3]).toMatchObject({ name: before.layers[3].name });
  });

  it("gives the one layer of table 3, at α and ρ too", async () => {
    const layer = async (...more: string[]) => {
      const { out } = await call("simulate", "plain.py", "--json", ...more);
      const row = JSON.parse(out).after.layers.find(({ name }: { name: string }) => name === "body.7.0");
      const parts = (row.parts ?? []).filter(({ part }: { part: string }) => part !== "norm");
      const params = parts.reduce((sum: number, part: { params: number }) => sum + part.params, 0);
      return { macs: row.macs, params: row.parts ? params : row.params };
    };
    const {
      standard,
      separable,
      "alpha_0.75": narrow,
      "alpha_0.75_rho_0.714": small,
    } = paper.table_3_one_layer;
    expect(await layer("--swap", "none")).toEqual(pick(standard));
    expect(await layer()).toEqual(pick(separable));
    expect(await layer("--alpha", "0.75", "--round", "8")).toEqual(pick(narrow));
    expect(await layer("--alpha", "0.75", "--rho", "0.714")).toEqual(pick(small));
  });

  it("says that the changed network does not fit, with the line, and fails", async () => {
    writeFileSync(
      path.join(cwd, "small.py"),
      net("self.c = nn.Conv2d(3, 8, 3, padding=1)\n        self.p = nn.AvgPool2d(8)", "self.p(self.c(x))"),
    );
    const asked = ["simulate", "small.py", "--input", "1x3x8x8", "--swap", "none"] as const;
    const { code, out, err } = await call(...asked, "--rho", "0.5");
    expect(code).toBe(1);
    expect(out).toContain("the changed network does not fit");
    expect(err).toMatch(/small\.py:6:\d+: error: p has a 8×8 window that does not fit/);
    const json = JSON.parse((await call(...asked, "--resized", "1x4x8x8", "--json")).out);
    expect([json.before.complete, json.after.complete]).toEqual([true, false]);
    expect(json.problems[0].message).toContain("expects 3 channels, gets 4");
  });

  it("names the widths that α leaves alone, with why, and rounds the others", async () => {
    const grouped =
      "self.a = nn.Conv2d(3, 64, 3)\n        self.g = nn.Conv2d(64, 64, 3, groups=32)\n        self.b = nn.Conv2d(64, 64, 3)\n        self.c = nn.Conv2d(64, 8, 3)";
    writeFileSync(path.join(cwd, "grouped.py"), net(grouped, "self.c(self.b(self.g(self.a(x))))"));
    const asked = ["simulate", "grouped.py", "--input", "1x3x32x32", "--swap", "none", "--json"] as const;
    const reason = (now: number, wanted: number): string =>
      `groups, heads or chunks need a multiple of 32, so it has ${now} channels, not ${wanted}`;
    const wide = JSON.parse((await call(...asked, "--alpha", "0.75")).out);
    expect(wide.kept).toEqual([{ channels: 64, layers: ["a", "g"], reason: reason(64, 48) }]);
    const rounded = JSON.parse((await call(...asked, "--alpha", "0.5", "--round", "48")).out);
    expect(rounded.kept).toEqual([{ channels: 64, layers: ["a", "g"], reason: reason(32, 48) }]);
    const widths = rounded.after.layers.map((layer: { out_channels: number }) => layer.out_channels);
    expect(widths).toEqual([32, 32, 48, 8]);
  });

  it("reads as a table, with the network's own width argument", async () => {
    const { out } = await call("simulate", "plain.py", "--alpha", "0.75");
    expect(out).toContain("PlainMobileNet: 13 convolutions swapped, α 0.75, ρ 1");
    expect(out).toMatch(/MACs {2}4\.87 G → 325 M \(−93\.3 %\)/);
    expect(out).toContain('sets its own width by width_mult=1: --args "width_mult=0.75"');
    const { out: thin } = await call("simulate", "plain.py", "--swap", "none", "--alpha", "0.75");
    expect(thin).toMatch(/^PlainMobileNet itself, with width_mult=0\.75: 2\.7\d G, 16\.\d M params$/m);
  });

  it("swaps layers by name, and fails for those that cannot be swapped", async () => {
    const named = await call("simulate", "plain.py", "--swap", "body.0.0,body.1.0", "--json");
    expect(JSON.parse(named.out).swapped).toEqual(["body.0.0", "body.1.0"]);
    const wrong = await call("simulate", "plain.py", "--swap", "classifier,body.1.0", "--json");
    expect([wrong.code, JSON.parse(wrong.out).swapped]).toEqual([1, ["body.1.0"]]);
    expect(wrong.err).toContain("classifier is not swapped");
  });
});

describe("convlens rewrite", () => {
  it("shows the change, writes it, and the new source costs what was simulated", async () => {
    const shown = await call("rewrite", "plain.py", "--layers", "all");
    expect(shown.out).toContain("+            if in_channels != 3");
    expect(shown.err).toContain("traced again: 568740352 MACs, 4231976 params, as simulated");
    writeFileSync(path.join(cwd, "thin.py"), readFileSync(path.join(cwd, "plain.py")));
    expect((await call("rewrite", "thin.py", "--layers", "all", "--write")).code).toBe(0);
    const { out } = await call("profile", "thin.py", "--json");
    expect(JSON.parse(out).totals).toMatchObject(pick(paper.table_4_swap.mobilenet_224));
  });

  it("lists networks that change with it, unless `--only` keeps them, and writes the style that is asked for", async () => {
    const body = "    def forward(self, x):\n        return self.a(self.stem(x))\n";
    const network = (name: string, width: number): string =>
      `class ${name}(nn.Module):\n    def __init__(self):\n        super().__init__()\n` +
      `        self.stem = conv(3, ${width})\n        self.a = conv(${width}, 32)\n${body}`;
    writeFileSync(
      path.join(cwd, "two.py"),
      `import torch.nn as nn\ndef conv(i, o):\n    return nn.Conv2d(i, o, 3)\n${network("A", 8)}${network("B", 16)}`,
    );
    const asked = ["rewrite", "two.py:A", "--layers", "all"] as const;
    const all = await call(...asked);
    expect(all.out).toContain("+        nn.Sequential(");
    expect(all.err).toMatch(
      /B changes with it: \d+ MACs, 5088 params → \d+ MACs, 1136 params \(--only keeps it\)/,
    );
    const only = await call(...asked, "--only", "--style", "class", "--json");
    expect(JSON.parse(only.out)).toMatchObject({ others: [], style: "class", layers: ["a"] });
  });
});

function net(made: string, result: string): string {
  return `import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${made}
    def forward(self, x):
        return ${result}
`;
}

describe("convlens suggest", () => {
  it("counts lines: what one line makes changes together, as a rewrite does", async () => {
    writeFileSync(
      path.join(cwd, "loop.py"),
      net(
        "layers, i = [], 3\n        for w in (16, 32, 64):\n            layers += [nn.Conv2d(i, w, 3, padding=1), nn.ReLU()]\n            i = w\n        self.f = nn.Sequential(*layers)",
        "self.f(x)",
      ),
    );
    const input = ["--input", "1x3x32x32"];
    const { code, out } = await call("suggest", "loop.py", "--budget", "10M", ...input, "--json");
    const { suggestion, pareto } = JSON.parse(out);
    expect([code, suggestion.swap, pareto.length]).toEqual([0, ["f.2", "f.4"], 2]);
    expect(pareto[1]).toMatchObject({ layers: 2, added: "f.2", together: ["f.2", "f.4"] });
    const { out: text } = await call("suggest", "loop.py", "--budget", "10M", ...input);
    expect(text).toMatch(/swap 2 layers of 1 lines[\s\S]*f\.2 to f\.4 \(2 of one line\)/);
    const rewritten = await call(
      "rewrite",
      "loop.py",
      "--layers",
      suggestion.swap.join(),
      ...input,
      "--json",
    );
    expect(JSON.parse(rewritten.out).traced).toEqual({ macs: suggestion.macs, params: suggestion.params });
  });

  it("swaps no layer that a rewrite refuses, and proposes no input that does not run", async () => {
    writeFileSync(
      path.join(cwd, "pooled.py"),
      net(
        "self.stem = nn.Conv2d(3, 16, 3, padding=1)\n        self.a = nn.Conv2d(16, 64, 3, padding=1)\n        self.b = nn.Conv2d(64, 64, 3, padding=1)\n        nn.init.ones_(self.a.weight)\n        self.last = nn.AvgPool2d(32)",
        "self.last(self.b(self.a(self.stem(x))))",
      ),
    );
    const asked = ["pooled.py", "--input", "1x3x32x32"] as const;
    const { out, err } = await call("suggest", ...asked, "--budget", "3M", "--json");
    const { suggestion } = JSON.parse(out);
    expect([suggestion.swap, suggestion.rho]).toEqual([["b"], 1]);
    expect(err).toContain("a cannot be swapped: self.a.weight is used at pooled.py:8");
    const simulated = await call("simulate", ...asked, "--swap", "all", "--json");
    const { swapped, refused } = JSON.parse(simulated.out);
    expect([simulated.code, swapped, refused[0].layer]).toEqual([1, ["b"], "a"]);
    const rewritten = await call("rewrite", ...asked, "--layers", "all", "--json");
    expect(JSON.parse(rewritten.out).layers).toEqual(swapped);
  });

  it("says when no change reaches it", async () => {
    const { code, out } = await call("suggest", "plain.py", "--budget", "1M");
    expect([code, out.split("\n")[0]]).toEqual([
      1,
      "PlainMobileNet cannot be brought within 1.00 M MACs by swaps, α ≥ 0.25 and ρ ≥ 4/7",
    ]);
  });
});

describe("their arguments", () => {
  const message = (...argv: string[]): string => {
    const command = parseCommand(argv);
    return command.kind === "usage-error" ? command.message : command.kind;
  };

  it("are checked", () => {
    expect(message("simulate", "a.py", "--alpha", "wide")).toContain("--alpha is a factor");
    expect(message("simulate", "a.py", "--rho", "0")).toContain("--rho is a factor");
    for (const factor of ["-1", "0", "NaN"])
      expect(message("simulate", "a.py", "--alpha", factor)).toContain(
        `above 0, such as 0.75, and at most 64, not "${factor}"`,
      );
    expect(message("simulate", "a.py", "--resized", "1x3x8x8", "--rho", "0.5")).toContain("leave out --rho");
    expect(message("simulate", "a.py", "--round", "1.5")).toContain("--round is a whole number");
    expect(message("rewrite", "a.py")).toContain("needs --layers");
    expect(message("suggest", "a.py")).toContain("needs --budget");
    expect(message("profile", "a.py", "--alpha", "1")).toBe("--alpha is no option of profile");
  });

  it("take fractions and lists", () => {
    expect(parseCommand(["simulate", "a.py", "--rho", "5/7", "--swap", "a, b"])).toMatchObject({
      options: { rho: 5 / 7, swap: ["a", "b"] },
    });
  });
});

function pick({ macs, params }: { macs: number; params: number }): { macs: number; params: number } {
  return { macs, params };
}

describe("convlens profile --device", () => {
  const own = [{ name: "Board", gflops: 100, bandwidth: 10, source: "its manual, page 3" }];
  const write = (name: string, value: unknown) =>
    writeFileSync(path.join(cwd, name), typeof value === "string" ? value : JSON.stringify(value));

  it("gives a bound for each layer and for all, names the source and calls it a bound", async () => {
    const { code, out } = await call("profile", "plain.py", "--device", "nvidia t4");
    expect(code).toBe(0);
    // 2 × 462,422,016 FLOPs at 8.1 TFLOP/s.
    expect(out).toMatch(/body\.7\.0 .* 114 µs compute/);
    expect(out).toMatch(/On NVIDIA T4 a sample takes .* at best; .* A bound, not a\s+prediction\./);
    expect(out).toMatch(/NVIDIA T4 datasheet .*\s.*\[datasheet,\s+2019\]/);
  });

  it("takes devices of the user's own, in JSON too", async () => {
    write("own.json", own);
    const { out } = await call("profile", "plain.py", "--device", "board", "--devices", "own.json", "--json");
    const { roofline, layers } = JSON.parse(out);
    expect(roofline.device).toMatchObject({ flops: 100e9, bandwidth: 10e9, source: "its manual, page 3" });
    const row = layers.find(({ name }: { name: string }) => name === "body.7.0");
    expect(row).toMatchObject({ bound_seconds: (2 * 462_422_016) / 100e9, bound_by: "compute" });
  });

  it("lists devices with their sources, asked for or when the name is not one", async () => {
    write("own.json", own);
    const listed = await call("profile", "--device", "list", "--devices", "own.json");
    expect([listed.code, listed.out.split("\n").slice(0, 2)]).toEqual([
      0,
      ["Board: 100 GFLOP/s (float32), 10.0 GB/s", "  its manual, page 3"],
    ]);
    const unknown = await call("profile", "plain.py", "--device", "abacus");
    expect([unknown.code, unknown.out]).toEqual([2, ""]);
    expect(unknown.err).toMatch(/no such device; these are known:\nNVIDIA T4: /);
    expect((await call("profile", "plain.py", "--device", "nvidia")).err).toContain("several devices");
  });

  it("binds at the chosen dtype, and says where the device has no figure for it", async () => {
    const asked = (...more: string[]) => call("profile", "plain.py", "--device", ...more, "--json");
    expect(JSON.parse((await asked("pi 5", "--dtype", "int8")).out).roofline.device).toMatchObject({
      dtype: "int8",
      flops: 614.4e9,
    });
    const refused = await asked("coral", "--dtype", "float32");
    expect([refused.code, refused.err]).toEqual([
      2,
      "convlens: --dtype float32: Coral Edge TPU has no figure for it; it has int8\n",
    ]);
    expect((await call("profile", "plain.py", "--dtype", "int8")).code).toBe(2);
    expect((await asked("pi 5", "--dtype", "int4")).code).toBe(2);
  });

  it("says of each layer what does not fit the device's memory", async () => {
    const { out } = await call("profile", "plain.py", "--device", "stm32h743");
    // 3×224×224 and 32×112×112 bytes; 512×512×3×3 weights.
    expect(out).toMatch(/stem\.0 .* 539 KiB too much/);
    expect(out).toMatch(/body\.4\.0 .* 392 KiB\n/);
    expect(out).toMatch(/body\.7\.0 .* 196 KiB, weights 2\.25 MiB too much/);
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "5 of 15 layers do not fit its 512 KiB of memory (input and output together, up to 1.15 MiB in int8); the weights (27.9 MiB) do not fit its 2 MiB.",
    );
  });

  it.each([
    ["no JSON", "{", "this is no JSON"],
    ["no list", {}, "a list of devices is needed"],
    ["no bandwidth", [own[0], { name: "x", gflops: 1 }], "entry 2 needs a name, gflops and bandwidth"],
  ])("says what is wrong with a file of devices: %s", async (_, value, reason) => {
    write("wrong.json", value);
    const { code, err } = await call("profile", "plain.py", "--device", "t4", "--devices", "wrong.json");
    expect([code, err.startsWith(`convlens: --devices wrong.json: ${reason}`)]).toEqual([2, true]);
  });

  it.each([[["--device", "t4", "--csv"]], [["--devices", "own.json"]]])(
    "is refused where it would be told nowhere: %j",
    async (argv) => {
      expect(await call("profile", "plain.py", ...argv)).toMatchObject({ code: 2, out: "" });
    },
  );
});
