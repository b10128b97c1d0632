/**
 * `npm run test:vscode`: the specs in a real workbench, read from its DOM, then the extension-host suite in the same
 * VS Code. Screenshots stay in out/screenshots. usage: node test/vscode/run.mjs [--grep PATTERN] [--dom | --host]
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";
import { installCodeServer, installPlaywright } from "../../scripts/lib/code-server.mjs";
import { build, ensureInstalled, root } from "../../scripts/lib/project.mjs";
import { buildSuite, compiledSuite, workspace } from "../electron/build.mjs";
import { eventually, openWorkbench, outFolder } from "./lib/workbench.mjs";

const args = process.argv.slice(2);
const grep = args.includes("--grep") ? args[args.indexOf("--grep") + 1] : undefined;

await ensureInstalled();
await installCodeServer();
await installPlaywright();
if ((await build()) !== 0) process.exit(1);
await buildSuite();

let passed = 0;
let failed = 0;
if (!args.includes("--host")) await runSpecs();
if (!args.includes("--dom")) await runHostSuite();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** Mocha in this process, driving the workbench from outside. */
async function runSpecs() {
  const mocha = new Mocha({ timeout: 300_000, retries: 1, reporter: "spec", ...(grep ? { grep } : {}) });
  const folder = path.join(root, "test", "vscode", "specs");
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".spec.mjs"))) {
    mocha.addFile(path.join(folder, name));
  }
  await mocha.loadFilesAsync();
  await new Promise((resolve) => {
    mocha
      .run(resolve)
      .on("pass", () => (passed += 1))
      .on("retry", (test, error) => console.log(`  tried again: ${test.fullTitle()}: ${error.message}`))
      .on("fail", () => (failed += 1));
  });
}

/** The suite that test:electron runs too, by a second extension in the workbench's own extension host. */
async function runHostSuite() {
  const resultFile = path.join(outFolder, "host-suite.json");
  rmSync(resultFile, { force: true });
  const workbench = await openWorkbench({
    workspace,
    extensions: [root, path.join(root, "test", "electron", "host")],
    env: { CONVLENS_SUITE: compiledSuite, CONVLENS_SUITE_RESULT: resultFile },
  });
  try {
    await eventually(() => (existsSync(resultFile) ? true : undefined), {
      timeout: 240_000,
      what: "the suite in the extension host",
    });
  } finally {
    await workbench.close();
  }
  const result = JSON.parse(readFileSync(resultFile, "utf8"));
  for (const title of result.passed) console.log(`  ✔ ${title}`);
  for (const { title, message } of result.failed) console.log(`  ✘ ${title}\n    ${message}`);
  passed += result.passed.length;
  failed += result.failed.length;
}
