/**
 * Where a Python environment keeps its packages, told from the layout of its folders alone: no interpreter is run,
 * what is found is read as text.
 */
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import path from "node:path";

/** Package folders of an interpreter (`…/bin/python`), an environment's folder, or a package folder itself. */
export function packageFolders(pythonPath: string): string[] {
  if (/^(site|dist)-packages$/.test(path.basename(pythonPath))) return existing([pythonPath]);
  const prefix = isFile(pythonPath) ? path.dirname(path.dirname(pythonPath)) : pythonPath;
  const found = [...packagesUnder(prefix), ...systemPackageFolders(prefix)];
  // A folder that is no environment is what people add to PYTHONPATH.
  return found.length > 0 || isFile(pythonPath) ? found : existing([pythonPath]);
}

function packagesUnder(prefix: string): string[] {
  return existing([
    ...versioned(path.join(prefix, "lib"), "site-packages"),
    ...versioned(path.join(prefix, "lib64"), "site-packages"),
    ...versioned(path.join(prefix, "local", "lib"), "dist-packages"),
    path.join(prefix, "lib", "python3", "dist-packages"),
    path.join(prefix, "Lib", "site-packages"),
  ]);
}

/** Those of the interpreter that an environment was made with, where it takes them over (`--system-site-packages`). */
function systemPackageFolders(prefix: string): string[] {
  const config = text(path.join(prefix, "pyvenv.cfg"));
  const home = /^\s*home\s*=\s*(.+?)\s*$/m.exec(config)?.[1];
  const isShared = /^\s*include-system-site-packages\s*=\s*true\s*$/im.test(config);
  return home !== undefined && isShared ? packagesUnder(path.dirname(home)) : [];
}

/**
 * Package folders of the environments that people keep inside a workspace folder. Nobody named these: a link in a
 * workspace may lead anywhere, so only what really lies in one of the workspace's folders counts.
 */
export function workspacePackageFolders(folder: string, folders: readonly string[] = [folder]): string[] {
  return [".venv", "venv", "env"]
    .flatMap((name) => {
      const environment = path.join(folder, name);
      return isFile(path.join(environment, "pyvenv.cfg")) ? packageFolders(environment) : [];
    })
    .filter((found) => folders.some((each) => reallyLiesIn(found, each)));
}

/** Once all links are followed. */
export function reallyLiesIn(file: string, folder: string): boolean {
  const [real, around] = [realPath(file), realPath(folder)];
  if (real === undefined || around === undefined) return false;
  const way = path.relative(around, real);
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync.native(file);
  } catch {
    return undefined;
  }
}

function versioned(lib: string, packages: string): string[] {
  return names(lib)
    .filter((name) => /^python3\.\d+$/.test(name))
    .map((name) => path.join(lib, name, packages));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function existing(folders: readonly string[]): string[] {
  return folders.filter((folder) => stat(folder)?.isDirectory());
}

/** Empty where there is none. */
function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isFile(file: string): boolean {
  return stat(file)?.isFile() === true;
}

/** A link to itself, or a folder that may not be entered, is none. */
function stat(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
