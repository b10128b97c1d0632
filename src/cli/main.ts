/**
 * The `convlens` command: ties the command line to this process and its terminal. The work is done in a worker thread
 * (command.ts) under a watch: a hostile file ends with a line, never hangs.
 */

import { visible } from "../engine/report/visible.ts";
import { DEFAULT_LIMITS, parseCommand } from "./arguments.ts";
import type { Output, Terminal } from "./command.ts";
import { HOW_TO_REPORT } from "./faults.ts";
import { watch } from "./watch.ts";

const DEFAULT_WIDTH = 100;
const { NO_COLOR, CONVLENS_DEBUG } = process.env;

process.exitCode = await watched(process.argv.slice(2));

/** The command under watch; gives its exit code. */
async function watched(argv: readonly string[]): Promise<number> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const { stdout, stderr } = process;
  const terminal: Terminal = {
    argv,
    width: stdout.columns ?? DEFAULT_WIDTH,
    color: stdout.isTTY === true && !NO_COLOR,
  };
  const command = parseCommand(argv);
  const { seconds, megabytes } = "limits" in command ? command.limits : DEFAULT_LIMITS;
  const ended = await watch({
    script: new URL("command.mjs", import.meta.url),
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
