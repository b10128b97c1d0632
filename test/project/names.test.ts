/** Names of programs, files and messages are looked up only where an object's prototype cannot answer. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { namedLookups, programOf } from "./namedLookups.ts";

/** Names that are all written in this repository: canvas methods, groups of patterns, tables of operators being made. */
const OWN_NAMES = new Set([
  "src/engine/frameworks/tfjs/ops/index.ts",
  "src/engine/languages/python/stdlib/copy.ts",
  "src/engine/languages/python/stdlib/nparray.ts",
  "src/engine/languages/python/stdlib/operator.ts",
  "src/engine/languages/python/types/numbers.ts",
  "src/engine/frameworks/keras/ops/borrow.ts",
  "src/engine/frameworks/torch/nn/layer.ts",
  "src/engine/incremental/moved.ts",
  "src/engine/base/table.ts",
  "webview/panel/svg.ts",
]);

test("no plain object is looked up by a name", { timeout: 120_000 }, () => {
  const root = resolve(import.meta.dirname, "../..");
  const found = namedLookups(programOf(root), root)
    .filter(({ file }) => !OWN_NAMES.has(file))
    .map(({ file, line, text }) => `${file}:${line}: ${text}`);
  expect(
    found,
    "`constructor` would find what all objects have: use a Map, `entryOf(table, name)`, `Object.hasOwn` or `emptyTable()` of src/engine/base/table.ts",
  ).toEqual([]);
});
