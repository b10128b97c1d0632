/** `convlens doctor`: which Python packages are seen from here and where, and why a module is found or is not. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { isBuiltIn } from "../engine/frameworks/builtIn.ts";
import { distributionOf } from "../engine/languages/python/distributions.ts";
import { packagesAmong } from "../engine/languages/python/packages.ts";
import { projectEnvironments } from "../node/environments.ts";
import { cacheFolder, thisSystem } from "../sources/cache.ts";
import { keptModules } from "../sources/kept.ts";
import { SourcesProblem } from "../sources/problem.ts";
import { projectVersions } from "../sources/projectVersions.ts";
import { indexSettings } from "../sources/settings.ts";
import type { DoctorCommand } from "./sourcesArguments.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";
import { type Roots, rootsOf } from "./target.ts";

export function doctor({ module, pythonPaths, stubs }: DoctorCommand, around: Surroundings): ExitCode {
  const inCwd = (folder: string): string => path.resolve(around.cwd, folder);
  // As a file of the working directory would see them.
  const file = path.join(around.cwd, "file.py");
  const named = pythonPaths.map(inCwd);
  const roots = rootsOf(file, around.cwd, [...named, ...around.pythonPaths], stubs.map(inCwd));
  const seen = { ...roots, kept: keptModules(roots.folders) };
  if (module !== undefined) {
    const { lines, isFound } = whereIs(module, seen);
    around.out(`${lines.join("\n")}\n`);
    return isFound ? 0 : 1;
  }
  const sections = [
    [`ConvLens ${around.version}, on Node.js ${process.version}`],
    ["Environments", ...environments(named, roots, around)],
    ["Imports are looked up in", ...roots.searchPaths.map(withPackages)],
    [`Sources that were fetched (${cacheFolder()})`, ...fetched(seen)],
    ["Versions that the project names", ...versions(roots)],
    ["Package index", ...index()],
    ["Files that stand for modules", ...stubFiles(roots)],
  ];
  around.out(
    `${sections.map(([title, ...lines]) => [title, ...lines.map((line) => `  ${line}`)].join("\n")).join("\n\n")}\n`,
  );
  return 0;
}

function environments(named: readonly string[], roots: Roots, around: Surroundings): readonly string[] {
  const found = [
    ...named.map((folder) => `${folder}  named by --python`),
    ...around.pythonPaths.map((folder) => `${folder}  active (VIRTUAL_ENV or CONDA_PREFIX)`),
    ...projectEnvironments(roots.folders, thisSystem()).map(({ folder, how }) => `${folder}  ${how}`),
  ];
  return found.length > 0
    ? found
    : ["none: no .venv, venv, env or .conda here, none of uv, poetry, pyenv or conda, and none is active"];
}

/** A folder with the packages that it names. */
function withPackages(folder: string): string {
  const packages = packagesAmong(namesIn(folder));
  const told = packages.map(({ name, version }) => `${name} ${version}`).sort();
  return told.length === 0 ? folder : `${folder}: ${told.length} packages: ${told.join(", ")}`;
}

function fetched({ kept }: Roots): readonly string[] {
  const packages = [...(kept?.values() ?? [])]
    .flat()
    .map(
      ({ package: name, version, wanted }) =>
        `${name} ${version}${wanted === undefined ? "" : `, while the project asks for ${wanted}`}`,
    );
  return packages.length > 0
    ? [...new Set(packages)].sort()
    : ["none; convlens sources add PACKAGE gets some"];
}

function versions({ folders }: Roots): readonly string[] {
  const found = [...projectVersions(folders)].map(
    ([name, { specifier, file }]) => `${name} ${specifier}  ${file}`,
  );
  return found.length > 0 ? found : ["none"];
}

function index(): readonly string[] {
  try {
    const { indexes } = indexSettings(thisSystem());
    return indexes.map((one) => one.replace(/\/\/[^/]*@/, "//"));
  } catch (error) {
    if (error instanceof SourcesProblem) return [error.message];
    throw error;
  }
}

function stubFiles({ stubs }: Roots): readonly string[] {
  const told = (folder: string, whose: string): string =>
    `${folder}  ${whose}${existsSync(folder) ? "" : ", not there"}`;
  return [
    ...stubs.own.map((folder) => told(folder, "of the user")),
    ...stubs.shipped.map((folder) => told(folder, "of ConvLens")),
  ];
}

interface Answer {
  readonly lines: readonly string[];
  readonly isFound: boolean;
}

/** In the order in which an import is looked up. */
function whereIs(module: string, roots: Roots): Answer {
  const [top = ""] = module.split(".");
  const ways = module.replaceAll(".", "/");
  const inFolder = (folder: string): string | undefined =>
    [`${folder}/${ways}.py`, `${folder}/${ways}/__init__.py`, `${folder}/${ways}`].find((place) =>
      existsSync(place),
    );
  const firstIn = (folders: readonly string[]): string | undefined =>
    folders.map(inFolder).find((place) => place !== undefined);
  const found = (line: string): Answer => ({ lines: [line], isFound: true });

  const own = firstIn(roots.stubs.own);
  if (own) return found(`${module}: a file of the user's stands for it, ${own}`);
  if (isBuiltIn(module)) return found(`${module}: built into ConvLens, whatever is installed`);
  const installed = firstIn(roots.searchPaths);
  if (installed) return found(`${module}: ${installed}`);
  const kept = roots.kept?.get(top) ?? [];
  const source = kept.find(({ folder }) => inFolder(folder) !== undefined);
  if (source)
    return found(`${module}: ${inFolder(source.folder)}, fetched (${source.package} ${source.version})`);
  const shipped = firstIn(roots.stubs.shipped);
  if (shipped) return found(`${module}: not installed; a file of ConvLens stands for it, ${shipped}`);
  return {
    lines: [`${module}: not found`, ...whyNot(module, top, roots).map((line) => `  ${line}`)],
    isFound: false,
  };
}

function whyNot(module: string, top: string, { searchPaths, kept, folders }: Roots): readonly string[] {
  const here = searchPaths.find(
    (folder) => existsSync(`${folder}/${top}`) || existsSync(`${folder}/${top}.py`),
  );
  const fetchedVersion = kept?.get(top)?.[0];
  const distribution = distributionOf(module);
  if (here) return [`${top} is in ${here}, but this version of it has no ${module}`];
  if (fetchedVersion)
    return [`${fetchedVersion.package} ${fetchedVersion.version} was fetched, but has no ${module}`];
  const looked = ["looked in:", ...searchPaths.map((folder) => `  ${folder}`)];
  const compiled = searchPaths.flatMap((folder) =>
    namesIn(folder).filter((name) => name.startsWith(`${top}.`) && /\.(so|pyd)$/.test(name)),
  );
  if (compiled.length > 0) looked.unshift(`it is compiled (${compiled[0]}), so there is no text to read`);
  const named = distribution && projectVersions(folders).get(distribution.toLowerCase());
  const get = distribution
    ? [
        `convlens sources add ${distribution} gets its sources${named ? `, ${named.specifier} as ${named.file} says` : ""}`,
      ]
    : [`if a package index has it: convlens sources add PACKAGE, by the name that pip installs it with`];
  return [...looked, ...get, `or --python ENVIRONMENT names where it is installed`];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
