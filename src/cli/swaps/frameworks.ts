/** Which real frameworks are at hand, and who runs a network of each. */
import path from "node:path";
import type { FrameworkId } from "../../engine/contract/report.ts";
import { Runner } from "./runner.ts";

const ALL: readonly FrameworkId[] = ["torch", "keras", "flax", "haiku", "equinox", "tfjs"];

export interface Frameworks {
  readonly missing: readonly FrameworkId[];
  /** Folders of packages: `torchvision`. */
  readonly folders: ReadonlyMap<string, string>;
  /** Where their packages are looked up. */
  readonly paths: readonly string[];
  readonly runnerOf: (framework: FrameworkId) => Runner | undefined;
  readonly stop: () => void;
}

/** The first interpreter that has a framework runs its networks. */
export async function openFrameworks(
  scripts: string,
  pythons: readonly string[],
  tfjs: string | undefined,
): Promise<Frameworks> {
  const runners = new Map<string, Runner>();
  const folders = new Map<string, string>();
  const paths = new Set<string>();
  const started: Runner[] = [];
  const commands: (readonly [string, readonly string[]])[] = pythons.map((python) => [
    python,
    [path.join(scripts, "serve.py")],
  ]);
  if (tfjs !== undefined) commands.push([process.execPath, [path.join(scripts, "tfjs.mjs"), tfjs]]);
  for (const [command, args] of commands) {
    const found = await Runner.start(command, args);
    if (!found) continue;
    started.push(found.runner);
    for (const [name, folder] of Object.entries(found.abilities.packages)) {
      if (!runners.has(name)) runners.set(name, found.runner);
      if (!folders.has(name)) folders.set(name, folder);
    }
    for (const each of found.abilities.paths) paths.add(each);
  }
  return {
    missing: ALL.filter((name) => !runners.has(name)),
    folders,
    paths: [...paths],
    runnerOf: (framework) => runners.get(framework),
    stop: () => {
      for (const runner of started) runner.stop();
    },
  };
}
