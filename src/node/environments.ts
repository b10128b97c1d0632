/**
 * The Python environments of a project that no one named: those that its own files, or the tools that made them, tell of.
 * Nothing is run; what is found is read as text.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { entryOf } from "../engine/base/table.ts";
import { projectTextOrEmpty } from "./host.ts";
import { reallyLiesIn } from "./python.ts";

export interface Environment {
  readonly folder: string;
  /** How it was found, as what follows its folder: `in the project`. */
  readonly how: string;
}

/** What tells where a user's tools keep environments. */
export interface UserPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** The nearest first; a name from a project's file names an environment of the user's, and never a way out of them. */
export function projectEnvironments(folders: readonly string[], user: UserPlaces): readonly Environment[] {
  const found = folders.flatMap((folder) => [
    ...inProject(folder, folders),
    ...uvEnvironment(folder, user),
    ...poetryEnvironments(folder, user),
    ...pyenvEnvironment(folder, user),
    ...condaEnvironment(folder, user),
  ]);
  return found.filter(({ folder }, at) => found.findIndex((other) => other.folder === folder) === at);
}

/**
 * The environments that imports are looked up in: those that are named and those of the project; where there are none,
 * those that the project's tools keep elsewhere, and then the one that is active.
 */
export function usedEnvironments(
  folders: readonly string[],
  named: readonly string[],
  user: UserPlaces,
): readonly Environment[] {
  const all = projectEnvironments(folders, user);
  const near = [
    ...named.map((folder) => ({ folder, how: "convlens.pythonPath" })),
    ...all.filter(({ how }) => how === IN_PROJECT),
  ];
  if (near.length > 0) return near;
  return all.length > 0 ? all : activeEnvironment(user);
}

function activeEnvironment({ env }: UserPlaces): readonly Environment[] {
  return ["VIRTUAL_ENV", "CONDA_PREFIX"].flatMap((how) => {
    const folder = entryOf(env, how);
    return folder && isEnvironment(folder) ? [{ folder, how }] : [];
  });
}

const IN_PROJECT = "in the project";

function inProject(folder: string, folders: readonly string[]): readonly Environment[] {
  return [".venv", "venv", "env", ".conda"]
    .map((name) => path.join(folder, name))
    .filter((found) => isEnvironment(found) && folders.some((each) => reallyLiesIn(found, each)))
    .map((found) => ({ folder: found, how: IN_PROJECT }));
}

function isEnvironment(folder: string): boolean {
  return existsSync(path.join(folder, "pyvenv.cfg")) || existsSync(path.join(folder, "conda-meta"));
}

/** uv makes a project's environment elsewhere only where this says so. */
function uvEnvironment(folder: string, { env }: UserPlaces): readonly Environment[] {
  const named = env.UV_PROJECT_ENVIRONMENT;
  if (!named || !existsSync(path.join(folder, "uv.lock"))) return [];
  const found = path.resolve(folder, named);
  return isEnvironment(found) ? [{ folder: found, how: "of uv (UV_PROJECT_ENVIRONMENT)" }] : [];
}

/** `NAME-HASH-py3.11` in poetry's cache: the name of the project, and a hash of its folder. */
function poetryEnvironments(folder: string, { env, platform, home }: UserPlaces): readonly Environment[] {
  const project = projectTextOrEmpty(path.join(folder, "pyproject.toml"));
  if (!/^\[tool\.poetry\b|poetry\.core/m.test(project) && !existsSync(path.join(folder, "poetry.lock")))
    return [];
  const usual =
    platform === "win32"
      ? path.join(env.LOCALAPPDATA || path.join(home, "AppData", "Local"), "pypoetry", "Cache")
      : platform === "darwin"
        ? path.join(home, "Library", "Caches", "pypoetry")
        : path.join(env.XDG_CACHE_HOME || path.join(home, ".cache"), "pypoetry");
  const all = env.POETRY_VIRTUALENVS_PATH || path.join(env.POETRY_CACHE_DIR || usual, "virtualenvs");
  const hash = createHash("sha256").update(realPath(folder)).digest("base64url").slice(0, 8);
  return namesIn(all)
    .filter((name) => name.includes(`-${hash}-py`))
    .map((name) => ({ folder: path.join(all, name), how: "of poetry" }))
    .filter((found) => isEnvironment(found.folder));
}

/** `.python-version` names a version or an environment of pyenv. */
function pyenvEnvironment(folder: string, { env, home }: UserPlaces): readonly Environment[] {
  const [name = ""] = projectTextOrEmpty(path.join(folder, ".python-version"))
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = path.join(env.PYENV_ROOT || path.join(home, ".pyenv"), "versions", name);
  return isPlainName(name) && existsSync(path.join(found, "bin"))
    ? [{ folder: found, how: "of pyenv (.python-version)" }]
    : [];
}

/** `environment.yml` names an environment of conda, which notes in a file where it keeps them. */
function condaEnvironment(folder: string, { home }: UserPlaces): readonly Environment[] {
  const file = namesIn(folder).find((name) => /^environment\.ya?ml$/.test(name));
  const name = /^name:\s*["']?([\w.-]+)/m.exec(file ? projectTextOrEmpty(path.join(folder, file)) : "")?.[1];
  if (name === undefined || !isPlainName(name)) return [];
  const noted = projectTextOrEmpty(path.join(home, ".conda", "environments.txt")).split(/\r?\n/);
  const usual = ["miniconda3", "anaconda3", "miniforge3", "mambaforge", ".conda"].map((base) =>
    path.join(home, base, "envs", name),
  );
  return [...noted.filter((one) => path.basename(one) === name), ...usual]
    .filter(isEnvironment)
    .slice(0, 1)
    .map((found) => ({ folder: found, how: `of conda (${file})` }));
}

function isPlainName(name: string): boolean {
  return /^\w[\w.-]*$/.test(name);
}

function realPath(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
