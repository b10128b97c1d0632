/**
 * Loads a CommonJS bundle with the code that V8 compiled of it in an earlier run. Node's own cache
 * (`module.enableCompileCache`, from 22.1) keeps only what was compiled when the bundle was loaded; what is kept here
 * has the functions of a whole run too, and serves Node 20.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import Module from "node:module";
import path from "node:path";
import { Script } from "node:vm";

/** Bytes of the checksum that each kept file starts with: V8 itself does not look for damage. */
const CHECKSUM = 32;
/** Files of other builds and versions of Node that are left beside a new one. */
const KEPT = 3;

/** How a bundle was loaded. */
export interface CachedRun {
  /** V8 took what an earlier run had compiled. */
  readonly isFromCache: boolean;
  /** Keeps what V8 has compiled by now for the next run, unless that was kept already. */
  readonly keep: () => void;
}

/** Runs the bundle as `require` would. A folder that cannot be read or written only costs time. */
export function runCached(bundle: string, folder: string): CachedRun {
  const file = path.join(folder, keyOf(bundle));
  const cachedData = readKept(file);
  const script = new Script(Module.wrap(readFileSync(bundle, "utf8")), {
    filename: bundle,
    ...(cachedData !== undefined && { cachedData }),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...given: readonly unknown[]) => void;
  run.call(
    module.exports,
    module.exports,
    Module.createRequire(bundle),
    module,
    bundle,
    path.dirname(bundle),
  );
  const isFromCache = cachedData !== undefined && !script.cachedDataRejected;
  return {
    isFromCache,
    keep: () => {
      if (!isFromCache) write(file, script.createCachedData());
    },
  };
}

/** V8 compares only the length of the source, so the name says which build it is. */
function keyOf(bundle: string): string {
  const { mtimeMs, size } = statSync(bundle);
  const build = createHash("sha256").update(`${bundle} ${size} ${mtimeMs}`).digest("hex").slice(0, 16);
  return `${path.basename(bundle)}-${build}-${process.version}-${process.arch}`;
}

function readKept(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const data = bytes.subarray(CHECKSUM);
    return checksum(data).equals(bytes.subarray(0, CHECKSUM)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all: another process may read it meanwhile. */
function write(file: string, data: Buffer): void {
  const folder = path.dirname(file);
  const unfinished = `${file}.${process.pid}`;
  const isKept = attempt(() => {
    makeFolder(folder);
    removeOldest(folder);
    writeFileSync(unfinished, Buffer.concat([checksum(data), data]), { mode: 0o600 });
    renameSync(unfinished, file);
  });
  if (!isKept) attempt(() => rmSync(unfinished, { force: true }));
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Folder by folder: `recursive` never ends where the system answers as /proc does (Node 20). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

function removeOldest(folder: string): void {
  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const newestFirst = files
    .map((file) => ({ file, at: statSync(file).mtimeMs }))
    .sort((one, other) => other.at - one.at);
  for (const { file } of newestFirst.slice(KEPT)) rmSync(file, { force: true });
}

function checksum(data: Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}
