/**
 * `npm run package`: convlens-VERSION.vsix by vsce, fetched for this run alone, since only publishers need it.
 * .vscodeignore names what goes in; everything is bundled, so no dependencies do. The TypeScript plugin is added
 * afterwards: tsserver wants it in node_modules, which vsce leaves out.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unzipSync, zipSync } from "fflate";
import { ensureInstalled, plugin, root, runNpm } from "./lib/project.mjs";

const VSCE = "@vscode/vsce@3";

await ensureInstalled();
const { name, version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const vsix = path.join(root, `${name}-${version}.vsix`);
const code = await runNpm([
  "exec",
  "--yes",
  `--package=${VSCE}`,
  "--",
  "vsce",
  "package",
  `--out=${vsix}`,
  "--no-dependencies",
  "--allow-missing-repository",
  "--no-rewrite-relative-links",
  "--skip-license",
]);
if (code === 0) addPlugin();
process.exitCode = code;

/** The parsers are not packed twice: the plugin finds those of the extension's other bundles. */
function addPlugin() {
  const files = unzipSync(readFileSync(vsix));
  const folder = path.join(root, "dist", plugin);
  for (const file of readdirSync(folder).filter((name) => name === "package.json" || name.endsWith(".js"))) {
    files[`extension/node_modules/${plugin}/${file}`] = readFileSync(path.join(folder, file));
  }
  writeFileSync(vsix, zipSync(files, { level: 9 }));
}
