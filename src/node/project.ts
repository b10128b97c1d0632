/** The project around a folder. */
import { existsSync } from "node:fs";
import path from "node:path";

const PROJECT_MARKS = [".git", "pyproject.toml", "setup.py", "setup.cfg", "package.json"] as const;

/** The nearest folder upwards that looks like one. */
export function projectOf(folder: string): string | undefined {
  for (let at = folder; !isDiskRoot(at); at = path.dirname(at)) {
    if (PROJECT_MARKS.some((mark) => existsSync(path.join(at, mark)))) return at;
  }
  return undefined;
}

/** The folders from a working directory up to its project, nearest first. */
export function projectFolders(cwd: string): readonly string[] {
  const project = projectOf(cwd);
  const folders = [cwd];
  for (let at = cwd; project !== undefined && at !== project; at = path.dirname(at))
    folders.push(path.dirname(at));
  return folders;
}

/** A whole disk is nobody's project. */
export function isDiskRoot(folder: string): boolean {
  return path.dirname(folder) === folder;
}
