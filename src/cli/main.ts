/**
 * The `convlens` command: ties the command line to this process and its terminal. The work is done in a worker thread
 * (command.ts) under a watch: a hostile file ends with a line, never hangs.
 */

import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { visible } from "../engine/base/visible.ts";
import { type Command, DEFAULT_LIMITS, parseCommand } from "./arguments.ts";
import { answerAtOnce, isAnsweredAtOnce } from "./atOnce.ts";
import type { Output, Terminal } from "./command.ts";
import { HOW_TO_REPORT } from "./faults.ts";
import { oneLine } from "./oneLine.ts";
import { watch } from "./watch.ts";

const DEFAULT_WIDTH = 100;
const { NO_COLOR, CONVLENS_DEBUG } = process.env;

const argv = process.argv.slice(2);
const command = parseCommand(argv);
const { stdout, stderr } = process;
// A reader that has seen enough (`| head`) is no failure.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
if (isAnsweredAtOnce(command)) {
  process.exitCode = answerAtOnce(command, {
    version: manifest.version,
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(oneLine(text)),
  });
} else if (command.kind === "mcp") {
  const { serveAgents } = await import("../agents/mcp.ts");
  await serveAgents(manifest.version, fileURLToPath(import.meta.url));
} else if (command.kind === "server") {
  await import("../server/node.ts");
} else {
  process.exitCode = await watched(command);
}

/** The command under watch; gives its exit code. */
async function watched(command: Command): Promise<number> {
  const terminal: Terminal = {
    argv,
    width: stdout.columns ?? DEFAULT_WIDTH,
    color: stdout.isTTY === true && !NO_COLOR,
  };
  const { seconds, megabytes } = "limits" in command ? command.limits : DEFAULT_LIMITS;
  const ended = await watch({
    script: new URL("thread.cjs", import.meta.url),
    workerData: terminal,
    onMessage: (message) => {
      const { stream, text } = message as Output;
      (stream === "out" ? stdout : stderr).write(text);
    },
    seconds,
    megabytes,
  });
  const file = "file" in command ? `${visible(command.file)}: ` : "";
  switch (ended.kind) {
    case "done":
      return ended.code;
    case "too-long":
      stderr.write(
        `convlens: ${file}ended after ${seconds} s of processor time; --time-limit SECONDS gives it more\n`,
      );
      return 2;
    case "too-large":
      stderr.write(
        `convlens: ${file}ended, for it needs more than ${megabytes} MB of memory; --memory-limit MB gives it more\n`,
      );
      return 2;
    case "failed":
      // Nothing of a model's code may get here: what does is a fault of the engine.
      stderr.write(`convlens: internal error: ${told(ended.error)}\n`);
      if (!CONVLENS_DEBUG) stderr.write(`convlens: ${HOW_TO_REPORT}\n`);
      return 2;
  }
}

function told(error: unknown): string {
  const text = CONVLENS_DEBUG && error instanceof Error ? error.stack : String(error);
  return String(text).split("\n").map(visible).join("\n");
}
