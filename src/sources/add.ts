/** Gets the sources of packages, and of those that they require, from the user's index into the cache. */
import { compare } from "@renovatebot/pep440/lib/operator.js";
import { packageName } from "../engine/languages/python/packages.ts";
import { type KeptSource, keptSource, keptSources, type SourceRecord } from "./cache.ts";
import { download, type Progress } from "./download.ts";
import type { Client } from "./http.ts";
import { type Archive, archivesOf, pickArchive } from "./pick.ts";
import { SourcesProblem } from "./problem.ts";
import type { ProjectVersions } from "./projectVersions.ts";
import { applies, fits, parseRequirement, type Requirement } from "./requirement.ts";
import { filesOf } from "./simpleIndex.ts";
import { type Disk, inScratch, keep, removeLeftovers, rewriteRecord } from "./store.ts";

export interface AddOptions {
  readonly client: Client;
  readonly indexes: readonly string[];
  readonly cache: string;
  readonly versions: ProjectVersions;
  readonly disk: Disk;
  /** Also what they require. */
  readonly withDependencies: boolean;
  /** Takes the newest that fits from the index, whatever is kept. */
  readonly newest?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Progress) => void;
  readonly onKept?: (added: Added) => void;
}

export interface Added {
  readonly kept: KeptSource;
  /** Otherwise it was here before. */
  readonly isNew: boolean;
  /** The file of the project that named the version. */
  readonly namedBy?: string;
}

export interface Outcome {
  readonly added: readonly Added[];
  /** One sentence each, of packages that are not here. */
  readonly problems: readonly string[];
  /** What is required but built into ConvLens. */
  readonly builtIn: readonly string[];
}

/** Frameworks and their machinery: ConvLens has tables for them, so their sources add nothing by themselves. */
const BUILT_IN =
  /^(torch|numpy|tensorflow(-.+)?|tf-keras|keras|jax|jaxlib|flax|dm-haiku|equinox|pyyaml|typing-extensions|setuptools|wheel|pip|triton|(nvidia|cuda|intel)-.+)$/;

export async function addSources(wanted: readonly Requirement[], options: AddOptions): Promise<Outcome> {
  removeLeftovers(options.cache);
  const added = new Map<string, Added>();
  const problems: string[] = [];
  const builtIn = new Set<string>();
  for (const asked of wanted) {
    const own = new Map<string, string>();
    const queue: { readonly requirement: Requirement; readonly by?: string }[] = [{ requirement: asked }];
    for (let at = 0; at < queue.length; at++) {
      const { requirement, by } = queue[at]!;
      const name = packageName(requirement.name);
      if (own.has(name)) continue;
      if (by !== undefined && BUILT_IN.test(name)) {
        builtIn.add(name);
        continue;
      }
      try {
        const got = added.get(name) ?? (await get(requirement, by, options));
        own.set(name, got.kept.record.version);
        if (!added.has(name)) {
          added.set(name, got);
          options.onKept?.(got);
        }
        if (options.withDependencies) queue.push(...requiredBy(got, requirement));
      } catch (error) {
        if (!(error instanceof SourcesProblem)) throw error;
        const message = by === undefined ? error.message : `${error.message} (required by ${by})`;
        if (!problems.includes(message)) problems.push(message);
        own.set(name, "");
      }
    }
    const first = added.get(packageName(asked.name));
    if (first) added.set(first.kept.name, { ...first, kept: await noteAsked(first.kept, own, options) });
  }
  return { added: [...added.values()], problems, builtIn: [...builtIn] };
}

function requiredBy({ kept }: Added, { extras }: Requirement) {
  return kept.record.requires.flatMap((text) => {
    const requirement = parseRequirement(text);
    return requirement && applies(requirement.marker, extras) ? [{ requirement, by: kept.record.name }] : [];
  });
}

/** The versions that go with what the user asked for are noted there. */
async function noteAsked(
  kept: KeptSource,
  own: ReadonlyMap<string, string>,
  { disk, withDependencies }: AddOptions,
): Promise<KeptSource> {
  const got = [...own].filter(([name, version]) => name !== kept.name && version !== "");
  const dependencies = withDependencies ? Object.fromEntries(got) : kept.record.dependencies;
  const record = { ...kept.record, asked: true, dependencies };
  if (JSON.stringify(record) !== JSON.stringify(kept.record)) await rewriteRecord(kept, record, disk);
  return { ...kept, record };
}

/** What the user writes goes before what the project says, and that before what another package asks for. */
function wantedVersion(
  requirement: Requirement,
  by: string | undefined,
  { versions }: Pick<AddOptions, "versions">,
) {
  const isWritten = by === undefined && requirement.specifier !== "";
  const project = isWritten ? undefined : versions.get(packageName(requirement.name));
  return {
    specifier: project?.specifier ?? requirement.specifier,
    namedBy: project && { namedBy: project.file },
  };
}

async function get(requirement: Requirement, by: string | undefined, options: AddOptions): Promise<Added> {
  const name = packageName(requirement.name);
  const { cache, client, indexes, signal } = options;
  const { specifier, namedBy } = wantedVersion(requirement, by, options);
  if (by !== undefined && !options.newest) {
    const here = keptSources(cache)
      .filter((kept) => kept.name === name && fits(kept.record.version, specifier, true))
      .sort((a, b) => compare(b.record.version, a.record.version));
    if (here[0]) return { kept: here[0], isNew: false, ...namedBy };
  }
  const archives = archivesOf(name, await filesOf(client, indexes, name, signal));
  const archive = pickArchive(archives, specifier);
  if (!archive) throw new SourcesProblem(noVersion(requirement.name, specifier, archives, options));
  const before = keptSource(cache, name, archive.version);
  if (before) return { kept: before, isNew: false, ...namedBy };
  return { kept: await bring(name, archive, options), isNew: true, ...namedBy };
}

function noVersion(
  name: string,
  specifier: string,
  archives: readonly Archive[],
  { indexes }: Pick<AddOptions, "indexes">,
): string {
  const where = indexes.map((index) => index.replace(/\/\/[^/]*@/, "//")).join(", ");
  if (archives.length === 0) return `no package ${name} with a wheel or source archive at ${where}`;
  return `no version of ${name} fits ${specifier || "a release"}; the newest at ${where} is ${archives[0]!.version}`;
}

async function bring(name: string, archive: Archive, options: AddOptions): Promise<KeptSource> {
  const { cache, client, disk, signal, onProgress } = options;
  return inScratch(cache, disk, async (scratch) => {
    const { files, modules, requires, checked } = await download(client, archive, {
      ...{ scratch, disk, signal, onProgress },
    });
    if (modules.length === 0)
      throw new SourcesProblem(`${archive.file.filename}: it holds no Python files that a program imports`);
    signal?.throwIfAborted();
    const record: SourceRecord = {
      format: 1,
      name,
      version: archive.version,
      archive: archive.file.filename,
      index: archive.file.index,
      checked,
      modules,
      requires,
      files: files.size,
      bytes: [...files.values()].reduce((sum, content) => sum + content.length, 0),
      asked: false,
      dependencies: {},
    };
    return keep(cache, name, record, files, { scratch, disk });
  });
}
