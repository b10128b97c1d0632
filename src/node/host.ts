/**
 * The engine's files on a real disk: unsaved text first, then what lies under the workspace folders and the search
 * paths, read as text. Symbolic links are resolved, and one that leads out of those folders is as good as absent.
 */
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import type { ModelHost } from "../engine/engine.types.ts";

export interface UnsavedText {
  readonly text: string;
  readonly version: number;
}

export interface NodeHostOptions {
  /** Folders that may be read: the workspace's, or the package root of a file given on the command line. */
  readonly folders: readonly string[];
  /** Folders that imports are looked up in besides; they may be read too. */
  readonly searchPaths?: readonly string[];
  readonly unsaved?: (file: string) => UnsavedText | undefined;
  readonly maxBytes?: number;
}

/** Model code and the tables it is built from are far smaller; weights and data sets are far larger. */
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

export function createNodeHost(options: NodeHostOptions): ModelHost {
  const searchPaths = (options.searchPaths ?? []).map(toSlashes);
  const folders = [...options.folders.map(toSlashes), ...searchPaths];
  const realFolders = folders.map(realPath).filter((folder) => folder !== undefined);
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const unsaved = options.unsaved ?? (() => undefined);

  /** What stands at a path that may be read; a cheap look at its text spares the disk most look-ups. */
  function stat(file: string): Stats | undefined {
    const normal = path.posix.normalize(toSlashes(file));
    if (!isUnderAny(normal, folders) && !isUnderAny(normal, realFolders)) return undefined;
    const found = quietly(() => statSync(file, { throwIfNoEntry: false }));
    if (!found) return undefined;
    const real = realPath(file);
    return real !== undefined && isUnderAny(real, realFolders) ? found : undefined;
  }

  return {
    searchPaths,
    read(file) {
      const open = unsaved(file);
      if (open) return open.text;
      const found = stat(file);
      if (!found?.isFile() || found.size > maxBytes) return undefined;
      return quietly(() => readFileSync(file, "utf8"));
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

function toSlashes(file: string): string {
  return path.sep === "\\" ? file.replaceAll("\\", "/") : file;
}

function isUnderAny(file: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) => file === folder || file.startsWith(folder.endsWith("/") ? folder : `${folder}/`),
  );
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
