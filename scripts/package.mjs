/**
 * `npm run package`: convlens-VERSION.vsix by vsce, fetched for this run alone, since only publishers need it.
 * .vscodeignore names what goes in; everything is bundled, so no dependencies do.
 */
import { ensureInstalled, runNpm } from "./lib/project.mjs";

const VSCE = "@vscode/vsce@3";

await ensureInstalled();
process.exitCode = await runNpm([
  "exec",
  "--yes",
  `--package=${VSCE}`,
  "--",
  "vsce",
  "package",
  "--no-dependencies",
  "--allow-missing-repository",
  "--skip-license",
]);
