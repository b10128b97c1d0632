/**
 * `npm run fixture FILE`: the figures of one model file beside those that its `#:` comments say (test/engine/figures.ts
 * says how they are written). `--update` writes them: check each against the framework before you keep it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { esModule } from "./lib/bundles.mjs";
import { root } from "./lib/project.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { update: { type: "boolean", default: false } },
});
const [file] = positionals;
if (!file || positionals.length > 1) {
  console.error("usage: npm run fixture -- FILE [--update]");
  process.exit(2);
}

const bundle = path.join(root, "dist", "fixture.mjs");
await esbuild.build({
  stdin: {
    contents: `export { createEngine } from "./src/engine/engine.ts";
export { loadParsers } from "./src/node/wasm.ts";
export { aligned, withFigures } from "./test/engine/figures.ts";
export { memoryHost } from "./test/engine/memoryHost.ts";`,
    resolveDir: root,
  },
  bundle: true,
  ...esModule,
  outfile: bundle,
  logLevel: "error",
});
const { createEngine, loadParsers, aligned, withFigures, memoryHost } = await import(
  pathToFileURL(bundle).href
);

const source = readFileSync(file, "utf8");
const name = `/app/${path.basename(file)}`;
const engine = createEngine({ parsers: await loadParsers(), host: memoryHost({ [name]: source }) });
const result = engine.profile(name);
if (!result.ok) {
  console.error(`${file}: ${result.reason}`);
  process.exit(1);
}
for (const { severity, message, at } of result.report.diagnostics) {
  console.error(`${file}:${at?.line ?? 1}: ${severity}: ${message}`);
}
const expected = aligned(source).split("\n");
const actual = withFigures(source, result.report, name).split("\n");
for (const [i, line] of actual.entries()) {
  if (line === expected[i]) continue;
  console.log(`${file}:${i + 1}\n  says ${expected[i].trim()}\n  is   ${line.trim()}`);
  process.exitCode = 1;
}
if (values.update) {
  const spaced = /\.py$/.test(file) ? actual : actual.map((line) => line.replace(/ {2}(\/\/:)/, " $1"));
  writeFileSync(file, spaced.join("\n"));
  process.exitCode = 0;
}
if (process.exitCode !== 1) console.log(`${file}: ${values.update ? "written" : "as its comments say"}`);
