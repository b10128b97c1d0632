/** Gets the sources of packages for a project, and tells before from where: what the editor loads to ask the user. */
import { packageName } from "../engine/languages/python/packages.ts";
import { addSources, type Outcome } from "./add.ts";
import { cacheFolder, type System, thisSystem } from "./cache.ts";
import type { Progress } from "./download.ts";
import { type Client, createClient } from "./http.ts";
import { SourcesProblem } from "./problem.ts";
import { projectVersions } from "./projectVersions.ts";
import type { Requirement } from "./requirement.ts";
import { type IndexSettings, indexSettings } from "./settings.ts";
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

/** What can be said before anybody is asked anything: the versions that the project names, and the indexes' hosts. */
export interface Announced {
  /** `torchvision==0.14.1`, or the bare name where the newest is taken. */
  readonly packages: readonly string[];
  readonly hosts: readonly string[];
}

/** Asks nobody: the index hears of the user only once it is agreed. Undefined where pip is set to use none. */
export function announce(packages: readonly string[], folders: readonly string[]): Announced | undefined {
  const versions = projectVersions(folders);
  const indexes = indexesSet();
  if (!indexes) return undefined;
  return {
    packages: packages.map((name) => `${name}${versions.get(packageName(name))?.specifier ?? ""}`),
    hosts: [...new Set(indexes.map((index) => new URL(index).host))],
  };
}

function indexesSet(): readonly string[] | undefined {
  try {
    return indexSettings(thisSystem()).indexes;
  } catch (error) {
    if (error instanceof SourcesProblem) return undefined;
    throw error;
  }
}

async function withClient<T>(
  { agent, proxy }: GetOptions,
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
