/**
 * `npm run vscode`: a real VS Code with the extension loaded and the examples open. `code` when it is on PATH,
 * otherwise (or with --browser) VS Code in the browser through code-server from npm.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import {
  installCodeServer,
  linkExtensions,
  missingPrerequisites,
  startCodeServer,
} from "./lib/code-server.mjs";
import { build, cacheFolder, ensureInstalled, onPath, root, run } from "./lib/project.mjs";

const examples = path.join(root, "examples");

await ensureInstalled();
if ((await build()) !== 0) process.exit(1);

if (onPath("code") && !process.argv.includes("--browser")) {
  const windows = process.platform === "win32";
  process.exit(await run("code", [`--extensionDevelopmentPath=${root}`, examples], { shell: windows }));
}

const missing = missingPrerequisites();
if (missing.length > 0) {
  console.error("`code` is not on PATH, and to build VS Code for the browser this machine lacks:");
  for (const what of missing) console.error(`  - ${what}`);
  process.exit(1);
}
await installCodeServer();
const home = path.join(cacheFolder, "vscode");
await mkdir(path.join(home, "data"), { recursive: true });
await linkExtensions(path.join(home, "extensions"), [root]);
const server = await startCodeServer({
  userData: path.join(home, "data"),
  extensions: path.join(home, "extensions"),
  folder: examples,
  log: "ignore",
});
const address = `${server.address}/?folder=${encodeURIComponent(examples)}`;
console.log(`VS Code with ConvLens: ${address}\nCtrl-C ends it.`);
const opener = { darwin: "open", linux: "xdg-open" }[process.platform];
if (opener && onPath(opener) && (process.platform === "darwin" || process.env.DISPLAY)) {
  await run(opener, [address]).catch(() => {});
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.stop());
await server.exited;
