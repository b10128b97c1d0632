/** The kept sources that are read for a project. */
import type { KeptModule } from "../engine/contract/engine.types.ts";
import { cacheFolder, keptSources } from "./cache.ts";
import { chooseKept, modulesOf } from "./choose.ts";
import { projectVersions } from "./projectVersions.ts";

/** By top-level module; undefined where nothing is kept. `folders` are the project's, nearest first. */
export function keptModules(
  folders: readonly string[],
  cache = cacheFolder(),
): ReadonlyMap<string, readonly KeptModule[]> | undefined {
  const kept = keptSources(cache);
  if (kept.length === 0) return undefined;
  const versions = projectVersions(folders);
  return modulesOf(chooseKept(kept, versions), versions);
}
