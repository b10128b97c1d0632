/** What every script needs: where the project is, commands run in it, and dependencies that match the lockfile. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The TypeScript language-service plugin's package. */
export const plugin = "convlens-typescript-plugin";

/** Downloads that outlive a clone: code-server, torchvision's sources. */
export const cacheFolder = process.env.CONVLENS_CACHE ?? path.join(homedir(), ".cache", "convlens");

/** Runs a program in the project and resolves to its exit code; output goes to ours unless told otherwise. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

export async function runOrExit(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) process.exit(code);
}

export function runNpm(args, options) {
  const windows = process.platform === "win32";
  return run(windows ? "npm.cmd" : "npm", args, { shell: windows, ...options });
}

/** Installs the dependencies when node_modules is missing or was made from another lockfile. */
export async function ensureInstalled() {
  const stamp = path.join(root, "node_modules", ".convlens-lock");
  const lock = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("Installing dependencies (npm ci)…");
  const code = await runNpm(["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]);
  if (code !== 0) {
    console.error("npm ci failed; see its message above.");
    process.exit(code);
  }
  writeFileSync(stamp, lock);
}

export function build(args = []) {
  return run(process.execPath, ["scripts/build.mjs", ...args]);
}

/** Whether a program can be found on PATH. */
export function onPath(program) {
  const names = process.platform === "win32" ? [`${program}.cmd`, `${program}.exe`] : [program];
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .some((folder) => names.some((name) => existsSync(path.join(folder, name))));
}
