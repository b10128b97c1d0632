/** `convlens check` as a user calls it, with the real engine over files on disk. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { convlensIn } from "./command.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "convlens-check-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

/** One 1×1 convolution from 3 channels on 8×8: 3 · width · 64 MACs, 3 · width parameters. */
const net = (name: string, width: string | number, needs = ""): string => `
import torch.nn as nn

# convlens: input=1x3x8x8
class ${name}(nn.Module):
    def __init__(self${needs && `, ${needs}`}):
        super().__init__()
        self.conv = nn.Conv2d(3, ${width}, 1, bias=False)

    def forward(self, x):
        return self.conv(x)
`;

const check = (argv: readonly string[] = [], cwd = "") =>
  convlensIn(path.join(root, cwd), ["check", ...argv]);

interface Row {
  readonly budget: string;
  readonly file: string;
  readonly network: string;
  readonly figure: string;
  readonly value: number | null;
  readonly verdict: string;
}

async function rows(argv: readonly string[] = [], cwd = "") {
  const { code, out, err } = await check([...argv, "--json"], cwd);
  expect(err).toBe("");
  const { results, unmatched } = JSON.parse(out) as { results: Row[]; unmatched: { budget: string }[] };
  return {
    code,
    rows: results.map(({ file, network, figure, value, verdict }) => [file, network, figure, value, verdict]),
    unmatched: unmatched.map(({ budget }) => budget),
  };
}

