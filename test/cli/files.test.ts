/** Folders, globs and several files where a command takes a file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convlensIn } from "./command.ts";

let cwd = "";
const net = (name: string, channels: number): string => `
import torch.nn as nn
class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.conv = nn.Conv2d(16, ${channels}, 3, padding=1)
    def forward(self, x):
        return self.conv(self.stem(x))
`;

beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-files-"));
  mkdirSync(path.join(cwd, "models/inner"), { recursive: true });
  mkdirSync(path.join(cwd, "models/node_modules"));
  mkdirSync(path.join(cwd, "plain"));
  writeFileSync(path.join(cwd, "models/a.py"), net("A", 32));
  writeFileSync(path.join(cwd, "models/inner/b.py"), net("B", 64));
  writeFileSync(path.join(cwd, "models/helpers.py"), "def double(x):\n    return x * 2\n");
  writeFileSync(path.join(cwd, "models/node_modules/foreign.py"), net("Foreign", 8));
  writeFileSync(path.join(cwd, "plain/text.py"), "print('no network')\n");
  writeFileSync(path.join(cwd, "own[1].py"), net("Own", 8));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function networksOf(...argv: string[]) {
  const { code, out, err } = await convlensIn(cwd, ["profile", ...argv, "--json"]);
  const reports =
    out.trim() === ""
      ? []
      : out
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
  return { code, err, networks: reports.map(({ file, network }) => `${file}:${network}`) };
}

describe("profile", () => {
  it("takes a folder as the model files below it, and passes over those without a network", async () => {
    expect(await networksOf("models")).toEqual({
      code: 0,
      err: "",
      networks: ["models/a.py:A", "models/inner/b.py:B"],
    });
  });

  it("takes a glob, and one that starts above the working directory", async () => {
    expect((await networksOf("models/*/*.py")).networks).toEqual(["models/inner/b.py:B"]);
    const above = await convlensIn(path.join(cwd, "plain"), ["profile", "../models/**/*.py", "--json"]);
    expect(above.out.trim().split("\n")).toHaveLength(2);
  });

  it("takes several files, as a shell gives them for a glob", async () => {
    expect((await networksOf("models/helpers.py", "models/a.py")).networks).toEqual(["models/a.py:A"]);
  });

  it("takes a network of that name from wherever it is", async () => {
    expect((await networksOf("models", "--model", "B")).networks).toEqual(["models/inner/b.py:B"]);
  });

  it("says so where no file has a network, or there is no model file", async () => {
    expect(await networksOf("plain")).toMatchObject({ code: 2, err: "convlens: no network in plain\n" });
    expect(await networksOf("nothing/*.py")).toMatchObject({
      code: 2,
      err: "convlens: no model files in nothing/*.py\n",
    });
  });

  it("takes a file whose own name looks like a glob", async () => {
    const { out } = await convlensIn(cwd, ["profile", "own[1].py"]);
    expect(out).toMatch(/^Own\n/);
  });

  it("writes one SARIF document for all files", async () => {
    const { out } = await convlensIn(cwd, ["profile", "models", "--sarif"]);
    expect(JSON.parse(out).runs).toHaveLength(1);
  });
});

it("simulates and suggests for each file of a folder, as JSON Lines", async () => {
  for (const command of [["simulate"], ["suggest", "--budget", "100M"]]) {
    const { out } = await convlensIn(cwd, [...command, "models", "--json"]);
    const files = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).file);
    expect(files).toEqual(["models/a.py", "models/inner/b.py"]);
  }
});

it("rewrites the networks of a folder in one patch", async () => {
  const { out } = await convlensIn(cwd, ["rewrite", "models", "--layers", "all"]);
  expect(out.match(/^diff --git .*$/gm)).toHaveLength(2);
});
