/** The folders that the imports of a file are looked up in, and why a file cannot be read. */
import { accessSync, constants, existsSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { STUBS_FOLDER } from "../engine/base/stubsFolder.ts";
import type { ModelHost } from "../engine/contract/engine.types.ts";
import { projectEnvironments, type UserPlaces } from "../node/environments.ts";
import { problemOfDisk, textProblem } from "../node/host.ts";
import { isDiskRoot, projectOf } from "../node/project.ts";
import { packageFolders, reallyLiesIn, workspacePackageFolders } from "../node/python.ts";
import { stubFolders } from "../node/stubs.ts";

export interface Roots {
  /** What may be read. */
  readonly folders: readonly string[];
  /** Where absolute imports are looked up, in order. */
  readonly searchPaths: readonly string[];
  /** Stubs that were named, then the project's, then those that come with ConvLens. */
  readonly stubs: NonNullable<ModelHost["stubs"]>;
  /** Packages whose sources were fetched, for what is not found there. */
  readonly kept?: NonNullable<ModelHost["kept"]> | undefined;
}

/**
 * The folder above the file's outermost package (what holds `torchvision/` for a file inside it), the project around
 * it, the working directory when the file lies in it, and the packages of their environments.
 */
export function rootsOf(
  file: string,
  cwd: string,
  pythonPaths: readonly string[],
  stubs: readonly string[] = [],
  user: UserPlaces = { env: process.env, platform: process.platform, home: homedir() },
): Roots {
  const packageRoot = packageRootOf(file);
  const project = projectOf(packageRoot);
  const given = [packageRoot, ...(project === undefined ? [] : [project, ...sourceOf(project)])];
  if (isInside(file, cwd) && !isDiskRoot(cwd)) given.push(cwd);
  const folders = unique(given.filter((folder) => existsSync(folder)));
  const own = folders.flatMap((folder) => workspacePackageFolders(folder, folders));
  // What the project's tools keep elsewhere counts where nothing nearer does.
  const environments =
    own.length + pythonPaths.length > 0
      ? own
      : projectEnvironments(folders, user).flatMap(({ folder }) => packageFolders(folder));
  return {
    folders,
    stubs: stubFolders(folders, [...stubs, STUBS_FOLDER]),
    searchPaths: unique([...folders, ...pythonPaths.flatMap(packageFolders), ...environments]),
  };
}

/** A `src` that is a link out of the project is none of its sources. */
function sourceOf(project: string): readonly string[] {
  const source = path.join(project, "src");
  return reallyLiesIn(source, project) ? [source] : [];
}

/** The first folder upwards that is no Python package itself. */
function packageRootOf(file: string): string {
  let folder = path.dirname(file);
  while (existsSync(path.join(folder, "__init__.py")) && !isDiskRoot(folder)) folder = path.dirname(folder);
  return folder;
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== "" && !way.startsWith("..") && !path.isAbsolute(way);
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

/** Why a file cannot be profiled, with what to do about it; undefined when it can. */
export function fileProblem(file: string): string | undefined {
  let found: Stats | undefined;
  try {
    found = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    return problemOfDisk(error);
  }
  if (found === undefined) return "no such file";
  if (found.isDirectory()) return "this is a folder: name a model file inside it";
  if (!found.isFile()) return "this is not a file";
  if (!isReadable(file)) return "this file may not be read: check its permissions";
  return EXTENSIONS.has(path.extname(file).toLowerCase())
    ? textProblem(file)
    : "not a Python, TypeScript or JavaScript file (.py, .ipynb, .ts, .tsx, .js, .mjs, .cjs, .jsx)";
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const EXTENSIONS: ReadonlySet<string> = new Set([
  ".py",
  ".pyi",
  ".ipynb",
  ".ts",
  ".mts",
  ".cts",
  ".tsx",
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
]);
