/** Folders, globs and several files where a command takes a file. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
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

describe("a file that cannot be read", () => {
  beforeAll(() => {
    mkdirSync(path.join(cwd, "mixed"));
    writeFileSync(path.join(cwd, "mixed/a.py"), net("A", 32));
    writeFileSync(path.join(cwd, "mixed/huge.py"), "");
    truncateSync(path.join(cwd, "mixed/huge.py"), 5 * 1024 * 1024);
    symlinkSync("circle.py", path.join(cwd, "circle.py"));
  });

  it("leaves the other files of its folder their figures", async () => {
    expect(await networksOf("mixed")).toEqual({
      code: 2,
      err: "convlens: mixed/huge.py: is 5 MB, more than the 4 MB that are read\n",
      networks: ["mixed/a.py:A"],
    });
  });

  it("leaves them their simulations", async () => {
    const { code, out, err } = await convlensIn(cwd, ["simulate", "mixed", "--json"]);
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(err).toContain("mixed/huge.py: is 5 MB");
    expect(code).toBe(2);
  });

  it("is told once, as is a folder of an option that is not there", async () => {
    const { code, out, err } = await convlensIn(cwd, ["profile", "models", "--python", "absent"]);
    expect({ code, out, err }).toEqual({
      code: 2,
      out: "",
      err: "convlens: --python absent: no such file or folder\n",
    });
  });

  it("may be a link to itself", async () => {
    const { code, err } = await convlensIn(cwd, ["profile", "circle.py"]);
    expect({ code, err }).toEqual({
      code: 2,
      err: "convlens: circle.py: cannot be read: its links lead in a circle (ELOOP)\n",
    });
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
