/** Files of a test: a table of paths and texts instead of a disk. */
import type { ModelHost } from "../../src/engine/contract/engine.types.ts";

export function memoryHost(
  files: Readonly<Record<string, string>>,
  searchPaths: readonly string[] = [],
  stubs: NonNullable<ModelHost["stubs"]> = { own: [], shipped: [] },
): ModelHost {
  const names = Object.keys(files);
  return {
    searchPaths,
    stubs,
    read: (file) => files[file],
    isFile: (file) => file in files,
    isDirectory: (folder) => names.some((name) => name.startsWith(`${folder}/`)),
    list: (folder) => [
      ...new Set(
        names
          .filter((name) => name.startsWith(`${folder}/`))
          .map((name) => name.slice(folder.length + 1).split("/")[0] ?? ""),
      ),
    ],
    version: (file) => files[file],
  };
}
