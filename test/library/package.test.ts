/** The npm package as a newcomer has it: packed, installed into an empty folder, with nothing but Node. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const NET = "import torch.nn as nn\n\nnet = nn.Sequential(nn.Conv2d(3, 8, 3))\n";

let cwd = "";
let packed: readonly string[] = [];

/** npm in a shell, since it is a script on Windows; the names hold no blanks. */
function npm(args: readonly string[], folder: string): string {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" });
}

beforeAll(() => {
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), "convlens-npm-")));
  const told = npm(["pack", "--ignore-scripts", "--json", `--pack-destination=${cwd}`], root);
  const [{ filename, files }] = JSON.parse(told) as [{ filename: string; files: { path: string }[] }];
  packed = files.map((file) => file.path);
  writeFileSync(path.join(cwd, "package.json"), '{ "name": "empty", "type": "module" }\n');
  npm(["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${filename}`], cwd);
  writeFileSync(path.join(cwd, "net.py"), NET);
}, 600_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

it("gives npx the command", () => {
  expect(npm(["exec", "--offline", "--", "convlens", "profile", "net.py"], cwd)).toMatch(
    /^net\ntorch · net\.py/,
  );
});

it("brings stubs, parsers, licence and documents, and nothing of the editor or of development", () => {
  const kinds = ["dist/stubs/", "dist/tree-sitter-python.wasm", "LICENSE", "README.md", "docs/library.md"];
  for (const kind of kinds)
    expect(
      packed.some((file) => file.startsWith(kind)),
      kind,
    ).toBe(true);
  const strange = packed.filter((file) =>
    /^(src|test|node_modules|out)\/|\.map$|extension\.cjs$|fuzz/.test(file),
  );
  expect(strange).toEqual([]);
});

describe("the library in it", () => {
  it("is imported by its name", () => {
    const program = `import { profile } from "convlens";
const report = await profile("net.py", { input: ["1x3x10x10"] });
console.log(report.totals.macs);`;
    writeFileSync(path.join(cwd, "program.mjs"), program);
    const printed = execFileSync(process.execPath, ["program.mjs"], { cwd, encoding: "utf8" });
    expect(printed.trim()).toBe(String(8 * 8 * 9 * 3 * 8));
  });

  it("has types that a strict compiler takes, and that refuse what is wrong", () => {
    const program = `import { type Report, profile } from "convlens";
const report: Report = await profile("net.py", { model: "net" });
const macs: number | null = report.totals.macs;
// @ts-expect-error a batch is no option
await profile("net.py", { batch: 2 });
console.log(macs, report.layers[0]?.at.line);
`;
    writeFileSync(path.join(cwd, "program.ts"), program);
    const compiler = path.join(root, "node_modules/typescript/bin/tsc");
    const options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2023,dom"];
    for (const resolution of ["nodenext", "bundler"]) {
      const kind = [
        "--module",
        resolution === "nodenext" ? "nodenext" : "esnext",
        "--moduleResolution",
        resolution,
      ];
      execFileSync(process.execPath, [compiler, ...options, ...kind, "program.ts"], { cwd, stdio: "pipe" });
    }
  });

  it("imports neither the editor nor, for browsers, Node", () => {
    const of = (file: string) =>
      readFileSync(path.join(cwd, "node_modules/convlens/dist/library", file), "utf8");
    const modules = (text: string) =>
      [...text.matchAll(/(?:\bfrom|\bimport\()\s*"([\w:@/-]+)"/g)].map(([, name]) => name);
    for (const file of ["node.mjs", "browser.mjs"]) expect(modules(of(file))).not.toContain("vscode");
    expect(modules(of("browser.mjs"))).toEqual([]);
  });
});
