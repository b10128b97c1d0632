/**
 * `npm run zoo`: reads torchvision's own model files, as its wheel holds them, and compares every convolution and
 * linear row with what the real network measured, and totals with what torchvision publishes (test/truth/). Prints
 * tables; exits 1 when a figure is wrong.
 * usage: npm run zoo -- [--from FOLDER_OR_WHEEL] [BUILDER…]   a builder's name or a part of it
 */
import path from "node:path";
import { build, ensureInstalled, root, run } from "./lib/project.mjs";
import { torchvisionSources } from "./lib/torchvision.mjs";

const args = process.argv.slice(2);
await ensureInstalled();
if ((await build()) !== 0) process.exit(1);
const sources = await torchvisionSources(args);
process.exitCode = await run(process.execPath, [
  path.join(root, "dist", "zoo.mjs"),
  sources,
  path.join(root, "test", "truth"),
  ...args,
]);
