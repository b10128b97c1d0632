/** The `convlens` command in a process of its own, where it has its own limits of time and memory. */
import { spawn } from "node:child_process";

export interface Answered {
  readonly code: number;
  readonly out: string;
  /** Lines without the command's name. */
  readonly said: readonly string[];
}

/** Runs a command line. Rejects where it is stopped by the signal, or cannot be started. */
export type RunCommand = (argv: readonly string[], signal: AbortSignal) => Promise<Answered>;

/** `cli` is the command's bundle; Electron's own executable runs it as Node does. */
export function commandIn(cwd: string, cli: string): RunCommand {
  return (argv, signal) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [cli, ...argv], {
        ...{ cwd, signal, windowsHide: true, stdio: ["ignore", "pipe", "pipe"] },
        env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", NO_COLOR: "1" },
      });
      let [out, err] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        err += text;
      });
      child.on("error", reject);
      child.on("close", (code) => {
        const lines = err.split("\n").filter((line) => line.trim() !== "");
        resolve({ code: code ?? 2, out, said: lines.map((line) => line.replace(/^convlens: /, "")) });
      });
    });
}
