/**
 * Modules: ES modules and CommonJS. A module runs when something it exports is first used; one imported for its
 * effect, or by `require`, runs at once. Packages that cannot be found are Unknown, and only what depends on them.
 */

import type { Machine } from "../../interpret/machine.ts";
import { LazyName, type Scope } from "../../interpret/scope.ts";
import {
  ABSENT,
  type Absent,
  Instance,
  isUnknown,
  ModuleValue,
  Property,
  Unknown,
  type Value,
} from "../../interpret/values.ts";
import type { Export, Import, ImportFrom } from "../../syntax/ast.ts";
import { fromJson } from "./builtins/json.ts";
import { attrsOf, fn, object } from "./core.ts";

interface Exports {
  readonly names: Map<string, () => Value | Absent>;
  readonly stars: Source[];
  /** CommonJS's `module`. */
  common?: Instance;
}

/** Where something is imported from. */
type Source = ModuleValue | Value;

const exportsOf = new WeakMap<ModuleValue, Exports>();
const namespaces = new WeakMap<ModuleValue, ModuleValue>();

function exportTable(module: ModuleValue): Exports {
  const known = exportsOf.get(module);
  if (known) return known;
  const table: Exports = { names: new Map(), stars: [] };
  exportsOf.set(module, table);
  return table;
}

// ------------------------------------------------------------------ statements

export function importModule(m: Machine, node: Import, scope: Scope): void {
  const source = findSource(m, node.path, fileOf(scope));
  if (node.bind !== undefined) m.setVar(scope, node.bind, namespaceOf(m, source));
  else if (source instanceof ModuleValue) m.modules.evaluate(m, source);
}

export function importFrom(m: Machine, node: ImportFrom, scope: Scope): void {
  const source = findSource(m, node.path, fileOf(scope));
  for (const { name, bind, at } of node.names) {
    if (isUnknown(source)) m.setVar(scope, bind, source);
    else {
      m.journal?.saveVar(scope.vars, bind);
      const get = (): Value => m.at(at, () => named(m, source, name, node.path));
      (scope.vars as Map<string, Value | LazyName>).set(bind, new LazyName(get));
    }
  }
}

export function exportNames(m: Machine, node: Export, scope: Scope, value: Value): void {
  const module = scope.module.moduleValue;
  if (!module) return;
  const table = exportTable(module);
  if (node.defaultValue) table.names.set("default", () => value);
  if (node.from === undefined) {
    for (const { local, exported } of node.names) table.names.set(exported, () => scope.get(local));
    return;
  }
  const source = findSource(m, node.from, module.file);
  if (node.starAs !== undefined) table.names.set(node.starAs, () => namespaceOf(m, source));
  else if (node.star) table.stars.push(source);
  for (const { local, exported } of node.names) table.names.set(exported, () => exportedBy(m, source, local));
}

export function importByName(m: Machine, specifier: string): Value {
  return required(m, specifier, undefined);
}

/** `require`, `module`, `exports` and where the file is, for every module. */
export function enterModule(m: Machine, scope: Scope): void {
  const module = scope.moduleValue;
  if (!module) return;
  const common = object(m, [["exports", object(m)]]);
  exportTable(module).common = common;
  const file = module.file ?? "";
  const hidden = {
    module: common,
    exports: common.attrs.get("exports"),
    __filename: file,
    __dirname: directory(file),
  };
  for (const [name, value] of Object.entries(hidden)) if (!scope.vars.has(name)) scope.vars.set(name, value);
  const require = fn("require", (interp, [specifier]) =>
    typeof specifier === "string"
      ? required(interp as Machine, specifier, file)
      : interp.unknown("require() of what is not known"),
  );
  const main = fn("main", (interp) => {
    interp.assume("branch", "require.main: the file is used by another one");
    return undefined;
  });
  require.attrs.set("main", new Property(main));
  scope.vars.set("require", require);
  const dynamic = fn("import", (interp, [specifier]) =>
    typeof specifier === "string"
      ? namespaceOf(interp as Machine, findSource(interp as Machine, specifier, file))
      : interp.unknown("import() of what is not known"),
  );
  const meta = object(m, [
    ["url", `file://${file}`],
    ["env", m.unknown("the environment that a bundler sets")],
  ]);
  dynamic.attrs.set("meta", meta);
  scope.vars.set("import", dynamic);
}

// --------------------------------------------------------------------- exports

function named(m: Machine, source: Source, name: string, path: string): Value {
  const value = exportedBy(m, source, name);
  return value === ABSENT ? m.fail("SyntaxError", `${path} does not export ${name}`) : value;
}

/** A module's own export, or that of the first module behind its `export *`, which may lead back to it. */
function exportedBy(m: Machine, source: Source, name: string): Value | Absent {
  let unread: Unknown | Absent = ABSENT;
  for (const module of behindStars(m, source, name === "default" ? "itself" : "all")) {
    const found = ownExport(m, module, name);
    if (found !== ABSENT) return found;
    if (unread === ABSENT) unread = unreadOf(module) ?? ABSENT;
  }
  return unread === ABSENT ? ABSENT : m.opened(unread);
}

/** Why it is not known what a module exports. */
function unreadOf(source: Source): Unknown | undefined {
  return source instanceof ModuleValue ? source.open : isUnknown(source) ? source : undefined;
}

/** The module and all that it hands on, each once, in the order in which names are looked for. */
function* behindStars(m: Machine, source: Source, which: "itself" | "all"): Generator<Source> {
  const seen = new Set<Source>();
  const waiting = [source];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (seen.has(next)) continue;
    m.tick();
    seen.add(next);
    yield next;
    if (which === "all" && next instanceof ModuleValue && next.file !== undefined)
      waiting.push(...exportTable(next).stars.toReversed());
  }
}

