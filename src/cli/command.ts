/** The thread that does the command's work: what it prints is sent to the terminal's thread. */
import { parentPort, workerData } from "node:worker_threads";
import manifest from "../../package.json" with { type: "json" };
import { createEngine } from "../engine/engine.ts";
import { createNodeHost } from "../node/host.ts";
import { loadParsers } from "../node/wasm.ts";
import { tellFaults } from "./faults.ts";
import { run } from "./run.ts";

/** What is told of the terminal. */
export interface Terminal {
  readonly argv: readonly string[];
  readonly width: number;
  readonly color: boolean;
}

/** Text on its way to the terminal. */
export interface Output {
  readonly stream: "out" | "err";
  readonly text: string | Uint8Array;
}

const { VIRTUAL_ENV, CONDA_PREFIX, CONVLENS_DEBUG } = process.env;

void work(workerData).then((code) => {
  process.exitCode = code;
});

async function work({ argv, width, color }: Terminal): Promise<number> {
  const print =
    (stream: Output["stream"]) =>
    (text: string | Uint8Array): void =>
      parentPort?.postMessage({ stream, text } satisfies Output);
  const activeEnvironment = VIRTUAL_ENV || CONDA_PREFIX;
  const err = print("err");
  return run(argv, {
    cwd: process.cwd(),
    version: manifest.version,
    out: print("out"),
    err,
    ...{ width, color },
    pythonPaths: activeEnvironment ? [activeEnvironment] : [],
    openEngine: async (roots, files = (disk) => disk) =>
      createEngine({
        host: files(createNodeHost(roots)),
        parsers: await loadParsers(),
        settings: {
          tool: `convlens ${manifest.version}`,
          onFault: tellFaults(err, Boolean(CONVLENS_DEBUG)),
        },
      }),
  });
}
