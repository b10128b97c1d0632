/**
 * VS Code for the browser, from npm alone: code-server and the Node it wants, installed once into the cache folder,
 * started on loopback with extensions linked from where they are built.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder, onPath, runNpm } from "./project.mjs";

const CODE_SERVER = "4.139.1";
const PLAYWRIGHT = "1.64.0";
const AXE = "4.14.1";

const nodeBin = path.join(cacheFolder, "node24", "node_modules", "node", "bin");
const codeServer = path.join(cacheFolder, "code-server", "node_modules", "code-server");
const entry = path.join(codeServer, "out", "node", "entry.js");
/** VS Code itself, as code-server has it. */
export const workbenchFolder = path.join(codeServer, "lib", "vscode");
export const playwrightEntry = path.join(cacheFolder, "playwright/node_modules/playwright-core/index.mjs");

/** Installs code-server when it is not in the cache; about 75 s and 800 MB the first time. */
export async function installCodeServer() {
  await installInCache("node24", "node@24", ["node"]);
  // An npm around this one leaves its own Node's version here, which code-server takes for the one that installs it.
  const { npm_config_user_agent: _, ...outer } = process.env;
  const env = { ...outer, PATH: `${nodeBin}${path.delimiter}${process.env.PATH}` };
  await installInCache("code-server", `code-server@${CODE_SERVER}`, ["code-server", "argon2"], env);
}

export async function installPlaywright() {
  await installInCache("playwright", `playwright-core@${PLAYWRIGHT}`, []);
}

/** Resolves to the file of axe-core, which is put into a page to check what it shows. */
export async function installAxe() {
  await installInCache("axe", `axe-core@${AXE}`, []);
  return path.join(cacheFolder, "axe", "node_modules", "axe-core", "axe.min.js");
}

/** npm 11 runs a dependency's install script only when package.json allows it. */
async function installInCache(name, spec, allowed, env = process.env) {
  const folder = path.join(cacheFolder, name);
  const stamp = path.join(folder, `.installed-${spec}`);
  if (existsSync(stamp)) return;
  console.log(`Installing ${spec} into ${folder}…`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const allowScripts = Object.fromEntries(allowed.map((packageName) => [packageName, true]));
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ private: true, allowScripts }));
  const code = await runNpm(["install", "--no-fund", "--no-audit", "--loglevel=error", spec], {
    cwd: folder,
    env,
  });
  if (code !== 0) throw new Error(`npm could not install ${spec}; its message stands above`);
  await writeFile(stamp, "");
}

/** What code-server's native modules are compiled with and this machine lacks, in words. */
export function missingPrerequisites() {
  if (existsSync(path.join(cacheFolder, "code-server", `.installed-code-server@${CODE_SERVER}`))) return [];
  const missing = ["python3", "make", "g++"].filter((program) => !onPath(program));
  if (process.platform === "linux") {
    if (!existsSync("/usr/include/krb5.h")) missing.push("krb5 headers (Debian: libkrb5-dev)");
    if (!existsSync("/usr/include/libsecret-1")) missing.push("libsecret headers (Debian: libsecret-1-dev)");
  }
  if (process.platform === "win32") missing.push("a system that code-server runs on (Linux or macOS)");
  return missing;
}

/** Links each extension as VS Code looks for them: `publisher.name-version`. */
export async function linkExtensions(folder, extensions) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const extension of extensions) {
    const manifest = JSON.parse(await readFile(path.join(extension, "package.json"), "utf8"));
    await symlink(
      extension,
      path.join(folder, `${manifest.publisher}.${manifest.name}-${manifest.version}`),
      "dir",
    );
  }
}

/** Starts code-server on a free port of loopback; resolves once it answers. `log` takes its output. */
export async function startCodeServer({ userData, extensions, folder, log, env = {} }) {
  const port = await freePort();
  // Its own process group, so that stopping it also ends the extension host and the language server.
  const child = spawn(
    path.join(nodeBin, "node"),
    [
      entry,
      "--auth=none",
      `--bind-addr=127.0.0.1:${port}`,
      `--user-data-dir=${userData}`,
      `--extensions-dir=${extensions}`,
      "--disable-telemetry",
      "--disable-update-check",
      "--disable-workspace-trust",
      folder,
    ],
    { detached: true, stdio: ["ignore", log, log], env: { ...process.env, ...env } },
  );
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, "SIGTERM");
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 5_000);
    await exited;
    clearTimeout(timer);
  };
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error("code-server ended at once; its log says why");
    const up = await fetch(`${address}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return { address, stop, exited };
    await sleep(100);
  }
  await stop();
  throw new Error("code-server did not answer within 30 s");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
