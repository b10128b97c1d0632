/**
 * `npm test`: installs what is missing, builds, checks types, walls and style, runs the unit tests.
 * Every step runs even when one before it failed; the last line says how many tests and checks passed.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { build, ensureInstalled, root, run } from "./lib/project.mjs";

await ensureInstalled();

let passed = 0;
let failed = 0;
const failures = [];

function count(name, ok) {
  if (ok) passed += 1;
  else {
    failed += 1;
    failures.push(name);
  }
}

const walls = () =>
  tool("dependency-cruiser/bin/dependency-cruise.mjs", "src", "webview", "--output-type", "err");

const tool = (name, ...args) => run(process.execPath, [path.join("node_modules", name), ...args]);

count("build", (await build()) === 0);
count("types", (await tool("typescript/bin/tsc", "-p", ".")) === 0);
count("types of the engine alone", (await tool("typescript/bin/tsc", "-p", "src/engine")) === 0);
count("walls", (await walls()) === 0);
count("lint and format", (await tool("@biomejs/biome/bin/biome", "check", ".")) === 0);

const resultFile = path.join(root, "out", "unit.json");
rmSync(resultFile, { force: true });
const vitestCode = await tool(
  "vitest/vitest.mjs",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${resultFile}`,
  ...process.argv.slice(2),
);
if (existsSync(resultFile)) {
  const result = JSON.parse(readFileSync(resultFile, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  for (const suite of result.testResults) {
    for (const test of suite.assertionResults) if (test.status === "failed") failures.push(test.fullName);
    if (suite.status === "failed" && suite.assertionResults.length === 0) count(suite.name, false);
  }
  if (vitestCode !== 0 && result.numFailedTests === 0 && failed === 0) count("unit tests", false);
} else {
  count("unit tests", false);
}

if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
