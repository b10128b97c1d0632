/** Compiles the suite for the extension host into out/electron/. */
import { readdirSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { root } from "../../scripts/lib/project.mjs";

export const workspace = path.join(root, "test", "vscode", "workspace");
export const compiledSuite = path.join(root, "out", "electron", "index.cjs");

export async function buildSuite() {
  const suite = path.join(root, "test", "electron", "suite");
  const entries = readdirSync(suite).filter((name) => name === "index.ts" || name.endsWith(".test.ts"));
  await esbuild.build({
    entryPoints: entries.map((name) => path.join(suite, name)),
    outdir: path.dirname(compiledSuite),
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode", "mocha"],
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    sourcemap: "inline",
    logLevel: "warning",
  });
}
