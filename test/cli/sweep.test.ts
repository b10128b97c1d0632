/** `convlens sweep` as a user calls it: its cells against the paper's tables and against `convlens simulate`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommand } from "../../src/cli/arguments.ts";
import type { ReportLayer } from "../../src/engine/contract/report.ts";
import type { FrontierPoint, SweepCell } from "../../src/engine/contract/sweep.ts";
import { convlensIn } from "./command.ts";

const paper = JSON.parse(readFileSync(new URL("../truth/mobilenet.json", import.meta.url), "utf8"));

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-sweep-"));
  const source = readFileSync(new URL("../../examples/mobilenet_v1_plain.py", import.meta.url), "utf8");
  writeFileSync(path.join(cwd, "plain.py"), source);
  writeFileSync(
    path.join(cwd, "small.py"),
    `import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3, padding=1)
        self.p = nn.AvgPool2d(8)
    def forward(self, x):
        return self.p(self.c(x))
`,
  );
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const call = (...argv: string[]) => convlensIn(cwd, argv);
const swept = async (...argv: string[]) => JSON.parse((await call("sweep", ...argv, "--json")).out);
const figures = ({ macs, params }: { readonly macs: number; readonly params: number }) => ({ macs, params });

describe("convlens sweep", () => {
  it("has the paper's tables 6 and 7, and what lies between, in its grid of α and ρ", async () => {
    const { grid, swapped } = await swept("plain.py");
    expect([grid.length, swapped.length]).toEqual([16, 13]);
    const at = (alpha: number, size: number): SweepCell =>
      grid.find((cell: SweepCell) => cell.alpha === alpha && cell.input[0] === `1x3x${size}x${size}`);
    for (const row of paper.table_6_width_at_224) expect(at(row.alpha, 224)).toMatchObject(figures(row));
    for (const row of paper.table_7_resolution_at_width_1) expect(at(1, row.input).macs).toBe(row.macs);
    expect(at(0.5, 160)).toMatchObject(figures(paper.table_9_small));
  });

  it("has in each cell what `convlens simulate` says of the same α, ρ and swaps", async () => {
    const asked = ["--swap", "body.0.0,body.7.0", "--round", "8"];
    const { grid } = await swept("plain.py", ...asked, "--alpha", "0.75,0.3", "--rho", "1,5/7");
    expect(grid).toHaveLength(4);
    for (const { alpha, rho, macs, params, peak_activation_bytes } of grid as SweepCell[]) {
      const same = ["--alpha", String(alpha), "--rho", String(rho), "--json"];
      const { after } = JSON.parse((await call("simulate", "plain.py", ...asked, ...same)).out);
      expect(after.totals).toMatchObject({ macs, params, peak_activation_bytes });
    }
  });

  it("says why a cell whose network does not fit has no figures", async () => {
    const asked = ["small.py", "--input", "1x3x8x8", "--swap", "none", "--alpha", "1", "--rho", "1,0.5"];
    const [whole, half] = (await swept(...asked)).grid;
    expect(whole.macs).toBe(13_824);
    expect(half).toMatchObject({ macs: null, params: null, peak_activation_bytes: null });
    expect(half.reason).toContain("window that does not fit");
    const { out } = await call("sweep", ...asked);
    expect(out).toMatch(/^MACs {2}.*\nα 1 {3}13\.8 k {6}\?$/m);
    expect(out).toMatch(/^\? α 1, ρ 0\.5: p has a 8×8 window that does not fit/m);
  });

  it("has no input sizes where the input is no image, and says so", async () => {
    writeFileSync(
      path.join(cwd, "linear.py"),
      "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n" +
        "        self.a = nn.Linear(10, 20)\n    def forward(self, x):\n        return self.a(x)\n",
    );
    const { out } = await call("sweep", "linear.py", "--alpha", "1", "--rho", "1", "--input-size", "32");
    expect(out).toContain("? input size: its input is no image");
  });

  it("gives the image's shorter side each input size, and the input each batch, counted together", async () => {
    const { sizes, batches } = await swept("plain.py", "--input-size", "96,128", "--batch", "1,4");
    expect(sizes.map(({ input }: SweepCell) => input)).toEqual([["1x3x96x96"], ["1x3x128x128"]]);
    expect(sizes[1].macs).toBe(paper.table_7_resolution_at_width_1[3].macs);
    const [one, four] = batches;
    expect([four.input, four.samples]).toEqual([["4x3x224x224"], 4]);
    expect([four.macs, four.params]).toEqual([4 * one.macs, one.params]);
    expect(four.peak_activation_bytes).toBe(4 * one.peak_activation_bytes);
  });

  it("bounds each cell as `profile --device` bounds the network, and shares weights over a batch", async () => {
    const { grid, batches } = await swept("plain.py", "--swap", "none", "--device", "T4", "--batch", "1,16");
    const profiled = JSON.parse((await call("profile", "plain.py", "--device", "T4", "--json")).out);
    expect(grid[0].bound_seconds).toBe(profiled.roofline.seconds);
    const [one, many] = batches.map(({ bound_seconds: seconds }: SweepCell) => seconds);
    expect(one).toBe(profiled.roofline.seconds);
    const { flops, bandwidth } = profiled.roofline.device;
    const bounds = (profiled.layers as ReportLayer[])
      .filter(({ macs }) => macs !== 0)
      .map(({ macs, params, read_values: read, written_values: written }) =>
        Math.max(
          (2 * 16 * (macs ?? 0)) / flops,
          (4 * ((params ?? 0) + 16 * ((read ?? 0) + (written ?? 0)))) / bandwidth,
        ),
      );
    expect(many).toBeCloseTo(
      bounds.reduce((sum, bound) => sum + bound, 0),
      12,
    );
    expect(many).toBeLessThan(16 * one);
  });

  it("finds the mildest swaps, α and ρ within a budget, each as simulated", async () => {
    const { frontier } = await swept("plain.py", "--budget", "300M");
    expect(frontier.length).toBeGreaterThan(1);
    for (const point of frontier as FrontierPoint[]) {
      expect(point.macs).toBeLessThanOrEqual(300e6);
      const same = ["--alpha", String(point.alpha), "--rho", String(point.rho)];
      const swap = point.swap.join(",") || "none";
      const { out } = await call("simulate", "plain.py", "--swap", swap, ...same, "--json");
      expect(JSON.parse(out).after.totals).toMatchObject({ macs: point.macs, params: point.params });
      const milder = (frontier as FrontierPoint[]).filter(
        (other) =>
          other !== point &&
          other.lines <= point.lines &&
          other.alpha >= point.alpha &&
          other.rho >= point.rho,
      );
      expect(milder).toEqual([]);
    }
    const none = await call("sweep", "plain.py", "--budget", "1k");
    expect([none.code, none.out]).toEqual([1, expect.stringContaining("no swaps, α and ρ of these")]);
  });

  it("prints Markdown and CSV, one table a measure and one line a cell", async () => {
    const few = ["plain.py", "--alpha", "1,0.5", "--rho", "1", "--unit", "flops"];
    const { out: markdown } = await call("sweep", ...few, "--markdown");
    expect(markdown).toContain("| FLOPs | ρ 1 |\n| --- | --: |\n| α 1 | 1.14 G |\n| α 0.5 | 299 M |");
    const { out: csv } = await call("sweep", ...few, "--csv");
    const lines = csv.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^part,alpha,rho,input,samples,flops,params,peak_activation_bytes/);
    expect(lines[1]).toMatch(/^grid,1,1,1x3x224x224,1,1137480704,4231976,/);
    expect(lines).toHaveLength(3);
  });

  it("puts the network in the columns of the paper's tables, with the accuracy as published", async () => {
    const { tables, source } = await swept("plain.py", "--paper");
    expect(source).toContain("1704.04861");
    expect(tables.map(({ table }: { table: number }) => table)).toEqual([4, 5, 6, 7]);
    for (const { rows } of tables) {
      for (const { name, macs, params, own } of rows) {
        if (name === "Shallow MobileNet") expect(own).toMatchObject({ macs: null, params: null });
        else {
          expect(Math.abs(own.macs / 1e6 - macs)).toBeLessThan(1.5);
          expect(own.params / 1e6).toBeCloseTo(params, 1);
        }
      }
    }
    const { out } = await call("sweep", "plain.py", "--paper");
    expect(out).toMatch(/Conv MobileNet +71\.7 % +4866 +29\.3 +4867 +29\.3/);
    expect(out).toContain(
      "The accuracies are those of the paper's networks on ImageNet, not of PlainMobileNet.",
    );
  });

  it("refuses lists that are none, and more cells than can be traced", () => {
    const problem = (...argv: string[]) => {
      const command = parseCommand(["sweep", "net.py", ...argv]);
      return command.kind === "usage-error" ? command.message : command.kind;
    };
    expect(problem("--alpha", "1,0.5")).toBe("sweep");
    expect(problem("--alpha", "1,half")).toContain("--alpha is factors above 0");
    expect(problem("--batch", "1,,2")).toContain("--batch is whole numbers");
    expect(problem("--input-size", "0")).toContain("--input-size is whole numbers");
    const many = Array.from({ length: 101 }, (_, index) => (index + 1) / 101).join(",");
    expect(problem("--alpha", many)).toContain("a sweep has at most 400 cells, not 404");
    expect(problem("--paper", "--alpha", "1")).toContain("leave out --alpha");
  });
});
