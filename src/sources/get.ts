/** Gets the sources of packages for a project: what the editor loads when the user asks for it. */
import { addSources, type Outcome } from "./add.ts";
import { cacheFolder, type System, thisSystem } from "./cache.ts";
import type { Progress } from "./download.ts";
import { createClient } from "./http.ts";
import { projectVersions } from "./projectVersions.ts";
import type { Requirement } from "./requirement.ts";
import { indexSettings } from "./settings.ts";
import { REAL_DISK } from "./store.ts";

export interface GetOptions {
  /** The project's, nearest first. */
  readonly folders: readonly string[];
  /** What the index is told of who asks. */
  readonly agent: string;
  /** The editor's own proxy, where the environment has none. */
  readonly proxy?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export async function getSources(packages: readonly string[], options: GetOptions): Promise<Outcome> {
  const { folders, agent, proxy, signal, onProgress } = options;
  const settings = indexSettings(withProxy(thisSystem(), proxy));
  const client = createClient(settings, agent);
  try {
    return await addSources(packages.map(anyVersion), {
      ...{ client, signal, onProgress },
      indexes: settings.indexes,
      cache: cacheFolder(),
      versions: projectVersions(folders),
      disk: REAL_DISK,
      withDependencies: true,
    });
  } finally {
    await client.close();
  }
}

function anyVersion(name: string): Requirement {
  return { name, specifier: "", extras: [], marker: "" };
}

function withProxy(system: System, proxy: string | undefined): System {
  return proxy ? { ...system, env: { ALL_PROXY: proxy, ...system.env } } : system;
}
