/**
 * `npm start`: profiles a network in the terminal and serves the same panel that VS Code shows as a live page.
 * usage: npm start [-- FILE[:NAME]] [--port N] [--once]      without FILE, a bundled example
 */
import path from "node:path";
import { build, ensureInstalled, root, runOrExit } from "./lib/project.mjs";

const args = process.argv.slice(2);
const named = args.length > 0 && !args[0].startsWith("--") ? args.shift() : undefined;
const target = named ?? path.join(root, "examples", "mobilenet_v1_plain.py");

await ensureInstalled();
if ((await build()) !== 0) process.exit(1);

const cwd = process.env.INIT_CWD ?? process.cwd();
await runOrExit(process.execPath, [path.join(root, "dist", "cli.mjs"), "profile", target], { cwd });
await runOrExit(process.execPath, [path.join(root, "dist", "live.mjs"), target, ...args], { cwd });
