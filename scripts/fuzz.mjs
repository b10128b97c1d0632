/**
 * `npm run fuzz`: mutants of model files, random edits, rewrites, special names, hostile programs and a server soak
 * (test/fuzz/robustness). What it finds is written to out/fuzz; exits 1 when there is something.
 * usage: npm run fuzz -- [--minutes N | --rounds N] [--seed S] [--only PART,PART] [--files FOLDER]… [--case N]
 */
import path from "node:path";
import { build, ensureInstalled, root, run } from "./lib/project.mjs";

await ensureInstalled();
if ((await build()) !== 0) process.exit(1);
process.exitCode = await run(process.execPath, [
  path.join(root, "dist", "fuzz.mjs"),
  ...process.argv.slice(2),
]);
