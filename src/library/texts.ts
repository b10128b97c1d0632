/** The engine's files where there is no disk: texts by their names. */
import type { ModelHost } from "../engine/contract/engine.types.ts";
import { NoFigures, type Texts } from "./api.ts";

const ROOT = "/";

/** Throws NoFigures where the model file is none of the texts. */
export function textsHost({ file, files }: Texts): { readonly host: ModelHost; readonly file: string } {
  const texts = new Map(Object.entries(files).map(([name, text]) => [absolute(name), text]));
  const folders = new Map<string, Set<string>>();
  for (const name of texts.keys()) addFolders(name, folders);
  const named = absolute(file);
  if (!texts.has(named)) throw new NoFigures(`${file} is none of the files that were given`);
  const host: ModelHost = {
    searchPaths: [ROOT],
    read: (name) => texts.get(name),
    isFile: (name) => texts.has(name),
    isDirectory: (name) => folders.has(name),
    list: (name) => [...(folders.get(name) ?? [])].sort(),
    version: (name) => (texts.has(name) ? "given" : undefined),
  };
  return { host, file: named };
}

function absolute(name: string): string {
  const parts = name.replaceAll("\\", "/").split("/");
  return `${ROOT}${parts.filter((part) => part !== "" && part !== ".").join("/")}`;
}

function addFolders(name: string, folders: Map<string, Set<string>>): void {
  const cut = name.lastIndexOf("/");
  const folder = name.slice(0, cut) || ROOT;
  const entries = folders.get(folder) ?? new Set();
  const isNew = entries.size === 0;
  folders.set(folder, entries.add(name.slice(cut + 1)));
  if (isNew && folder !== ROOT) addFolders(folder, folders);
}
