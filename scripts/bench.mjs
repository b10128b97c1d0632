/**
 * `npm run bench`: how long reading and tracing real model files takes, cold, warm and after a key press, on
 * torchvision's own sources; then what the TypeScript plugin adds to quick info.
 * usage: npm run bench -- [--from FOLDER_OR_WHEEL] [BUILDER…]
 */
import path from "node:path";
import { build, ensureInstalled, root, run } from "./lib/project.mjs";
import { torchvisionSources } from "./lib/torchvision.mjs";

const args = process.argv.slice(2);
await ensureInstalled();
if ((await build(["--production"])) !== 0) process.exit(1);
const sources = await torchvisionSources(args);
const scripts = [
  [path.join(root, "dist", "bench.mjs"), sources, ...args],
  [path.join(root, "scripts", "bench-plugin.mjs")],
];
for (const script of scripts) process.exitCode ||= await run(process.execPath, script);
