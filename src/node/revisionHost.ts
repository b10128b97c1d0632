/** The engine's files as a commit has them; what lies outside of the repository, or is installed in it, is the disk's. */
import path from "node:path";
import type { ModelHost } from "../engine/contract/engine.types.ts";
import type { GitRepository } from "./git.ts";
import { sizeProblem } from "./host.ts";
import { type SourceText, sourceText } from "./text.ts";

export function revisionHost(repository: GitRepository, commit: string, disk: ModelHost): ModelHost {
  const { root } = repository;
  const blobs = repository.files(commit);
  const folders = foldersOf(blobs.keys());
  const texts = new Map<string, SourceText>();
  const installed = disk.searchPaths.filter((folder) => /-packages$/.test(folder));

  /** The path from the root; undefined where the disk answers. */
  const own = (file: string): string | undefined => {
    if (installed.some((folder) => file === folder || file.startsWith(`${folder}/`))) return undefined;
    const normal = path.posix.normalize(file);
    if (normal === root) return "";
    return normal.startsWith(`${root}/`) ? normal.slice(root.length + 1) : undefined;
  };
  const text = (file: string): SourceText | undefined => {
    const blob = blobs.get(file);
    if (!blob) return undefined;
    const problem = sizeProblem(file, blob.bytes);
    const known = texts.get(file) ?? (problem ? { problem } : sourceText(repository.read(blob), file));
    texts.set(file, known);
    return known;
  };

  return {
    searchPaths: disk.searchPaths,
    ...(disk.stubs && { stubs: disk.stubs }),
    ...(disk.kept && { kept: disk.kept }),
    read(file) {
      const at = own(file);
      if (at === undefined) return disk.read(file);
      const found = text(at);
      return found && "text" in found ? found.text : undefined;
    },
    problem(file) {
      const at = own(file);
      if (at === undefined) return disk.problem?.(file);
      const found = text(at);
      if (!found) return "is not there";
      return "problem" in found ? found.problem : undefined;
    },
    isFile(file) {
      const at = own(file);
      return at === undefined ? disk.isFile(file) : blobs.has(at);
    },
    isDirectory(file) {
      const at = own(file);
      return at === undefined ? disk.isDirectory(file) : folders.has(at);
    },
    list(folder) {
      const at = own(folder);
      return at === undefined ? disk.list(folder) : [...(folders.get(at) ?? [])].sort();
    },
    version(file) {
      const at = own(file);
      return at === undefined ? disk.version(file) : blobs.get(at)?.id;
    },
  };
}

/** Names in each folder, the root's own under "". */
function foldersOf(files: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    for (let at = file; at !== ""; ) {
      const cut = at.lastIndexOf("/");
      const folder = at.slice(0, Math.max(cut, 0));
      const names = folders.get(folder);
      if (names) names.add(at.slice(cut + 1));
      else folders.set(folder, new Set([at.slice(cut + 1)]));
      at = names ? "" : folder;
    }
  }
  return folders;
}
