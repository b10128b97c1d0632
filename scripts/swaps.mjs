/**
 * `npm run swaps`: rewrites networks with depthwise separable convolutions, and builds and runs them before and after in
 * the real frameworks that are at hand. Prints a table; exits 1 when a rewritten network breaks or is not what was
 * simulated. usage: npm run swaps -- --help
 */
import path from "node:path";
import { build, ensureInstalled, root, run } from "./lib/project.mjs";

await ensureInstalled();
if ((await build()) !== 0) process.exit(1);
process.exitCode = await run(process.execPath, [
  path.join(root, "dist", "swaps.mjs"),
  ...process.argv.slice(2),
]);
