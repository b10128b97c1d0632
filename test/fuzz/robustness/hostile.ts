/**
 * Hostile programs through the built command, each as a process of its own: whatever a file asks for, the command ends
 * by itself, within its bounds, and never with a fault of its own.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { HOSTILE_PYTHON } from "./hostilePython.ts";
import { HOSTILE_TYPESCRIPT } from "./hostileTypescript.ts";
import type { Finding, Part } from "./part.ts";

const CORPUS = [
  ...Object.entries(HOSTILE_PYTHON).map(([title, make]) => ({ title, make, file: "model.py" })),
  ...Object.entries(HOSTILE_TYPESCRIPT).map(([title, make]) => ({ title, make, file: "model.ts" })),
];

/** A prime: steps of it come to every program once. */
const STRIDE = 61;

/** What the command promises of one file. */
const CPU_SECONDS = 45;
const MEGABYTES = 1024;
/** For a process that does not even look at its own clock. */
const WALL_SECONDS = 900;
/** Written by the process itself at its end. */
const USAGE_MARK = "resource usage ";

export const hostile: Part = {
  cases: 24,
  total: CORPUS.length,
  async run(index, { root, seed }) {
    // Kinds stand together in the corpus: a round is to see some of each.
    const found = CORPUS[(index * STRIDE + seed) % CORPUS.length];
    if (!found) return [];
    const { title, make, file } = found;
    const text = make();
    const folder = mkdtempSync(path.join(tmpdir(), "convlens-hostile-"));
    try {
      writeFileSync(path.join(folder, file), text);
      const ended = await command(path.join(root, "dist", "cli.mjs"), path.join(folder, file));
      return wrongEnd(ended).map(
        ({ kind, detail }): Finding => ({ kind, detail: `${title}: ${detail}`, input: { file, text } }),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Ended {
  readonly output: string;
  readonly signal: string | null;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** Tells what the process used, from inside, in its main thread alone. */
const MEASURE = `import { isMainThread } from "node:worker_threads";
if (isMainThread) process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\n${USAGE_MARK}" + (userCPUTime + systemCPUTime) / 1e6 + " " + maxRSS / 1024 + "\\n");
});`;

function command(script: string, file: string): Promise<Ended> {
  const measure = `data:text/javascript,${encodeURIComponent(MEASURE)}`;
  const child = spawn(process.execPath, ["--import", measure, script, "profile", file, "--all"], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: WALL_SECONDS * 1000,
    killSignal: "SIGKILL",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_, signal) => {
      const used = output.slice(output.lastIndexOf(USAGE_MARK) + USAGE_MARK.length).split(" ");
      resolve({ output, signal, cpuSeconds: Number(used[0]), megabytes: Number.parseFloat(used[1] ?? "") });
    });
  });
}

function wrongEnd({ output, signal, cpuSeconds, megabytes }: Ended): Omit<Finding, "input">[] {
  const fault = /^.*(?:internal error|internal:|^\s+at .*\.mjs).*$/m.exec(output)?.[0];
  const end = /convlens: .*ended .*/.exec(output)?.[0];
  return [
    ...(fault === undefined ? [] : [{ kind: "internal fault", detail: fault }]),
    ...(signal === null ? [] : [{ kind: "the command had to be killed", detail: signal }]),
    // The command's own watch keeps the promise, but only a bound of the engine tells what was too much.
    ...(end === undefined ? [] : [{ kind: "the command's watch had to end it", detail: end }]),
    ...(cpuSeconds > CPU_SECONDS
      ? [{ kind: "too much processor time", detail: `${cpuSeconds.toFixed(1)} s` }]
      : []),
    ...(megabytes > MEGABYTES ? [{ kind: "too much memory", detail: `${megabytes.toFixed(0)} MB` }] : []),
  ];
}
