/** `npm run test:electron`: the suite in a desktop VS Code that @vscode/test-electron downloads. */
import { runTests } from "@vscode/test-electron";
import { build, ensureInstalled, root } from "../../scripts/lib/project.mjs";
import { buildSuite, compiledSuite, workspace } from "./build.mjs";

await ensureInstalled();
if ((await build()) !== 0) process.exit(1);
await buildSuite();
await runTests({
  extensionDevelopmentPath: root,
  extensionTestsPath: compiledSuite,
  launchArgs: [workspace, "--disable-workspace-trust"],
});
