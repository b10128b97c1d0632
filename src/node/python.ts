/**
 * Where a Python environment keeps its packages, told from the layout of its folders alone: no interpreter is run,
 * what is found is read as text.
 */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** Package folders of an interpreter (`…/bin/python`), an environment's folder, or a package folder itself. */
export function packageFolders(pythonPath: string): string[] {
  if (/^(site|dist)-packages$/.test(path.basename(pythonPath))) return existing([pythonPath]);
  const prefix = isFile(pythonPath) ? path.dirname(path.dirname(pythonPath)) : pythonPath;
  const found = existing([
    ...versioned(path.join(prefix, "lib"), "site-packages"),
    ...versioned(path.join(prefix, "lib64"), "site-packages"),
    ...versioned(path.join(prefix, "local", "lib"), "dist-packages"),
    path.join(prefix, "lib", "python3", "dist-packages"),
    path.join(prefix, "Lib", "site-packages"),
  ]);
  // A folder that is no environment is what people add to PYTHONPATH.
  return found.length > 0 || isFile(pythonPath) ? found : existing([pythonPath]);
}

/** Package folders of the environments that people keep inside a workspace folder. */
export function workspacePackageFolders(folder: string): string[] {
  return [".venv", "venv", "env"].flatMap((name) => {
    const environment = path.join(folder, name);
    return isFile(path.join(environment, "pyvenv.cfg")) ? packageFolders(environment) : [];
  });
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
  return folders.filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory());
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
