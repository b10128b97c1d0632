/**
 * Files of the program around one of its files, nearest first: its own folder, the folders below, then those above it.
 * The host says where the program ends, for it shows nothing outside.
 */
import type { ModelHost } from "../contract/engine.types.ts";

/** Files that are listed, and folders that are looked into, at most. */
const MOST_FILES = 400;
const MOST_FOLDERS = 120;
/** Folders above the file's own that are the program's, too. */
const MOST_ABOVE = 3;

/** Folders of other people's code, of outputs and of data. */
const FOREIGN =
  /^(\.|__pycache__$|node_modules$|site-packages$|dist-packages$|venv$|env$|build$|dist$|out$|data$|datasets?$|docs?$|wandb$|logs?$)/;

/** Other files of the same language. */
export function filesAround(host: ModelHost, file: string): readonly string[] {
  if (host.users) return host.users(file);
  const extension = EXTENSIONS.find((pattern) => pattern.test(file));
  if (!extension) return [];
  const found: string[] = [];
  const seen = new Set<string>();
  const queue: string[] = [];
  let top = directory(file);
  for (let above = 0; above <= MOST_ABOVE && !INSTALLED.test(top) && host.isDirectory(top); above++) {
    queue.push(top);
    while (queue.length > 0 && seen.size < MOST_FOLDERS && found.length < MOST_FILES) {
      const folder = queue.shift() ?? "";
      if (seen.has(folder)) continue;
      seen.add(folder);
      for (const name of host.list(folder)) {
        const path = `${folder}/${name}`;
        if (extension.test(name)) {
          if (path !== file) found.push(path);
        } else if (!name.includes(".") && !FOREIGN.test(name) && host.isDirectory(path)) queue.push(path);
      }
    }
    top = directory(top);
  }
  return found.slice(0, MOST_FILES);
}

/** The folder of an environment's packages is no program, nor is the whole disk. */
const INSTALLED = /(^|\/)(site-packages|dist-packages)$|^$/;

const EXTENSIONS = [/\.py$/, /(?<!\.d)\.[cm]?[jt]sx?$/];

function directory(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}
