/** Opens the engine over the file that a command names. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Engine, ProfileOptions } from "../engine/contract/engine.types.ts";
import { toSlashes } from "../node/host.ts";
import { cacheFolder } from "../sources/cache.ts";
import type { NetworkChoice } from "./arguments.ts";
import type { Surroundings } from "./surroundings.ts";
import { fileProblem, type Roots, rootsOf } from "./target.ts";

/** The engine over a file that is there; a line on stderr says why when it is not. */
export async function openFile(
  command: NetworkChoice,
  around: Surroundings,
): Promise<{ readonly engine: Engine; readonly file: string } | undefined> {
  const file = path.resolve(around.cwd, command.file);
  const problem = fileProblem(file);
  if (problem !== undefined) {
    around.err(`convlens: ${command.file}: ${problem}\n`);
    return undefined;
  }
  const missing = missingFolder(command, around);
  if (missing !== undefined) {
    around.err(`convlens: ${missing}\n`);
    return undefined;
  }
  const inCwd = (folder: string): string => path.resolve(around.cwd, folder);
  const roots = rootsOf(
    file,
    around.cwd,
    [...command.pythonPaths.map(inCwd), ...around.pythonPaths],
    command.stubs.map(inCwd),
  );
  const engine = await around.openEngine({ ...roots, kept: await keptFor(roots.folders) });
  return { engine, file: toSlashes(file) };
}

/** What is wrong with a folder that an option names; undefined when all are there. */
export function missingFolder(
  { pythonPaths, stubs }: Pick<NetworkChoice, "pythonPaths" | "stubs">,
  { cwd }: Surroundings,
): string | undefined {
  const options = [
    ...pythonPaths.map((folder) => ["python", folder]),
    ...stubs.map((folder) => ["stubs", folder]),
  ];
  const [option, folder] = options.find(([, named = ""]) => !existsSync(path.resolve(cwd, named))) ?? [];
  return option === undefined ? undefined : `--${option} ${folder}: no such file or folder`;
}

/** What reads the project's versions is only loaded where something is kept. */
export async function keptFor(folders: readonly string[]): Promise<Roots["kept"]> {
  if (!existsSync(cacheFolder())) return undefined;
  const { keptModules } = await import("../sources/kept.ts");
  return keptModules(folders);
}

export function networkOptions({ model, args, input }: NetworkChoice): ProfileOptions {
  return {
    ...(model !== undefined && { model }),
    ...(args !== undefined && { args }),
    ...(input.length > 0 && { input }),
  };
}
