/** The command as a user calls it, with the real engine over files on disk. */
import { run, type Surroundings } from "../../src/cli/run.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { createNodeHost } from "../../src/node/host.ts";
import { loadParsers } from "../../src/node/wasm.ts";

const parsers = await loadParsers();

export async function convlensIn(cwd: string, argv: readonly string[]) {
  const { around, told } = surroundingsIn(cwd);
  const code = await run(argv, around);
  return { code, ...told };
}

/** A terminal in this folder, and what it is told. */
export function surroundingsIn(cwd: string): {
  readonly around: Surroundings;
  readonly told: { readonly out: string; readonly err: string };
} {
  const told = { out: "", err: "" };
  const around: Surroundings = {
    ...{ cwd, version: "1.2.3", width: 100, color: false, pythonPaths: [] },
    out: (text) => {
      told.out += text;
    },
    err: (text) => {
      told.err += text;
    },
    openEngine: async (roots, files = (disk) => disk) =>
      createEngine({ parsers, host: files(createNodeHost(roots)) }),
  };
  return { around, told };
}
