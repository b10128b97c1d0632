/** The examples of docs/library.md, run as a program of its reader runs them. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs/library.md"), "utf8");
const blocks = [...page.matchAll(/^```(\w+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(
  ([, language = "", file, text = ""]) => ({ language, file, text }),
);
const examples = blocks.filter(({ language }) => language === "js").map(({ text }) => text);

let cwd = "";
beforeAll(() => {
  if (!existsSync(path.join(root, "dist/library/node.mjs")))
    throw new Error("dist/library is missing: npm run build");
  cwd = mkdtempSync(path.join(tmpdir(), "convlens-docs-"));
  mkdirSync(path.join(cwd, "node_modules"));
  symlinkSync(root, path.join(cwd, "node_modules/convlens"), "junction");
  for (const { file, text } of blocks) if (file !== undefined) writeFileSync(path.join(cwd, file), text);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

it.each(examples.map((text, index) => [index + 1, text] as const))(
  "example %i prints what it says",
  (index, text) => {
    const file = path.join(cwd, `example${index}.mjs`);
    writeFileSync(file, text);
    const printed = execFileSync(process.execPath, [file], { cwd, encoding: "utf8" });
    const said = [...text.matchAll(/^\s*\/\/ (.*)$/gm)].map(([, line]) => line);
    expect(printed.trimEnd().split("\n")).toEqual(said);
  },
);
