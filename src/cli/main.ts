/** The `convlens` command: ties the command line to this process, its terminal and its files. */
import manifest from "../../package.json" with { type: "json" };
import { createEngine } from "../engine/engine.ts";
import { visible } from "../engine/report/visible.ts";
import { createNodeHost } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";
import { run } from "./run.ts";

const DEFAULT_WIDTH = 100;

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const { VIRTUAL_ENV, CONDA_PREFIX, NO_COLOR, CONVLENS_DEBUG } = process.env;
const activeEnvironment = VIRTUAL_ENV || CONDA_PREFIX;

try {
  process.exitCode = await run(process.argv.slice(2), {
    cwd: process.cwd(),
    version: manifest.version,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    width: process.stdout.columns ?? DEFAULT_WIDTH,
    color: process.stdout.isTTY === true && !NO_COLOR,
    pythonPaths: activeEnvironment ? [activeEnvironment] : [],
    openEngine: async ({ folders, searchPaths }) =>
      createEngine({
        host: createNodeHost({ folders, searchPaths }),
        parsers: await loadParsers(),
        settings: { tool: `convlens ${manifest.version}` },
      }),
  });
} catch (error) {
  // Nothing of a model's code may get here: what does is a fault of the engine.
  const text = CONVLENS_DEBUG && error instanceof Error ? error.stack : String(error);
  const lines = String(text).split("\n").map(visible).join("\n");
  process.stderr.write(`convlens: internal error, please report it: ${lines}\n`);
  process.exitCode = 2;
}
