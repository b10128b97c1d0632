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
  const config = configuration(path.join(prefix, "pyvenv.cfg"));
  const home = config.get("home");
  const isShared = config.get("include-system-site-packages")?.toLowerCase() === "true";
  return home && isShared ? packagesUnder(path.dirname(home)) : [];
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

/** A few lines in truth; what is far longer is something else. */
const MOST_CONFIGURATION = 64 * 1024;

/** `key = value`, a line each; empty where there is no such file. */
function configuration(file: string): ReadonlyMap<string, string> {
  const lines = isFile(file) && stat(file)!.size <= MOST_CONFIGURATION ? text(file).split("\n") : [];
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const];
    }),
  );
}

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
