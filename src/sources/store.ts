/** Writing into the cache: a package is there at once, whole, or not at all, whoever else writes at the same time. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { FILES, type KeptSource, keptSource, RECORD, type SourceRecord, UNFINISHED } from "./cache.ts";
import { diskProblem, SourcesProblem } from "./problem.ts";

/** What is done to the disk. */
export interface Disk {
  readonly mkdir: (folder: string, options: { readonly recursive: true }) => Promise<unknown>;
  readonly writeFile: (
    file: string,
    content: Buffer | string | AsyncIterable<Buffer>,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly rm: (file: string, options: { readonly recursive?: true; readonly force: true }) => Promise<void>;
}

export const REAL_DISK: Disk = { mkdir, writeFile, rename, rm };

/** Works in a folder beside the packages, which is gone afterwards. */
export async function inScratch<T>(
  cache: string,
  disk: Disk,
  work: (scratch: string) => Promise<T>,
): Promise<T> {
  const scratch = unfinishedIn(cache);
  try {
    await written(() => disk.mkdir(scratch, { recursive: true }), scratch);
    return await work(scratch);
  } finally {
    await disk.rm(scratch, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Puts a package in its place; one that another process put there in the meantime is as good. */
export async function keep(
  cache: string,
  name: string,
  record: SourceRecord,
  files: ReadonlyMap<string, Buffer>,
  { scratch, disk }: { readonly scratch: string; readonly disk: Disk },
): Promise<KeptSource> {
  const folder = path.join(scratch, "package");
  const target = path.join(cache, name, record.version);
  await written(async () => {
    await disk.mkdir(path.join(folder, FILES), { recursive: true });
    const made = new Set<string>();
    for (const [file, content] of files) {
      const place = path.join(folder, FILES, ...file.split("/"));
      const around = path.dirname(place);
      if (!made.has(around)) await disk.mkdir(around, { recursive: true });
      made.add(around);
      await disk.writeFile(place, content);
    }
    await disk.writeFile(path.join(folder, RECORD), textOf(record));
    await disk.mkdir(path.dirname(target), { recursive: true });
  }, folder);
  const there = (): KeptSource | undefined => keptSource(cache, name, record.version);
  // What another version of ConvLens left is replaced.
  if (existsSync(target) && !there()) await disk.rm(target, { recursive: true, force: true });
  try {
    await disk.rename(folder, target);
  } catch (error) {
    if (there()) return there()!;
    await rmdir(path.dirname(target)).catch(() => undefined);
    throw diskProblem(error, `${target} cannot be written`);
  }
  const kept = there();
  if (!kept) throw new SourcesProblem(`${target} was removed while it was written`);
  return kept;
}

/** Replaces what is said of a package, at once. */
export async function rewriteRecord(
  cache: string,
  { folder }: KeptSource,
  record: SourceRecord,
  disk: Disk,
): Promise<void> {
  const file = path.join(folder, RECORD);
  const fresh = unfinishedIn(cache);
  try {
    await written(() => disk.writeFile(fresh, textOf(record)), file);
    await written(() => disk.rename(fresh, file), file);
  } finally {
    await disk.rm(fresh, { force: true }).catch(() => undefined);
  }
}

function unfinishedIn(cache: string): string {
  return path.join(cache, `${UNFINISHED}${process.pid}-${randomBytes(6).toString("hex")}`);
}

const DAY = 24 * 60 * 60 * 1000;

/** Removes what processes left that were ended in their work. */
export function removeLeftovers(cache: string): void {
  try {
    for (const name of readdirSync(cache)) {
      const folder = path.join(cache, name);
      if (name.startsWith(UNFINISHED) && Date.now() - statSync(folder).mtimeMs > DAY)
        rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    // It is no harm where it stays.
  }
}

function textOf(record: SourceRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

async function written(write: () => Promise<unknown>, what: string): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw diskProblem(error, `${what} cannot be written`);
  }
}