describe("convlens check", () => {
  it("keeps a network to its budget, in whatever file it is", async () => {
    write("pyproject.toml", '[tool.convlens.budgets.Net]\nmacs = "2k"\nparams = 24\n');
    write("deep/down/net.py", net("Net", 8));
    write("deep/other.py", net("Other", 999));
    expect(await rows()).toEqual({
      code: 0,
      rows: [
        ["deep/down/net.py", "Net", "macs", 8 * 3 * 64, "kept"],
        ["deep/down/net.py", "Net", "params", 24, "kept"],
      ],
      unmatched: [],
    });
    write("deep/down/net.py", net("Net", 11));
    expect(await rows()).toMatchObject({
      code: 1,
      rows: [
        ["deep/down/net.py", "Net", "macs", 2112, "exceeded"],
        ["deep/down/net.py", "Net", "params", 33, "exceeded"],
      ],
    });
  });

  it("takes files and globs of files and networks", async () => {
    write(
      "pyproject.toml",
      '[tool.convlens.budgets]\n"a.py:Net" = { params = 24 }\n"zoo/*.py:*Net" = { params = 24 }\n',
    );
    for (const file of ["a.py", "b.py", "zoo/c.py"]) write(file, net("Net", 8));
    write("zoo/d.py", net("BigNet", 9) + net("Head", 99));
    expect(await rows()).toEqual({
      code: 1,
      rows: [
        ["a.py", "Net", "params", 24, "kept"],
        ["zoo/c.py", "Net", "params", 24, "kept"],
        ["zoo/d.py", "BigNet", "params", 27, "exceeded"],
      ],
      unmatched: [],
    });
  });

  it("makes a network with the budget's own arguments and input", async () => {
    write(
      "convlens.config.json",
      JSON.stringify({ budgets: { Net: { macs: 30, args: "5", input: "1x3x1x2" } } }),
    );
    write("net.py", net("Net", "width", "width"));
    expect((await rows()).rows).toEqual([["net.py", "Net", "macs", 30, "kept"]]);
  });

  it("bounds the peak of activations and the share of the largest layer", async () => {
    write("pyproject.toml", '[tool.convlens.budgets.Net]\npeak_memory = "1MB"\nshare = "40 %"\n');
    write("net.py", net("Net", 8));
    const { rows: found } = await rows();
    expect(found.map(([, , figure, , verdict]) => [figure, verdict])).toEqual([
      ["peak_memory", "kept"],
      ["share", "exceeded"],
    ]);
    expect(found[1]?.[3]).toBe(1);
  });

  it("fails for a budget that cannot be known, and says why", async () => {
    write("pyproject.toml", '[tool.convlens.budgets.Net]\nmacs = "1G"\n');
    write("net.py", net("Net", "width", "width"));
    const { code, out } = await check();
    expect(code).toBe(1);
    expect(out).toMatch(/net\.py: Net +MACs +\? +1\.00 G +unknown/);
    expect(out).toContain("Net: needs width");
  });

  it("checks a network where it is defined, not in each file that imports it", async () => {
    write("pyproject.toml", "[tool.convlens.budgets.Net]\nparams = 24\n");
    write("net.py", net("Net", 8));
    write("train.py", "from net import Net\n\nnet = Net()\n");
    expect((await rows()).rows.map(([file]) => file)).toEqual(["net.py"]);
  });

  it("fails for a budget that no network has, unless only a part is checked", async () => {
    write("pyproject.toml", "[tool.convlens.budgets.Nett]\nmacs = 1\n");
    write("net.py", net("Net", 8));
    expect(await rows()).toEqual({ code: 1, rows: [], unmatched: ["Nett"] });
    expect((await check()).out).toContain("pyproject.toml:1: no network is named Nett");
    expect(await rows(["net.py"])).toEqual({ code: 0, rows: [], unmatched: [] });
  });

  it("checks only the files, folders and globs that it is given, from whatever folder", async () => {
    write("pyproject.toml", '[tool.convlens.budgets."**/*.py:Net"]\nparams = 24\n');
    for (const file of ["a/one.py", "a/two.py", "b/three.py"]) write(file, net("Net", 8));
    const files = async (argv: string[], cwd?: string) => (await rows(argv, cwd)).rows.map(([file]) => file);
    expect(await files(["a"])).toEqual(["a/one.py", "a/two.py"]);
    expect(await files(["two.py"], "a")).toEqual(["two.py"]);
    expect(await files(["*/t*.py"])).toEqual(["a/two.py", "b/three.py"]);
  });

  it("leaves other people's code alone", async () => {
    write("pyproject.toml", "[tool.convlens.budgets.Net]\nparams = 24\n");
    for (const folder of ["node_modules/x", ".venv/lib", "build", "own"])
      write(`${folder}/net.py`, net("Net", 8));
    expect((await rows()).rows.map(([file]) => file)).toEqual(["own/net.py"]);
  });

  it("writes SARIF and GitLab's code quality for what is not kept", async () => {
    write("pyproject.toml", "[tool.convlens.budgets.Net]\nparams = 23\nmacs = 9e9\n");
    write("net.py", net("Net", 8));
    const sarif = JSON.parse((await check(["--sarif"])).out).runs[0].results;
    expect(sarif).toMatchObject([
      {
        ruleId: "budget-exceeded",
        level: "error",
        message: { text: "Net: parameters 24, over the budget of 23" },
      },
    ]);
    const gitlab = JSON.parse((await check(["--gitlab"])).out);
    expect(gitlab).toMatchObject([
      { check_name: "convlens-budget-exceeded", location: { path: "net.py", lines: { begin: 5 } } },
    ]);
  });

  it.each([
    ["pyproject.toml", "[tool.convlens.budgets.Net]\nmac = 1\n", "pyproject.toml:1: Net.mac is none of macs"],
    [
      "pyproject.toml",
      '\n[tool.convlens.budgets.Net]\nmacs = "3 apples"\n',
      "pyproject.toml:2: Net.macs is a count",
    ],
    ["pyproject.toml", "[tool.convlens.budgets.Net]\nmacs = -1\n", "Net.macs is a count"],
    ["pyproject.toml", "[tool.convlens.budgets.Net]\nshare = 40\n", "Net.share is a share"],
    ["pyproject.toml", '[tool.convlens.budgets.Net]\nargs = "1"\n', "Net bounds nothing"],
    ["pyproject.toml", "[tool.convlens.budgets.constructor]\n", "constructor bounds nothing"],
    ["pyproject.toml", "[tool.convlens.budgets\n", "pyproject.toml:1: "],
    [
      "pyproject.toml",
      "[tool.other]\n",
      "no budgets here or in the folders above; write [tool.convlens.budgets.NAME]",
    ],
    ["convlens.config.json", '{"budgets": {', "convlens.config.json: "],
    ["convlens.config.json", '{\n"budgets": {\n"Net": 5}}', "convlens.config.json:3: Net is a table"],
  ])("says what is wrong with %s: %j", async (file, text, message) => {
    write(file, text);
    write("net.py", net("Net", 8));
    const { code, out, err } = await check();
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it.skipIf(process.platform === "win32")("says that a configuration is no file", async () => {
    symlinkSync("/dev/null", path.join(root, "pyproject.toml"));
    const { code, err } = await check();
    expect([code, err]).toEqual([2, "convlens: pyproject.toml is no regular file\n"]);
  });

  it("has a schema that names what it takes", () => {
    const schema = JSON.parse(
      readFileSync(new URL("../../schemas/convlens.config.schema.json", import.meta.url), "utf8"),
    );
    expect(Object.keys(schema.definitions.budget.properties)).toEqual([
      ...["macs", "params", "peak_memory", "share", "args", "input"],
    ]);
  });
});
