/**
 * The folder of a user's kept sources: `NAME/VERSION/files` holds the text of one package as imports find it,
 * `NAME/VERSION/source.json` says what it is. Read here for the engine, so this loads nothing that getting them needs.
 * Every change moves something into or out of the folder itself, so that its own time, and whoever watches it, tells.
 */
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { type UserSystem, userCache } from "../node/cacheFolder.ts";

/** What `source.json` says. */
export interface SourceRecord {
  readonly format: 1;
  /** As `packageName` writes it. */
  readonly name: string;
  readonly version: string;
  /** The archive's file name. */
  readonly archive: string;
  /** The address of the index, without what it is opened with. */
  readonly index: string;
  /** What the text was checked against: the archive's hash, the hashes that the archive lists, or nothing. */
  readonly checked: "archive" | "files" | "nothing";
  /** Top-level modules. */
  readonly modules: readonly string[];
  /** What it requires, as its metadata writes it. */
  readonly requires: readonly string[];
  readonly files: number;
  readonly bytes: number;
  /** Named by the user; others are here because these need them. */
  readonly asked: boolean;
  /** When the user last named it, in milliseconds since 1970. */
  readonly askedAt?: number;
  /** Versions that were kept along with it, by the name that `packageName` writes. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface KeptSource {
  /** As `packageName` writes it. */
  readonly name: string;
  readonly record: SourceRecord;
  /** `NAME/VERSION` */
  readonly folder: string;
  /** What imports are looked up in. */
  readonly files: string;
}

export interface System extends UserSystem {
  /** The text of a file of settings; undefined where there is none. */
  readonly read: (file: string) => string | undefined;
}

export function thisSystem(): System {
  return { env: process.env, platform: process.platform, home: homedir(), read };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** One a user. */
export function cacheFolder(system: UserSystem = thisSystem()): string {
  const { join } = system.platform === "win32" ? path.win32 : path.posix;
  return join(userCache(system), "sources");
}

/** Names of folders that are being written start with this: they are nobody's package. */
export const UNFINISHED = ".unfinished-";
export const RECORD = "source.json";
export const FILES = "files";

/** Everything that is kept, by name and then by version as text. */
export function keptSources(cache: string): readonly KeptSource[] {
  return folderNames(cache).flatMap((name) =>
    folderNames(path.join(cache, name)).flatMap((version) => keptSource(cache, name, version) ?? []),
  );
}

export function keptSource(cache: string, name: string, version: string): KeptSource | undefined {
  const folder = path.join(cache, name, version);
  const record = readRecord(path.join(folder, RECORD));
  return record && { name, record, folder, files: path.join(folder, FILES) };
}

/** Removes one version: it is first moved out of sight, so that nobody reads half of it. */
export function removeKept(cache: string, { folder, name, record }: KeptSource): void {
  const aside = path.join(cache, `${UNFINISHED}removed-${name}-${record.version}-${process.pid}`);
  renameSync(folder, aside);
  rmSync(aside, { recursive: true, force: true });
  if (folderNames(path.join(cache, name)).length === 0)
    rmSync(path.join(cache, name), { recursive: true, force: true });
}

function folderNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch {
    return [];
  }
}

/** Undefined where there is none, or one that another version of ConvLens wrote. */
function readRecord(file: string): SourceRecord | undefined {
  try {
    const record = JSON.parse(read(file) ?? "null") as SourceRecord;
    return record.format === 1 && Array.isArray(record.modules) && typeof record.version === "string"
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}
