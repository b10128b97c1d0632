/**
 * The engine's files on a real disk: unsaved text first, then what lies under the workspace folders and the search
 * paths, read as text in the file's own encoding. Symbolic links are resolved, and one that leads out of those folders
 * is as good as absent.
 */
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { entryOf } from "../engine/base/table.ts";
import type { ModelHost } from "../engine/contract/engine.types.ts";
import { isNotebook } from "../engine/syntax/notebook.ts";
import { type SourceText, sourceText } from "./text.ts";

export interface UnsavedText {
  readonly text: string;
  readonly version: number;
}

export interface NodeHostOptions {
  /** Folders that may be read: the workspace's, or the package root of a file given on the command line. */
  readonly folders: readonly string[];
  /** Folders that imports are looked up in besides; they may be read too, so only those belong here that the user
   * named or that lie in the folders. */
  readonly searchPaths?: readonly string[];
  /** The user's may lie anywhere; one inside of a folder leads no further than the folder. */
  readonly stubs?: NonNullable<ModelHost["stubs"]>;
  /** Packages whose sources were fetched; only their own folders may be read. */
  readonly kept?: NonNullable<ModelHost["kept"]> | undefined;
  readonly unsaved?: (file: string) => UnsavedText | undefined;
  readonly maxBytes?: number;
}

/** Model code and the tables it is built from are far smaller; weights and data sets are far larger. */
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

export function createNodeHost(options: NodeHostOptions): ModelHost {
  const searchPaths = (options.searchPaths ?? []).map(toSlashes);
  const own = (options.stubs?.own ?? []).map(toSlashes);
  const shipped = (options.stubs?.shipped ?? []).map(toSlashes);
  const given = [...options.folders.map(toSlashes), ...searchPaths, ...shipped];
  const folders = [...given, ...own.filter((folder) => !isUnderAny(path.posix.normalize(folder), given))];
  const realFolders = folders.map(realPath).filter((folder) => folder !== undefined);
  const isKeptFolder = keptFolders(options.kept);
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const unsaved = options.unsaved ?? (() => undefined);

  /** What stands at a path that may be read; a cheap look at its text spares the disk most look-ups. */
  function stat(file: string): Stats | undefined {
    const normal = path.posix.normalize(toSlashes(file));
    const isKept = isKeptFolder !== undefined && liesInOne(normal, isKeptFolder);
    if (!isKept && !isUnderAny(normal, folders) && !isUnderAny(normal, realFolders)) return undefined;
    const found = quietly(() => statSync(file, { throwIfNoEntry: false }));
    // Nothing that is fetched is a link, and whoever may write there may write anywhere of the user's.
    if (!found || isKept) return found;
    const real = realPath(file);
    return real !== undefined && isUnderAny(real, realFolders) ? found : undefined;
  }

  return {
    searchPaths,
    stubs: { own, shipped },
    ...(options.kept && { kept: options.kept }),
    read(file) {
      const open = unsaved(file);
      if (open) return open.text;
      const read = stat(file) ? readText(file, maxBytes) : undefined;
      return read !== undefined && "text" in read ? read.text : undefined;
    },
    problem(file) {
      if (unsaved(file)) return undefined;
      if (stat(file)) return textProblem(file, maxBytes);
      try {
        statSync(file);
        return "lies outside of the folders that are read";
      } catch (error) {
        return problemOfDisk(error);
      }
    },
    isFile: (file) => unsaved(file) !== undefined || stat(file)?.isFile() === true,
    isDirectory: (file) => stat(file)?.isDirectory() === true,
    list(directory) {
      if (stat(directory)?.isDirectory() !== true) return [];
      return quietly(() => readdirSync(directory).sort()) ?? [];
    },
    version(file) {
      const open = unsaved(file);
      if (open) return `unsaved:${open.version}`;
      const found = stat(file);
      return found?.isFile() ? `disk:${found.mtimeMs}:${found.size}` : undefined;
    },
  };
}

/** Why a file that is there gives no text, as what follows its name; undefined when it does. */
export function textProblem(file: string, maxBytes = DEFAULT_MAX_BYTES): string | undefined {
  const read = readText(file, maxBytes);
  return "problem" in read ? read.problem : undefined;
}

/** Lock files of large projects have some megabytes. */
const MOST_PROJECT_TEXT = 16 * 1024 * 1024;

/**
 * The text of a file that belongs to a project: its configuration, the packages it asks for. A pipe or device of that
 * name would be read for ever, so only a regular file is.
 */
export function projectText(file: string): SourceText {
  return readText(file, MOST_PROJECT_TEXT);
}

/** The same, empty where there is none. */
export function projectTextOrEmpty(file: string): string {
  const read = projectText(file);
  return "text" in read ? read.text : "";
}

function readText(file: string, maxBytes: number): SourceText {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return { problem: "is a folder" };
    if (!found.isFile()) return { problem: "is no regular file" };
    const problem = sizeProblem(file, found.size, maxBytes);
    return problem === undefined ? sourceText(readFileSync(file), file) : { problem };
  } catch (error) {
    return { problem: problemOfDisk(error) };
  }
}

/** Why a file of so many bytes is not read; undefined when it is. */
export function sizeProblem(file: string, bytes: number, maxBytes = DEFAULT_MAX_BYTES): string | undefined {
  // Most of a notebook is its pictures, which are not kept.
  const most = isNotebook(file) ? maxBytes * 16 : maxBytes;
  return bytes > most ? `is ${megabytes(bytes)}, more than the ${megabytes(most)} that are read` : undefined;
}

const DISK_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: "may not be read: check its permissions",
  EPERM: "may not be read: check its permissions",
  EISDIR: "is a folder",
  ELOOP: "cannot be read: its links lead in a circle (ELOOP)",
  EMFILE: "cannot be read: too many files are open (EMFILE)",
  ENAMETOOLONG: "cannot be read: its name is too long (ENAMETOOLONG)",
  ENOENT: "is not there",
  ENOTDIR: "is not there",
  EIO: "cannot be read: the disk has a fault (EIO)",
};

/** What the system says of a file that it does not give, as what follows the file's name. */
export function problemOfDisk(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined
    ? `cannot be read: ${String(error)}`
    : (entryOf(DISK_PROBLEMS, code) ?? `cannot be read: ${code}`);
}

function megabytes(bytes: number): string {
  return `${Math.ceil((bytes / 1024 / 1024) * 10) / 10} MB`;
}

/** A backslash separates nothing but on Windows: elsewhere it is part of a name. */
export function toSlashes(file: string): string {
  return path.sep === "\\" ? file.replaceAll("\\", "/") : file;
}

function isUnderAny(file: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) => file === folder || file.startsWith(folder.endsWith("/") ? folder : `${folder}/`),
  );
}

/** As quick for thousands of folders as for one. */
function keptFolders(kept: ModelHost["kept"]): ((folder: string) => boolean) | undefined {
  if (!kept?.holds) {
    const folders = new Set([...(kept?.values() ?? [])].flat().map(({ folder }) => folder));
    return folders.size > 0 ? (folder) => folders.has(folder) : undefined;
  }
  return (folder) => kept.holds!(folder);
}

function liesInOne(file: string, isOne: (folder: string) => boolean): boolean {
  for (let at = file; at !== "" && at !== "/"; at = at.slice(0, Math.max(0, at.lastIndexOf("/"))))
    if (isOne(at)) return true;
  return false;
}

function realPath(file: string): string | undefined {
  return quietly(() => toSlashes(realpathSync.native(file)));
}

/** A file that vanishes or may not be opened is one that is not there. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
