/**
 * Python imports: framework tables first, then the standard library's, then files of the program's own roots and
 * the host's search paths. What is not found is Unknown, and only what depends on it is unknown.
 */

import { isLayerless } from "../../base/noNetworks.ts";
import { entryOf } from "../../base/table.ts";
import type { Conventions } from "../../interpret/assumptions.ts";
import { STEPS } from "../../interpret/bounds.ts";
import type { Catcher, Machine } from "../../interpret/machine.ts";
import { wordPattern } from "../../interpret/patterns/escape.ts";
import { LazyName, type Scope } from "../../interpret/scope.ts";
import {
  ABSENT,
  type Absent,
  type Attrs,
  Dict,
  Instance,
  Layerless,
  ModuleValue,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { Import, ImportFrom, ModuleNode } from "../../syntax/ast.ts";
import type { Span } from "../../syntax/span.ts";
import { lookup } from "./attributes.ts";
import { isKeptFolder, keptUnder } from "./kept.ts";
import { stdlibConventions } from "./stdlib/conventions.ts";
import { stdlib } from "./stdlib/index.ts";
import {
  endsInCompiled,
  hidesFramework,
  isCompiledName,
  nameMissing,
  noteStub,
  notFound,
  packageNotFound,
  stubFile,
  stubFolder,
  withAdvice,
} from "./stubs.ts";

export function importModule(m: Machine, node: Import, scope: Scope): void {
  m.tick(STEPS.import);
  const module = findModule(m, node.path, fileOf(scope));
  if (module instanceof Unknown) missing(m, node.path, node.at);
  if (node.bind === undefined) return;
  const bound = node.top ? findModule(m, node.bind, fileOf(scope)) : (boundInPackage(m, node.path) ?? module);
  m.setVar(scope, node.bind, bound);
  // `import a.b` of a framework's own submodule needs nothing more; of a file, the submodule is found by its name.
}

/** `import torch.nn.utils.spectral_norm as sn` gives what the package binds by that name: here, a function. */
function boundInPackage(m: Machine, path: string): Value | undefined {
  const [name, ...others] = path.split(".").reverse();
  const parent = others.length > 0 ? tableModule(m, others.reverse().join(".")) : undefined;
  const value = parent && name !== undefined ? lookup(m, parent, name) : ABSENT;
  return value === ABSENT || value instanceof Unknown ? undefined : value;
}

export function importByName(m: Machine, name: string): Value {
  return findModule(m, name, m.site?.at.file);
}

export function importFrom(m: Machine, node: ImportFrom, scope: Scope): void {
  if (node.path === "__future__" && node.level === 0) return;
  m.tick(STEPS.import);
  const file = fileOf(scope);
  const module = node.level > 0 ? relativeModule(m, node, file) : findModule(m, node.path, file);
  if (module instanceof Unknown) missing(m, node.path, node.at);
  if (node.star) {
    importAll(m, module, scope);
    return;
  }
  const guarded = m.catchers.some((catcher) => catcher("ImportError"));
  for (const { name, bind, at } of node.names) {
    if (module instanceof ModuleValue && module.file !== undefined)
      m.modules.noteImport(scope.module.moduleValue, bind, module.file, name);
    let isMissing = false;
    const get = (): Value => {
      if (module instanceof Unknown) return module;
      const value = isMissing ? ABSENT : m.at(at, () => find(m, module, name));
      if (value !== ABSENT) return value;
      isMissing = true;
      if (isCompiledName(name)) return m.unknown(notFound(`${module.name}.${name}`));
      const hidden = hidesFramework(m, module);
      const why = hidden === undefined ? "" : `: ${hidden}`;
      return m.at(at, () => m.fail("ImportError", `cannot import '${name}' from ${module.name}${why}`));
    };
    const eager = guarded || module instanceof Unknown || isForEffect(m, module, bind, scope);
    if (eager) m.setVar(scope, bind, get());
    else {
      m.journal?.saveVar(scope.vars, bind);
      const isTold = (): boolean => isMissing || module.assumes?.(name) !== undefined;
      setLazy(scope.vars, bind, new LazyName(get, module, isTold));
    }
  }
}

/** What a module has by a name, be it a module below it. */
function find(m: Machine, module: ModuleValue, name: string): Value | Absent {
  const value = lookup(m, module, name);
  if (value !== ABSENT && value !== module.open) return value;
  const submodule = module.file === undefined ? ABSENT : submoduleOf(m, module, name);
  if (submodule !== ABSENT) return submodule;
  const older = olderName(m, module, name);
  return older === ABSENT ? (extensionStub(m, `${module.name}.${name}`) ?? value) : older;
}

/** A name that a framework's own files, read in place of its table, had in other versions. */
function olderName(m: Machine, module: ModuleValue, name: string): Value | Absent {
  const owner = m.frameworks.find((framework) => framework.fileModule?.(module.name) !== undefined);
  return owner ? owner.lookup(module.name, name) : ABSENT;
}

function setLazy(vars: Attrs, name: string, value: LazyName): void {
  (vars as Map<string, Value | LazyName>).set(name, value);
}

/**
 * An import whose name is never used is there for what running the module does (filling a registry), as are the
 * re-exports of a package: these run at once. The others wait until they are needed.
 */
function isForEffect(m: Machine, module: ModuleValue, bind: string, scope: Scope): boolean {
  if (module.file === undefined) return false;
  const importer = scope.module.moduleValue;
  if (importer?.file?.endsWith("/__init__.py")) return true;
  const uses = m.modules.textOf(importer).match(new RegExp(wordPattern(bind), "g"));
  return uses?.length === 1;
}

function importAll(m: Machine, module: ModuleValue | Unknown, scope: Scope): void {
  const importer = scope.module.moduleValue;
  if (module instanceof Unknown) {
    if (importer) importer.open ??= module;
    return;
  }
  // Tables do not list their names; a framework's own files do.
  const own = module.file === undefined ? ownFile(m, module.name) : undefined;
  if (own) {
    importAll(m, own, scope);
    return;
  }
  m.modules.evaluate(m, module);
  if (importer && module.open) importer.open ??= module.open;
  const listed = lookup(m, module, "__all__");
  const names: readonly Value[] | Unknown | undefined = listed === ABSENT ? undefined : m.items(listed);
  const wanted =
    names === undefined || names instanceof Unknown
      ? [...module.attrs.keys()].filter((name) => !name.startsWith("_"))
      : names.filter((name): name is string => typeof name === "string");
  for (const name of wanted) {
    const own: Value | LazyName = module.attrs.get(name);
    // A name that the other module has from here is here already.
    if (own instanceof LazyName && own.from !== undefined && own.from === importer) continue;
    if (own === undefined && !module.attrs.has(name)) {
      const value = lookup(m, module, name);
      if (value !== ABSENT) m.setVar(scope, name, value);
    } else {
      m.journal?.saveVar(scope.vars, name);
      // A name that is itself lazily imported stays lazy.
      (scope.vars as Map<string, Value | LazyName>).set(name, own);
    }
  }
}

/** Inside a `try` that expects it, a missing module raises; elsewhere it is unknown. */
function missing(m: Machine, path: string, at: Span): void {
  if (!expectsImportError(m)) return;
  m.assume("branch", `there is no module ${path}, so the program does without`, at);
  m.raise("ModuleNotFoundError", `No module named '${path}'`);
}

function expectsImportError(m: Machine): boolean {
  return m.catchers.some(catchesImportError);
}

/** Inside a `try` that goes on in another way: a handler that only passes or tells of it leaves the names out. */
function doesWithout(m: Machine): boolean {
  return m.catchers.some((catcher) => catcher.goesOnWithout !== true && catchesImportError(catcher));
}

function catchesImportError(catcher: Catcher): boolean {
  return catcher("ImportError") || catcher("ModuleNotFoundError");
}

function fileOf(scope: Scope): string | undefined {
  return scope.module.moduleValue?.file;
}

// ------------------------------------------------------------------ resolution

function findModule(m: Machine, path: string, from: string | undefined): ModuleValue | Unknown {
  if (path === "__main__" && m.modules.script) return m.modules.script;
  const ours = stub(m, "own", path) ?? partInPython(m, path) ?? tableModule(m, path);
  if (ours) {
    noteHidden(m, path, from);
    return ours;
  }
  const followed = filesOf(m, path);
  const files = followed ?? path;
  for (const root of rootsOf(m, from)) {
    const module = moduleUnder(m, root, files, files);
    if (module) return stubOver(m, path, module) ?? module;
  }
  const kept = keptUnder(m, files, (folder) => moduleUnder(m, folder, files, files));
  if (kept) return stubOver(m, path, kept) ?? kept;
  // Every place was asked for nothing.
  m.tick(STEPS.import);
  if (followed !== undefined)
    return m.unknown(`${path} is read from its own files, and ${files.split(".")[0]} is not installed`);
  return substitute(m, path) ?? unread(m, path, from);
}

/** A program that is run finds `torch.py` beside it before the library; one in a package does not. */
function noteHidden(m: Machine, path: string, from: string | undefined): void {
  const [top = ""] = path.split(".");
  if (from === undefined || !m.frameworks.some((framework) => framework.hasModule(top))) return;
  const folder = directory(from);
  if (m.host.isFile(`${folder}/__init__.py`)) return;
  const hides = [`${top}.py`, `${top}/__init__.py`].find((file) => m.host.isFile(`${folder}/${file}`));
  if (hides === undefined || `${folder}/${hides}` === from) return;
  m.assume(
    "module",
    `${top} is the library, though ${hides} beside this file hides it from a program that is run`,
  );
}

/** A module that has no files here. */
function unread(m: Machine, path: string, from: string | undefined): Unknown {
  const reason = isPartlyHere(m, path, from) ? notFound(path) : packageNotFound(path);
  return isLayerless(path) ? new Layerless(reason, m.site?.at) : m.unknown(reason);
}

/** Another version of the package is here, which does not have the module. */
function isPartlyHere(m: Machine, path: string, from: string | undefined): boolean {
  const [top = ""] = path.split(".");
  if (m.host.kept?.has(top)) return true;
  return rootsOf(m, from).some((root) => m.host.isDirectory(`${root}/${top}`));
}

/** What is traced in place of a module that has no files here. */
function substitute(m: Machine, path: string): ModuleValue | undefined {
  const shipped = doesWithout(m) ? undefined : stub(m, "shipped", path);
  if (shipped) return shipped;
  const folder = stubFolder(m, path);
  return (
    standIn(m, path) ?? (folder === undefined || doesWithout(m) ? undefined : namespace(m, folder, path))
  );
}

function stub(
  m: Machine,
  whose: "own" | "shipped" | "part",
  path: string,
  real?: ModuleValue,
): ModuleValue | undefined {
  const file = stubFile(m, whose === "own" ? "own" : "shipped", path);
  if (file === undefined) return undefined;
  const module = fileModule(m, file, path);
  if (whose === "part") nameMissing(m, module, path);
  else noteStub(m, module, { path, whose, ...(real && { real }) });
  return module;
}

/** A part of a framework that is written as Python files of ours: `torch.distributions`. */
function partInPython(m: Machine, path: string): ModuleValue | undefined {
  const isPart = path.includes(".") && m.frameworks.some((framework) => framework.hasModule(path));
  return isPart ? stub(m, "part", path) : undefined;
}

/** Files that only call what is compiled, and folders without any, say less than a stub of ours. */
function stubOver(m: Machine, path: string, real: ModuleValue): ModuleValue | undefined {
  if (stubFile(m, "shipped", path) === undefined) return undefined;
  if (real.file !== undefined && !endsInCompiled(m, real.file, path)) return undefined;
  return stub(m, "shipped", path, real);
}

/** An extension is known by its own name, in whichever package it is built. */
function extensionStub(m: Machine, path: string): ModuleValue | undefined {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (!isCompiledName(name)) return undefined;
  return (
    stub(m, "own", path) ?? stub(m, "own", name) ?? (doesWithout(m) ? undefined : stub(m, "shipped", name))
  );
}

/** Rules for a library that has no files here; a program that is ready to do without it does without. */
function standIn(m: Machine, path: string): ModuleValue | undefined {
  const framework = m.frameworks.find((candidate) => candidate.standsFor?.(path));
  if (!framework || expectsImportError(m)) return undefined;
  const assumes: Conventions = (name) => ({
    kind: "module",
    text: `${path}.${name} has no files here, so a rule stands in for it`,
  });
  const load = (name: string): Value | Absent => {
    const value = framework.lookup(path, name);
    const ownFile = stub(m, "own", `${path}.${name}`) ?? stub(m, "shipped", `${path}.${name}`);
    if (ownFile) return ownFile;
    const isModule = value === ABSENT && /^[a-z]\w*$/.test(name) && framework.standsFor?.(`${path}.${name}`);
    if (isModule) return standIn(m, `${path}.${name}`) ?? value;
    return value instanceof Unknown ? m.unknown(withAdvice(value.reason, path)) : value;
  };
  return tableOf(m, path, load, assumes);
}

/** Where a framework's own files are read: its table does not have them. */
function filesOf(m: Machine, path: string): string | undefined {
  for (const framework of m.frameworks) {
    const files = framework.fileModule?.(path);
    if (files !== undefined) return files;
  }
  return undefined;
}

function hasOwnFiles(m: Machine, path: string): boolean {
  return m.frameworks.some((framework) => framework.ownFiles?.(path) !== undefined);
}

/** The file of a framework's own, where it is here, that has what the tables of a module lack. */
function ownFile(m: Machine, module: string): ModuleValue | undefined {
  const [path] = m.frameworks.flatMap((framework) => framework.ownFiles?.(module) ?? []);
  if (path === undefined) return undefined;
  const find = (root: string): ModuleValue | undefined => moduleUnder(m, root, path, path);
  const found = m.host.searchPaths.map(find).find((each) => each !== undefined) ?? keptUnder(m, path, find);
  return found?.file === undefined ? undefined : found;
}

function fromOwnFile(m: Machine, module: string, name: string): Value | Absent {
  const file = name.startsWith("__") ? undefined : ownFile(m, module);
  const value = file ? m.tryLookup(file, name) : ABSENT;
  return value instanceof Unknown ? ABSENT : value;
}

/** A module of a framework or of the standard library's tables. */
function tableModule(m: Machine, path: string): ModuleValue | undefined {
  const framework = m.frameworks.find((candidate) => candidate.hasModule(path));
  if (framework) {
    /** Names that are no file of ours either: a loop that asks for one must not look at the disk each time. */
    const noParts = new Set<string>();
    const load = (name: string): Value | Absent => {
      const value = framework.lookup(path, name);
      if (value instanceof ModuleValue && framework.hasModule(value.name))
        return tableModule(m, value.name) ?? value;
      const mayBePart = (value === ABSENT || value instanceof Unknown) && !noParts.has(name);
      const part = mayBePart ? partInPython(m, `${path}.${name}`) : undefined;
      if (part) return part;
      const own = mayBePart ? fromOwnFile(m, path, name) : ABSENT;
      if (own !== ABSENT) return own;
      if (mayBePart) noParts.add(name);
      const followed = value === ABSENT && framework.fileModule?.(`${path}.${name}`) !== undefined;
      return followed ? findModule(m, `${path}.${name}`, undefined) : value;
    };
    return tableOf(m, path, load, framework.conventions?.(path));
  }
  if (path === "builtins") return m.tableModules.get(path);
  const table = entryOf(stdlib, path);
  if (!table) return undefined;
  let names: Map<string, Value> | undefined;
  const load = (name: string): Value | Absent => {
    names ??= table();
    if (names.has(name)) return names.get(name);
    return entryOf(stdlib, `${path}.${name}`) ? (tableModule(m, `${path}.${name}`) ?? ABSENT) : ABSENT;
  };
  return tableOf(m, path, load, stdlibConventions(path));
}

function tableOf(
  m: Machine,
  path: string,
  load: (name: string) => Value | Absent,
  assumes?: Conventions,
): ModuleValue {
  const known = m.tableModules.get(path);
  if (known) return known;
  const module = new ModuleValue(path);
  module.load = load;
  if (assumes) module.assumes = assumes;
  m.tableModules.set(path, module);
  return module;
}

/**
 * Where absolute imports of a file are looked up: its package's root, its own folder, the host's search paths, and the
 * folders above, for a program runs from one of them. Those below a search path come before it: a workspace may hold
 * several programs, each with a folder `layers` of its own.
 */
function rootsOf(m: Machine, file: string | undefined): readonly string[] {
  const { searchPaths } = m.host;
  if (file === undefined) return searchPaths;
  const folder = directory(file);
  const folders = above(m, folder);
  const nearer = folders.filter((at) => searchPaths.some((path) => at.startsWith(`${path}/`)));
  return [...new Set([packageRoot(m, folder), folder, ...nearer, ...searchPaths, ...folders])];
}

/** The folders above that the host shows, nearest first; what lies above a fetched package is none of its program. */
function above(m: Machine, folder: string): readonly string[] {
  const found: string[] = [];
  for (let at = folder; !isKeptFolder(m.host, at); ) {
    at = directory(at);
    if (at === "" || !m.host.isDirectory(at)) break;
    found.push(at);
  }
  return found;
}

function directory(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

/** The first folder above that is no package. */
function packageRoot(m: Machine, folder: string): string {
  let root = folder;
  while (root.includes("/") && m.host.isFile(`${root}/__init__.py`)) root = directory(root);
  return root;
}

/** The dotted name of a file, from its package's root. */
export function moduleName(m: Machine, file: string): string {
  const root = packageRoot(m, directory(file));
  return file
    .slice(root.length + 1)
    .replace(/(\/__init__)?\.pyi?$/, "")
    .replaceAll("/", ".");
}

function moduleUnder(m: Machine, root: string, path: string, name: string): ModuleValue | undefined {
  const base = path === "" ? root : `${root}/${path.replaceAll(".", "/")}`;
  for (const file of [`${base}/__init__.py`, `${base}.py`]) {
    if (m.host.isFile(file)) return fileModule(m, file, name);
  }
  return m.host.isDirectory(base) ? namespace(m, base, name) : undefined;
}

export function fileModule(m: Machine, file: string, name: string): ModuleValue {
  const isPackage = file.endsWith("/__init__.py");
  return m.modules.ofFile(
    m,
    file,
    name,
    isPackage ? (part) => childModule(m, directory(file), name, part) : undefined,
  );
}

/** A folder without `__init__.py`. */
function namespace(m: Machine, folder: string, name: string): ModuleValue {
  return tableOf(m, `${folder}/`, (part) => childModule(m, folder, name, part));
}

function childModule(m: Machine, folder: string, name: string, part: string): Value | Absent {
  if (part.startsWith("__")) return ABSENT;
  const own = name === "" ? undefined : stub(m, "own", `${name}.${part}`);
  return own ?? moduleUnder(m, folder, part, name === "" ? part : `${name}.${part}`) ?? ABSENT;
}

/** The object that a module put into `sys.modules` in its own place. */
export function moduleObject(m: Machine, module: ModuleValue): Value | undefined {
  const table = m.tryLookup(findModule(m, "sys", undefined), "modules");
  const object = table instanceof Dict ? table.entries.get(module.name)?.value : undefined;
  return object instanceof Instance ? object : undefined;
}

/**
 * Packages above a module that it takes names of: there a package runs before its modules do, and what it has bound by
 * then is there for them (`from .. import __version__`). Where no name is taken, no package needs to run.
 */
export function packagesBefore(m: Machine, { file }: ModuleValue, { body }: ModuleNode): ModuleValue[] {
  return body.flatMap((node) => {
    if (file === undefined || node.kind !== "importFrom") return [];
    const folder = node.level > 0 ? folderAbove(file, node) : folderNamed(m, file, node.path);
    const init = `${folder}/__init__.py`;
    const isAbove = folder !== undefined && file.startsWith(`${folder}/`) && file !== init;
    if (!isAbove || !m.host.isFile(init)) return [];
    const isModule = (name: string): boolean =>
      m.host.isFile(`${folder}/${name}.py`) || m.host.isDirectory(`${folder}/${name}`);
    if (!node.star && node.names.every(({ name }) => isModule(name))) return [];
    // The tables stand for what a framework's own packages bind.
    if (hasOwnFiles(m, moduleName(m, file))) return [];
    return [fileModule(m, init, moduleName(m, init))];
  });
}

/** The folder of `from ..a import b`. */
function folderAbove(file: string, { level, path }: Pick<ImportFrom, "level" | "path">): string {
  let folder = directory(file);
  for (let up = 1; up < level; up++) folder = directory(folder);
  return path === "" ? folder : `${folder}/${path.replaceAll(".", "/")}`;
}

/** The folder of a package by its full name, where a file lies in it. */
function folderNamed(m: Machine, file: string, path: string): string | undefined {
  const isOver = moduleName(m, file).startsWith(`${path}.`);
  return isOver ? `${packageRoot(m, directory(file))}/${path.replaceAll(".", "/")}` : undefined;
}

function submoduleOf(m: Machine, module: ModuleValue, name: string): Value | Absent {
  const { file } = module;
  return file?.endsWith("/__init__.py") ? childModule(m, directory(file), module.name, name) : ABSENT;
}

function relativeModule(
  m: Machine,
  { path, level, star }: Pick<ImportFrom, "path" | "level" | "star">,
  from: string | undefined,
): ModuleValue | Unknown {
  if (from === undefined) return m.unknown(`relative import of ${path} outside a file`);
  const folder = folderAbove(from, { level, path: "" });
  const root = packageRoot(m, folder);
  const prefix = folder.slice(root.length + 1).replaceAll("/", ".");
  const name = [prefix, path].filter((part) => part !== "").join(".");
  const written = `${".".repeat(level)}${path}`;
  // A framework's own files take of each other what their users get: the tables, which cannot list all their names.
  const isOwn = path !== "" && !star && hasOwnFiles(m, prefix);
  const found =
    stub(m, "own", name) ??
    (isOwn ? tableModule(m, name) : undefined) ??
    moduleUnder(m, folder, path, name) ??
    extensionStub(m, name) ??
    standIn(m, written);
  return found ?? m.unknown(notFound(written, name));
}
