/** What stands in thousands of brackets is blanked before parsing, and nothing else is. */
import { describe, expect, it } from "vitest";
import { blankDeep } from "../../../src/engine/syntax/deepBrackets.ts";
import { readLines } from "../../../src/engine/syntax/python/layout.ts";
import { readCodeLines } from "../../../src/engine/syntax/typescript/layout.ts";
import { loadParsers } from "../../../src/node/wasm.ts";

const parsers = await loadParsers();
const DEEP = `${"[".repeat(20_000)}\n${"]".repeat(20_000)}`;

describe.each([
  ["Python", readLines],
  ["TypeScript", readCodeLines],
])("of %s", (_language, linesOf) => {
  it("the middle is blank, line ends and offsets stay", () => {
    const text = `x = ${DEEP}\ny = 2\n`;
    const blanked = blankDeep(text, linesOf);
    expect(blanked).toHaveLength(text.length);
    expect(blanked.replace(/ +/g, " ")).toBe(`x = ${"[".repeat(1000)} \n ${"]".repeat(1000)}\ny = 2\n`);
  });

  it.each([
    ["fewer brackets", `x = ${"[".repeat(900)}1${"]".repeat(900)}`],
    ["brackets in texts", `x = "${"[".repeat(20_000)}"\ny = [1]`],
    ["many brackets side by side", "x = [[1], [2]]\n".repeat(20_000)],
  ])("%s stay", (_what, text) => {
    expect(blankDeep(text, linesOf)).toBe(text);
  });
});

it.each([
  ["a.py", `x = ${DEEP}\ny = 2\n`],
  ["a.ts", `const x = ${DEEP};\nconst y = 2;\n`],
  ["a.py", `y = 2\nx = ${"[".repeat(20_000)}\n`],
])("%s keeps the statements around them", (file, text) => {
  const { body } = parsers.parse(file, text);
  const kinds = body.map((statement) => statement.kind);
  expect(kinds.filter((kind) => kind === "assign" || kind === "varDecl").length).toBeGreaterThanOrEqual(1);
  expect(
    JSON.stringify(body.map((statement) => ("targets" in statement ? statement.targets : statement))),
  ).toContain('"y"');
});
