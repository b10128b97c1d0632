/** Values of expressions over JavaScript's built-ins, as Node gave them: measured.txt has one a line. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { show } from "./run.ts";

const MEASURED = readFileSync(new URL("measured.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [expression: string, shown: string]);
const SHOWN = `const shown = (v) => Object.is(v, -0) ? "-0" : v === undefined || typeof v === "number" ? String(v) : JSON.stringify(v);`;

it("expressions have the values that Node gave", () => {
  expect(MEASURED.length).toBeGreaterThan(300);
  const functions = MEASURED.map(([expression], i) => `function f${i}() { return shown(${expression}); }`);
  const calls = MEASURED.map((_, i) => `f${i}()`);
  const answers = show(`${SHOWN}\n${functions.join("\n")}\n[${calls.join(", ")}].join("\\u0001")`);
  expect(answers.split("\u0001").map((answer, i) => [MEASURED[i]?.[0], answer])).toEqual(MEASURED);
});
