/** A file that another program writes while a rewrite is on its way keeps what that wrote. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Changed, changed, writeAll } from "../../src/cli/changed.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "convlens-changed-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The first word of a file becomes another. */
function edited(file: string, source: string): Changed {
  const at = { file, line: 1, column: 1, end_line: 1, end_column: 4 };
  const result = changed(file, [{ at, text: "new" }], source);
  if ("problem" in result) throw new Error(result.problem);
  return result;
}

const AGAIN = "changed meanwhile: run the command again";

it("gets no edits that were worked out from another text, wherever the two differ", () => {
  const file = put("net.py", "old 1\r\nmore\r\n");
  expect(edited(file, "old 1\nmore\n").after.toString()).toBe("new 1\r\nmore\r\n");
  expect(() => edited(file, "old 1\n")).toThrow(AGAIN);
});

it("is not overwritten when it changes after its edits were made", () => {
  const one = edited(put("a.py", "old a\n"), "old a\n");
  const two = edited(put("b.py", "old b\n"), "old b\n");
  writeFileSync(two.file, "mine\n");
  expect(writeAll([one, two])).toEqual({ file: two.file, problem: AGAIN });
  expect([one, two].map(({ file }) => readFileSync(file, "utf8"))).toEqual(["old a\n", "mine\n"]);
  expect(readdirSync(folder)).toEqual(["a.py", "b.py"]);
});

it("takes the files before it back when it cannot be written", () => {
  const one = edited(put("a.py", "old a\n"), "old a\n");
  const two = edited(put("b.py", "old b\n"), "old b\n");
  rmSync(two.file);
  mkdirSync(two.file);
  expect(writeAll([one, two])?.file).toBe(two.file);
  expect(readFileSync(one.file, "utf8")).toBe("old a\n");
});