function ownExport(m: Machine, source: Source, name: string): Value | Absent {
  if (isUnknown(source)) return ABSENT;
  if (!(source instanceof ModuleValue)) return name === "default" ? source : m.lookup(source, name);
  if (source.file === undefined) return name === "default" ? source : m.lookup(source, name);
  m.modules.evaluate(m, source);
  const { names, stars, common } = exportTable(source);
  const own = names.get(name)?.();
  if (own !== undefined || names.has(name)) return own ?? undefined;
  const whole = common?.attrs.get("exports");
  if (names.size > 0 || stars.length > 0 || !isUsed(whole)) return ABSENT;
  return name === "default" ? whole : m.lookup(whole, name);
}

function exportedNames(m: Machine, source: Source): Set<string> {
  const found = new Set<string>();
  for (const module of behindStars(m, source, "all")) {
    if (!(module instanceof ModuleValue) || module.file === undefined) continue;
    m.modules.evaluate(m, module);
    const { names, stars, common } = exportTable(module);
    const whole = names.size > 0 || stars.length > 0 ? undefined : common?.attrs.get("exports");
    for (const name of [...names.keys(), ...(attrsOf(whole)?.keys() ?? [])])
      if (name !== "default" || module === source) found.add(name);
  }
  return found;
}

/** Did the module put something into CommonJS's `module.exports`? */
function isUsed(exports: Value): boolean {
  return (
    !(exports instanceof Instance && exports.cls.name === "Object" && exports.attrs.size === 0) &&
    exports !== undefined
  );
}

/** `import * as ns`: an object whose properties are the exports. */
function namespaceOf(m: Machine, source: Source): Value {
  if (!(source instanceof ModuleValue) || source.file === undefined) return source;
  let namespace = namespaces.get(source);
  if (!namespace) {
    namespace = new ModuleValue(source.name);
    namespaces.set(source, namespace);
    namespace.load = (name) => exportedBy(m, source, name);
    namespace.exported = () => [...exportedNames(m, source)].sort();
  }
  return namespace;
}

function required(m: Machine, specifier: string, from: string | undefined): Value {
  const source = findSource(m, specifier, from);
  if (!(source instanceof ModuleValue) || source.file === undefined) return source;
  m.modules.evaluate(m, source);
  if (source.open) return m.opened(source.open);
  const { names, stars, common } = exportTable(source);
  if (names.size > 0 || stars.length > 0) return namespaceOf(m, source);
  return common?.attrs.get("exports");
}

// ------------------------------------------------------------------ resolution

const EXTENSIONS = ["", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".mts", ".cts", ".json"];

function findSource(m: Machine, specifier: string, from: string | undefined): Source {
  const framework = m.frameworks.find((candidate) => candidate.hasModule(specifier));
  if (framework) return tableOf(m, specifier, (name) => framework.lookup(specifier, name));
  const file = resolve(m, specifier, from);
  if (file === undefined) return m.unknown(`module ${specifier} was not found`);
  return file.endsWith(".json") ? jsonOf(m, file) : fileModule(m, file);
}

function resolve(m: Machine, specifier: string, from: string | undefined): string | undefined {
  const given = from === undefined ? undefined : m.host.resolve?.(specifier, from);
  if (given !== undefined && !given.endsWith(".d.ts")) return given;
  if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..") {
    return fileAt(m, join(directory(from ?? ""), specifier));
  }
  for (let folder = directory(from ?? ""); ; folder = directory(folder)) {
    const found = fileAt(m, `${folder}/node_modules/${specifier}`);
    if (found !== undefined) return found;
    if (folder === "" || folder === directory(folder)) return undefined;
  }
}

function fileAt(m: Machine, path: string): string | undefined {
  // TypeScript names the output: `./x.js` is `./x.ts`.
  const bare = path.replace(/\.(js|mjs|cjs|jsx)$/, "");
  const candidates = [
    ...EXTENSIONS.map((ext) => path + ext),
    ...EXTENSIONS.slice(1).map((ext) => bare + ext),
  ];
  const indices = EXTENSIONS.slice(1).map((ext) => `${path}/index${ext}`);
  return [...candidates, ...indices].find((file) => m.host.isFile(file));
}

function join(folder: string, relative: string): string {
  const parts = relative.startsWith("/") ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return relative.startsWith("/") ? `/${parts.join("/")}` : parts.join("/");
}

function jsonOf(m: Machine, file: string): Value {
  const text = m.host.read(file);
  if (text === undefined) return m.unknown(m.modules.cache.whyUnread(file));
  try {
    return fromJson(m, JSON.parse(text));
  } catch {
    return m.unknown(`${file} is no JSON`);
  }
}

export function fileModule(m: Machine, file: string): ModuleValue {
  return m.modules.ofFile(m, file, file.slice(file.lastIndexOf("/") + 1).replace(/\.\w+$/, ""));
}

function tableOf(m: Machine, name: string, load: (name: string) => Value | Absent): ModuleValue {
  const known = m.tableModules.get(name);
  if (known) return known;
  const module = new ModuleValue(name);
  module.load = load;
  m.tableModules.set(name, module);
  return module;
}

/** `tf` of a page that loads TensorFlow.js by a script tag. */
export function globalFramework(m: Machine): Value {
  const source = findSource(m, "@tensorflow/tfjs", undefined);
  return source instanceof ModuleValue ? source : new Unknown("tf is not defined");
}

function fileOf(scope: Scope): string | undefined {
  return scope.module.moduleValue?.file;
}

function directory(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}
