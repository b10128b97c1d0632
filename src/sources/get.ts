/** Gets the sources of packages for a project, and tells before what these are: what the editor loads to ask the user. */
import { addSources, type Outcome, type Planned, plan } from "./add.ts";
import { cacheFolder, type System, thisSystem } from "./cache.ts";
import type { Progress } from "./download.ts";
import { type Client, createClient } from "./http.ts";
import { projectVersions } from "./projectVersions.ts";
import type { Requirement } from "./requirement.ts";
import { type IndexSettings, indexSettings } from "./settings.ts";
import { REAL_DISK } from "./store.ts";

export interface AskOptions {
  /** The project's, nearest first. */
  readonly folders: readonly string[];
  /** What the index is told of who asks. */
  readonly agent: string;
  /** The editor's own proxy, where the environment has none. */
  readonly proxy?: string | undefined;
  readonly signal: AbortSignal;
}

export interface GetOptions extends AskOptions {
  readonly onProgress: (progress: Progress) => void;
}

export function getSources(packages: readonly string[], options: GetOptions): Promise<Outcome> {
  const { folders, signal, onProgress } = options;
  return withClient(options, (client, { indexes }) =>
    addSources(packages.map(anyVersion), {
      ...{ client, indexes, signal, onProgress },
      cache: cacheFolder(),
      versions: projectVersions(folders),
      disk: REAL_DISK,
      withDependencies: true,
    }),
  );
}

/** What `getSources` would take of each, in the order that they are named. */
export function planSources(packages: readonly string[], options: AskOptions): Promise<readonly Planned[]> {
  const versions = projectVersions(options.folders);
  return withClient(options, (client, { indexes }) =>
    Promise.all(
      packages.map((name) => plan(anyVersion(name), { client, indexes, versions, signal: options.signal })),
    ),
  );
}

async function withClient<T>(
  { agent, proxy }: AskOptions,
  work: (client: Client, settings: IndexSettings) => Promise<T>,
): Promise<T> {
  const settings = indexSettings(withProxy(thisSystem(), proxy));
  const client = createClient(settings, agent);
  try {
    return await work(client, settings);
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
