/** The command as a user calls it, with the real engine over files on disk. */
import { run } from "../../src/cli/run.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createNodeHost } from "../../src/node/host.ts";
import { loadParsers } from "../../src/node/wasm.ts";

const parsers = await loadParsers();

export async function convlensIn(cwd: string, argv: readonly string[]) {
  let [out, err] = ["", ""];
  const code = await run(argv, {
    ...{ cwd, version: "1.2.3", width: 100, color: false, pythonPaths: [] },
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    openEngine: async (roots, files = (disk) => disk) =>
      createEngine({ parsers, host: files(createNodeHost(roots)) }),
  });
  return { code, out, err };
}
